//! Processes that a test starts: what they print, and how they end.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an event may take. Nothing takes this long; a machine under load may be slow.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);
/// The same for a thousand tries.
pub(super) const LONG_DEADLINE: Duration = Duration::from_secs(900);
/// Waits for something without an event of its own.
#[track_caller]
pub(super) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < end, "not within {DEADLINE:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Sends a signal to one process.
#[track_caller]
pub(super) fn signal(process: u32, signal: nix::sys::signal::Signal) {
    let process = nix::unistd::Pid::from_raw(process.try_into().expect("a process id"));
    nix::sys::signal::kill(process, signal).expect("signal a process");
}

/// What one stream of a process has printed so far.
#[derive(Clone, Default)]
pub(super) struct Printed {
    state: Arc<Stream>,
}

/// The bytes, whether that is all, and who waits for more.
#[derive(Default)]
struct Stream {
    bytes: Mutex<(Vec<u8>, bool)>,
    changed: Condvar,
}

impl Printed {
    fn collect(mut from: impl Read + Send + 'static) -> Self {
        let out = Self::default();
        let shared = out.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            loop {
                let read = from.read(&mut buffer).unwrap_or(0);
                let mut state = shared.state.bytes.lock().unwrap_or_else(PoisonError::into_inner);
                state.0.extend_from_slice(&buffer[..read]);
                state.1 = read == 0;
                shared.state.changed.notify_all();
                if state.1 {
                    return;
                }
            }
        });
        out
    }

    #[track_caller]
    fn wait(&self, deadline: Duration, what: &str, holds: impl Fn(&[u8], bool) -> bool) -> Vec<u8> {
        let end = Instant::now() + deadline;
        let mut state = self.state.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        while !holds(&state.0, state.1) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "not within {deadline:?}: {what}; so far: {}", String::from_utf8_lossy(&state.0));
            state = self.state.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.0.clone()
    }

    /// Waits until this text has been printed.
    #[track_caller]
    pub(super) fn wait_for(&self, text: &str) -> String {
        let seen = self.wait(DEADLINE, text, |bytes, _| String::from_utf8_lossy(bytes).contains(text));
        String::from_utf8_lossy(&seen).into_owned()
    }

    /// Waits until the stream is closed.
    #[track_caller]
    fn all(&self) -> Vec<u8> {
        self.wait(DEADLINE, "the end of the stream", |_, closed| closed)
    }
}

/// A process that runs, and what it prints.
pub(super) struct Running {
    process: u32,
    ended: Receiver<ExitStatus>,
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: Printed,
    pub(super) stderr: Printed,
}

impl Running {
    #[track_caller]
    pub(super) fn start(command: &mut Command) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child: Child = piped.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (process, stdin) = (child.id(), child.stdin.take());
        let stdout = Printed::collect(child.stdout.take().expect("a pipe"));
        let stderr = Printed::collect(child.stderr.take().expect("a pipe"));
        Self { process, ended: watch(child), stdin, stdout, stderr }
    }

    /// Returns the process: of tollgate itself.
    pub(super) fn process(&self) -> u32 {
        self.process
    }

    /// Closes standard input and waits for the end.
    #[track_caller]
    pub(super) fn finish(self) -> Output {
        self.finish_within(DEADLINE)
    }

    #[track_caller]
    pub(super) fn finish_within(mut self, deadline: Duration) -> Output {
        let status = self.wait_within(deadline);
        Output { status, stdout: self.stdout.all(), stderr: self.stderr.all() }
    }

    /// Closes standard input and waits for the end of the process itself; what it leaves may still print.
    #[track_caller]
    pub(super) fn wait_within(&mut self, deadline: Duration) -> ExitStatus {
        drop(self.stdin.take());
        self.ended.recv_timeout(deadline).unwrap_or_else(|_| {
            signal(self.process, nix::sys::signal::Signal::SIGKILL);
            panic!(
                "not ended within {deadline:?}; it has printed {:?} and {:?}",
                self.stdout.text(),
                self.stderr.text()
            )
        })
    }
}

impl Printed {
    /// Returns what has been printed so far.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.state.bytes.lock().unwrap_or_else(PoisonError::into_inner).0).into_owned()
    }
}

/// Waits for a child on a thread, so that there can be a deadline.
pub(super) fn watch(mut child: Child) -> Receiver<ExitStatus> {
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait().expect("wait for a child")));
    ended
}

/// How a process ended, and all that it printed.
pub(super) struct Output {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\nstandard output:\n{}\nstandard error:\n{}", self.status, self.out(), self.err())
    }
}

impl Output {
    /// Checks the exit status.
    #[track_caller]
    pub(super) fn exited(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "{self:?}");
        self
    }

    /// Returns the exit status, or 1000 and the signal that ended it.
    pub(super) fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 1000 + self.status.signal().unwrap_or_default())
    }

    pub(super) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(super) fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Returns the lines of standard error that are tollgate's, without the closing one.
    pub(super) fn refusals(&self) -> Vec<String> {
        let is_closing = |line: &str| line.contains(" allowed, ") && line.contains("The record verifies with: ");
        let text = self.err();
        text.lines().filter(|line| line.starts_with("tollgate: ") && !is_closing(line)).map(str::to_owned).collect()
    }
}
