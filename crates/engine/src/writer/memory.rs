//! What a writer remembers of the ledgers that it wrote last.

use std::collections::HashMap;

use ledger::books::Recent;
use ledger::id::LedgerId;

/// Ledgers remembered at once, and then all forgotten: what is lost is one round of loading each.
const LEDGERS_MAX: usize = 4_096;

/// Rows as the last batch of each ledger left them. Whether they are still true is seen by each
/// batch that begins with them.
#[derive(Default)]
pub(super) struct Memory {
    ledgers: HashMap<LedgerId, Recent>,
}

impl Memory {
    /// What is remembered of a ledger.
    pub(super) fn of(&self, ledger: LedgerId) -> Option<&Recent> {
        self.ledgers.get(&ledger)
    }

    /// Remembers what a batch left that was committed.
    pub(super) fn remember(&mut self, recent: Vec<Recent>) {
        if self.ledgers.len() + recent.len() > LEDGERS_MAX {
            self.ledgers.clear();
        }
        self.ledgers.extend(recent.into_iter().map(|recent| (recent.ledger(), recent)));
    }
}
