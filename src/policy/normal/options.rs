//! Reading the options of an argv by the style of its program.

use super::command::{Argument, Clarity, Command, Flag, Operand, Role};
use crate::policy::catalog::{Entry, Operands, OptionTable, Style, Subcommand, Switch, Takes, find};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::Arc;

/// One way to read a command.
pub(super) struct Read {
    pub(super) command: Command,
    /// The index of the argument that was taken for the subcommand although it may be the value of an
    /// unknown option before it.
    pub(super) subcommand_may_be_value: Option<usize>,
    /// The index of the first argument that is no option and no option's value.
    pub(super) first_operand: Option<usize>,
}

/// Reads the arguments after `argv[0]`. Those at the indices in `values` are taken for the values of
/// the unknown options before them.
pub(super) fn read(program: &str, arguments: &[Argument], entry: Option<&Entry>, values: &[usize]) -> Read {
    // `$X y`: the word may become a program with options and operands.
    let open = matches!(arguments.first(), Some(Argument::Unknown(_) | Argument::Quoted(_)));
    let mut reader = Reader {
        command: Command { program: program.to_owned(), known: entry.is_some(), open, ..Command::default() },
        entry,
        subcommand: None,
        subcommand_may_be_value: None,
        first_operand: None,
        after_unknown: false,
        arguments,
        values,
        index: 1,
        ended: false,
        expression: false,
    };
    reader.run();
    Read {
        command: reader.command,
        subcommand_may_be_value: reader.subcommand_may_be_value,
        first_operand: reader.first_operand,
    }
}

pub(super) struct Reader<'a> {
    pub(super) command: Command,
    pub(super) entry: Option<&'a Entry>,
    subcommand: Option<&'a Arc<Subcommand>>,
    subcommand_may_be_value: Option<usize>,
    first_operand: Option<usize>,
    /// Whether the argument before is an option that is not known.
    pub(super) after_unknown: bool,
    pub(super) arguments: &'a [Argument],
    values: &'a [usize],
    pub(super) index: usize,
    /// Whether all that follows are operands.
    ended: bool,
    /// Whether the expression of find(1) has begun.
    pub(super) expression: bool,
}

/// What is known of no option at all.
static NOTHING: std::sync::LazyLock<OptionTable> = std::sync::LazyLock::new(OptionTable::default);

impl<'a> Reader<'a> {
    pub(super) fn style(&self) -> Style {
        let own = self.subcommand.and_then(|subcommand| subcommand.style);
        own.or_else(|| self.entry.map(|entry| entry.style)).unwrap_or_default()
    }

    pub(super) fn table(&self) -> &'a OptionTable {
        match (self.subcommand, self.entry) {
            (Some(subcommand), _) => &subcommand.options,
            (None, Some(entry)) => &entry.options,
            (None, None) => &NOTHING,
        }
    }

    fn run(&mut self) {
        while let Some(argument) = self.arguments.get(self.index) {
            let at = self.index;
            self.index += 1;
            let after_unknown = std::mem::take(&mut self.after_unknown);
            let Some(text) = argument.known().or_else(|| pattern_in_option(argument)) else {
                self.command.open |= may_be_options(argument);
                let clarity =
                    if matches!(argument, Argument::Pattern(_)) { Clarity::Pattern } else { Clarity::Unknown };
                self.operand(argument.shown(), clarity, after_unknown, at);
                continue;
            };
            let bytes = text.as_bytes();
            if self.values.contains(&at) {
                continue;
            }
            if self.by_style(text, at) {
                continue;
            }
            // `+x` is an option only where the catalog says so (shells).
            let plus = bytes.first() == Some(&b'+') && self.table().exact(&text.to_string_lossy()).is_some();
            if self.ended || bytes.len() < 2 || (bytes.first() != Some(&b'-') && !plus) {
                self.ended |= self.operand(text.to_owned(), Clarity::Known, after_unknown, at);
            } else if bytes == b"--" {
                self.ended = true;
                self.command.dashes = Some((self.command.operands.len(), at));
            } else {
                self.option(text);
            }
        }
    }

    /// Takes an operand. Returns whether it ends the options.
    pub(super) fn operand(&mut self, text: OsString, clarity: Clarity, may_be_value: bool, at: usize) -> bool {
        self.first_operand.get_or_insert(at);
        if self.subcommand_word(&text, clarity, may_be_value, at) {
            return false;
        }
        for (mark, spellings) in self.subcommand.map(|known| known.marks.as_slice()).unwrap_or_default() {
            if text.as_bytes().starts_with(mark.as_bytes()) {
                self.flag(Arc::clone(spellings), None, Role::Plain, true);
            }
        }
        let operands = match (self.subcommand, self.entry) {
            (Some(subcommand), _) => subcommand.operands,
            (None, Some(entry)) if self.command.subcommand.is_none() => entry.operands,
            (None, _) => Operands::Text,
        };
        let role = operands.role(self.command.operands.len() + self.pattern_given(operands));
        self.command.operands.push(Operand { text, role, may_be_value, clarity, at });
        match self.style() {
            Style::PosixStop | Style::Go => true,
            Style::Gnu
            | Style::Git
            | Style::Clap
            | Style::SingleDash
            | Style::Find
            | Style::KeyValue
            | Style::OldTar
            | Style::Words => false,
        }
    }

    /// Takes an operand for a subcommand, where one is wanted here. Returns whether it is one.
    fn subcommand_word(&mut self, text: &OsStr, clarity: Clarity, may_be_value: bool, at: usize) -> bool {
        let Some(entry) = self.entry else { return false };
        let below = self.command.subcommand.is_some();
        let level = match self.subcommand {
            Some(subcommand) => &subcommand.subcommands,
            None => &entry.subcommands,
        };
        let first = !below || (self.command.operands.is_empty() && self.command.dashes.is_none());
        let wanted = !level.is_empty() && first;
        if !wanted || clarity != Clarity::Known || (below && self.subcommand.is_none()) {
            return false;
        }
        let word = text.to_string_lossy();
        let found = find(level, &word);
        self.command.strange_subcommand |= found.is_none();
        let name =
            found.filter(|known| known.name != "*").map_or_else(|| word.into_owned(), |known| known.name.clone());
        self.subcommand = found;
        if below {
            self.command.below.push(name);
        } else {
            self.command.subcommand = Some(name);
        }
        if may_be_value {
            self.subcommand_may_be_value = Some(at);
        }
        true
    }

    /// Returns 1 where an option (`grep -e`, `sed -f`) already gave the expression that otherwise is
    /// the first operand.
    fn pattern_given(&self, operands: Operands) -> usize {
        let given = operands == Operands::TextThenPath
            && self.command.flags.iter().any(|flag| {
                matches!(flag.name(), "--regexp" | "--file" | "--expression" | "--reference" | "--source" | "--files")
            });
        usize::from(given)
    }

    pub(super) fn flag(&mut self, spellings: Arc<[String]>, value: Option<OsString>, role: Role, certain: bool) {
        self.command.flags.push(Flag { spellings, value, role, certain, hidden: None, bare: false });
    }

    pub(super) fn unknown(&mut self, name: &str, value: Option<OsString>, certain: bool) {
        let role = if value.is_some() { Role::Text } else { Role::Plain };
        self.command.strange_option |= certain && !matches!(name, "--help" | "--version" | "-h" | "-V");
        self.flag([name.to_owned()].into(), value, role, certain);
    }

    /// Adds a known option with its attached value, or the next argument where it takes one.
    pub(super) fn known(&mut self, switch: &Switch, attached: Option<OsString>, certain: bool) {
        let kind = match switch.takes {
            Takes::Nothing => None,
            Takes::Attached(kind) | Takes::Value(kind) => Some(kind),
        };
        let next = matches!(switch.takes, Takes::Value(_)) && attached.is_none();
        let mut value = attached;
        let mut hidden = None;
        if next && let Some(argument) = self.arguments.get(self.index) {
            self.index += 1;
            value = argument.known().map(OsStr::to_owned);
            if value.is_none() {
                // An unquoted one may be no argument at all, or several.
                self.command.open |= matches!(argument, Argument::Unknown(_));
                let pattern = matches!(argument, Argument::Pattern(_));
                hidden = Some((argument.shown(), if pattern { Clarity::Pattern } else { Clarity::Unknown }));
            }
        }
        let (role, value) = match (kind, value) {
            (Some(kind), Some(value)) => {
                let (role, value) = kind.role(&value);
                (role, Some(value))
            }
            // Where it may be a path, a rule on paths must see that it is not known.
            (Some(kind), None) if hidden.as_ref().is_some_and(|(text, _)| kind.may_be_path(text)) => (Role::Path, None),
            (_, value) => (Role::Plain, value),
        };
        let ends = |entry: &Entry| entry.ends.iter().any(|name| switch.spellings.contains(name));
        self.ended |= self.entry.is_some_and(ends);
        let bare = !matches!(switch.takes, Takes::Value(_));
        self.command.flags.push(Flag { spellings: Arc::clone(&switch.spellings), value, role, certain, hidden, bare });
    }

    fn option(&mut self, argument: &OsStr) {
        let (name, value) = split(argument);
        let table = self.table();
        if let Some(switch) = table.exact(&name) {
            return self.known(switch, value, true);
        }
        // `-javaagent:FILE`, `-p:NAME=VALUE`.
        let colon = argument.as_bytes().iter().position(|byte| *byte == b':');
        if let Some((head, rest)) = colon.and_then(|at| argument.as_bytes().split_at_checked(at + 1))
            && let Some(switch) = table.exact(&String::from_utf8_lossy(head))
        {
            return self.known(switch, Some(OsStr::from_bytes(rest).to_owned()), true);
        }
        if matches!(self.style(), Style::Go | Style::SingleDash) {
            return self.go_option(table, &name, value);
        }
        if name.starts_with("--") {
            return self.long_option(table, &name, value);
        }
        self.bundle(table, argument);
    }

    /// One dash or two mean the same.
    fn go_option(&mut self, table: &OptionTable, name: &str, value: Option<OsString>) {
        let single = name.strip_prefix('-').filter(|rest| rest.starts_with('-')).unwrap_or(name);
        if let Some(switch) = table.exact(single) {
            return self.known(switch, value, true);
        }
        self.after_unknown = value.is_none();
        self.unknown(single, value, true);
    }

    fn long_option(&mut self, table: &OptionTable, name: &str, value: Option<OsString>) {
        let abbreviates =
            matches!(self.style(), Style::Gnu | Style::PosixStop | Style::Git | Style::OldTar) && name.len() > 2;
        let meant = if abbreviates { table.abbreviated(name) } else { Vec::new() };
        if let [only] = meant.as_slice() {
            return self.known(only, value, true);
        }
        if meant.is_empty()
            && self.style() == Style::Git
            && let Some(negation) = negation(table, name)
        {
            return self.flag([negation].into(), None, Role::Plain, true);
        }
        // An abbreviation of several options is an error in the program, or a longer list than ours.
        for switch in &meant {
            self.flag(Arc::clone(&switch.spellings), value.clone(), Role::Plain, false);
        }
        self.after_unknown = value.is_none();
        self.unknown(name, value, true);
    }

    /// Reads `-rf`, `-ofile`, `-nprod`.
    fn bundle(&mut self, table: &OptionTable, argument: &OsStr) {
        let text = argument.to_string_lossy();
        if self.entry.is_none() {
            return self.shapeless(argument, &text);
        }
        for (at, letter) in text.char_indices().skip(1) {
            let short = format!("-{letter}");
            let rest_at = at + letter.len_utf8();
            let Some(switch) = table.exact(&short) else {
                self.unknown(&short, None, true);
                self.after_unknown = rest_at >= text.len();
                continue;
            };
            if matches!(switch.takes, Takes::Nothing) {
                self.known(switch, None, true);
                continue;
            }
            let rest = argument.as_bytes().get(rest_at..).filter(|rest| !rest.is_empty());
            let rest = rest.map(|rest| rest.strip_prefix(b"=").unwrap_or(rest));
            return self.known(switch, rest.map(|rest| OsStr::from_bytes(rest).to_owned()), true);
        }
    }

    /// An option of a program that nobody described: the whole word, or a bundle of letters, or a
    /// letter with a value; and the next argument may be its value.
    fn shapeless(&mut self, argument: &OsStr, text: &str) {
        let (name, value) = split(argument);
        self.after_unknown = value.is_none();
        self.unknown(&name, value, true);
        if text.len() > 2 {
            for (at, letter) in text.char_indices().skip(1) {
                let rest = argument.as_bytes().get(at + letter.len_utf8()..).unwrap_or_default().to_vec();
                let value = (at == 1).then(|| OsString::from_vec(rest));
                self.unknown(&format!("-{letter}"), value, false);
            }
        }
    }
}

/// Returns `--include=*.py` as it is written: a shell finds no file of such a name, and gives it as it is.
fn pattern_in_option(argument: &Argument) -> Option<&OsStr> {
    let Argument::Pattern(text) = argument else { return None };
    let bytes = text.as_bytes();
    let name = bytes.split(|byte| b"*?[".contains(byte)).next().unwrap_or_default();
    (bytes.starts_with(b"-") && (name.contains(&b'=') || name.contains(&b':'))).then_some(text)
}

/// Says whether an argument that is not known may be an option, or several arguments. A quoted one that
/// begins with something else is one operand.
fn may_be_options(argument: &Argument) -> bool {
    match argument {
        Argument::Known(_) | Argument::Pattern(_) => false,
        Argument::Unknown(_) => true,
        Argument::Quoted(written) => {
            let start = written.strip_prefix('"').unwrap_or(written);
            start.starts_with(['$', '`', '-', '+']) || !written.starts_with('"')
        }
    }
}

/// Returns the whole name of an option that takes back one that is listed: git(1) knows `--no-x` for nearly
/// every `--x`, in any length.
fn negation(table: &OptionTable, name: &str) -> Option<String> {
    let Some(rest) = name.strip_prefix("--no-") else {
        let opposite = format!("--no-{}", name.strip_prefix("--")?);
        return table.exact(&opposite).map(|_| name.to_owned());
    };
    let positive = format!("--{rest}");
    if table.exact(&positive).is_some() {
        return Some(name.to_owned());
    }
    match table.abbreviated(&positive).as_slice() {
        [only] => only.spellings.first().map(|whole| whole.replacen("--", "--no-", 1)),
        _ => None,
    }
}

/// Splits `--name=value`. A name with bytes that are no text is escaped: it stays itself and no other.
pub(super) fn split(argument: &OsStr) -> (String, Option<OsString>) {
    let bytes = argument.as_bytes();
    let (name, value) = match bytes.iter().position(|byte| *byte == b'=') {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..)),
        None => (bytes, None),
    };
    let name = std::str::from_utf8(name).map_or_else(|_| crate::model::text::escape(name).into_owned(), str::to_owned);
    (name, value.map(|value| OsStr::from_bytes(value).to_owned()))
}
