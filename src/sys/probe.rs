//! Trying a mechanism for real, in a process that is thrown away.

use super::process::{self, Side};
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::io;

/// What a namespace is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// Other mounts: files can be hidden and made read-only.
    Mount,
    /// An empty network.
    Network,
}

/// Makes a user namespace with a namespace of this kind in it, and uses it.
///
/// # Errors
///
/// The errno of the step that failed.
pub fn namespace(kind: Namespace) -> io::Result<()> {
    in_child(|| {
        let user = nix::unistd::getuid();
        let flag = match kind {
            Namespace::Mount => CloneFlags::CLONE_NEWNS,
            Namespace::Network => CloneFlags::CLONE_NEWNET,
        };
        unshare(CloneFlags::CLONE_NEWUSER | flag)?;
        std::fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
        if kind == Namespace::Mount {
            let private = nix::mount::MsFlags::MS_REC | nix::mount::MsFlags::MS_PRIVATE;
            nix::mount::mount(None::<&str>, "/", None::<&str>, private, None::<&str>)?;
        }
        Ok(())
    })
}

/// Says whether a Landlock domain really keeps a signal inside.
///
/// # Errors
///
/// EOPNOTSUPP where the kernel cannot, EPERM where the signal got through.
pub fn signal_scope() -> io::Result<()> {
    in_child(|| {
        process::set_no_new_privileges()?;
        if !super::landlock::scope()? {
            return Err(io::Error::from_raw_os_error(libc::EOPNOTSUPP));
        }
        let parent = std::os::unix::process::parent_id().cast_signed();
        match process::kill(parent, 0) {
            Err(_) => Ok(()),
            Ok(()) => Err(io::Error::from_raw_os_error(libc::EPERM)),
        }
    })
}

/// Runs the attempt in a child, and returns its errno.
fn in_child(attempt: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    match process::fork()? {
        Side::Child => {
            let errno = attempt().err().map_or(0, |error| error.raw_os_error().unwrap_or(libc::EIO));
            process::exit_now(u8::try_from(errno).unwrap_or(u8::MAX))
        }
        Side::Parent(child) => loop {
            match waitpid(Pid::from_raw(child), None) {
                Err(nix::Error::EINTR) => {}
                Ok(WaitStatus::Exited(_, 0)) => return Ok(()),
                Ok(WaitStatus::Exited(_, errno)) => return Err(io::Error::from_raw_os_error(errno)),
                Ok(_) => return Err(io::Error::from_raw_os_error(libc::ECHILD)),
                Err(error) => return Err(error.into()),
            }
        },
    }
}
