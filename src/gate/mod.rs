//! The critical path: request → subject → evaluation → verdict → receipt → reply.
//!
//! [`Gate::decide`] is the only way to a [`Reply`], and a permitting reply needs the receipt of a
//! record. Whatever fails on the way refuses.

#![forbid(unsafe_code)]

mod branch;
mod budgets;
mod decide;
mod grants;
mod identity;
mod lineage;
mod message;
mod reply;
mod resolve;
mod ticker;
mod traffic;

pub use decide::{Gate, Hold, Settings};
pub use identity::Identities;
pub use reply::{Refusal, Reply};
pub use traffic::Passing;
