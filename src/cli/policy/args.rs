//! What `tollgate policy` understands.

use crate::cli::args::PolicyArgs;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `tollgate policy`.
#[derive(Args, Clone, Debug)]
pub struct PolicyCommand {
    /// What to do with policies.
    #[command(subcommand)]
    pub action: PolicyAction,
}

/// What to do with policies.
#[derive(Clone, Debug, Subcommand)]
pub enum PolicyAction {
    /// Find what is probably not meant in policies
    ///
    /// Loads each file and looks for rules that never decide, that match everything or nothing, that have
    /// expired, or that leave the agent without a reason. Each finding has a stable code (L001 and so on,
    /// listed in tollgate-policy(5)), a place, and what to write instead. Only what is certain is said: a
    /// rule that is reported as shadowed is decided by another one whatever the command.
    ///
    /// Advice is shown, but counts only with `--strict`. What is meant is waived by a comment on the line of the
    /// finding, or on the line above, that says why: `# lint: allow L013 because …`.
    #[command(after_long_help = LINT)]
    Lint {
        /// Policy files (default: every policy that holds here)
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Count advice too: a policy that allows by default, a rule without an id
        #[arg(long)]
        strict: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Run the examples and tests that stand in policies
    ///
    /// Runs the `examples` beside rules and the `tests` of each file, in a described place that is the same
    /// on every machine. Each file is judged by itself, with what it extends. Nothing is executed.
    #[command(after_long_help = TEST)]
    Test {
        /// Policy files (default: every policy that holds here)
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the policy that holds here, and where each part of it stands
    ///
    /// Every file with its layer, what each default is and which file says so, every rule with its place, and
    /// what does not count and why.
    #[command(after_long_help = SHOW)]
    Show {
        /// Where the policy comes from.
        #[command(flatten)]
        policy: PolicyArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say which decisions change from one policy to another
    ///
    /// Judges a corpus of commands by both policies and prints each command that is decided differently,
    /// with the old and the new decision and rule. The built-in corpus holds everyday and dangerous commands;
    /// `--corpus` and `--sessions` judge others in its place.
    ///
    /// A policy is a file, `builtin:NAME`, or `here` for what holds in this folder now.
    #[command(after_long_help = DIFF)]
    Diff {
        /// The policy before
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The policy after
        #[arg(value_name = "NEW")]
        new: PathBuf,
        /// Commands to judge, one JSON object per line: line (or argv), cwd, id (repeatable)
        #[arg(long, value_name = "FILE")]
        corpus: Vec<PathBuf>,
        /// Judge what recorded sessions did: an audit folder or a session's file (repeatable)
        #[arg(long, value_name = "DIR")]
        sessions: Vec<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of policies, for editors
    ///
    /// Draft 2020-12, made from the tables by which policies are loaded. It says which keys and words there
    /// are; whether a pattern compiles or a set exists, only loading says.
    #[command(after_long_help = SCHEMA)]
    Schema,
    /// Format a policy, keeping comments and meaning
    ///
    /// Rewrites the file in place: two spaces of indentation, one quoting style, no trailing blanks. The
    /// result is read back; unless it says exactly the same, with every comment, nothing is written.
    #[command(after_long_help = FMT)]
    Fmt {
        /// Write nothing; say which files would change
        #[arg(long)]
        check: bool,
        /// Policy files, or `-` for standard input to standard output (default: .tollgate/policy.yaml)
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Let the allow rules of a project count, exactly as its policy is now
    ///
    /// A project's policy comes with its repository, so its allow rules do not count until you have looked at
    /// them, and only as far as the layers above let them (`lower_layers`). Shows what would count and asks.
    /// What is kept is the digest of all its policy files; any change needs trust again.
    ///
    /// It holds from the next session on. Inside a session it is refused.
    #[command(after_long_help = TRUST)]
    Trust {
        /// The project's folder (default: this one)
        #[arg(value_name = "PATH")]
        project: Option<PathBuf>,
        /// Print the projects that are trusted
        #[arg(long, conflicts_with_all = ["project", "remove", "digest"])]
        list: bool,
        /// Trust it no longer
        #[arg(long, conflicts_with = "digest")]
        remove: bool,
        /// Do not ask: trust the files if this is their digest
        #[arg(long, value_name = "SHA256")]
        digest: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Propose allow rules for what recorded sessions did
    ///
    /// Reads the records of sessions, leaves out what a rule of the present policy decides already, and writes
    /// the smallest allow rules that cover the rest, as a policy to read and edit. Each rule says how often it
    /// was seen and what else it would match. Wider rules stand beside it as comments. Nothing is proposed
    /// that the present policy denies.
    #[command(after_long_help = FROM_LOG)]
    FromLog {
        /// Session ids, session files or audit folders, or `last` (default: all sessions)
        #[arg(value_name = "SESSION|DIR")]
        sessions: Vec<String>,
        /// Where the present policy comes from.
        #[command(flatten)]
        policy: PolicyArgs,
        /// How wide the rules are
        #[arg(long, value_enum, default_value_t = Level::Exact)]
        level: Level,
        /// Where the records are (default: $XDG_STATE_HOME/tollgate/audit)
        #[arg(long, value_name = "DIR")]
        audit_dir: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// How wide a proposed rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Exactly the arguments that were seen
    Exact,
    /// The program with the subcommand
    Subcommand,
    /// The program with any arguments
    Program,
}

const LINT: &str = "\
Examples:
  tollgate policy lint .tollgate/policy.yaml
  tollgate policy lint --strict policies/*.yaml
  tollgate policy lint --json | jq -r '.findings[].code'

JSON:
  findings   a list: code, level (warning or advice), rule, file, line, column, message, fix, waived (why it does not
             count, or null)
  warnings   how many there are
  advice     how many there are

Exit status:
  0    nothing was found, or advice only
  1    something was found; with --strict, advice too
  125  a policy does not load, or wrong usage";

const TEST: &str = "\
Examples:
  tollgate policy test
  tollgate policy test policies/*.yaml

JSON:
  files      a list: file, examples, cases, skipped, failures
  failures   in each file a list: test, line, column, input, expected, got, rule (id, file, line), because,
             seen (how the input is read)
  examples, cases, skipped, failures   how many there are in all

Exit status:
  0    every example and test holds
  1    at least one does not
  125  a policy does not load, or wrong usage";

const SHOW: &str = "\
Examples:
  tollgate policy show
  tollgate policy show --json | jq '.rules[] | select(.decision == \"allow\")'

JSON:
  policy     the digest of the whole
  files      a list: file, layer, sha256, rules, id, version
  defaults   by name: value, and stated, a list: value, file, line, layer, holds
  rules      a list: rule, decision, layer, file, line, column, title, reason, suggest, severity, controls, tags
  notes      what does not count, and why

Exit status:
  0    the policy was shown
  125  a policy does not load, or wrong usage";

const DIFF: &str = "\
Examples:
  tollgate policy diff builtin:starter new.yaml
  tollgate policy diff here new.yaml --sessions ~/.local/state/tollgate/audit
  tollgate policy diff old.yaml new.yaml --corpus commands.jsonl

JSON:
  judged     how many commands were judged
  flips      a list: id, kind (everyday or dangerous, of the built-in corpus), command, looser, and old and new,
             each with decision, rule, place

Exit status:
  0    no decision changes
  1    at least one does
  125  a policy does not load, a corpus cannot be read, or wrong usage";

const SCHEMA: &str = "\
Examples:
  tollgate policy schema >tollgate-policy.schema.json
  # the first line of a policy, for editors that use yaml-language-server:
  # yaml-language-server: $schema=tollgate-policy.schema.json

Exit status:
  0    the schema was printed";

const FMT: &str = "\
Examples:
  tollgate policy fmt
  tollgate policy fmt --check policies/*.yaml
  tollgate policy fmt - <policy.yaml

Exit status:
  0    every file is formatted now; with --check, was formatted already
  1    with --check: at least one file would change
  125  a file cannot be read, is no policy, or cannot be formatted without changing it";

const TRUST: &str = "\
Examples:
  tollgate policy trust
  tollgate policy trust --list
  tollgate policy trust --remove ~/old-project

JSON:
  with --list   projects, a list: project, sha256
  else          project, sha256, trusted

Exit status:
  0    it is trusted now; with --remove, no longer
  1    nothing was changed: the answer was no, or with --remove it was not trusted
  125  a policy does not load, the list cannot be written, nobody is there to say yes, or wrong usage";

const FROM_LOG: &str = "\
Examples:
  tollgate run --observe -- claude && tollgate policy from-log last
  tollgate policy from-log --level subcommand >proposed.yaml
  tollgate policy from-log --json last

JSON:
  policy     the proposed policy as text; null where there is none
  proposal   observed (how many commands), rules, left_out (a list: command, seen, why)
  rules      a list: id, width (exact, subcommand, program), matching, effects_unchecked, seen, covers,
             also, also_dangerous, denied, chosen

Exit status:
  0    rules were proposed
  1    there is nothing to propose
  125  a policy does not load, a record cannot be read, or wrong usage";
