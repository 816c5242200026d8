//! A file cut into lines, with a look ahead, in bounded memory.

use crate::audit::canonical::LINE_LIMIT;
use std::collections::VecDeque;
use std::io::{self, BufRead};

/// What stands between two LFs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Piece {
    /// The bytes without the LF.
    pub(in crate::audit) bytes: Vec<u8>,
    /// Whether an LF follows. Where not, the file ends or the line is longer than a line may be.
    pub(in crate::audit) ended: bool,
}

impl Piece {
    /// Returns how many bytes of the file it takes.
    pub(in crate::audit) fn length(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX).saturating_add(u64::from(self.ended))
    }
}

/// The lines of a file in order.
pub(in crate::audit) struct Lines<R> {
    reader: R,
    ahead: VecDeque<Piece>,
}

impl<R: BufRead> Lines<R> {
    pub(in crate::audit) fn new(reader: R) -> Self {
        Self { reader, ahead: VecDeque::new() }
    }

    fn read(&mut self) -> io::Result<Option<Piece>> {
        let mut bytes = Vec::with_capacity(1024);
        let limit = u64::try_from(LINE_LIMIT).map_err(io::Error::other)?;
        io::Read::take(&mut self.reader, limit).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let ended = bytes.last() == Some(&b'\n');
        if ended {
            bytes.pop();
        }
        Ok(Some(Piece { bytes, ended }))
    }

    /// Takes the next line.
    pub(in crate::audit) fn next(&mut self) -> io::Result<Option<Piece>> {
        match self.ahead.pop_front() {
            Some(piece) => Ok(Some(piece)),
            None => self.read(),
        }
    }

    /// Returns the line that comes `index` lines after the next one, without taking it.
    pub(in crate::audit) fn peek(&mut self, index: usize) -> io::Result<Option<&Piece>> {
        while self.ahead.len() <= index {
            match self.read()? {
                Some(piece) => self.ahead.push_back(piece),
                None => return Ok(None),
            }
        }
        Ok(self.ahead.get(index))
    }
}
