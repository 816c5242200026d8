//! What was asked, in raw bytes.

use super::{FileId, ProcessId, changed_ns};
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// How a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// Caught in the kernel: cannot be bypassed.
    Kernel,
    /// Announced by the shim on PATH.
    Shim,
}

impl Door {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Shim => "shim",
        }
    }
}

/// A program file as stat(2) saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramFile {
    /// Where it is; a deleted or anonymous file keeps the kernel's name for it.
    pub path: PathBuf,
    /// Which file it is.
    pub id: FileId,
    /// Its size in bytes.
    pub size: u64,
    /// Last change of the inode, nanoseconds since the epoch. Nobody can set it.
    pub changed_ns: i128,
}

impl ProgramFile {
    /// Describes the file at a path by what stat(2) said of it.
    #[must_use]
    pub fn of(path: PathBuf, metadata: &std::fs::Metadata) -> Self {
        Self { path, id: FileId::of(metadata), size: metadata.size(), changed_ns: changed_ns(metadata) }
    }
}

/// How far the request can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Read from the new image, which only the kernel can have made and which has not run yet.
    Verified,
    /// Read from the caller's memory, which the caller or its debugger can change afterwards.
    Unverified,
}

/// One program that asks to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How it arrived.
    pub door: Door,
    /// How far it can be believed.
    pub truth: Truth,
    /// The process that will be the program.
    pub process: ProcessId,
    /// Its parent.
    pub parent: ProcessId,
    /// The program file that the kernel runs (for a script: the interpreter).
    pub program: ProgramFile,
    /// The path that execve(2) was given (AT_EXECFN), where it is known.
    pub named: Option<PathBuf>,
    /// All of argv.
    pub argv: Vec<OsString>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The environment as `NAME=VALUE`; empty where no rule reads it.
    pub environment: Vec<OsString>,
}
