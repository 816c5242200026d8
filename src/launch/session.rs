//! One session from start to end.

use super::environment::in_front;
use super::error::Step;
use super::relay::{Keys, Relay};
use super::supervise::{self, Supervised};
use super::{Caller, LaunchError, Places};
use crate::approval::{People, Screen};
use crate::audit::{self, Closed, Counts, EndReason, Ending, Journal, Recovered};
use crate::door::kernel::{KernelDoor, ShimFile};
use crate::door::shim::server::{Folder, ShimDoor};
use crate::door::{Announced, Outcomes, shim};
use crate::gate::{Gate, Identities, Settings};
use crate::model::{Door, Mode, ProcessId, SessionId, Tier, text};
use crate::policy::{Context, Policy, Source};
use crate::sys::filter::FilterOptions;
use crate::sys::notify::Listener;
use crate::sys::process::Command;
use crate::sys::reap::{self, Agent, Filtered, Go, Ready, Reaper};
use crate::sys::signal::{self, Signals};
use crate::sys::tty::{self, Terminal};
use crate::sys::{barrier, procfs};
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which doors are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorChoice {
    /// Both.
    Both,
    /// The kernel door alone.
    Kernel,
    /// The shim door alone: tier E4.
    Shim,
}

/// What `tollgate run` was asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// The agent's command.
    pub command: Vec<OsString>,
    /// Where the policy comes from.
    pub sources: Vec<Source>,
    /// The agent's name, where it was given.
    pub agent: Option<String>,
    /// The weakest tier to start with.
    pub require: Option<Tier>,
    /// Never ask, even where there is a terminal.
    pub non_interactive: bool,
    /// Whether decisions are carried out.
    pub mode: Mode,
    /// Which doors are wanted.
    pub doors: DoorChoice,
}

/// How a session went.
#[derive(Debug)]
pub struct Summary {
    /// The session.
    pub session: SessionId,
    /// The exit status: the agent's.
    pub status: u8,
    /// How execs were held.
    pub tier: Tier,
    /// Whether decisions were carried out.
    pub mode: Mode,
    /// What was decided.
    pub counts: Counts,
    /// Where the record is.
    pub record: PathBuf,
    /// The sealed record, or why it could not be sealed.
    pub closed: Result<Closed, String>,
    /// Why nothing could be recorded any more, where that was so.
    pub fault: Option<String>,
}

/// What `tollgate run` says before the agent starts, through the caller's `tell`.
type Tell<'a> = &'a dyn Fn(&str);

/// Runs a session.
///
/// # Errors
///
/// When it could not start: nothing ran then.
pub fn run(options: &Options, caller: &Caller, places: &Places, tell: Tell<'_>) -> Result<Summary, LaunchError> {
    let workspace = caller.workspace();
    let context = Context::new(workspace.clone(), caller.home(), caller.temporary());
    let policy = Policy::load(&options.sources, &context)?;
    for note in policy.notes() {
        tell(&text::escape(note.as_bytes()));
    }
    let session = new_session().step("making a session id")?;
    let command = options.command.first().cloned().unwrap_or_default();
    let program = caller.find(&command).ok_or_else(|| LaunchError::NotFound(command.clone()))?;

    let files = crate::sys::process::raise_file_limit().step("raising the limit on open files")?;
    signal::ignore_limits().step("ignoring limit signals")?;
    signal::ignore_terminal_stop().step("ignoring terminal stops")?;
    let (signals, mask) = Signals::receive(supervise::SIGNALS).step("receiving signals")?;
    crate::sys::process::hide_from_debuggers().step("hiding from debuggers")?;

    let folder = match options.doors {
        DoorChoice::Kernel => None,
        DoorChoice::Both | DoorChoice::Shim => Some(shim_folder(places, &session, &policy)?),
    };
    let terminal = Terminal::open();
    let inner = match &terminal {
        Some(terminal) => {
            let settings = terminal.settings().step("reading the terminal's settings")?;
            Some(tty::open_inner(terminal.size(), settings).step("making the inner terminal")?)
        }
        None => None,
    };
    let (master, slave) = inner.map_or((None, None), |inner| (Some(inner.master), Some(inner.slave)));
    let agent = Agent {
        command: Command::new(&program, &options.command, &environment(caller, folder.as_ref()))
            .map_err(|source| LaunchError::NotStarted { command: command.clone(), source })?,
        terminal: slave,
        mask,
        files,
        filter: FilterOptions { debug: policy.debug(), ..FilterOptions::default() },
    };
    let (reaper, mut hidden) = reap::start(agent, master.into_iter().collect()).step("starting the reaper")?;
    let held = prepare(options, &policy, &reaper)?;
    if let Some(reason) = &held.reason {
        tell(&format!(
            "tier {} only: {reason}. Programs started by path are not held; `tollgate doctor` says what is missing",
            held.tier
        ));
    }

    let settings = Settings { tier: held.tier, mode: options.mode, uid: caller.uid };
    let journal = journal(options, caller, places, &session, &policy, &workspace, &held)?;
    for found in journal.recovered() {
        tell(&recovered_line(found));
    }
    let screen = match (terminal, options.non_interactive) {
        (Some(terminal), _) => Some(Arc::new(Screen::new(terminal).step("taking over the terminal")?)),
        (None, _) => None,
    };
    let people = screen.as_ref().filter(|_| !options.non_interactive).map(|screen| People::new(Arc::clone(screen)));
    let identities =
        Identities::find(&policy.named_programs(), policy.catalog(), Some(&caller.search_path()), &workspace);
    let gate = Arc::new(Gate::new(policy, identities, journal, people, settings));
    let announced = Arc::new(Announced::default());
    let outcomes = Arc::new(Outcomes::new(Arc::clone(&gate), Arc::clone(&announced)).step("watching processes")?);
    gate.start_ticker().step("starting the ticker")?;
    let watcher = {
        let outcomes = Arc::clone(&outcomes);
        thread("outcomes", move || outcomes.serve())?
    };
    {
        let gate = Arc::clone(&gate);
        let uid = caller.uid;
        thread("identities", move || {
            gate.identities().remember_changeable(uid);
            Ok(())
        })?;
    }
    if let Some(folder) = &folder {
        let door = ShimDoor::new(
            Arc::clone(&gate),
            Arc::clone(&announced),
            Arc::clone(&outcomes),
            held.tier,
            caller.uid,
            ProcessId(reaper.process()),
        );
        let listener = folder.listen().step("listening for shims")?;
        if held.tier != Tier::Shim {
            folder.mark_kernel_door().step("marking the kernel door")?;
        }
        thread("shims", move || door.serve(&listener))?;
    }
    if let Some(listener) = held.listener {
        let shim_file = folder.as_ref().and_then(|_| shim_image().ok()).map(|image| ShimFile::of(&image));
        let door = KernelDoor::new(
            Listener::new(listener),
            Arc::clone(&gate),
            Arc::clone(&announced),
            Arc::clone(&outcomes),
            shim_file,
        );
        door.open().step("opening the kernel door")?;
    }
    let relay = match (&screen, hidden.pop()) {
        (Some(screen), Some(master)) => Some(start_relay(screen, master).step("starting the terminal relay")?),
        _ => None,
    };
    reaper.go(Go::Yes).step("starting the agent")?;
    let supervised = supervise::run(&reaper, &signals, screen.as_deref(), relay.as_ref());
    if let Some(relay) = relay {
        relay.finish();
    }
    if let Some(screen) = &screen
        && let Err(error) = screen.terminal().restore(screen.settings())
    {
        tracing::warn!(%error, "the terminal's settings could not be restored");
    }
    outcomes.stop();
    if watcher.join().is_err() {
        tracing::warn!("the watcher of processes died");
    }
    outcomes.record_rest();
    drop(folder);
    finish(session, &gate, settings, supervised, &outcomes, &reaper, &command)
}

fn finish(
    session: SessionId,
    gate: &Gate,
    settings: Settings,
    supervised: Supervised,
    outcomes: &Outcomes,
    reaper: &Reaper,
    command: &OsString,
) -> Result<Summary, LaunchError> {
    let journal = gate.journal();
    let fault = journal.fault();
    let failed_to_start = reaper.start_failure();
    let (exit_code, signal_number) = supervised.ending();
    let closed = journal.close(&Ending {
        reason: match (&failed_to_start, supervised.by_signal) {
            (Some(_), _) => EndReason::NotStarted,
            (None, true) => EndReason::Signal,
            (None, false) => EndReason::AgentExit,
        },
        exit: exit_code,
        signal: signal_number,
        children_total: outcomes.total(),
        children_killed: u64::from(supervised.killed),
    });
    if let Some((step, errno)) = failed_to_start {
        let source = io::Error::from_raw_os_error(errno);
        if step == "execve" {
            return Err(LaunchError::NotStarted { command: command.clone(), source });
        }
        return Err(LaunchError::System { step, source });
    }
    Ok(Summary {
        session,
        status: supervised.status(),
        tier: settings.tier,
        mode: settings.mode,
        counts: journal.counts(),
        record: journal.path().to_owned(),
        closed: closed.map_err(|error| text::chain(&error)),
        fault,
    })
}

/// What holds the agent.
struct HeldBy {
    tier: Tier,
    listener: Option<OwnedFd>,
    /// Why it is not the best tier.
    reason: Option<String>,
    scoped: bool,
}

/// Starts the agent up to the point where it would become its program, as firmly held as can be.
fn prepare(options: &Options, policy: &Policy, reaper: &Reaper) -> Result<HeldBy, LaunchError> {
    let held = match options.doors {
        DoorChoice::Shim => plain(reaper, None)?,
        DoorChoice::Both | DoorChoice::Kernel => {
            let (process, ready) = reaper.prepare(Filtered::Yes).step("preparing the agent")?;
            let failure = match ready {
                Ready::Filtered { listener, scoped } => match barrier::can_trace(process) {
                    Ok(()) => {
                        return Ok(HeldBy { tier: Tier::Barrier, listener: Some(listener), reason: None, scoped });
                    }
                    Err(error) => {
                        reaper.go(Go::No).step("giving up the kernel door")?;
                        format!("the exec barrier cannot be had (ptrace: {error})")
                    }
                },
                Ready::Failed { step, errno } => {
                    let error = io::Error::from_raw_os_error(errno);
                    format!("the exec barrier cannot be had ({step}: {error})")
                }
                Ready::Plain { .. } => "the exec barrier cannot be had".to_owned(),
            };
            match reaper.report().step("waiting for the reaper")? {
                reap::Report::Ended(_) => {}
                other => tracing::debug!(?other, "an unexpected report"),
            }
            if options.doors == DoorChoice::Kernel {
                return Err(LaunchError::Tier { tier: Tier::Shim, required: Tier::Barrier, reason: failure });
            }
            plain(reaper, Some(failure))?
        }
    };
    let floors = [options.require, policy.require()];
    match floors.into_iter().flatten().find(|floor| !held.tier.satisfies(*floor)) {
        Some(required) => {
            let reason = held.reason.unwrap_or_else(|| "--door shim was given".to_owned());
            Err(LaunchError::Tier { tier: held.tier, required, reason })
        }
        None => Ok(held),
    }
}

fn plain(reaper: &Reaper, reason: Option<String>) -> Result<HeldBy, LaunchError> {
    match reaper.prepare(Filtered::No).step("preparing the agent")?.1 {
        Ready::Plain { scoped } => Ok(HeldBy { tier: Tier::Shim, listener: None, reason, scoped }),
        Ready::Filtered { .. } => Err(io::Error::from(io::ErrorKind::InvalidData)).step("preparing the agent"),
        Ready::Failed { step, errno } => Err(io::Error::from_raw_os_error(errno)).step(step),
    }
}

fn new_session() -> io::Result<SessionId> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_err(io::Error::other)?;
    Ok(SessionId::from_parts(u64::try_from(since.as_millis()).map_err(io::Error::other)?, random))
}

fn shim_path() -> io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("tollgate-shim"))
}

fn shim_image() -> io::Result<procfs::Image> {
    let path = std::fs::canonicalize(shim_path()?)?;
    procfs::image_at(&path, path.clone())
}

fn shim_folder(places: &Places, session: &SessionId, policy: &Policy) -> Result<Folder, LaunchError> {
    let shim = shim_path().step("finding tollgate-shim")?;
    if !shim.is_file() {
        return Err(LaunchError::NoShim(shim));
    }
    let path = places.sessions.join(session.as_str());
    let folder = Folder::create(path.clone()).map_err(|source| LaunchError::Folder { path, source })?;
    folder.link(&shim, &policy.shim_names()).step("linking the shims")?;
    Ok(folder)
}

fn environment(caller: &Caller, folder: Option<&Folder>) -> Vec<OsString> {
    let Some(folder) = folder else { return caller.environment_with(&[]) };
    let mut changes = vec![
        ("PATH", in_front(&folder.links(), &caller.search_path())),
        (shim::SESSION_VARIABLE, folder.path().as_os_str().to_owned()),
    ];
    // Programs that start "the user's shell" find the shim of the same name.
    let shell = caller.variable("SHELL").and_then(|shell| Path::new(shell).file_name());
    if let Some(link) = shell.map(|name| folder.links().join(name)).filter(|link| link.symlink_metadata().is_ok()) {
        changes.push(("SHELL", link.into_os_string()));
    }
    caller.environment_with(&changes)
}

fn journal(
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
    let command = options.command.first().map(Path::new).and_then(Path::file_name).unwrap_or_default();
    let journal = Journal::open(audit::Setup {
        dir: places.audit.clone(),
        keys: places.keys.clone(),
        session: session.clone(),
        start: audit::SessionStart {
            agent: audit::Agent {
                name: options.agent.clone().unwrap_or_else(|| command.to_string_lossy().into_owned()),
                command: options.command.clone(),
            },
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

fn start_relay(screen: &Arc<Screen>, master: OwnedFd) -> io::Result<Relay> {
    let keys = if tty::is_terminal(&io::stdin()) { Keys::Terminal } else { Keys::Elsewhere };
    if keys == Keys::Terminal && screen.terminal().is_foreground() {
        screen.start_raw()?;
    }
    Relay::start(Arc::clone(screen), master, keys)
}

fn thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<std::thread::JoinHandle<()>, LaunchError> {
    let label = name.to_owned();
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        if let Err(error) = work() {
            tracing::error!(%error, thread = label, "a part of the session ended");
        }
    });
    started.step("starting a thread")
}

fn recovered_line(found: &Recovered) -> String {
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
