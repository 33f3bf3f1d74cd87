//! What a batch knew of a ledger, for the next one to begin with.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::{Books, Table};
use crate::id::{CustomerId, KeyId, LedgerId, SequenceId, SeriesId};
use crate::model::{CustomerRow, KeyRow, LedgerRow, SequenceKey, SequenceRow, SeriesRow};

/// Rows of one ledger as its last batch left them.
///
/// Every change of these rows adds to the ledger's trail. So they are still true for as long as
/// the ledger's head is, which a batch that begins with them looks at before anything else.
#[derive(Clone, Debug)]
pub struct Recent {
    head: LedgerRow,
    keys: Known<(LedgerId, KeyId), KeyRow>,
    series: Known<(LedgerId, SeriesId), Arc<SeriesRow>>,
    series_names: Known<(LedgerId, String), SeriesId>,
    ledger_series: Known<LedgerId, Vec<Arc<SeriesRow>>>,
    sequences: Known<SequenceKey, SequenceRow>,
    places: Known<(LedgerId, SequenceId), SequenceKey>,
    customers: Known<(LedgerId, CustomerId), CustomerRow>,
}

type Known<K, V> = Vec<(K, Option<V>)>;

/// Calls a macro with each table that is kept and how its keys tell their ledger.
macro_rules! each_kept_table {
    ($do:ident) => {
        $do!(keys, |key| key.0);
        $do!(series, |key| key.0);
        $do!(series_names, |key| key.0);
        $do!(ledger_series, |key| *key);
        $do!(sequences, |key| key.ledger);
        $do!(places, |key| key.0);
        $do!(customers, |key| key.0);
    };
}

impl Recent {
    /// The ledger.
    pub fn ledger(&self) -> LedgerId {
        self.head.id
    }

    /// Whether `stored` is the head that these rows belong to.
    pub(crate) fn is_of(&self, stored: &LedgerRow) -> bool {
        self.head.trail_count == stored.trail_count && self.head.trail_hash == stored.trail_hash
    }
}

impl Books {
    /// Takes rows that are believed to be true.
    pub(crate) fn recall(&mut self, recent: &Recent) {
        self.ledgers.fill(recent.head.id, Some(recent.head.clone()));
        macro_rules! fill {
            ($table:ident, $ledger:expr) => {
                for (key, value) in &recent.$table {
                    self.$table.fill(key.clone(), value.clone());
                }
            };
        }
        each_kept_table!(fill);
    }

    /// Forgets what [`Books::recall`] took: it is no longer true.
    pub(crate) fn forget_recalled(&mut self, ledger: LedgerId) {
        macro_rules! forget {
            ($table:ident, $ledger:expr) => {
                self.$table.forget(|key| of(key, $ledger) == ledger);
            };
        }
        each_kept_table!(forget);
    }

    /// What is known of each ledger now, with what the batch wrote: true once that is committed.
    pub(crate) fn recent(&self) -> Vec<Recent> {
        let heads = self.ledgers.known().into_iter().filter_map(|(id, head)| {
            let head = head?;
            let recent = Recent {
                head,
                keys: Vec::new(),
                series: Vec::new(),
                series_names: Vec::new(),
                ledger_series: Vec::new(),
                sequences: Vec::new(),
                places: Vec::new(),
                customers: Vec::new(),
            };
            Some((id, recent))
        });
        let mut all: HashMap<LedgerId, Recent> = heads.collect();
        macro_rules! collect {
            ($table:ident, $ledger:expr) => {
                for (key, value) in self.$table.known() {
                    if let Some(recent) = all.get_mut(&of(&key, $ledger)) {
                        recent.$table.push((key, value));
                    }
                }
            };
        }
        each_kept_table!(collect);
        all.into_values().collect()
    }
}

/// The ledger of a key, told by `ledger`; a function of its own so that the key's type is known.
fn of<K>(key: &K, ledger: impl Fn(&K) -> LedgerId) -> LedgerId {
    ledger(key)
}

impl<K: Clone + Eq + Hash, V: Clone> Table<K, V> {
    /// Every row that is known, as it is now.
    fn known(&self) -> Known<K, V> {
        let loaded = self.loaded.iter().filter(|(key, _)| !self.written.contains_key(key));
        loaded.chain(&self.written).map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Forgets rows that were loaded.
    fn forget(&mut self, is_meant: impl Fn(&K) -> bool) {
        self.loaded.retain(|key, _| !is_meant(key));
    }
}
