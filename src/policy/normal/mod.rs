//! argv in normal form: `git -C d push -uf`, `git push --forc`, `/usr/bin/git push --force -u` are one
//! command.

mod command;
mod options;
mod styles;

pub(crate) use command::{Argument, Clarity, base_name, operand_starts, readings};
pub use command::{Command, Flag, Operand, Role, normalise};

#[cfg(test)]
mod tests;
