//! One environment per test: folders, a policy, and `tollgate` over them.

use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an event may take. Nothing takes this long; a machine under load may be slow.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);
/// The same for a thousand tries.
pub(super) const LONG_DEADLINE: Duration = Duration::from_secs(900);
/// Where the agents of these tests find programs, behind the folder of the test.
pub(super) const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A policy of rules with everything else allowed.
pub(super) fn policy(rules: &str) -> String {
    let rules =
        if rules.is_empty() { "  - { id: none, action: deny, match: { program: no-such-program } }\n" } else { rules };
    format!("version: \"1.0\"\ndefaults: {{ action: allow, unknown: allow }}\nrules:\n{rules}")
}

/// A rule that denies the program `danger`, wherever it is.
pub(super) const DENY_DANGER: &str = "  - id: no-danger
    action: deny
    match: { program: danger }
    reason: \"danger is forbidden\"
    suggest: \"Do without.\"
";

/// A rule that asks about the program `danger`, wherever it is.
pub(super) const ASK_DANGER: &str = "  - id: ask-danger
    action: ask
    match: { program: danger }
    reason: \"danger needs a word\"
";

/// The environment of one test.
pub(super) struct Env {
    root: TempDir,
}

impl Env {
    pub(super) fn new(policy: &str) -> Self {
        let env = Self { root: TempDir::new().expect("make a folder") };
        for folder in ["home", "work", "bin"] {
            fs::create_dir(env.root().join(folder)).expect("make a folder");
        }
        fs::write(env.policy(), policy).expect("write the policy");
        env
    }

    /// Everything allowed but `danger`, which stands in `bin` and `work`.
    pub(super) fn with_danger(policy: &str) -> Self {
        let env = Self::new(policy);
        for folder in ["work", "bin"] {
            env.install("evil", env.root().join(folder).join("danger"));
        }
        env
    }

    pub(super) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(super) fn policy(&self) -> PathBuf {
        self.root().join("policy.yaml")
    }

    /// Returns a path in the working directory of the agent.
    pub(super) fn work(&self, name: &str) -> PathBuf {
        self.root().join("work").join(name)
    }

    /// Returns a path in the folder that is first on PATH.
    pub(super) fn bin(&self, name: &str) -> PathBuf {
        self.root().join("bin").join(name)
    }

    /// Copies one of the C programs.
    pub(super) fn install(&self, program: &str, to: impl AsRef<Path>) {
        copy(&super::programs::program(program), to.as_ref());
    }

    /// Writes a file into the working directory.
    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.work(name);
        fs::write(&path, text).expect("write a file");
        path
    }

    /// Writes an executable script. By another process: were the file open for writing here while
    /// another test forks, executing it could fail (ETXTBSY).
    pub(super) fn script(&self, path: &Path, text: &str) {
        let mut child = Command::new("sh")
            .args(["-c", "cat >\"$1\" && chmod 755 \"$1\"", "sh"])
            .arg(path)
            .stdin(Stdio::piped())
            .spawn()
            .expect("run sh");
        child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("write to sh");
        assert!(child.wait().expect("wait for sh").success());
    }

    /// Returns a command of the built binary, with a clean environment and no terminal.
    pub(super) fn tollgate(&self) -> Command {
        let mut command = Command::new("setsid");
        command.arg(binary());
        self.prepare(&mut command);
        command
    }

    /// Gives a command the environment and the working directory of this test.
    pub(super) fn prepare(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", format!("{}:{SEARCH_PATH}", self.bin("").display()))
            .env("HOME", self.root().join("home"))
            .env("XDG_STATE_HOME", self.root().join("state"))
            .env("XDG_CONFIG_HOME", self.root().join("config"))
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm-256color")
            .current_dir(self.work(""));
    }

    /// Returns `tollgate run` with these options and this agent.
    pub(super) fn session<S: AsRef<OsStr>>(&self, options: &[&str], agent: &[S]) -> Command {
        let mut command = self.tollgate();
        command.args(self.run_arguments(options, agent));
        command
    }

    /// Returns the arguments behind `tollgate`.
    pub(super) fn run_arguments<S: AsRef<OsStr>>(&self, options: &[&str], agent: &[S]) -> Vec<OsString> {
        let mut out: Vec<OsString> = vec!["run".into(), "--policy".into(), self.policy().into()];
        out.extend(options.iter().map(OsString::from));
        out.push("--".into());
        out.extend(agent.iter().map(|item| item.as_ref().to_owned()));
        out
    }

    /// Runs an agent to its end, without a terminal.
    #[track_caller]
    pub(super) fn run<S: AsRef<OsStr>>(&self, agent: &[S]) -> Output {
        self.run_with(&[], agent)
    }

    /// The same with options for `tollgate run`.
    #[track_caller]
    pub(super) fn run_with<S: AsRef<OsStr>>(&self, options: &[&str], agent: &[S]) -> Output {
        self.start_with(options, agent).finish()
    }

    /// Runs a line of POSIX shell as the agent.
    #[track_caller]
    pub(super) fn shell(&self, line: &str) -> Output {
        self.run(&["sh", "-c", line])
    }

    /// Starts an agent, without a terminal.
    #[track_caller]
    pub(super) fn start<S: AsRef<OsStr>>(&self, agent: &[S]) -> Running {
        self.start_with(&[], agent)
    }

    #[track_caller]
    pub(super) fn start_with<S: AsRef<OsStr>>(&self, options: &[&str], agent: &[S]) -> Running {
        Running::start(&mut self.session(options, agent))
    }

    /// Returns the records of the last session.
    #[track_caller]
    pub(super) fn records(&self) -> Records {
        Records::read(&self.files().pop().expect("a session's file"))
    }

    /// Returns the files of all sessions, in the order in which they began.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        session_files(&self.root().join("state/tollgate/audit"))
    }

    /// Runs `tollgate audit verify` over all of this test's records, and checks that all holds.
    #[track_caller]
    pub(super) fn verify(&self) {
        let output = Running::start(self.tollgate().args(["audit", "verify"])).finish();
        output.exited(0);
    }

    /// Checks that the record holds, and returns that of the last session.
    #[track_caller]
    pub(super) fn verified(&self) -> Records {
        self.verify();
        self.records()
    }
}

/// Returns the files of sessions below a folder of records, in the order in which they began.
pub(super) fn session_files(audit: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).map(|found| found.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
    };
    let is_session = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "jsonl");
    let days = list(audit).into_iter().flat_map(|host| list(&host)).filter(|day| day.is_dir());
    let mut out: Vec<PathBuf> = days.flat_map(|day| list(&day)).filter(is_session).collect();
    // Session ids begin with the time.
    out.sort();
    out
}

/// Returns the binary that is tested. `tests/as-user.sh` names a copy that the user can read.
pub(super) fn binary() -> PathBuf {
    std::env::var_os("TOLLGATE_TEST_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_tollgate").into(), PathBuf::from)
}

/// Copies a program, by another process: see [`Env::script`].
pub(super) fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg(from).arg(to).status().expect("run cp").success());
}

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

/// What a stream has printed, and whether it is at its end.
type Stream = (Vec<u8>, bool);

/// What one stream of a process has printed so far.
#[derive(Clone, Default)]
pub(super) struct Printed {
    state: Arc<(Mutex<Stream>, Condvar)>,
}

impl Printed {
    fn collect(mut from: impl Read + Send + 'static) -> Self {
        let out = Self::default();
        let shared = out.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            loop {
                let read = from.read(&mut buffer).unwrap_or(0);
                let (lock, changed) = &*shared.state;
                let mut state = lock.lock().unwrap_or_else(PoisonError::into_inner);
                state.0.extend_from_slice(&buffer[..read]);
                state.1 = read == 0;
                changed.notify_all();
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
        let (lock, changed) = &*self.state;
        let mut state = lock.lock().unwrap_or_else(PoisonError::into_inner);
        while !holds(&state.0, state.1) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "not within {deadline:?}: {what}; so far: {}", String::from_utf8_lossy(&state.0));
            state = changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
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
        String::from_utf8_lossy(&self.state.0.lock().unwrap_or_else(PoisonError::into_inner).0).into_owned()
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

/// The records of one session.
#[derive(Debug)]
pub(super) struct Records(pub(super) Vec<Value>);

impl Records {
    #[track_caller]
    pub(super) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("read the record");
        Self(text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect())
    }

    /// Returns the records of a kind.
    pub(super) fn of(&self, kind: &str) -> Vec<&Value> {
        self.0.iter().filter(|record| record["kind"] == kind).collect()
    }

    /// Returns the decisions about a program, by the last part of its path.
    pub(super) fn decisions(&self, program: &str) -> Vec<&Value> {
        let mut out = self.of("decision");
        out.retain(|record| text(&record["action"]["exe"]).rsplit('/').next() == Some(program));
        out
    }

    /// Returns the only decision about a program.
    #[track_caller]
    pub(super) fn decision(&self, program: &str) -> &Value {
        let found = self.decisions(program);
        assert_eq!(found.len(), 1, "decisions about {program}: {found:#?}");
        found[0]
    }

    /// Returns the outcome of a decision.
    pub(super) fn outcome(&self, decision: &Value) -> Option<&Value> {
        self.of("outcome").into_iter().find(|record| record["of_seq"] == decision["_seq"])
    }

    #[track_caller]
    pub(super) fn only(&self, kind: &str) -> &Value {
        let found = self.of(kind);
        assert_eq!(found.len(), 1, "records of kind {kind}: {found:#?}");
        found[0]
    }
}

/// Returns a text of a record. Bytes that JSON cannot hold are an object there, and no text.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
