//! The system calls, each safe to use.

use super::machine::{self, Status};
use super::{Errno, Start};
use core::ffi::CStr;

/// The most bytes of a path, its NUL included: `PATH_MAX`, linux/limits.h.
pub const PATH_BYTES: usize = 4096;
/// The most bytes of a socket's path, its NUL included: unix(7).
const SOCKET_PATH_BYTES: usize = 108;

const AT_FDCWD: isize = -100;
const O_DIRECTORY: usize = 0o200_000;
const O_CLOEXEC: usize = 0o2_000_000;
const O_PATH: usize = 0o10_000_000;
const AF_UNIX: u16 = 1;
const SOCK_STREAM: usize = 1;
const SOCK_CLOEXEC: usize = O_CLOEXEC;
const MSG_NOSIGNAL: usize = 0x4000;
const F_DUPFD_CLOEXEC: usize = 1030;
const SIG_BLOCK: usize = 0;
/// SIGPIPE is 13, and the first bit stands for signal 1.
const PIPE_SIGNAL: u64 = 1 << 12;

/// The standard descriptors; what is opened here never takes the place of a closed one.
const FIRST_FREE: usize = 3;
const STANDARD_ERROR: usize = 2;

/// An open file, closed with its end.
#[derive(Debug)]
pub struct Descriptor(usize);

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: this descriptor is ours alone. Nothing is lost where closing it fails.
        unsafe { machine::call(machine::CLOSE, [self.0, 0, 0, 0, 0]) }.ok();
    }
}

impl Descriptor {
    /// Takes a new descriptor, under a number that is no standard one.
    fn new(number: usize) -> Result<Self, Errno> {
        let opened = Self(number);
        if number >= FIRST_FREE {
            return Ok(opened);
        }
        // SAFETY: fcntl(2) with numbers alone.
        unsafe { machine::call(machine::FCNTL, [number, F_DUPFD_CLOEXEC, FIRST_FREE, 0, 0]) }.map(Self)
    }

    /// Returns its number.
    #[must_use]
    pub fn number(&self) -> usize {
        self.0
    }

    /// Reads up to the end of `into`, at most once; returns how much, 0 at the end.
    ///
    /// # Errors
    ///
    /// Those of read(2).
    pub fn read(&self, into: &mut [u8]) -> Result<usize, Errno> {
        retry(|| {
            // SAFETY: `into` is ours alone, and as long as is said.
            unsafe { machine::call(machine::READ, [self.0, into.as_mut_ptr().expose_provenance(), into.len(), 0, 0]) }
        })
    }

    /// Sends everything.
    ///
    /// # Errors
    ///
    /// Those of send(2); no signal where the other end is closed.
    pub fn send(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            let sent = retry(|| {
                let (address, length) = (bytes.as_ptr().expose_provenance(), bytes.len());
                // SAFETY: `bytes` is there, and as long as is said. No address is given.
                unsafe { machine::call(machine::SENDTO, [self.0, address, length, MSG_NOSIGNAL, 0]) }
            })?;
            bytes = bytes.get(sent..).unwrap_or_default();
        }
        Ok(())
    }
}

/// Does it again where a signal came first.
fn retry(mut call: impl FnMut() -> Result<usize, Errno>) -> Result<usize, Errno> {
    loop {
        match call() {
            Err(Errno::INTERRUPTED) => {}
            other => return other,
        }
    }
}

/// Opens a folder as a place only.
///
/// # Errors
///
/// Those of open(2).
pub fn open_folder(path: &CStr) -> Result<Descriptor, Errno> {
    let flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    let arguments = [AT_FDCWD.cast_unsigned(), path.as_ptr().expose_provenance(), flags, 0, 0];
    // SAFETY: `path` ends with NUL.
    let opened = retry(|| unsafe { machine::call(machine::OPENAT, arguments) })?;
    Descriptor::new(opened)
}

/// `struct sockaddr_un`, unix(7).
#[repr(C)]
struct Address {
    family: u16,
    path: [u8; SOCKET_PATH_BYTES],
}

/// Connects to a stream socket. `Ok(None)` where its path is too long for an address.
///
/// # Errors
///
/// Those of socket(2) and connect(2).
pub fn connect(path: &CStr) -> Result<Option<Descriptor>, Errno> {
    let mut address = Address { family: AF_UNIX, path: [0; SOCKET_PATH_BYTES] };
    let bytes = path.to_bytes_with_nul();
    let Some(place) = address.path.get_mut(..bytes.len()) else { return Ok(None) };
    place.copy_from_slice(bytes);
    let kind = SOCK_STREAM | SOCK_CLOEXEC;
    // SAFETY: socket(2) takes numbers alone.
    let opened = unsafe { machine::call(machine::SOCKET, [usize::from(AF_UNIX), kind, 0, 0, 0]) }?;
    let socket = Descriptor::new(opened)?;
    let (start, length) = ((&raw const address).expose_provenance(), size_of::<Address>());
    // SAFETY: `address` is there, and as long as is said.
    retry(|| unsafe { machine::call(machine::CONNECT, [socket.number(), start, length, 0, 0]) })?;
    Ok(Some(socket))
}

/// Returns the type and permissions of a file, links followed: `st_mode`, inode(7).
///
/// # Errors
///
/// Those of stat(2).
pub fn file_mode(path: &CStr) -> Result<u32, Errno> {
    let mut status = Status::default();
    let arguments = [path.as_ptr().expose_provenance(), (&raw mut status).expose_provenance(), 0, 0, 0];
    // SAFETY: `path` ends with NUL, and `status` is what the kernel fills in.
    unsafe { machine::call(machine::STAT, arguments) }?;
    Ok(status.mode)
}

/// Returns what a link says, cut to the length of `into`.
///
/// # Errors
///
/// Those of readlink(2): EINVAL where it is no link.
pub fn link_target<'a>(path: &CStr, into: &'a mut [u8]) -> Result<&'a [u8], Errno> {
    let arguments = [path.as_ptr().expose_provenance(), into.as_mut_ptr().expose_provenance(), into.len(), 0, 0];
    // SAFETY: `path` ends with NUL; `into` is ours alone, and as long as is said.
    let length = unsafe { machine::call(machine::READLINK, arguments) }?;
    Ok(into.get(..length).unwrap_or_default())
}

/// Becomes the program, with the arguments and environment of this process; `first` stands in for
/// `argv[0]` where there is one. Returns only where that failed.
#[must_use]
pub fn execute(program: &CStr, start: &Start, first: Option<&CStr>) -> Errno {
    let environment = start.environment.expose_provenance();
    let result = start.with_first(first, |arguments| {
        // SAFETY: `program` ends with NUL; the two lists are what `Start::new` asks for.
        unsafe {
            machine::call(
                machine::EXECVE,
                [program.as_ptr().expose_provenance(), arguments.expose_provenance(), environment, 0, 0],
            )
        }
    });
    // It does not return where it goes well.
    result.err().unwrap_or(Errno::NOT_FOUND)
}

/// Writes to standard error. There is nobody left to tell where that cannot be done, and a closed pipe
/// must not change how this process ends.
pub fn tell(mut bytes: &[u8]) {
    let signals = PIPE_SIGNAL;
    let address = (&raw const signals).expose_provenance();
    // SAFETY: the set is there and 8 bytes long; nothing is asked back.
    unsafe { machine::call(machine::RT_SIGPROCMASK, [SIG_BLOCK, address, 0, size_of::<u64>(), 0]) }.ok();
    while !bytes.is_empty() {
        let written = retry(|| {
            let (address, length) = (bytes.as_ptr().expose_provenance(), bytes.len());
            // SAFETY: `bytes` is there, and as long as is said.
            unsafe { machine::call(machine::WRITE, [STANDARD_ERROR, address, length, 0, 0]) }
        });
        let Ok(written @ 1..) = written else { return };
        bytes = bytes.get(written..).unwrap_or_default();
    }
}

/// Ends this process.
pub fn end(status: u8) -> ! {
    loop {
        // SAFETY: exit_group(2) takes a number alone, and does not return.
        unsafe { machine::call(machine::EXIT_GROUP, [usize::from(status), 0, 0, 0, 0]) }.ok();
    }
}

#[cfg(test)]
impl From<std::os::fd::OwnedFd> for Descriptor {
    fn from(fd: std::os::fd::OwnedFd) -> Self {
        use std::os::fd::IntoRawFd;
        Self(usize::try_from(fd.into_raw_fd()).unwrap())
    }
}
