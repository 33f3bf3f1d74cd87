//! Walking the chain.

use super::{Hash, Sealed};
use crate::id::LedgerId;

/// The first place where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The index that should stand there.
    pub index: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Entries walked.
    pub entries: u64,
    /// Hash of the last entry that held.
    pub head: Hash,
    /// The first break, if any.
    pub broken: Option<Break>,
}

/// Walks entries in order, from a checkpoint or from the start.
#[derive(Clone, Debug)]
pub struct Verifier {
    ledger: LedgerId,
    next: u64,
    head: Hash,
    walked: u64,
    broken: Option<Break>,
}

impl Verifier {
    /// Begins before the first entry.
    pub fn new(ledger: LedgerId) -> Verifier {
        Verifier::after(ledger, 0, Hash::ZERO)
    }

    /// Begins at index `next`, behind the entry whose hash is `head`.
    pub fn after(ledger: LedgerId, next: u64, head: Hash) -> Verifier {
        Verifier { ledger, next, head, walked: 0, broken: None }
    }

    /// Takes the next entry. After a break, the rest is ignored.
    pub fn take(&mut self, sealed: &Sealed) {
        if self.broken.is_some() {
            return;
        }
        let problem = if sealed.entry.ledger != self.ledger {
            Some(format!("it belongs to ledger {}", sealed.entry.ledger))
        } else if sealed.entry.index != self.next {
            Some(format!("an entry is missing: the next one has index {}", sealed.entry.index))
        } else if sealed.entry.hash_after(self.head) != sealed.hash {
            Some("its hash does not follow from its content and the entry before".to_owned())
        } else {
            None
        };
        match problem {
            Some(problem) => self.broken = Some(Break { index: self.next, problem }),
            None => {
                self.head = sealed.hash;
                self.next += 1;
                self.walked += 1;
            }
        }
    }

    /// Ends the walk, and compares with the head that the ledger states.
    pub fn finish(mut self, count: u64, head: Hash) -> Verification {
        if self.broken.is_none() && (self.next != count || self.head != head) {
            let problem = format!(
                "the ledger states {count} entries with head {head}, the trail ends at {} with {}",
                self.next, self.head
            );
            self.broken = Some(Break { index: self.next, problem });
        }
        Verification { entries: self.walked, head: self.head, broken: self.broken }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::At;
    use crate::trail::Entry;

    fn chain(length: u64) -> Vec<Sealed> {
        let mut head = Hash::ZERO;
        (0..length)
            .map(|index| {
                let entry = Entry {
                    ledger: LedgerId(1),
                    index,
                    at: At(index as i64),
                    actor: "operator".to_owned(),
                    what: "numbers.issued".to_owned(),
                    body: vec![index as u8; 5],
                };
                let sealed = entry.seal(head);
                head = sealed.hash;
                sealed
            })
            .collect()
    }

    fn walk(entries: &[Sealed], count: u64, head: Hash) -> Verification {
        let mut verifier = Verifier::new(LedgerId(1));
        entries.iter().for_each(|sealed| verifier.take(sealed));
        verifier.finish(count, head)
    }

    #[test]
    fn a_whole_chain_holds_and_any_change_breaks_it() {
        let whole = chain(8);
        let head = whole[7].hash;
        assert_eq!(walk(&whole, 8, head).broken, None);

        let mut edited = whole.clone();
        edited[3].entry.body[0] ^= 1;
        assert_eq!(walk(&edited, 8, head).broken.map(|b| b.index), Some(3));

        let mut dropped = whole.clone();
        dropped.remove(5);
        assert_eq!(walk(&dropped, 8, head).broken.map(|b| b.index), Some(5));

        let mut swapped = whole.clone();
        swapped.swap(1, 2);
        assert_eq!(walk(&swapped, 8, head).broken.map(|b| b.index), Some(1));

        assert_eq!(walk(&whole[..7], 8, head).broken.map(|b| b.index), Some(7));
    }
}
