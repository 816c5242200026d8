//! Terminals: the person's own, and the inner one that the agent gets.

use nix::pty::{OpenptyResult, openpty};
use nix::sys::termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcsetattr};
use std::fs::File;
use std::io;
use std::num::NonZero;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// ioctl_tty(2).
mod raw {
    nix::ioctl_read_bad! {
        /// Reads rows and columns.
        read_window_size, libc::TIOCGWINSZ, libc::winsize
    }
    nix::ioctl_write_ptr_bad! {
        /// Sets rows and columns.
        write_window_size, libc::TIOCSWINSZ, libc::winsize
    }
    nix::ioctl_write_int_bad! {
        /// Makes it the controlling terminal of the calling session leader.
        take_controlling_terminal, libc::TIOCSCTTY
    }
}
use raw::{read_window_size, take_controlling_terminal, write_window_size};

/// Rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Lines of text.
    pub rows: NonZero<u16>,
    /// Characters in a line.
    pub columns: NonZero<u16>,
}

/// The VT100's.
const DEFAULT_SIZE: Size = Size { rows: NonZero::new(24).unwrap(), columns: NonZero::new(80).unwrap() };

/// How a terminal treats what is typed and printed. See termios(3).
#[derive(Clone, Copy, Debug)]
pub struct Settings(libc::termios);

impl Settings {
    fn to_termios(self) -> Termios {
        Termios::from(self.0)
    }
}

/// The person's terminal, `/dev/tty`: where cards are shown, and nothing of the agent has it open.
#[derive(Debug)]
pub struct Terminal {
    file: File,
}

impl Terminal {
    /// Opens the controlling terminal, and nothing where there is none.
    #[must_use]
    pub fn open() -> Option<Self> {
        File::options().read(true).write(true).open("/dev/tty").ok().map(|file| Self { file })
    }

    /// Returns the open file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Returns how large it is; 24 by 80 where it does not know.
    #[must_use]
    pub fn size(&self) -> Size {
        let mut raw = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: `raw` is a valid place for the answer.
        let answer = unsafe { read_window_size(self.file.as_raw_fd(), &raw mut raw) };
        let known = answer.ok().and_then(|_| NonZero::new(raw.ws_row).zip(NonZero::new(raw.ws_col)));
        known.map_or(DEFAULT_SIZE, |(rows, columns)| Size { rows, columns })
    }

    /// Says whether this process is the one that the terminal's keys go to.
    #[must_use]
    pub fn is_foreground(&self) -> bool {
        nix::unistd::tcgetpgrp(&self.file).is_ok_and(|group| group == nix::unistd::getpgrp())
    }

    /// Returns the settings, to be restored later.
    ///
    /// # Errors
    ///
    /// Those of tcgetattr(3).
    pub fn settings(&self) -> io::Result<Settings> {
        Ok(Settings(tcgetattr(&self.file)?.into()))
    }

    /// Sets what [`Terminal::settings`] gave.
    ///
    /// # Errors
    ///
    /// Those of tcsetattr(3).
    pub fn restore(&self, settings: Settings) -> io::Result<()> {
        Ok(tcsetattr(&self.file, SetArg::TCSADRAIN, &settings.to_termios())?)
    }

    /// Hands every key on as it is typed: the inner terminal gives the meaning.
    ///
    /// # Errors
    ///
    /// Those of tcsetattr(3).
    pub fn make_raw(&self, settings: Settings) -> io::Result<()> {
        let mut raw = settings.to_termios();
        cfmakeraw(&mut raw);
        Ok(tcsetattr(&self.file, SetArg::TCSADRAIN, &raw)?)
    }

    /// Forgets the keys that were typed and not read yet.
    ///
    /// # Errors
    ///
    /// Those of tcflush(3).
    pub fn forget_typed(&self) -> io::Result<()> {
        Ok(tcflush(&self.file, FlushArg::TCIFLUSH)?)
    }
}

/// A new pair of terminal ends.
#[derive(Debug)]
pub struct Inner {
    /// Ours: what the agent prints is read here.
    pub master: OwnedFd,
    /// The agent's.
    pub slave: OwnedFd,
}

/// Makes an inner terminal like the given one.
///
/// # Errors
///
/// Those of openpty(3).
pub fn open_inner(size: Size, settings: Settings) -> io::Result<Inner> {
    let raw = window_size(size);
    let OpenptyResult { master, slave } = openpty(&raw, &settings.to_termios())?;
    for end in [&master, &slave] {
        use nix::fcntl::{FcntlArg, FdFlag, fcntl};
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    }
    Ok(Inner { master, slave })
}

fn window_size(size: Size) -> libc::winsize {
    libc::winsize { ws_row: size.rows.get(), ws_col: size.columns.get(), ws_xpixel: 0, ws_ypixel: 0 }
}

/// Tells an inner terminal that it has another size; its programs get SIGWINCH.
///
/// # Errors
///
/// Those of ioctl_tty(2), TIOCSWINSZ.
pub fn resize(master: &impl AsFd, size: Size) -> io::Result<()> {
    let raw = window_size(size);
    // SAFETY: `raw` is a valid winsize.
    unsafe { write_window_size(master.as_fd().as_raw_fd(), &raw const raw) }?;
    Ok(())
}

/// Makes the terminal the controlling one of this process, which becomes a session of its own.
///
/// # Errors
///
/// Those of setsid(2) and ioctl_tty(2), TIOCSCTTY.
pub fn become_leader(slave: &impl AsFd) -> io::Result<()> {
    nix::unistd::setsid()?;
    // SAFETY: the argument is a number.
    unsafe { take_controlling_terminal(slave.as_fd().as_raw_fd(), 0) }?;
    Ok(())
}

/// Gives the terminal's keys to the process group of this process.
///
/// # Errors
///
/// Those of setpgid(2) and tcsetpgrp(3).
pub fn lead_foreground(slave: &impl AsFd) -> io::Result<()> {
    let me = nix::unistd::Pid::from_raw(0);
    nix::unistd::setpgid(me, me)?;
    Ok(nix::unistd::tcsetpgrp(slave, nix::unistd::getpid())?)
}

/// Says whether the descriptor is a terminal.
#[must_use]
pub fn is_terminal(descriptor: &impl AsFd) -> bool {
    nix::unistd::isatty(descriptor).unwrap_or(false)
}
