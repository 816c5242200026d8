//! The one way in: text → commands.

use super::command::SimpleCommand;
use super::{limits, traps, walk};
use std::fmt;

/// A line that is not understood, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(String);

impl Unknown {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unknown {}

/// Returns every simple command anywhere in a shell line: in pipelines, lists, subshells, loops,
/// conditionals, function bodies, command and process substitutions.
///
/// # Errors
/// Where the line is too large or not understood. It must then be taken for the worst.
pub fn parse(line: &str) -> Result<Vec<SimpleCommand>, Unknown> {
    let mut commands = Vec::new();
    parse_into(line, 0, &mut commands)?;
    Ok(commands)
}

/// How deep command substitutions nest.
const DEPTH: usize = 10;

/// Parses a line that stands in another one at this depth.
pub(super) fn parse_into(line: &str, depth: usize, commands: &mut Vec<SimpleCommand>) -> Result<(), Unknown> {
    if depth > DEPTH {
        return Err(Unknown::new("command substitutions nested too deeply"));
    }
    limits::check(line)?;
    traps::check(line)?;
    let options = brush_parser::ParserOptions::default();
    let mut parser = brush_parser::Parser::new(line.as_bytes(), &options);
    let program =
        parser.parse_program().map_err(|_| Unknown::new("not a shell line, or one that is not understood"))?;
    walk::Walker::new(line, depth, commands).program(&program)
}
