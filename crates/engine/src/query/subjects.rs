//! What events are about, where the events themselves do not hold it.

use std::collections::HashMap;

use ledger::Misses;
use ledger::id::{GapId, LedgerId, Position, SequenceId, SeriesId};
use ledger::model::{EventRow, GapRow, NumberRow, SequenceRow, SeriesRow, Subject};
use ledger::outcome::{GapView, NumberView};
use store::Reader;

use crate::error::EngineError;

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectView {
    /// An object, which the event holds as it was.
    Held,
    /// A number.
    Number(Box<NumberView>),
    /// A series.
    Series(Box<SeriesRow>),
    /// A gap.
    Gap(Box<GapView>),
    /// It is not to be found.
    Gone,
}

/// What events of one ledger are about, in their order. The number of questions does not depend
/// on that of the events, and is none where events hold it all.
///
/// # Errors
/// [`EngineError::Store`].
pub fn subjects<'a>(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    events: impl Iterator<Item = &'a EventRow> + Clone,
) -> Result<Vec<SubjectView>, EngineError> {
    let rows = Rows::load(reader, ledger, events.clone())?;
    Ok(events.map(|event| rows.view(event.subject)).collect())
}

/// Rows by their ids.
#[derive(Default)]
struct Rows {
    numbers: HashMap<Position, NumberRow>,
    gaps: HashMap<GapId, GapRow>,
    sequences: HashMap<SequenceId, SequenceRow>,
    series: HashMap<SeriesId, SeriesRow>,
}

impl Rows {
    fn load<'a>(
        reader: &mut dyn Reader,
        ledger: LedgerId,
        events: impl Iterator<Item = &'a EventRow>,
    ) -> Result<Rows, EngineError> {
        let mut misses = Misses::default();
        for event in events {
            match event.subject {
                Subject::Object(..) => {}
                Subject::Number(position) => misses.numbers.push((ledger, position)),
                Subject::Series(id) => misses.series.push((ledger, id)),
                Subject::Gap(id) => misses.gaps.push((ledger, id)),
            }
        }
        let mut series = once(std::mem::take(&mut misses.series));
        misses.numbers = once(misses.numbers);
        misses.gaps = once(misses.gaps);
        let mut rows = Rows::default();
        if misses != Misses::default() {
            let found = reader.load(&misses)?;
            rows.numbers = found.numbers.into_iter().map(|row| (row.position, row)).collect();
            rows.gaps = found.gaps.into_iter().map(|row| (row.id, row)).collect();
            rows.load_sequences(reader, ledger)?;
            series.extend(rows.sequences.values().map(|row| (ledger, row.series)));
        }
        let misses = Misses { series: once(series), ..Misses::default() };
        if misses != Misses::default() {
            let found = reader.load(&misses)?.series;
            rows.series = found.into_iter().map(|row| (row.id, row)).collect();
        }
        Ok(rows)
    }

    fn load_sequences(
        &mut self,
        reader: &mut dyn Reader,
        ledger: LedgerId,
    ) -> Result<(), EngineError> {
        let ids = self.numbers.values().map(|row| row.sequence);
        let ids = ids.chain(self.gaps.values().map(|row| row.sequence));
        let places = once(ids.map(|id| (ledger, id)).collect());
        let found = reader.load(&Misses { places, ..Misses::default() })?.places;
        let sequences = found.into_iter().map(|(_, key)| key).collect();
        let found = reader.load(&Misses { sequences, ..Misses::default() })?.sequences;
        self.sequences = found.into_iter().map(|row| (row.id, row)).collect();
        Ok(())
    }

    fn view(&self, subject: Subject) -> SubjectView {
        let found = match subject {
            Subject::Object(..) => Some(SubjectView::Held),
            Subject::Number(position) => self.number(position),
            Subject::Series(id) => {
                self.series.get(&id).map(|row| SubjectView::Series(Box::new(row.clone())))
            }
            Subject::Gap(id) => self.gap(id),
        };
        found.unwrap_or(SubjectView::Gone)
    }

    fn number(&self, position: Position) -> Option<SubjectView> {
        let row = self.numbers.get(&position)?;
        let sequence = self.sequences.get(&row.sequence)?;
        let view = NumberView::new(row.clone(), sequence, self.series.get(&sequence.series)?);
        Some(SubjectView::Number(Box::new(view)))
    }

    fn gap(&self, id: GapId) -> Option<SubjectView> {
        let row = self.gaps.get(&id)?;
        let sequence = self.sequences.get(&row.sequence)?;
        let view = GapView::new(row.clone(), sequence, self.series.get(&sequence.series)?);
        Some(SubjectView::Gap(Box::new(view)))
    }
}

/// Each key once: a store may be asked for a row only once.
fn once<K: Ord>(mut keys: Vec<K>) -> Vec<K> {
    keys.sort_unstable();
    keys.dedup();
    keys
}
