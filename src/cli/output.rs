//! Printing. A stream that is closed ends the printing, not the program.
//!
//! Decisions have colours where standard output is a terminal that wants them (NO_COLOR, TERM); everywhere
//! else the stream leaves them out.

use crate::model::{Decision, text};
use anstyle::{AnsiColor, Style};
use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};

/// Prints a line to standard output.
pub(super) fn line(text: impl Display) {
    writeln!(anstream::stdout().lock(), "{text}").ok();
}

/// Prints text as it is to standard output.
pub(super) fn text(text: impl Display) {
    write!(anstream::stdout().lock(), "{text}").ok();
}

/// Returns a decision in its colour, five characters wide.
pub(super) fn decision(decision: Decision) -> String {
    let word = painted(decision.as_str(), decision);
    format!("{word}{}", " ".repeat(5_usize.saturating_sub(decision.as_str().len())))
}

/// Returns a word in the colour of a decision.
pub(super) fn painted(word: &str, decision: Decision) -> String {
    let colour = match decision {
        Decision::Allow => AnsiColor::Green,
        Decision::Ask => AnsiColor::Yellow,
        Decision::Deny => AnsiColor::Red,
    };
    let style: Style = colour.on_default().bold();
    format!("{style}{word}{style:#}")
}

/// Prints a message of tollgate's own to standard error.
pub(super) fn say(text: impl Display) {
    writeln!(io::stderr().lock(), "tollgate: {text}").ok();
}

/// Prints an error with everything that caused it to standard error.
pub(super) fn fail(error: &dyn Error) {
    say(text::chain(error));
}

/// Prints a value as JSON on one line.
pub(super) fn json(value: &impl serde::Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(text),
        Err(error) => say(format_args!("cannot write JSON: {error}")),
    }
}

/// Prints a value as JSON on one line of standard error, where it does not mix with the agent's output.
pub(super) fn say_json(value: &serde_json::Value) {
    writeln!(io::stderr().lock(), "{value}").ok();
}
