//! One item of `rules:`. A key is a row of `table.rs`.

mod reader;
mod table;

pub(crate) use reader::RuleWithExamples;
pub(super) use reader::{File, RuleReader};
pub(crate) use table::TABLE;
pub(super) use table::{DECISION_WORDS, DECISIONS};
