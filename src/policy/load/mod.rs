//! Policy files → rules. Every error of every file at once, each with its place and what to write.

mod complaint;
mod document;
mod example;
mod fields;
mod keys;
pub mod language;
mod matching;
mod path_set;
mod pattern;
mod rule;
mod sets;
mod source;
mod test_case;
pub(crate) mod yaml;

pub use complaint::{Complaint, LoadErrors};
pub(crate) use complaint::{Complaints, Spot};
pub(crate) use document::{Stated, read};
pub(crate) use example::{Case, Example};
pub use keys::{Key, Kind};
pub(crate) use rule::RuleWithExamples;
pub use sets::SetKind;
pub use source::{Context, Source};
pub(crate) use source::{Loaded, digest};
pub(crate) use test_case::TestCase;

#[cfg(test)]
mod tests;
