//! A simple command of the tree → one of ours, and what it does to the shell.

use super::command::{Assignment, Callee, Scope, SimpleCommand, Spot, Substitution, SubstitutionKind, Word};
use super::limits;
use super::parse::{Cause, Unknown};
use super::state::Positions;
use super::walker::{Done, Ends, Walked, Walker};
use brush_parser::ast;
use std::rc::Rc;

/// How deep calls of functions are followed.
const CALLS: usize = 5;

impl Walker<'_> {
    /// Returns what the substitutions of the words that were just read are connected to.
    pub(super) fn drain(&mut self) -> Ends {
        let mut ends = Ends::default();
        for inside in std::mem::take(&mut self.inside) {
            match inside.kind {
                SubstitutionKind::Output | SubstitutionKind::ReadFrom => ends.readers.extend(inside.ends.readers),
                SubstitutionKind::WriteTo => ends.writers.extend(inside.ends.writers),
            }
        }
        ends
    }

    /// Notes the substitutions of the words that were just read at their place in a command.
    pub(super) fn attach(&mut self, spot: Spot, command: &mut SimpleCommand, ends: &mut Ends) {
        for inside in &self.inside {
            let commands = match inside.kind {
                SubstitutionKind::Output | SubstitutionKind::ReadFrom => inside.ends.writers.clone(),
                SubstitutionKind::WriteTo => inside.ends.readers.clone(),
            };
            command.substitutions.push(Substitution { kind: inside.kind, spot, commands });
        }
        let inside = self.drain();
        ends.add(inside);
    }

    pub(super) fn simple(&mut self, simple: &ast::SimpleCommand) -> Done<Walked> {
        let mut command = SimpleCommand {
            directories: self.state.directories.clone(),
            places: self.state.positions.places(),
            ..SimpleCommand::default()
        };
        let mut ends = Ends::default();
        for item in simple.prefix.iter().flat_map(|prefix| &prefix.0) {
            self.item(item, true, &mut command, &mut ends)?;
        }
        if let Some(word) = &simple.word_or_name {
            self.argument(&word.value, &mut command, &mut ends);
        }
        for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            self.item(item, false, &mut command, &mut ends)?;
        }
        self.finish(command, ends)
    }

    /// Adds what one word becomes.
    fn argument(&mut self, raw: &str, command: &mut SimpleCommand, ends: &mut Ends) {
        let spot = Spot::Word(command.words.len());
        let words = self.words(raw);
        command.words.extend(words);
        self.attach(spot, command, ends);
    }

    fn item(
        &mut self,
        item: &ast::CommandPrefixOrSuffixItem,
        before: bool,
        command: &mut SimpleCommand,
        ends: &mut Ends,
    ) -> Done {
        match item {
            ast::CommandPrefixOrSuffixItem::IoRedirect(redirect) => self.redirect(redirect, command, ends)?,
            ast::CommandPrefixOrSuffixItem::Word(word) => self.argument(&word.value, command, ends),
            ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) if before => {
                let name = match &assignment.name {
                    ast::AssignmentName::VariableName(name) => name,
                    ast::AssignmentName::ArrayElementName(name, index) => {
                        self.text(index);
                        name
                    }
                };
                let value = self.assigned(&assignment.value, assignment.append);
                let spot = Spot::Assignment(command.assignments.len());
                command.assignments.push(Assignment { name: name.clone(), value, scope: Scope::Command });
                self.attach(spot, command, ends);
            }
            ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, word) => match &assignment.value {
                // `git commit -m a=b`, `export X=1`: a word like any other.
                ast::AssignmentValue::Scalar(_) => self.argument(&word.value, command, ends),
                ast::AssignmentValue::Array(_) => {
                    self.assigned(&assignment.value, true);
                    let spot = Spot::Word(command.words.len());
                    command.words.push(Word::Dynamic(word.value.clone()));
                    self.attach(spot, command, ends);
                }
            },
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(kind, subshell) => {
                let spot = Spot::Word(command.words.len());
                command.words.push(Word::Quoted("process substitution".to_owned()));
                self.process(kind, subshell)?;
                self.attach(spot, command, ends);
            }
        }
        Ok(())
    }

    /// Walks `<(…)` or `>(…)`.
    pub(super) fn process(&mut self, kind: &ast::ProcessSubstitutionKind, subshell: &ast::SubshellCommand) -> Done {
        self.bash_only("a process substitution");
        let kind = match kind {
            ast::ProcessSubstitutionKind::Read => SubstitutionKind::ReadFrom,
            ast::ProcessSubstitutionKind::Write => SubstitutionKind::WriteTo,
        };
        let kept = std::mem::take(&mut self.inside);
        let walked = self.apart(|walker| walker.list(&subshell.list))?;
        self.inside = kept;
        self.inside.push(super::word::Inside { kind, ends: walked.ends });
        Ok(())
    }

    fn assigned(&mut self, value: &ast::AssignmentValue, append: bool) -> Word {
        match value {
            ast::AssignmentValue::Scalar(word) => {
                let value = self.word(&word.value);
                let text = match &value {
                    Word::Literal(text) | Word::Pattern(text) => text.to_string_lossy().into_owned(),
                    Word::Dynamic(_) | Word::Quoted(_) => String::new(),
                };
                self.evaluated(&text);
                match value {
                    Word::Literal(_) | Word::Pattern(_) if append => Word::Dynamic(word.value.clone()),
                    // No file names come of it.
                    Word::Pattern(text) => Word::Literal(text),
                    Word::Literal(_) | Word::Dynamic(_) | Word::Quoted(_) => value,
                }
            }
            ast::AssignmentValue::Array(items) => {
                for (index, item) in items {
                    index.iter().for_each(|index| self.text(&index.value));
                    self.text(&item.value);
                }
                Word::Dynamic("an array".to_owned())
            }
        }
    }

    /// Adds a command to the line's, and follows what it does.
    fn finish(&mut self, mut command: SimpleCommand, mut ends: Ends) -> Done<Walked> {
        if command.words.is_empty() {
            command.assignments.iter_mut().for_each(|assignment| assignment.scope = Scope::Shell);
            self.remember(&command);
        }
        self.check_names(&command);
        let function = command.name().and_then(|name| self.state.functions.get_key_value(name));
        let function = function.map(|(name, function)| (name.clone(), function.clone()));
        command.callee = match &function {
            None => Callee::Program,
            Some((_, function)) if function.certain => Callee::Function,
            Some(_) => Callee::Either,
        };
        if command.callee != Callee::Function {
            self.declared(&mut command);
        }
        let index = self.reading.commands.len();
        self.reading.commands.push(command.clone());
        if self.reading.commands.len() > limits::COMMANDS {
            return Err(Unknown::new(Cause::Limit, "more than 500 commands"));
        }
        self.connect(index, &command);
        ends.add(Ends::one(index));
        let mut walked = match command.callee {
            Callee::Function => self.unmoved(ends),
            Callee::Program | Callee::Either => self.builtin(&command, index, ends)?,
        };
        if let Some((name, function)) = function {
            let before = self.state.positions.clone();
            let called = self.call(&name, &function.body, &command)?;
            walked.ends.add(called.ends);
            let moved = called.ok.or(&called.bad);
            if command.callee == Callee::Function {
                walked.ok = moved.clone();
                walked.bad = moved;
            } else {
                walked.ok = walked.ok.or(&moved);
                walked.bad = walked.bad.or(&moved);
            }
            self.state.positions = before;
        }
        Ok(walked)
    }

    /// Connects a command with the process substitutions in its words.
    fn connect(&mut self, index: usize, command: &SimpleCommand) {
        for substitution in &command.substitutions {
            match (substitution.kind, substitution.spot) {
                (SubstitutionKind::WriteTo, _) => self.feed(&substitution.commands, &[index]),
                (SubstitutionKind::ReadFrom, Spot::Redirection) => {
                    if let Some(own) = self.reading.commands.get_mut(index) {
                        own.upstream.extend(substitution.commands.iter().filter(|writer| **writer != index));
                    }
                }
                (SubstitutionKind::ReadFrom, Spot::Word(_) | Spot::Assignment(_)) | (SubstitutionKind::Output, _) => {}
            }
        }
    }

    /// Remembers what certainly is the value of a variable from here on.
    fn remember(&mut self, command: &SimpleCommand) {
        for assignment in &command.assignments {
            if let Word::Literal(value) = &assignment.value
                && self.conditional == 0
                && self.facts.is_constant(&assignment.name)
            {
                self.state.constants.insert(assignment.name.clone(), value.clone());
            }
        }
    }

    /// Follows a call into the body of the function.
    fn call(&mut self, name: &str, body: &Rc<ast::FunctionBody>, command: &SimpleCommand) -> Done<Walked> {
        if let Some((own, called)) = self.defined.get_mut(name)
            && Rc::ptr_eq(own, body)
        {
            *called = true;
        }
        let known = self.facts.positional.then(|| Rc::new(command.words.get(1..).unwrap_or_default().to_vec()));
        let first = self.reading.commands.len();
        let walked = self.body(body, known)?;
        for inner in self.reading.commands.get_mut(first..).unwrap_or_default() {
            inner.redirections.extend(command.redirections.iter().cloned());
            inner.assignments.extend(command.assignments.iter().cloned());
            inner.stdin = inner.stdin.take().or_else(|| command.stdin.clone());
            inner.stdin_written = inner.stdin_written.take().or_else(|| command.stdin_written.clone());
            inner.fed |= command.fed;
        }
        Ok(walked)
    }

    /// Walks the body of a function with these arguments.
    fn body(&mut self, body: &Rc<ast::FunctionBody>, known: Option<Rc<Vec<Word>>>) -> Done<Walked> {
        if self.calls >= CALLS {
            return Err(Unknown::new(Cause::Limit, "functions that call each other too deeply"));
        }
        let outer = std::mem::replace(&mut self.state.positional, known);
        self.calls += 1;
        self.conditional += 1;
        let body = Rc::clone(body);
        let first = self.reading.commands.len();
        let walked = self.compound(&body.0).and_then(|mut walked| {
            self.outer_redirects(body.1.as_ref(), first, &mut walked.ends)?;
            Ok(walked)
        });
        self.conditional -= 1;
        self.calls -= 1;
        self.state.positional = outer;
        walked
    }

    /// Walks the functions that no call on the line was followed into: with something that calls by other
    /// ways on the line, all of them. Their arguments are not known.
    pub(super) fn functions_left(&mut self) -> Done {
        if self.defined.is_empty() {
            return Ok(());
        }
        let otherwise = self.reading.commands.iter().any(calls_otherwise);
        let bodies = self.defined.values().filter(|(_, called)| otherwise || !called);
        let bodies: Vec<Rc<ast::FunctionBody>> = bodies.map(|(body, _)| Rc::clone(body)).collect();
        for body in bodies {
            self.state.positions = Positions::start().or_anywhere();
            self.body(&body, None)?;
        }
        Ok(())
    }
}

/// Says whether a command may call a function without naming it as its program.
fn calls_otherwise(command: &SimpleCommand) -> bool {
    const BY_NAME: &[&str] = &[
        "eval",
        "source",
        ".",
        "trap",
        "export",
        "declare",
        "typeset",
        "local",
        "readonly",
        "alias",
        "mapfile",
        "readarray",
        "complete",
        "compgen",
        "compopt",
        "bind",
        "enable",
        "unset",
        "shopt",
        "set",
    ];
    let words = command.builtin();
    words.first().is_some_and(|word| word.literal().is_none_or(|name| BY_NAME.contains(&name)))
}

/// Says whether a command is `pwd`, and prints where it runs.
pub(super) fn prints_folder(command: &SimpleCommand) -> bool {
    let words: Option<Vec<&str>> = command.words.iter().map(Word::literal).collect();
    let plain = command.callee == Callee::Program && command.redirections.is_empty() && command.assignments.is_empty();
    plain && matches!(words.as_deref(), Some(["pwd"] | ["pwd", "-P" | "-L"]))
}

/// Returns what `echo TEXT`, `printf TEXT`, and `cat` and `tee` of known input print: exactly, without the line
/// end after it.
pub(super) fn printed(command: &SimpleCommand) -> Option<String> {
    if command.callee != Callee::Program || command.redirections.iter().any(|one| one.fd == 1) {
        return None;
    }
    let (program, arguments) = command.words.split_first()?;
    let texts: Option<Vec<&str>> = arguments.iter().map(Word::literal).collect();
    let texts = texts?;
    match (program.literal()?, texts.as_slice()) {
        ("cat", [] | ["-"]) | ("tee", _) => command.stdin.clone(),
        ("echo", arguments) => {
            let skipped =
                arguments.strip_prefix(&["-n"]).or_else(|| arguments.strip_prefix(&["-e"])).unwrap_or(arguments);
            let text = skipped.join(" ");
            // A `~` stands for a folder here, and an escape is read by some shells only.
            let plain = !text.contains('\\') && !skipped.iter().any(|word| word.starts_with(['-', '~']));
            plain.then_some(text)
        }
        ("printf", ["%s" | "%s\\n", rest @ ..]) if rest.len() == 1 => {
            rest.first().filter(|text| !text.starts_with('~')).map(|text| (*text).to_owned())
        }
        ("printf", [format]) => {
            let format = format.strip_suffix("\\n").unwrap_or(format);
            (!format.contains(['\\', '%']) && !format.starts_with(['-', '~'])).then(|| format.to_owned())
        }
        _ => None,
    }
}
