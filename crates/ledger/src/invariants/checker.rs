//! All ten checks over a ledger that comes in pieces.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::answers::Answers;
use super::coverage::Coverage;
use super::formats;
use super::recorded::Recorded;
use super::rendering::{Origin, Rendering};
use super::repeats::{Places, Repeats, Suspects};
use super::snapshot::Told;
use super::violation::{Invariant, Log, Violation};
use crate::id::{LedgerId, Position, SeriesId};
use crate::model::{
    CustomerRow, FormerRow, GapRow, KeyRow, LedgerRow, NumberRow, ObjectRow, PrefixOwner,
    SequenceKey, SequenceRow, SeriesRow, UserRow,
};
use crate::trail::Sealed;

/// Takes a ledger in this order: [`Checker::entry`] and [`Checker::line`] for the whole trail,
/// [`Checker::answer`] for what clients were told if that is known, [`Checker::series`] and
/// [`Checker::keys`], [`Checker::users`], [`Checker::customers`], [`Checker::prefixes`] and
/// [`Checker::objects`] in pages (the last with [`Checker::end_objects`] behind them),
/// [`Checker::formers`], then for each
/// sequence [`Checker::sequence`], its [`Checker::gaps`] and its [`Checker::numbers`] in the
/// order of ordinals, in as many pages as there are (a gap at the latest before the first number
/// behind it), [`Checker::end_sequence`], and at last [`Checker::finish`].
///
/// The ledger may go on meanwhile. Each piece is then read in one state together with the head,
/// and before it is taken here, more entries are, up to that head. For a sequence in several
/// pieces, [`Checker::sequence`] takes its row again with each, as it is then. What is said of
/// repeated texts and references is of the numbers that were there at the start.
#[derive(Debug)]
pub struct Checker {
    log: Log,
    started: LedgerRow,
    recorded: Recorded,
    answers: Answers,
    series: BTreeMap<SeriesId, SeriesRow>,
    took_series: bool,
    places: Places,
    keys: HashSet<SequenceKey>,
    open: Option<Walk>,
    rendering: Rendering,
    repeats: Repeats,
}

/// What the walk over a ledger found.
#[derive(Debug)]
pub struct Findings {
    /// What does not hold.
    pub violations: Vec<Violation>,
    /// Texts and references that seem to occur twice: give it every number again.
    pub suspects: Option<Suspects>,
}

/// The sequence that is being walked.
#[derive(Debug)]
struct Walk {
    row: SequenceRow,
    coverage: Coverage,
}

impl Checker {
    /// Begins with the head of a ledger.
    pub fn new(ledger: &LedgerRow) -> Checker {
        Checker {
            log: Log::default(),
            started: ledger.clone(),
            recorded: Recorded::new(ledger),
            answers: Answers::default(),
            series: BTreeMap::new(),
            took_series: false,
            places: Places::new(),
            keys: HashSet::new(),
            open: None,
            rendering: Rendering::default(),
            repeats: Repeats::default(),
        }
    }

    /// Takes the next trail entry.
    pub fn entry(&mut self, sealed: &Sealed) {
        self.recorded.entry(sealed);
        let revised = self.recorded.replay.take_revised();
        if self.took_series {
            let now = &self.recorded.replay.series;
            let rows = revised.iter().filter_map(|id| now.get(id));
            self.series.extend(rows.map(|row| (row.id, row.clone())));
        }
    }

    /// Takes the next line kept beside the last trail entry.
    pub fn line(&mut self, bytes: &[u8]) {
        self.recorded.line(bytes);
    }

    /// Takes an answer that went out.
    pub fn answer(&mut self, told: &Told) {
        self.answers.take(told, &self.recorded.replay.moved, &mut self.log);
    }

    /// Takes note of a part that cannot be read.
    pub fn unreadable(&mut self, what: String) {
        self.log.say(Invariant::Recorded, what);
    }

    /// Takes all series.
    pub fn series(&mut self, rows: &[SeriesRow]) {
        self.took_series = true;
        self.recorded.series(rows, &mut self.log);
        self.series.extend(rows.iter().map(|row| (row.id, row.clone())));
        formats::check(rows, &self.recorded.replay.importing, &mut self.log);
    }

    /// Takes which series is found by a name, for every name that the trail knows.
    pub fn names(&mut self, found: &[((LedgerId, String), SeriesId)]) {
        let found: HashMap<&str, SeriesId> =
            found.iter().map(|((_, name), id)| (name.as_str(), *id)).collect();
        self.recorded.names(&found, &mut self.log);
    }

    /// Takes all keys.
    pub fn keys(&mut self, rows: &[KeyRow]) {
        self.recorded.keys(rows, &mut self.log);
    }

    /// Takes all people.
    pub fn users(&mut self, rows: &[UserRow]) {
        self.recorded.users(rows, &mut self.log);
    }

    /// Takes the next customers, with the owners of their prefixes as stored.
    pub fn customers(
        &mut self,
        rows: &[CustomerRow],
        owners: &[((LedgerId, String), PrefixOwner)],
    ) {
        self.recorded.owners.customers(rows, owners, &mut self.log);
    }

    /// Takes the next prefixes, with those customers as stored that own one of them.
    pub fn prefixes(&mut self, rows: &[(String, PrefixOwner)], customers: &[CustomerRow]) {
        let Recorded { owners, replay, .. } = &mut self.recorded;
        owners.prefixes(rows, customers, replay, &mut self.log);
    }

    /// Takes the next objects, of all kinds and deleted ones too, in the order of their ids.
    pub fn objects(&mut self, rows: &[ObjectRow]) {
        self.recorded.documents.objects(rows, &mut self.log);
    }

    /// Takes the next former texts, in any order, each once.
    pub fn formers(&mut self, rows: &[FormerRow]) {
        self.recorded.formers(rows);
    }

    /// Whether numbers were changed since the walk began, so that it has to begin again.
    pub fn is_overtaken(&self) -> bool {
        self.recorded.is_overtaken()
    }

    /// Takes note that all objects were given: a document that was not is gone.
    pub fn end_objects(&mut self) {
        self.recorded.documents.end();
    }

    /// Takes the next sequence, or the present one as it is now; its gaps and numbers follow.
    pub fn sequence(&mut self, row: &SequenceRow) {
        if let Some(walk) = self.open.as_mut().filter(|walk| walk.row.id == row.id) {
            walk.coverage.reach(row.last);
            walk.row.clone_from(row);
            return;
        }
        self.end_sequence();
        self.recorded.begin_sequence();
        self.answers.seen_sequence(row, &self.recorded.replay.moved, &mut self.log);
        self.places.insert(row.id, (row.series, row.period_from));
        if !self.keys.insert(row.key()) {
            let what = format!("sequence {} counts what another one counts", row.id.0);
            self.log.say(Invariant::Dated, what);
        }
        match self.series.get(&row.series) {
            Some(series) => {
                // Its end is its own: a changed reset may have cut or stretched the series' one.
                if series.period(row.period_from).from != row.period_from {
                    let what = format!(
                        "the period of sequence {} is not one of the series {}",
                        row.id.0, series.name
                    );
                    self.log.say(Invariant::Dated, what);
                }
            }
            None => {
                let what = format!("sequence {} is of a series that is missing", row.id.0);
                self.log.say(Invariant::Complete, what);
            }
        }
        self.open = Some(Walk { row: row.clone(), coverage: Coverage::new(row) });
    }

    /// Takes gaps of the sequence.
    pub fn gaps(&mut self, rows: &[GapRow]) {
        for row in rows {
            self.recorded.gap(row, &mut self.log);
            self.answers.seen_gap(row, &self.recorded.replay.moved, &mut self.log);
            match &mut self.open {
                Some(walk) if walk.row.id == row.sequence => {
                    if !self.recorded.is_late_blank(row.sequence, row.from) {
                        walk.coverage.gap(row, &mut self.log);
                    }
                }
                _ => {
                    let what = format!("the gap {} is of a sequence that is missing", row.id.0);
                    self.log.say(Invariant::Complete, what);
                }
            }
        }
    }

    /// Takes numbers of the sequence.
    pub fn numbers(&mut self, rows: &[NumberRow]) {
        for row in rows {
            match &mut self.open {
                Some(walk) if walk.row.id == row.sequence => {
                    let late = self.recorded.is_late_blank(row.sequence, row.ordinal);
                    walk.coverage.number(row, late, &mut self.log);
                }
                _ => {
                    let what = format!("{} is in a sequence that is missing", row.text);
                    self.log.say(Invariant::Complete, what);
                    continue;
                }
            }
            self.recorded.number(row, &mut self.log);
            self.answers.seen_number(row, &self.recorded.replay.moved, &mut self.log);
            if row.position.0 <= self.started.last_position {
                self.repeats.number(row);
            }
            self.dated_and_printed(row);
        }
    }

    /// Ends the walk, with the head of the ledger as it is now.
    pub fn finish(mut self, ledger: &LedgerRow) -> Findings {
        self.end_sequence();
        let imported = self.recorded.replay.imported.clone();
        let moved = self.recorded.replay.moved.clone();
        self.recorded.documents.finish(ledger.id, &mut self.log);
        self.recorded.finish(ledger, self.started.last_sequence, &mut self.log);
        self.answers.finish(&moved, &mut self.log);
        let last = Position(self.started.last_position);
        Findings {
            violations: self.log.into_violations(),
            suspects: self.repeats.suspects(self.places, imported, moved.numbers, last),
        }
    }

    /// Ends the present sequence, in the state in which the last piece of it was taken.
    pub fn end_sequence(&mut self) {
        if let Some(walk) = self.open.take() {
            walk.coverage.finish(&mut self.log);
            self.recorded.end_sequence(&walk.row, &mut self.log);
        }
    }

    fn dated_and_printed(&mut self, row: &NumberRow) {
        let Some(walk) = &self.open else { return };
        let Some(series) = self.series.get(&walk.row.series) else { return };
        if !walk.row.period().contains(row.date) {
            let what = format!("{} is dated {}, outside its period", row.text, row.date);
            self.log.say(Invariant::Dated, what);
        }
        let origin = match self.is_imported(row.position) {
            true => Origin::Imported,
            false => Origin::Own,
        };
        if !series.is_typed() {
            self.rendering.number(row, series, origin, &mut self.log);
        }
    }

    fn is_imported(&self, position: Position) -> bool {
        let runs = &self.recorded.replay.imported;
        let behind = runs.partition_point(|(first, _)| *first <= position);
        behind > 0 && position <= runs[behind - 1].1
    }
}
