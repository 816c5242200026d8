//! The signature of one line, cut out of its bytes.

use crate::audit::chain::LINE_DOMAIN;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

const BEFORE: &[u8] = br#","~sig":""#;
const AFTER: &[u8] = br#""}"#;
/// 64 bytes in base64.
const ENCODED: usize = 88;

/// A signature and what it is of.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    message: Vec<u8>,
    signature: Signature,
}

impl Signed {
    /// Takes the signature off the end of a canonical line; nothing when it does not stand there.
    pub(super) fn split(line: &[u8]) -> Option<Self> {
        let rest = line.strip_suffix(AFTER)?;
        let (rest, encoded) = rest.split_at_checked(rest.len().checked_sub(ENCODED)?)?;
        let unsigned = rest.strip_suffix(BEFORE)?;
        let signature = Signature::from_slice(&STANDARD.decode(encoded).ok()?).ok()?;
        let mut message = Vec::with_capacity(LINE_DOMAIN.len() + unsigned.len() + 1);
        message.extend_from_slice(LINE_DOMAIN);
        message.extend_from_slice(unsigned);
        message.push(b'}');
        Some(Self { message, signature })
    }

    pub(super) fn is_by(&self, key: &VerifyingKey) -> bool {
        key.verify_strict(&self.message, &self.signature).is_ok()
    }
}
