//! Sums over sets of rows.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A sum over a set of rows that does not care for their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) rows: u64,
    hashes: u128,
}

impl Sum {
    pub(super) fn add(&mut self, value: &impl Serialize) {
        self.rows = self.rows.wrapping_add(1);
        self.hashes = self.hashes.wrapping_add(hash(value));
    }

    /// Takes out what was added, or will be.
    pub(super) fn remove(&mut self, value: &impl Serialize) {
        self.rows = self.rows.wrapping_sub(1);
        self.hashes = self.hashes.wrapping_sub(hash(value));
    }
}

fn hash(value: &impl Serialize) -> u128 {
    let hash: [u8; 32] = Sha256::digest(crate::stored::to_bytes(value)).into();
    let (half, _) = hash.split_at(16);
    half.iter().fold(0u128, |value, byte| value << 8 | u128::from(*byte))
}
