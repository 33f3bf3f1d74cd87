//! What is kept of each selected document, and of all of them.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use super::problems::Problems;
use crate::decide::document_of;
use crate::id::{ObjectId, Position, SequenceId, SeriesId};
use crate::model::{NumberRow, Problem, ProblemCode, SequenceRow, State};

/// A selected document, in some fifty bytes.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub(super) position: Position,
    pub(super) ordinal: u64,
    /// The ordinal that it gets.
    pub(super) to: u64,
    /// Its place among the changed ones.
    pub(super) place: u64,
    /// 0 for a document that is not one of this server.
    document: u64,
    /// Where its text begins among the texts.
    text_at: u32,
    text_len: u16,
    /// The place of its sequence.
    pub(super) sequence: u32,
    pub(super) rank: u32,
    pub(super) to_rank: u32,
    pub(super) date: Date,
    pub(super) sent: bool,
    pub(super) is_changed: bool,
}

/// All that is selected.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) chosen: Vec<Chosen>,
    pub(super) sequences: Vec<SequenceRow>,
    places: HashMap<SequenceId, u32>,
    texts: String,
    /// Positions in ascending order, each with whether its number changes.
    positions: Vec<(Position, bool)>,
}

impl Chosen {
    /// The document of this server that has the number.
    pub(super) fn document(&self) -> Option<ObjectId> {
        (self.document != 0).then_some(ObjectId(self.document))
    }
}

impl Selection {
    pub(super) fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Takes a number in. Of a series, those that no document has are passed over.
    pub(super) fn take(
        &mut self,
        row: NumberRow,
        sequence: SequenceRow,
        problems: &mut Problems,
        is_named: bool,
    ) {
        if !matches!(row.state, State::Held | State::Void) {
            if is_named {
                let message =
                    format!("No document has the number {} any more. Leave it out.", row.text);
                problems.about(ProblemCode::NotADocument, row.position, &row.text, message);
            }
            return;
        }
        let place = match self.places.get(&sequence.id) {
            Some(place) => *place,
            None => {
                let place = self.sequences.len() as u32;
                self.places.insert(sequence.id, place);
                self.sequences.push(sequence);
                place
            }
        };
        let document = row.reference.as_deref().and_then(document_of).map_or(0, |id| id.0);
        self.chosen.push(Chosen {
            position: row.position,
            ordinal: row.ordinal,
            to: row.ordinal,
            place: 0,
            document,
            text_at: self.texts.len() as u32,
            text_len: row.text.len() as u16,
            sequence: place,
            rank: row.slug_rank,
            to_rank: row.slug_rank,
            date: row.date,
            sent: false,
            is_changed: false,
        });
        self.texts.push_str(&row.text);
    }

    /// Ends the selection: each number once.
    pub(super) fn close(&mut self) {
        if self.positions.is_empty() {
            self.chosen.sort_unstable_by_key(|chosen| chosen.position);
            self.chosen.dedup_by_key(|chosen| chosen.position);
            self.positions = self.chosen.iter().map(|chosen| (chosen.position, false)).collect();
        }
    }

    /// Takes note of which numbers change.
    pub(super) fn note_changes(&mut self) {
        let mut changed: Vec<_> =
            self.chosen.iter().map(|chosen| (chosen.position, chosen.is_changed)).collect();
        changed.sort_unstable();
        self.positions = changed;
    }

    /// The text that a document has now.
    pub(super) fn text(&self, chosen: &Chosen) -> &str {
        let at = chosen.text_at as usize;
        self.texts.get(at..at + usize::from(chosen.text_len)).unwrap_or_default()
    }

    /// Whether a number is selected.
    pub(super) fn has(&self, position: Position) -> bool {
        self.find(position).is_some()
    }

    /// Whether a number is selected and will be another one.
    pub(super) fn moves(&self, position: Position) -> bool {
        self.find(position) == Some(true)
    }

    fn find(&self, position: Position) -> Option<bool> {
        let at = self.positions.binary_search_by_key(&position, |known| known.0).ok()?;
        self.positions.get(at).map(|known| known.1)
    }

    /// The sequence of a document.
    pub(super) fn sequence(&self, chosen: &Chosen) -> &SequenceRow {
        &self.sequences[chosen.sequence as usize]
    }

    /// The one series of what is selected.
    pub(super) fn series(&self, problems: &mut Problems) -> Option<SeriesId> {
        let all: BTreeSet<SeriesId> = self.sequences.iter().map(|row| row.series).collect();
        let Some(first) = all.first().copied() else {
            if problems.is_empty() {
                let message = "Nothing is selected. Give numbers, or a series with dates in which \
                               it has documents.";
                problems.once(ProblemCode::NothingSelected, message.to_owned());
            }
            return None;
        };
        for series in all.iter().skip(1) {
            let is_of = |chosen: &&Chosen| self.sequence(chosen).series == *series;
            let Some(chosen) = self.chosen.iter().find(is_of) else { continue };
            let message = format!(
                "{} is of another series than the rest. Number one series at a time; a number that \
                 was typed by hand is in a series of its own.",
                self.text(chosen)
            );
            problems.of(ProblemCode::SeriesMixed, self, chosen, message);
        }
        (all.len() == 1).then_some(first)
    }

    /// The earliest date of a document whose number changes.
    pub(super) fn earliest_changed(&self) -> Option<Date> {
        self.chosen.iter().filter(|chosen| chosen.is_changed).map(|chosen| chosen.date).min()
    }

    /// What is to be known before it is applied.
    pub(super) fn warnings(&self) -> Vec<Problem> {
        let unknown = |chosen: &&Chosen| chosen.is_changed && chosen.document().is_none();
        let mut outside = self.chosen.iter().filter(unknown);
        let Some(first) = outside.next() else { return Vec::new() };
        let message = format!(
            "{} documents live in another system, so it is not known whether they were sent. A \
             customer who has one knows it under its old number.",
            1 + outside.count()
        );
        vec![Problem {
            code: ProblemCode::SentUnknown,
            number: Some(self.text(first).to_owned()),
            position: Some(first.position),
            message,
        }]
    }
}
