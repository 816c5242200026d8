//! The listener of the filter: each execve of the tree arrives here and waits. See seccomp_unotify(2).

use super::machine;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// `struct seccomp_data`, linux/seccomp.h.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct Data {
    number: i32,
    arch: u32,
    instruction: u64,
    arguments: [u64; 6],
}

/// `struct seccomp_notif`, linux/seccomp.h.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct RawNotification {
    id: u64,
    pid: u32,
    flags: u32,
    data: Data,
}

/// `struct seccomp_notif_resp`, linux/seccomp.h.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct RawResponse {
    id: u64,
    value: i64,
    error: i32,
    flags: u32,
}

/// `SECCOMP_IOCTL_NOTIF_RECV`: `_IOWR('!', 0, struct seccomp_notif)`.
const RECEIVE: libc::c_ulong = 0xc050_2100;
/// `SECCOMP_IOCTL_NOTIF_SEND`: `_IOWR('!', 1, struct seccomp_notif_resp)`.
const SEND: libc::c_ulong = 0xc018_2101;
/// `SECCOMP_IOCTL_NOTIF_ID_VALID`: `_IOW('!', 2, __u64)`.
const ID_VALID: libc::c_ulong = 0x4008_2102;
/// `SECCOMP_USER_NOTIF_FLAG_CONTINUE`.
const CONTINUE: u32 = 1;
/// `AT_EXECVE_CHECK`, linux/fcntl.h: asks whether a file could be executed, executes nothing.
const EXECVE_CHECK: u64 = 0x1_0000;

/// One execve that waits at its entry.
#[derive(Clone, Copy, Debug)]
pub struct Notification {
    raw: RawNotification,
}

/// Where the arguments of the call stand in the caller's memory.
#[derive(Clone, Copy, Debug)]
pub struct CallerView {
    /// The directory that a relative path starts from: a descriptor, or `AT_FDCWD`.
    pub directory: i32,
    /// Address of the path.
    pub path: u64,
    /// Address of the vector of arguments.
    pub arguments: u64,
    /// Bytes of a pointer in that vector.
    pub pointer_bytes: usize,
}

impl Notification {
    /// Returns the thread that called.
    #[must_use]
    pub fn thread(&self) -> i32 {
        self.raw.pid.cast_signed()
    }

    /// Says whether the call only asks whether a file could be executed.
    #[must_use]
    pub fn is_check_only(&self) -> bool {
        let at = machine::table(self.raw.data.arch).map(|table| table.execveat);
        at == Some(self.raw.data.number.cast_unsigned()) && self.raw.data.arguments[4] & EXECVE_CHECK != 0
    }

    /// Returns where the caller's arguments stand. What is read from there can change afterwards.
    #[must_use]
    pub fn caller_view(&self) -> Option<CallerView> {
        let table = machine::table(self.raw.data.arch)?;
        let a = self.raw.data.arguments;
        let number = self.raw.data.number.cast_unsigned();
        if number == table.execveat {
            // The kernel takes the low 32 bits as a descriptor.
            let directory = u32::try_from(a[0] & 0xffff_ffff).unwrap_or_default().cast_signed();
            Some(CallerView { directory, path: a[1], arguments: a[2], pointer_bytes: table.pointer_bytes })
        } else {
            let pointer_bytes = table.pointer_bytes;
            Some(CallerView { directory: libc::AT_FDCWD, path: a[0], arguments: a[1], pointer_bytes })
        }
    }
}

/// The listener. All workers receive from it at once; the kernel gives each call to one.
#[derive(Debug)]
pub struct Listener {
    fd: OwnedFd,
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Listener {
    /// Wraps the descriptor that the filter gave.
    #[must_use]
    pub fn new(fd: OwnedFd) -> Self {
        Self { fd }
    }

    /// Waits for the next call. Returns nothing once no task uses the filter any more.
    ///
    /// # Errors
    ///
    /// The errno of ioctl(2), other than those that only mean "try again".
    pub fn receive(&self) -> io::Result<Option<Notification>> {
        loop {
            let mut raw = RawNotification::default();
            // SAFETY: `raw` is a zeroed struct of the size that the request number states.
            let result = unsafe { libc::ioctl(self.fd.as_raw_fd(), RECEIVE, &raw mut raw) };
            if result == 0 {
                return Ok(Some(Notification { raw }));
            }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => {}
                // The caller died before we took the call, or nobody is left: only POLLHUP tells.
                Some(libc::ENOENT) if !self.is_abandoned()? => {}
                Some(libc::ENOENT) => return Ok(None),
                _ => return Err(error),
            }
        }
    }

    /// Says whether the call still waits; a dead caller's thread number may already be another's.
    #[must_use]
    pub fn is_valid(&self, call: &Notification) -> bool {
        // SAFETY: the request reads eight bytes, the id.
        unsafe { libc::ioctl(self.fd.as_raw_fd(), ID_VALID, &raw const call.raw.id) == 0 }
    }

    /// Lets the call go on in the kernel as it stands.
    ///
    /// # Errors
    ///
    /// ENOENT where the caller is gone.
    pub fn proceed(&self, call: &Notification) -> io::Result<()> {
        self.respond(RawResponse { id: call.raw.id, value: 0, error: 0, flags: CONTINUE })
    }

    /// Makes the call return an error to its caller.
    ///
    /// # Errors
    ///
    /// ENOENT where the caller is gone.
    pub fn fail(&self, call: &Notification, errno: i32) -> io::Result<()> {
        self.respond(RawResponse { id: call.raw.id, value: 0, error: -errno, flags: 0 })
    }

    fn respond(&self, mut response: RawResponse) -> io::Result<()> {
        // SAFETY: `response` is a struct of the size that the request number states.
        let result = unsafe { libc::ioctl(self.fd.as_raw_fd(), SEND, &raw mut response) };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    fn is_abandoned(&self) -> io::Result<bool> {
        let mut poll = [nix::poll::PollFd::new(self.fd.as_fd(), nix::poll::PollFlags::POLLIN)];
        nix::poll::poll(&mut poll, nix::poll::PollTimeout::ZERO)?;
        let events = poll.first().and_then(nix::poll::PollFd::revents);
        Ok(events.is_some_and(|events| events.contains(nix::poll::PollFlags::POLLHUP)))
    }
}
