//! A shell line → the simple commands in it, or [`Unknown`].
//!
//! Reading a line is a prediction: what really runs is judged when it runs. So this never guesses. A
//! word that only the shell can know is [`Word::Dynamic`], and a line that is not understood whole is
//! [`Unknown`], never "no commands".
//!
//! # Which language
//!
//! bash, as `bash -c LINE` reads it: no history expansion, no aliases, no `extglob`. For `sh`, dash, busybox, ksh
//! and zsh there is [`Dialect::Other`]: what they read otherwise than bash is then [`Cause::Dialect`]. Left out, in both:
//! functions and aliases that the shell has from its surroundings (`BASH_ENV`, exported functions, `.zshenv`), an
//! inherited `CDPATH`, zsh's global aliases.
//!
//! # How
//!
//! 1. `limits`: 32 KiB, 10 levels, 6 `case`, 500 commands. A parser must not be led to overflow its stack.
//! 2. `traps`: texts that a parser is known to fail on.
//! 3. brush-parser's tree of the text and rable's must have the same `outline`.
//! 4. `walk` and its neighbours visit everything in the tree, and do 1 to 4 with every text in it: substitutions,
//!    `eval`, `trap`.
//!
//! # What is not guessed
//!
//! * A program that is a variable, a glob or a substitution; text for `eval` or `trap` that is not literal: dynamic words.
//!   A variable has its value where the line sets it once, unconditionally, before, and nothing on it could set it
//!   otherwise. A substitution has its value where it is one `echo`, `printf` or `cat` of literal text.
//! * `${x@P}`, subscripts that are evaluated (`a[$(cmd)]`, `test -v`, `printf -v`, `let`), names that an alias of the
//!   line changes, calls of functions deeper than five: [`Unknown`].
//! * Not noticed: that a variable's value is evaluated as arithmetic (`((i))` where `i` comes from elsewhere).

#![forbid(unsafe_code)]

mod ansi;
mod brace;
mod builtins;
mod command;
mod dialect;
mod facts;
mod limits;
mod outline;
mod parameter;
mod parse;
mod redirect;
mod second;
mod simple;
mod state;
mod traps;
mod walk;
mod walker;
mod word;

pub use command::{
    Assignment, Callee, Place, Redirection, RedirectionKind, Scope, SimpleCommand, Spot, Substitution,
    SubstitutionKind, Word,
};
pub use parse::{Cause, Dialect, Reading, Unknown, parse, read, read_as};

#[cfg(test)]
mod tests;
