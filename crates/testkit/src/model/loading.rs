//! Answering what a batch is missing.

use ledger::id::{KeyId, LedgerId};
use ledger::limits::LABELLED_MAX;
use ledger::model::{GapRow, Holder, NumberRow, ObjectRow, State};
use ledger::{Loaded, Misses};
use store::Irregular;

use super::rows::Rows;

pub(super) fn load(rows: &Rows, misses: &Misses) -> Loaded {
    let mut loaded = Loaded::default();
    load_heads(rows, misses, &mut loaded);
    load_series(rows, misses, &mut loaded);
    load_numbers(rows, misses, &mut loaded);
    let gaps = misses.gaps.iter().filter_map(|key| rows.gaps.get(key));
    loaded.gaps = gaps.cloned().collect();
    for key in &misses.gap_days {
        let dated = |row: &&GapRow| row.ledger == key.0 && key.1 <= row.date && row.date <= key.2;
        let found = rows.gaps.values().filter(dated);
        loaded.gap_days.extend(found.map(|row| (*key, row.clone())));
    }
    for key in &misses.irregular_days {
        let dated = |row: &&NumberRow| {
            let is_dated = key.1 <= row.date && row.date <= key.2;
            row.ledger == key.0 && is_dated && Irregular::of(row).is_some()
        };
        let found = rows.numbers.values().filter(dated);
        loaded.irregular_days.extend(found.map(|row| (*key, row.clone())));
    }
    let customers = misses.customers.iter().filter_map(|key| rows.customers.get(key));
    loaded.customers = customers.cloned().collect();
    let prefixes = misses.prefixes.iter().filter_map(|key| rows.prefixes.get_key_value(key));
    loaded.prefixes = prefixes.map(|(key, owner)| (key.clone(), owner.clone())).collect();
    load_documents(rows, misses, &mut loaded);
    let outcomes = misses.outcomes.iter().filter_map(|key| rows.outcomes.get(key));
    loaded.outcomes = outcomes.cloned().collect();
    loaded
}

fn load_documents(rows: &Rows, misses: &Misses, loaded: &mut Loaded) {
    let objects = misses.objects.iter().filter_map(|key| rows.objects.get(key));
    loaded.objects = objects.cloned().collect();
    for key in &misses.labels {
        let of = |row: &&ObjectRow| {
            (row.ledger, row.kind()) == (key.0, key.1)
                && !row.deleted
                && row.keys().label.as_deref() == Some(key.2.as_str())
        };
        let found = rows.objects.values().filter(of).take(LABELLED_MAX);
        loaded.labels.extend(found.map(|row| (key.clone(), row.id)));
    }
    let events = misses.events.iter().filter_map(|key| rows.events.get(key));
    loaded.events = events.cloned().collect();
    let deliveries = misses.deliveries.iter().filter_map(|key| rows.deliveries.get(key));
    loaded.deliveries = deliveries.cloned().collect();
}

fn load_heads(rows: &Rows, misses: &Misses, loaded: &mut Loaded) {
    let ledgers = misses.ledgers.iter().filter_map(|id| rows.ledgers.get(id));
    loaded.ledgers = ledgers.cloned().collect();
    let of_ledger =
        |&(ledger, id): &(LedgerId, KeyId)| rows.keys.get(&id).filter(|row| row.ledger == ledger);
    let keys = misses.keys.iter().filter_map(of_ledger);
    loaded.keys = keys.cloned().collect();
    let people = rows.people.values().filter(|row| misses.people.contains(&row.ledger));
    loaded.people = people.cloned().collect();
    for key in &misses.accounts {
        let of = |row: &&ledger::model::LedgerRow| (&row.account, row.mode) == (&key.0, key.1);
        let found = rows.ledgers.values().find(of);
        loaded.accounts.extend(found.map(|row| (key.clone(), row.id)));
    }
}

fn load_series(rows: &Rows, misses: &Misses, loaded: &mut Loaded) {
    let series = misses.series.iter().filter_map(|key| rows.series.get(key));
    loaded.series = series.cloned().collect();
    for key in &misses.series_names {
        let found = rows.series.values().find(|row| (row.ledger, &row.name) == (key.0, &key.1));
        loaded.series_names.extend(found.map(|row| (key.clone(), row.id)));
    }
    let of_ledger = |row: &&ledger::model::SeriesRow| misses.ledger_series.contains(&row.ledger);
    loaded.ledger_series = rows.series.values().filter(of_ledger).cloned().collect();
    for key in &misses.sequences {
        loaded.sequences.extend(rows.sequences.values().find(|row| row.key() == *key).cloned());
    }
    for key in &misses.places {
        loaded.places.extend(rows.sequences.get(key).map(|row| (*key, row.key())));
    }
}

fn load_numbers(rows: &Rows, misses: &Misses, loaded: &mut Loaded) {
    let numbers = misses.numbers.iter().filter_map(|key| rows.numbers.get(key));
    loaded.numbers = numbers.cloned().collect();
    for key in &misses.references {
        let (ledger, kind, reference) = key;
        let of = |row: &&NumberRow| {
            (&row.ledger, &row.kind, row.reference.as_ref()) == (ledger, kind, Some(reference))
        };
        let newest = rows.numbers.values().filter(of).map(|row| row.position).max();
        loaded.references.extend(newest.map(|position| (key.clone(), position)));
    }
    for key in &misses.texts {
        let of = |row: &&NumberRow| {
            row.ledger == key.0
                && row.state != State::Occupied
                && NumberRow::slug_key(&row.text) == key.1
        };
        loaded.texts.extend(rows.numbers.values().filter(of).map(|row| {
            let holder =
                Holder { position: row.position, text: row.text.clone(), slug_rank: row.slug_rank };
            (key.clone(), holder)
        }));
    }
}
