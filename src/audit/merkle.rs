//! The tree over the lines of a file: RFC 6962 section 2.1, over 32-byte line digests.
//!
//! Only the roots of the complete subtrees are kept (a compact range), so that a file of any length
//! costs at most 64 digests of memory and half a hash per line on average.

use crate::model::Digest;
use sha2::{Digest as _, Sha256};

/// The tree over everything that was pushed so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    size: u64,
    /// Roots of the complete subtrees, largest first: one for each bit that is set in `size`.
    peaks: Vec<Digest>,
}

/// Returns the hash of a leaf: `SHA-256(0x00 || digest)`.
fn leaf(digest: &Digest) -> Digest {
    Digest(Sha256::new().chain_update([0]).chain_update(digest.0).finalize().into())
}

/// Returns the hash of an inner node: `SHA-256(0x01 || left || right)`.
fn node(left: &Digest, right: &Digest) -> Digest {
    Digest(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

impl Tree {
    /// Adds the digest of the next line.
    pub(crate) fn push(&mut self, digest: &Digest) {
        let mut hash = leaf(digest);
        let mut complete = self.size;
        while complete & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node(&left, &hash);
            complete >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Returns how many lines were pushed.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Returns the root; for an empty tree the digest of nothing.
    pub(crate) fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
            None => super::hash::sha256(&[]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::hash::sha256;

    /// The definition of RFC 6962 section 2.1, word for word.
    fn defined(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => sha256(&[]),
            [only] => leaf(only),
            more => {
                let split = more.len().next_power_of_two() / 2;
                let (left, right) = more.split_at(split);
                node(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition() {
        let leaves: Vec<Digest> = (0_u32..200).map(|number| sha256(&number.to_be_bytes())).collect();
        let mut tree = Tree::default();
        assert_eq!(tree.root(), defined(&[]));
        for (index, digest) in leaves.iter().enumerate() {
            tree.push(digest);
            assert_eq!(tree.root(), defined(&leaves[..=index]), "after {} leaves", index + 1);
        }
        assert_eq!(tree.size(), 200);
    }
}
