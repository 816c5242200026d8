//! The chain of lines: each names the digest of the one before, some carry a signature, and a
//! checkpoint names the root over all. Pure: what is built here becomes true with [`Chain::commit`].

use super::canonical::{Buffer, LINE_LIMIT};
use super::clock::Stamp;
use super::encode::{self, Head};
use super::hash::{hex, sha256};
use super::merkle::Tree;
use super::tally::{Kind, Tally};
use super::trust::PublicKey;
use super::{AuditError, trust};
use crate::model::{Digest, Seq, SessionId};
use ed25519_dalek::{Signer as _, SigningKey};

/// What is signed before each line, so that a line's signature is never one of something else.
pub(super) const LINE_DOMAIN: &[u8] = b"tollgate-line-v1\n";
/// How long one key signs at most.
const EPOCH_LIMIT_US: u64 = 15 * 60 * 1_000_000;
/// How many lines one key covers at most.
const EPOCH_LINES: u64 = 4_096;

/// The key that signs now. Earlier ones are wiped: who steals this one cannot rewrite what they signed.
struct Epoch {
    number: u64,
    key: SigningKey,
    since_us: u64,
    since_line: u64,
}

/// The end of a chain, to which the next line is added.
pub(super) struct Chain {
    session: SessionId,
    previous: Digest,
    tree: Tree,
    tally: Tally,
    epoch: Epoch,
    /// The key of the next epoch, while the checkpoint that names it is being written.
    next: Option<SigningKey>,
    /// [`LINE_DOMAIN`] and the line that is being built.
    buffer: Buffer,
}

impl Chain {
    pub(super) fn new(session: SessionId, key: SigningKey) -> Self {
        Self {
            session,
            previous: Digest([0; 32]),
            tree: Tree::default(),
            tally: Tally::default(),
            epoch: Epoch { number: 0, key, since_us: 0, since_line: 0 },
            next: None,
            buffer: Buffer::default(),
        }
    }

    pub(super) fn session(&self) -> &SessionId {
        &self.session
    }

    pub(super) fn session_key(&self) -> PublicKey {
        PublicKey(self.epoch.key.verifying_key())
    }

    /// Returns the number of the next line, which is also how many there are.
    pub(super) fn seq(&self) -> Seq {
        Seq(self.tree.size())
    }

    pub(super) fn root(&self) -> Digest {
        self.tree.root()
    }

    pub(super) fn previous(&self) -> Digest {
        self.previous
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Returns the key that signs now, as somebody takes it who reads this process's memory.
    #[cfg(test)]
    pub(super) fn steal_key(&self) -> SigningKey {
        self.epoch.key.clone()
    }

    /// Builds the next line.
    pub(super) fn build(&mut self, stamp: &Stamp, encode: impl FnOnce(&mut Buffer, &Head<'_>)) {
        self.buffer.bytes.clear();
        self.buffer.blobs.clear();
        self.buffer.bytes.extend_from_slice(LINE_DOMAIN);
        let head = Head { previous: hex(&self.previous), seq: self.tree.size(), stamp: *stamp, session: &self.session };
        encode(&mut self.buffer, &head);
    }

    /// Builds a checkpoint, with the next key when the present one is due.
    pub(super) fn build_checkpoint(&mut self, stamp: &Stamp) -> Result<(), AuditError> {
        let age = stamp.mono_us.saturating_sub(self.epoch.since_us);
        let lines = self.tree.size() - self.epoch.since_line;
        self.next = match age >= EPOCH_LIMIT_US || lines >= EPOCH_LINES {
            true => Some(trust::generate()?),
            false => None,
        };
        let root = self.tree.root();
        let epoch = self.epoch.number;
        let next_key = self.next.as_ref().map(|key| key.verifying_key().to_bytes());
        let counts = self.tally.clone();
        self.build(stamp, |buffer, head| {
            encode::checkpoint(buffer, head, &encode::Checkpoint { counts: &counts, root, epoch, next_key });
        });
        Ok(())
    }

    /// Signs the line that was built, and with it everything before it.
    pub(super) fn sign(&mut self) {
        let signature = self.epoch.key.sign(&self.buffer.bytes).to_bytes();
        self.buffer.bytes.pop();
        self.buffer.bytes.extend_from_slice(br#","~sig":""#);
        self.buffer.base64(&signature);
        self.buffer.bytes.extend_from_slice(br#""}"#);
    }

    /// Ends the line that was built and returns its bytes, or says that it is too long.
    pub(super) fn finish(&mut self) -> Result<&Buffer, AuditError> {
        self.buffer.bytes.push(b'\n');
        let bytes = self.line().len();
        if bytes > LINE_LIMIT {
            return Err(AuditError::TooLong { bytes });
        }
        Ok(&self.buffer)
    }

    /// Returns the finished line with its LF.
    pub(super) fn line(&self) -> &[u8] {
        self.buffer.bytes.get(LINE_DOMAIN.len()..).unwrap_or_default()
    }

    /// Takes the line that was built as written.
    pub(super) fn commit(&mut self, kind: Kind, stamp: &Stamp) -> Seq {
        let seq = self.seq();
        let line = self.line();
        let digest = sha256(line.strip_suffix(b"\n").unwrap_or(line));
        self.tree.push(&digest);
        self.previous = digest;
        self.tally.add(kind);
        if let Some(key) = self.next.take() {
            // The old key is wiped here.
            self.epoch =
                Epoch { number: self.epoch.number + 1, key, since_us: stamp.mono_us, since_line: self.tree.size() };
        }
        seq
    }
}
