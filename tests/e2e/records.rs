//! What a session has written down.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the files of sessions below a folder of records, in the order in which they began.
pub(super) fn session_files(audit: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).map(|found| found.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
    };
    let is_session = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "jsonl");
    let days = list(audit).into_iter().flat_map(|host| list(&host)).filter(|day| day.is_dir());
    let mut out: Vec<PathBuf> = days.flat_map(|day| list(&day)).filter(is_session).collect();
    // Session ids begin with the time.
    out.sort();
    out
}

/// The records of one session.
#[derive(Debug)]
pub(super) struct Records(pub(super) Vec<Value>);

impl Records {
    #[track_caller]
    pub(super) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("read the record");
        Self(text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect())
    }

    /// Returns the records of a kind.
    pub(super) fn of(&self, kind: &str) -> Vec<&Value> {
        self.0.iter().filter(|record| record["kind"] == kind).collect()
    }

    /// Returns the decisions about a program, by the last part of its path.
    pub(super) fn decisions(&self, program: &str) -> Vec<&Value> {
        let mut out = self.of("decision");
        out.retain(|record| text(&record["action"]["exe"]).rsplit('/').next() == Some(program));
        out
    }

    /// Returns the only decision about a program.
    #[track_caller]
    pub(super) fn decision(&self, program: &str) -> &Value {
        let found = self.decisions(program);
        assert_eq!(found.len(), 1, "decisions about {program}: {found:#?}");
        found[0]
    }

    /// Returns the outcome of a decision.
    pub(super) fn outcome(&self, decision: &Value) -> Option<&Value> {
        self.of("outcome").into_iter().find(|record| record["of_seq"] == decision["_seq"])
    }

    #[track_caller]
    pub(super) fn only(&self, kind: &str) -> &Value {
        let found = self.of(kind);
        assert_eq!(found.len(), 1, "records of kind {kind}: {found:#?}");
        found[0]
    }
}

/// Returns a text of a record. Bytes that JSON cannot hold are an object there, and no text.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
