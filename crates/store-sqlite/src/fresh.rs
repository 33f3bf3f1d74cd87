//! Outcomes that are stored and not yet filed in the tree of keys.
//!
//! A tree with random keys takes a page for each entry. So the newest outcomes are only known in
//! memory, and read again when a file is opened. When there are many, they are put in the order of
//! the tree and filed in that order, a few with each batch: neighbours share a page.

use std::collections::{HashMap, HashSet};

use ledger::id::LedgerId;
use ledger::model::{At, IdempotencyKey, OutcomeRow};
use store::StoreError;

use crate::rows::Rows;
use crate::session::Session;

/// Outcomes that are filed together.
const RUN: usize = 16_384;
/// Entries filed with a batch, at least; more when the batch adds more.
const PORTION: usize = 64;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

const FILED: &str = "SELECT max(outcome_id) FROM outcome_filed";

const UNFILED: &str =
    "SELECT outcome_id, ledger_id, key, at FROM outcome WHERE outcome_id > ?1 ORDER BY outcome_id";

/// The outcomes that are not filed.
pub(crate) struct Fresh {
    entries: HashMap<(LedgerId, IdempotencyKey), Entry>,
    /// The last id given.
    last: i64,
    run: Option<Run>,
    run_length: usize,
}

/// An entry of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) day: i64,
    pub(crate) mark: i64,
    pub(crate) id: i64,
}

/// Entries on their way into the tree.
struct Run {
    /// What is left to be filed, the next one last.
    left: Vec<Entry>,
    /// All outcomes up to this id are filed once nothing is left.
    upto: i64,
}

/// What a batch does beside storing its outcomes.
pub(crate) struct Portion {
    /// Entries to file, in the order of the tree.
    pub(crate) entries: Vec<Entry>,
    /// Set when with them all outcomes up to an id are filed.
    pub(crate) filed: Option<i64>,
}

impl Fresh {
    /// Reads the outcomes that a file has not filed.
    pub(crate) fn read(session: &Session) -> Result<Fresh, StoreError> {
        let filed = session.first(FILED, [], |fields| fields.get::<Option<i64>>())?.flatten();
        let mut last = filed.unwrap_or(0);
        let found = session.all(UNFILED, [last], |fields| {
            let id = fields.get()?;
            let key = (fields.ledger()?, IdempotencyKey(fields.array()?));
            Ok((key, Entry::new(key.0, key.1, fields.at()?, id)))
        })?;
        last = found.last().map_or(last, |(_, entry)| entry.id);
        let entries = found.into_iter().collect();
        Ok(Fresh { entries, last, run: None, run_length: RUN })
    }

    /// The newest outcome of a key, if it is among these.
    pub(crate) fn id(&self, ledger: LedgerId, key: IdempotencyKey) -> Option<i64> {
        self.entries.get(&(ledger, key)).map(|entry| entry.id)
    }

    /// The ids for new outcomes.
    pub(crate) fn ids(&self) -> impl Iterator<Item = i64> + use<> {
        self.last + 1..
    }

    /// What to file with a batch that adds so many outcomes.
    pub(crate) fn portion(&mut self, added: usize) -> Portion {
        if self.run.is_none() && self.entries.len() >= self.run_length {
            let mut left: Vec<Entry> = self.entries.values().copied().collect();
            left.sort_unstable_by(|a, b| b.cmp(a));
            self.run = Some(Run { left, upto: self.last });
        }
        let Some(run) = &self.run else { return Portion { entries: Vec::new(), filed: None } };
        let count = PORTION.max(2 * added).min(run.left.len());
        let entries = run.left.iter().rev().take(count).copied().collect();
        Portion { entries, filed: (count == run.left.len()).then_some(run.upto) }
    }

    /// Takes note that a batch was committed with a portion.
    pub(crate) fn committed(&mut self, outcomes: &[OutcomeRow], portion: &Portion) {
        for (row, id) in outcomes.iter().zip(self.ids()) {
            let entry = Entry::new(row.ledger, row.key, row.at, id);
            self.entries.insert((row.ledger, row.key), entry);
        }
        self.last += outcomes.len() as i64;
        if let Some(run) = &mut self.run {
            run.left.truncate(run.left.len().saturating_sub(portion.entries.len()));
        }
        if let Some(filed) = portion.filed {
            self.entries.retain(|_, entry| entry.id > filed);
            self.run = None;
        }
    }

    /// Takes note that outcomes up to an id were let go.
    pub(crate) fn forgotten(&mut self, upto: i64) {
        self.entries.retain(|_, entry| entry.id > upto);
        if let Some(run) = &mut self.run {
            run.left.retain(|entry| entry.id > upto);
        }
    }

    /// Takes note that outcomes of a ledger were let go, whose entries these are.
    pub(crate) fn discarded(&mut self, ledger: LedgerId, gone: &[Entry]) {
        let ids: HashSet<i64> = gone.iter().map(|entry| entry.id).collect();
        self.entries.retain(|(of, _), entry| *of != ledger || !ids.contains(&entry.id));
        if let Some(run) = &mut self.run {
            run.left.retain(|entry| !ids.contains(&entry.id));
        }
    }

    /// Files as soon as there are so many.
    #[cfg(test)]
    pub(crate) fn set_run_length(&mut self, length: usize) {
        self.run_length = length;
    }
}

impl Entry {
    pub(crate) fn new(ledger: LedgerId, key: IdempotencyKey, at: At, id: i64) -> Entry {
        Entry { day: at.0.div_euclid(DAY_MS), mark: mark(ledger, key), id }
    }

    /// The entry as a row for the tree.
    pub(crate) fn put(self, rows: &mut Rows) {
        rows.put(self.day).put(self.mark).put(self.id);
    }
}

/// A short stand-in for the ledger and the key. Two pairs may share one: the whole key is compared
/// behind it.
pub(crate) fn mark(ledger: LedgerId, key: IdempotencyKey) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = key.0;
    i64::from_be_bytes([a, b, c, d, e, f, g, h]) ^ (ledger.0 as i64).reverse_bits()
}
