//! The reaper: the process between the supervisor and the agent.
//!
//! The supervisor must not wait for children with a catch-all, because that would take the stops of
//! its tracees; and it must be an ancestor of all it traces. So its only child is this one: it starts
//! the agent, adopts what the agent orphans, and ends what is left. It never holds a key or a log: it
//! is forked before they are opened.

use super::agent::become_agent;
pub use super::agent::{Agent, Filtered};
use super::process::{self, Side};
use super::{landlock, signal, socket, tty};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// What the supervisor hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The agent was stopped by this signal.
    Stopped(i32),
    /// The agent has ended with this status of wait(2).
    Ended(i32),
    /// All that it started has ended: how many had to be ended.
    Empty {
        /// Ended by a signal of ours.
        killed: u32,
    },
    /// The reaper is gone.
    Lost,
}

/// What the waiting agent says before it becomes the program.
#[derive(Debug)]
pub enum Ready {
    /// The filter is in place; the listener came along. Whether signals are scoped.
    Filtered {
        /// The listener's descriptor.
        listener: OwnedFd,
        /// Whether Landlock keeps signals inside.
        scoped: bool,
    },
    /// It was started without a filter. Whether signals are scoped.
    Plain {
        /// Whether Landlock keeps signals inside.
        scoped: bool,
    },
    /// A step failed.
    Failed {
        /// Which.
        step: &'static str,
        /// Its errno.
        errno: i32,
    },
}

/// The steps of an agent's start, by the byte that stands for them.
const STEPS: [&str; 6] =
    ["the terminal", "restoring signals and limits", "no_new_privs", "Landlock", "the seccomp filter", "execve"];

/// The supervisor's hold on the reaper.
#[derive(Debug)]
pub struct Reaper {
    process: i32,
    control: OwnedFd,
    agent: OwnedFd,
}

/// Forks the reaper. `hidden` is closed in it: what only the supervisor may have.
///
/// # Errors
///
/// Those of socketpair(2) and fork(2).
pub fn start(mut agent: Agent, hidden: Vec<OwnedFd>) -> io::Result<(Reaper, Vec<OwnedFd>)> {
    let (control, reaper_control) = socket::pair()?;
    let (agent_end, reaper_agent_end) = socket::pair()?;
    let supervisor = i32::try_from(std::process::id()).unwrap_or(i32::MAX);
    match process::fork()? {
        Side::Parent(process) => Ok((Reaper { process, control, agent: agent_end }, hidden)),
        Side::Child => {
            drop((control, agent_end, hidden));
            if landlock::abi() < 6 {
                agent.filter.shield = vec![supervisor, i32::try_from(std::process::id()).unwrap_or(i32::MAX)];
            }
            let status = serve(&agent, &reaper_control, &reaper_agent_end).unwrap_or(125);
            process::exit_now(status)
        }
    }
}

impl Reaper {
    /// Returns its process.
    #[must_use]
    pub fn process(&self) -> i32 {
        self.process
    }

    /// Starts the agent as far as it goes before it becomes the program; `filtered` or not.
    ///
    /// Returns its process and what it says.
    ///
    /// # Errors
    ///
    /// EPIPE where the reaper is gone, or the agent ended before it was ready.
    pub fn prepare(&self, filtered: Filtered) -> io::Result<(i32, Ready)> {
        let order = match filtered {
            Filtered::Yes => b'F',
            Filtered::No => b'P',
        };
        socket::send(&self.control, &[order], None)?;
        let first = self.hear_agent()?;
        let process = number(&first.bytes, 1).filter(|_| first.bytes.first() == Some(&b'N'));
        let process = process.ok_or_else(|| io::Error::from_raw_os_error(libc::EPIPE))?;
        let second = self.hear_agent()?;
        let scoped = second.bytes.get(1) == Some(&1);
        let ready = match (second.bytes.first(), second.descriptor) {
            (Some(b'L'), Some(listener)) => Ready::Filtered { listener, scoped },
            (Some(b'P'), _) => Ready::Plain { scoped },
            _ => failure(&second.bytes),
        };
        Ok((process, ready))
    }

    /// Returns what the agent says, and fails where it ended instead: the reaper holds the other end too,
    /// so that silence alone would last for ever.
    fn hear_agent(&self) -> io::Result<socket::Message> {
        let ends = [&self.agent, &self.control];
        let mut ready = ends.map(|end| PollFd::new(end.as_fd(), PollFlags::POLLIN));
        while poll(&mut ready, PollTimeout::NONE) == Err(nix::Error::EINTR) {}
        match ready.first().and_then(PollFd::any) {
            Some(true) => socket::receive(&self.agent),
            Some(false) | None => Err(io::Error::from_raw_os_error(libc::EPIPE)),
        }
    }

    /// Lets the prepared agent become the program, or (`Go::No`) end.
    ///
    /// # Errors
    ///
    /// EPIPE where it is gone.
    pub fn go(&self, go: Go) -> io::Result<()> {
        let order = match go {
            Go::Yes => b'G',
            Go::No => b'X',
        };
        socket::send(&self.agent, &[order], None)
    }

    /// Returns why the agent could not become the program, where that was so.
    #[must_use]
    pub fn start_failure(&self) -> Option<(&'static str, i32)> {
        let mut ready = [PollFd::new(self.agent.as_fd(), PollFlags::POLLIN)];
        if poll(&mut ready, PollTimeout::ZERO).unwrap_or(0) < 1 {
            return None;
        }
        let message = socket::receive(&self.agent).ok()?;
        match failure(&message.bytes) {
            // An agent that became its program says nothing; in the end the line is closed.
            Ready::Failed { step, errno } if !message.bytes.is_empty() => Some((step, errno)),
            Ready::Failed { .. } | Ready::Filtered { .. } | Ready::Plain { .. } => None,
        }
    }

    /// Sends a signal to the agent; to its whole process group where it has a terminal.
    ///
    /// # Errors
    ///
    /// EPIPE where the reaper is gone.
    pub fn signal(&self, signal: i32) -> io::Result<()> {
        socket::send(&self.control, &[b'S', u8::try_from(signal).unwrap_or_default()], None)
    }

    /// Ends all that the agent left running.
    ///
    /// # Errors
    ///
    /// EPIPE where the reaper is gone.
    pub fn finish(&self) -> io::Result<()> {
        socket::send(&self.control, b"E", None)
    }

    /// Returns the next report; waits for it.
    ///
    /// # Errors
    ///
    /// Those of recvmsg(2).
    pub fn report(&self) -> io::Result<Report> {
        let message = socket::receive(&self.control)?;
        let value = number(&message.bytes, 1).unwrap_or_default();
        Ok(match message.bytes.first() {
            Some(b's') => Report::Stopped(value),
            Some(b'x') => Report::Ended(value),
            Some(b'n') => Report::Empty { killed: value.unsigned_abs() },
            _ => Report::Lost,
        })
    }
}

impl AsFd for Reaper {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.control.as_fd()
    }
}

/// Whether the prepared agent may become the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// It may.
    Yes,
    /// It ends instead.
    No,
}

fn number(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk::<4>().map(|chunk| i32::from_ne_bytes(*chunk))
}

fn tagged(tag: u8, value: i32) -> Vec<u8> {
    let mut out = vec![tag];
    out.extend(value.to_ne_bytes());
    out
}

fn failure(bytes: &[u8]) -> Ready {
    let step = bytes.get(5).and_then(|step| STEPS.get(usize::from(*step))).copied().unwrap_or("starting the agent");
    Ready::Failed { step, errno: number(bytes, 1).unwrap_or(libc::EPIPE) }
}

/// The reaper's whole life.
fn serve(agent: &Agent, control: &OwnedFd, agent_end: &OwnedFd) -> io::Result<u8> {
    process::adopt_orphans()?;
    process::hide_from_debuggers()?;
    nix::sys::prctl::set_name(c"tollgate-reaper")?;
    if let Some(terminal) = &agent.terminal {
        // The agent's group must have its parent in the same session, or job control stops it never.
        tty::become_leader(terminal)?;
        signal::ignore_terminal_stop()?;
    }
    let all = SigSet::all();
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&all), None)?;
    let mut child_set = SigSet::empty();
    child_set.add(Signal::SIGCHLD);
    let children = SignalFd::with_flags(&child_set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    let mut state = State { agent: None, status: 125, ending: None, killed: 0 };
    let mut supervised = true;
    loop {
        let mut ready =
            [PollFd::new(children.as_fd(), PollFlags::POLLIN), PollFd::new(control.as_fd(), PollFlags::POLLIN)];
        let wait = if state.ending.is_some() { PollTimeout::from(50_u8) } else { PollTimeout::NONE };
        let watched = if supervised { ready.len() } else { 1 };
        match poll(ready.get_mut(..watched).unwrap_or_default(), wait) {
            Ok(_) | Err(nix::Error::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let order_waits = supervised && ready.get(1).and_then(PollFd::any).unwrap_or(false);
        while children.read_signal()?.is_some() {}
        state.collect(if supervised { Some(control) } else { None });
        if order_waits {
            supervised = state.obey(agent, control, agent_end)?;
        }
        if state.has_finished() {
            if supervised {
                let killed = i32::try_from(state.killed).unwrap_or(i32::MAX);
                socket::send(control, &tagged(b'n', killed), None).ok();
            }
            return Ok(state.status);
        }
    }
}

fn has_children() -> bool {
    let flags = nix::sys::wait::WaitPidFlag::WNOHANG | nix::sys::wait::WaitPidFlag::WNOWAIT;
    let flags = flags | nix::sys::wait::WaitPidFlag::WEXITED;
    nix::sys::wait::waitid(nix::sys::wait::Id::All, flags) != Err(nix::Error::ECHILD)
}

struct State {
    agent: Option<i32>,
    status: u8,
    ending: Option<Instant>,
    killed: u32,
}

/// How long what is left has between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(2);

impl State {
    /// Waits for every child that has changed.
    fn collect(&mut self, control: Option<&OwnedFd>) {
        loop {
            let mut status = 0;
            // SAFETY: `status` is a valid place for the status.
            let found = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG | libc::WUNTRACED) };
            if found <= 0 {
                return;
            }
            if Some(found) != self.agent {
                continue;
            }
            let report = if libc::WIFSTOPPED(status) {
                tagged(b's', libc::WSTOPSIG(status))
            } else {
                self.agent = None;
                self.status = match super::watch::Ending::from_wait_status(status) {
                    super::watch::Ending::Exited(code) => u8::try_from(code).unwrap_or(u8::MAX),
                    super::watch::Ending::Signaled(number) => u8::try_from(128 + number).unwrap_or(u8::MAX),
                    super::watch::Ending::Unknown => 125,
                };
                tagged(b'x', status)
            };
            if let Some(control) = control {
                socket::send(control, &report, None).ok();
            }
        }
    }

    /// Carries out one order. Says whether the supervisor is still there.
    fn obey(&mut self, agent: &Agent, control: &OwnedFd, agent_end: &OwnedFd) -> io::Result<bool> {
        let order = socket::receive(control)?.bytes;
        match order.first() {
            Some(b'F') => self.fork_agent(agent, Filtered::Yes, agent_end)?,
            Some(b'P') => self.fork_agent(agent, Filtered::No, agent_end)?,
            Some(b'S') => {
                if let (Some(process), Some(signal)) = (self.agent, order.get(1)) {
                    let target = if agent.terminal.is_some() { -process } else { process };
                    process::kill(target, i32::from(*signal)).ok();
                }
            }
            Some(b'E') => self.end_all(),
            // Without a supervisor nothing can start any more (execve answers ENOSYS), and what runs
            // would go on unseen: it is ended.
            _ => {
                self.end_all();
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Asks everything that is left to end; who does not is killed after [`GRACE`].
    fn end_all(&mut self) {
        self.ending = Some(Instant::now() + GRACE);
        self.killed = signal_tree(libc::SIGTERM);
        signal_tree(libc::SIGCONT);
    }

    fn has_finished(&mut self) -> bool {
        let Some(deadline) = self.ending else { return false };
        if !has_children() {
            return true;
        }
        if Instant::now() > deadline {
            signal_tree(libc::SIGKILL);
        }
        false
    }

    fn fork_agent(&mut self, agent: &Agent, filtered: Filtered, agent_end: &OwnedFd) -> io::Result<()> {
        match process::fork()? {
            Side::Parent(process) => {
                self.agent = Some(process);
                Ok(())
            }
            Side::Child => {
                let me = i32::try_from(std::process::id()).unwrap_or_default();
                let outcome = socket::send(agent_end, &tagged(b'N', me), None)
                    .map_err(|error| (0, error))
                    .and_then(|()| become_agent(agent, filtered, agent_end));
                let Err((step, error)) = outcome;
                let errno = error.raw_os_error().unwrap_or(libc::EIO);
                let mut message = tagged(b'!', errno);
                message.push(step);
                socket::send(agent_end, &message, None).ok();
                process::exit_now(if errno == libc::ENOENT { 127 } else { 126 })
            }
        }
    }
}

/// Signals every descendant of this process, and says how many there were.
fn signal_tree(signal: i32) -> u32 {
    let mut waiting = vec![i32::try_from(std::process::id()).unwrap_or_default()];
    let mut found = 0;
    while let Some(process) = waiting.pop() {
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{process}/task")) else { continue };
        for task in tasks.flatten() {
            let Ok(children) = std::fs::read_to_string(task.path().join("children")) else { continue };
            for child in children.split_ascii_whitespace().filter_map(|text| text.parse::<i32>().ok()) {
                process::kill(child, signal).ok();
                found += 1;
                waiting.push(child);
            }
        }
    }
    found
}
