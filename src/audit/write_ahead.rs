//! The file of one session: whole lines are appended to it, and nothing else ever happens to it.
//!
//! Space for the last words is reserved ahead of the end, so that a full disk is noticed before a line
//! is torn, and the lines that say so still fit. Where the file system cannot reserve, a failed write
//! may leave a fragment; the next line that can be written is fenced off from it and names it.

use super::hash::sha256;
use super::{AuditError, files};
use crate::model::Digest;
use nix::errno::Errno;
use nix::fcntl::{FallocateFlags, Flock, FlockArg, fallocate};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// How much space stays reserved for the lines that close a session.
const RESERVE: u64 = 64 * 1024;
/// How much is reserved at a time.
const CHUNK: u64 = 256 * 1024;
/// What stands between a fragment that looks complete and the LF that fences it off, so that it can
/// never be taken for a line.
const BROKEN: u8 = b'#';

/// What a failed write left in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    pub(super) bytes: u64,
    pub(super) sha256: Digest,
}

/// Which space a line may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// Leave the reserve alone.
    Ordinary,
    /// Use the reserve: these are the last words.
    LastWords,
}

/// The open file. The lock on it says that its session is alive.
#[derive(Debug)]
pub(super) struct SessionFile {
    file: Flock<File>,
    path: PathBuf,
    /// Where the last whole line ends.
    length: u64,
    /// Up to where space is reserved; nothing where the file system cannot.
    reserved: Option<u64>,
}

impl SessionFile {
    /// Makes the file, which must not exist, with mode 0600.
    pub(super) fn create(path: &Path) -> Result<Self, AuditError> {
        let file = files::create_new(path, 0o600)?;
        let file = Flock::lock(file, FlockArg::LockExclusiveNonblock)
            .map_err(|(_, errno)| AuditError::Open { path: path.into(), source: errno.into() })?;
        Ok(Self { file, path: path.into(), length: 0, reserved: Some(0) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Appends a whole line, its LF included, behind whatever fence it needs.
    pub(super) fn append(&mut self, line: &[u8], space: Space) -> io::Result<()> {
        let line_bytes = u64::try_from(line.len()).map_err(io::Error::other)?;
        if space == Space::Ordinary {
            self.reserve(line_bytes)?;
        }
        let mut rest = line;
        while !rest.is_empty() {
            match (&*self.file).write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.length += line_bytes;
        Ok(())
    }

    /// Sees to it that a line and the reserve behind it have their space.
    fn reserve(&mut self, line_bytes: u64) -> io::Result<()> {
        let Some(reserved) = self.reserved else { return Ok(()) };
        if self.length + line_bytes + RESERVE <= reserved {
            return Ok(());
        }
        // Less than a chunk may be left on the disk: then only what is needed is taken.
        match self.allocate(line_bytes + RESERVE + CHUNK) {
            Err(Errno::ENOSPC | Errno::EDQUOT) => self.allocate(line_bytes + RESERVE)?,
            other => other?,
        }
        Ok(())
    }

    fn allocate(&mut self, bytes: u64) -> nix::Result<()> {
        let offset = i64::try_from(self.length).map_err(|_| Errno::EFBIG)?;
        let length = i64::try_from(bytes).map_err(|_| Errno::EFBIG)?;
        loop {
            match fallocate(&*self.file, FallocateFlags::FALLOC_FL_KEEP_SIZE, offset, length) {
                Ok(()) => {
                    self.reserved = Some(self.length + bytes);
                    return Ok(());
                }
                Err(Errno::EINTR) => {}
                Err(Errno::EOPNOTSUPP | Errno::ENOSYS | Errno::EINVAL) => {
                    self.reserved = None;
                    return Ok(());
                }
                Err(errno) => return Err(errno),
            }
        }
    }

    /// Returns what a failed write left behind the last whole line, and the fence that the next line
    /// must begin with. The fragment's digest covers the fence as far as its LF.
    pub(super) fn fence(&self) -> io::Result<Option<(Fragment, Vec<u8>)>> {
        let end = self.file.metadata()?.len();
        let left = end.saturating_sub(self.length);
        if left == 0 {
            return Ok(None);
        }
        let mut bytes = vec![0; usize::try_from(left).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut bytes, self.length)?;
        let mut fence = Vec::new();
        if bytes.last() == Some(&b'}') {
            fence.push(BROKEN);
            bytes.push(BROKEN);
        }
        fence.push(b'\n');
        let fragment =
            Fragment { bytes: u64::try_from(bytes.len()).map_err(io::Error::other)?, sha256: sha256(&bytes) };
        Ok(Some((fragment, fence)))
    }

    /// Takes what stands in the file for whole lines: called when the fenced line is written.
    pub(super) fn accept_fragment(&mut self, fragment: &Fragment, fence: &[u8]) {
        // The fragment counts the broken mark, which is also in the fence that was appended.
        let marks = fence.len().saturating_sub(1);
        self.length += fragment.bytes.saturating_sub(u64::try_from(marks).unwrap_or(0));
    }

    /// Returns the digest of the whole file, when it is on the disk and holds what was appended.
    pub(super) fn finish(&mut self) -> io::Result<Digest> {
        // Gives back what was reserved; a file that may only grow keeps it, which does no harm.
        drop(self.file.set_len(self.length));
        self.file.sync_data()?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut offset = 0;
        loop {
            let read = self.file.read_at(&mut buffer, offset)?;
            if read == 0 {
                break;
            }
            hash.update(buffer.get(..read).unwrap_or_default());
            offset += u64::try_from(read).map_err(io::Error::other)?;
        }
        if offset != self.length {
            return Err(io::Error::other("somebody else changed the length of the file"));
        }
        Ok(Digest(hash.finalize().into()))
    }
}

/// Says whether a session's writer holds its file.
pub(super) fn is_held(file: File) -> bool {
    matches!(Flock::lock(file, FlockArg::LockSharedNonblock), Err((_, Errno::EWOULDBLOCK)))
}
