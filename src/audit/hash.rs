//! SHA-256 and its spellings.

use crate::model::Digest;
use sha2::{Digest as _, Sha256};

/// Returns the SHA-256 digest of the bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// Returns the lower-case hexadecimal digits of a digest.
pub(super) fn hex(digest: &Digest) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    let mut out = [0; 64];
    for (pair, byte) in out.chunks_exact_mut(2).zip(digest.0) {
        if let [high, low] = pair {
            *high = digit(byte >> 4);
            *low = digit(byte & 15);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_those_that_a_digest_prints() {
        // FIPS 180-4, the message "abc".
        let digest = sha256(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hex(&digest).as_slice(), digest.to_string().as_bytes());
    }
}
