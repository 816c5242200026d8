//! What tollgate knows of programs: their options, subcommands, operands, and what they start.
//!
//! The knowledge is data, one YAML file per family beside this one. To teach tollgate a program, add
//! an entry; no code changes.

mod data;
mod entry;
mod option;
mod questions;

pub use data::{Catalog, CatalogError};
pub(crate) use entry::{Entry, Operands, Style, Subcommand, Wrapper};
pub(crate) use option::{Kind, OptionTable, Switch, Takes};

#[cfg(test)]
mod tests;
