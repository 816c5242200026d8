//! An unencrypted Ed25519 private key file: OpenSSH `PROTOCOL.key`.

use super::wire::{ALGORITHM, PublicKey, Reader, armour, put, unarmour};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

const MAGIC: &[u8] = b"openssh-key-v1\0";
const LABEL: &str = "OPENSSH PRIVATE KEY";
/// The padding goes to a multiple of this: the block size of the cipher `none`.
const BLOCK: usize = 8;

/// Returns the text of a private key file. `check` is any number: it stands there twice so that a
/// wrong passphrase would be noticed.
pub(super) fn write(key: &SigningKey, comment: &str, check: u32) -> Zeroizing<String> {
    let public = PublicKey(key.verifying_key());
    let mut secret = Zeroizing::new(Vec::with_capacity(256));
    secret.extend_from_slice(&check.to_be_bytes());
    secret.extend_from_slice(&check.to_be_bytes());
    put(&mut secret, ALGORITHM);
    put(&mut secret, public.0.as_bytes());
    put(&mut secret, Zeroizing::new(key.to_keypair_bytes()).as_slice());
    put(&mut secret, comment.as_bytes());
    let missing = secret.len().next_multiple_of(BLOCK) - secret.len();
    secret.extend((1_u8..).take(missing));
    let mut file = Zeroizing::new(Vec::with_capacity(512));
    file.extend_from_slice(MAGIC);
    put(&mut file, b"none");
    put(&mut file, b"none");
    put(&mut file, b"");
    file.extend_from_slice(&1_u32.to_be_bytes());
    put(&mut file, &public.to_wire());
    put(&mut file, &secret);
    Zeroizing::new(armour(LABEL, &file))
}

/// Reads the text of a private key file.
pub(super) fn read(text: &str) -> Result<SigningKey, &'static str> {
    let file = Zeroizing::new(unarmour(LABEL, text).ok_or("it is not an OpenSSH private key")?);
    parse(&file).ok_or("it is not an Ed25519 key without a passphrase")
}

fn parse(file: &[u8]) -> Option<SigningKey> {
    let mut reader = Reader(file);
    let plain = reader.take(MAGIC.len())? == MAGIC
        && reader.string()? == b"none"
        && reader.string()? == b"none"
        && reader.string()?.is_empty()
        && reader.number()? == 1;
    if !plain {
        return None;
    }
    let public = PublicKey::from_wire(reader.string()?)?;
    let mut secret = Reader(reader.string()?);
    let checked = secret.number()? == secret.number()?;
    let typed = secret.string()? == ALGORITHM;
    let _public_again = secret.string()?;
    let pair = secret.string()?.try_into().ok()?;
    let key = SigningKey::from_keypair_bytes(pair).ok()?;
    (checked && typed && PublicKey(key.verifying_key()) == public).then_some(key)
}
