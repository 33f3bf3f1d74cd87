//! What a batch may be decided on before a store was asked.

use crate::books::{Loaded, Misses};
use crate::id::LedgerId;
use crate::model::{Head, IdempotencyKey, Kind};

/// That ledgers are still as the last batch left them, and that nothing has these references, texts
/// and idempotency keys yet.
///
/// It is what nearly always holds where one process writes. A batch that was decided on it may be
/// committed only together with the proof that it holds; see [`crate::Batch::guess`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guess {
    /// Every ledger of the batch with its head, by ascending id.
    pub heads: Vec<(LedgerId, Head)>,
    /// References that no number has.
    pub references: Vec<(LedgerId, Kind, String)>,
    /// Slug keys that no number's text has.
    pub texts: Vec<(LedgerId, String)>,
    /// Keys under which nothing is remembered.
    pub outcomes: Vec<(LedgerId, IdempotencyKey)>,
}

impl Guess {
    /// The ledgers of the batch, in ascending order.
    pub fn ledgers(&self) -> Vec<LedgerId> {
        self.heads.iter().map(|(ledger, _)| *ledger).collect()
    }

    /// What to load to see whether it holds.
    pub fn misses(&self) -> Misses {
        Misses {
            ledgers: self.ledgers(),
            references: self.references.clone(),
            texts: self.texts.clone(),
            outcomes: self.outcomes.clone(),
            ..Misses::default()
        }
    }

    /// Whether it holds, by what was found for [`Guess::misses`].
    pub fn holds(&self, found: &Loaded) -> bool {
        let is_as_known = |(ledger, head): &(LedgerId, Head)| {
            found.ledgers.iter().any(|row| row.id == *ledger && row.head() == *head)
        };
        found.references.is_empty()
            && found.texts.is_empty()
            && found.outcomes.is_empty()
            && self.heads.iter().all(is_as_known)
    }
}
