//! Processes: forking by hand, descriptors of processes, what protects the supervisor itself.

use super::bare;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Which side of a fork this is.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    /// The one that called; the number of the other.
    Parent(i32),
    /// The new one.
    Child,
}

/// Makes a second process.
///
/// # Errors
///
/// Those of fork(2), and EBUSY where this process has threads already: the child of a threaded
/// process may only call what is safe in a signal handler, and ours does more.
pub fn fork() -> io::Result<Side> {
    if std::fs::read_dir("/proc/self/task")?.count() != 1 {
        return Err(io::Error::from_raw_os_error(libc::EBUSY));
    }
    // SAFETY: this process has one thread (checked above), so the child finds every lock free.
    match unsafe { nix::unistd::fork() }? {
        nix::unistd::ForkResult::Parent { child } => Ok(Side::Parent(child.as_raw())),
        nix::unistd::ForkResult::Child => Ok(Side::Child),
    }
}

/// Ends this process at once: no destructor, no flush. For the child of a fork.
pub fn exit_now(status: u8) -> ! {
    // SAFETY: _exit(2) has no conditions.
    unsafe { libc::_exit(i32::from(status)) }
}

/// Sends a signal.
///
/// # Errors
///
/// Those of kill(2).
pub fn kill(process: i32, signal: i32) -> io::Result<()> {
    // SAFETY: kill(2) has no conditions on memory.
    let result = unsafe { libc::kill(process, signal) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Opens a descriptor that stands for the process, whatever its number is used for later.
///
/// # Errors
///
/// Those of pidfd_open(2): ESRCH where it is gone.
pub fn open_process(process: i32) -> io::Result<OwnedFd> {
    // SAFETY: pidfd_open(2) has no conditions on memory.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_open, process, 0) };
    let fd = i32::try_from(result).unwrap_or(-1);
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel just returned this descriptor to us and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Returns the standard error of a process as it has it open itself: nothing is opened anew, so that a
/// file which it could not write to is not written to for it.
///
/// # Errors
///
/// Those of pidfd_getfd(2): EBADF where it is closed, EPERM where the process may not be looked into.
pub fn standard_error(process: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    // SAFETY: pidfd_getfd(2) has no conditions on memory.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), libc::STDERR_FILENO, 0) };
    let fd = i32::try_from(result).unwrap_or(-1);
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel just returned this descriptor to us and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Writes a short text where that needs no waiting.
///
/// # Errors
///
/// WouldBlock where it does; those of write(2).
pub fn write_at_once(to: &OwnedFd, text: &[u8]) -> io::Result<()> {
    let mut poll = [nix::poll::PollFd::new(to.as_fd(), nix::poll::PollFlags::POLLOUT)];
    nix::poll::poll(&mut poll, nix::poll::PollTimeout::ZERO)?;
    let ready = poll[0].revents().is_some_and(|events| events.contains(nix::poll::PollFlags::POLLOUT));
    if !ready {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    nix::unistd::write(to, text)?;
    Ok(())
}

/// Says whether the process behind the descriptor has ended.
#[must_use]
pub fn has_ended(process: BorrowedFd<'_>) -> bool {
    let mut poll = [nix::poll::PollFd::new(process, nix::poll::PollFlags::POLLIN)];
    nix::poll::poll(&mut poll, nix::poll::PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
}

/// Forbids everybody without CAP_SYS_PTRACE to look into this process or to trace it.
///
/// # Errors
///
/// Those of prctl(2), PR_SET_DUMPABLE.
pub fn hide_from_debuggers() -> io::Result<()> {
    Ok(nix::sys::prctl::set_dumpable(false)?)
}

/// Lets those that may trace this process do so again: the supervisor, of what it starts.
///
/// # Errors
///
/// Those of prctl(2), PR_SET_DUMPABLE.
pub fn show_to_debuggers() -> io::Result<()> {
    Ok(nix::sys::prctl::set_dumpable(true)?)
}

/// Gives up for ever, for this process and all it starts, to gain rights by executing a file.
///
/// # Errors
///
/// Those of prctl(2), PR_SET_NO_NEW_PRIVS.
pub fn set_no_new_privileges() -> io::Result<()> {
    Ok(nix::sys::prctl::set_no_new_privs()?)
}

/// Makes orphaned descendants children of this process. See PR_SET_CHILD_SUBREAPER.
///
/// # Errors
///
/// Those of prctl(2).
pub fn adopt_orphans() -> io::Result<()> {
    Ok(nix::sys::prctl::set_child_subreaper(true)?)
}

/// The limit on open files of this process when it started.
#[derive(Clone, Copy, Debug)]
pub struct FileLimit {
    soft: u64,
    hard: u64,
}

/// Raises the limit on open files as far as allowed: one descriptor a running program is held.
///
/// # Errors
///
/// Those of setrlimit(2).
pub fn raise_file_limit() -> io::Result<FileLimit> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    Ok(FileLimit { soft, hard })
}

/// Restores the limit for what this process starts.
///
/// # Errors
///
/// Those of setrlimit(2).
pub fn restore_file_limit(limit: FileLimit) -> io::Result<()> {
    Ok(setrlimit(Resource::RLIMIT_NOFILE, limit.soft, limit.hard)?)
}

/// Makes `target` a copy of `source`, kept over an exec.
///
/// # Errors
///
/// Those of dup2(2).
pub fn place_descriptor(source: BorrowedFd<'_>, target: i32) -> io::Result<()> {
    // SAFETY: `target` is one of the three standard descriptors, which no Rust object owns.
    let result = unsafe { libc::dup2(source.as_raw_fd(), target) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A program, its arguments and environment, ready for execve(2).
#[derive(Clone, Debug)]
pub struct Command {
    program: CString,
    arguments: Vec<CString>,
    environment: Vec<CString>,
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    CString::new(text.as_bytes()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))
}

impl Command {
    /// Prepares the three; `environment` holds `NAME=VALUE` items.
    ///
    /// # Errors
    ///
    /// EINVAL for an embedded NUL.
    pub fn new<A: AsRef<OsStr>, E: AsRef<OsStr>>(program: &Path, argv: &[A], environment: &[E]) -> io::Result<Self> {
        Ok(Self {
            program: c_string(program.as_os_str())?,
            arguments: argv.iter().map(|item| c_string(item.as_ref())).collect::<io::Result<_>>()?,
            environment: environment.iter().map(|item| c_string(item.as_ref())).collect::<io::Result<_>>()?,
        })
    }

    /// Becomes the program. Returns only where that failed.
    #[must_use]
    pub fn execute(&self) -> io::Error {
        match nix::unistd::execve(&self.program, &self.arguments, &self.environment) {
            Ok(never) => match never {},
            Err(error) => error.into(),
        }
    }
}

/// A process of ours that asks one question on the person's terminal.
#[derive(Debug)]
pub struct Prompt {
    child: std::process::Child,
}

impl Prompt {
    /// Starts it on the terminal.
    ///
    /// # Errors
    ///
    /// Those of fork(2) and execve(2).
    pub fn start(terminal: std::fs::File) -> io::Result<Self> {
        use std::process::Stdio;
        #[expect(clippy::disallowed_methods, reason = "the one place that starts a helper of our own")]
        let mut command = std::process::Command::new("/proc/self/exe");
        // Only what a terminal library needs; nothing of the session.
        command.env_clear().env("TERM", std::env::var_os("TERM").unwrap_or_else(|| "xterm".into()));
        command.arg("internal-prompt").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(terminal);
        Ok(Self { child: command.spawn()? })
    }

    /// Returns where the question is written; it ends when this is dropped.
    ///
    /// # Errors
    ///
    /// EBADF when called twice.
    pub fn question(&mut self) -> io::Result<std::process::ChildStdin> {
        self.child.stdin.take().ok_or_else(|| io::Error::from_raw_os_error(libc::EBADF))
    }

    /// Waits a little for an answer, or for the end of the process.
    ///
    /// # Errors
    ///
    /// Those of poll(2).
    pub fn has_answer(&self, wait: std::time::Duration) -> io::Result<bool> {
        use std::os::fd::AsFd;
        let Some(answer) = &self.child.stdout else { return Ok(true) };
        let mut ready = [nix::poll::PollFd::new(answer.as_fd(), nix::poll::PollFlags::POLLIN)];
        let timeout = nix::poll::PollTimeout::try_from(wait).unwrap_or(nix::poll::PollTimeout::ZERO);
        match nix::poll::poll(&mut ready, timeout) {
            Err(nix::Error::EINTR) => Ok(false),
            other => Ok(other? > 0),
        }
    }

    /// Returns where the answer is read.
    ///
    /// # Errors
    ///
    /// EBADF when called twice.
    pub fn answer(&mut self) -> io::Result<std::process::ChildStdout> {
        self.child.stdout.take().ok_or_else(|| io::Error::from_raw_os_error(libc::EBADF))
    }

    /// Waits for the end of the process.
    ///
    /// # Errors
    ///
    /// Those of waitpid(2).
    pub fn finish(&mut self) -> io::Result<()> {
        self.child.wait().map(drop)
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Returns what the kernel handed to this process, for a program with the standard library, and undoes what
/// that did to what the next program inherits.
///
/// # Errors
///
/// EINVAL where an argument holds a NUL, which cannot be.
pub fn start() -> io::Result<bare::Start> {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: no handler of ours, and none before: the standard library ignores this signal.
    unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) }?;
    let arguments = std::env::args_os().map(|item| c_string(&item)).collect::<io::Result<Vec<_>>>()?;
    let list = arguments.into_iter().map(|item| item.into_raw().cast_const()).chain([std::ptr::null()]);
    let list: &'static mut [*const libc::c_char] = Vec::leak(list.collect());
    // SAFETY: getauxval(3) has no conditions.
    let executed = unsafe { libc::getauxval(libc::AT_EXECFN) };
    // SAFETY: nobody changes the environment: the lints forbid it, and the shim has one thread.
    let environment = unsafe { libc::environ };
    let executed = std::ptr::with_exposed_provenance(usize::try_from(executed).unwrap_or(0));
    // SAFETY: the first was made just now and is never freed; the C library keeps the second; the kernel put
    // the third there for the life of the process.
    Ok(unsafe { bare::Start::new(list.as_mut_ptr(), environment.cast(), executed) })
}
