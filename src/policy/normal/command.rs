//! argv → program, subcommand, flags, operands, so that every spelling of a command is the same.

use super::options;
use crate::model::Invocation;
use crate::policy::catalog::{Catalog, Entry, Kind, Operands};
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

/// One argument as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    /// What the program will get.
    Known(OsString),
    /// A pattern that a shell expands to file names, as it is written.
    Pattern(OsString),
    /// Not known before it runs; as it is written. May be no argument, or several.
    Unknown(String),
    /// Not known before it runs, but certainly one argument; as it is written.
    Quoted(String),
}

impl Argument {
    /// Returns the argument where it is known.
    pub(crate) fn known(&self) -> Option<&OsStr> {
        match self {
            Self::Known(text) => Some(text),
            Self::Pattern(_) | Self::Unknown(_) | Self::Quoted(_) => None,
        }
    }

    /// Returns how it is written.
    pub(crate) fn shown(&self) -> OsString {
        match self {
            Self::Known(text) | Self::Pattern(text) => text.clone(),
            Self::Unknown(text) | Self::Quoted(text) => text.into(),
        }
    }
}

/// What an operand, or the value of an option, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Not a path.
    Plain,
    /// A word that is a path if it looks like one.
    Text,
    /// A path whose target is read or written.
    Path,
    /// A directory entry: a symlink is not followed.
    Entry,
}

/// An operand: an argument that is no option and no option's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    /// What the program gets.
    pub text: OsString,
    /// What it is.
    pub role: Role,
    /// Whether it follows an unknown option, whose value it may be.
    pub may_be_value: bool,
    /// How far it is known.
    pub(crate) clarity: Clarity,
    /// Its index in argv.
    pub(crate) at: usize,
}

/// How far an operand is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Clarity {
    Known,
    Pattern,
    Unknown,
}

/// An option that was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Flag {
    /// All its spellings, the canonical one first.
    pub spellings: Arc<[String]>,
    /// Its value, where it has one that is known.
    pub value: Option<OsString>,
    /// What the value is.
    pub role: Role,
    /// Whether it is certainly this option: not one reading of a bundle of an unknown program.
    pub certain: bool,
    /// How its value is written, where it has one that is not known.
    pub(crate) hidden: Option<(OsString, Clarity)>,
    /// Whether it needs no value, so that `=false` takes it back.
    pub(crate) bare: bool,
}

impl Flag {
    /// Returns the canonical spelling.
    #[must_use]
    pub fn name(&self) -> &str {
        self.spellings.first().map_or("", String::as_str)
    }
}

/// A command in normal form: every spelling of it gives the same one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Command {
    /// The best name of the program.
    pub program: String,
    /// The canonical subcommand, for programs that have some.
    pub subcommand: Option<String>,
    /// The canonical subcommands of the subcommand, the outer ones first (`gh pr merge`).
    pub below: Vec<String>,
    /// The options.
    pub flags: Vec<Flag>,
    /// The operands, without the subcommand.
    pub operands: Vec<Operand>,
    /// Whether some argument is not known, so that flags and operands may be missing here.
    pub open: bool,
    /// Whether this is the only way to read the command.
    pub certain: bool,
    /// Whether the catalog knows the program's options.
    pub known: bool,
    /// Whether there is an option that the catalog does not know.
    pub(crate) strange_option: bool,
    /// Whether there is a subcommand that the catalog does not know.
    pub(crate) strange_subcommand: bool,
    /// How many operands stand before `--`, where there is one, and its index in argv.
    pub(crate) dashes: Option<(usize, usize)>,
}

impl Command {
    /// Returns the subcommand and those below it.
    pub fn chain(&self) -> impl Iterator<Item = &str> {
        self.subcommand.iter().chain(&self.below).map(String::as_str)
    }
}

/// Returns the normal form of an invocation.
#[must_use]
pub fn normalise(invocation: &Invocation, catalog: &Catalog) -> Command {
    let names = &invocation.program.names;
    let arguments: Vec<Argument> = invocation.argv.iter().cloned().map(Argument::Known).collect();
    let program = names.first().map(str::to_owned).or_else(|| invocation.zeroth().map(base_name)).unwrap_or_default();
    let known = names.certain.iter().chain(&names.possible).find_map(|name| catalog.entry(name));
    let entry = known.or_else(|| catalog.entry(&program));
    readings(&program, &arguments, entry).into_iter().next().unwrap_or_default()
}

/// Returns the last part of a path, lossy.
pub(crate) fn base_name(path: &OsStr) -> String {
    Path::new(path).file_name().unwrap_or(path).to_string_lossy().into_owned()
}

/// The most readings of one command.
const READINGS: usize = 4;

/// Returns every way to read a command, the likeliest first. There is more than one where an unknown
/// option before the subcommand may or may not take the next argument.
pub(crate) fn readings(program: &str, arguments: &[Argument], entry: Option<&Entry>) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut values: Vec<usize> = Vec::new();
    while commands.len() < READINGS {
        let read = options::read(program, arguments, entry, &values);
        commands.push(read.command);
        match read.subcommand_may_be_value {
            Some(index) => values.push(index),
            None => break,
        }
    }
    let certain = commands.len() == 1;
    for command in &mut commands {
        command.certain = certain;
    }
    commands
}

/// Returns where the arguments begin that are no options of the program itself, in every way to read
/// them: after an unknown option the next argument may be its value.
pub(crate) fn operand_starts(arguments: &[Argument], entry: &Entry) -> Vec<usize> {
    let read = options::read("", arguments, Some(entry), &[]);
    let Some(first) = read.first_operand else { return Vec::new() };
    let may_be_value = read.command.operands.first().is_some_and(|operand| operand.may_be_value);
    if may_be_value { vec![first, first + 1] } else { vec![first] }
}

impl Operands {
    /// Returns the role of the operand at this index.
    pub(crate) fn role(self, index: usize) -> Role {
        match self {
            Self::Text => Role::Text,
            Self::Plain => Role::Plain,
            Self::Path => Role::Path,
            Self::Entry => Role::Entry,
            Self::TextThenPath if index == 0 => Role::Plain,
            Self::TextThenPath => Role::Path,
        }
    }
}

impl Kind {
    /// Says whether a value that is not known may be a path, by what it begins with as it is written:
    /// `"Authorization: $X"` is no `@FILE`.
    pub(crate) fn may_be_path(self, written: &OsStr) -> bool {
        let text = written.to_string_lossy();
        let text = text.trim_start_matches(['"', '\'']);
        let begins = text.split(['$', '`', '\\', '*', '?', '[', '{', '"', '\'']).next().unwrap_or_default();
        match self {
            Self::Text => false,
            Self::Path => true,
            Self::AtPath => begins.split('@').next().is_none_or(|name| name.bytes().all(|b| b.is_ascii_alphanumeric())),
            Self::FormPath => match begins.split_once('=') {
                Some((_, value)) => value.is_empty() || value.starts_with(['@', '<']),
                None => true,
            },
        }
    }

    /// Returns the role of the value, and the value without its mark.
    pub(crate) fn role(self, value: &OsStr) -> (Role, OsString) {
        use std::os::unix::ffi::OsStrExt;
        let bytes = value.as_bytes();
        let after = |rest: Option<&[u8]>| {
            rest.map_or_else(
                || (Role::Plain, value.to_owned()),
                |path| (Role::Path, OsStr::from_bytes(path).to_owned()),
            )
        };
        match self {
            Self::Text => (Role::Plain, value.to_owned()),
            Self::Path => (Role::Path, value.to_owned()),
            Self::AtPath => after(bytes.split(|byte| *byte == b'@').next().and_then(|name| {
                // `@FILE`, and curl's `name@FILE` for --data-urlencode.
                let rest = bytes.get(name.len() + 1..)?;
                name.iter().all(u8::is_ascii_alphanumeric).then_some(rest)
            })),
            Self::FormPath => after(bytes.iter().position(|byte| *byte == b'=').and_then(|at| {
                let rest = bytes.get(at + 1..)?;
                let path = rest.strip_prefix(b"@").or_else(|| rest.strip_prefix(b"<"))?;
                path.split(|byte| *byte == b';').next()
            })),
        }
    }
}
