//! The trail as objects.

use ledger::trail::{Hash, Sealed};
use serde::{Serialize, Serializer};

use super::Text;

/// A trail entry as a JSON object. `bytes` are the canonical bytes in hexadecimal digits: with
/// the hash of the entry before in front, their SHA-256 is `hash`.
#[derive(Serialize)]
pub struct TrailEntry<'a> {
    id: String,
    object: &'static str,
    index: u64,
    at: Text<String>,
    actor: &'a str,
    what: &'a str,
    lines: u64,
    bytes: Hex,
    hash: Text<Hash>,
}

impl<'a> TrailEntry<'a> {
    /// An entry with so many lines kept beside it.
    pub fn new(sealed: &'a Sealed, lines: u64) -> TrailEntry<'a> {
        let entry = &sealed.entry;
        TrailEntry {
            id: format!("ent_{}", entry.index),
            object: "trail_entry",
            index: entry.index,
            at: Text(entry.at.rfc3339()),
            actor: &entry.actor,
            what: &entry.what,
            lines,
            bytes: Hex(entry.canonical_bytes()),
            hash: Text(sealed.hash),
        }
    }
}

/// What verifying found, as a JSON object.
#[derive(Serialize)]
pub struct TrailVerification<'a> {
    object: &'static str,
    valid: bool,
    entries: u64,
    sequences: u64,
    numbers: u64,
    gaps: u64,
    head: Text<Hash>,
    violations: Vec<Violation<'a>>,
}

/// How much was walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Trail entries.
    pub entries: u64,
    /// Sequences.
    pub sequences: u64,
    /// Numbers.
    pub numbers: u64,
    /// Gaps.
    pub gaps: u64,
}

/// Something that does not hold.
#[derive(Serialize)]
pub struct Violation<'a> {
    /// The name of what should always hold.
    pub invariant: &'a str,
    /// What is wrong, for a person.
    pub message: &'a str,
}

impl<'a> TrailVerification<'a> {
    /// The result of a walk, with the trail's head.
    pub fn new(
        walked: Walked,
        head: Hash,
        violations: Vec<Violation<'a>>,
    ) -> TrailVerification<'a> {
        TrailVerification {
            object: "trail_verification",
            valid: violations.is_empty(),
            entries: walked.entries,
            sequences: walked.sequences,
            numbers: walked.numbers,
            gaps: walked.gaps,
            head: Text(head),
            violations,
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
struct Hex(Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(2 * self.0.len());
        for byte in &self.0 {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        serializer.serialize_str(&text)
    }
}
