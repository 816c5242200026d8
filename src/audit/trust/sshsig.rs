//! Signatures that `ssh-keygen -Y verify` checks: OpenSSH `PROTOCOL.sshsig`.

use super::wire::{ALGORITHM, PublicKey, Reader, armour, put, unarmour};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use sha2::{Digest as _, Sha512};

const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;
const HASH: &[u8] = b"sha512";
const LABEL: &str = "SSH SIGNATURE";

/// What a signature is for; a signature for one purpose never counts for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) enum Namespace {
    /// The certificate of a session key.
    Session,
    /// The seal of a file.
    Seal,
    /// The head of the host index.
    Index,
}

impl Namespace {
    /// Returns the word that `ssh-keygen -Y verify -n` takes.
    pub(in crate::audit) fn as_str(self) -> &'static str {
        match self {
            Self::Session => "tollgate-session@v1",
            Self::Seal => "tollgate-seal@v1",
            Self::Index => "tollgate-index@v1",
        }
    }
}

/// Returns the bytes that the key signs for a message.
fn signed_data(namespace: Namespace, message: &[u8]) -> Vec<u8> {
    let mut data = MAGIC.to_vec();
    put(&mut data, namespace.as_str().as_bytes());
    put(&mut data, b"");
    put(&mut data, HASH);
    put(&mut data, &Sha512::digest(message));
    data
}

/// Returns the armoured signature of a message.
pub(in crate::audit) fn sign(key: &SigningKey, namespace: Namespace, message: &[u8]) -> String {
    let mut signature = Vec::new();
    put(&mut signature, ALGORITHM);
    put(&mut signature, &key.sign(&signed_data(namespace, message)).to_bytes());
    let mut blob = MAGIC.to_vec();
    blob.extend_from_slice(&VERSION.to_be_bytes());
    put(&mut blob, &PublicKey(key.verifying_key()).to_wire());
    put(&mut blob, namespace.as_str().as_bytes());
    put(&mut blob, b"");
    put(&mut blob, HASH);
    put(&mut blob, &signature);
    armour(LABEL, &blob)
}

/// Says whether the armoured text is this key's signature of the message for this purpose.
pub(in crate::audit) fn verify(key: &PublicKey, namespace: Namespace, message: &[u8], armoured: &str) -> bool {
    check(key, namespace, message, armoured).is_some()
}

fn check(key: &PublicKey, namespace: Namespace, message: &[u8], armoured: &str) -> Option<()> {
    let blob = unarmour(LABEL, armoured)?;
    let mut reader = Reader(&blob);
    let header = reader.take(MAGIC.len())? == MAGIC && reader.number()? == VERSION;
    let owner = PublicKey::from_wire(reader.string()?)?;
    let purpose = reader.string()? == namespace.as_str().as_bytes();
    let reserved = reader.string()?.is_empty();
    let hash = reader.string()? == HASH;
    let mut signature = Reader(reader.string()?);
    let algorithm = signature.string()? == ALGORITHM;
    let value = Signature::from_slice(signature.string()?).ok()?;
    let complete = reader.0.is_empty() && signature.0.is_empty();
    if !(header && owner == *key && purpose && reserved && hash && algorithm && complete) {
        return None;
    }
    key.0.verify_strict(&signed_data(namespace, message), &value).ok()
}
