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
        let hash: [u8; 32] = Sha256::digest(crate::stored::to_bytes(value)).into();
        let (half, _) = hash.split_at(16);
        let value = half.iter().fold(0u128, |value, byte| value << 8 | u128::from(*byte));
        self.rows += 1;
        self.hashes = self.hashes.wrapping_add(value);
    }
}
