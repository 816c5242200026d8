//! A shell line → the simple commands in it, or [`Unknown`].
//!
//! Reading a line is a prediction: what really runs is judged when it runs. So this never guesses. A
//! word that only the shell can know is [`Word::Dynamic`], and a line that is not understood whole is
//! [`Unknown`], never "no commands".

#![forbid(unsafe_code)]

mod ansi;
mod command;
mod limits;
mod parse;
mod traps;
mod walk;
mod word;

pub use command::{Assignment, Redirection, RedirectionKind, SimpleCommand, Word};
pub use parse::{Unknown, parse};

#[cfg(test)]
mod tests;
