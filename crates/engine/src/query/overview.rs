//! A ledger as a whole.

use ledger::id::LedgerId;
use ledger::limits::ROLLBACK_MS;
use ledger::model::{At, LedgerRow};
use ledger::outcome::VersionView;
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

    /// The version of the interface that an account is on, and the one before while that can be
    /// had back.
    pub fn api_version(&self, ledger: LedgerId) -> Pending<VersionView> {
        let now = self.now();
        self.read(move |reader| {
            let row = lookup::ledger(reader, ledger)?;
            let former = row.documents.former.as_ref();
            let former = former.map(|former| {
                (former.version.clone(), At(former.changed.0.saturating_add(ROLLBACK_MS)))
            });
            Ok(VersionView {
                version: row.documents.version.clone(),
                former: former.filter(|(_, until)| now <= *until),
                level: row.settings.level,
            })
        })
    }
}
