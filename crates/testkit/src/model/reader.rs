//! The model's reader.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use ledger::books::Checkpoint;
use ledger::id::{
    AccountId, CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId,
};
use ledger::job::{JobId, StagedChange};
use ledger::model::{
    At, CustomerRow, DeliveryRow, EventRow, FormerRow, GapRow, IdempotencyKey, KeyHash, KeyRow,
    LedgerRow, Mode, NumberRow, ObjectRow, PrefixOwner, SequenceRow, SeriesRow, SessionRow, State,
    UserRow,
};
use ledger::{Loaded, Misses};
use store::{
    DeliveriesOf, DeliveryPage, EventFilter, EventPage, GapFilter, GapPage, Irregular,
    IrregularCounts, LedgerPage, LedgerSummary, NumberFilter, NumberPage, NumberWithPlace,
    ObjectFilter, ObjectPage, OutcomeCursor, OutcomePage, Page, Reader, SequencePage, SessionsOf,
    StoreError, StoredEntry, TrailPage, Waking, Within,
};

use super::rows::Rows;
use super::{Shared, documents, loading};

pub(super) struct ModelReader {
    shared: Arc<Shared>,
    /// What writers write to; another than `shared` while the reader holds on to what it saw.
    written: Arc<Shared>,
}

impl ModelReader {
    pub(super) fn new(shared: Arc<Shared>) -> ModelReader {
        ModelReader { written: Arc::clone(&shared), shared }
    }
}

impl Reader for ModelReader {
    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        Ok(loading::load(&self.shared.rows(), misses))
    }

    fn age(&mut self) -> Result<Option<Duration>, StoreError> {
        Ok(None)
    }

    fn hold(&mut self) -> Result<(), StoreError> {
        self.shared = Arc::new(self.written.copy());
        Ok(())
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.shared = Arc::clone(&self.written);
        Ok(())
    }

    fn ledgers(&mut self, after: LedgerId, limit: u32) -> Result<Vec<LedgerRow>, StoreError> {
        let rows = self.shared.rows();
        let behind = rows.ledgers.values().filter(|row| row.id > after);
        Ok(behind.take(limit as usize).cloned().collect())
    }

    fn connected(
        &mut self,
        platform: &AccountId,
        page: Page<LedgerId>,
    ) -> Result<LedgerPage, StoreError> {
        let rows = self.shared.rows();
        let is_of = |row: &&LedgerRow| {
            row.mode == Mode::Live && row.documents.platform.as_ref() == Some(platform)
        };
        let found = rows.ledgers.values().rev().filter(is_of).cloned().collect();
        let (rows, has_more) = part(found, page, |row: &LedgerRow| row.id);
        Ok(LedgerPage { rows, has_more })
    }

    fn ledger_of(
        &mut self,
        account: &AccountId,
        mode: Mode,
    ) -> Result<Option<LedgerRow>, StoreError> {
        let rows = self.shared.rows();
        let of = |row: &&LedgerRow| (&row.account, row.mode) == (account, mode);
        Ok(rows.ledgers.values().find(of).cloned())
    }

    fn key_by_hash(&mut self, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
        Ok(self.shared.rows().keys.values().find(|row| row.hash == *hash).cloned())
    }

    fn keys(&mut self, ledger: LedgerId) -> Result<Vec<KeyRow>, StoreError> {
        let rows = self.shared.rows();
        let mut keys: Vec<_> =
            rows.keys.values().filter(|row| row.ledger == ledger).cloned().collect();
        keys.sort_by_key(|row| (Reverse(row.created), Reverse(row.id)));
        Ok(keys)
    }

    fn key(&mut self, key: KeyId) -> Result<Option<KeyRow>, StoreError> {
        Ok(self.shared.rows().keys.get(&key).cloned())
    }

    fn people(&mut self, ledger: LedgerId) -> Result<Vec<UserRow>, StoreError> {
        let rows = self.shared.rows();
        let of_ledger = rows.people.values().filter(|row| row.ledger == ledger);
        let mut people: Vec<_> = of_ledger.cloned().collect();
        people.sort_by_key(|row| (row.created, row.id));
        Ok(people)
    }

    fn people_called(&mut self, email: &str, limit: u32) -> Result<Vec<UserRow>, StoreError> {
        let rows = self.shared.rows();
        let called = rows.people.values().filter(|row| row.email == email);
        Ok(called.take(limit as usize).cloned().collect())
    }

    fn sessions(&mut self, of: SessionsOf) -> Result<Vec<SessionRow>, StoreError> {
        let rows = self.shared.rows();
        let is_meant = |row: &&SessionRow| match of {
            SessionsOf::Token(token) => row.token == token,
            SessionsOf::User(user) => row.user == user,
        };
        let mut sessions: Vec<_> = rows.sessions.values().filter(is_meant).copied().collect();
        sessions.sort_by_key(|row| Reverse(row.created));
        Ok(sessions)
    }

    fn series(&mut self, ledger: LedgerId) -> Result<Vec<SeriesRow>, StoreError> {
        let rows = self.shared.rows();
        Ok(rows.series.values().filter(|row| row.ledger == ledger).cloned().collect())
    }

    fn sequences(
        &mut self,
        ledger: LedgerId,
        after: SequenceId,
        limit: u32,
    ) -> Result<SequencePage, StoreError> {
        let rows = self.shared.rows();
        let behind = |row: &&SequenceRow| row.ledger == ledger && row.id > after;
        let mut found: Vec<_> = rows.sequences.values().filter(behind).cloned().collect();
        let has_more = found.len() > limit as usize;
        found.truncate(limit as usize);
        Ok(SequencePage { rows: found, has_more })
    }

    fn sequences_of(
        &mut self,
        ledger: LedgerId,
        series: SeriesId,
        limit: u32,
    ) -> Result<Vec<SequenceRow>, StoreError> {
        let rows = self.shared.rows();
        let of = |row: &&SequenceRow| (row.ledger, row.series) == (ledger, series);
        let mut found: Vec<_> = rows.sequences.values().filter(of).cloned().collect();
        found.sort_by(|a, b| (b.period_from, &b.scope).cmp(&(a.period_from, &a.scope)));
        found.truncate(limit as usize);
        Ok(found)
    }

    fn numbers(
        &mut self,
        ledger: LedgerId,
        filter: &NumberFilter,
        page: Page<Position>,
    ) -> Result<NumberPage, StoreError> {
        let rows = self.shared.rows();
        let mut found: Vec<_> = rows
            .numbers
            .values()
            .rev()
            .filter(|row| row.ledger == ledger)
            .filter_map(|row| with_place(&rows, row))
            .filter(|found| passes(found, filter))
            .collect();
        if let Some(text) = &filter.number {
            found.sort_by_key(|found| presence(found.row.state));
            let others = NumberFilter { number: None, ..filter.clone() };
            let mut formers: Vec<_> = rows
                .formers
                .values()
                .filter(|row| row.ledger == ledger)
                .filter(|row| numbering::fold(&row.text) == numbering::fold(text))
                .collect();
            formers.sort_by_key(|row| std::cmp::Reverse((row.index, row.position)));
            for former in formers {
                let row = rows.numbers.get(&(ledger, former.position));
                let place = row.and_then(|row| with_place(&rows, row));
                let is_there = found.iter().any(|known| known.row.position == former.position);
                found.extend(place.filter(|place| !is_there && passes(place, &others)));
            }
        }
        let (rows, has_more) = part(found, page, |found| found.row.position);
        Ok(NumberPage { rows, has_more })
    }

    fn number(
        &mut self,
        ledger: LedgerId,
        position: Position,
    ) -> Result<Option<NumberWithPlace>, StoreError> {
        let rows = self.shared.rows();
        let row = rows.numbers.get(&(ledger, position));
        Ok(row.and_then(|row| with_place(&rows, row)))
    }

    fn register(
        &mut self,
        ledger: LedgerId,
        sequence: SequenceId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<NumberRow>, StoreError> {
        let rows = self.shared.rows();
        let of = |row: &&NumberRow| {
            (row.ledger, row.sequence) == (ledger, sequence) && row.ordinal >= from
        };
        let mut found: Vec<_> = rows.numbers.values().filter(of).cloned().collect();
        found.sort_by_key(|row| (row.ordinal, row.state == State::Blank, row.position));
        found.truncate(limit as usize);
        Ok(found)
    }

    fn gaps(
        &mut self,
        ledger: LedgerId,
        filter: &GapFilter,
        page: Page<(Date, GapId)>,
    ) -> Result<GapPage, StoreError> {
        let rows = self.shared.rows();
        let found = rows.gaps.values().rev().filter(|row| row.ledger == ledger);
        let found = found.filter_map(|row| {
            let sequence = rows.sequences.get(&(ledger, row.sequence))?.clone();
            Some((row.clone(), sequence))
        });
        let passes = |(row, sequence): &(GapRow, SequenceRow)| {
            is_within(&filter.within, row.date, sequence)
                && filter.cause.is_none_or(|cause| cause == row.cause)
                && filter.explained.is_none_or(|wanted| wanted == row.explanation.is_some())
        };
        let mut found: Vec<_> = found.filter(passes).collect();
        found.sort_by_key(|(row, _)| Reverse((row.date, row.id)));
        let (rows, has_more) = part(found, page, |(row, _)| (row.date, row.id));
        Ok(GapPage { rows, has_more })
    }

    fn all_gaps(
        &mut self,
        ledger: LedgerId,
        after: GapId,
        limit: u32,
    ) -> Result<Vec<GapRow>, StoreError> {
        let rows = self.shared.rows();
        let behind = |row: &&GapRow| row.ledger == ledger && row.id > after;
        Ok(rows.gaps.values().filter(behind).take(limit as usize).cloned().collect())
    }

    fn irregular(
        &mut self,
        ledger: LedgerId,
        kind: Irregular,
        within: &Within,
        page: Page<(Date, Position)>,
    ) -> Result<NumberPage, StoreError> {
        let rows = self.shared.rows();
        let found = rows.numbers.values().filter(|row| row.ledger == ledger);
        let found = found.filter(|row| Irregular::of(row) == Some(kind));
        let mut found: Vec<_> = found
            .filter_map(|row| with_place(&rows, row))
            .filter(|found| is_within(within, found.row.date, &found.sequence))
            .collect();
        found.sort_by_key(|found| Reverse((found.row.date, found.row.position)));
        let (rows, has_more) = part(found, page, |found| (found.row.date, found.row.position));
        Ok(NumberPage { rows, has_more })
    }

    fn irregular_counts(
        &mut self,
        ledger: LedgerId,
        within: &Within,
    ) -> Result<Vec<(SeriesId, IrregularCounts)>, StoreError> {
        let rows = self.shared.rows();
        let mut counts: BTreeMap<SeriesId, IrregularCounts> = BTreeMap::new();
        for gap in rows.gaps.values().filter(|gap| gap.ledger == ledger) {
            let Some(sequence) = rows.sequences.get(&(ledger, gap.sequence)) else { continue };
            if is_within(within, gap.date, sequence) {
                let counts = counts.entry(sequence.series).or_default();
                counts.gaps += 1;
                counts.missing += gap.to - gap.from + 1;
                counts.unexplained += u64::from(gap.explanation.is_none());
            }
        }
        for row in rows.numbers.values().filter(|row| row.ledger == ledger) {
            let Some(sequence) = rows.sequences.get(&(ledger, row.sequence)) else { continue };
            let Some(kind) = Irregular::of(row) else { continue };
            if is_within(within, row.date, sequence) {
                let counts = counts.entry(sequence.series).or_default();
                counts.voids += u64::from(kind == Irregular::Void);
                counts.drafts += u64::from(kind == Irregular::Draft);
            }
        }
        Ok(counts.into_iter().collect())
    }

    fn begun_late(
        &mut self,
        ledger: LedgerId,
        within: &Within,
        page: Page<(Date, SequenceId)>,
    ) -> Result<SequencePage, StoreError> {
        let rows = self.shared.rows();
        let late = |row: &&SequenceRow| {
            row.ledger == ledger && row.first > 1 && is_within(within, row.period_from, row)
        };
        let mut found: Vec<_> = rows.sequences.values().filter(late).cloned().collect();
        found.sort_by_key(|row| Reverse((row.period_from, row.id)));
        let (rows, has_more) = part(found, page, |row| (row.period_from, row.id));
        Ok(SequencePage { rows, has_more })
    }

    fn gaps_of(
        &mut self,
        ledger: LedgerId,
        sequence: SequenceId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<GapRow>, StoreError> {
        let rows = self.shared.rows();
        let of =
            |row: &&GapRow| (row.ledger, row.sequence) == (ledger, sequence) && row.from >= from;
        let mut found: Vec<_> = rows.gaps.values().filter(of).cloned().collect();
        found.sort_by_key(|row| row.from);
        found.truncate(limit as usize);
        Ok(found)
    }

    fn customers(
        &mut self,
        ledger: LedgerId,
        after: Option<&CustomerId>,
        limit: u32,
    ) -> Result<Vec<CustomerRow>, StoreError> {
        let rows = self.shared.rows();
        let behind =
            |row: &&CustomerRow| row.ledger == ledger && after.is_none_or(|after| row.id > *after);
        Ok(rows.customers.values().filter(behind).take(limit as usize).cloned().collect())
    }

    fn prefixes(
        &mut self,
        ledger: LedgerId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, PrefixOwner)>, StoreError> {
        let rows = self.shared.rows();
        let found = rows.prefixes.iter().filter(|((of, prefix), _)| {
            *of == ledger && after.is_none_or(|after| prefix.as_str() > after)
        });
        let pairs = found.map(|((_, prefix), owner)| (prefix.clone(), owner.clone()));
        Ok(pairs.take(limit as usize).collect())
    }

    fn outcomes(
        &mut self,
        ledger: LedgerId,
        after: Option<OutcomeCursor>,
        limit: u32,
    ) -> Result<OutcomePage, StoreError> {
        let rows = self.shared.rows();
        let of = |key: IdempotencyKey| after.is_none_or(|after| key.0 > after.0);
        let found = rows.outcomes.values().filter(|row| row.ledger == ledger && of(row.key));
        let mut found: Vec<_> = found.take(limit as usize + 1).cloned().collect();
        let has_more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| has_more).map(|row| OutcomeCursor(row.key.0));
        Ok(OutcomePage { rows: found, next })
    }

    fn trail(&mut self, ledger: LedgerId, from: u64, limit: u32) -> Result<TrailPage, StoreError> {
        let rows = self.shared.rows();
        let range = (ledger, from)..=(ledger, u64::MAX);
        let lines =
            |index| rows.lines.range((ledger, index, 0)..=(ledger, index, u64::MAX)).count();
        let mut entries: Vec<StoredEntry> = rows
            .trail
            .range(range)
            .map(|((_, index), sealed)| StoredEntry {
                sealed: sealed.clone(),
                lines: lines(*index) as u64,
            })
            .collect();
        let has_more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        Ok(TrailPage { entries, has_more })
    }

    fn trail_lines(
        &mut self,
        ledger: LedgerId,
        index: u64,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = self.shared.rows();
        let range = (ledger, index, from)..=(ledger, index, u64::MAX);
        Ok(rows.lines.range(range).take(limit as usize).map(|(_, line)| line.clone()).collect())
    }

    fn formers(
        &mut self,
        ledger: LedgerId,
        after: (Position, u64),
        limit: u32,
    ) -> Result<Vec<FormerRow>, StoreError> {
        let rows = self.shared.rows();
        let behind = |row: &&FormerRow| row.ledger == ledger && (row.position, row.index) > after;
        Ok(rows.formers.values().filter(behind).take(limit as usize).cloned().collect())
    }

    fn staged_changes(
        &mut self,
        ledger: LedgerId,
        job: JobId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StagedChange>, StoreError> {
        let rows = self.shared.rows();
        let of_job = rows.staged_changes.range((ledger, job, from)..=(ledger, job, u64::MAX));
        Ok(of_job.take(limit as usize).map(|(_, change)| change.clone()).collect())
    }

    fn checkpoints(&mut self, ledger: LedgerId) -> Result<Vec<Checkpoint>, StoreError> {
        let rows = self.shared.rows();
        Ok(rows.checkpoints.values().filter(|one| one.ledger == ledger).copied().collect())
    }

    fn objects(
        &mut self,
        ledger: LedgerId,
        filter: &ObjectFilter,
        page: Page<(At, ObjectId)>,
    ) -> Result<ObjectPage, StoreError> {
        Ok(documents::objects(&self.shared.rows(), ledger, filter, page))
    }

    fn all_objects(
        &mut self,
        ledger: LedgerId,
        after: ObjectId,
        limit: u32,
    ) -> Result<Vec<ObjectRow>, StoreError> {
        let rows = self.shared.rows();
        let behind = rows.objects.values().filter(|row| row.ledger == ledger && row.id > after);
        Ok(behind.take(limit as usize).cloned().collect())
    }

    fn event(
        &mut self,
        ledger: LedgerId,
        event: ObjectId,
    ) -> Result<Option<(EventRow, u32)>, StoreError> {
        let rows = self.shared.rows();
        let row = rows.events.get(&(ledger, event));
        Ok(row.map(|row| documents::with_pending(&rows, row)))
    }

    fn events(
        &mut self,
        ledger: LedgerId,
        filter: &EventFilter,
        page: Page<ObjectId>,
    ) -> Result<EventPage, StoreError> {
        Ok(documents::events(&self.shared.rows(), ledger, filter, page))
    }

    fn all_events(
        &mut self,
        ledger: LedgerId,
        after: ObjectId,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let rows = self.shared.rows();
        let behind = rows.events.values().filter(|row| row.ledger == ledger && row.id > after);
        Ok(behind.take(limit as usize).cloned().collect())
    }

    fn deliveries(
        &mut self,
        ledger: LedgerId,
        of: DeliveriesOf,
        page: Page<ObjectId>,
    ) -> Result<DeliveryPage, StoreError> {
        Ok(documents::deliveries(&self.shared.rows(), ledger, of, page))
    }

    fn all_deliveries(
        &mut self,
        ledger: LedgerId,
        after: (ObjectId, ObjectId),
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let rows = self.shared.rows();
        let is_behind =
            |row: &&DeliveryRow| row.ledger == ledger && (row.event, row.endpoint) > after;
        let behind = rows.deliveries.values().filter(is_behind);
        Ok(behind.take(limit as usize).cloned().collect())
    }

    fn due_ledgers(&mut self, now: At, limit: u32) -> Result<Vec<LedgerId>, StoreError> {
        Ok(documents::due_ledgers(&self.shared.rows(), now, limit))
    }

    fn waking(
        &mut self,
        now: At,
        after: Option<Waking>,
        limit: u32,
    ) -> Result<Vec<Waking>, StoreError> {
        Ok(documents::waking(&self.shared.rows(), now, after, limit))
    }

    fn summary(&mut self, ledger: LedgerId) -> Result<LedgerSummary, StoreError> {
        let rows = self.shared.rows();
        let head = rows.ledgers.get(&ledger);
        Ok(head.map_or_else(
            || LedgerSummary { ledger, ..LedgerSummary::default() },
            |head| LedgerSummary {
                ledger,
                numbers: head.last_position,
                gaps: head.last_gap,
                newest: Position(head.last_position),
                newest_sequence: SequenceId(head.last_sequence),
            },
        ))
    }
}

fn with_place(rows: &Rows, row: &NumberRow) -> Option<NumberWithPlace> {
    let sequence = rows.sequences.get(&(row.ledger, row.sequence))?.clone();
    Some(NumberWithPlace { row: row.clone(), sequence })
}

/// How present a holder of a text is: a document before a void one, and so on.
fn presence(state: State) -> usize {
    State::ALL.iter().position(|known| *known == state).unwrap_or_default()
}

fn is_within(within: &Within, date: Date, sequence: &SequenceRow) -> bool {
    within.series.is_none_or(|series| series == sequence.series)
        && within.scope.as_ref().is_none_or(|scope| *scope == sequence.scope)
        && within.period_from.is_none_or(|from| from == sequence.period_from)
        && within.date.from.is_none_or(|from| date >= from)
        && within.date.to.is_none_or(|to| date <= to)
}

fn passes(found: &NumberWithPlace, filter: &NumberFilter) -> bool {
    let NumberWithPlace { row, sequence } = found;
    let wanted = filter.number.as_deref().map(numbering::fold);
    filter.series.is_none_or(|series| series == sequence.series)
        && filter.period_from.is_none_or(|from| from == sequence.period_from)
        && filter.state.is_none_or(|state| state == row.state)
        && filter.kind.as_ref().is_none_or(|kind| *kind == row.kind)
        && (filter.customer.is_none() || filter.customer == row.customer)
        && (filter.reference.is_none() || filter.reference == row.reference)
        && wanted.is_none_or(|wanted| wanted == numbering::fold(&row.text))
        && filter.date.from.is_none_or(|from| row.date >= from)
        && filter.date.to.is_none_or(|to| row.date <= to)
}

/// The part of a list that a page asks for, and whether more follow in its direction.
pub(super) fn part<T, Id: PartialEq + Copy + PartialOrd>(
    mut all: Vec<T>,
    page: Page<Id>,
    id: impl Fn(&T) -> Id,
) -> (Vec<T>, bool) {
    let limit = page.limit as usize;
    // Where the list is not in the order of ids, the edge is found by its place.
    let in_order = all.is_sorted_by(|a, b| id(a) > id(b));
    let place = |edge: Id| match in_order {
        true => all.partition_point(|row| id(row) > edge),
        false => all.iter().position(|row| id(row) == edge).unwrap_or(all.len()),
    };
    if let Some(edge) = page.ending_before {
        let end = place(edge);
        let from = end.saturating_sub(limit);
        return (all.drain(from..end).collect(), from > 0);
    }
    if let Some(edge) = page.starting_after {
        let begin = place(edge);
        let skipped = all.get(begin).is_some_and(|row| id(row) == edge);
        all.drain(..begin + usize::from(skipped));
    }
    let has_more = all.len() > limit;
    all.truncate(limit);
    (all, has_more)
}
