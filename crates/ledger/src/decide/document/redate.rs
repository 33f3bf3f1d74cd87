//! A draft that holds a number, and is given another date.

use std::sync::Arc;

use jiff::civil::Date;
use numbering::{Ordinal, Texts};

use super::desk::Desk;
use super::numbering::{date_of, number_invoice, number_of, of_instant, void_number_of};
use super::reset::check_unlocked;
use crate::decide::sequence::{check_century, check_date};
use crate::decide::{Halt, record, refuse, refuse_param, today};
use crate::id::ObjectId;
use crate::model::document::{Invoice, Numbering};
use crate::model::{Cause, NumberRow, SequenceRow, SeriesRow};
use crate::refusal::Code;
use crate::trail::Change;

/// Lets the number of a draft follow its date. Where the number would be the same on the new date,
/// it stays and takes the date. Where not, a draft that was never finalized gets the next one of
/// the new period and the old one is void; one that was finalized keeps its number, and is refused
/// when it is finalized again, unless it was given a date that fits by then.
pub(super) fn follow(desk: &mut Desk<'_>, id: ObjectId, invoice: &mut Invoice) -> Result<(), Halt> {
    let (Some(numbering), Some(at)) = (invoice.numbering.clone(), invoice.effective_at) else {
        return Ok(());
    };
    let date = date_of(desk, at)?;
    if date == numbering.date {
        return Ok(());
    }
    let today = today(&desk.ledger, desk.command)?;
    check_date(&desk.ledger, today, date).map_err(of_instant)?;
    check_unlocked(desk, &numbering, invoice, "given another date")?;
    let held = Held::read(desk, &numbering)?;
    if held.fits(date) {
        check_century(&held.series, date).map_err(of_instant)?;
        let numbering = held.redate(desk, id, numbering, date);
        invoice.numbering = Some(numbering);
        return Ok(());
    }
    if invoice.reset_at.is_some() {
        return Ok(());
    }
    let why = format!("the draft was moved to {date}, which the number does not fit");
    void_number_of(desk, Some(&numbering), Cause::Unused, &why)?;
    (invoice.number, invoice.numbering) = (None, None);
    number_invoice(desk, id, invoice, (Some(numbering.position), true))
}

/// Refuses to finalize an invoice under a number that was given for another period.
pub(super) fn check_date_fits(
    desk: &Desk<'_>,
    invoice: &Invoice,
    numbering: &Numbering,
) -> Result<(), Halt> {
    let Some(at) = invoice.effective_at else { return Ok(()) };
    let date = date_of(desk, at)?;
    if date == numbering.date {
        return Ok(());
    }
    let last = numbering.period_to.yesterday().unwrap_or(numbering.period_to);
    let message = format!(
        "The number {} was given for {} in the period {} ({} to {last}), and the invoice is dated \
         {date}. Put `effective_at` back into that period, where the number reads the same; or \
         delete the draft, which leaves a gap, and make a new one dated {date}.",
        invoice.number.as_deref().unwrap_or_default(),
        numbering.date,
        numbering.period_label,
        numbering.period_from,
    );
    refuse_param(Code::NumberDateMismatch, "effective_at", message)
}

/// The number that a draft holds, and where it counts.
struct Held {
    row: NumberRow,
    sequence: SequenceRow,
    series: Arc<SeriesRow>,
}

impl Held {
    fn read(desk: &Desk<'_>, numbering: &Numbering) -> Result<Held, Halt> {
        let row = number_of(desk, numbering)?;
        let books = &desk.books;
        let series = books.series.read(&(desk.ledger.id, numbering.series))?;
        let place = books.places.read(&(desk.ledger.id, row.sequence))?;
        let sequence = match place {
            Some(place) => books.sequences.read(place)?,
            None => None,
        };
        match (series, sequence) {
            (Some(series), Some(sequence)) => {
                Ok(Held { row, sequence: sequence.clone(), series: Arc::clone(series) })
            }
            _ => refuse(Code::ResourceMissing, "The number's series is missing. Run verify."),
        }
    }

    /// Whether the number would be in the same sequence and read the same on another date.
    fn fits(&self, date: Date) -> bool {
        if self.series.is_typed() {
            return true;
        }
        if self.series.period(date).from != self.sequence.period_from {
            return false;
        }
        let Ok(ordinal) = Ordinal::new(self.row.ordinal) else { return false };
        // What does not come from the date is the same on both, whatever it is.
        let texts = Texts { customer: "A", invoice: "A", kind: "A" };
        let format = &self.series.version(self.row.date).format;
        let on = |date| format.render(date, ordinal, &texts).ok();
        on(date).is_some() && on(date) == on(self.row.date)
    }

    /// Gives the number the date, where it fits.
    fn redate(
        self,
        desk: &mut Desk<'_>,
        document: ObjectId,
        numbering: Numbering,
        date: Date,
    ) -> Numbering {
        let Held { row, mut sequence, series } = self;
        let (position, before) = (row.position, row.date);
        sequence.reach(&series, date);
        sequence.last_date = sequence.last_date.max(Some(date));
        let (period_to, period_label) = (sequence.period_to, sequence.period_label.clone());
        let change =
            Change::NumberRedated { position, sequence: sequence.id, document, before, date };
        record(desk.books, desk.command, &mut desk.ledger, &change);
        desk.books.sequences.write(sequence.key(), sequence);
        let mut used = SeriesRow::clone(&series);
        used.see(date);
        if used != *series {
            crate::decide::series::write(desk.books, used);
        }
        desk.books.numbers.write((row.ledger, position), NumberRow { date, ..row });
        Numbering { date, period_to, period_label, ..numbering }
    }
}
