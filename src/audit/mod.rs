//! The record: signed lines, written before what they record has an effect.
//!
//! One JSONL file per session, one writer. Every line is canonical JSON (RFC 8785) and begins with the
//! digest of the line before it; deny, ask, approval, policy, gap and session lines are signed at once,
//! others within 50 ms; a checkpoint names the RFC 6962 root over all lines. At the end the file is
//! sealed, and the host's index, itself a signed log, says which sessions there were.
//!
//! | to change | open |
//! |---|---|
//! | which members a line has | `record`, `encode`, `words` |
//! | when a line is signed, what a full disk does | `writer`, `write_ahead` |
//! | the chain, the tree, the key ratchet | `chain`, `merkle` |
//! | keys and signature formats | `trust/` |
//! | the seal, the host's index, recovery | `seal`, `index`, `recover` |
//! | what is shown of a record | `read/` |
//! | what is checked of a record | `verify/` |

#![forbid(unsafe_code)]

mod canonical;
mod chain;
mod clock;
mod encode;
mod error;
mod files;
mod hash;
mod index;
mod journal;
mod merkle;
pub mod read;
mod record;
mod recover;
mod seal;
mod tally;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trust;
pub mod verify;
mod words;
mod write_ahead;
mod writer;

pub use error::AuditError;
pub use journal::{Closed, Journal, Receipt};
pub use record::{
    Agent, Answer, ApprovalRecord, Approver, By, ClockFacts, DecisionRecord, EndReason, Ending, Fate, GapCause,
    GapMode, GapRecord, GrantScope, Host, OutcomeRecord, PolicyRecord, Principal, Product, SessionStart, Setup, Tiers,
};
pub use recover::{Found, Recovered};
pub use tally::Counts;
pub use trust::{HostKey, PublicKey};
