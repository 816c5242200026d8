//! The strings of RFC 4251 section 5, public key lines, and PEM-like armour.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use std::fmt;

/// The name of the only key type, RFC 8709 section 4.
pub(super) const ALGORITHM: &[u8] = b"ssh-ed25519";
/// How long a line of armour is; `ssh-keygen` writes the same.
const ARMOUR_WIDTH: usize = 70;

/// Appends a length and the bytes.
pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    // Nothing here is near 4 GiB; a saturated length would only fail to verify.
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Reads what [`put`] writes, from the front of a slice.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }
}

/// Returns the bytes between a BEGIN and an END line, in base64.
pub(super) fn armour(label: &str, bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    for (index, character) in encoded.chars().enumerate() {
        if index > 0 && index % ARMOUR_WIDTH == 0 {
            out.push('\n');
        }
        out.push(character);
    }
    out.push_str(&format!("\n-----END {label}-----\n"));
    out
}

/// Reads what [`armour`] writes, whatever the width of its lines.
pub(super) fn unarmour(label: &str, text: &str) -> Option<Vec<u8>> {
    let body = text.trim().strip_prefix(&format!("-----BEGIN {label}-----"))?;
    let body = body.strip_suffix(&format!("-----END {label}-----"))?;
    let encoded: String = body.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    STANDARD.decode(encoded).ok()
}

/// A public Ed25519 key, as OpenSSH spells it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub(crate) VerifyingKey);

impl PublicKey {
    /// Returns the key as RFC 8709 section 4 puts it on the wire.
    pub(super) fn to_wire(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(51);
        put(&mut out, ALGORITHM);
        put(&mut out, self.0.as_bytes());
        out
    }

    /// Reads what [`Self::to_wire`] returns.
    pub(super) fn from_wire(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.string()? != ALGORITHM {
            return None;
        }
        let key = VerifyingKey::from_bytes(reader.string()?.try_into().ok()?).ok()?;
        // A weak key would accept signatures that nobody made.
        (reader.0.is_empty() && !key.is_weak()).then_some(Self(key))
    }

    /// Reads `ssh-ed25519 BASE64 [COMMENT]`, the line of a `.pub` file.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        if words.next()?.as_bytes() != ALGORITHM {
            return None;
        }
        Self::from_wire(&STANDARD.decode(words.next()?).ok()?)
    }

    /// Returns the SHA-256 fingerprint that `ssh-keygen -l` prints.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = crate::audit::hash::sha256(&self.to_wire());
        format!("SHA256:{}", base64::engine::general_purpose::STANDARD_NO_PAD.encode(digest.0))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ssh-ed25519 {}", STANDARD.encode(self.to_wire()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}
