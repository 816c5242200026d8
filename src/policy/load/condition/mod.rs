//! `when:` and `identities:` → conditions. A key of `when` is a row of `table.rs`.

mod identity;
mod reader;
mod table;

pub(super) use identity::{Identities, SELECTOR};
pub(super) use reader::WhenReader;
pub(crate) use table::TABLE;
