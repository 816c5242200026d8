//! Wakes the journal while it has lines that no signature covers, and sleeps otherwise.

use super::Gate;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

/// How long a line may stand unsigned.
const UNSIGNED: Duration = Duration::from_millis(50);

/// The timer of a journal.
#[derive(Debug, Default)]
pub(super) struct Ticker {
    thread: OnceLock<Thread>,
    armed: AtomicBool,
}

impl Ticker {
    /// Starts the thread. It lives as long as the process.
    pub(super) fn start(gate: &Arc<Gate>) -> io::Result<()> {
        let shared = Arc::clone(gate);
        let thread = std::thread::Builder::new().name("ticker".to_owned()).stack_size(256 * 1024).spawn(move || {
            loop {
                while !shared.ticker().armed.load(Ordering::Acquire) {
                    std::thread::park();
                }
                std::thread::sleep(UNSIGNED);
                shared.ticker().armed.store(false, Ordering::Release);
                shared.journal().tick();
                shared.ticker().nudge(shared.journal().needs_tick());
            }
        })?;
        // Set once: there is one gate in a session.
        gate.ticker().thread.set(thread.thread().clone()).ok();
        Ok(())
    }

    /// Arms the timer, where it is needed and not armed yet.
    pub(super) fn nudge(&self, is_needed: bool) {
        if is_needed
            && !self.armed.swap(true, Ordering::AcqRel)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }
}
