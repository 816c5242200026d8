//! A person at a terminal: a pseudo-terminal with a model of its screen.

use super::harness::{Env, binary};
use super::process::{DEADLINE, watch};
use nix::fcntl::OFlag;
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use std::cell::Cell;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use vt100::{Parser, Screen};

/// Wide enough that no line of a card is broken.
pub(super) const ROWS: u16 = 40;
pub(super) const COLUMNS: u16 = 240;

/// What a card says under its answers.
const CARD: &str = "tollgate: may this run?";

/// What a shell of these tests shows when it waits for a line. Not at the end: that may be trimmed.
pub(super) const PROMPT: &str = "(your line)";

/// The person's keys.
pub(super) const ENTER: &str = "\r";
pub(super) const ESCAPE: &str = "\x1b";
pub(super) const DOWN: &str = "\x1b[B";
pub(super) const CTRL_C: &str = "\x03";
pub(super) const CTRL_Z: &str = "\x1a";

/// What has arrived on the screen.
struct Shown {
    model: Parser,
    raw: Vec<u8>,
    closed: bool,
}

/// A terminal with one program on it, in a session of its own.
pub(super) struct Terminal {
    master: PtyMaster,
    slave: PathBuf,
    process: u32,
    ended: Receiver<ExitStatus>,
    answered: Cell<usize>,
    shown: Arc<(Mutex<Shown>, Condvar)>,
}

impl Terminal {
    /// Starts `tollgate run` with these options on a new terminal.
    #[track_caller]
    pub(super) fn session<S: AsRef<OsStr>>(env: &Env, options: &[&str], agent: &[S]) -> Self {
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(binary()).args(env.run_arguments(options, agent));
        Self::start(env, command)
    }

    /// Starts an interactive shell on a new terminal.
    #[track_caller]
    pub(super) fn shell(env: &Env) -> Self {
        let mut command = Command::new("setsid");
        command.args(["--ctty", "bash", "--norc", "--noprofile", "-i"]);
        command.env("PS1", PROMPT);
        let terminal = Self::start(env, command);
        // Keys that are typed before it reads them can be lost.
        terminal.wait_for(PROMPT);
        terminal
    }

    #[track_caller]
    fn start(env: &Env, mut command: Command) -> Self {
        // Close-on-exec from the start: a copy of an end in another test's child would keep it open.
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).expect("make a terminal");
        grantpt(&master).expect("grantpt");
        unlockpt(&master).expect("unlockpt");
        let slave = PathBuf::from(ptsname_r(&master).expect("ptsname"));
        let open = || {
            let flags = libc::O_NOCTTY;
            OpenOptions::new().read(true).write(true).custom_flags(flags).open(&slave).expect("open the terminal")
        };
        let kept = open();
        resize(&open(), ROWS, COLUMNS);
        let environment: Vec<_> = command.get_envs().map(|(n, v)| (n.to_owned(), v.map(OsStr::to_owned))).collect();
        env.prepare(&mut command);
        command.envs(environment.into_iter().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(open()).stdout(open()).stderr(open());
        let child = command.spawn().expect("start on the terminal");
        drop(command);
        let process = child.id();
        let shown = Shown { model: Parser::new(nonzero(ROWS), nonzero(COLUMNS), 0), raw: Vec::new(), closed: false };
        let shown = Arc::new((Mutex::new(shown), Condvar::new()));
        pump(master.try_clone_file(), Arc::clone(&shown));
        // Held until the child is there: without any open end the terminal would hang up.
        drop(kept);
        Self { master, slave, process, ended: watch(child), answered: Cell::new(0), shown }
    }

    /// Returns the first process on the terminal.
    pub(super) fn process(&self) -> u32 {
        self.process
    }

    fn state(&self) -> MutexGuard<'_, Shown> {
        self.shown.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the text on the screen.
    pub(super) fn text(&self) -> String {
        self.state().model.screen().contents()
    }

    /// Returns every byte that was printed.
    pub(super) fn printed(&self) -> Vec<u8> {
        self.state().raw.clone()
    }

    /// Waits until the screen is as wanted, and returns what the function then says.
    #[track_caller]
    pub(super) fn wait_until<T>(&self, what: &str, look: impl Fn(&Screen) -> Option<T>) -> T {
        self.wait(what, |shown| look(shown.model.screen()))
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, look: impl Fn(&Shown) -> Option<T>) -> T {
        let end = Instant::now() + DEADLINE;
        let mut state = self.state();
        loop {
            if let Some(found) = look(&state) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            let screen = state.model.screen().contents();
            assert!(!left.is_zero(), "not within {DEADLINE:?}: {what}; the screen:\n{screen}");
            assert!(!state.closed, "the terminal was closed before: {what}; the screen:\n{screen}");
            state = self.shown.1.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub(super) fn wait_for(&self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text).then_some(()));
    }

    /// Types.
    pub(super) fn types(&self, keys: &str) {
        (&self.master).write_all(keys.as_bytes()).expect("type");
    }

    /// Waits until a card is up that was not answered yet and takes keys, and returns its text.
    #[track_caller]
    pub(super) fn card(&self) -> String {
        self.wait(&format!("card {}", self.answered.get() + 1), |shown| {
            let heads = shown.raw.windows(CARD.len()).filter(|window| *window == CARD.as_bytes()).count();
            let text = shown.model.screen().contents();
            // The answers come last, and what was typed before them is forgotten.
            (heads > self.answered.get() && text.contains(CARD) && text.contains("Allow this once")).then_some(text)
        })
    }

    /// Gives the card that is up these keys as its answer.
    #[track_caller]
    pub(super) fn answers_by(&self, keys: &str) {
        self.card();
        self.types(keys);
        self.answered.set(self.answered.get() + 1);
    }

    /// Moves to an answer of the card that is up, and gives it.
    #[track_caller]
    pub(super) fn answers(&self, answer: &str) {
        self.card();
        let is_chosen = |screen: &Screen, wanted: &str| {
            screen.contents().lines().any(|line| {
                line.trim_start().trim_start_matches('>').trim() == wanted && line.trim_start().starts_with('>')
            })
        };
        let mut steps = 0;
        while !is_chosen(self.state().model.screen(), answer) {
            assert!(steps < 8, "no answer {answer:?} on the card:\n{}", self.text());
            steps += 1;
            let before = chosen(self.state().model.screen());
            self.types(DOWN);
            self.wait_until("another answer", |screen| chosen(screen).filter(|now| Some(now) != before.as_ref()));
        }
        self.answers_by(ENTER);
    }

    /// Changes the size, as a window manager would.
    pub(super) fn resize(&self, rows: u16, columns: u16) {
        let slave = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NOCTTY).open(&self.slave);
        self.state().model.screen_mut().set_size(nonzero(rows), nonzero(columns));
        resize(&slave.expect("open the terminal"), rows, columns);
    }

    /// Waits for the end of the first process.
    #[track_caller]
    pub(super) fn finish(self) -> i32 {
        use std::os::unix::process::ExitStatusExt;
        let status = self.ended.recv_timeout(DEADLINE);
        let status = status.unwrap_or_else(|_| panic!("not ended within {DEADLINE:?}; the screen:\n{}", self.text()));
        status.code().unwrap_or_else(|| 1000 + status.signal().unwrap_or_default())
    }
}

fn nonzero(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a size")
}

/// Returns the answer that the arrow stands at.
fn chosen(screen: &Screen) -> Option<String> {
    let text = screen.contents();
    text.lines().find_map(|line| line.trim_start().strip_prefix("> ")).map(str::to_owned)
}

fn resize(slave: &File, rows: u16, columns: u16) {
    let slave = slave.try_clone().expect("copy a descriptor");
    let (rows, columns) = (rows.to_string(), columns.to_string());
    let set = Command::new("stty").args(["rows", &rows, "cols", &columns]).stdin(slave).status();
    assert!(set.expect("run stty").success());
}

/// Moves what is printed into the model.
fn pump(mut from: File, shown: Arc<(Mutex<Shown>, Condvar)>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 65536];
        loop {
            // EIO: nobody has the other end open any more.
            let read = from.read(&mut buffer).unwrap_or(0);
            let mut state = shown.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.model.process(&buffer[..read]);
            state.raw.extend_from_slice(&buffer[..read]);
            state.closed = read == 0;
            shown.1.notify_all();
            if read == 0 {
                return;
            }
        }
    });
}

/// A second handle on the same end.
trait CloneFile {
    fn try_clone_file(&self) -> File;
}

impl CloneFile for PtyMaster {
    fn try_clone_file(&self) -> File {
        use std::os::fd::AsFd;
        File::from(self.as_fd().try_clone_to_owned().expect("copy a descriptor"))
    }
}
