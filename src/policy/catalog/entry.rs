//! One program of the catalog.

use super::option::OptionTable;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How a program reads its options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Style {
    /// getopt_long: options anywhere, bundles, unambiguous abbreviations, `--` ends them.
    #[default]
    Gnu,
    /// As GNU, but the first operand ends the options.
    PosixStop,
    /// Global options, subcommand, options anywhere after it, abbreviations, `--no-x`.
    Git,
    /// Options anywhere, before or after the subcommand, bundles, no abbreviations (clap, pflag, nopt).
    Clap,
    /// One dash or two, no bundles, the first operand ends the options.
    Go,
}

/// What the operands of a program are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Operands {
    /// Words, of which those with a slash may be paths.
    #[default]
    Text,
    /// Never paths.
    Plain,
    /// Paths whose targets are read or written.
    Path,
    /// Directory entries: the name itself is acted on, a symlink is not followed.
    Entry,
    /// The first is an expression, the others are paths (`grep`, `sed`).
    TextThenPath,
}

/// A command that a program starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wrapper {
    /// How many operands come before the command (`timeout 5 CMD`).
    pub(crate) skip: usize,
    /// `NAME=VALUE` operands before the command set its environment (`env`, `sudo`).
    pub(crate) assignments: bool,
    /// Arguments that cannot be known are added to the command (`xargs`).
    pub(crate) appends: bool,
    /// The option whose value is split into a command (`env -S`).
    pub(crate) split: Option<String>,
    /// The option whose value is a shell line (`su -c`).
    pub(crate) script: Option<String>,
    /// Nothing but that shell line is started: operands are no command.
    pub(crate) only_script: bool,
    /// The option whose value is the directory of the command (`env -C`).
    pub(crate) directory: Option<String>,
    /// Options after which the program starts nothing (`command -v`).
    pub(crate) inert: Vec<String>,
    /// The words after which a command stands, up to `;` or `+`, in which `{}` is a file (`find`).
    pub(crate) actions: Vec<String>,
    /// The command runs as somebody else: never passed over by an allow rule.
    pub(crate) privileged: bool,
    /// All operands are joined to one shell line (`eval`).
    pub(crate) line: bool,
}

/// A subcommand as the data files write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSubcommand {
    pub(super) names: Vec<String>,
    pub(super) options: Vec<String>,
    pub(super) operands: Operands,
    pub(super) marks: BTreeMap<String, Vec<String>>,
}

/// A program as the data files write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawEntry {
    pub(super) names: Vec<String>,
    pub(super) style: Style,
    pub(super) options: Vec<String>,
    pub(super) operands: Operands,
    pub(super) subcommands: BTreeMap<String, RawSubcommand>,
    pub(super) wrapper: Option<Wrapper>,
    pub(super) shell: bool,
    pub(super) interpreter: bool,
    pub(super) inline: Vec<String>,
    pub(super) loader: bool,
    pub(super) multicall: bool,
    pub(super) beside: bool,
}

/// A subcommand: its options joined with the global ones.
#[derive(Clone, Debug)]
pub(crate) struct Subcommand {
    /// The canonical name.
    pub(crate) name: String,
    pub(crate) options: OptionTable,
    pub(crate) operands: Operands,
    /// Beginnings of operands that mean an option: `+main` of `git push`.
    pub(crate) marks: Vec<(String, std::sync::Arc<[String]>)>,
}

/// A program.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) style: Style,
    pub(crate) options: std::sync::Arc<OptionTable>,
    pub(crate) operands: Operands,
    /// By every name that a subcommand has.
    pub(crate) subcommands: std::collections::HashMap<String, std::sync::Arc<Subcommand>>,
    pub(crate) wrapper: Option<Wrapper>,
    /// Reads shell language: `-c LINE`, a script, or standard input.
    pub(crate) shell: bool,
    /// Reads a script file named by its first operand.
    pub(crate) interpreter: bool,
    /// The options after which the program's text, not a file, follows (`-c`, `-e`, `-m`).
    pub(crate) inline: Vec<String>,
    /// A dynamic loader.
    pub(crate) loader: bool,
    /// Many programs in one file.
    pub(crate) multicall: bool,
    /// Finds its parts through `argv[0]`.
    pub(crate) beside: bool,
}
