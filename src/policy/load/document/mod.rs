//! The top level of a policy file. A key is a row of `table.rs`.

mod defaults;
mod exceptions;
mod extends;
mod lower;
mod reader;
mod table;
mod tests;

pub(crate) use extends::{Base, Extend};
pub(crate) use reader::{Stated, read};
pub(crate) use table::TABLE;
pub use tests::{FileTest, TestCase, Tested};
