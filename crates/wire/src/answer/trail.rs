//! The trail as objects.

use std::borrow::Cow;

use ledger::invariants::{self, Invariant};
use ledger::model::At;
use ledger::trail::{Break, Hash, Sealed};
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

/// The head of a trail, to be kept elsewhere, as a JSON object; and what became of one that was
/// kept.
#[derive(Serialize)]
pub struct TrailAnchor {
    object: &'static str,
    at: Text<String>,
    entries: u64,
    head: Text<Hash>,
    kept: Option<KeptAnswer>,
}

#[derive(Serialize)]
struct KeptAnswer {
    entries: u64,
    head: Text<Hash>,
    holds: bool,
    found: Option<Text<Hash>>,
}

impl TrailAnchor {
    /// A head at an instant.
    pub fn new(at: At, entries: u64, head: Hash) -> TrailAnchor {
        let (at, head) = (Text(at.rfc3339()), Text(head));
        TrailAnchor { object: "trail_anchor", at, entries, head, kept: None }
    }

    /// The same, with one that was kept: how many entries it was of, its hash, and the hash that is
    /// found there now, if there is one.
    pub fn beside(self, entries: u64, head: Hash, found: Option<Hash>) -> TrailAnchor {
        let holds = found == Some(head);
        let kept = KeptAnswer { entries, head: Text(head), holds, found: found.map(Text) };
        TrailAnchor { kept: Some(kept), ..self }
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

#[derive(Serialize)]
struct Violation<'a> {
    invariant: &'static str,
    message: Cow<'a, str>,
}

impl<'a> TrailVerification<'a> {
    /// The result of a walk: the trail's head, the first place where its chain breaks, and what
    /// else does not hold.
    pub fn new(
        walked: Walked,
        head: Hash,
        broken: Option<&Break>,
        violations: &'a [invariants::Violation],
    ) -> TrailVerification<'a> {
        let chain = broken.map(|found| Violation {
            invariant: Invariant::Recorded.text(),
            message: format!("The trail breaks at entry {}: {}", found.index, found.problem).into(),
        });
        let rest = violations.iter().map(|found| Violation {
            invariant: found.invariant.text(),
            message: found.what.as_str().into(),
        });
        let violations: Vec<_> = chain.into_iter().chain(rest).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    const WALKED: Walked = Walked { entries: 3, sequences: 2, numbers: 5, gaps: 1 };

    fn json(answer: &TrailVerification<'_>) -> String {
        serde_json::to_string(answer).expect("it is written")
    }

    #[test]
    fn what_holds_is_valid_and_has_no_violations() {
        let json = json(&TrailVerification::new(WALKED, Hash::ZERO, None, &[]));
        assert!(json.starts_with(r#"{"object":"trail_verification","valid":true,"entries":3,"#));
        assert!(json.ends_with(r#""violations":[]}"#), "{json}");
    }

    #[test]
    fn a_break_of_the_chain_comes_first() {
        let broken = Break { index: 2, problem: "it is gone".to_owned() };
        let other = invariants::Violation { invariant: Invariant::Once, what: "twice".to_owned() };
        let found = [other];
        let answer = TrailVerification::new(WALKED, Hash::ZERO, Some(&broken), &found);
        let json = json(&answer);
        let expected = concat!(
            r#""violations":[{"invariant":"recorded","message":"The trail breaks at entry 2: "#,
            r#"it is gone"},{"invariant":"once","message":"twice"}]}"#
        );
        assert!(json.contains(r#""valid":false"#) && json.ends_with(expected), "{json}");
    }
}
