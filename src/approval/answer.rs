//! What came of asking.

use crate::audit::{self, GrantScope};
use crate::model::Verdict;

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A person lets it run, this once.
    Once,
    /// A person lets it run, and the same again until the session ends.
    Session,
    /// A person refuses, perhaps with words for the agent.
    Denied {
        /// The words.
        message: Option<String>,
    },
    /// Nobody answered in time.
    Timeout,
    /// The caller gave up or died.
    GaveUp,
    /// Nobody is there to ask.
    Nobody,
    /// Nothing is carried out, so nobody was asked.
    Unasked,
    /// Asking failed.
    Failed(String),
}

impl Answer {
    /// Returns the word for the record.
    #[must_use]
    pub fn recorded(&self, verdict: Verdict) -> audit::Answer {
        match self {
            Self::Once | Self::Session => audit::Answer::Granted,
            Self::Denied { .. } | Self::Failed(_) => audit::Answer::Denied,
            Self::Timeout => audit::Answer::Timeout,
            Self::GaveUp => audit::Answer::Cancelled,
            Self::Nobody | Self::Unasked => match verdict {
                Verdict::Permit => audit::Answer::Granted,
                Verdict::Refuse => audit::Answer::NoApprover,
            },
        }
    }

    /// Returns how far a granted answer reaches.
    #[must_use]
    pub fn scope(&self) -> Option<GrantScope> {
        match self {
            Self::Once => Some(GrantScope::Once),
            Self::Session => Some(GrantScope::Session),
            Self::Denied { .. } | Self::Timeout | Self::GaveUp | Self::Nobody | Self::Unasked | Self::Failed(_) => None,
        }
    }

    /// Returns the words for the agent, or what failed.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Denied { message } => message.as_deref(),
            Self::Failed(error) => Some(error),
            Self::Once | Self::Session | Self::Timeout | Self::GaveUp | Self::Nobody | Self::Unasked => None,
        }
    }

    /// Says whether a person gave it.
    #[must_use]
    pub fn is_given(&self) -> bool {
        match self {
            Self::Once | Self::Session | Self::Denied { .. } => true,
            Self::Timeout | Self::GaveUp | Self::Nobody | Self::Unasked | Self::Failed(_) => false,
        }
    }
}
