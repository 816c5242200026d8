//! What a door does.

use crate::audit::Receipt;
use crate::model::{Seq, exit};

/// What a door must do with a request.
#[derive(Debug)]
#[must_use]
pub enum Reply {
    /// Let it run; the record is written.
    Permit(Permit),
    /// Do not let it run.
    Refuse(Refusal),
}

/// Leave to run. Only a receipt makes one.
#[derive(Debug)]
pub struct Permit {
    receipt: Receipt,
}

impl Permit {
    /// Returns the line of the record that the outcome will refer to.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.receipt.seq()
    }
}

/// Why it may not run, for the caller's standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// One line, escaped, with its line feed.
    pub text: String,
    /// The exit status for the caller.
    pub status: u8,
}

impl Reply {
    /// A permission, backed by the record of it.
    pub(super) fn permit(receipt: Receipt) -> Self {
        Self::Permit(Permit { receipt })
    }

    /// A refusal. It needs no record to be safe, but gets one wherever the log can be written.
    pub(crate) fn refuse(line: &str) -> Self {
        Self::Refuse(Refusal { text: format!("tollgate: {line}\n"), status: exit::REFUSED })
    }
}
