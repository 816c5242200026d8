//! A shell line → the simple commands in it, or [`Unknown`].
//!
//! Reading a line is a prediction: what really runs is judged when it runs. So this never guesses. A
//! word that only the shell can know is [`Word::Dynamic`], and a line that is not understood whole is
//! [`Unknown`], never "no commands".

#![forbid(unsafe_code)]

mod ansi;
mod brace;
mod builtins;
mod command;
mod facts;
mod limits;
mod parameter;
mod parse;
mod redirect;
mod simple;
mod state;
mod traps;
mod walk;
mod word;

pub use command::{
    Assignment, Callee, Place, Redirection, RedirectionKind, Scope, SimpleCommand, Spot, Substitution,
    SubstitutionKind, Word,
};
pub use parse::{Cause, Reading, Unknown, parse, read};

#[cfg(test)]
mod tests;
