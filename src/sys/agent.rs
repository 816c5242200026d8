//! The agent, from the fork to its program: terminal, limits, no_new_privs, Landlock, filter, in that
//! order, and then it waits for the word.

use super::filter::{self, FilterOptions};
use super::process::{self, Command, FileLimit};
use super::signal::{self, Mask};
use super::{landlock, socket, tty};
use libc::sock_filter;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// How the agent is to be started.
#[derive(Debug)]
pub struct Agent {
    /// The program.
    pub command: Command,
    /// Its controlling terminal, where it gets one.
    pub terminal: Option<OwnedFd>,
    /// What our caller had blocked.
    pub mask: Mask,
    /// How many files our caller may have open.
    pub files: FileLimit,
    /// What the filter leaves open.
    pub filter: FilterOptions,
}

/// Whether the agent gets the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filtered {
    /// The kernel door is on.
    Yes,
    /// The shim door alone.
    No,
}

/// Prepares, waits for the word, and becomes the program. Returns only what failed, and in which step.
pub(super) fn become_agent(
    agent: &Agent,
    filtered: Filtered,
    end: &OwnedFd,
) -> Result<std::convert::Infallible, (u8, io::Error)> {
    if let Some(terminal) = &agent.terminal {
        tty::lead_foreground(terminal).map_err(|error| (0, error))?;
        for standard in 0..3 {
            // SAFETY: the descriptor is only looked at, during this call.
            let descriptor = unsafe { std::os::fd::BorrowedFd::borrow_raw(standard) };
            if tty::is_terminal(&descriptor) {
                process::place_descriptor(terminal.as_fd(), standard).map_err(|error| (0, error))?;
            }
        }
    }
    signal::restore(&agent.mask).and_then(|()| process::restore_file_limit(agent.files)).map_err(|error| (1, error))?;
    // Inherited from the reaper, and the barrier traces what executes. There is no secret to see here.
    process::show_to_debuggers().and_then(|()| process::set_no_new_privileges()).map_err(|error| (2, error))?;
    let scoped = landlock::scope().map_err(|error| (3, error))?;
    let scope_byte = u8::from(scoped);
    match filtered {
        Filtered::Yes => {
            let program: Vec<sock_filter> = filter::program(&agent.filter);
            let listener = filter::install(&program).map_err(|error| (4, error))?;
            socket::send(end, &[b'L', scope_byte], Some(&listener)).map_err(|error| (4, error))?;
        }
        Filtered::No => socket::send(end, &[b'P', scope_byte], None).map_err(|error| (4, error))?,
    }
    let word = socket::receive(end).map_err(|error| (5, error))?;
    if word.bytes != b"G" {
        process::exit_now(125);
    }
    debug_assert!(end.as_raw_fd() > 2, "close-on-exec");
    Err((5, agent.command.execute()))
}
