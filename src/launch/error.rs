//! Why a session did not start, or did not end well.

use crate::audit::AuditError;
use crate::model::{Tier, exit, text};
use crate::policy::{LoadErrors, TrustError};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// Why a session did not start, or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The policy did not load whole.
    #[error(transparent)]
    Policy(#[from] LoadErrors),
    /// The list of trusted projects cannot be believed.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The record cannot be written.
    #[error("the session cannot be recorded")]
    Audit(#[from] AuditError),
    /// No such command.
    #[error("{}: command not found", text::escape_os(.0))]
    NotFound(OsString),
    /// The command is there and cannot be started.
    #[error("cannot start {}", text::escape_os(.command))]
    NotStarted {
        /// The command.
        command: OsString,
        /// The errno of execve(2).
        source: io::Error,
    },
    /// The machine holds less than was asked for.
    #[error(
        "this machine holds tier {tier} only, and {required} is required ({reason}); `tollgate doctor` says what is missing"
    )]
    Tier {
        /// What can be had.
        tier: Tier,
        /// What was asked for.
        required: Tier,
        /// The step that failed.
        reason: String,
    },
    /// The shim is not installed.
    #[error("tollgate-shim is not beside tollgate, at {}; install both, or use --door kernel", .0.display())]
    NoShim(PathBuf),
    /// The session's folder cannot be made.
    #[error("cannot make the session's folder {} (XDG_RUNTIME_DIR or XDG_STATE_HOME says where it is)", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no place for the session's files.
    #[error(
        "neither XDG_STATE_HOME nor a home folder says where the record goes; set XDG_STATE_HOME or use --audit-dir"
    )]
    NoHome,
    /// A system call failed.
    #[error("{step}")]
    System {
        /// What was being done.
        step: &'static str,
        /// Its error.
        source: io::Error,
    },
}

impl LaunchError {
    /// Returns the exit status, as POSIX gives it to commands that start others.
    #[must_use]
    pub fn status(&self) -> u8 {
        match self {
            Self::NotFound(_) => exit::NOT_FOUND,
            Self::NotStarted { source, .. } if source.kind() == io::ErrorKind::NotFound => exit::NOT_FOUND,
            Self::NotStarted { .. } => exit::REFUSED,
            Self::Policy(_)
            | Self::Trust(_)
            | Self::Audit(_)
            | Self::Tier { .. }
            | Self::NoShim(_)
            | Self::NoHome
            | Self::Folder { .. }
            | Self::System { .. } => exit::FAILED,
        }
    }
}

/// Names the step that an error belongs to.
pub(super) trait Step<T> {
    /// Turns an error into [`LaunchError::System`].
    fn step(self, step: &'static str) -> Result<T, LaunchError>;
}

impl<T> Step<T> for io::Result<T> {
    fn step(self, step: &'static str) -> Result<T, LaunchError> {
        self.map_err(|source| LaunchError::System { step, source })
    }
}
