//! A signed log head: C2SP signed-note and tlog-checkpoint.

use super::wire::PublicKey;
use crate::model::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

/// The algorithm byte of an Ed25519 note signature.
const ED25519: u8 = 1;

/// The head of a log: how many lines it has and the root over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Note {
    /// The log's name, which is also the key's name.
    pub(in crate::audit) origin: String,
    pub(in crate::audit) size: u64,
    pub(in crate::audit) root: Digest,
}

/// Returns the four bytes by which a note names a key.
fn key_hash(name: &str, key: &PublicKey) -> [u8; 4] {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ED25519])
        .chain_update(key.0.as_bytes())
        .finalize()
        .into();
    digest.first_chunk::<4>().copied().unwrap_or_default()
}

impl Note {
    /// Returns the three lines that are signed.
    pub(in crate::audit) fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }

    /// Returns the note with its signature line.
    pub(in crate::audit) fn sign(&self, key: &SigningKey) -> String {
        let body = self.body();
        let mut signature = key_hash(&self.origin, &PublicKey(key.verifying_key())).to_vec();
        signature.extend_from_slice(&key.sign(body.as_bytes()).to_bytes());
        format!("{body}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(signature))
    }

    /// Reads a note and checks that this key signed it.
    pub(in crate::audit) fn open(text: &str, key: &PublicKey) -> Option<Self> {
        let (body, signatures) = text.split_once("\n\n")?;
        let mut lines = body.lines();
        let origin = lines.next()?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let root: [u8; 32] = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let note = Self { origin, size, root: Digest(root) };
        let prefix = format!("\u{2014} {} ", note.origin);
        let signed = signatures.lines().filter_map(|line| line.strip_prefix(&prefix)).any(|encoded| {
            STANDARD.decode(encoded).ok().is_some_and(|blob| {
                blob.split_first_chunk::<4>().is_some_and(|(hash, signature)| {
                    *hash == key_hash(&note.origin, key)
                        && Signature::from_slice(signature)
                            .is_ok_and(|signature| key.0.verify_strict(note.body().as_bytes(), &signature).is_ok())
                })
            })
        });
        (signed && note.body() == format!("{body}\n")).then_some(note)
    }
}
