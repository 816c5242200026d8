//! Where things are kept. See the XDG Base Directory Specification.

use super::{Caller, LaunchError};
use std::path::PathBuf;

/// Where policies, keys, records and the sessions' own files are.
#[derive(Clone, Debug)]
pub struct Places {
    /// The records: `$XDG_STATE_HOME/tollgate/audit`.
    pub audit: PathBuf,
    /// The host key: `$XDG_STATE_HOME/tollgate/keys`.
    pub keys: PathBuf,
    /// The folders of running sessions.
    pub sessions: PathBuf,
    /// The person's policy: `$XDG_CONFIG_HOME/tollgate/policy.yaml`.
    pub user_policy: Option<PathBuf>,
    /// The organisation's policies.
    pub managed_policies: PathBuf,
    /// The list of trusted projects: `$XDG_STATE_HOME/tollgate/trusted-projects`.
    pub trust: PathBuf,
    /// Policies from elsewhere, each under its digest: `$XDG_CACHE_HOME/tollgate/policies`.
    pub cache: Option<PathBuf>,
}

impl Places {
    /// Finds them from the environment. `audit` replaces the folder of the records.
    ///
    /// # Errors
    ///
    /// Where nothing says which folder is home.
    pub fn find(caller: &Caller, audit: Option<PathBuf>) -> Result<Self, LaunchError> {
        let from = |variable: &str, below_home: &str| {
            let named = caller.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute());
            named.or_else(|| caller.home().map(|home| home.join(below_home)))
        };
        let state = from("XDG_STATE_HOME", ".local/state").map(|path| path.join("tollgate"));
        let runtime =
            caller.variable("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute() && path.is_dir());
        let state = state.ok_or(LaunchError::NoHome)?;
        Ok(Self {
            audit: audit.map_or_else(|| state.join("audit"), |path| caller.cwd.join(path)),
            keys: state.join("keys"),
            sessions: runtime.map_or_else(|| state.join("run"), |path| path.join("tollgate")),
            user_policy: from("XDG_CONFIG_HOME", ".config").map(|path| path.join("tollgate/policy.yaml")),
            trust: state.join("trusted-projects"),
            cache: from("XDG_CACHE_HOME", ".cache").map(|path| path.join("tollgate/policies")),
            managed_policies: PathBuf::from("/etc/tollgate/policy.d"),
        })
    }
}
