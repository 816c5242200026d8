//! What recorded sessions did, to be judged again.

use super::given::Error;
use crate::audit::read::{self, Entry, Line};
use crate::launch::Caller;
use crate::policy::diff::Judged;
use crate::policy::propose::Observed;
use std::ffi::OsString;
use std::path::PathBuf;

/// Returns the session files that the paths name: files, and all below audit folders.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(read::sessions(path)?.into_iter().map(|session| session.path));
        } else {
            found.push(path.clone());
        }
    }
    found.dedup();
    Ok(found)
}

/// Reads what ran in the sessions of these files. What was refused did not run. A damaged line is left
/// out: what it said cannot be known, and `audit verify` tells of it.
pub(super) fn observed(files: &[PathBuf], caller: &Caller) -> Result<Vec<Observed>, Error> {
    let all = wanted(files, caller)?;
    Ok(all.into_iter().filter(|(_, ran)| *ran).map(|(observed, _)| observed).collect())
}

/// Returns what sessions wanted to run, for comparing policies: also what was refused.
pub(super) fn judged(paths: &[PathBuf], caller: &Caller) -> Result<Vec<Judged>, Error> {
    let all = wanted(&files(paths)?, caller)?;
    Ok(all.into_iter().map(|(observed, _)| Judged::Observed(observed)).collect())
}

/// Returns what sessions wanted to run, each with whether it ran.
fn wanted(files: &[PathBuf], caller: &Caller) -> Result<Vec<(Observed, bool)>, Error> {
    let mut out = Vec::new();
    for file in files {
        let mut session = Session { caller, id: String::new(), workspace: PathBuf::new(), wanted: Vec::new() };
        for entry in read::read_session(file)? {
            if let Entry::Line(line) = entry? {
                session.line(&line);
            }
        }
        out.extend(session.wanted.into_iter().map(|(_, observed, ran)| (observed, ran)));
    }
    Ok(out)
}

/// What is known of a session so far.
struct Session<'c> {
    caller: &'c Caller,
    id: String,
    workspace: PathBuf,
    /// The number of the record, what it says, and whether it ran.
    wanted: Vec<(u64, Observed, bool)>,
}

impl Session<'_> {
    fn line(&mut self, line: &Line) {
        match line.kind() {
            "session_start" => {
                self.id = line.text("session").unwrap_or_default().to_owned();
                let cwd = line.members().get("cwd").and_then(read::foreign_bytes).map(PathBuf::from);
                let there = Caller { cwd: cwd.unwrap_or_default(), ..self.caller.clone() };
                self.workspace = there.workspace();
            }
            "decision" => self.wanted.extend(self.decision(line)),
            // What was asked about ran where there is an outcome; so did what was only observed.
            "outcome" => {
                let of = line.number("of_seq");
                let record = self.wanted.iter_mut().rev().find(|(seq, ..)| Some(*seq) == of);
                if let Some((.., ran)) = record {
                    *ran = true;
                }
            }
            _ => {}
        }
    }

    fn decision(&self, line: &Line) -> Option<(u64, Observed, bool)> {
        let path = |key: &str| line.inner("action", key).and_then(read::foreign_bytes).map(PathBuf::from);
        // An argument too long for the record stands beside it, and the command is not known.
        let argv = line.inner("action", "argv")?.as_array()?;
        let argv: Option<Vec<OsString>> = argv.iter().map(read::foreign_bytes).collect();
        let cwd = path("cwd")?;
        let seq = line.seq()?;
        let workspace = if self.workspace.as_os_str().is_empty() { cwd.clone() } else { self.workspace.clone() };
        let observed = Observed {
            id: format!("{}#{seq}", self.id),
            argv: argv.filter(|argv| !argv.is_empty())?,
            exe: path("exe")?,
            cwd,
            workspace,
        };
        Some((seq, observed, line.text("decision") == Some("allow")))
    }
}
