//! What builtins do to the shell: folders, variables, text that runs.

use super::command::{Assignment, Scope, SimpleCommand, Word};
use super::parse::Cause;
use super::state::{Move, Positions};
use super::walker::{Done, Ends, Walked, Walker};

/// Builtins whose arguments are names of variables, or arithmetic: a subscript in them is evaluated, and runs
/// the substitutions in it.
const NAMES: &[&str] = &[
    "test",
    "[",
    "printf",
    "read",
    "let",
    "unset",
    "declare",
    "typeset",
    "export",
    "local",
    "readonly",
    "mapfile",
    "readarray",
    "wait",
    "getopts",
];

/// Says whether a text, taken for a variable or for arithmetic, runs commands: `a[$(rm x)]`.
fn runs_commands(text: &str) -> bool {
    text.split_once('[').is_some_and(|(_, rest)| rest.contains("$(") || rest.contains('`'))
}

impl Walker<'_> {
    /// Notes a text that is evaluated once more, as arithmetic or as the name of a variable.
    pub(super) fn evaluated(&mut self, text: &str) {
        if runs_commands(text) {
            self.note(Cause::Dynamic, "an array subscript that runs commands");
        }
    }

    /// Notes the operand of `-v` in `[[ … ]]`: whatever a variable in it holds is evaluated.
    pub(super) fn subscript(&mut self, raw: &str) {
        if raw.contains(['$', '`']) {
            self.note(Cause::Dynamic, "the name of a variable that is only known when it runs");
        }
    }

    /// Notes names that do not mean what they say.
    pub(super) fn check_names(&mut self, command: &SimpleCommand) {
        if command.assignments.iter().any(|assignment| assignment.name == "BASH_ALIASES") {
            self.state.aliases.insert(String::new());
        }
        let Some(name) = command.name() else { return };
        self.name_dialect(name);
        if self.state.aliases.contains(name) || self.state.aliases.contains("") {
            self.note(Cause::Dynamic, "a name that an alias of the line may give another meaning");
        }
        let words = command.builtin();
        let Some((program, arguments)) = words.split_first() else { return };
        let program = program.literal().unwrap_or_default().to_owned();
        if program == "alias" {
            for word in arguments {
                let name = word.literal().map(|text| text.split('=').next().unwrap_or_default());
                if name.is_none_or(|name| !name.starts_with('-')) {
                    self.state.aliases.insert(name.unwrap_or_default().to_owned());
                }
            }
        }
        if !NAMES.contains(&program.as_str()) {
            return;
        }
        let mut variable = matches!(program.as_str(), "let" | "unset" | "read");
        for word in arguments {
            match word {
                Word::Literal(text) | Word::Pattern(text) => {
                    if text == "-v" && matches!(program.as_str(), "test" | "[" | "printf") {
                        variable = true;
                        continue;
                    }
                    self.evaluated(&text.to_string_lossy());
                }
                Word::Dynamic(_) | Word::Quoted(_) if variable => {
                    self.note(Cause::Dynamic, "the name of a variable that is only known when it runs");
                }
                Word::Dynamic(_) | Word::Quoted(_) => {}
            }
            variable &= matches!(program.as_str(), "let" | "unset" | "read");
        }
    }

    /// Adds the assignments among the arguments of `export`, `declare` and their like.
    pub(super) fn declared(&mut self, command: &mut SimpleCommand) {
        let Some((program, arguments)) = command.builtin().split_first() else { return };
        let exported =
            arguments.iter().filter_map(Word::literal).any(|text| text.starts_with('-') && text.contains('x'));
        let scope = match program.literal() {
            Some("export") => Scope::Export,
            Some("declare" | "typeset" | "local" | "readonly") if exported => Scope::Export,
            Some("declare" | "typeset" | "local" | "readonly") => Scope::Shell,
            _ => return,
        };
        let declared: Vec<Assignment> = arguments.iter().filter_map(|word| declaration(word, scope)).collect();
        command.assignments.extend(declared);
    }

    /// Follows what a builtin does to the shell, where the command is one.
    pub(super) fn builtin(&mut self, command: &SimpleCommand, index: usize, mut ends: Ends) -> Done<Walked> {
        let words = command.builtin();
        let (program, arguments) =
            words.split_first().map_or(("", words), |(first, rest)| (first.literal().unwrap_or_default(), rest));
        match program {
            "cd" | "pushd" | "popd" => {
                let Some(change) = self.folder(program, arguments) else { return Ok(self.unmoved(ends)) };
                self.state.directories.push(match &change {
                    Move::To(word) | Move::Push(word) => word.clone(),
                    Move::Back | Move::Pop | Move::Anywhere => Word::Dynamic(program.to_owned()),
                });
                let bad = self.state.positions.clone();
                Ok(Walked { ok: bad.after(&change), bad, ends })
            }
            "eval" => {
                let texts: Option<Vec<&str>> = arguments.iter().map(Word::literal).collect();
                // What is not literal shows in the words.
                let Some(texts) = texts else { return Ok(self.unmoved(ends)) };
                let line = texts.strip_prefix(&["--"]).unwrap_or(&texts).join(" ");
                self.run(&line, true, index, &mut ends);
                Ok(self.unmoved(ends))
            }
            "trap" => {
                let operands: Vec<&Word> = arguments.iter().filter(|word| word.literal() != Some("--")).collect();
                match operands.as_slice() {
                    [] | [_] => {}
                    [action, ..] => match action.literal() {
                        Some("-" | "" | "-p" | "-l" | "-P") => {}
                        Some(text) => {
                            let first = self.reading.commands.len();
                            self.run(text, false, index, &mut ends);
                            for inner in self.reading.commands.get_mut(first..).unwrap_or_default() {
                                inner.places = Positions::anywhere_too(&inner.places);
                            }
                        }
                        None => self.note(Cause::Dynamic, "a trap with a text that is only known when it runs"),
                    },
                }
                Ok(self.unmoved(ends))
            }
            _ => Ok(self.unmoved(ends)),
        }
    }

    /// Walks a text that a builtin runs, with the surroundings of the builtin.
    fn run(&mut self, text: &str, same_shell: bool, index: usize, ends: &mut Ends) {
        let first = self.reading.commands.len();
        match self.nested(text, same_shell) {
            Ok(inner) => ends.add(inner),
            Err(unknown) => self.reading.note(unknown),
        }
        let Some(outer) = self.reading.commands.get(index).cloned() else { return };
        for inner in self.reading.commands.get_mut(first..).unwrap_or_default() {
            inner.redirections.extend(outer.redirections.iter().cloned());
            inner.stdin = inner.stdin.take().or_else(|| outer.stdin.clone());
            inner.fed |= outer.fed;
        }
    }

    /// Returns where a `cd`, `pushd` or `popd` leads.
    fn folder(&self, program: &str, arguments: &[Word]) -> Option<Move> {
        let is_option = |word: &&Word| matches!(word.literal(), Some("-L" | "-P" | "-e" | "-@" | "--"));
        let mut operands = arguments.iter().filter(|word| !is_option(word));
        let first = operands.next();
        let text = first.map(|word| word.literal().unwrap_or("?"));
        Some(match (program, text) {
            ("cd", None) if self.facts.moves_home => Move::Anywhere,
            ("cd", None) => Move::To(Word::Literal("~".into())),
            ("cd", Some("-")) => Move::Back,
            ("pushd" | "popd", Some("-n")) => return None,
            ("pushd", Some(text)) if text.starts_with('+') || text.starts_with('-') => Move::Anywhere,
            ("popd", None) => Move::Pop,
            ("popd", Some(_)) | ("pushd", None) => Move::Anywhere,
            (_, Some(text)) if !self.facts.cd_as_usual && !text.starts_with(['/', '.', '~']) => Move::Anywhere,
            ("pushd", Some(_)) => Move::Push(first?.clone()),
            (_, Some(_)) => Move::To(first?.clone()),
            (_, None) => Move::Anywhere,
        })
    }
}

/// Reads `NAME=VALUE` in an argument.
fn declaration(word: &Word, scope: Scope) -> Option<Assignment> {
    let written = match word {
        Word::Literal(text) | Word::Pattern(text) => text.to_str()?,
        Word::Dynamic(text) | Word::Quoted(text) => text.trim_start_matches(['"', '\'']),
    };
    let (name, value) = written.split_once('=')?;
    let name = name.trim_end_matches('+').split('[').next().unwrap_or_default();
    let valid = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty();
    let value = match word {
        Word::Literal(_) | Word::Pattern(_) => Word::Literal(value.into()),
        Word::Dynamic(_) | Word::Quoted(_) => Word::Dynamic(value.to_owned()),
    };
    valid.then(|| Assignment { name: name.to_owned(), value, scope })
}
