//! What this machine can hold, found by doing it: never by asking for a version.

#![forbid(unsafe_code)]

mod examine;
mod report;

pub use examine::examine;
pub use report::{Check, Report, State};
