//! What books keep from one batch to the next.

use std::collections::HashSet;

use super::Books;
use crate::id::LedgerId;
use crate::model::document::InvoiceStatus;
use crate::model::{LedgerRow, Object, ObjectRow};

/// Rows kept at most: more are forgotten all together, and loaded again as they are needed.
const ROWS_MAX: usize = 20_000;

/// Batches for which others are held to write too, after it was seen that they do.
const SEVERAL: u8 = 16;

/// Rows of each table that are asked for again beside the head of a ledger that others write to.
const AGAIN_MAX: usize = 32;

/// Calls a macro with each table that is kept beside the heads, and how its keys tell their
/// ledger.
///
/// Every change of these rows moves the ledger's head. So they are true for as long as the
/// ledger's head is, which a batch that begins with them looks at before anything else.
macro_rules! each_kept_table {
    ($do:ident) => {
        $do!(keys, |key| key.0);
        $do!(people, |key| *key);
        $do!(series, |key| key.0);
        $do!(series_names, |key| key.0);
        $do!(ledger_series, |key| *key);
        $do!(sequences, |key| key.ledger);
        $do!(places, |key| key.0);
        $do!(customers, |key| key.0);
        $do!(objects, |key| key.0);
        $do!(labels, |key| key.0);
    };
}

impl Books {
    /// What is known once the changes that were taken are committed, for the next batch to begin
    /// with. Everything else is forgotten.
    pub(crate) fn kept(self) -> Books {
        let several = self.several.saturating_sub(1);
        let mut kept = Books { ledgers: self.ledgers, several, ..Books::default() };
        macro_rules! keep {
            ($table:ident, $ledger:expr) => {
                kept.$table = self.$table;
            };
        }
        each_kept_table!(keep);
        kept.objects.retain(|_, row| is_kept(row));
        kept.labels.forget(|(_, _, label)| label != ObjectRow::ENABLED);
        if kept.kept_rows() > ROWS_MAX { Books::default() } else { kept }
    }

    /// How many rows of tables that are kept are known.
    pub(crate) fn kept_rows(&self) -> usize {
        let mut rows = self.ledgers.known();
        macro_rules! count {
            ($table:ident, $ledger:expr) => {
                rows += self.$table.known();
            };
        }
        each_kept_table!(count);
        rows
    }

    /// Those of some ledgers whose heads are known, or known not to be there, each once.
    pub(crate) fn kept_of(&self, ledgers: impl Iterator<Item = LedgerId>) -> Vec<LedgerId> {
        let mut kept: Vec<_> = ledgers.filter(|id| self.ledgers.knows(id)).collect();
        kept.sort_unstable();
        kept.dedup();
        kept
    }

    /// Whether others are likely to have written to the same ledgers meanwhile.
    pub(crate) fn are_of_several(&self) -> bool {
        self.several > 0
    }

    /// Asks again for what is known of some ledgers where others are likely to have changed it, so
    /// that it comes with the heads and not behind them.
    pub(crate) fn ask_again(&self, ledgers: &[LedgerId]) {
        if !self.are_of_several() || ledgers.is_empty() {
            return;
        }
        macro_rules! ask {
            ($table:ident, $ledger:expr) => {
                self.$table.ask_again(|key| ledgers.contains(&of(key, $ledger)), AGAIN_MAX);
            };
        }
        each_kept_table!(ask);
    }

    /// Forgets what was kept of ledgers whose heads are not as stored.
    pub(crate) fn forget_stale(&mut self, ledgers: &[LedgerId], stored: &[LedgerRow]) {
        let is_stale = |id: &&LedgerId| {
            let known = self.ledgers.peek(id).map(LedgerRow::head);
            let found = stored.iter().find(|row| row.id == **id);
            known != found.map(LedgerRow::head)
        };
        let stale: HashSet<LedgerId> = ledgers.iter().filter(is_stale).copied().collect();
        if stale.is_empty() {
            return;
        }
        self.several = SEVERAL;
        macro_rules! forget {
            ($table:ident, $ledger:expr) => {
                self.$table.forget(|key| stale.contains(&of(key, $ledger)));
            };
        }
        each_kept_table!(forget);
    }
}

/// Whether an object is likely to be asked for again soon: what documents refer to, and drafts.
fn is_kept(row: &ObjectRow) -> bool {
    match &row.body {
        Object::Customer(_) | Object::TaxRate(_) | Object::WebhookEndpoint(_) => true,
        Object::Invoice(invoice) => invoice.status == InvoiceStatus::Draft && !row.deleted,
        Object::InvoiceItem(_) | Object::CreditNote(_) | Object::Resequence(_) => false,
    }
}

/// The ledger of a key, told by `ledger`; a function of its own so that the key's type is known.
fn of<K>(key: &K, ledger: impl Fn(&K) -> LedgerId) -> LedgerId {
    ledger(key)
}
