//! Answers that hold for the rest of the session.
//!
//! A grant is for exactly one program file and one class of arguments: the same subcommand, options
//! (in any spelling and order) and operands, asked by the same rule. It never relaxes a deny.

use crate::model::{Evaluation, FileId, Invocation, ProcessId, RuleId, Seq, Subject, Via};
use crate::policy::{self, Catalog, Command};
use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a grant is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    file: FileId,
    command: Command,
    directory: std::path::PathBuf,
    rules: Vec<RuleId>,
}

impl Key {
    /// Returns what a grant for this subject is bound to; nothing where the program's file is not known.
    pub(super) fn of(subject: &Subject, evaluation: &Evaluation, catalog: &Catalog) -> Option<Self> {
        let main: &Invocation = subject.readings.first()?;
        let file = main.program.file.as_ref()?.id;
        let mut rules: Vec<RuleId> = evaluation.matches.iter().map(|found| found.rule.clone()).collect();
        rules.sort();
        Some(Self { file, command: policy::normalise(main, catalog), directory: main.cwd.clone(), rules })
    }
}

/// All grants of a session.
#[derive(Debug, Default)]
pub(super) struct Grants {
    given: Mutex<HashMap<Key, Seq>>,
}

impl Grants {
    /// Returns the record of the answer that covers the key.
    pub(super) fn find(&self, key: &Key) -> Option<Seq> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }

    /// Remembers an answer until the session ends.
    pub(super) fn add(&self, key: Key, approval: Seq) {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(key, approval);
    }
}

/// Scripts that were asked about and let run, by the process that is running them.
///
/// A script reaches the gate more than once: by its own name, by its `#!` line as an argument of
/// `env`, and again as an argument of the interpreter that `env` finds. The person answers once; each
/// further program in the chain is still judged for itself.
#[derive(Debug, Default)]
pub(super) struct Carried {
    scripts: Mutex<HashMap<ProcessId, Vec<Script>>>,
}

/// A file and the arguments after it.
type Script = (FileId, Vec<OsString>);

impl Carried {
    fn table(&self) -> MutexGuard<'_, HashMap<ProcessId, Vec<Script>>> {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what a person let this process run.
    pub(super) fn remember(&self, process: ProcessId, subject: &Subject) {
        let scripts = subject.readings.iter().filter_map(script).collect();
        self.table().insert(process, scripts);
    }

    /// Removes the readings that a person has answered for already, where the program itself remains.
    /// A process that runs something else has used its answer up.
    pub(super) fn remove_answered(&self, process: ProcessId, subject: &mut Subject) {
        let mut table = self.table();
        let Some(answered) = table.get(&process) else { return };
        let before = subject.readings.len();
        subject.readings.retain(|reading| {
            reading.via != Via::Script || !script(reading).is_some_and(|script| answered.contains(&script))
        });
        if subject.readings.len() == before {
            table.remove(&process);
        }
    }

    /// Forgets a process that has ended.
    pub(super) fn forget(&self, process: ProcessId) {
        self.table().remove(&process);
    }
}

fn script(reading: &Invocation) -> Option<Script> {
    let file = reading.program.file.as_ref()?.id;
    Some((file, reading.arguments().to_vec()))
}
