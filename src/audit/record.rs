//! What goes into the record, one structure for each kind of line.

use crate::model::{Decision, Digest, Door, Evaluation, Layer, Mode, Request, Scope, Seq, SessionId, Tier};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Where a session's record goes, and what its first line says.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The audit folder, such as `$XDG_STATE_HOME/tollgate/audit`; hosts are folders in it.
    pub dir: PathBuf,
    /// The folder of the host key, made on first use.
    pub keys: PathBuf,
    /// The session.
    pub session: SessionId,
    /// What the first line says.
    pub start: SessionStart,
}

/// The first line of a session.
#[derive(Clone, Debug)]
pub struct SessionStart {
    /// Who is under the gate.
    pub agent: Agent,
    /// For whom.
    pub principal: Principal,
    /// What wrote the record.
    pub product: Product,
    /// On which machine.
    pub host: Host,
    /// What the session can hold.
    pub tiers: Tiers,
    /// Whether decisions are carried out.
    pub mode: Mode,
    /// How requests arrive.
    pub doors: Vec<Door>,
    /// The digest of the whole policy.
    pub policy: Digest,
    /// The folder that rules call `{workspace}`.
    pub workspace: PathBuf,
    /// Where the agent starts.
    pub cwd: PathBuf,
    /// How long one clock can be believed.
    pub clock: ClockFacts,
}

/// Who is under the gate.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Its name, as given or recognised.
    pub name: String,
    /// The command that started it.
    pub command: Vec<OsString>,
}

/// For whom the agent works.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The user id of the process tree.
    pub uid: u32,
    /// The account's name, where one is known.
    pub name: Option<String>,
    /// How that is known: `getuid`, `oidc:…`.
    pub via: String,
}

/// What wrote the record.
#[derive(Clone, Debug)]
pub struct Product {
    /// The program.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its own file, where it was taken.
    pub exe_sha256: Option<Digest>,
}

/// The strength of each kind of protection; see `tollgate doctor`.
#[derive(Clone, Debug)]
pub struct Tiers {
    /// Programs, `E1` to `E4`.
    pub exec: String,
    /// Files, `F1` to `F3`.
    pub files: String,
    /// The network, `N1` to `N3`.
    pub net: String,
}

/// The machine. See [`Host::here`].
#[derive(Clone, Debug)]
pub struct Host {
    /// Its name: a folder name, a principal of `allowed_signers`, and the name of a log.
    pub id: String,
    /// SHA-256 of `/etc/machine-id`, where there is one.
    pub machine: Option<Digest>,
    /// Kernel name and release.
    pub os: String,
}

/// What is known about the clock. See [`ClockFacts::here`].
#[derive(Clone, Debug)]
pub struct ClockFacts {
    /// The boot that `mono_us` counts in: `/proc/sys/kernel/random/boot_id`.
    pub boot_id: Option<String>,
}

/// A policy file that was loaded.
#[derive(Clone, Debug)]
pub struct PolicyRecord {
    /// The file, or `builtin:starter`.
    pub path: PathBuf,
    /// Whose it is.
    pub layer: Layer,
    /// How many rules it has.
    pub rules: u64,
    /// The digest of its bytes.
    pub sha256: Digest,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A rule.
    Policy,
    /// No rule matched: the default.
    Default,
    /// A part could not be known.
    Unknown,
    /// An answer that a person gave earlier: the `approval` line.
    Grant(Seq),
    /// Something failed; the decision is a deny.
    Fault,
}

/// One decision, written before it has an effect.
#[derive(Clone, Copy, Debug)]
pub struct DecisionRecord<'a> {
    /// What was asked.
    pub request: &'a Request,
    /// What the policy said; nothing when it was not asked because something failed.
    pub evaluation: Option<&'a Evaluation>,
    /// What counts. It differs from the evaluation's where a grant or a fault decided.
    pub decision: Decision,
    /// What decided.
    pub by: By,
    /// What failed, for [`By::Fault`]; otherwise the reason is that of the rule.
    pub fault: Option<&'a str>,
    /// How execs are held.
    pub tier: Tier,
    /// Whether the decision is carried out.
    pub mode: Mode,
    /// The digest of the policy that decided.
    pub policy: Digest,
    /// Which parts of the subject decided.
    pub scope: Scope,
    /// How long judging took.
    pub eval: Duration,
}

/// What a person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may run.
    Granted,
    /// It must not.
    Denied,
    /// Nobody answered in time.
    Timeout,
    /// The caller gave up or died.
    Cancelled,
    /// Nobody is there to ask.
    NoApprover,
}

/// How far a granted answer reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantScope {
    /// This one request.
    Once,
    /// The same program and class of arguments until the session ends.
    Session,
}

/// Who answered, and how that is known.
#[derive(Clone, Copy, Debug)]
pub struct Approver<'a> {
    /// Such as `uid:1000` or an address.
    pub id: &'a str,
    /// Such as `tty` or `webauthn`.
    pub method: &'a str,
}

/// The answer to an ask.
#[derive(Clone, Copy, Debug)]
pub struct ApprovalRecord<'a> {
    /// The `decision` line that asked.
    pub of: Seq,
    /// The answer.
    pub answer: Answer,
    /// How far a granted one reaches.
    pub scope: Option<GrantScope>,
    /// Who gave it, where somebody did.
    pub approver: Option<Approver<'a>>,
    /// Words for the agent.
    pub message: Option<&'a str>,
    /// How long the caller waited.
    pub waited: Duration,
}

/// What became of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It ended with this status.
    Exited(i32),
    /// This signal ended it.
    Killed(i32),
    /// Its process became another program by execve(2).
    Replaced,
    /// It still runs.
    Running,
    /// It cannot be known.
    Unknown,
}

/// What became of a program that was let run.
#[derive(Clone, Copy, Debug)]
pub struct OutcomeRecord {
    /// The `decision` line that let it run.
    pub of: Seq,
    /// What became of it.
    pub fate: Fate,
    /// How long it ran, where that is known.
    pub wall: Option<Duration>,
}

/// What the record cannot show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// The disk was full.
    NoSpace,
    /// A write failed.
    Io,
    /// A queue overflowed.
    Queue,
    /// The machine slept.
    Suspend,
    /// The wall clock was set.
    ClockStep,
    /// The kernel dropped a notification.
    KernelLost,
    /// The end of the file was torn.
    Torn,
}

/// What happens to requests meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapMode {
    /// Everything is refused.
    DenyAll,
    /// Work goes on, with less to show.
    Degraded,
}

/// Something that the record cannot show.
#[derive(Clone, Copy, Debug)]
pub struct GapRecord<'a> {
    /// Why.
    pub cause: GapCause,
    /// More words on it.
    pub detail: Option<&'a str>,
    /// The least number of events that are missing.
    pub lost_min: u64,
    /// The greatest number of events that are missing.
    pub lost_max: u64,
    /// What happened to requests meanwhile.
    pub mode: GapMode,
    /// Whether it is over.
    pub recovered: bool,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The agent ended by itself.
    AgentExit,
    /// A signal to tollgate ended it.
    Signal,
    /// The agent could not be started.
    NotStarted,
    /// tollgate failed.
    Fault,
}

/// The last words of a session.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// Why it ended.
    pub reason: EndReason,
    /// The agent's exit status, where it exited.
    pub exit: Option<i32>,
    /// The signal that ended the agent, where one did.
    pub signal: Option<i32>,
    /// How many processes ran under the gate.
    pub children_total: u64,
    /// How many of them were killed at the end.
    pub children_killed: u64,
}
