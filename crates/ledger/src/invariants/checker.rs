//! All ten checks over a ledger that comes in pieces.

use std::collections::{BTreeMap, HashSet};

use super::answers::Answers;
use super::coverage::Coverage;
use super::formats;
use super::recorded::Recorded;
use super::rendering::{Origin, Rendering};
use super::repeats::{Places, Repeats, Suspects};
use super::snapshot::Told;
use super::violation::{Invariant, Log, Violation};
use crate::id::{Position, SeriesId};
use crate::model::{GapRow, LedgerRow, NumberRow, SequenceKey, SequenceRow, SeriesRow};
use crate::trail::Sealed;

/// Takes a ledger in this order: [`Checker::entry`] and [`Checker::line`] for the whole trail,
/// [`Checker::answer`] for what clients were told if that is known, [`Checker::series`], then for
/// each sequence [`Checker::sequence`], its [`Checker::gaps`] and its [`Checker::numbers`] in
/// the order of ordinals, in as many pages as there are (a gap at the latest before the first
/// number behind it), and at last [`Checker::finish`].
#[derive(Debug)]
pub struct Checker {
    log: Log,
    recorded: Recorded,
    answers: Answers,
    series: BTreeMap<SeriesId, SeriesRow>,
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
            recorded: Recorded::new(ledger.clone()),
            answers: Answers::default(),
            series: BTreeMap::new(),
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
    }

    /// Takes the next line kept beside the last trail entry.
    pub fn line(&mut self, bytes: &[u8]) {
        self.recorded.line(bytes);
    }

    /// Takes an answer that went out.
    pub fn answer(&mut self, told: &Told) {
        self.answers.take(told, &mut self.log);
    }

    /// Takes all series.
    pub fn series(&mut self, rows: &[SeriesRow]) {
        for row in rows {
            self.recorded.series(row, &mut self.log);
            self.series.insert(row.id, row.clone());
        }
        formats::check(rows, &self.recorded.replay.importing, &mut self.log);
    }

    /// Takes the next sequence; its gaps and numbers follow.
    pub fn sequence(&mut self, row: &SequenceRow) {
        self.end_sequence();
        self.recorded.sequence(row, &mut self.log);
        self.answers.seen_sequence(row, &mut self.log);
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
            self.answers.seen_gap(row, &mut self.log);
            match &mut self.open {
                Some(walk) if walk.row.id == row.sequence => {
                    walk.coverage.gap(row, &mut self.log);
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
                    walk.coverage.number(row, &mut self.log);
                }
                _ => {
                    let what = format!("{} is in a sequence that is missing", row.text);
                    self.log.say(Invariant::Complete, what);
                    continue;
                }
            }
            self.recorded.number(row, &mut self.log);
            self.answers.seen_number(row, &mut self.log);
            self.repeats.number(row);
            self.dated_and_printed(row);
        }
    }

    /// Ends the walk.
    pub fn finish(mut self) -> Findings {
        self.end_sequence();
        let imported = self.recorded.replay.imported.clone();
        self.recorded.finish(&mut self.log);
        self.answers.finish(&mut self.log);
        Findings {
            violations: self.log.into_violations(),
            suspects: self.repeats.suspects(self.places, imported),
        }
    }

    fn end_sequence(&mut self) {
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
        self.rendering.number(row, series, origin, &mut self.log);
    }

    fn is_imported(&self, position: Position) -> bool {
        let runs = &self.recorded.replay.imported;
        let behind = runs.partition_point(|(first, _)| *first <= position);
        behind > 0 && position <= runs[behind - 1].1
    }
}
