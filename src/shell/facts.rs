//! What the text of the whole line rules out, whatever its structure is.

use super::command::SimpleCommand;
use super::parse::Dialect;
use std::collections::{BTreeMap, BTreeSet};

/// Builtins that may set a variable whose name does not stand on the line, or run text that does not.
const SETTERS: &[&str] = &[
    "read",
    "printf",
    "mapfile",
    "readarray",
    "getopts",
    "let",
    "declare",
    "typeset",
    "local",
    "export",
    "readonly",
    "unset",
    "eval",
    "source",
    "trap",
    "wait",
    "coproc",
    "select",
    "alias",
    "shopt",
    "set",
    "env",
    "enable",
    "bind",
];

/// Variables that the shell sets itself, or that change how it reads words.
const OWN: &[&str] = &[
    "RANDOM",
    "SRANDOM",
    "SECONDS",
    "LINENO",
    "DIRSTACK",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "UID",
    "EUID",
    "PPID",
    "SHELLOPTS",
    "PIPESTATUS",
    "OPTARG",
    "OPTIND",
    "OPTERR",
    "IFS",
    "PWD",
    "OLDPWD",
    "HOME",
    "REPLY",
    "SHLVL",
    "_",
    "COPROC",
    "MAPFILE",
    "argv0",
    "HOSTNAME",
    "CDPATH",
    "ENV",
];

/// Facts about a line, for all the texts in it.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) dialect: Dialect,
    /// Whether the line may set HOME or PWD, so that they are not what they seem.
    pub(super) moves_home: bool,
    /// Whether what an unquoted variable becomes is one word where its value is plain.
    pub(super) splits_as_usual: bool,
    /// Whether `cd x` leads to `./x`.
    pub(super) cd_as_usual: bool,
    /// Whether `$1` is what a call gives.
    pub(super) positional: bool,
    /// Variables that are named once apart from their uses.
    constants: BTreeSet<String>,
}

impl Facts {
    pub(super) fn of(line: &str, dialect: Dialect) -> Self {
        let names = names(line);
        let has = |name: &str| names.iter().any(|(own, _)| *own == name);
        let sets = names.iter().any(|(name, _)| SETTERS.contains(name))
            || ["((", "${!", ":=", "=}", " . "].iter().any(|text| line.contains(text))
            || line.starts_with(". ");
        let mut mentions: BTreeMap<&str, usize> = BTreeMap::new();
        if !sets && line.contains('=') {
            let mentioned = names.iter().filter(|(_, is_use)| !is_use);
            mentioned.for_each(|(name, _)| *mentions.entry(name).or_default() += 1);
        }
        mentions.retain(|name, count| {
            let own = OWN.contains(name) || name.starts_with("BASH") || name.starts_with("COMP");
            *count == 1 && !own
        });
        Self {
            dialect,
            moves_home: names.iter().any(|(name, is_use)| !is_use && ["HOME", "PWD"].contains(name)),
            splits_as_usual: !has("IFS") && !sets,
            cd_as_usual: !has("CDPATH"),
            positional: !["shift", "set", "getopts"].iter().any(|name| has(name)),
            constants: mentions.into_keys().map(str::to_owned).collect(),
        }
    }

    pub(super) fn has_constants(&self) -> bool {
        !self.constants.is_empty()
    }

    pub(super) fn forget_constants(&mut self) {
        self.constants.clear();
    }

    /// Says whether a command may set a variable that its words do not name.
    pub(super) fn may_set(command: &SimpleCommand) -> bool {
        let words = command.builtin();
        words.first().is_some_and(|word| word.literal().is_none_or(|name| SETTERS.contains(&name) || name == "."))
    }

    /// Says whether an assignment to this variable, where it certainly happens, gives it its value for good.
    pub(super) fn is_constant(&self, name: &str) -> bool {
        self.constants.contains(name)
    }
}

/// Returns every name in the line, with whether it stands in `$NAME` or `${NAME}`. Quotes are not looked
/// at, so that no name is hidden in them.
fn names(line: &str) -> Vec<(&str, bool)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = Vec::new();
    let mut rest = line;
    let mut before = "";
    while let Some(start) = rest.find(is_name) {
        let (skipped, tail) = rest.split_at(start);
        let end = tail.find(|c| !is_name(c)).unwrap_or(tail.len());
        let (name, after) = tail.split_at(end);
        before = if skipped.is_empty() { before } else { skipped };
        let is_use = before.ends_with('$') || before.ends_with("${") && after.starts_with('}');
        out.push((name, is_use));
        (rest, before) = (after, "");
    }
    out
}
