//! *Durable*, and *Once* for keys: what clients were told.

use std::collections::HashMap;

use super::replay::Moved;
use super::snapshot::Told;
use super::violation::{Invariant, Log};
use crate::id::Position;
use crate::model::document::Numbering;
use crate::model::{GapRow, IdempotencyKey, NumberRow, Object, SequenceRow};
use crate::outcome::Outcome;
use crate::refusal::Refusal;

/// Answers that went out, to be found again.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    numbers: HashMap<Position, NumberRow>,
    /// The numbers that documents of this server were shown with.
    documents: HashMap<Position, (String, Numbering)>,
    reaches: HashMap<crate::id::SequenceId, u64>,
    gaps: HashMap<crate::id::GapId, (u64, u64)>,
    keyed: HashMap<IdempotencyKey, Result<Outcome, Refusal>>,
}

impl Answers {
    pub(super) fn take(&mut self, told: &Told, moved: &Moved, log: &mut Log) {
        if let Some(key) = told.key {
            let first = self.keyed.entry(key).or_insert_with(|| told.result.clone());
            if *first != told.result {
                let what = format!("the key {:02x?} was answered in two ways", key.0);
                log.say(Invariant::Once, what);
            }
        }
        match &told.result {
            Ok(Outcome::Issued(views)) => {
                for view in views {
                    self.number(&view.row, moved, log);
                }
            }
            Ok(Outcome::Voided(view)) => self.number(&view.row, moved, log),
            Ok(Outcome::Advanced(view, gap)) => {
                let reach = self.reaches.entry(view.row.id).or_default();
                *reach = view.row.last.max(*reach);
                if let Some(gap) = gap {
                    self.gaps.insert(gap.row.id, (gap.row.from, gap.row.to));
                }
            }
            Ok(Outcome::Object(view)) => self.document(&view.row.body, moved, log),
            _ => {}
        }
    }

    /// A document that is shown with a number is shown with it until a resequence changes it.
    fn document(&mut self, body: &Object, moved: &Moved, log: &mut Log) {
        let (numbering, number) = match body {
            Object::Invoice(invoice) => (&invoice.numbering, invoice.number.as_deref()),
            Object::CreditNote(note) => (&note.numbering, Some(note.number.as_str())),
            _ => return,
        };
        let (Some(numbering), Some(number)) = (numbering, number) else { return };
        let told = (number.to_owned(), numbering.clone());
        // A draft that is given another date takes its number along, within its period.
        let dated = |(text, known): (String, Numbering)| {
            let Numbering { date, period_to, ref period_label, .. } = told.1;
            (text, Numbering { date, period_to, period_label: period_label.clone(), ..known })
        };
        if let Some(known) = self.documents.insert(numbering.position, told.clone()).map(dated)
            && known != told
            && !moved.numbers.contains(&numbering.position)
        {
            let what = format!("a document was shown as {} and as {number}", known.0);
            log.say(Invariant::Once, what);
        }
    }

    /// A number that was told twice is the same number; a later answer may tell of its void.
    fn number(&mut self, row: &NumberRow, moved: &Moved, log: &mut Log) {
        if let Some(known) = self.numbers.get(&row.position)
            && !same(known, row, moved)
        {
            let what =
                format!("position {} was told as {} and {}", row.position.0, known.text, row.text);
            log.say(Invariant::Once, what);
        }
        self.numbers.insert(row.position, row.clone());
    }

    pub(super) fn seen_number(&mut self, row: &NumberRow, moved: &Moved, log: &mut Log) {
        self.seen_of_document(row, moved, log);
        if let Some(told) = self.numbers.remove(&row.position)
            && !(same(&told, row, moved) && (told.voided.is_none() || told.voided == row.voided))
        {
            let what = format!("{} was answered, and its row says otherwise", told.text);
            log.say(Invariant::Durable, what);
        }
    }

    fn seen_of_document(&mut self, row: &NumberRow, moved: &Moved, log: &mut Log) {
        let Some((text, told)) = self.documents.remove(&row.position) else { return };
        let is = (&row.text, row.ordinal, row.date, row.receipt);
        if moved.numbers.contains(&row.position) {
            return;
        }
        if is != (&text, told.ordinal, told.date, told.receipt) {
            let what = format!("a document was shown as {text}, and the register says otherwise");
            log.say(Invariant::Durable, what);
        }
    }

    pub(super) fn seen_gap(&mut self, row: &GapRow, moved: &Moved, log: &mut Log) {
        if let Some(told) = self.gaps.remove(&row.id)
            && told != (row.from, row.to)
            && !moved.gaps.contains(&row.id)
        {
            let what = format!("the gap {} was answered with other bounds", row.id.0);
            log.say(Invariant::Durable, what);
        }
    }

    pub(super) fn seen_sequence(&mut self, row: &SequenceRow, moved: &Moved, log: &mut Log) {
        if let Some(reach) = self.reaches.remove(&row.id)
            && row.last < reach
            && !moved.sequences.contains(&row.id)
        {
            let what =
                format!("sequence {} was moved to {reach} and ends at {}", row.id.0, row.last);
            log.say(Invariant::Durable, what);
        }
    }

    pub(super) fn finish(self, moved: &Moved, log: &mut Log) {
        let mut lost: Vec<&NumberRow> = self.numbers.values().collect();
        lost.sort_by_key(|row| row.position);
        for row in lost {
            log.say(Invariant::Durable, format!("{} was answered and is lost", row.text));
        }
        let mut lost: Vec<&String> = self.documents.values().map(|(text, _)| text).collect();
        lost.sort_unstable();
        for text in lost {
            let what = format!("a document was shown as {text}, and that number is lost");
            log.say(Invariant::Durable, what);
        }
        for gap in self.gaps.keys().filter(|gap| !moved.gaps.contains(gap)) {
            log.say(Invariant::Durable, format!("the gap {} was answered and is lost", gap.0));
        }
        for sequence in self.reaches.keys() {
            let what = format!("sequence {} was moved forward and is lost", sequence.0);
            log.say(Invariant::Durable, what);
        }
    }
}

/// Whether two rows tell of one number; what a void adds does not count, nor what a resequence
/// changed.
fn same(a: &NumberRow, b: &NumberRow, moved: &Moved) -> bool {
    let is_moved = moved.numbers.contains(&a.position);
    (is_moved || (a.ordinal, &a.text) == (b.ordinal, &b.text))
        && (a.sequence, a.date, a.receipt) == (b.sequence, b.date, b.receipt)
        && (&a.kind, &a.reference, &a.customer, a.parent)
            == (&b.kind, &b.reference, &b.customer, b.parent)
}
