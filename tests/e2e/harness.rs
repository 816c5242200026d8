//! One environment per test: folders, a policy, and `tollgate` over them.

use super::process::{Output, Running};
use super::records::{Records, session_files};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

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

/// Returns the binary that is tested. `tests/as-user.sh` names a copy that the user can read.
pub(super) fn binary() -> PathBuf {
    std::env::var_os("TOLLGATE_TEST_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_tollgate").into(), PathBuf::from)
}

/// Copies a program, by another process: see [`Env::script`].
pub(super) fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg(from).arg(to).status().expect("run cp").success());
}
