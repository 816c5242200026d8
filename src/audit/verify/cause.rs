//! What can be wrong with a record: a stable code and a sentence each.

use serde::{Serialize, Serializer};
use std::fmt;

/// What is wrong. The code of each is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// A file cannot be read.
    Unreadable,
    /// A line is not canonical JSON.
    NotCanonical,
    /// A line is not of this format's version.
    Version,
    /// A line does not name the digest of the one before.
    Chain,
    /// A line does not have the next number.
    Sequence,
    /// A line belongs to another session.
    Session,
    /// The clock of the session goes back, or a time is none.
    Clock,
    /// The session's key is not certified by the host's key.
    Certificate,
    /// A signature is not one by the session's key.
    Signature,
    /// A line that must be signed is not, or the end of a sealed file is not.
    Unsigned,
    /// A checkpoint does not say what stands before it.
    Checkpoint,
    /// Decisions of a kind are not numbered without a hole.
    Nth,
    /// The end of the file is torn.
    Torn,
    /// A line stands where it must not.
    Order,
    /// A line names another that is not there or is not what it says.
    Reference,
    /// An ask has no answer.
    Unanswered,
    /// A program that was let run has no end.
    NoOutcome,
    /// A program that was refused ran.
    RefusedRan,
    /// A value beside the record is gone or is another.
    Blob,
    /// A sealed session's seal is gone or cannot be read.
    SealMissing,
    /// The seal is not signed by the host's key.
    SealSignature,
    /// The file is not what its seal says.
    SealMismatch,
    /// The host has no index.
    IndexMissing,
    /// A line of the index is not what it should be.
    IndexLine,
    /// The index is not what its signed head says.
    IndexHead,
    /// A session of the index has no file.
    FileMissing,
    /// A file is in no index.
    FileUnknown,
    /// A file is not what the index says.
    IndexMismatch,
}

impl Cause {
    /// Returns the stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotCanonical => "not_canonical",
            Self::Version => "version",
            Self::Chain => "chain",
            Self::Sequence => "sequence",
            Self::Session => "session",
            Self::Clock => "clock",
            Self::Certificate => "certificate",
            Self::Signature => "signature",
            Self::Unsigned => "unsigned",
            Self::Checkpoint => "checkpoint",
            Self::Nth => "nth",
            Self::Torn => "torn",
            Self::Order => "order",
            Self::Reference => "reference",
            Self::Unanswered => "unanswered",
            Self::NoOutcome => "no_outcome",
            Self::RefusedRan => "refused_ran",
            Self::Blob => "blob",
            Self::SealMissing => "seal_missing",
            Self::SealSignature => "seal_signature",
            Self::SealMismatch => "seal_mismatch",
            Self::IndexMissing => "index_missing",
            Self::IndexLine => "index_line",
            Self::IndexHead => "index_head",
            Self::FileMissing => "file_missing",
            Self::FileUnknown => "file_unknown",
            Self::IndexMismatch => "index_mismatch",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
