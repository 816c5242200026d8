//! The one way in: text → commands.

use super::command::SimpleCommand;
use super::facts::Facts;
use super::state::State;
use super::walker::{Ends, Walker};
use super::{limits, traps};
use crate::model::text;
use brush_parser::ast;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a line, or a part of it, is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No shell line, or one with a construct that is not read.
    Syntax,
    /// Longer, deeper or more than is read.
    Limit,
    /// Two parsers see different commands in it.
    Disagreement,
    /// It has a control, direction or invisible character: a person may read it otherwise than a shell.
    Invisible,
    /// It runs text, or means names, that only show when it runs.
    Dynamic,
    /// It has a construct of bash that the shell in question reads otherwise.
    Dialect,
}

/// A line, or a part of one, that is not understood, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    cause: Cause,
    reason: String,
}

impl Unknown {
    pub(super) fn new(cause: Cause, reason: impl Into<String>) -> Self {
        Self { cause, reason: reason.into() }
    }

    /// Returns why it is not known.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unknown {}

/// What is read in a shell line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Every simple command that is seen anywhere in the line: in pipelines, lists, subshells, loops,
    /// conditionals, function bodies, command and process substitutions, and in the literal text of `eval` and
    /// `trap`. What stands in a word comes before the command that the word belongs to.
    pub commands: Vec<SimpleCommand>,
    /// Why there may be more, or others. Where this is not empty, the commands are what the line has at least,
    /// by one parser's account: good enough to deny, never to allow.
    pub unknown: Vec<Unknown>,
}

impl Reading {
    pub(super) fn note(&mut self, unknown: Unknown) {
        if !self.unknown.contains(&unknown) {
            self.unknown.push(unknown);
        }
    }
}

/// Reads a line, all or nothing: see [`Reading::commands`].
///
/// # Errors
/// Where the line is too large or not understood whole. It must then be taken for the worst.
pub fn parse(line: &str) -> Result<Vec<SimpleCommand>, Unknown> {
    let reading = read(line);
    match reading.unknown.into_iter().next() {
        None => Ok(reading.commands),
        Some(unknown) => Err(unknown),
    }
}

/// The language of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// bash, not interactive, as it is without options.
    #[default]
    Bash,
    /// Another shell of the Bourne family: `sh` (which may be dash, busybox or bash), dash, ksh, zsh.
    Other,
}

/// Reads a line of bash as far as it can be read.
#[must_use]
pub fn read(line: &str) -> Reading {
    read_as(line, Dialect::Bash)
}

/// Reads a line of a shell as far as it can be read. For [`Dialect::Other`], what shells differ in is noted.
#[must_use]
pub fn read_as(line: &str, dialect: Dialect) -> Reading {
    let mut facts = Facts::of(line, dialect);
    let mut reading = read_with(line, &facts);
    // A variable that something on the line may set is no constant. Only the walk knows what the line calls.
    if facts.has_constants() && reading.commands.iter().any(Facts::may_set) {
        facts.forget_constants();
        reading = read_with(line, &facts);
    }
    reading
}

fn read_with(line: &str, facts: &Facts) -> Reading {
    let mut reading = Reading::default();
    if line.chars().any(|character| character != '\n' && character != '\t' && text::is_unsafe(character)) {
        reading.note(Unknown::new(Cause::Invisible, "a control, direction or invisible character"));
    }
    let mut state = State::new();
    let walked = catch_unwind(AssertUnwindSafe(|| Walker::new(line, facts, &mut reading).whole(&mut state)));
    match walked {
        Ok(Ok(_)) => {}
        Ok(Err(unknown)) => reading.note(unknown),
        // A fault in a parser is that line's fault, and nobody else's.
        Err(_) => reading.note(Unknown::new(Cause::Syntax, "a line that the parser fails on")),
    }
    reading
}

/// How deep texts nest in texts: substitutions, `eval`.
const DEPTH: usize = 10;

/// Refuses a text that is too much, or a known trap, before a parser sees it.
pub(super) fn check(text: &str, depth: usize) -> Result<(), Unknown> {
    if depth > DEPTH {
        return Err(Unknown::new(Cause::Limit, "command substitutions nested too deeply"));
    }
    limits::check(text)?;
    traps::check(text)
}

/// Returns the tree of a text.
pub(super) fn tree(text: &str) -> Result<ast::Program, Unknown> {
    let options = brush_parser::ParserOptions::default();
    let mut parser = brush_parser::Parser::new(text.as_bytes(), &options);
    parser.parse_program().map_err(|_| Unknown::new(Cause::Syntax, "not a shell line, or one that is not understood"))
}

impl Walker<'_> {
    /// Walks this walker's text in the given shell, and then the functions that nothing on the line calls.
    fn whole(mut self, state: &mut State) -> Result<Ends, Unknown> {
        std::mem::swap(&mut self.state, state);
        let ends = self.text_as_line()?;
        self.functions_left()?;
        self.compare_inside();
        Ok(ends)
    }
}
