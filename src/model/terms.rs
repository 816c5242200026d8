//! What a rule demands of an answer.

use std::time::Duration;

/// The terms of a rule that asks. What cannot be fulfilled here has made the rule a denial already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long the question waits; the policy's `ask_timeout` where it is nothing or shorter.
    pub timeout: Option<Duration>,
    /// Whether the answer may hold for the session.
    pub may_remember: bool,
    /// Whether only a person can say yes, whatever `defaults.no_approver` says.
    pub needs_person: bool,
}
