//! Bytes between the person's terminal and the agent's inner one.

use crate::approval::Screen;
use crate::sys::tty;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::thread::JoinHandle;

/// How much is moved at once.
const CHUNK_BYTES: usize = 32 * 1024;
/// How many typed bytes wait for an agent that does not read; then the person's terminal holds them.
const TYPED_LIMIT_BYTES: usize = 256 * 1024;

/// Where keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// From the person's terminal: standard input is one.
    Terminal,
    /// From nowhere: standard input is a file or a pipe, which the agent reads itself.
    Elsewhere,
}

/// The relay, a thread.
#[derive(Debug)]
pub(super) struct Relay {
    thread: JoinHandle<()>,
    master: Arc<File>,
}

impl Relay {
    /// Starts to move bytes until the agent's side is closed.
    ///
    /// # Errors
    ///
    /// Those of fcntl(2) and clone(2).
    pub(super) fn start(screen: Arc<Screen>, master: OwnedFd, keys: Keys) -> io::Result<Self> {
        use nix::fcntl::{FcntlArg, OFlag, fcntl};
        let flags = OFlag::from_bits_truncate(fcntl(&master, FcntlArg::F_GETFL)?);
        fcntl(&master, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        let master = Arc::new(File::from(master));
        let moved = Arc::clone(&master);
        let thread = std::thread::Builder::new().name("relay".to_owned()).spawn(move || {
            if let Err(error) = move_bytes(&screen, &moved, keys) {
                tracing::warn!(%error, "the terminal relay ended");
            }
            screen.relay_ended();
        })?;
        Ok(Self { thread, master })
    }

    /// Follows a change of the person's terminal.
    pub(super) fn follow_size(&self, screen: &Screen) {
        let size = screen.terminal().size();
        screen.resize(size);
        if let Err(error) = tty::resize(&*self.master, size) {
            tracing::debug!(%error, "the inner terminal keeps its size");
        }
    }

    /// Waits until what the agent has printed is shown.
    pub(super) fn finish(self) {
        if self.thread.join().is_err() {
            tracing::warn!("the terminal relay died");
        }
    }
}

fn move_bytes(screen: &Screen, master: &File, keys: Keys) -> io::Result<()> {
    let mut typed: VecDeque<u8> = VecDeque::new();
    let mut buffer = vec![0_u8; CHUNK_BYTES];
    let mut reads_keys = keys == Keys::Terminal;
    loop {
        screen.wait_until_free();
        let wants_keys = reads_keys && typed.len() < TYPED_LIMIT_BYTES && screen.terminal().is_foreground();
        let key_events = if wants_keys { PollFlags::POLLIN } else { PollFlags::empty() };
        let mut master_events = PollFlags::POLLIN;
        if !typed.is_empty() {
            master_events |= PollFlags::POLLOUT;
        }
        let mut ready = [
            PollFd::new(master.as_fd(), master_events),
            PollFd::new(screen.wake().as_fd(), PollFlags::POLLIN),
            PollFd::new(screen.terminal().file().as_fd(), key_events),
        ];
        match poll(&mut ready, PollTimeout::NONE) {
            Ok(_) => {}
            Err(nix::Error::EINTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let events = ready.map(|item| item.revents().unwrap_or(PollFlags::empty()));
        let [master_ready, wake_ready, keys_ready] = events;
        if wake_ready.contains(PollFlags::POLLIN) {
            let mut byte = [0];
            let _: usize = screen.wake().read(&mut byte)?;
            continue;
        }
        if master_ready.contains(PollFlags::POLLOUT) {
            send_typed(master, &mut typed)?;
        }
        if master_ready.intersects(PollFlags::POLLIN | PollFlags::POLLHUP | PollFlags::POLLERR) {
            match (&*master).read(&mut buffer) {
                // The last holder of the other end has closed it.
                Ok(0) => return Ok(()),
                Err(error) if error.raw_os_error() == Some(libc::EIO) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
                Ok(read) => screen.show(buffer.get(..read).unwrap_or_default())?,
            }
        }
        if wants_keys && keys_ready.contains(PollFlags::POLLIN) {
            match screen.terminal().file().read(&mut buffer) {
                Ok(0) => reads_keys = false,
                Ok(read) => typed.extend(buffer.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => reads_keys = false,
            }
        } else if keys_ready.intersects(PollFlags::POLLHUP | PollFlags::POLLERR) {
            // The person's terminal is gone: the agent gets what a closed terminal gives.
            return Ok(());
        }
    }
}

fn send_typed(master: &File, typed: &mut VecDeque<u8>) -> io::Result<()> {
    let (front, _) = typed.as_slices();
    match (&*master).write(front) {
        Ok(written) => drop(typed.drain(..written)),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
        Err(error) => return Err(error),
    }
    debug_assert!(master.as_raw_fd() > 2);
    Ok(())
}
