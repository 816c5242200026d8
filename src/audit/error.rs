//! What can go wrong with the record.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why the record cannot be written or read. Whoever gets one while writing must refuse.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// A folder cannot be made.
    #[error("cannot make the folder {path}", path = .path.display())]
    MakeFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder cannot be opened.
    #[error("cannot open {path}", path = .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {path}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file beside the record cannot be written.
    #[error("cannot write {path}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody holds the lock of the host index.
    #[error("{path} stays locked by another process", path = .path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A file is open to others than its owner.
    #[error("{path} can be read by others (mode {mode:04o}); run chmod 600 on it and consider it leaked", path = .path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A key file is not what it should be.
    #[error("{path} is not a usable key: {reason}", path = .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// The host index does not hold against its signed head.
    #[error("the host index {path} does not hold: {reason}; run tollgate audit verify, then move the folder aside", path = .path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random {
        /// What the system said.
        source: getrandom::Error,
    },
    /// A clock cannot be read.
    #[error("a clock cannot be read")]
    Clock {
        /// What the system said.
        source: io::Error,
    },
    /// The wall clock stands where no date is.
    #[error("the wall clock is out of range: {second} s since 1970")]
    ClockRange {
        /// What it says.
        second: u64,
    },
    /// The record could not be written, now or earlier; nothing is recorded any more.
    #[error("the record cannot be written: {0}")]
    Fault(Arc<str>),
    /// One line would be longer than the format allows.
    #[error("one record would take {bytes} bytes, more than a line may")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The session was closed.
    #[error("the session's record is closed")]
    Closed,
    /// A session that was asked for is not there, or is not the only one.
    #[error("{0}")]
    NotFound(String),
}
