//! What one door has let through and the next will see.

use crate::model::{FileId, ProcessId, Request, Seq};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One exec that is about to happen, exactly: all that the decision on it looked at. What was judged in
/// one directory is another thing in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    file: FileId,
    argv: Vec<OsString>,
    cwd: PathBuf,
    environment: Vec<OsString>,
    /// The record that allowed it.
    seq: Seq,
}

impl Expected {
    /// Expects what a request describes, and what this record allowed.
    #[must_use]
    pub fn of(request: &Request, seq: Seq) -> Self {
        let Request { argv, cwd, environment, .. } = request.clone();
        Self { file: request.program.id, argv, cwd, environment, seq }
    }

    fn is(&self, request: &Request) -> bool {
        self.file == request.program.id
            && self.argv == request.argv
            && self.cwd == request.cwd
            && self.environment == request.environment
    }
}

/// What the shim was allowed and has not executed yet, by process.
#[derive(Debug, Default)]
pub struct Announced {
    expected: Mutex<HashMap<ProcessId, Expected>>,
}

impl Announced {
    fn table(&self) -> MutexGuard<'_, HashMap<ProcessId, Expected>> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Expects the process to execute exactly this, next.
    pub fn expect(&self, process: ProcessId, expected: Expected) {
        self.table().insert(process, expected);
    }

    /// Returns the record that allowed this exec, where it is exactly what was announced. Whatever it
    /// is, the announcement is used up.
    #[must_use]
    pub fn confirm(&self, request: &Request) -> Option<Seq> {
        let expected = self.table().remove(&request.process)?;
        expected.is(request).then_some(expected.seq)
    }

    /// Forgets a process that is gone.
    pub fn forget(&self, process: ProcessId) {
        self.table().remove(&process);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Door, ProgramFile, Truth};

    fn request() -> Request {
        Request {
            door: Door::Kernel,
            truth: Truth::Verified,
            process: ProcessId(10),
            parent: ProcessId(1),
            program: ProgramFile {
                path: "/usr/bin/git".into(),
                id: FileId { device: 1, inode: 2 },
                size: 3,
                changed_ns: 4,
            },
            named: None,
            argv: vec!["git".into()],
            cwd: "/work".into(),
            environment: vec!["A=1".into()],
        }
    }

    fn announced() -> Announced {
        let announced = Announced::default();
        announced.expect(ProcessId(10), Expected::of(&request(), Seq(7)));
        announced
    }

    #[test]
    fn exactly_what_was_announced_is_confirmed_once() {
        let table = announced();
        assert_eq!(table.confirm(&request()), Some(Seq(7)));
        assert_eq!(table.confirm(&request()), None);
    }

    #[test]
    fn anything_else_is_decided_afresh() {
        let changes: [fn(&mut Request); 5] = [
            |request| request.argv.push("push".into()),
            |request| request.program.id.inode = 3,
            |request| request.process = ProcessId(11),
            |request| request.cwd = "/".into(),
            |request| request.environment.clear(),
        ];
        for change in changes {
            let mut request = request();
            change(&mut request);
            assert_eq!(announced().confirm(&request), None);
        }
    }
}
