//! Signals as events that are waited for, never as handlers.

use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// The signals that a caller had blocked; for what this process starts.
#[derive(Clone, Copy, Debug)]
pub struct Mask {
    blocked: SigSet,
}

/// One signal that arrived.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Its number.
    pub signal: i32,
    /// Whether the kernel made it (a key on the terminal), not a process.
    pub by_kernel: bool,
}

/// Signals that arrive at a descriptor.
#[derive(Debug)]
pub struct Signals {
    descriptor: SignalFd,
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl Signals {
    /// Blocks `wanted` in this thread, and so in all that it starts, and receives them here.
    ///
    /// # Errors
    ///
    /// Those of sigprocmask(2) and signalfd(2).
    pub fn receive(wanted: &[Signal]) -> io::Result<(Self, Mask)> {
        let set: SigSet = wanted.iter().copied().collect();
        let mut blocked = SigSet::empty();
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&set), Some(&mut blocked))?;
        let descriptor = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
        Ok((Self { descriptor }, Mask { blocked }))
    }

    /// Returns the next signal that has arrived, or nothing.
    ///
    /// # Errors
    ///
    /// Those of read(2).
    pub fn next(&self) -> io::Result<Option<Arrival>> {
        let Some(info) = self.descriptor.read_signal()? else { return Ok(None) };
        let signal = i32::try_from(info.ssi_signo).unwrap_or_default();
        Ok(Some(Arrival { signal, by_kernel: info.ssi_code == libc::SI_KERNEL }))
    }
}

/// Ignores the signals that a limit on this process would send: a record that cannot be written is an
/// error to report, not an end.
///
/// # Errors
///
/// Those of sigaction(2).
pub fn ignore_limits() -> io::Result<()> {
    for number in [Signal::SIGXFSZ, Signal::SIGXCPU, Signal::SIGPIPE] {
        // SAFETY: ignoring a signal installs no handler.
        unsafe { signal(number, SigHandler::SigIgn) }?;
    }
    Ok(())
}

/// Gives back what a program expects to start with: the mask of our caller, and the default for what
/// this process ignores.
///
/// # Errors
///
/// Those of sigaction(2) and sigprocmask(2).
pub fn restore(mask: &Mask) -> io::Result<()> {
    for number in [Signal::SIGXFSZ, Signal::SIGXCPU, Signal::SIGPIPE, Signal::SIGTTOU] {
        // SAFETY: the default action installs no handler.
        unsafe { signal(number, SigHandler::SigDfl) }?;
    }
    Ok(sigprocmask(SigmaskHow::SIG_SETMASK, Some(&mask.blocked), None)?)
}

/// Ignores the stop that a background process gets for changing the terminal.
///
/// # Errors
///
/// Those of sigaction(2).
pub fn ignore_terminal_stop() -> io::Result<()> {
    // SAFETY: ignoring a signal installs no handler.
    unsafe { signal(Signal::SIGTTOU, SigHandler::SigIgn) }?;
    Ok(())
}
