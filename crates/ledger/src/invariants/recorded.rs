//! *Recorded*: the trail is whole, and replaying it gives the register.
//!
//! Numbers are compared by sums of hashes: one sum for each sequence from the trail, one from the
//! register. Sums do not care for order, so the trail can go by as it was written and the register
//! as it is counted, and neither has to fit into memory.
//!
//! The ledger may go on meanwhile. Whoever compares rows has given the trail up to the state that
//! the rows were read in. A number never changes but by a void, by going blank with its document,
//! by another date, or by a resequence. Of the first three those that came since the walk began are
//! known one by one; behind a resequence the walk begins again.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use serde::Serialize;

use super::documents::Documents;
use super::owners::Owners;
use super::replay::{Event, Replay};
use super::sum::Sum;
use super::violation::{Invariant, Log};
use crate::id::{Position, SequenceId, SeriesId};
use crate::model::{
    FormerRow, GapRow, KeyRow, LedgerRow, NumberRow, SequenceRow, SeriesRow, State, UserRow,
    Voided, civil,
};
use crate::trail::{Numbered, Sealed, Verifier};

/// Trail and register side by side.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    verifier: Verifier,
    pub(super) replay: Replay,
    pub(super) owners: Owners,
    pub(super) documents: Documents,
    /// Entries of the trail when the walk began.
    since: u64,
    given: HashMap<SequenceId, Given>,
    voided: Sum,
    late_voids: HashMap<Position, Voided>,
    blank: Sum,
    /// What went blank since the walk began, by sequence and ordinal: its gap may lie behind the
    /// place where the walk is, so it counts as covered by its row.
    late_blanks: HashMap<SequenceId, BTreeSet<u64>>,
    /// The dates before and now of numbers that got others since the walk began.
    late_dates: HashMap<Position, [Date; 2]>,
    seen_given: Given,
    seen_blank: Sum,
    formers: Sum,
    seen_formers: Sum,
    seen_voided: Sum,
    seen_gaps: u64,
    seen_sequences: usize,
}

impl Recorded {
    pub(super) fn new(ledger: &LedgerRow) -> Recorded {
        Recorded {
            verifier: Verifier::new(ledger.id),
            replay: Replay::default(),
            owners: Owners::default(),
            documents: Documents::default(),
            since: ledger.trail_count,
            given: HashMap::new(),
            formers: Sum::default(),
            seen_formers: Sum::default(),
            voided: Sum::default(),
            late_voids: HashMap::new(),
            blank: Sum::default(),
            late_blanks: HashMap::new(),
            late_dates: HashMap::new(),
            seen_given: Given::default(),
            seen_blank: Sum::default(),
            seen_voided: Sum::default(),
            seen_gaps: 0,
            seen_sequences: 0,
        }
    }

    pub(super) fn entry(&mut self, sealed: &Sealed) {
        self.verifier.take(sealed);
        self.replayed(|replay, on| replay.entry(sealed, on));
    }

    pub(super) fn line(&mut self, bytes: &[u8]) {
        self.replayed(|replay, on| replay.line(bytes, on));
    }

    fn replayed(&mut self, take: impl FnOnce(&mut Replay, &mut dyn FnMut(Event))) {
        let Recorded { replay, owners, documents, since, given, voided, late_voids, .. } = self;
        let formers = &mut self.formers;
        let (blank, late_blanks, late_dates) =
            (&mut self.blank, &mut self.late_blanks, &mut self.late_dates);
        take(replay, &mut |event| match event {
            Event::Given(row) => given.entry(row.sequence).or_default().add(&row, row.date),
            Event::Deleted(_, gap) if gap.index >= *since => {
                late_blanks.entry(gap.sequence).or_default().insert(gap.from);
            }
            Event::Deleted(position, _) => blank.add(&position),
            Event::Redated(position, _, [before, date], index) if index >= *since => {
                late_dates.entry(position).or_insert([before, date])[1] = date;
            }
            Event::Redated(position, sequence, [before, date], _) => {
                let dates = &mut given.entry(sequence).or_default().dates;
                dates.remove(&(position, Day(before)));
                dates.add(&(position, Day(date)));
            }
            Event::Renumbered(line, former) => {
                let given = given.entry(line.sequence).or_default();
                given.places.remove(&(line.position, &line.from));
                given.places.add(&(line.position, &line.to));
                formers.add(&former);
                if let Some(document) = line.document {
                    documents.renumbered(document, &line.to.text);
                }
            }
            Event::Voided(position, what) if what.index >= *since => {
                late_voids.insert(position, what);
            }
            Event::Voided(position, what) => voided.add(&(position, &what)),
            Event::Named(row, former, index) => owners.named(row, former, index >= *since),
            Event::Numbered(kind, id, digest, number) => {
                documents.numbered(kind, id, digest, &number);
            }
            Event::Finalized(id, digest) => documents.finalized(id, digest),
        });
    }

    /// Compares all series with the trail.
    pub(super) fn series(&mut self, rows: &[SeriesRow], log: &mut Log) {
        for row in rows.iter().filter(|row| self.replay.series.get(&row.id) != Some(row)) {
            let what = format!("the series {} is not as the trail records it", row.name);
            log.say(Invariant::Recorded, what);
        }
        count("series", rows.len(), self.replay.series.len(), log);
    }

    /// Compares the names that series are found by with what the trail calls them.
    pub(super) fn names(&mut self, found: &HashMap<&str, SeriesId>, log: &mut Log) {
        let lost = |row: &&SeriesRow| found.get(row.name.as_str()) != Some(&row.id);
        for row in self.replay.series.values().filter(lost) {
            let what = format!("the series {} is not found by its name", row.name);
            log.say(Invariant::Recorded, what);
        }
    }

    /// Compares all keys with the trail.
    pub(super) fn keys(&mut self, rows: &[KeyRow], log: &mut Log) {
        for row in rows.iter().filter(|row| self.replay.keys.get(&row.id) != Some(row)) {
            let what = format!("the key {} is not as the trail records it", row.id);
            log.say(Invariant::Recorded, what);
        }
        count("keys", rows.len(), self.replay.keys.len(), log);
    }

    /// Compares all people with the trail, which does not hold their passwords.
    pub(super) fn users(&mut self, rows: &[UserRow], log: &mut Log) {
        let is_told = |row: &&UserRow| self.replay.users.get(&row.id) == Some(&row.told());
        for row in rows.iter().filter(|row| !is_told(row)) {
            let what = format!("the person {} is not as the trail records it", row.id);
            log.say(Invariant::Recorded, what);
        }
        count("people", rows.len(), self.replay.users.len(), log);
    }

    /// Takes former texts as stored.
    pub(super) fn formers(&mut self, rows: &[FormerRow]) {
        rows.iter().for_each(|row| self.seen_formers.add(row));
    }

    /// Whether numbers were changed since the walk began: what was seen before is not comparable.
    pub(super) fn is_overtaken(&self) -> bool {
        self.replay.moved.last.is_some_and(|index| index >= self.since)
    }

    pub(super) fn begin_sequence(&mut self) {
        self.seen_sequences += 1;
        (self.seen_given, self.seen_gaps) = (Given::default(), 0);
    }

    /// Whether what is at an ordinal went blank since the walk began.
    pub(super) fn is_late_blank(&self, sequence: SequenceId, ordinal: u64) -> bool {
        self.late_blanks.get(&sequence).is_some_and(|late| late.contains(&ordinal))
    }

    pub(super) fn gap(&mut self, row: &GapRow, log: &mut Log) {
        self.seen_gaps += u64::from(!self.is_late_blank(row.sequence, row.from));
        if self.replay.gaps.get(&row.id) != Some(row) {
            let what = format!("the gap {} is not as the trail records it", row.id.0);
            log.say(Invariant::Recorded, what);
        }
    }

    pub(super) fn number(&mut self, row: &NumberRow, log: &mut Log) {
        self.seen_given.add(row, self.date_before(row, log));
        let blank = row.state == State::Blank;
        let late_blank = self.is_late_blank(row.sequence, row.ordinal);
        if blank && !late_blank {
            self.seen_blank.add(&row.position);
        }
        if late_blank && !blank {
            let what = format!("{} is {} and its document is gone", row.text, row.state.text());
            log.say(Invariant::Recorded, what);
        }
        let late = self.late_voids.get(&row.position);
        match &row.voided {
            Some(voided) if voided.index < self.since => {
                self.seen_voided.add(&(row.position, voided));
            }
            voided if voided.as_ref() != late => {
                let what = format!("{} is void otherwise than by the trail", row.text);
                log.say(Invariant::Recorded, what);
            }
            _ => {}
        }
        if row.draft != self.replay.drafts.contains(&row.position) {
            let what = format!("whether a draft holds {} is not as the trail records it", row.text);
            log.say(Invariant::Recorded, what);
        }
        if (row.state == State::Void) != row.voided.is_some() {
            let what = format!("{} is {} without what made it so", row.text, row.state.text());
            log.say(Invariant::Recorded, what);
        }
    }

    /// The date that a number had when the walk began.
    fn date_before(&self, row: &NumberRow, log: &mut Log) -> Date {
        let Some([before, date]) = self.late_dates.get(&row.position) else { return row.date };
        if row.date != *date {
            let what = format!("{} has another date than by the trail", row.text);
            log.say(Invariant::Recorded, what);
        }
        *before
    }

    pub(super) fn end_sequence(&mut self, row: &SequenceRow, log: &mut Log) {
        if self.replay.sequences.get(&row.id) != Some(row) {
            let what = format!("sequence {} is not as the trail records it", row.id.0);
            log.say(Invariant::Recorded, what);
        }
        let recorded = self.given.get(&row.id).copied().unwrap_or_default();
        if recorded.facts.rows != self.seen_given.facts.rows {
            let what = format!(
                "the trail records {} ordinals of sequence {}, and the register holds {}",
                recorded.facts.rows, row.id.0, self.seen_given.facts.rows
            );
            log.say(Invariant::Recorded, what);
        } else if recorded != self.seen_given {
            let what = format!("a number of sequence {} is not as the trail records it", row.id.0);
            log.say(Invariant::Recorded, what);
        }
        let late = self.late_blanks.get(&row.id).map_or(0, |late| late.len() as u64);
        let gaps = self.replay.gap_counts.get(&row.id).copied().unwrap_or_default() - late;
        if gaps != self.seen_gaps {
            let what = format!(
                "the trail records {gaps} gaps of sequence {}, and there are {}",
                row.id.0, self.seen_gaps
            );
            log.say(Invariant::Recorded, what);
        }
    }

    /// Ends the walk with the head of the ledger as it is then. Of sequences those were walked that
    /// had an id up to `last_sequence`.
    pub(super) fn finish(mut self, ledger: &LedgerRow, last_sequence: u64, log: &mut Log) {
        for violation in self.replay.finish() {
            log.say(violation.invariant, violation.what);
        }
        let walk = self.verifier.finish(ledger.trail_count, ledger.trail_hash);
        if let Some(broken) = walk.broken {
            let what = format!("the trail breaks at entry {}: {}", broken.index, broken.problem);
            log.say(Invariant::Recorded, what);
        }
        if self.voided != self.seen_voided {
            let what = format!(
                "the trail records {} voids and the register holds {}, or they differ",
                self.voided.rows, self.seen_voided.rows
            );
            log.say(Invariant::Recorded, what);
        }
        if self.blank != self.seen_blank {
            let what = format!(
                "the trail records {} deleted documents and {} numbers are blank, or they differ",
                self.blank.rows, self.seen_blank.rows
            );
            log.say(Invariant::Recorded, what);
        }
        if self.formers != self.seen_formers {
            let what = format!(
                "the trail records {} former texts and there are {}, or they differ",
                self.formers.rows, self.seen_formers.rows
            );
            log.say(Invariant::Recorded, what);
        }
        self.owners.finish(log);
        let sequences = self.replay.sequences.range(..=SequenceId(last_sequence)).count();
        count("sequences", self.seen_sequences, sequences, log);
        compare_head(ledger, &self.replay, log);
    }
}

/// Compares the head of a ledger with the trail.
fn compare_head(ledger: &LedgerRow, replay: &Replay, log: &mut Log) {
    let last = |last: Option<u64>| last.unwrap_or_default();
    let heads = [
        ("position", ledger.last_position, replay.last_position),
        (
            "series",
            ledger.last_series.into(),
            last(replay.series.keys().last().map(|id| id.0.into())),
        ),
        ("sequence", ledger.last_sequence, last(replay.sequences.keys().last().map(|id| id.0))),
        ("gap", ledger.last_gap, replay.last_gap.0),
    ];
    for (name, stated, recorded) in heads.into_iter().filter(|(_, stated, last)| stated != last) {
        let what = format!("the last {name} is {stated}, and by the trail it is {recorded}");
        log.say(Invariant::Recorded, what);
    }
    let mut recorded = ledger.clone();
    recorded.set_defaults(replay.defaults.clone());
    let owner = (ledger.account.clone(), ledger.name.clone(), ledger.mode);
    let facts = [
        ("account, its name and its mode are", replay.owner.as_ref() == Some(&owner)),
        ("settings are", replay.settings.as_ref() == Some(&*ledger.settings)),
        ("default series are", recorded.defaults == ledger.defaults),
        ("API version is", replay.version.clone().unwrap_or_default() == ledger.documents.version),
    ];
    for (name, _) in facts.into_iter().filter(|(_, holds)| !holds) {
        log.say(Invariant::Recorded, format!("the {name} not as the trail records them"));
    }
}

fn count(name: &str, seen: usize, recorded: usize, log: &mut Log) {
    if seen != recorded {
        let what = format!("the trail records {recorded} {name}, and there are {seen}");
        log.say(Invariant::Recorded, what);
    }
}

/// The numbers of a sequence: what was recorded of them when they were given, and their dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Given {
    facts: Sum,
    dates: Sum,
    places: Sum,
}

/// A day, for a sum.
#[derive(Serialize)]
struct Day(#[serde(with = "civil")] Date);

impl Given {
    /// Takes a number in, as it was when it was given but for its date.
    fn add(&mut self, row: &NumberRow, date: Date) {
        let state = if row.state == State::Occupied { State::Occupied } else { State::Held };
        let voided = None::<Voided>;
        let (ordinal, text, slug_rank) = (0, String::new(), 0);
        let date_of_all = Date::MIN;
        self.facts.add(&NumberRow {
            state,
            voided,
            date: date_of_all,
            ordinal,
            text,
            slug_rank,
            draft: false,
            ..row.clone()
        });
        self.dates.add(&(row.position, Day(date)));
        self.places.add(&place(row));
    }
}

/// Where a number stands; only a resequence changes it.
fn place(row: &NumberRow) -> (Position, Numbered) {
    let (ordinal, text, slug_rank) = (row.ordinal, row.text.clone(), row.slug_rank);
    (row.position, Numbered { ordinal, text, slug_rank })
}
