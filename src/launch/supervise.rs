//! The supervisor's main loop: signals from outside, reports from the reaper.

use super::relay::Relay;
use crate::approval::Screen;
use crate::model::exit;
use crate::sys::process;
use crate::sys::reap::{Reaper, Report};
use crate::sys::signal::{Arrival, Signals};
use crate::sys::watch::Ending;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use std::io;
use std::os::fd::AsFd;

/// What is passed on, or acted on.
pub(super) const SIGNALS: &[Signal] = &[
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGTSTP,
    Signal::SIGCONT,
    Signal::SIGWINCH,
];

/// How the agent ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Supervised {
    ending: Option<Ending>,
    /// Whether a signal to us was passed on.
    pub(super) by_signal: bool,
    /// How many processes had to be ended afterwards.
    pub(super) killed: u32,
}

impl Supervised {
    /// Returns the agent's exit code and the signal that ended it.
    pub(super) fn ending(&self) -> (Option<i32>, Option<i32>) {
        match self.ending {
            Some(Ending::Exited(code)) => (Some(code), None),
            Some(Ending::Signaled(signal)) => (None, Some(signal)),
            Some(Ending::Unknown) | None => (None, None),
        }
    }

    /// Returns the exit status for our own caller.
    pub(super) fn status(&self) -> u8 {
        match self.ending {
            Some(Ending::Exited(code)) => u8::try_from(code).unwrap_or(exit::FAILED),
            Some(Ending::Signaled(signal)) => exit::of_signal(signal),
            Some(Ending::Unknown) | None => exit::FAILED,
        }
    }
}

/// Supervises until the agent has ended and nothing of it is left.
pub(super) fn run(reaper: &Reaper, signals: &Signals, screen: Option<&Screen>, relay: Option<&Relay>) -> Supervised {
    let mut out = Supervised { ending: None, by_signal: false, killed: 0 };
    loop {
        match step(reaper, signals, screen, relay, &mut out) {
            Ok(Flow::On) => {}
            Ok(Flow::Done) => return out,
            Err(error) => {
                tracing::error!(%error, "supervising failed");
                return out;
            }
        }
    }
}

enum Flow {
    On,
    Done,
}

fn step(
    reaper: &Reaper,
    signals: &Signals,
    screen: Option<&Screen>,
    relay: Option<&Relay>,
    out: &mut Supervised,
) -> io::Result<Flow> {
    let mut ready = [PollFd::new(signals.as_fd(), PollFlags::POLLIN), PollFd::new(reaper.as_fd(), PollFlags::POLLIN)];
    match poll(&mut ready, PollTimeout::NONE) {
        Ok(_) => {}
        Err(nix::Error::EINTR) => return Ok(Flow::On),
        Err(error) => return Err(error.into()),
    }
    let reported = ready.get(1).and_then(PollFd::any).unwrap_or(false);
    while let Some(arrival) = signals.next()? {
        on_signal(arrival, reaper, screen, relay, out)?;
    }
    if !reported {
        return Ok(Flow::On);
    }
    match reaper.report()? {
        Report::Stopped(signal) => {
            tracing::debug!(signal, "the agent was stopped");
            stop_too(reaper, screen, relay)?;
        }
        Report::Ended(status) => {
            out.ending = Some(Ending::from_wait_status(status));
            reaper.finish()?;
        }
        Report::Empty { killed } => {
            out.killed = killed;
            return Ok(Flow::Done);
        }
        Report::Lost => return Ok(Flow::Done),
    }
    Ok(Flow::On)
}

fn on_signal(
    arrival: Arrival,
    reaper: &Reaper,
    screen: Option<&Screen>,
    relay: Option<&Relay>,
    out: &mut Supervised,
) -> io::Result<()> {
    match (arrival.signal, screen, relay) {
        (libc::SIGWINCH, Some(screen), Some(relay)) => relay.follow_size(screen),
        (libc::SIGWINCH, ..) => {}
        (libc::SIGCONT, Some(screen), Some(relay)) => {
            // In the foreground again, perhaps: the relay looks anew, the keys are raw again.
            drop(screen.take()?);
            relay.follow_size(screen);
        }
        (libc::SIGCONT, ..) => {}
        // Without a terminal of its own the agent is in our process group and gets the key itself; a
        // key that is typed at a card is for the card. Only where standard input is no terminal does
        // the key have to be handed on.
        (libc::SIGINT | libc::SIGQUIT | libc::SIGTSTP, _, _)
            if arrival.by_kernel && !screen.is_some_and(Screen::leaves_keys) => {}
        (signal, ..) => {
            out.by_signal |= !matches!(signal, libc::SIGUSR1 | libc::SIGUSR2 | libc::SIGTSTP);
            // Where the reaper is gone there is nobody to signal.
            reaper.signal(signal).ok();
        }
    }
    Ok(())
}

/// Stops as the agent did, so that the person's shell sees it; goes on when the shell says so.
fn stop_too(reaper: &Reaper, screen: Option<&Screen>, relay: Option<&Relay>) -> io::Result<()> {
    let taken = screen.map(Screen::take).transpose()?;
    process::kill(i32::try_from(std::process::id()).unwrap_or_default(), libc::SIGSTOP)?;
    drop(taken);
    if let (Some(screen), Some(relay)) = (screen, relay) {
        relay.follow_size(screen);
    }
    reaper.signal(libc::SIGCONT)
}
