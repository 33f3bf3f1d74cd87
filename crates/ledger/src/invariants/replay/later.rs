//! What became of numbers and their series after they were given.

use jiff::civil::Date;

use super::{Event, Replay, named};
use crate::id::SequenceId;
use crate::model::{GapCause, Mark, Voided};
use crate::trail::{Change, Sealed};

impl Replay {
    pub(super) fn later(&mut self, sealed: &Sealed, change: Change, on: &mut dyn FnMut(Event)) {
        match change {
            Change::DocumentFinalized { document, digest, position } => {
                self.drafts.remove(&position);
                on(Event::Finalized(document, digest));
            }
            Change::NumberVoided { position, cause, reason } => {
                self.drafts.remove(&position);
                let (at, index) = (sealed.entry.at, sealed.entry.index);
                on(Event::Voided(position, Voided { cause, reason, at, index }));
            }
            Change::SequenceAdvanced { opened, prefixes, sequence, gap, date, .. } => {
                named(sealed, prefixes, on);
                self.open(sealed, opened.into_iter().collect());
                self.skip(sealed, sequence, gap, date);
            }
            Change::DocumentReset { position, .. } => {
                self.drafts.insert(position);
            }
            Change::DocumentDeleted { position, gap, .. } => {
                self.drafts.remove(&position);
                let row = self.gap(sealed, GapCause::Deleted, gap);
                on(Event::Deleted(position, Box::new(row)));
            }
            Change::SeriesTaught { series, opened, sequence, gap, .. } => {
                self.revise(vec![*series]);
                self.open(sealed, opened.into_iter().collect());
                if let Some(gap) = gap {
                    self.advance(sealed, sequence, gap.to);
                    self.gap(sealed, GapCause::Skipped, gap);
                }
                self.mark(sequence, Mark::Taught);
            }
            Change::NumberRedated { position, sequence, before, date, .. } => {
                self.redate(sequence, date);
                on(Event::Redated(position, sequence, [before, date], sealed.entry.index));
            }
            // What a document says that was reset is known again when it is finalized.
            _ => {}
        }
    }

    /// Notes a date that a number of a sequence got.
    fn redate(&mut self, sequence: SequenceId, date: Date) {
        let Some(row) = self.sequences.get_mut(&sequence) else { return };
        if let Some(series) = self.series.get_mut(&row.series) {
            row.reach(series, date);
            series.see(date);
        }
        row.last_date = row.last_date.max(Some(date));
    }
}
