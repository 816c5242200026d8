//! How a process ended, without being its parent.
//!
//! A process descriptor reports a hang-up once its process has been waited for, and since Linux 6.15
//! it then tells the exit status (PIDFD_GET_INFO, linux/pidfd.h). Older kernels keep it to the parent.

use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

/// `struct pidfd_info`, first version, linux/pidfd.h.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct Info {
    mask: u64,
    cgroup: u64,
    process: u32,
    thread_group: u32,
    parent: u32,
    users: [u32; 8],
    exit_code: i32,
}

/// `PIDFD_GET_INFO`: `_IOWR(0xFF, 11, struct pidfd_info)`.
const GET_INFO: libc::c_ulong = 0xc040_ff0b;
/// `PIDFD_INFO_EXIT`.
const WANT_EXIT: u64 = 1 << 3;

/// `PIDFD_INFO_PID`: always answered.
const WANT_PROCESS: u64 = 1;

/// Returns the parent of the process behind the descriptor. Linux 6.13.
#[must_use]
pub fn parent(process: BorrowedFd<'_>) -> Option<i32> {
    let mut info = Info { mask: WANT_PROCESS, ..Info::default() };
    // SAFETY: `info` is a struct of the size that the request number states.
    let result = unsafe { libc::ioctl(process.as_raw_fd(), GET_INFO, &raw mut info) };
    (result == 0 && info.parent != 0).then(|| info.parent.cast_signed())
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It called exit(3) with this status.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
    /// The kernel does not tell.
    Unknown,
}

impl Ending {
    /// Reads a status of wait(2).
    #[must_use]
    pub fn from_wait_status(status: i32) -> Self {
        if libc::WIFEXITED(status) {
            Self::Exited(libc::WEXITSTATUS(status))
        } else if libc::WIFSIGNALED(status) {
            Self::Signaled(libc::WTERMSIG(status))
        } else {
            Self::Unknown
        }
    }
}

/// Returns how the process ended that was behind the descriptor; for one that has been waited for.
#[must_use]
pub fn ending(process: BorrowedFd<'_>) -> Ending {
    let mut info = Info { mask: WANT_EXIT, ..Info::default() };
    // SAFETY: `info` is a struct of the size that the request number states.
    let result = unsafe { libc::ioctl(process.as_raw_fd(), GET_INFO, &raw mut info) };
    if result == 0 && info.mask & WANT_EXIT != 0 { Ending::from_wait_status(info.exit_code) } else { Ending::Unknown }
}

/// Waits for a time, less where the descriptor is closed at its other end or can be read.
pub fn pause(descriptor: &impl AsFd, time: Duration) {
    let mut poll = [PollFd::new(descriptor.as_fd(), PollFlags::POLLIN)];
    nix::poll::poll(&mut poll, PollTimeout::try_from(time).unwrap_or(PollTimeout::ZERO)).ok();
}

/// Many processes, waited for at once.
#[derive(Debug)]
pub struct Watch {
    epoll: Epoll,
    /// What to wait for in a process's descriptor.
    end: EpollFlags,
}

impl Watch {
    /// Starts with none.
    ///
    /// # Errors
    ///
    /// Those of epoll_create1(2).
    pub fn new() -> io::Result<Self> {
        // Only a kernel since Linux 6.9 reports the hang-up. Before, the end itself is all there is, and
        // the status is not told anyway; what nothing reports would keep its descriptor for ever.
        let own = super::process::open_process(i32::try_from(std::process::id()).unwrap_or_default())?;
        let end = if parent(own.as_fd()).is_some() { EpollFlags::empty() } else { EpollFlags::EPOLLIN };
        Ok(Self { epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?, end })
    }

    /// Adds a process under a number of the caller's choice. Closing the descriptor removes it.
    ///
    /// # Errors
    ///
    /// Those of epoll_ctl(2).
    pub fn add(&self, process: &impl AsFd, key: u64) -> io::Result<()> {
        // Where no event is asked for: a hang-up is always reported, and comes only after the parent has
        // waited, when the exit status can be read.
        Ok(self.epoll.add(process, EpollEvent::new(EpollFlags::EPOLLONESHOT | self.end, key))?)
    }

    /// Adds a descriptor that wakes [`Watch::wait`] when it can be read.
    ///
    /// # Errors
    ///
    /// Those of epoll_ctl(2).
    pub fn add_wake(&self, descriptor: &impl AsFd, key: u64) -> io::Result<()> {
        Ok(self.epoll.add(descriptor, EpollEvent::new(EpollFlags::EPOLLIN, key))?)
    }

    /// Waits until at least one has ended, and returns their numbers.
    ///
    /// # Errors
    ///
    /// Those of epoll_wait(2).
    pub fn wait(&self) -> io::Result<Vec<u64>> {
        let mut events = [EpollEvent::empty(); 64];
        loop {
            match self.epoll.wait(&mut events, EpollTimeout::NONE) {
                Err(nix::Error::EINTR) => {}
                other => return Ok(events.iter().take(other?).map(EpollEvent::data).collect()),
            }
        }
    }
}
