//! New lines as they are written, session after session.

use super::entry::Entry;
use super::find::sessions;
use super::lines::Piece;
use crate::audit::AuditError;
use crate::audit::seal::seal_path;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often the file and the folder are looked at.
const POLL: Duration = Duration::from_millis(100);

/// The open file and what was read of a line that is not whole yet.
struct Current {
    path: PathBuf,
    reader: BufReader<File>,
    partial: Vec<u8>,
    number: u64,
}

/// Follows the newest session below an audit folder, and the next one when there is one.
pub struct Follower {
    dir: PathBuf,
    current: Option<Current>,
}

impl Follower {
    /// Begins behind the last `context` lines of the newest session; with no session yet, it waits.
    ///
    /// # Errors
    ///
    /// When a folder or file cannot be read.
    pub fn new(dir: &Path, context: usize) -> Result<Self, AuditError> {
        let mut follower = Self { dir: dir.into(), current: None };
        follower.advance()?;
        let Some(current) = &mut follower.current else { return Ok(follower) };
        let mut starts = std::collections::VecDeque::new();
        let mut offset = 0;
        while let Some(length) = current.skip()? {
            if starts.len() == context.max(1) {
                starts.pop_front();
            }
            starts.push_back((offset, current.number));
            offset += length;
            current.number += 1;
        }
        let begin = match starts.front() {
            Some(begin) if context > 0 => *begin,
            _ => (offset, current.number),
        };
        current.seek(begin)?;
        Ok(follower)
    }

    /// Returns the file that is followed.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.current.as_ref().map(|current| current.path.as_path())
    }

    /// Returns the next line, or nothing when none was written for `patience`.
    ///
    /// # Errors
    ///
    /// When a folder or file cannot be read.
    pub fn next_entry(&mut self, patience: Duration) -> Result<Option<Entry>, AuditError> {
        let deadline = Instant::now() + patience;
        loop {
            // Asked before the file is read: what is sealed does not grow after that.
            let finished = self.current.as_ref().is_none_or(|current| seal_path(&current.path).exists());
            if let Some(current) = &mut self.current
                && let Some(entry) = current.entry()?
            {
                return Ok(Some(entry));
            }
            if finished && self.advance()? {
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            std::thread::sleep(POLL.min(left));
        }
    }

    /// Goes to the first session after the present one, at first to the newest. Says whether it did.
    fn advance(&mut self) -> Result<bool, AuditError> {
        let all = sessions(&self.dir)?;
        let next = match &self.current {
            None => all.last(),
            Some(current) => {
                let here = super::find::session_of(&current.path);
                all.iter().find(|session| Some(&session.session) > here.as_ref())
            }
        };
        let Some(next) = next else { return Ok(false) };
        let path = next.path.clone();
        let file = File::open(&path).map_err(|source| AuditError::Open { path: path.clone(), source })?;
        self.current = Some(Current { path, reader: BufReader::new(file), partial: Vec::new(), number: 0 });
        Ok(true)
    }
}

impl Current {
    fn failed(&self) -> impl FnOnce(std::io::Error) -> AuditError + use<> {
        let path = self.path.clone();
        move |source| AuditError::Read { path, source }
    }

    /// Reads one whole line into `partial` and says how long it is.
    fn skip(&mut self) -> Result<Option<u64>, AuditError> {
        let failed = self.failed();
        self.reader.read_until(b'\n', &mut self.partial).map_err(failed)?;
        if self.partial.last() != Some(&b'\n') {
            return Ok(None);
        }
        let length = u64::try_from(self.partial.len()).unwrap_or(u64::MAX);
        self.partial.clear();
        Ok(Some(length))
    }

    fn seek(&mut self, (offset, number): (u64, u64)) -> Result<(), AuditError> {
        let failed = self.failed();
        self.reader.seek(SeekFrom::Start(offset)).map_err(failed)?;
        self.partial.clear();
        self.number = number;
        Ok(())
    }

    fn entry(&mut self) -> Result<Option<Entry>, AuditError> {
        let failed = self.failed();
        self.reader.read_until(b'\n', &mut self.partial).map_err(failed)?;
        if self.partial.pop_if(|byte| *byte == b'\n').is_none() {
            return Ok(None);
        }
        self.number += 1;
        let piece = Piece { bytes: std::mem::take(&mut self.partial), ended: true };
        Ok(Some(Entry::of(&piece, self.number)))
    }
}
