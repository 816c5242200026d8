//! Verification: whether records are what their writer wrote, and all of it.
//!
//! | file | checks |
//! |---|---|
//! | `session` | one file: form, chain, numbers, signatures, checkpoints |
//! | `torn` | what stands in a file and is no line |
//! | `meaning` | one file: each ask has an answer, each run an end, nothing follows the end |
//! | `sealed` | one file against its seal |
//! | `index` | a host's index against its signed head |
//! | `host` | all files of a host against its index |
//! | `report` | what was found, for people and for programs |

mod cause;
mod host;
mod index;
mod line;
mod meaning;
mod report;
mod sealed;
pub(super) mod session;
#[cfg(test)]
mod tests;
mod torn;

pub use cause::Cause;
pub use host::{Options, verify};
pub use report::{Fault, FileReport, HostReport, Report, State};
