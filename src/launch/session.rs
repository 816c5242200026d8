//! One session from start to end.

use super::error::Step;
use super::hold::{self, HeldBy};
use super::opening;
use super::relay::{Keys, Relay};
use super::supervise::{self, Supervised};
use super::{Caller, LaunchError, Places};
use crate::approval::{People, Screen};
use crate::audit::{Closed, Counts, EndReason, Ending};
use crate::door::kernel::{KernelDoor, ShimFile};
use crate::door::shim::server::{Folder, ShimDoor};
use crate::door::{Announced, Outcomes};
use crate::gate::{Gate, Identities, Settings};
use crate::model::{Mode, ProcessId, SessionId, Tier, text};
use crate::policy::{Policy, Source};
use crate::sys::filter::FilterOptions;
use crate::sys::notify::Listener;
use crate::sys::process::Command;
use crate::sys::reap::{self, Agent, Go, Reaper};
use crate::sys::signal::{self, Signals};
use crate::sys::tty::{self, Terminal};
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
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
    /// How many asks were answered with leave to run.
    pub granted: u64,
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
    let policy = Policy::load(&options.sources, &caller.context(places)?)?;
    policy.notes().iter().for_each(|note| tell(&text::escape(note.as_bytes())));
    let session = opening::new_session().step("making a session id")?;
    let command = options.command.first().cloned().unwrap_or_default();
    let program = caller.find(&command).ok_or_else(|| LaunchError::NotFound(command.clone()))?;

    let files = crate::sys::process::raise_file_limit().step("raising the limit on open files")?;
    signal::ignore_limits().step("ignoring limit signals")?;
    signal::ignore_terminal_stop().step("ignoring terminal stops")?;
    let (signals, mask) = Signals::receive(supervise::SIGNALS).step("receiving signals")?;
    crate::sys::process::hide_from_debuggers().step("hiding from debuggers")?;

    let folder = match options.doors {
        DoorChoice::Kernel => None,
        DoorChoice::Both | DoorChoice::Shim => Some(opening::shim_folder(places, &session)?),
    };
    let shim_names = policy.shim_names();
    let terminal = Terminal::open();
    let (master, slave) = inner_terminal(terminal.as_ref())?;
    let environment = opening::environment(caller, folder.as_ref(), &shim_names);
    let agent = Agent {
        command: Command::new(&program, &options.command, &environment)
            .map_err(|source| LaunchError::NotStarted { command: command.clone(), source })?,
        terminal: slave,
        mask,
        files,
        filter: FilterOptions { debug: policy.debug(), ..FilterOptions::default() },
    };
    // Forked before there is a thread, a key or a log.
    let (reaper, mut hidden) = reap::start(agent, master.into_iter().collect()).step("starting the reaper")?;
    let mut held = hold::prepare(options, &policy, &reaper)?;
    if let Some(reason) = &held.reason {
        tell(&format!(
            "tier {} only: {reason}. Programs started by path are not held; `tollgate doctor` says what is missing",
            held.tier
        ));
    }
    let screen = terminal.map(Screen::new).transpose().step("taking over the terminal")?.map(Arc::new);
    let people = screen.as_ref().filter(|_| !options.non_interactive).map(|screen| People::new(Arc::clone(screen)));
    let settings = Settings { tier: held.tier, mode: options.mode, uid: caller.uid };
    let search = caller.search_path();
    // The record waits for the disk; the links and the programs that rules name are looked up meanwhile.
    let (journal, identities) = std::thread::scope(|scope| {
        let links = scope.spawn(|| folder.as_ref().map_or(Ok(()), |folder| folder.link(&shim_names)));
        let named =
            scope.spawn(|| Identities::find(&policy.named_programs(), policy.catalog(), Some(&search), &workspace));
        let journal = opening::journal(options, caller, places, &session, &policy, &workspace, &held);
        let links = links.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
        let named = named.join().map_err(|_| io::ErrorKind::Other.into());
        links.step("linking the shims").and_then(|()| Ok((journal?, named.step("looking up programs")?)))
    })?;
    for found in journal.recovered() {
        tell(&opening::recovered_line(found));
    }
    let situation = caller.situation(Some(opening::agent_name(options)), &policy);
    let gate = Arc::new(Gate::new(policy, identities, journal, people, settings).in_situation(situation));
    let parts = Parts::start(&gate)?;
    parts.open_doors(&mut held, folder.as_ref(), caller.uid, &reaper)?;
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
    std::thread::scope(|scope| {
        scope.spawn(|| drop(folder));
        let total = parts.finish();
        finish(session, &gate, settings, supervised, total, &reaper, &command)
    })
}

/// Makes the agent's own terminal, where there is one to be like.
fn inner_terminal(terminal: Option<&Terminal>) -> Result<(Option<OwnedFd>, Option<OwnedFd>), LaunchError> {
    let Some(terminal) = terminal else { return Ok((None, None)) };
    let settings = terminal.settings().step("reading the terminal's settings")?;
    let inner = tty::open_inner(terminal.size(), settings).step("making the inner terminal")?;
    Ok((Some(inner.master), Some(inner.slave)))
}

/// What works beside the main thread.
struct Parts {
    gate: Arc<Gate>,
    announced: Arc<Announced>,
    outcomes: Arc<Outcomes>,
    watcher: std::thread::JoinHandle<()>,
}

impl Parts {
    fn start(gate: &Arc<Gate>) -> Result<Self, LaunchError> {
        let announced = Arc::new(Announced::default());
        let outcomes = Arc::new(Outcomes::new(Arc::clone(gate), Arc::clone(&announced)).step("watching processes")?);
        gate.start_ticker().step("starting the ticker")?;
        let watched = Arc::clone(&outcomes);
        let watcher = thread("outcomes", move || watched.serve())?;
        Ok(Self { gate: Arc::clone(gate), announced, outcomes, watcher })
    }

    fn open_doors(
        &self,
        held: &mut HeldBy,
        folder: Option<&Folder>,
        uid: u32,
        reaper: &Reaper,
    ) -> Result<(), LaunchError> {
        let gate = Arc::clone(&self.gate);
        thread("identities", move || {
            gate.identities().remember_changeable(uid);
            Ok(())
        })?;
        if let Some(folder) = folder {
            let (gate, announced, outcomes) = self.shared();
            let door = ShimDoor::new(gate, announced, outcomes, held.tier, uid, ProcessId(reaper.process()));
            let listener = folder.listen().step("listening for shims")?;
            if held.tier != Tier::Shim {
                folder.mark_kernel_door().step("marking the kernel door")?;
            }
            thread("shims", move || door.serve(&listener))?;
        }
        if let Some(listener) = held.listener.take() {
            let shim = folder.and_then(|_| opening::shim_image().ok()).map(|image| ShimFile::of(&image));
            let (gate, announced, outcomes) = self.shared();
            let door = KernelDoor::new(Listener::new(listener), gate, announced, outcomes, shim);
            door.open().step("opening the kernel door")?;
        }
        Ok(())
    }

    fn shared(&self) -> (Arc<Gate>, Arc<Announced>, Arc<Outcomes>) {
        (Arc::clone(&self.gate), Arc::clone(&self.announced), Arc::clone(&self.outcomes))
    }

    /// Records the last outcomes, and returns how many processes there were.
    fn finish(self) -> u64 {
        self.gate.wait_for_requests();
        self.outcomes.stop();
        if self.watcher.join().is_err() {
            tracing::warn!("the watcher of processes died");
        }
        self.outcomes.record_rest();
        self.outcomes.total()
    }
}

fn finish(
    session: SessionId,
    gate: &Gate,
    settings: Settings,
    supervised: Supervised,
    total: u64,
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
        children_total: total,
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
        granted: gate.granted(),
        record: journal.path().to_owned(),
        closed: closed.map_err(|error| text::chain(&error)),
        fault,
    })
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
