//! Reading records: what stands in a file, line by line, without a policy and without keys.
//!
//! What is read here is not verified: see [`super::verify`].

mod entry;
mod find;
mod follow;
pub(super) mod lines;
mod present;
#[cfg(test)]
mod tests;

pub use entry::{Entry, Line, Records, read_session};
pub use find::{SessionPath, find_session, sessions};
pub(super) use find::{host_sessions, is_day, list, session_of};
pub use follow::Follower;
pub(in crate::audit) use present::gap;
pub use present::{foreign_bytes, one_line};
