//! How far the budgets of rules with a limit are used.
//!
//! They belong to the session: a new session begins with whole budgets, and the manual says so.

use crate::model::{Charge, Door, ProcessId, Request, Usage};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most budgets that are kept apart. Beyond it the session counts every budget as used by all.
const BUDGETS: usize = 4096;

/// The budgets of a session.
#[derive(Debug, Default)]
pub(super) struct Budgets {
    used: Mutex<Used>,
}

impl Budgets {
    /// Forgets a process that has ended. What it has used stays used.
    pub(super) fn forget(&self, process: ProcessId) {
        self.lock().announced.remove(&process);
    }

    /// Takes them for the length of one judgement.
    pub(super) fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The uses that still count, oldest first.
#[derive(Debug, Default)]
pub(super) struct Used {
    uses: HashMap<Arc<str>, (Duration, VecDeque<Instant>)>,
    /// What a process has used at the shim: the same program comes to the kernel door once more.
    announced: HashMap<ProcessId, Vec<Arc<str>>>,
}

impl Used {
    /// Returns how often each budget was used in its time by others than what asks now, and forgets what
    /// no longer counts.
    pub(super) fn usage(&mut self, request: &Request, now: Instant) -> Usage {
        for (per, times) in self.uses.values_mut() {
            while times.front().is_some_and(|time| now.duration_since(*time) >= *per) {
                times.pop_front();
            }
        }
        self.uses.retain(|_, (_, times)| !times.is_empty());
        let own: &[Arc<str>] = match request.door {
            Door::Kernel => self.announced.get(&request.process).map(Vec::as_slice).unwrap_or_default(),
            Door::Shim => &[],
        };
        Usage::of(self.uses.iter().map(|(budget, (_, times))| {
            let before = own.iter().filter(|own| *own == budget).count();
            (Arc::clone(budget), times.len().saturating_sub(before) as u64)
        }))
    }

    /// Uses budgets once.
    pub(super) fn charge<'a>(&mut self, charges: impl Iterator<Item = &'a Charge>, request: &Request, now: Instant) {
        for charge in charges {
            match request.door {
                Door::Kernel => {
                    let own = self.announced.get_mut(&request.process);
                    let at = own.as_ref().and_then(|own| own.iter().position(|own| *own == charge.budget));
                    if let (Some(own), Some(at)) = (own, at) {
                        own.swap_remove(at);
                        continue;
                    }
                }
                Door::Shim => {
                    self.announced.entry(request.process).or_default().push(Arc::clone(&charge.budget));
                }
            }
            // A flood of different programs must not make room for itself: all later ones share one.
            let full = self.uses.len() >= BUDGETS && !self.uses.contains_key(&charge.budget);
            let budget = if full { Arc::from("") } else { Arc::clone(&charge.budget) };
            let (per, times) = self.uses.entry(budget).or_insert_with(|| (charge.per, VecDeque::new()));
            *per = charge.per.max(*per);
            times.push_back(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(process: i32, door: Door) -> Request {
        Request {
            door,
            truth: crate::model::Truth::Verified,
            process: ProcessId(process),
            parent: ProcessId(1),
            program: crate::model::ProgramFile {
                path: "/bin/x".into(),
                id: crate::model::FileId { device: 1, inode: 1 },
                size: 1,
                changed_ns: 0,
            },
            named: None,
            argv: Vec::new(),
            cwd: "/".into(),
            environment: Vec::new(),
        }
    }

    #[test]
    fn what_comes_to_both_doors_is_one_use() {
        let budgets = Budgets::default();
        let charge = Charge { budget: Arc::from("a"), per: Duration::from_secs(60) };
        let now = Instant::now();
        let pass = |request: &Request| {
            let mut used = budgets.lock();
            let before = used.usage(request, now).of_budget("a");
            used.charge([&charge].into_iter(), request, now);
            before
        };
        for process in [7, 8] {
            let before = u64::from(process == 8);
            assert_eq!(pass(&request(process, Door::Shim)), before);
            assert_eq!(pass(&request(process, Door::Kernel)), before);
        }
        // The next program of the same process is a use of its own.
        assert_eq!(pass(&request(8, Door::Kernel)), 2);
        assert_eq!(pass(&request(8, Door::Kernel)), 3);
        budgets.forget(ProcessId(8));
    }

    #[test]
    fn uses_count_for_their_time_and_each_budget_by_itself() {
        let budgets = Budgets::default();
        let mut used = budgets.lock();
        let charge = |budget: &str| Charge { budget: Arc::from(budget), per: Duration::from_secs(60) };
        let (start, asks) = (Instant::now(), request(7, Door::Kernel));
        for seconds in [0, 10, 50] {
            used.charge([&charge("a")].into_iter(), &asks, start + Duration::from_secs(seconds));
        }
        used.charge([&charge("b")].into_iter(), &asks, start);
        let at = |used: &mut Used, seconds| {
            let usage = used.usage(&asks, start + Duration::from_secs(seconds));
            (usage.of_budget("a"), usage.of_budget("b"), usage.of_budget("c"))
        };
        assert_eq!(at(&mut used, 55), (3, 1, 0));
        assert_eq!(at(&mut used, 60), (2, 0, 0));
        assert_eq!(at(&mut used, 200), (0, 0, 0));
    }
}
