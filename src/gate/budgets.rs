//! How far the budgets of rules with a limit are used.
//!
//! They belong to the session: a new session begins with whole budgets, and the manual says so.

use crate::model::{Charge, Usage};
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
    /// Takes them for the length of one judgement.
    pub(super) fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The uses that still count, oldest first.
#[derive(Debug, Default)]
pub(super) struct Used {
    uses: HashMap<Arc<str>, (Duration, VecDeque<Instant>)>,
}

impl Used {
    /// Returns how often each budget was used in its time, and forgets what no longer counts.
    pub(super) fn usage(&mut self, now: Instant) -> Usage {
        for (per, times) in self.uses.values_mut() {
            while times.front().is_some_and(|time| now.duration_since(*time) >= *per) {
                times.pop_front();
            }
        }
        self.uses.retain(|_, (_, times)| !times.is_empty());
        Usage::of(self.uses.iter().map(|(budget, (_, times))| (Arc::clone(budget), times.len() as u64)))
    }

    /// Uses budgets once.
    pub(super) fn charge<'a>(&mut self, charges: impl Iterator<Item = &'a Charge>, now: Instant) {
        for charge in charges {
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

    #[test]
    fn uses_count_for_their_time_and_each_budget_by_itself() {
        let budgets = Budgets::default();
        let mut used = budgets.lock();
        let charge = |budget: &str| Charge { budget: Arc::from(budget), per: Duration::from_secs(60) };
        let start = Instant::now();
        for seconds in [0, 10, 50] {
            used.charge([&charge("a")].into_iter(), start + Duration::from_secs(seconds));
        }
        used.charge([&charge("b")].into_iter(), start);
        let at = |used: &mut Used, seconds| {
            let usage = used.usage(start + Duration::from_secs(seconds));
            (usage.of_budget("a"), usage.of_budget("b"), usage.of_budget("c"))
        };
        assert_eq!(at(&mut used, 55), (3, 1, 0));
        assert_eq!(at(&mut used, 60), (2, 0, 0));
        assert_eq!(at(&mut used, 200), (0, 0, 0));
    }
}
