//! What is so while something is judged, beside the thing itself.

use super::{Digest, Usage};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// Where a session runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Continuous integration: nobody is there.
    Ci,
    /// A person is there.
    Interactive,
}

/// The time and the session. What is not known is nothing here, and a rule that asks for it counts where
/// it is strict and does not count where it relaxes.
#[derive(Clone, Debug, Default)]
pub struct Situation {
    /// The time.
    pub now: Option<SystemTime>,
    /// The agent's name.
    pub agent: Option<String>,
    /// The agent's version.
    pub agent_version: Option<String>,
    /// The account whose session it is.
    pub user: Option<String>,
    /// That account's groups.
    pub groups: Option<Arc<[String]>>,
    /// Where the session runs.
    pub environment: Option<Environment>,
    /// The environment with which the session was started, before the agent could change it.
    pub variables: Option<Arc<[(OsString, OsString)]>>,
    /// The branch that is checked out where the subject runs.
    pub branch: Option<String>,
    /// The programs above the one that runs, the nearest first.
    pub ancestors: Option<Arc<[Ancestor]>>,
    /// How far budgets are used.
    pub usage: Option<Usage>,
}

/// One program above another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ancestor {
    /// How far above: 0 is what the same process ran before, 1 its parent.
    pub generation: u32,
    /// What it may be called.
    pub names: Vec<String>,
    /// Its file.
    pub path: PathBuf,
    /// Its content, where some rule names programs by that.
    pub sha256: Option<Digest>,
    /// Its subcommand.
    pub subcommand: Option<String>,
}
