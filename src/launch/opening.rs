//! What a session needs before its agent starts: an id, a folder, an environment, a record.

use super::environment::in_front;
use super::error::Step;
use super::hold::HeldBy;
use super::session::{DoorChoice, Options};
use super::{Caller, LaunchError, Places};
use crate::audit::{self, Journal, Recovered};
use crate::door::shim;
use crate::door::shim::server::Folder;
use crate::model::{Door, SessionId, Tier};
use crate::policy::Policy;
use crate::sys::procfs;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Makes the id of a new session.
pub(super) fn new_session() -> io::Result<SessionId> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_err(io::Error::other)?;
    Ok(SessionId::from_parts(u64::try_from(since.as_millis()).map_err(io::Error::other)?, random))
}

fn shim_path() -> io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("tollgate-shim"))
}

/// Describes the shim as it is now.
pub(super) fn shim_image() -> io::Result<procfs::Image> {
    let path = std::fs::canonicalize(shim_path()?)?;
    procfs::image_at(&path, path.clone())
}

/// Makes the session's folder; the links come later.
pub(super) fn shim_folder(places: &Places, session: &SessionId) -> Result<Folder, LaunchError> {
    let shim = shim_path().step("finding tollgate-shim")?;
    if !shim.is_file() {
        return Err(LaunchError::NoShim(shim));
    }
    let path = places.sessions.join(session.as_str());
    Folder::create(shim, path.clone()).map_err(|source| LaunchError::Folder { path, source })
}

/// Returns the agent's environment. `names` are those that the folder has links for.
pub(super) fn environment(caller: &Caller, folder: Option<&Folder>, names: &[String]) -> Vec<OsString> {
    let Some(folder) = folder else { return caller.environment_with(&[]) };
    let mut changes = vec![
        ("PATH", in_front(&folder.links(), &caller.search_path())),
        (shim::SESSION_VARIABLE, folder.path().as_os_str().to_owned()),
    ];
    // Programs that start "the user's shell" find the shim of the same name.
    let shell = caller.variable("SHELL").and_then(|shell| Path::new(shell).file_name());
    if let Some(name) = shell.filter(|shell| names.iter().any(|name| *shell == name.as_str())) {
        changes.push(("SHELL", folder.links().join(name).into_os_string()));
    }
    caller.environment_with(&changes)
}

/// Returns what the agent is called: what was said, or the name of its command.
pub(super) fn agent_name(options: &Options) -> String {
    let command = options.command.first().map(Path::new).and_then(Path::file_name).unwrap_or_default();
    options.agent.clone().unwrap_or_else(|| command.to_string_lossy().into_owned())
}

/// Opens the record, with its first lines: the session and every policy file.
pub(super) fn journal(
    options: &Options,
    caller: &Caller,
    places: &Places,
    session: &SessionId,
    policy: &Policy,
    workspace: &Path,
    held: &HeldBy,
) -> Result<Journal, LaunchError> {
    let doors = match (held.tier, options.doors) {
        (Tier::Shim, _) => vec![Door::Shim],
        (_, DoorChoice::Kernel) => vec![Door::Kernel],
        _ => vec![Door::Kernel, Door::Shim],
    };
    let journal = Journal::open(audit::Setup {
        dir: places.audit.clone(),
        keys: places.keys.clone(),
        session: session.clone(),
        start: audit::SessionStart {
            agent: audit::Agent { name: agent_name(options), command: options.command.clone() },
            principal: audit::Principal { uid: caller.uid, name: caller.user_name(), via: "getuid".to_owned() },
            product: audit::Product {
                name: "tollgate".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                exe_sha256: None,
            },
            host: audit::Host::here(),
            tiers: audit::Tiers { exec: held.tier.as_str().to_owned(), files: "F3".to_owned(), net: "N3".to_owned() },
            mode: options.mode,
            doors,
            policy: policy.digest(),
            workspace: workspace.to_owned(),
            cwd: caller.cwd.clone(),
            clock: audit::ClockFacts::here(),
        },
    })?;
    for file in policy.files() {
        // The receipts matter to nobody: an error ends the start.
        let _receipt = journal.policy_loaded(&audit::PolicyRecord {
            path: file.path.clone(),
            layer: file.layer,
            rules: u64::try_from(file.rules).unwrap_or(u64::MAX),
            sha256: file.digest,
        })?;
    }
    if !held.scoped {
        tracing::warn!("this kernel cannot keep signals inside (Landlock ABI 6); the filter guards the supervisor");
    }
    Ok(journal)
}

/// Says what became of an earlier session that was not closed.
pub(super) fn recovered_line(found: &Recovered) -> String {
    let session = &found.session;
    match &found.found {
        None => {
            format!("the record of an earlier session, {session}, is gone; the host's index says that it was there")
        }
        Some(state) => format!(
            "an earlier session, {session}, was not closed and is sealed now: {} lines hold, {} of them after the last signature, {} torn bytes",
            state.lines, state.unsigned_tail, state.torn_bytes
        ),
    }
}
