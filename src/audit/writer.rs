//! The state behind a journal: when a line is signed, when a checkpoint is due, what a failure does.

use super::canonical::Buffer;
use super::chain::Chain;
use super::clock::{Clock, Stamp};
use super::encode::{self, Fixed, Head};
use super::record::{Ending, GapCause, GapMode, GapRecord};
use super::tally::{Kind, Tally};
use super::write_ahead::{SessionFile, Space};
use super::{AuditError, files};
use crate::model::{Digest, Seq, SessionId};
use nix::errno::Errno;
use std::io::{self, Write as _};
use std::sync::Arc;

/// How long a line may stand unsigned.
const UNSIGNED_LIMIT_US: u64 = 50_000;
/// How many lines stand between two checkpoints at most.
const CHECKPOINT_LINES: u64 = 64;
/// How much time passes between two checkpoints at most while lines are written.
const CHECKPOINT_LIMIT_US: u64 = 5_000_000;

/// Why nothing is recorded any more.
struct Fault {
    text: Arc<str>,
    cause: GapCause,
    since: Stamp,
    /// How many lines were asked for since, and refused.
    refused: u64,
}

/// What a finished file is.
pub(super) struct Finished {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) root: Digest,
    pub(super) sha256: Digest,
}

/// Everything that a session's one writer knows.
pub(super) struct Writer {
    file: SessionFile,
    chain: Chain,
    clock: Clock,
    fixed: Fixed,
    signed_us: u64,
    unsigned_since_us: Option<u64>,
    checkpoint_us: u64,
    lines_since_checkpoint: u64,
    fault: Option<Fault>,
    /// Whether the last line of the session stands in the file.
    ended: bool,
    /// Whether the file is sealed and the index says so.
    closed: bool,
}

impl Writer {
    pub(super) fn new(file: SessionFile, chain: Chain, clock: Clock, fixed: Fixed) -> Self {
        Self {
            file,
            chain,
            clock,
            fixed,
            signed_us: 0,
            unsigned_since_us: None,
            checkpoint_us: 0,
            lines_since_checkpoint: 0,
            fault: None,
            ended: false,
            closed: false,
        }
    }

    pub(super) fn session(&self) -> &SessionId {
        self.chain.session()
    }

    pub(super) fn tally(&self) -> &Tally {
        self.chain.tally()
    }

    /// Returns the digest of the last line.
    pub(super) fn previous(&self) -> Digest {
        self.chain.previous()
    }

    pub(super) fn is_unsigned(&self) -> bool {
        self.unsigned_since_us.is_some() && self.fault.is_none()
    }

    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_ref().map(|fault| &*fault.text)
    }

    #[cfg(test)]
    pub(super) fn steal_key(&self) -> ed25519_dalek::SigningKey {
        self.chain.steal_key()
    }

    pub(super) fn now(&mut self) -> Result<Stamp, AuditError> {
        self.clock.now()
    }

    /// Adds a line, and a checkpoint when one is due. `encode` gets how many lines of its kind stand
    /// before it.
    pub(super) fn append(
        &mut self,
        kind: Kind,
        encode: impl FnOnce(&mut Buffer, &Head<'_>, u64, &Fixed),
    ) -> Result<Seq, AuditError> {
        if let Some(fault) = &mut self.fault {
            fault.refused += 1;
            return Err(AuditError::Fault(Arc::clone(&fault.text)));
        }
        if self.ended {
            return Err(AuditError::Closed);
        }
        let stamp = self.clock.now()?;
        if let Some(step_us) = self.clock.step(&stamp) {
            self.clock_step(&stamp, step_us)?;
        }
        let earlier = self.chain.tally().get(kind);
        let fixed = &self.fixed;
        self.chain.build(&stamp, |buffer, head| encode(buffer, head, earlier, fixed));
        let seq = self.write(kind, &stamp, Space::Ordinary)?;
        let age = stamp.mono_us.saturating_sub(self.checkpoint_us);
        if self.lines_since_checkpoint >= CHECKPOINT_LINES || age >= CHECKPOINT_LIMIT_US {
            // The line above is in the record whatever becomes of the checkpoint; the fault is kept.
            drop(self.checkpoint(&stamp, Space::Ordinary));
        }
        Ok(seq)
    }

    /// Writes the line that was built; a failure is for good.
    fn write(&mut self, kind: Kind, stamp: &Stamp, space: Space) -> Result<Seq, AuditError> {
        let due = stamp.mono_us.saturating_sub(self.signed_us) >= UNSIGNED_LIMIT_US;
        let signed = kind.is_signed_at_once() || due;
        if signed {
            self.chain.sign();
        }
        let blobs = &self.chain.finish()?.blobs;
        let blobs_written = blobs.iter().try_for_each(|blob| {
            let folder = self.file.path().with_extension("blobs");
            write_blob(&folder, &blob.digest, &blob.bytes)
        });
        let written = blobs_written.and_then(|()| {
            self.file
                .append(self.chain.line(), space)
                .map_err(|source| AuditError::Write { path: self.file.path().into(), source })
        });
        if let Err(error) = written {
            return Err(self.fail(&error, stamp));
        }
        let seq = self.chain.commit(kind, stamp);
        self.lines_since_checkpoint += 1;
        if signed {
            self.signed_us = stamp.mono_us;
            self.unsigned_since_us = None;
        } else {
            self.unsigned_since_us.get_or_insert(stamp.mono_us);
        }
        Ok(seq)
    }

    fn checkpoint(&mut self, stamp: &Stamp, space: Space) -> Result<Seq, AuditError> {
        self.chain.build_checkpoint(stamp)?;
        let seq = self.write(Kind::Checkpoint, stamp, space)?;
        self.checkpoint_us = stamp.mono_us;
        self.lines_since_checkpoint = 0;
        Ok(seq)
    }

    fn clock_step(&mut self, stamp: &Stamp, step_us: i128) -> Result<(), AuditError> {
        let detail = format!("the wall clock moved by {step_us} us against the boot clock");
        let record = GapRecord {
            cause: GapCause::ClockStep,
            detail: Some(&detail),
            lost_min: 0,
            lost_max: 0,
            mode: GapMode::Degraded,
            recovered: true,
        };
        self.chain.build(stamp, |buffer, head| encode::gap(buffer, head, &record, None, None));
        self.write(Kind::Gap, stamp, Space::Ordinary).map(drop)
    }

    /// Signs what has stood unsigned for too long.
    pub(super) fn tick(&mut self) {
        if self.fault.is_some() || self.ended {
            return;
        }
        let Some(since_us) = self.unsigned_since_us else { return };
        // A clock that cannot be read fails the next line that is asked for.
        let Ok(stamp) = self.clock.now() else { return };
        if stamp.mono_us.saturating_sub(since_us) >= UNSIGNED_LIMIT_US {
            // The fault is kept, and every later line fails with it.
            drop(self.checkpoint(&stamp, Space::Ordinary));
        }
    }

    /// Keeps the first failure for good, and tries to say it in the record at once.
    fn fail(&mut self, error: &AuditError, stamp: &Stamp) -> AuditError {
        if let Some(fault) = &self.fault {
            return AuditError::Fault(Arc::clone(&fault.text));
        }
        let source = std::error::Error::source(error);
        let text: Arc<str> = match source {
            Some(source) => format!("{error}: {source}").into(),
            None => error.to_string().into(),
        };
        let errno = source.and_then(|source| source.downcast_ref::<io::Error>()).and_then(io::Error::raw_os_error);
        let cause = match errno.map(Errno::from_raw) {
            Some(Errno::ENOSPC | Errno::EDQUOT | Errno::EFBIG) => GapCause::NoSpace,
            _ => GapCause::Io,
        };
        self.fault = Some(Fault { text: Arc::clone(&text), cause, since: *stamp, refused: 1 });
        // What cannot be written now is written when the session closes, if it can be then.
        drop(self.confess(stamp, Recovery::Failing));
        AuditError::Fault(text)
    }

    /// Writes the gap that a failure left, fenced off from what the failure tore.
    fn confess(&mut self, stamp: &Stamp, recovery: Recovery) -> io::Result<()> {
        let Some(fault) = &self.fault else { return Ok(()) };
        if self.ended {
            // Nothing but a checkpoint follows the end.
            return Ok(());
        }
        let fence = self.file.fence()?;
        let record = GapRecord {
            cause: fault.cause,
            detail: Some(&fault.text),
            lost_min: fault.refused,
            lost_max: fault.refused,
            mode: GapMode::DenyAll,
            recovered: recovery == Recovery::Over,
        };
        let since = fault.since;
        let fragment = fence.as_ref().map(|(fragment, _)| *fragment);
        self.chain.build(stamp, |buffer, head| {
            encode::gap(buffer, head, &record, Some(&since), fragment.as_ref());
        });
        self.chain.sign();
        self.chain.finish().map_err(io::Error::other)?;
        match fence {
            Some((fragment, fence)) => {
                let fenced = [fence.as_slice(), self.chain.line()].concat();
                self.file.append(&fenced, Space::LastWords)?;
                self.file.accept_fragment(&fragment, &fence);
            }
            None => self.file.append(self.chain.line(), Space::LastWords)?,
        }
        self.chain.commit(Kind::Gap, stamp);
        self.signed_us = stamp.mono_us;
        self.unsigned_since_us = None;
        Ok(())
    }

    /// Takes the session as closed: nothing more is done for it.
    pub(super) fn set_closed(&mut self) {
        self.closed = true;
    }

    /// Writes the last lines and returns what the file is. It can be called again until the session is
    /// closed; the lines are written once.
    pub(super) fn end(&mut self, ending: &Ending) -> Result<Finished, AuditError> {
        if self.closed {
            return Err(AuditError::Closed);
        }
        let failed = |writer: &Self, source| AuditError::Write { path: writer.file.path().into(), source };
        if !self.ended {
            let stamp = self.clock.now()?;
            if self.fault.is_some() {
                self.confess(&stamp, Recovery::Over).map_err(|source| failed(self, source))?;
                self.fault = None;
            }
            self.chain.build(&stamp, |buffer, head| encode::session_end(buffer, head, ending));
            self.write(Kind::SessionEnd, &stamp, Space::LastWords)?;
            self.ended = true;
            self.checkpoint(&stamp, Space::LastWords)?;
        }
        if let Some(fault) = &self.fault {
            // The last checkpoint failed: what stands there is for the next session to seal.
            return Err(AuditError::Fault(Arc::clone(&fault.text)));
        }
        let sha256 = self.file.finish().map_err(|source| failed(self, source))?;
        Ok(Finished { lines: self.chain.seq().0, bytes: self.file.length(), root: self.chain.root(), sha256 })
    }
}

/// Whether a failure is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recovery {
    Failing,
    Over,
}

/// Writes a value that was too long for its line to a file named by its digest.
fn write_blob(folder: &std::path::Path, digest: &Digest, bytes: &[u8]) -> Result<(), AuditError> {
    files::make_private_folder(folder)?;
    let path = folder.join(digest.to_string());
    let mut file = match files::create_new(&path, 0o600) {
        Ok(file) => file,
        // The same value came before.
        Err(AuditError::Open { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error),
    };
    file.write_all(bytes).map_err(|source| AuditError::Write { path, source })
}
