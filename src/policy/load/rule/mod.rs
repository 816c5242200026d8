//! One item of `rules:`. A key is a row of `table.rs`.

mod demands;
mod reader;
mod table;

pub(crate) use reader::RuleWithExamples;
pub(super) use reader::read;
pub(crate) use table::TABLE;
pub(super) use table::{DECISION_WORDS, DECISIONS, SEVERITIES, SEVERITY_WORDS};
