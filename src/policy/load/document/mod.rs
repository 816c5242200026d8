//! The top level of a policy file. A key is a row of `table.rs`.

mod defaults;
mod reader;
mod table;

pub(crate) use reader::{Stated, read};
pub(crate) use table::TABLE;
