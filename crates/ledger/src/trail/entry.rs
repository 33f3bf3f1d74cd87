//! One entry of the trail, and its bytes.
//!
//! The hash of an entry is SHA-256 over the previous entry's hash (32 bytes; zeros before the
//! first) and then the entry's canonical bytes:
//!
//! ```text
//! version  1 byte, now 1
//! ledger   8 bytes, big-endian
//! index    8 bytes, big-endian, from 0
//! time     8 bytes, big-endian, milliseconds since 1970-01-01 UTC
//! actor    4 bytes of length, big-endian, then UTF-8
//! what     4 bytes of length, big-endian, then UTF-8
//! body     4 bytes of length, big-endian, then bytes
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::LedgerId;
use crate::model::At;

const VERSION: u8 = 1;

/// A SHA-256 hash.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hash(pub [u8; 32]);

/// What happened, before it is chained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its place, from 0.
    pub index: u64,
    /// When.
    pub at: At,
    /// Who: a key's id, or the operator's name.
    pub actor: String,
    /// The kind of change, as a word.
    pub what: String,
    /// The change as bytes; see [`super::Change`].
    pub body: Vec<u8>,
}

/// An entry in its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What happened.
    pub entry: Entry,
    /// Its hash.
    pub hash: Hash,
}

impl Hash {
    /// What stands before the first entry.
    pub const ZERO: Hash = Hash([0; 32]);

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Hash> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, place) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[place..place + 2], 16).ok()?;
        }
        Some(Hash(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Entry {
    /// The bytes that are hashed.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let texts = self.actor.len() + self.what.len() + self.body.len();
        let mut bytes = Vec::with_capacity(37 + texts);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.ledger.0.to_be_bytes());
        bytes.extend_from_slice(&self.index.to_be_bytes());
        bytes.extend_from_slice(&self.at.0.to_be_bytes());
        for field in [self.actor.as_bytes(), self.what.as_bytes(), &self.body] {
            let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(field);
        }
        bytes
    }

    /// Chains it behind the entry with the given hash.
    pub fn seal(self, previous: Hash) -> Sealed {
        let hash = self.hash_after(previous);
        Sealed { entry: self, hash }
    }

    /// The hash that it has behind the entry with the given hash.
    pub fn hash_after(&self, previous: Hash) -> Hash {
        let mut digest = Sha256::new();
        digest.update(previous.0);
        digest.update(self.canonical_bytes());
        Hash(digest.finalize().into())
    }
}
