//! What the command line understands.
//!
//! The texts here are `--help` and, by [`super::man`], the man pages. What stands under "Examples:" and
//! the like after a command's options becomes a section of its page.

use super::help;
use crate::model::Tier;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// One gate in front of everything a coding agent runs
///
/// `tollgate run -- claude` starts the agent. Every program that it, or anything below it, executes is
/// decided by policy before its first instruction, put to you where the policy says ask, and written
/// to a signed record before it happens.
///
/// It works without configuration: a built-in starter policy holds until you write your own, and keys
/// are made on first use.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, propagate_version = true, after_long_help = TOLLGATE)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const TOLLGATE: &str = "\
Examples:
  tollgate run -- bash               a shell to try it in
  tollgate run -- claude             an agent
  tollgate check -- rm -rf ~         what the policy says, without running it
  tollgate explain -- git push -f    which rules match, and where they stand
  tollgate audit show                what happened in the last session
  tollgate audit verify              whether every record still holds
  tollgate doctor                    what this machine can enforce

Exit status:
  Every command ends with 125 where tollgate itself fails, and where it is called wrongly. What else
  a command ends with stands in its own help.

Environment:
  XDG_STATE_HOME   records and keys are in $XDG_STATE_HOME/tollgate (~/.local/state/tollgate)
  XDG_CONFIG_HOME  your own policy is $XDG_CONFIG_HOME/tollgate/policy.yaml (~/.config/…)
  XDG_RUNTIME_DIR  the folders of running sessions are in $XDG_RUNTIME_DIR/tollgate
  TOLLGATE_LOG     what tollgate notes about itself, on standard error: error, warn, info, debug

Files:
  /etc/tollgate/policy.d/*.yaml        policies of the organisation; they hold for everybody
  ~/.config/tollgate/policy.yaml       your own policy, in place of the built-in starter policy
  .tollgate/policy.yaml                the project's policy; it may only tighten
  ~/.local/state/tollgate/audit/       the records, a folder for each host
  ~/.local/state/tollgate/keys/        the key that signs them";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an agent under the gate
    ///
    /// Starts COMMAND with everything it starts held: each program is stopped before its first
    /// instruction, judged by the policy, and recorded. What the policy denies never runs; the caller
    /// reads one line on standard error that says which rule, why, and what to do instead, and gets
    /// the exit status 126. What the policy asks about waits until you have answered on your terminal.
    ///
    /// With a terminal the agent gets a terminal of its own inside, so that the question never reaches
    /// it. Without one, standard input and output are passed through untouched, and what asks is
    /// answered by the policy's `defaults.no_approver`.
    ///
    /// Options of tollgate stand before COMMAND; everything after it belongs to COMMAND.
    #[command(after_long_help = RUN)]
    Run(RunArgs),
    /// Write the starter policy out, to be edited
    ///
    /// Writes .tollgate/policy.yaml below the workspace: the nearest folder upwards with a policy or a
    /// git repository, else the working directory. A project's policy adds to yours, because it comes
    /// with the repository: its asks and denies count, its allows do not. With `--user` the file is
    /// your own policy, which replaces the built-in one.
    #[command(after_long_help = INIT)]
    Init(InitArgs),
    /// Say what the policy decides about a command, without running it
    ///
    /// The command is judged as an agent's command would be, in this folder, with the same policies
    /// that `tollgate run` would take here. With `--line` the text is read as a shell line: every
    /// command in it is judged, and what cannot be known before it runs is decided by
    /// `defaults.unknown`. Nothing is run and nothing is recorded.
    #[command(after_long_help = help::CHECK)]
    Check(CheckArgs),
    /// Say which rules match a command, where they stand, and why the outcome follows
    ///
    /// As `tollgate check`, with every rule that matches, its file and line, and its reason.
    #[command(after_long_help = help::EXPLAIN)]
    Explain(CheckArgs),
    /// Write, check and compare policies
    ///
    /// A policy is a YAML file, described in tollgate-policy(5). Nothing here runs a program.
    Policy(super::policy::args::PolicyCommand),
    /// Verify and read the records
    ///
    /// Every session writes one file of JSON lines, described in tollgate-audit(5).
    Audit(AuditArgs),
    /// Try what this machine can enforce
    ///
    /// Tries each mechanism for real and prints which tier it belongs to, whether it works, the step
    /// that failed with its error, and what to do about it. Reading a session's record needs no tier.
    #[command(after_long_help = DOCTOR)]
    Doctor(DoctorArgs),
    /// Print a completion script for a shell
    #[command(after_long_help = COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the man pages of the commands into a folder
    #[command(hide = true)]
    Man {
        /// Where to
        folder: PathBuf,
    },
    /// Show one card (used by `run` itself)
    #[command(hide = true)]
    InternalPrompt,
    /// End at once (used by `doctor` itself)
    #[command(hide = true)]
    InternalNothing,
}

const RUN: &str = "\
Examples:
  tollgate run -- bash
  tollgate run --policy policy-examples/claude-code.yaml -- claude -p 'fix the tests'
  tollgate run --non-interactive --require E1 -- ./agent.sh
  tollgate run --observe -- codex        nothing is refused; the record says what would have been

Exit status:
  n      the agent ended with n
  128+n  signal n ended the agent
  125    tollgate failed; also where the agent succeeded but its record could not be kept whole
  126    the agent was refused, or cannot be executed
  127    the agent was not found

Files:
  Policies that hold together, the strictest first to win, whatever their order:
  /etc/tollgate/policy.d/*.yaml     layer managed
  ~/.config/tollgate/policy.yaml    layer user
  .tollgate/policy.yaml             layer project; allow rules in it do not count
  --policy FILE                     layer session
  The built-in starter policy holds where there is neither a managed, nor a user, nor a session policy.

Environment:
  TOLLGATE_SESSION  set for the agent where the shim is on PATH: the folder of the session";

const INIT: &str = "\
Examples:
  tollgate init            .tollgate/policy.yaml of this project
  tollgate init --user     ~/.config/tollgate/policy.yaml

Exit status:
  0    the file was written
  125  it was not: it is there already, or cannot be written";

const DOCTOR: &str = "\
Tiers:
  E1  every program is stopped in the kernel before its first instruction
  E2, E3  weaker ways to the same; not built yet
  E4  the shim on PATH alone: programs started by path are not held
  F, N  files and network; not confined yet
  S1  signals and abstract sockets stay inside the session

Exit status:
  0    everything was tried; what works stands in the output
  125  nothing could be tried";

const COMPLETIONS: &str = "\
Examples:
  tollgate completions bash >~/.local/share/bash-completion/completions/tollgate
  tollgate completions zsh >~/.zfunc/_tollgate
  tollgate completions fish >~/.config/fish/completions/tollgate.fish";

/// Where the policy comes from.
#[derive(Args, Clone, Debug)]
pub struct PolicyArgs {
    /// A policy file for this session, in place of the built-in starter policy (repeatable)
    ///
    /// Your own policy, the organisation's and the project's hold beside it; the strictest wins. The
    /// language is described in tollgate-policy(5).
    #[arg(long = "policy", value_name = "FILE")]
    pub policies: Vec<PathBuf>,
}

/// `tollgate run`.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Where the policy comes from.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// The agent's name for the record (default: the command's name)
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Where the record goes (default: $XDG_STATE_HOME/tollgate/audit)
    #[arg(long, value_name = "DIR")]
    pub audit_dir: Option<PathBuf>,
    /// Refuse to start where less than this tier can be held: E1, E2, E3 or E4
    ///
    /// `tollgate doctor` says what this machine can hold. Policies may require a tier, too; the
    /// strongest that any of them names holds.
    #[arg(long, value_name = "TIER")]
    pub require: Option<Tier>,
    /// Never ask (implied without a terminal)
    ///
    /// What would ask is answered by the policy's `defaults.no_approver`, which denies unless a policy
    /// says allow.
    #[arg(long)]
    pub non_interactive: bool,
    /// Decide and record, but refuse nothing
    ///
    /// To try a policy on a real agent. Nobody is asked; each record says that it was only observed.
    #[arg(long)]
    pub observe: bool,
    /// Which doors are on
    #[arg(long, value_enum, default_value_t = Doors::Both)]
    pub door: Doors,
    /// Print a summary as JSON on standard error at the end, in place of the closing line
    #[arg(long)]
    pub json: bool,
    /// The agent and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Which doors are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Doors {
    /// The kernel door and the shim on PATH
    Both,
    /// The kernel door alone; fails where it cannot be had
    Kernel,
    /// The shim on PATH alone: programs started by path are not held (tier E4)
    Shim,
}

/// `tollgate init`.
#[derive(Args, Clone, Debug)]
pub struct InitArgs {
    /// Write your own policy, for all projects, where it replaces the starter policy
    #[arg(long)]
    pub user: bool,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

/// `tollgate check` and `tollgate explain`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("judged").required(true).multiple(true).args(["line", "command", "tool"])))]
pub struct CheckArgs {
    /// Where the policy comes from.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// A shell line, as an agent would give it to its shell
    #[arg(long, value_name = "SHELL LINE")]
    pub line: Option<String>,
    /// A tool call of an agent, by the tool's name: Write, WebFetch, mcp__server__name; Bash with --line
    #[arg(long, value_name = "NAME")]
    pub tool: Option<String>,
    /// The file that the tool works on
    #[arg(long, value_name = "FILE", requires = "tool")]
    pub path: Option<PathBuf>,
    /// The address that the tool fetches
    #[arg(long, value_name = "URL", requires = "tool", conflicts_with = "path")]
    pub url: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, value_name = "COMMAND", conflicts_with_all = ["line", "tool"])]
    pub command: Vec<OsString>,
}

/// `tollgate audit`.
#[derive(Args, Clone, Debug)]
pub struct AuditArgs {
    /// What to do with the records.
    #[command(subcommand)]
    pub action: AuditAction,
}

/// What to do with the records.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditAction {
    /// Check every line, signature, seal and the index; exit 0 only when all holds
    ///
    /// Names each fault with file, line and cause; the causes are listed in tollgate-audit(5). A
    /// session that runs, or that died, is no fault by itself: what is proven of it is said.
    #[command(after_long_help = VERIFY)]
    Verify {
        /// Audit folders, hosts' folders, days or session files (default: your audit folder)
        #[arg(value_name = "DIR|FILE")]
        paths: Vec<PathBuf>,
        /// A host public key to trust (OpenSSH format), in place of the one in your key folder
        ///
        /// Whoever could change a record could also change a key beside it: keep a copy elsewhere, and
        /// verify other people's records against the key that they gave you.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a session for people
    ///
    /// One line for each record: when, what was decided, about which command, by which rule, and why.
    /// It shows what stands in the file; whether that is true, `tollgate audit verify` says.
    #[command(after_long_help = SHOW)]
    Show {
        /// A session id or the start of one, a file, or `last`
        #[arg(default_value = "last")]
        session: String,
        /// Where the records are (default: $XDG_STATE_HOME/tollgate/audit)
        #[arg(long, value_name = "DIR")]
        audit_dir: Option<PathBuf>,
        /// Print the lines as they stand in the file
        #[arg(long)]
        json: bool,
    },
    /// Print the last records of a session, or follow them as they are written
    #[command(after_long_help = TAIL)]
    Tail {
        /// A session id or the start of one, a file, or `last`
        #[arg(default_value = "last")]
        session: String,
        /// Wait for more: the newest session, then each session that follows it
        #[arg(short, long)]
        follow: bool,
        /// How many of the last records to begin with
        #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 10)]
        lines: usize,
        /// Where the records are (default: $XDG_STATE_HOME/tollgate/audit)
        #[arg(long, value_name = "DIR")]
        audit_dir: Option<PathBuf>,
        /// Print the lines as they stand in the file
        #[arg(long)]
        json: bool,
    },
}

const VERIFY: &str = "\
Examples:
  tollgate audit verify
  tollgate audit verify ~/.local/state/tollgate/audit/myhost/2026-11-20
  tollgate audit verify --key myhost.pub /mnt/evidence/audit

Exit status:
  0    everything holds
  1    at least one fault was found
  125  nothing could be verified: no public key, for example";

const SHOW: &str = "\
Examples:
  tollgate audit show
  tollgate audit show 01JD3Z8Q
  tollgate audit show --json | jq -r 'select(.kind == \"decision\").action.argv | @sh'

Exit status:
  0    the session was printed
  125  there is no such session, or it cannot be read";

const TAIL: &str = "\
Examples:
  tollgate audit tail -f               in another terminal, while an agent works
  tollgate audit tail -n 3 01JD3Z8Q

Exit status:
  0    the records were printed
  125  there is no such session, or it cannot be read";

/// `tollgate doctor`.
#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
