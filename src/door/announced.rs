//! What one door has let through and the next will see.

use crate::model::{FileId, ProcessId, Seq};
use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One exec that is about to happen, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The program file.
    pub file: FileId,
    /// All of argv.
    pub argv: Vec<OsString>,
    /// The record that allowed it.
    pub seq: Seq,
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
    pub fn confirm(&self, process: ProcessId, file: FileId, argv: &[OsString]) -> Option<Seq> {
        let expected = self.table().remove(&process)?;
        (expected.file == file && expected.argv == argv).then_some(expected.seq)
    }

    /// Forgets a process that is gone.
    pub fn forget(&self, process: ProcessId) {
        self.table().remove(&process);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced() -> Announced {
        let announced = Announced::default();
        let expected = Expected { file: FileId { device: 1, inode: 2 }, argv: vec!["git".into()], seq: Seq(7) };
        announced.expect(ProcessId(10), expected);
        announced
    }

    #[test]
    fn exactly_what_was_announced_is_confirmed_once() {
        let table = announced();
        let file = FileId { device: 1, inode: 2 };
        assert_eq!(table.confirm(ProcessId(10), file, &["git".into()]), Some(Seq(7)));
        assert_eq!(table.confirm(ProcessId(10), file, &["git".into()]), None);
    }

    #[test]
    fn anything_else_is_decided_afresh() {
        let (file, other) = (FileId { device: 1, inode: 2 }, FileId { device: 1, inode: 3 });
        assert_eq!(announced().confirm(ProcessId(10), file, &["git".into(), "push".into()]), None);
        assert_eq!(announced().confirm(ProcessId(10), other, &["git".into()]), None);
        assert_eq!(announced().confirm(ProcessId(11), file, &["git".into()]), None);
    }
}
