//! The environment: read once, passed on explicitly.

use super::Places;
use crate::model::{Environment, Situation};
use crate::policy::{Context, Policy, Trust, TrustError};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Who called tollgate, and from where.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The environment, in its order.
    pub variables: Vec<(OsString, OsString)>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The user id.
    pub uid: u32,
}

impl Caller {
    /// Reads what this process was started with.
    ///
    /// # Errors
    ///
    /// Those of getcwd(3).
    pub fn read() -> std::io::Result<Self> {
        let uid = nix::unistd::getuid().as_raw();
        Ok(Self { variables: std::env::vars_os().collect(), cwd: std::env::current_dir()?, uid })
    }

    /// Returns the value of a variable that is set and not empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        let found = self.variables.iter().find(|(key, _)| key == name)?;
        Some(found.1.as_os_str()).filter(|value| !value.is_empty())
    }

    /// Returns the home folder: HOME, or the account's.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        let named = self.variable("HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        named.or_else(|| Some(nix::unistd::User::from_uid(self.uid.into()).ok()??.dir))
    }

    /// Returns the account's name, where it has one.
    #[must_use]
    pub fn user_name(&self) -> Option<String> {
        nix::unistd::User::from_uid(self.uid.into()).ok().flatten().map(|user| user.name)
    }

    /// Returns the folder that rules call `{workspace}`: the nearest one upwards with a policy or a git
    /// repository, else the working directory.
    #[must_use]
    pub fn workspace(&self) -> PathBuf {
        let home = self.home();
        self.cwd
            .ancestors()
            .take_while(|folder| Some(*folder) != home.as_deref() || *folder == self.cwd)
            .find(|folder| folder.join(".tollgate/policy.yaml").exists() || folder.join(".git").exists())
            .unwrap_or(&self.cwd)
            .to_owned()
    }

    /// Returns the folders that rules call `tmp`: TMPDIR, or where it is not set `/tmp` and `/var/tmp`.
    ///
    /// A TMPDIR that is `/` or right below it would make `tmp` mean nearly everything, and is not taken.
    #[must_use]
    pub fn temporary(&self) -> Vec<PathBuf> {
        let own = self
            .variable("TMPDIR")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute() && path.components().count() > 2);
        own.map_or_else(|| vec![PathBuf::from("/tmp"), PathBuf::from("/var/tmp")], |own| vec![own])
    }

    /// Returns what policies are loaded with.
    ///
    /// # Errors
    ///
    /// When the list of trusted projects is there and cannot be believed.
    pub fn context(&self, places: &Places) -> Result<Context, TrustError> {
        let workspace = self.workspace();
        let trust = Trust::open(places.trust.clone(), self.uid)?;
        let trusted_project = trust.of(&workspace);
        let context = Context::new(workspace, self.home(), self.temporary());
        Ok(Context { trusted_project, cache: places.cache.clone(), ..context })
    }

    /// Returns what is known of a session that starts here, for the rules that ask. `agent` is its name.
    ///
    /// Whether it is continuous integration is said by `CI`, which all services set: see their manuals.
    #[must_use]
    pub fn situation(&self, agent: Option<String>, policy: &Policy) -> Situation {
        let ci = self.variable("CI").is_some_and(|value| value != "false" && value != "0");
        // Names of accounts and groups may come over the network: only where some rule asks.
        let asks = policy.reads_situation();
        let groups = nix::unistd::getgroups().ok().filter(|_| asks).map(|groups| {
            let own = std::iter::once(nix::unistd::getegid()).chain(groups);
            own.filter_map(|group| Some(nix::unistd::Group::from_gid(group).ok()??.name)).collect()
        });
        Situation {
            agent,
            user: if asks { self.user_name() } else { None },
            groups,
            environment: Some(if ci { Environment::Ci } else { Environment::Interactive }),
            variables: Some(self.variables.as_slice().into()),
            ..Situation::default()
        }
    }

    /// Returns PATH.
    #[must_use]
    pub fn search_path(&self) -> OsString {
        self.variable("PATH").map_or_else(|| OsString::from("/usr/local/bin:/usr/bin:/bin"), OsStr::to_owned)
    }

    /// Looks a command up as execvp(3) does.
    #[must_use]
    pub fn find(&self, command: &OsStr) -> Option<PathBuf> {
        if command.as_bytes().contains(&b'/') {
            return Some(self.cwd.join(command)).filter(|path| path.exists());
        }
        let is_program = |path: &PathBuf| {
            use std::os::unix::fs::PermissionsExt;
            path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
        };
        std::env::split_paths(&self.search_path()).map(|folder| self.cwd.join(folder).join(command)).find(is_program)
    }

    /// Returns the agent's environment as `NAME=VALUE`, with `changes` in place of what they name.
    #[must_use]
    pub fn environment_with(&self, changes: &[(&str, OsString)]) -> Vec<OsString> {
        let kept = self.variables.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| name == changed));
        let kept = kept.map(|(name, value)| (name.as_os_str(), value.as_os_str()));
        let changed = changes.iter().map(|(name, value)| (OsStr::new(name), value.as_os_str()));
        let join = |(name, value): (&OsStr, &OsStr)| {
            let mut item = name.to_owned();
            item.push("=");
            item.push(value);
            item
        };
        kept.chain(changed).map(join).collect()
    }
}

/// Returns a search path with a folder in front.
pub(super) fn in_front(folder: &Path, search: &OsStr) -> OsString {
    let mut out = folder.as_os_str().to_owned();
    if !search.is_empty() {
        out.push(":");
        out.push(search);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(variables: &[(&str, &str)]) -> Caller {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
        Caller { variables, cwd: PathBuf::from("/"), uid: 0 }
    }

    #[test]
    fn changes_replace_what_they_name() {
        let caller = caller(&[("PATH", "/bin"), ("A", "1")]);
        let changed = caller.environment_with(&[("PATH", "/x:/bin".into()), ("NEW", "y".into())]);
        assert_eq!(changed, ["A=1", "PATH=/x:/bin", "NEW=y"]);
    }

    #[test]
    fn commands_are_found_on_path_and_by_path() {
        let caller = caller(&[("PATH", "/nonexistent:/bin")]);
        assert_eq!(caller.find(OsStr::new("sh")), Some(PathBuf::from("/bin/sh")));
        assert_eq!(caller.find(OsStr::new("/bin/sh")), Some(PathBuf::from("/bin/sh")));
        assert_eq!(caller.find(OsStr::new("no-such-command")), None);
    }
}
