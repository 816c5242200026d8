//! What the command line understands.

use super::output;
use crate::model::{Tier, exit};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// One gate in front of everything a coding agent runs.
///
/// `tollgate run -- claude` starts the agent; every program that it or anything below it executes is
/// decided by policy before its first instruction, put to you where the policy says ask, and written
/// to a signed record before it happens.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, propagate_version = true, after_help = ENDING)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const ENDING: &str = "\
Exit status of `run`: the agent's own; 128+n when signal n ended it; 125 tollgate failed,
126 the agent was refused or cannot be executed, 127 it was not found.

Set TOLLGATE_LOG=debug to see what tollgate notes about itself.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an agent under the gate
    Run(RunArgs),
    /// Write the starter policy into this project, to be edited
    Init(InitArgs),
    /// Say what the policy decides about a command, without running it
    ///
    /// Exit status: 0 allow, 1 deny, 2 ask, 125 error.
    Check(CheckArgs),
    /// Say which rules match a command, where they stand, and why the outcome follows
    ///
    /// Exit status: 0 allow, 1 deny, 2 ask, 125 error.
    Explain(CheckArgs),
    /// Verify and read the records
    Audit(AuditArgs),
    /// Try what this machine can enforce
    Doctor(DoctorArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the man pages of the commands into a folder
    #[command(hide = true)]
    Man {
        /// Where to.
        folder: PathBuf,
    },
    /// Show one card (used by `run` itself)
    #[command(hide = true)]
    InternalPrompt,
    /// End at once (used by `doctor` itself)
    #[command(hide = true)]
    InternalNothing,
}

/// Where the policy comes from.
#[derive(Args, Clone, Debug)]
pub struct PolicyArgs {
    /// A policy file for this session, in place of the built-in starter policy (repeatable)
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
    #[arg(long, value_name = "TIER")]
    pub require: Option<Tier>,
    /// Never ask: what asks is answered by the policy's `defaults.no_approver` (implied without a terminal)
    #[arg(long)]
    pub non_interactive: bool,
    /// Decide and record, but refuse nothing
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
    /// The kernel door alone
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
pub struct CheckArgs {
    /// Where the policy comes from.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// A shell line, as an agent would give it to its shell
    #[arg(long, value_name = "SHELL LINE", conflicts_with = "command", required_unless_present = "command")]
    pub line: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
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
    Verify {
        /// Folders or files (default: your audit folder)
        #[arg(value_name = "DIR|FILE")]
        paths: Vec<PathBuf>,
        /// A host public key to trust (OpenSSH format), in place of the one in your key folder
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a session for people
    Show {
        /// A session id or the start of one, a file, or `last`
        #[arg(default_value = "last")]
        session: String,
        /// Where the records are
        #[arg(long, value_name = "DIR")]
        audit_dir: Option<PathBuf>,
        /// Print the lines as they stand in the file
        #[arg(long)]
        json: bool,
    },
    /// Print records as they are written
    Tail {
        /// A session id or the start of one, a file, or `last`
        #[arg(default_value = "last")]
        session: String,
        /// Wait for more
        #[arg(short, long)]
        follow: bool,
        /// How many of the last records to begin with
        #[arg(short = 'n', long, default_value_t = 10)]
        lines: usize,
        /// Where the records are
        #[arg(long, value_name = "DIR")]
        audit_dir: Option<PathBuf>,
        /// Print the lines as they stand in the file
        #[arg(long)]
        json: bool,
    },
}

/// `tollgate doctor`.
#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Prints a completion script.
pub(super) fn completions(shell: clap_complete::Shell) -> u8 {
    clap_complete::generate(shell, &mut Cli::command(), "tollgate", &mut std::io::stdout());
    exit::SUCCESS
}

/// Writes a man page for each command.
pub(super) fn man(folder: &Path) -> u8 {
    match clap_mangen::generate_to(Cli::command(), folder) {
        Ok(()) => exit::SUCCESS,
        Err(error) => {
            output::say(format_args!("cannot write man pages to {}: {error}", folder.display()));
            exit::FAILED
        }
    }
}
