//! Allow rules for what was observed: as narrow as can be, with what else each would match.
//!
//! | to change | open |
//! |---|---|
//! | which rules there are for a command | `rules.rs` |
//! | what a rule would match besides | `weigh.rs` |
//! | which of them are proposed, and how it is written | `proposal.rs`, `write.rs` |

mod proposal;
mod rules;
#[cfg(test)]
mod tests;
mod weigh;
mod write;

pub use proposal::{LeftOut, Proposal, ProposedRule, propose};
pub use rules::{Observed, Width};
