//! What was found.

use serde::Serialize;

/// Whether a mechanism works here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It does.
    Works,
    /// A step failed.
    Fails {
        /// Which.
        step: String,
        /// Its errno as a name and number.
        error: String,
    },
    /// The kernel can, tollgate does not use it yet.
    Unused,
}

/// One mechanism.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The tier, such as `E1`.
    pub tier: &'static str,
    /// What it is.
    pub mechanism: &'static str,
    /// Whether it works.
    pub state: State,
    /// What is lost without it.
    pub loses: &'static str,
    /// What to do, where something can be done.
    pub fix: Option<String>,
}

/// Everything that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Kernel release.
    pub kernel: String,
    /// User id.
    pub uid: u32,
    /// Landlock ABI, 0 for none.
    pub landlock_abi: u32,
    /// `kernel.yama.ptrace_scope`, where there is one.
    pub yama_ptrace_scope: Option<u32>,
    /// The tier that `tollgate run` takes for execs.
    pub exec_tier: &'static str,
    /// The mechanisms, strongest first in each kind.
    pub checks: Vec<Check>,
}
