//! One line as its members.

use super::lines::{Lines, Piece};
use crate::audit::{AuditError, canonical};
use crate::model::text;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// A line of a record, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    raw: String,
    members: Map<String, Value>,
}

impl Line {
    pub(in crate::audit) fn parse(bytes: &[u8]) -> Option<Self> {
        let members = canonical::parse(bytes)?;
        Some(Self { raw: String::from_utf8(bytes.to_vec()).ok()?, members })
    }

    /// Returns the line as it stands in the file: canonical JSON.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Returns the members.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Returns the kind, such as `decision`; empty where there is none.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("kind").unwrap_or_default()
    }

    /// Returns the number of the line, from 0.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        self.number("_seq")
    }

    /// Returns a member that is text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.members.get(key)?.as_str()
    }

    /// Returns a member that is a number and not negative.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        self.members.get(key)?.as_u64()
    }

    /// Returns a member of a member.
    #[must_use]
    pub fn inner(&self, object: &str, key: &str) -> Option<&Value> {
        self.members.get(object)?.get(key)
    }
}

/// What stands on one line of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A line of the record.
    Line(Line),
    /// Something else: torn, or written by somebody else.
    Damaged {
        /// The line of the file, from 1.
        number: u64,
        /// What stands there, escaped and shortened.
        shown: String,
    },
}

/// How many characters of a damaged line are shown.
const DAMAGED_LIMIT: usize = 120;

impl Entry {
    pub(super) fn of(piece: &Piece, number: u64) -> Self {
        let line = if piece.ended { Line::parse(&piece.bytes) } else { None };
        match line {
            Some(line) => Self::Line(line),
            None => Self::Damaged { number, shown: text::shorten(&text::escape(&piece.bytes), DAMAGED_LIMIT) },
        }
    }
}

/// The entries of a file in order.
pub struct Records {
    lines: Lines<BufReader<File>>,
    path: PathBuf,
    number: u64,
}

/// Opens a session's file for reading. Nothing is verified.
///
/// # Errors
///
/// When the file cannot be opened.
pub fn read_session(path: &Path) -> Result<Records, AuditError> {
    let file = File::open(path).map_err(|source| AuditError::Open { path: path.into(), source })?;
    Ok(Records { lines: Lines::new(BufReader::new(file)), path: path.into(), number: 0 })
}

impl Iterator for Records {
    type Item = Result<Entry, AuditError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.lines.next() {
            Ok(Some(piece)) => {
                self.number += 1;
                Some(Ok(Entry::of(&piece, self.number)))
            }
            Ok(None) => None,
            Err(source) => Some(Err(AuditError::Read { path: self.path.clone(), source })),
        }
    }
}
