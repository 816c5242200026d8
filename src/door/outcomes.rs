//! What became of the programs that were let run.

use super::announced::Announced;
use crate::audit::{Fate, OutcomeRecord};
use crate::gate::Gate;
use crate::model::{ProcessId, Seq};
use crate::sys::process;
use crate::sys::watch::{self, Ending, Watch, ending};
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One process that runs what was allowed.
#[derive(Debug)]
struct Running {
    descriptor: OwnedFd,
    seq: Seq,
    since: Instant,
}

/// Endings come in crowds: one look every few milliseconds costs the session less than one for each. An
/// outcome's time is late by as much.
const PAUSE: Duration = Duration::from_millis(4);

/// The key that wakes the watcher for its end.
const STOP: u64 = u64::MAX;

/// Every process that runs what was allowed. Its outcome is one line of the record.
#[derive(Debug)]
pub struct Outcomes {
    gate: Arc<Gate>,
    announced: Arc<Announced>,
    watch: Watch,
    running: Mutex<HashMap<ProcessId, Running>>,
    stop: (io::PipeReader, Mutex<Option<io::PipeWriter>>),
    total: std::sync::atomic::AtomicU64,
}

impl Outcomes {
    /// Starts with none.
    ///
    /// # Errors
    ///
    /// Those of epoll_create1(2) and pipe(2).
    pub fn new(gate: Arc<Gate>, announced: Arc<Announced>) -> io::Result<Self> {
        let watch = Watch::new()?;
        let (reader, writer) = io::pipe()?;
        watch.add_wake(&reader, STOP)?;
        let stop = (reader, Mutex::new(Some(writer)));
        Ok(Self {
            gate,
            announced,
            watch,
            running: Mutex::default(),
            stop,
            total: std::sync::atomic::AtomicU64::new(0),
        })
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ProcessId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows a process that is still held. A program that it ran before is over: replaced.
    ///
    /// # Errors
    ///
    /// Those of epoll_ctl(2).
    pub fn follow(&self, process: ProcessId, descriptor: OwnedFd, seq: Seq) -> io::Result<Option<Replaced>> {
        let mut running = self.running();
        if let Some(found) = running.get_mut(&process)
            && !process::has_ended(found.descriptor.as_fd())
        {
            let replaced = Replaced { seq: found.seq, since: found.since };
            found.seq = seq;
            found.since = Instant::now();
            return Ok(Some(replaced));
        }
        self.watch.add(&descriptor, u64::from(process.0.unsigned_abs()))?;
        let before = running.insert(process, Running { descriptor, seq, since: Instant::now() });
        drop(running);
        self.total.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // The number was used again before the watcher came round.
        if let Some(before) = before {
            self.write(before.seq, fate(ending(before.descriptor.as_fd())), before.since);
        }
        Ok(None)
    }

    /// Records that a process became another program.
    pub fn record_replaced(&self, replaced: &Replaced) {
        self.write(replaced.seq, Fate::Replaced, replaced.since);
    }

    /// Returns how many processes ran what was allowed.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Records endings until [`Outcomes::stop`].
    ///
    /// # Errors
    ///
    /// Those of epoll_wait(2).
    pub fn serve(&self) -> io::Result<()> {
        loop {
            let ended = self.watch.wait()?;
            for key in &ended {
                let process = ProcessId(i32::try_from(*key).unwrap_or(-1));
                let found = {
                    let mut running = self.running();
                    let is_over =
                        running.get(&process).is_some_and(|found| process::has_ended(found.descriptor.as_fd()));
                    if is_over { running.remove(&process) } else { None }
                };
                if found.is_some() {
                    self.gate.forget(process);
                    self.announced.forget(process);
                }
                if let Some(found) = found {
                    self.write(found.seq, fate(ending(found.descriptor.as_fd())), found.since);
                }
            }
            if ended.contains(&STOP) {
                return Ok(());
            }
            watch::pause(&self.stop.0, PAUSE);
        }
    }

    /// Ends [`Outcomes::serve`]; what still runs is recorded as running.
    pub fn stop(&self) {
        drop(self.stop.1.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Records what has not ended. For the end of a session.
    pub fn record_rest(&self) {
        let mut rest: Vec<Running> = self.running().drain().map(|(_, found)| found).collect();
        rest.sort_by_key(|found| found.seq);
        for found in rest {
            let fate = if process::has_ended(found.descriptor.as_fd()) {
                fate(ending(found.descriptor.as_fd()))
            } else {
                Fate::Running
            };
            self.write(found.seq, fate, found.since);
        }
    }

    fn write(&self, of: Seq, fate: Fate, since: Instant) {
        if let Err(error) = self.gate.outcome(&OutcomeRecord { of, fate, wall: Some(since.elapsed()) }) {
            // The journal is closed for good then, and every further decision refuses and says so.
            tracing::error!(%error, "an outcome could not be recorded");
        }
    }
}

/// A program that its own process replaced by another.
#[derive(Clone, Copy, Debug)]
pub struct Replaced {
    seq: Seq,
    since: Instant,
}

fn fate(ending: Ending) -> Fate {
    match ending {
        Ending::Exited(status) => Fate::Exited(status),
        Ending::Signaled(signal) => Fate::Killed(signal),
        Ending::Unknown => Fate::Unknown,
    }
}
