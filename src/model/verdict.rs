//! A decision that is settled.

use super::Seq;

/// Settled: what the door must do. It becomes a reply only through a receipt of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may run.
    Permit,
    /// It must not run.
    Refuse,
}

/// Why a verdict is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A rule of the policy; its name is in the evaluation.
    Policy,
    /// A person answered, perhaps with words for the agent.
    Person {
        /// What the person wants the agent to know.
        message: Option<String>,
    },
    /// An answer that a person gave earlier in this session, in this record.
    Grant(Seq),
    /// Nobody answered in time.
    Timeout,
    /// Nobody is there to ask.
    NoApprover,
    /// The caller gave up, or died, while it was held.
    Cancelled,
    /// Something failed; what, as a fragment for "X: {error}".
    Fault(String),
}
