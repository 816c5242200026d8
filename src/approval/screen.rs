//! The person's terminal: the agent's output most of the time, a card now and then.
//!
//! A model of the screen is kept, so that a card can cover whatever is shown and give it back exactly:
//! a program on the main screen keeps its scrollback because the card is drawn on the alternate one; a
//! full-screen program is on the alternate screen already and is drawn again from the model.

use crate::sys::tty::{Settings, Size, Terminal};
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Switches off what a full-screen program may have switched on: mouse reports, bracketed paste,
/// focus reports (saved first), application keys, the kitty keyboard protocol; shows the cursor.
const PLAIN_MODES: &str =
    "\x1b[?1004s\x1b[?1004l\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?2004l\x1b[?1l\x1b>\x1b[>0u\x1b[?25h\x1b[m";
/// Takes back what the model does not know.
const RESTORE_MODES: &str = "\x1b[<u\x1b[?1004r";

/// What the relay does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relay {
    /// It has not started, or has ended.
    Absent,
    /// It moves bytes.
    Moving,
    /// It waits until the screen is free.
    Parked,
}

struct State {
    model: vt100::Parser,
    taken: bool,
    relay: Relay,
    raw: bool,
}

/// The person's terminal.
pub struct Screen {
    terminal: Terminal,
    settings: Settings,
    state: Mutex<State>,
    changed: Condvar,
    wake: Wake,
}

/// A pipe that interrupts the relay's wait.
struct Wake {
    reader: io::PipeReader,
    writer: io::PipeWriter,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").finish_non_exhaustive()
    }
}

impl Screen {
    /// Takes over the terminal, as it is set now.
    ///
    /// # Errors
    ///
    /// Those of tcgetattr(3) and pipe(2).
    pub fn new(terminal: Terminal) -> io::Result<Self> {
        let settings = terminal.settings()?;
        let size = terminal.size();
        let (reader, writer) = io::pipe()?;
        let state = State {
            model: vt100::Parser::new(size.rows, size.columns, 0),
            taken: false,
            relay: Relay::Absent,
            raw: false,
        };
        let wake = Wake { reader, writer };
        Ok(Self { terminal, settings, state: Mutex::new(state), changed: Condvar::new(), wake })
    }

    /// Returns the terminal.
    #[must_use]
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Returns how the terminal was set when the session started.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Returns what becomes readable when the relay must look at [`Screen::wait_until_free`].
    #[must_use]
    pub fn wake(&self) -> &io::PipeReader {
        &self.wake.reader
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands keys on raw from now on, while the agent has the screen.
    ///
    /// # Errors
    ///
    /// Those of tcsetattr(3).
    pub fn start_raw(&self) -> io::Result<()> {
        self.state().raw = true;
        self.terminal.make_raw(self.settings)
    }

    /// Says whether keys still have their meaning to the outer terminal: nothing reads them raw, and no
    /// card is up.
    #[must_use]
    pub fn leaves_keys(&self) -> bool {
        let state = self.state();
        !state.raw && !state.taken
    }

    /// Follows a change of the terminal's size.
    pub fn resize(&self, size: Size) {
        self.state().model.screen_mut().set_size(size.rows, size.columns);
    }

    /// Shows what the agent printed.
    ///
    /// # Errors
    ///
    /// Those of write(2).
    pub fn show(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.model.process(bytes);
        self.terminal.file().write_all(bytes)
    }

    /// For the relay: waits while the screen is taken.
    pub fn wait_until_free(&self) {
        let mut state = self.state();
        state.relay = Relay::Parked;
        while state.taken {
            self.changed.notify_all();
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.relay = Relay::Moving;
    }

    /// For the relay: it has ended.
    pub fn relay_ended(&self) {
        self.state().relay = Relay::Absent;
        self.changed.notify_all();
    }

    /// Holds the agent's output and keys back, and sets the terminal as the person's shell left it.
    ///
    /// # Errors
    ///
    /// Those of tcsetattr(3).
    pub fn take(&self) -> io::Result<Taken<'_>> {
        let mut state = self.state();
        while state.taken {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.taken = true;
        (&self.wake.writer).write_all(b"!")?;
        while state.relay == Relay::Moving {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let taken = Taken { screen: self, covered: std::cell::Cell::new(false) };
        self.terminal.restore(self.settings)?;
        Ok(taken)
    }
}

/// The screen, taken from the agent until this is dropped.
#[derive(Debug)]
pub struct Taken<'a> {
    screen: &'a Screen,
    covered: std::cell::Cell<bool>,
}

impl Taken<'_> {
    /// Covers what is shown with an empty screen.
    ///
    /// # Errors
    ///
    /// Those of write(2).
    pub fn clear(&self) -> io::Result<()> {
        let state = self.screen.state();
        let mut out = String::from(PLAIN_MODES);
        if !state.model.screen().alternate_screen() {
            out.push_str("\x1b[?1049h");
        }
        out.push_str("\x1b[2J\x1b[H");
        self.covered.set(true);
        self.screen.terminal.file().write_all(out.as_bytes())
    }

    /// Shows again what the agent had on the screen.
    fn uncover(&self) -> io::Result<()> {
        let state = self.screen.state();
        let model = state.model.screen();
        let mut out = Vec::new();
        if model.alternate_screen() {
            out.extend_from_slice(b"\x1b[2J\x1b[H");
            out.extend_from_slice(model.state_formatted().as_bytes());
        } else {
            out.extend_from_slice(b"\x1b[2J\x1b[?1049l");
            out.extend_from_slice(model.input_mode_formatted().as_bytes());
            out.extend_from_slice(model.attributes_formatted().as_bytes());
            if model.hide_cursor() {
                out.extend_from_slice(b"\x1b[?25l");
            }
        }
        out.extend_from_slice(RESTORE_MODES.as_bytes());
        self.screen.terminal.file().write_all(&out)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let screen = self.screen;
        let raw = screen.state().raw;
        // The person's screen is gone where this fails; the session goes on.
        let shown = if self.covered.get() { self.uncover() } else { Ok(()) };
        let set =
            if raw && screen.terminal.is_foreground() { screen.terminal.make_raw(screen.settings) } else { Ok(()) };
        if let Err(error) = shown.and(set) {
            tracing::warn!(%error, "the screen could not be restored");
        }
        screen.state().taken = false;
        screen.changed.notify_all();
    }
}
