//! A program with its arguments, as the policy judges it.

use super::{Digest, ProcessId, ProgramFile};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The names by which rules may call a program.
///
/// An `allow` rule must name a certain one; for `deny` and `ask` a possible one is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Names that the file certainly has: found by them in a trusted folder, or the applet of a
    /// multi-call program.
    pub certain: Vec<String>,
    /// Names that it may have: its base name anywhere, `argv[0]`, the names of its twins.
    pub possible: Vec<String>,
}

impl Names {
    /// Returns the best name to show.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.certain.first().or_else(|| self.possible.first()).map(String::as_str)
    }
}

/// The program of an invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// What rules may call it.
    pub names: Names,
    /// Where it is: its own path first, then every path that a rule names and that is the same file
    /// (device and inode) or has the same content.
    pub paths: Vec<PathBuf>,
    /// The file, where one was looked at.
    pub file: Option<ProgramFile>,
    /// The digest of its content, where a rule needs one.
    pub sha256: Option<Digest>,
}

/// How a reading came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// The program itself.
    Direct,
    /// A script that the program, its interpreter, reads.
    Script,
    /// A program that the dynamic loader starts (`ld.so PROG`).
    Loader,
    /// A command that a wrapper such as `env` or `timeout` starts; its name.
    Wrapper(String),
    /// A command of a shell line (`sh -c LINE`).
    ShellLine,
}

/// A program with its arguments, directory and environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The program.
    pub program: Program,
    /// All of argv, `argv[0]` included.
    pub argv: Vec<OsString>,
    /// The working directory, absolute.
    pub cwd: PathBuf,
    /// The environment as far as it is known: all of it at the kernel door where a rule reads it,
    /// only the assignments on the line otherwise.
    pub environment: Vec<(OsString, OsString)>,
    /// The process that runs it, where one does: what `/proc/self` means to it.
    pub process: Option<ProcessId>,
    /// How the reading came about.
    pub via: Via,
}

impl Invocation {
    /// Returns the arguments after `argv[0]`.
    #[must_use]
    pub fn arguments(&self) -> &[OsString] {
        self.argv.get(1..).unwrap_or_default()
    }

    /// Returns `argv[0]`, or nothing for an empty argv.
    #[must_use]
    pub fn zeroth(&self) -> Option<&OsStr> {
        self.argv.first().map(OsString::as_os_str)
    }
}

/// Which parts of a subject decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The kernel door: only what runs now. What a wrapper or a shell line starts comes to the same
    /// door with its real argv.
    Exec,
    /// `check`, hooks, and the shim alone: wrappers and shell lines are unwrapped and every command in
    /// them decides.
    Line,
}

/// All readings of the one thing that would run.
///
/// A shebang script has two: the interpreter with its arguments, and the script as a program. A deny
/// or ask rule that matches any reading decides; an allow rule needs one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The readings, the program itself first.
    pub readings: Vec<Invocation>,
    /// Which parts decide.
    pub scope: Scope,
}
