//! What a batch asks a store for, and what the store answers.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Books, Table};
use crate::id::{
    AccountId, CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId,
};
use crate::model::{
    CustomerRow, DeliveryRow, EventRow, GapRow, Holder, IdempotencyKey, KeyRow, Kind, LedgerRow,
    Mode, NumberRow, ObjectKind, ObjectRow, OutcomeRow, PrefixOwner, SequenceKey, SequenceRow,
    SeriesRow, UserRow,
};

/// Keys of rows that are not loaded, each once. The fields are those of [`Books`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the table of that name in `Books`")]
pub struct Misses {
    pub ledgers: Vec<LedgerId>,
    pub accounts: Vec<(AccountId, Mode)>,
    pub keys: Vec<(LedgerId, KeyId)>,
    pub people: Vec<LedgerId>,
    pub series: Vec<(LedgerId, SeriesId)>,
    pub series_names: Vec<(LedgerId, String)>,
    pub ledger_series: Vec<LedgerId>,
    pub sequences: Vec<SequenceKey>,
    pub places: Vec<(LedgerId, SequenceId)>,
    pub numbers: Vec<(LedgerId, Position)>,
    pub references: Vec<(LedgerId, Kind, String)>,
    /// The text is a slug key: stored beside each number, see [`NumberRow::slug_key`].
    pub texts: Vec<(LedgerId, String)>,
    pub gaps: Vec<(LedgerId, GapId)>,
    /// The ledger, the first and the last day.
    pub gap_days: Vec<(LedgerId, Date, Date)>,
    /// The same.
    pub irregular_days: Vec<(LedgerId, Date, Date)>,
    pub customers: Vec<(LedgerId, CustomerId)>,
    pub prefixes: Vec<(LedgerId, String)>,
    pub objects: Vec<(LedgerId, ObjectId)>,
    /// The label is what [`crate::model::ObjectKeys::label`] says.
    pub labels: Vec<(LedgerId, ObjectKind, String)>,
    pub events: Vec<(LedgerId, ObjectId)>,
    /// The ledger, the event, the endpoint.
    pub deliveries: Vec<(LedgerId, ObjectId, ObjectId)>,
    pub outcomes: Vec<(LedgerId, IdempotencyKey)>,
}

/// Rows that a store found for [`Misses`], in any order. What is asked for and not in here does
/// not exist.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each field is the table of that name in `Books`")]
pub struct Loaded {
    pub ledgers: Vec<LedgerRow>,
    pub accounts: Vec<((AccountId, Mode), LedgerId)>,
    pub keys: Vec<KeyRow>,
    /// All people of the ledgers asked for.
    pub people: Vec<UserRow>,
    pub series: Vec<SeriesRow>,
    pub series_names: Vec<((LedgerId, String), SeriesId)>,
    /// All series of the ledgers asked for, in the order of their ids.
    pub ledger_series: Vec<SeriesRow>,
    pub sequences: Vec<SequenceRow>,
    pub places: Vec<((LedgerId, SequenceId), SequenceKey)>,
    /// With the hash of the trail entry in the receipt.
    pub numbers: Vec<NumberRow>,
    /// The newest (highest) position for each reference.
    pub references: Vec<((LedgerId, Kind, String), Position)>,
    /// One pair for each number with that slug key; numbers that are occupied are left out.
    pub texts: Vec<((LedgerId, String), Holder)>,
    pub gaps: Vec<GapRow>,
    /// One pair for each gap dated so, but for those behind the first of them that are one more
    /// than [`crate::limits::STATEMENT_ROWS_MAX`].
    pub gap_days: Vec<((LedgerId, Date, Date), GapRow)>,
    /// The same for numbers that are void or held by drafts, each of both for itself.
    pub irregular_days: Vec<((LedgerId, Date, Date), NumberRow)>,
    pub customers: Vec<CustomerRow>,
    pub prefixes: Vec<((LedgerId, String), PrefixOwner)>,
    /// Deleted ones too.
    pub objects: Vec<ObjectRow>,
    /// One pair for each object with that label, by ascending id; deleted ones are left out, and
    /// so are those behind the first 1,000 of a label.
    pub labels: Vec<((LedgerId, ObjectKind, String), ObjectId)>,
    pub events: Vec<EventRow>,
    pub deliveries: Vec<DeliveryRow>,
    pub outcomes: Vec<OutcomeRow>,
}

impl Misses {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Misses::default()
    }
}

impl Books {
    /// Takes what the store found; the rest of what was asked for does not exist.
    pub fn fill(&mut self, asked: Misses, found: Loaded) {
        let series_key = |row: &SeriesRow| (row.ledger, row.id);
        fill(&mut self.ledgers, asked.ledgers, found.ledgers, |row| row.id);
        fill_pairs(&mut self.accounts, asked.accounts, found.accounts);
        fill(&mut self.keys, asked.keys, found.keys, |row| (row.ledger, row.id));
        let people = found.people.into_iter().map(|row| (row.ledger, row));
        fill_groups(&mut self.people, asked.people, people.collect());
        let series = found.series.into_iter().map(|row| (series_key(&row), Arc::new(row)));
        fill_pairs(&mut self.series, asked.series, series.collect());
        fill_pairs(&mut self.series_names, asked.series_names, found.series_names);
        let all = found.ledger_series.into_iter().map(|row| (row.ledger, Arc::new(row)));
        fill_groups(&mut self.ledger_series, asked.ledger_series, all.collect());
        fill(&mut self.sequences, asked.sequences, found.sequences, SequenceRow::key);
        fill_pairs(&mut self.places, asked.places, found.places);
        let number_key = |row: &NumberRow| (row.ledger, row.position);
        fill(&mut self.numbers, asked.numbers, found.numbers, number_key);
        fill_pairs(&mut self.references, asked.references, found.references);
        fill_groups(&mut self.texts, asked.texts, found.texts);
        fill(&mut self.gaps, asked.gaps, found.gaps, |row| (row.ledger, row.id));
        fill_groups(&mut self.gap_days, asked.gap_days, found.gap_days);
        fill_groups(&mut self.irregular_days, asked.irregular_days, found.irregular_days);
        let customer_key = |row: &CustomerRow| (row.ledger, row.id.clone());
        fill(&mut self.customers, asked.customers, found.customers, customer_key);
        fill_pairs(&mut self.prefixes, asked.prefixes, found.prefixes);
        let objects = found.objects.into_iter().map(|row| ((row.ledger, row.id), Arc::new(row)));
        fill_pairs(&mut self.objects, asked.objects, objects.collect());
        fill_groups(&mut self.labels, asked.labels, found.labels);
        let events = found.events.into_iter().map(|row| ((row.ledger, row.id), Arc::new(row)));
        fill_pairs(&mut self.events, asked.events, events.collect());
        let delivery_key = |row: &DeliveryRow| (row.ledger, row.event, row.endpoint);
        fill(&mut self.deliveries, asked.deliveries, found.deliveries, delivery_key);
        fill(&mut self.outcomes, asked.outcomes, found.outcomes, |row| (row.ledger, row.key));
    }
}

fn fill<K: Clone + Eq + Hash, V: Clone>(
    table: &mut Table<K, V>,
    asked: Vec<K>,
    found: Vec<V>,
    key: impl Fn(&V) -> K,
) {
    fill_pairs(table, asked, found.into_iter().map(|row| (key(&row), row)).collect());
}

fn fill_pairs<K: Clone + Eq + Hash, V: Clone>(
    table: &mut Table<K, V>,
    asked: Vec<K>,
    found: Vec<(K, V)>,
) {
    for key in asked {
        table.fill(key, None);
    }
    for (key, value) in found {
        table.fill(key, Some(value));
    }
}

/// For questions whose answer is a list: no rows is an empty list, not nothing.
fn fill_groups<K: Clone + Eq + Hash, V: Clone>(
    table: &mut Table<K, Vec<V>>,
    asked: Vec<K>,
    found: Vec<(K, V)>,
) {
    let mut groups: HashMap<K, Vec<V>> = asked.into_iter().map(|key| (key, Vec::new())).collect();
    for (key, value) in found {
        groups.entry(key).or_default().push(value);
    }
    for (key, values) in groups {
        table.fill(key, Some(values));
    }
}
