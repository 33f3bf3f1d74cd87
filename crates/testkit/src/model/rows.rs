//! The tables, and what a commit does to them.

use std::collections::{BTreeMap, BTreeSet};

use ledger::Changes;
use ledger::books::{Checkpoint, TrailLine};
use ledger::id::{
    CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId, UserId,
};
use ledger::job::{JobId, StagedChange, StagedNumber, StagedPart};
use ledger::model::{
    At, CustomerRow, DeliveryRow, DeliveryState, EventRow, FormerRow, GapRow, Head, IdempotencyKey,
    KeyRow, LedgerRow, NumberRow, ObjectRow, OutcomeRow, PrefixOwner, SequenceRow, SeriesRow,
    SessionRow, State, TokenHash, UserRow,
};
use ledger::trail::Sealed;
use store::StoreError;

#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) ledgers: BTreeMap<LedgerId, LedgerRow>,
    pub(super) keys: BTreeMap<KeyId, KeyRow>,
    pub(super) people: BTreeMap<(LedgerId, UserId), UserRow>,
    pub(super) sessions: BTreeMap<TokenHash, SessionRow>,
    pub(super) series: BTreeMap<(LedgerId, SeriesId), SeriesRow>,
    pub(super) sequences: BTreeMap<(LedgerId, SequenceId), SequenceRow>,
    pub(super) numbers: BTreeMap<(LedgerId, Position), NumberRow>,
    pub(super) gaps: BTreeMap<(LedgerId, GapId), GapRow>,
    pub(super) customers: BTreeMap<(LedgerId, CustomerId), CustomerRow>,
    pub(super) prefixes: BTreeMap<(LedgerId, String), PrefixOwner>,
    pub(super) objects: BTreeMap<(LedgerId, ObjectId), ObjectRow>,
    pub(super) events: BTreeMap<(LedgerId, ObjectId), EventRow>,
    /// By ledger, event and endpoint.
    pub(super) deliveries: BTreeMap<(LedgerId, ObjectId, ObjectId), DeliveryRow>,
    pub(super) outcomes: BTreeMap<(LedgerId, IdempotencyKey), OutcomeRow>,
    pub(super) trail: BTreeMap<(LedgerId, u64), Sealed>,
    pub(super) lines: BTreeMap<(LedgerId, u64, u64), Vec<u8>>,
    pub(super) checkpoints: BTreeMap<(LedgerId, u64), Checkpoint>,
    pub(super) jobs: BTreeMap<(LedgerId, JobId), At>,
    pub(super) staged: BTreeMap<(LedgerId, JobId, u64), StagedNumber>,
    pub(super) staged_changes: BTreeMap<(LedgerId, JobId, u64), StagedChange>,
    /// By position and entry.
    pub(super) formers: BTreeMap<(LedgerId, Position, u64), FormerRow>,
}

impl Rows {
    /// Writes a batch, or nothing.
    pub(super) fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        if !changes.placings.is_empty() {
            let whole = self.placed(changes)?;
            return self.commit(&whole);
        }
        if !changes.renumberings.is_empty() {
            let whole = self.renumbered(changes)?;
            return self.commit(&whole);
        }
        self.check_heads(changes)?;
        self.check_new(changes)?;
        self.check_places(changes)?;
        self.check_unique(changes)?;
        self.write(changes);
        Ok(())
    }

    /// Stages a part, or nothing.
    pub(super) fn stage(&mut self, part: &StagedPart) -> Result<(), StoreError> {
        let key = |number: &StagedNumber| (part.ledger, part.job, number.place);
        if part.numbers.iter().any(|number| self.staged.contains_key(&key(number))) {
            return conflict("a place is staged already".to_owned());
        }
        let change_key = |change: &StagedChange| (part.ledger, part.job, change.place);
        if part.changes.iter().any(|one| self.staged_changes.contains_key(&change_key(one))) {
            return conflict("a place is staged already".to_owned());
        }
        self.jobs.insert((part.ledger, part.job), part.at);
        let changes = part.changes.iter().map(|change| (change_key(change), change.clone()));
        self.staged_changes.extend(changes);
        let staged = part.numbers.iter().map(|number| (key(number), number.clone()));
        self.staged.extend(staged);
        Ok(())
    }

    /// Deletes what a job staged, up to a number of rows.
    pub(super) fn unstage(&mut self, ledger: LedgerId, job: JobId, limit: u32) -> u32 {
        let of_job = self.staged.range((ledger, job, 0)..=(ledger, job, u64::MAX));
        let keys: Vec<_> = of_job.take(limit as usize).map(|(key, _)| *key).collect();
        for key in &keys {
            self.staged.remove(key);
        }
        let left = limit as usize - keys.len();
        let of_job = self.staged_changes.range((ledger, job, 0)..=(ledger, job, u64::MAX));
        let others: Vec<_> = of_job.take(left).map(|(key, _)| *key).collect();
        for key in &others {
            self.staged_changes.remove(key);
        }
        let deleted = (keys.len() + others.len()) as u32;
        if deleted < limit {
            self.jobs.remove(&(ledger, job));
        }
        deleted
    }

    /// A batch with the staged changes that it makes as rows of its own.
    fn renumbered(&self, changes: &Changes) -> Result<Changes, StoreError> {
        let mut whole = Changes { renumberings: Vec::new(), ..changes.clone() };
        for renumbering in &changes.renumberings {
            let (ledger, job, index) = (renumbering.ledger, renumbering.job, renumbering.index);
            let of_job = self.staged_changes.range((ledger, job, 0)..=(ledger, job, u64::MAX));
            let before = whole.formers.len();
            for (_, StagedChange { place, date, line }) in of_job {
                let row = self.numbers.get(&(ledger, line.position)).filter(|row| {
                    let is = (row.ordinal, &row.text, row.slug_rank, row.date);
                    is == (line.from.ordinal, &line.from.text, line.from.slug_rank, *date)
                        && matches!(row.state, State::Held | State::Void)
                });
                let Some(row) = row else { continue };
                whole.changed_numbers.push(NumberRow {
                    ordinal: line.to.ordinal,
                    text: line.to.text.clone(),
                    slug_rank: line.to.slug_rank,
                    ..row.clone()
                });
                let (position, text, at) = (row.position, row.text.clone(), renumbering.at);
                whole.formers.push(FormerRow { ledger, position, index, text, at });
                let bytes = line.to_bytes();
                whole.trail_lines.push(TrailLine { ledger, index, line: *place, bytes });
            }
            let changed = whole.formers.len() - before;
            if changed as u64 != renumbering.count {
                let what = format!("{changed} of {} numbers are as they were", renumbering.count);
                return Err(StoreError::Conflict(what));
            }
        }
        Ok(whole)
    }

    /// A batch with the staged rows that it places as rows of its own.
    fn placed(&self, changes: &Changes) -> Result<Changes, StoreError> {
        let mut whole = Changes { placings: Vec::new(), ..changes.clone() };
        for placing in &changes.placings {
            let (ledger, job) = (placing.ledger, placing.job);
            let of_job = self.staged.range((ledger, job, 0)..=(ledger, job, u64::MAX));
            let staged: Vec<&StagedNumber> = of_job.map(|(_, number)| number).collect();
            if staged.len() as u64 != placing.count {
                let what = format!("{} of {} numbers are staged", staged.len(), placing.count);
                return Err(StoreError::Conflict(what));
            }
            whole.trail_lines.extend(staged.iter().map(|number| number.line(placing)));
            let rows = staged.into_iter().map(|number| number.clone().placed(placing));
            whole.new_numbers.extend(rows);
        }
        Ok(whole)
    }

    /// Refuses a ledger that is there.
    pub(super) fn refuse_head(&self, ledger: LedgerId) -> Result<(), StoreError> {
        match self.ledgers.contains_key(&ledger) {
            true => conflict(format!("ledger {ledger} is there already")),
            false => Ok(()),
        }
    }

    /// Removes every row of a ledger.
    pub(super) fn discard(&mut self, ledger: LedgerId) {
        self.series.retain(|key, _| key.0 != ledger);
        self.sequences.retain(|key, _| key.0 != ledger);
        self.numbers.retain(|key, _| key.0 != ledger);
        self.gaps.retain(|key, _| key.0 != ledger);
        self.customers.retain(|key, _| key.0 != ledger);
        self.prefixes.retain(|key, _| key.0 != ledger);
        self.objects.retain(|key, _| key.0 != ledger);
        self.events.retain(|key, _| key.0 != ledger);
        self.deliveries.retain(|key, _| key.0 != ledger);
        self.outcomes.retain(|key, _| key.0 != ledger);
        self.trail.retain(|key, _| key.0 != ledger);
        self.lines.retain(|key, _| key.0 != ledger);
        self.checkpoints.retain(|key, _| key.0 != ledger);
        self.staged.retain(|key, _| key.0 != ledger);
        self.staged_changes.retain(|key, _| key.0 != ledger);
        self.formers.retain(|key, _| key.0 != ledger);
        self.jobs.retain(|key, _| key.0 != ledger);
    }

    fn check_heads(&self, changes: &Changes) -> Result<(), StoreError> {
        for change in &changes.ledgers {
            let stored = self.ledgers.get(&change.row.id);
            if stored.map(LedgerRow::head) != change.expected {
                return conflict(format!("the head of ledger {} has moved", change.row.id));
            }
        }
        Ok(())
    }

    fn check_new(&self, changes: &Changes) -> Result<(), StoreError> {
        for row in &changes.new_numbers {
            if self.numbers.contains_key(&(row.ledger, row.position)) {
                return conflict(format!("position {} is there", row.position.0));
            }
        }
        for row in &changes.changed_numbers {
            if !self.numbers.contains_key(&(row.ledger, row.position)) {
                return conflict(format!("position {} is not there", row.position.0));
            }
        }
        for sealed in &changes.trail {
            if self.trail.contains_key(&(sealed.entry.ledger, sealed.entry.index)) {
                return conflict(format!("trail entry {} is there", sealed.entry.index));
            }
        }
        for line in &changes.trail_lines {
            if self.lines.contains_key(&(line.ledger, line.index, line.line)) {
                return conflict(format!("line {} of entry {} is there", line.line, line.index));
            }
        }
        for row in &changes.objects {
            let gives_way = |stored: &ObjectRow| {
                (stored.kind(), stored.created) == (row.kind(), row.created)
                    && stored.revision < row.revision
            };
            if !self.objects.get(&(row.ledger, row.id)).is_none_or(gives_way) {
                return conflict(format!("object {} is there", row.id.0));
            }
        }
        for row in &changes.events {
            if self.events.contains_key(&(row.ledger, row.id)) {
                return conflict(format!("event {} is there", row.id.0));
            }
        }
        for (ledger, prefix, _) in &changes.prefixes {
            if self.prefixes.contains_key(&(*ledger, prefix.clone())) {
                return conflict(format!("the prefix {prefix} is taken"));
            }
        }
        Ok(())
    }

    /// Numbers and gaps are in a sequence.
    fn check_places(&self, changes: &Changes) -> Result<(), StoreError> {
        let numbers = changes.new_numbers.iter().map(|row| (row.ledger, row.sequence));
        let gaps = changes.gaps.iter().map(|row| (row.ledger, row.sequence));
        let opened: BTreeSet<_> =
            changes.sequences.iter().map(|row| (row.ledger, row.id)).collect();
        for row in &changes.sequences {
            let stored = self.sequences.get(&(row.ledger, row.id));
            if stored.is_some_and(|stored| stored.key() != row.key()) {
                return conflict(format!("sequence {} counts something else", row.id.0));
            }
        }
        for place in numbers.chain(gaps) {
            if !self.sequences.contains_key(&place) && !opened.contains(&place) {
                return conflict(format!("sequence {} is not there", place.1.0));
            }
        }
        Ok(())
    }

    /// What an index of a database would refuse.
    fn check_unique(&self, changes: &Changes) -> Result<(), StoreError> {
        let ordinal = |row: &NumberRow| {
            // One that no document has any more gives way.
            let blank = if row.state == State::Blank { row.position.0 } else { 0 };
            (row.ledger, row.sequence, row.ordinal, blank)
        };
        let written = changes.new_numbers.iter().chain(&changes.changed_numbers);
        let ordinals = written.map(|row| (row.position, ordinal(row)));
        unique("ordinal", self.numbers.values().map(|row| (row.position, ordinal(row))), ordinals)?;
        let counted = |row: &SequenceRow| (row.id, row.key());
        let sequences = changes.sequences.iter().map(counted);
        unique("sequence", self.sequences.values().map(counted), sequences)?;
        let named = |row: &SeriesRow| ((row.ledger, row.id), (row.ledger, row.name.clone()));
        let series = changes.series.iter().map(|row| named(row));
        unique("name of a series", self.series.values().map(named), series)?;
        let owned = |row: &LedgerRow| (row.id, (row.account.clone(), row.mode));
        let ledgers = changes.ledgers.iter().map(|change| owned(&change.row));
        unique("account and mode", self.ledgers.values().map(owned), ledgers)?;
        let called = |row: &UserRow| ((row.ledger, row.id), (row.ledger, row.email.clone()));
        let people = changes.users.iter().map(called);
        unique("e-mail address", self.people.values().map(called), people)?;
        let secret = |row: &KeyRow| (row.id, row.hash);
        unique("secret", self.keys.values().map(secret), changes.keys.iter().map(secret))
    }

    fn write(&mut self, changes: &Changes) {
        for change in &changes.ledgers {
            self.ledgers.insert(change.row.id, change.row.clone());
        }
        self.keys.extend(changes.keys.iter().map(|row| (row.id, row.clone())));
        let people = changes.users.iter().map(|row| ((row.ledger, row.id), row.clone()));
        self.people.extend(people);
        for row in &changes.series {
            self.series.insert((row.ledger, row.id), SeriesRow::clone(row));
        }
        for row in &changes.sequences {
            self.sequences.insert((row.ledger, row.id), row.clone());
        }
        for row in changes.new_numbers.iter().chain(&changes.changed_numbers) {
            self.numbers.insert((row.ledger, row.position), row.clone());
        }
        for key in &changes.closed_gaps {
            self.gaps.remove(key);
        }
        for row in &changes.formers {
            self.formers.insert((row.ledger, row.position, row.index), row.clone());
        }
        for row in &changes.gaps {
            self.gaps.insert((row.ledger, row.id), row.clone());
        }
        for row in &changes.customers {
            self.customers.insert((row.ledger, row.id.clone()), row.clone());
        }
        for (ledger, prefix, owner) in &changes.prefixes {
            self.prefixes.insert((*ledger, prefix.clone()), owner.clone());
        }
        self.write_documents(changes);
        for row in &changes.outcomes {
            self.outcomes.insert((row.ledger, row.key), row.clone());
        }
        for sealed in &changes.trail {
            self.trail.insert((sealed.entry.ledger, sealed.entry.index), sealed.clone());
        }
        for line in &changes.trail_lines {
            self.lines.insert((line.ledger, line.index, line.line), line.bytes.clone());
        }
        for checkpoint in &changes.checkpoints {
            self.checkpoints.insert((checkpoint.ledger, checkpoint.index), *checkpoint);
        }
    }
}

/// The outbox, and what documents leave.
impl Rows {
    fn write_documents(&mut self, changes: &Changes) {
        for row in &changes.objects {
            self.objects.insert((row.ledger, row.id), ObjectRow::clone(row));
        }
        self.events.extend(changes.events.iter().map(|row| ((row.ledger, row.id), row.clone())));
        for row in &changes.deliveries {
            self.deliveries.insert((row.ledger, row.event, row.endpoint), row.clone());
        }
        for retry in &changes.retries {
            let failed = |row: &&mut DeliveryRow| {
                row.ledger == retry.ledger
                    && row.event > retry.after
                    && row.attempts > 0
                    && row.state != DeliveryState::Delivered
            };
            for row in self.deliveries.values_mut().filter(failed) {
                (row.state, row.due) = (DeliveryState::Pending, retry.due);
            }
        }
    }

    /// Puts a new ledger in the place of one, whose other rows are left.
    pub(super) fn replace(
        &mut self,
        ledger: LedgerId,
        expected: Head,
        fresh: &Changes,
    ) -> Result<(), StoreError> {
        if self.ledgers.get(&ledger).map(LedgerRow::head) != Some(expected) {
            return conflict(format!("the head of ledger {ledger} has moved"));
        }
        let mut rows = self.clone();
        rows.ledgers.remove(&ledger);
        rows.keys.retain(|_, row| row.ledger != ledger);
        rows.people.retain(|key, _| key.0 != ledger);
        rows.commit(fresh)?;
        *self = rows;
        Ok(())
    }
}

/// Each value belongs to one row; a new row replaces the one of the same id.
fn unique<Id: Ord + Clone, Value: Ord>(
    what: &str,
    stored: impl Iterator<Item = (Id, Value)>,
    new: impl Iterator<Item = (Id, Value)>,
) -> Result<(), StoreError> {
    let mut new: Vec<(Id, Value)> = new.collect();
    if new.is_empty() {
        return Ok(());
    }
    let replaced: BTreeSet<Id> = new.iter().map(|(id, _)| id.clone()).collect();
    let mut taken: BTreeSet<Value> =
        stored.filter(|(id, _)| !replaced.contains(id)).map(|(_, value)| value).collect();
    match new.drain(..).all(|(_, value)| taken.insert(value)) {
        true => Ok(()),
        false => conflict(format!("two rows have one {what}")),
    }
}

fn conflict(what: String) -> Result<(), StoreError> {
    Err(StoreError::Conflict(what))
}
