//! A ledger as a whole.

use ledger::id::LedgerId;
use ledger::model::LedgerRow;
use store::LedgerSummary;

use crate::engine::Engine;
use crate::lookup;
use crate::pending::Pending;

/// A ledger with its counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerView {
    /// Account, name, mode, settings (the lock dates are in them) and the trail's head.
    pub row: LedgerRow,
    /// How much is in it.
    pub summary: LedgerSummary,
}

impl Engine {
    /// A ledger with its counts, found without a scan.
    pub fn ledger(&self, ledger: LedgerId) -> Pending<LedgerView> {
        self.read(move |reader| {
            let row = lookup::ledger(reader, ledger)?;
            Ok(LedgerView { row, summary: reader.summary(ledger)? })
        })
    }
}
