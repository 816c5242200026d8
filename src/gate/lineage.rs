//! Which programs stand above a process: those that the gate let run, not what `/proc` says they are,
//! because a process can write anything there.

use crate::model::{Ancestor, ProcessId, Request, Subject};
use crate::policy::{self, Catalog};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most programs above one that are looked at.
const DEPTH: usize = 64;

/// The most programs that one process is remembered to have run.
const HISTORY: usize = 8;

/// What a process has run, the newest first, and whose child it is.
#[derive(Debug)]
struct Known {
    parent: ProcessId,
    programs: Vec<Ancestor>,
}

/// The programs of every process that the gate has seen.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    processes: Mutex<HashMap<ProcessId, Known>>,
}

impl Lineage {
    fn table(&self) -> MutexGuard<'_, HashMap<ProcessId, Known>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what stands above the program that asks, the nearest first.
    pub(super) fn above(&self, request: &Request) -> Arc<[Ancestor]> {
        let table = self.table();
        let mut out: Vec<Ancestor> = Vec::new();
        let (mut process, mut generation) = (request.process, 0);
        let mut next = Some(request.parent);
        while out.len() < DEPTH && usize::try_from(generation).is_ok_and(|number| number < DEPTH) {
            let known = table.get(&process);
            let programs = known.into_iter().flat_map(|known| &known.programs);
            out.extend(programs.map(|program| Ancestor { generation, ..program.clone() }));
            let Some(parent) = next.take().or_else(|| parent_of(process).or(known.map(|known| known.parent))) else {
                break;
            };
            if parent.0 <= 1 {
                break;
            }
            (process, generation) = (parent, generation + 1);
        }
        out.into()
    }

    /// Remembers what a process was let run.
    pub(super) fn remember(&self, request: &Request, subject: &Subject, catalog: &Catalog) {
        let programs = subject.readings.iter().map(|reading| {
            let names = &reading.program.names;
            Ancestor {
                generation: 0,
                names: names.certain.iter().chain(&names.possible).cloned().collect(),
                path: reading.program.paths.first().cloned().unwrap_or_default(),
                sha256: reading.program.sha256,
                subcommand: subcommand(&policy::normalise(reading, catalog)),
            }
        });
        let mut programs: Vec<Ancestor> = programs.collect();
        let mut table = self.table();
        if let Some(known) = table.remove(&request.process) {
            programs.extend(known.programs);
        }
        programs.truncate(HISTORY);
        table.insert(request.process, Known { parent: request.parent, programs });
    }

    /// Forgets a process that has ended.
    pub(super) fn forget(&self, process: ProcessId) {
        self.table().remove(&process);
    }
}

/// Returns the subcommand, or of a program that the catalog does not know its first operand.
fn subcommand(command: &policy::Command) -> Option<String> {
    let first = || command.operands.first().map(|operand| operand.text.to_string_lossy().into_owned());
    command.subcommand.clone().or_else(first)
}

/// Reads whose child a process is now. See proc_pid_stat(5).
fn parent_of(process: ProcessId) -> Option<ProcessId> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in parentheses and may itself hold some.
    let (_, rest) = text.rsplit_once(") ")?;
    rest.split_whitespace().nth(1)?.parse().ok().map(ProcessId)
}
