//! The names of what always holds, and what is said where it does not.

use std::fmt;

/// Violations of one invariant that are told one by one; the rest is counted.
const TOLD_MAX: usize = 100;

/// What always holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// The register covers first to last of every sequence, each ordinal once.
    Complete,
    /// A number's text is unique in its ledger.
    Unique,
    /// An ordinal is given once and never again.
    Late,
    /// What was answered is there.
    Durable,
    /// The same key or reference gives the same answer, never a second number.
    Once,
    /// The document's date chooses the period.
    Dated,
    /// What stands in the register is what the renderer prints.
    Same,
    /// No two formats of a ledger can print one text.
    CollisionFree,
    /// The trail is whole, and replaying it gives the register.
    Recorded,
    /// Padding pads and never truncates.
    NeverClipped,
}

/// Something that should hold and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What should hold.
    pub invariant: Invariant,
    /// Where it does not, for a person.
    pub what: String,
}

/// Violations as they are found.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    told: Vec<Violation>,
    counts: [usize; Invariant::ALL.len()],
}

impl Invariant {
    /// Every invariant, in the order of the design.
    pub const ALL: [Invariant; 10] = [
        Invariant::Complete,
        Invariant::Unique,
        Invariant::Late,
        Invariant::Durable,
        Invariant::Once,
        Invariant::Dated,
        Invariant::Same,
        Invariant::CollisionFree,
        Invariant::Recorded,
        Invariant::NeverClipped,
    ];

    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Invariant::Complete => "complete",
            Invariant::Unique => "unique",
            Invariant::Late => "late",
            Invariant::Durable => "durable",
            Invariant::Once => "once",
            Invariant::Dated => "dated",
            Invariant::Same => "same",
            Invariant::CollisionFree => "collision_free",
            Invariant::Recorded => "recorded",
            Invariant::NeverClipped => "never_clipped",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant.text(), self.what)
    }
}

impl Log {
    pub(super) fn say(&mut self, invariant: Invariant, what: String) {
        let count = &mut self.counts[invariant as usize];
        *count += 1;
        if *count <= TOLD_MAX {
            self.told.push(Violation { invariant, what });
        }
    }

    /// All that was told, with a line for each invariant of which more was found.
    pub(super) fn into_violations(mut self) -> Vec<Violation> {
        for invariant in Invariant::ALL {
            let more = self.counts[invariant as usize].saturating_sub(TOLD_MAX);
            if more > 0 {
                self.told.push(Violation { invariant, what: format!("and {more} more") });
            }
        }
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_has_its_place_and_its_word() {
        for (place, invariant) in Invariant::ALL.into_iter().enumerate() {
            assert_eq!(invariant as usize, place);
        }
        let mut words = Invariant::ALL.map(Invariant::text);
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_flood_of_violations_is_counted() {
        let mut log = Log::default();
        (0..TOLD_MAX + 7).for_each(|n| log.say(Invariant::Same, n.to_string()));
        let told = log.into_violations();
        assert_eq!(told.len(), TOLD_MAX + 1);
        assert_eq!(told[TOLD_MAX].to_string(), "same: and 7 more");
    }
}
