//! Policy files → rules. Every error of every file at once, each with its place and what to write.

mod complaint;
mod condition;
mod document;
mod example;
mod fields;
mod keys;
pub mod language;
mod matching;
mod path_set;
mod pattern;
mod readers;
mod rule;
mod sets;
mod source;
pub(crate) mod yaml;

pub use complaint::{Complaint, LoadErrors};
pub(crate) use complaint::{Complaints, Spot, nearest};
pub(crate) use document::{Extend, Stated, read};
pub use document::{FileTest, TestCase, Tested};
pub(crate) use example::{Case, Example};
pub use keys::{Key, Kind};
pub(crate) use rule::RuleWithExamples;
pub use sets::SetKind;
pub use source::{Context, Source};
pub(crate) use source::{Loaded, digest};

#[cfg(test)]
mod tests;
