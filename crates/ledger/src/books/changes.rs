//! What a batch writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Books;
use crate::id::{GapId, LedgerId, ObjectId, SequenceId};
use crate::job::{Placing, Renumbering};
use crate::limits::CHECKPOINT_EVERY;
use crate::model::{
    CustomerRow, DeliveryRow, EventRow, FormerRow, GapRow, Head, KeyRow, LedgerRow, NumberRow,
    ObjectRow, OutcomeRow, PrefixOwner, Retry, SequenceRow, SeriesRow, UserRow,
};
use crate::trail::{Hash, Sealed};

/// Rows to write in one transaction, in an order that is the same for the same batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Heads of ledgers.
    pub ledgers: Vec<LedgerChange>,
    /// API keys, new or changed.
    pub keys: Vec<KeyRow>,
    /// People, new or changed.
    pub users: Vec<UserRow>,
    /// Series, new or changed.
    pub series: Vec<Arc<SeriesRow>>,
    /// Sequences, new or changed.
    pub sequences: Vec<SequenceRow>,
    /// Numbers that were not there before, by position.
    pub new_numbers: Vec<NumberRow>,
    /// Numbers whose state changed, by position.
    pub changed_numbers: Vec<NumberRow>,
    /// Gaps, new or changed.
    pub gaps: Vec<GapRow>,
    /// Customers, new or changed.
    pub customers: Vec<CustomerRow>,
    /// Prefixes taken.
    pub prefixes: Vec<(LedgerId, String, PrefixOwner)>,
    /// Objects, new or changed, by id. One that this batch made has its id as its revision, unless
    /// the batch changed it again: a store writes a row whether or not there is one.
    pub objects: Vec<Arc<ObjectRow>>,
    /// Events that were not there before, by id.
    pub events: Vec<EventRow>,
    /// Deliveries, new or put back to be made again, by event and endpoint.
    pub deliveries: Vec<DeliveryRow>,
    /// Deliveries that are to be tried again, found set-wise; written behind `deliveries`.
    pub retries: Vec<Retry>,
    /// Outcomes to remember.
    pub outcomes: Vec<OutcomeRow>,
    /// Trail entries, by ledger and index.
    pub trail: Vec<Sealed>,
    /// Lines that are kept beside a trail entry, of a ledger that is moved; those of a batch are
    /// placed with its staged rows.
    pub trail_lines: Vec<TrailLine>,
    /// Places from which the trail can be verified.
    pub checkpoints: Vec<Checkpoint>,
    /// Where the staged rows of jobs go, with their lines.
    pub placings: Vec<Placing>,
    /// Jobs whose staged changes are made, with their lines and former texts.
    pub renumberings: Vec<Renumbering>,
    /// Gaps that numbers cover now: deleted, before `gaps` are written.
    pub closed_gaps: Vec<(LedgerId, GapId)>,
    /// Former texts of a ledger that is moved, by position and entry; those of a batch come with
    /// its renumberings.
    pub formers: Vec<FormerRow>,
    /// What of all this the store is known to hold.
    pub stored: Stored,
}

/// What the store is known to hold under the heads that a batch expects: what a store need not look
/// for before it writes. What is not named here may be there or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Ledgers whose stored definition is the one that their rows have.
    pub definitions: BTreeSet<LedgerId>,
    /// Sequences that are there, and change.
    pub sequences: BTreeSet<(LedgerId, SequenceId)>,
    /// Objects that are there, and change.
    pub objects: BTreeSet<(LedgerId, ObjectId)>,
}

/// The head of a ledger, new or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerChange {
    /// The head now.
    pub row: LedgerRow,
    /// The head that the store must hold before this is written; `None` for a new ledger.
    pub expected: Option<Head>,
}

/// A line of a large trail entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailLine {
    /// The ledger.
    pub ledger: LedgerId,
    /// Index of the entry.
    pub index: u64,
    /// The line's place, from 0.
    pub line: u64,
    /// The line.
    pub bytes: Vec<u8>,
}

/// The hash of an entry whose index is one below a multiple of [`CHECKPOINT_EVERY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger.
    pub ledger: LedgerId,
    /// Index of the entry.
    pub index: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Changes::default()
    }
}

pub(super) fn collect(books: &mut Books) -> Changes {
    let mut stored = Stored::default();
    let ledgers = ledgers(books, &mut stored);
    let sequences = books.sequences.drain_kept();
    stored.sequences.extend(known(&sequences, |row| (row.ledger, row.id)));
    let objects = books.objects.drain_kept();
    stored.objects.extend(known(&objects, |row| (row.ledger, row.id)));
    let mut changes = Changes {
        ledgers,
        keys: sorted(books.keys.drain_kept(), |row| row.id),
        users: users(books),
        series: sorted(books.series.drain_kept(), |row| (row.ledger, row.id)),
        sequences: sorted(sequences, |row| (row.ledger, row.id)),
        gaps: sorted(books.gaps.drain(), |row| (row.ledger, row.id)),
        objects: sorted(objects, |row| (row.ledger, row.id)),
        events: std::mem::take(&mut books.events_written),
        deliveries: sorted(books.deliveries.drain(), |row| (row.ledger, row.event, row.endpoint)),
        retries: std::mem::take(&mut books.retries),
        customers: sorted(books.customers.drain_kept(), |row| (row.ledger, row.id.clone())),
        outcomes: sorted(books.outcomes.drain(), |row| (row.ledger, row.key)),
        trail: std::mem::take(&mut books.trail),
        placings: std::mem::take(&mut books.placings),
        stored,
        renumberings: std::mem::take(&mut books.renumberings),
        closed_gaps: std::mem::take(&mut books.closed_gaps),
        ..Changes::default()
    };
    for ((ledger, prefix), _, owner) in books.prefixes.drain() {
        changes.prefixes.push((ledger, prefix, owner));
    }
    changes.prefixes.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    for (_, before, now) in books.numbers.drain() {
        match before {
            Some(_) => changes.changed_numbers.push(now),
            None => changes.new_numbers.push(now),
        }
    }
    changes.new_numbers.sort_by_key(|row| (row.ledger, row.position));
    changes.changed_numbers.sort_by_key(|row| (row.ledger, row.position));
    changes.events.sort_by_key(|row| (row.ledger, row.id));
    changes.trail.sort_by_key(|sealed| (sealed.entry.ledger, sealed.entry.index));
    changes.checkpoints = checkpoints(&changes.trail);
    books.settle_labels();
    // Answers about rows that are kept are kept with them.
    books.series_names.settle();
    books.ledger_series.settle();
    books.places.settle();
    books.forget_writes();
    changes
}

/// The places in these entries from which a trail can be verified.
pub(crate) fn checkpoints(trail: &[Sealed]) -> Vec<Checkpoint> {
    trail
        .iter()
        .filter(|sealed| (sealed.entry.index + 1).is_multiple_of(CHECKPOINT_EVERY))
        .map(|sealed| Checkpoint {
            ledger: sealed.entry.ledger,
            index: sealed.entry.index,
            hash: sealed.hash,
        })
        .collect()
}

fn ledgers(books: &mut Books, stored: &mut Stored) -> Vec<LedgerChange> {
    let mut rows = Vec::new();
    for (_, before, row) in books.ledgers.drain_kept() {
        if before.as_ref().is_some_and(|before| before.is_defined_as(&row)) {
            stored.definitions.insert(row.id);
        }
        rows.push(LedgerChange { row, expected: before.map(|row| row.head()) });
    }
    rows.sort_by_key(|change| change.row.id);
    rows
}

/// Those of whom something else is said than before.
fn users(books: &mut Books) -> Vec<UserRow> {
    let mut rows = Vec::new();
    for (_, before, now) in books.people.drain_kept() {
        let before = before.unwrap_or_default();
        rows.extend(now.into_iter().filter(|row| !before.contains(row)));
    }
    rows.sort_by_key(|row| (row.ledger, row.id));
    rows
}

/// The keys of rows that were there before.
fn known<K, V, S>(drained: &[(K, Option<V>, V)], key: impl Fn(&V) -> S) -> impl Iterator<Item = S> {
    drained.iter().filter(|(_, before, _)| before.is_some()).map(move |(.., now)| key(now))
}

fn sorted<K, V, S: Ord>(drained: Vec<(K, Option<V>, V)>, by: impl Fn(&V) -> S) -> Vec<V> {
    let mut rows: Vec<V> = drained.into_iter().map(|(_, _, now)| now).collect();
    rows.sort_by_key(by);
    rows
}
