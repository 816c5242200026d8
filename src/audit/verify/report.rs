//! What verification found, for people and for programs.

use super::Cause;
use crate::model::text::escape_os;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The line of the file, from 1, where one is at fault.
    pub line: Option<u64>,
    /// What is wrong.
    pub cause: Cause,
    /// The same in words, safe to print.
    pub detail: String,
}

/// How a session's file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its writer sealed it.
    Sealed,
    /// Its writer died, and a later session sealed what it found.
    SealedAfterCrash,
    /// Its writer holds it: the session runs.
    Open,
    /// Nobody holds it and nobody sealed it: the session died, or its end was cut off.
    Unsealed,
}

/// What was found in one session's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The file.
    #[serde(serialize_with = "path_as_text")]
    pub path: PathBuf,
    /// The session, where the file says so.
    pub session: Option<String>,
    /// How the file stands.
    pub state: State,
    /// How many lines stand in the chain.
    pub lines: u64,
    /// How many lines from the first on are proven: covered by a good signature, with no fault before.
    pub proven_lines: u64,
    /// How many bytes at the end are no line.
    pub torn_bytes: u64,
    /// How many lines of each kind there are.
    pub counts: BTreeMap<String, u64>,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What is not wrong and should be known.
    pub notes: Vec<String>,
}

/// What was found in a host's index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostReport {
    /// The host's folder.
    #[serde(serialize_with = "path_as_text")]
    pub folder: PathBuf,
    /// How many lines the index has.
    pub lines: u64,
    /// How many sessions it names.
    pub sessions: u64,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What is not wrong and should be known.
    pub notes: Vec<String>,
}

/// What verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The indexes.
    pub hosts: Vec<HostReport>,
    /// The sessions' files.
    pub files: Vec<FileReport>,
}

fn path_as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

impl Report {
    /// Says whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults() == 0
    }

    /// Returns how many things are wrong.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.hosts.iter().map(|host| host.faults.len()).sum::<usize>()
            + self.files.iter().map(|file| file.faults.len()).sum::<usize>()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}: {}", self.cause, self.detail)
    }
}

impl State {
    /// Returns the words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::SealedAfterCrash => "sealed after a crash",
            Self::Open => "open, the session runs",
            Self::Unsealed => "not sealed: the session died, or its end was cut off",
        }
    }
}

fn details(f: &mut fmt::Formatter<'_>, faults: &[Fault], notes: &[String]) -> fmt::Result {
    faults.iter().try_for_each(|fault| writeln!(f, "  {fault}"))?;
    notes.iter().try_for_each(|note| writeln!(f, "  note: {note}"))
}

impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = escape_os(self.path.as_os_str());
        let state = self.state.as_str();
        match self.faults.len() {
            0 => writeln!(f, "ok     {path}: {} lines, {} proven; {state}", self.lines, self.proven_lines)?,
            count => {
                let faults = if count == 1 { "fault" } else { "faults" };
                let proven = match self.proven_lines {
                    0 => "no line is proven".to_owned(),
                    1 => "line 1 is still proven".to_owned(),
                    lines => format!("lines 1 to {lines} are still proven"),
                };
                writeln!(f, "FAULT  {path}: {count} {faults}; {proven}; {state}")?;
            }
        }
        details(f, &self.faults, &self.notes)
    }
}

impl fmt::Display for HostReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = escape_os(self.folder.as_os_str());
        let word = if self.faults.is_empty() { "ok   " } else { "FAULT" };
        writeln!(f, "{word}  {folder}: index of {} lines, {} sessions", self.lines, self.sessions)?;
        details(f, &self.faults, &self.notes)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hosts.iter().try_for_each(|host| write!(f, "{host}"))?;
        self.files.iter().try_for_each(|file| write!(f, "{file}"))?;
        match self.faults() {
            0 => writeln!(f, "everything holds: {} files", self.files.len()),
            1 => writeln!(f, "1 fault in {} files", self.files.len()),
            faults => writeln!(f, "{faults} faults in {} files", self.files.len()),
        }
    }
}
