//! Who is at the gate right now.
//!
//! A request that was begun must be written down to its end before the record is closed: the answer to
//! a question whose asker died a moment ago, the program that was let run and is gone already.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many requests are at the gate.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    /// Whether somebody waits for the last one: to wake nobody is a system call too, and every exec
    /// passes here.
    is_awaited: bool,
}

/// One request at the gate, until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Passing<'a>(&'a Traffic);

impl Traffic {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self) -> Passing<'_> {
        self.state().inside += 1;
        Passing(self)
    }

    /// Waits until nobody is inside, at most `longest`.
    pub(super) fn wait_until_none(&self, longest: Duration) {
        let mut state = self.state();
        state.is_awaited = true;
        let waited = self.changed.wait_timeout_while(state, longest, |state| state.inside > 0);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.inside > 0 {
            tracing::warn!(inside = state.inside, "the record is closed with requests at the gate");
        }
    }
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.inside = state.inside.saturating_sub(1);
        if state.inside == 0 && state.is_awaited {
            self.0.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn waiting_ends_when_the_last_has_passed() {
        let traffic = Traffic::default();
        traffic.wait_until_none(LONG);
        let (first, second) = (traffic.enter(), traffic.enter());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| traffic.wait_until_none(LONG));
            drop(first);
            assert!(!waiting.is_finished());
            drop(second);
            waiting.join().unwrap();
        });
    }

    #[test]
    fn waiting_has_an_end() {
        let traffic = Traffic::default();
        let _passing = traffic.enter();
        traffic.wait_until_none(Duration::ZERO);
    }
}
