//! Commands one behind the other, on a database that stays as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::books::{Changes, Loaded, Misses};
use crate::command::ApplyImport;
use crate::id::{LedgerId, Position};
use crate::job::Placing;
use crate::job::import::CheckedImport;
use crate::model::{DeliveryRow, Holder, Kind, NumberRow, ObjectRow, SeriesRow, State};

/// What commands would have written, which those behind them find.
///
/// ```
/// use ledger::rehearsal::Rehearsal;
/// use ledger::{Batch, Loaded};
///
/// let mut rehearsal = Rehearsal::default();
/// let decided = Batch::new(Vec::new()).run(|misses| {
///     let mut found = Loaded::default(); // or what the database has
///     rehearsal.answer(misses, &mut found);
///     Ok::<_, std::convert::Infallible>(found)
/// });
/// rehearsal.note(decided?.changes);
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Debug, Default)]
pub struct Rehearsal {
    /// What was written, the newest last.
    written: Changes,
    lists: Vec<(Arc<CheckedImport>, Placing)>,
}

impl Rehearsal {
    /// Takes what a batch would have written.
    pub fn note(&mut self, changes: Changes) {
        let written = &mut self.written;
        written.ledgers.extend(changes.ledgers);
        written.keys.extend(changes.keys);
        written.users.extend(changes.users);
        written.series.extend(changes.series);
        written.sequences.extend(changes.sequences);
        written.new_numbers.extend(changes.new_numbers);
        written.changed_numbers.extend(changes.changed_numbers);
        written.gaps.extend(changes.gaps);
        written.customers.extend(changes.customers);
        written.prefixes.extend(changes.prefixes);
        written.objects.extend(changes.objects);
        written.events.extend(changes.events);
        written.deliveries.extend(changes.deliveries);
        written.outcomes.extend(changes.outcomes);
        written.trail.extend(changes.trail);
        written.trail_lines.extend(changes.trail_lines);
        written.checkpoints.extend(changes.checkpoints);
        written.placings.extend(changes.placings);
        written.renumberings.extend(changes.renumberings);
        written.closed_gaps.extend(changes.closed_gaps);
        written.formers.extend(changes.formers);
    }

    /// Takes what an import would have written; its rows need not be staged.
    pub fn note_import(&mut self, changes: Changes, apply: &ApplyImport) {
        let placings = changes.placings.iter().map(|placing| (apply.checked.clone(), *placing));
        self.lists.extend(placings);
        self.note(changes);
    }

    /// Everything that was written so far, but for the rows of imports.
    pub fn written(&self) -> &Changes {
        &self.written
    }

    /// Adds to what a database found whatever it would find besides, and takes away what it would
    /// not find any more.
    pub fn answer(&self, misses: &Misses, found: &mut Loaded) {
        self.answer_heads(misses, found);
        self.answer_series(misses, found);
        self.answer_numbers(misses, found);
        self.answer_objects(misses, found);
        let written = &self.written;
        let gaps = written.gaps.iter().filter(|row| misses.gaps.contains(&(row.ledger, row.id)));
        found.gaps.extend(gaps.cloned());
        for key in &misses.gap_days {
            let mut gaps = std::collections::BTreeMap::new();
            for row in written.gaps.iter().filter(|row| row.ledger == key.0) {
                gaps.insert(row.id, row);
            }
            let dated = |row: &&&crate::model::GapRow| key.1 <= row.date && row.date <= key.2;
            let dated = gaps.values().filter(dated);
            found.gap_days.extend(dated.map(|row| (*key, (*row).clone())));
        }
        for key in &misses.irregular_days {
            let numbers = self.irregular(key.0).into_values();
            let dated = numbers.filter(|row| key.1 <= row.date && row.date <= key.2);
            found.irregular_days.extend(dated.map(|row| (*key, row)));
        }
        for key in &misses.customers {
            let of = |row: &&crate::model::CustomerRow| (&row.ledger, &row.id) == (&key.0, &key.1);
            found.customers.extend(written.customers.iter().rfind(of).cloned());
        }
        for key in &misses.prefixes {
            let mut of = written.prefixes.iter().filter(|row| (row.0, &row.1) == (key.0, &key.1));
            found.prefixes.extend(of.next_back().map(|row| (key.clone(), row.2.clone())));
        }
        for key in &misses.outcomes {
            let of = |row: &&crate::model::OutcomeRow| (row.ledger, row.key) == *key;
            found.outcomes.extend(written.outcomes.iter().rfind(of).cloned());
        }
    }

    fn answer_heads(&self, misses: &Misses, found: &mut Loaded) {
        for change in &self.written.ledgers {
            let row = &change.row;
            if misses.ledgers.contains(&row.id) {
                found.ledgers.retain(|stored| stored.id != row.id);
                found.ledgers.push(row.clone());
            }
            let key = (row.account.clone(), row.mode);
            if misses.accounts.contains(&key) {
                found.accounts.push((key, row.id));
            }
        }
        let asked = |row: &&crate::model::KeyRow| misses.keys.contains(&(row.ledger, row.id));
        found.keys.extend(self.written.keys.iter().filter(asked).cloned());
        for row in self.written.users.iter().filter(|row| misses.people.contains(&row.ledger)) {
            found.people.retain(|of| (of.ledger, of.id) != (row.ledger, row.id));
            found.people.push(row.clone());
        }
    }

    fn answer_series(&self, misses: &Misses, found: &mut Loaded) {
        for row in &self.written.series {
            if misses.series.contains(&(row.ledger, row.id)) {
                found.series.push(SeriesRow::clone(row));
            }
            // A name that was given up leads nowhere.
            found
                .series_names
                .retain(|(key, id)| (key.0, *id) != (row.ledger, row.id) || key.1 == row.name);
            let name = (row.ledger, row.name.clone());
            if misses.series_names.contains(&name) {
                found.series_names.push((name, row.id));
            }
            if misses.ledger_series.contains(&row.ledger) {
                let is_other = |of: &SeriesRow| (of.ledger, of.id) != (row.ledger, row.id);
                found.ledger_series.retain(is_other);
                found.ledger_series.push(SeriesRow::clone(row));
            }
        }
        found.ledger_series.sort_by_key(|row| (row.ledger, row.id));
        for row in &self.written.sequences {
            if misses.sequences.contains(&row.key()) {
                found.sequences.push(row.clone());
            }
            if misses.places.contains(&(row.ledger, row.id)) {
                found.places.push(((row.ledger, row.id), row.key()));
            }
        }
    }

    fn answer_objects(&self, misses: &Misses, found: &mut Loaded) {
        let written = &self.written;
        for key in &misses.objects {
            let mut of = written.objects.iter().filter(|row| (row.ledger, row.id) == *key);
            found.objects.extend(of.next_back().map(|row| ObjectRow::clone(row)));
        }
        let newest: BTreeMap<_, _> =
            written.objects.iter().map(|row| ((row.ledger, row.id), row)).collect();
        for key in &misses.labels {
            // Whatever was written has the labels that it has now, and no others.
            found.labels.retain(|(of, id)| of != key || !newest.contains_key(&(key.0, *id)));
            let has = |row: &&&Arc<ObjectRow>| {
                let label = row.keys().label.filter(|_| !row.deleted);
                (row.ledger, row.kind(), label.as_ref()) == (key.0, key.1, Some(&key.2))
            };
            let ids = newest.values().filter(has).map(|row| (key.clone(), row.id));
            found.labels.extend(ids);
        }
        found.labels.sort_by_key(|(_, id)| *id);
        let events = written.events.iter();
        let asked = events.filter(|row| misses.events.contains(&(row.ledger, row.id)));
        found.events.extend(asked.cloned());
        for key in &misses.deliveries {
            let of = |row: &&DeliveryRow| (row.ledger, row.event, row.endpoint) == *key;
            found.deliveries.extend(written.deliveries.iter().rfind(of).cloned());
        }
    }

    fn answer_numbers(&self, misses: &Misses, found: &mut Loaded) {
        for key in &misses.numbers {
            found.numbers.extend(self.number(*key));
        }
        for key in &misses.references {
            let newest = self.with_reference(key).max();
            found.references.extend(newest.map(|position| (key.clone(), position)));
        }
        for key in &misses.texts {
            let holders = self.with_slug(key).map(|holder| (key.clone(), holder));
            found.texts.extend(holders);
        }
    }

    /// The numbers of a ledger that are void or held by drafts.
    fn irregular(&self, ledger: LedgerId) -> std::collections::BTreeMap<Position, NumberRow> {
        let written = self.written.new_numbers.iter().chain(&self.written.changed_numbers);
        let mut rows = std::collections::BTreeMap::new();
        for row in written.filter(|row| row.ledger == ledger) {
            rows.insert(row.position, row.clone());
        }
        rows.retain(|_, row| row.draft || row.state == crate::model::State::Void);
        rows
    }

    fn number(&self, (ledger, position): (LedgerId, Position)) -> Option<NumberRow> {
        let of = |row: &&NumberRow| (row.ledger, row.position) == (ledger, position);
        let changed = self.written.changed_numbers.iter().rfind(of);
        if let Some(row) = changed.or_else(|| self.written.new_numbers.iter().find(of)) {
            return Some(row.clone());
        }
        let lists = self.lists.iter().filter(|(_, placing)| placing.ledger == ledger);
        lists.into_iter().find_map(|(list, placing)| {
            let place = position.0.checked_sub(placing.position + 1)?;
            Some(list.staged(usize::try_from(place).ok()?)?.placed(placing))
        })
    }

    fn with_reference<'a>(
        &'a self,
        key: &'a (LedgerId, Kind, String),
    ) -> impl Iterator<Item = Position> + 'a {
        let (ledger, kind, reference) = key;
        let of = move |row: &&NumberRow| {
            (&row.ledger, &row.kind, row.reference.as_ref()) == (ledger, kind, Some(reference))
        };
        let given = self.written.new_numbers.iter().filter(of).map(|row| row.position);
        let lists = self.lists.iter().filter(|(_, placing)| placing.ledger == *ledger);
        given.chain(lists.flat_map(move |(list, placing)| {
            let places = list.with_reference(kind, reference);
            places.map(|(place, _)| placing.position_of(place as u64))
        }))
    }

    fn with_slug<'a>(&'a self, key: &'a (LedgerId, String)) -> impl Iterator<Item = Holder> + 'a {
        let (ledger, slug_key) = key;
        let of = move |row: &&NumberRow| {
            row.ledger == *ledger
                && row.state != State::Occupied
                && NumberRow::slug_key(&row.text) == *slug_key
        };
        let given = self.written.new_numbers.iter().filter(of).map(|row| {
            let (position, text) = (row.position, row.text.clone());
            Holder { position, text, slug_rank: row.slug_rank }
        });
        let lists = self.lists.iter().filter(|(_, placing)| placing.ledger == *ledger);
        given.chain(lists.flat_map(move |(list, placing)| {
            list.with_slug(slug_key).map(|(place, line)| Holder {
                position: placing.position_of(place as u64),
                text: line.text.clone(),
                slug_rank: list.rank(place),
            })
        }))
    }
}
