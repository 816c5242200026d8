//! What tollgate knows of programs: their options, subcommands, operands, and what they start.
//!
//! The knowledge is data, one YAML file per family beside this one. To teach tollgate a program, add
//! an entry; no code changes.

mod data;
mod effect;
mod entry;
mod option;
mod questions;
mod select;

pub use data::Catalog;
pub(crate) use data::is_like;
pub(crate) use effect::{Condition, Count, Item, LazyRegex, Recursive, TextTest};
pub(crate) use entry::{Entry, Operands, Style, Subcommand, Wrapper, find};
pub(crate) use option::{Kind, OptionTable, Switch, Takes};
pub(crate) use select::{Filter, Origin, Select};

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
