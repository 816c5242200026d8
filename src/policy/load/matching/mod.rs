//! `match:` → matchers. A key is a row of `table.rs` and a file beside it.

mod argv;
mod combine;
mod cwd;
mod effect;
mod env;
mod flags;
mod git;
mod host;
mod parent;
mod path;
mod program;
mod reader;
mod regex;
mod subcommand;
mod table;
mod tool;

pub(super) use env::values;
pub(super) use reader::MatchReader;
pub(crate) use table::TABLE;
