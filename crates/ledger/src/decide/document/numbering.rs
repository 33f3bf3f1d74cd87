//! Numbers of documents: given, recorded with what the document says, and voided.

use jiff::civil::Date;

use super::desk::Desk;
use super::teach::take_effect;
use crate::command::{Item, SeriesRef};
use crate::decide::issue::document::{number_document, taken};
use crate::decide::tell::{Told, tell};
use crate::decide::void::void_number;
use crate::decide::{Halt, actor_text, record, refuse, refuse_param, today_at};
use crate::id::{GapId, ObjectId, Position};
use crate::model::document::{CreditNote, Invoice, Numbering};
use crate::model::{At, Cause, GapCause, GapRow, Kind, NumberRow, ObjectKind, State};
use crate::outcome::NumberView;
use crate::refusal::{Code, Refusal};
use crate::trail::{Change, DocumentDigest, Hash, LeftGap};

/// Gives an invoice its number: the one that is typed on it, or the next one. `replaces` is a void
/// number that it had before; `draft` says whether it is a draft still behind that.
pub(super) fn number_invoice(
    desk: &mut Desk<'_>,
    id: ObjectId,
    invoice: &mut Invoice,
    (replaces, draft): (Option<Position>, bool),
) -> Result<(), Halt> {
    let date = date_of(desk, invoice.effective_at.unwrap_or(desk.now()))?;
    let teaching = invoice.teaching.take();
    if let Some(teaching) = &teaching {
        take_effect(desk, id, invoice, teaching)?;
    }
    let item = item_of(desk, id, invoice, date);
    let digest = DocumentDigest::of_invoice(desk.ledger.id, invoice, date);
    // What taught the series is the next number of it.
    let typed = invoice.number.clone().filter(|_| teaching.is_none());
    let view = give(desk, (id, digest, draft), &item, (typed.as_deref(), replaces))?;
    if teaching.is_some() && invoice.number.as_ref() != Some(&view.row.text) {
        return taken(invoice.number.as_deref().unwrap_or_default());
    }
    invoice.numbering = Some(numbering(&view, typed.is_some()));
    invoice.number = Some(view.row.text);
    Ok(())
}

/// An invoice as its number is given.
pub(super) fn item_of(desk: &Desk<'_>, id: ObjectId, invoice: &Invoice, date: Date) -> Item {
    Item {
        date: Some(date),
        reference: Some(id.text(ObjectKind::Invoice, desk.ledger.id)),
        series: invoice.series.map(SeriesRef::Id),
        kind: Some(Kind::invoice()),
        customer: Some(desk.customer_id(invoice.customer)),
        ..Item::default()
    }
}

/// Gives a credit note its number.
pub(super) fn number_credit_note(
    desk: &mut Desk<'_>,
    id: ObjectId,
    note: &mut CreditNote,
    parent: Option<Position>,
) -> Result<(), Halt> {
    let date = date_of(desk, note.effective_at.unwrap_or(desk.now()))?;
    let item = Item {
        date: Some(date),
        reference: Some(id.text(ObjectKind::CreditNote, desk.ledger.id)),
        kind: Some(Kind::credit_note()),
        customer: Some(desk.customer_id(note.customer)),
        parent,
        ..Item::default()
    };
    let digest = DocumentDigest::of_credit_note(desk.ledger.id, note, date);
    let view = give(desk, (id, digest, false), &item, (None, None))?;
    note.numbering = Some(numbering(&view, false));
    note.number = view.row.text;
    Ok(())
}

/// Records what an invoice says that had its number as a draft.
pub(super) fn record_finalized(
    desk: &mut Desk<'_>,
    id: ObjectId,
    invoice: &Invoice,
) -> Result<(), Halt> {
    let Some(numbering) = &invoice.numbering else { return Ok(()) };
    let row = number_of(desk, numbering)?;
    let digest = DocumentDigest::of_invoice(desk.ledger.id, invoice, numbering.date);
    let change = Change::DocumentFinalized { position: numbering.position, document: id, digest };
    record(desk.books, desk.command, &mut desk.ledger, &change);
    let row = NumberRow { draft: false, ..row };
    desk.books.numbers.write((row.ledger, row.position), row);
    Ok(())
}

/// Voids the number of a document, if it has one.
pub(super) fn void_number_of(
    desk: &mut Desk<'_>,
    numbering: Option<&Numbering>,
    cause: Cause,
    why: &str,
) -> Result<(), Halt> {
    let Some(numbering) = numbering else { return Ok(()) };
    let row = number_of(desk, numbering)?;
    void_number(desk.books, desk.command, &mut desk.ledger, row, cause, why.to_owned())
}

/// The number of a document, as the register has it.
pub(super) fn number_of(desk: &Desk<'_>, numbering: &Numbering) -> Result<NumberRow, Halt> {
    match desk.books.numbers.read(&(desk.ledger.id, numbering.position))? {
        Some(row) => Ok(row.clone()),
        None => refuse(Code::ResourceMissing, "The document's number is missing. Run verify."),
    }
}

/// Takes the number of a document that is deleted: its text stays taken, its ordinal is blank, and
/// a gap says why.
pub(super) fn blank_number(
    desk: &mut Desk<'_>,
    document: ObjectId,
    numbering: &Numbering,
    reason: String,
) -> Result<(), Halt> {
    let row = number_of(desk, numbering)?;
    desk.ledger.last_gap += 1;
    let gap = GapRow {
        ledger: desk.ledger.id,
        id: GapId(desk.ledger.last_gap),
        sequence: row.sequence,
        from: row.ordinal,
        to: row.ordinal,
        first_text: row.text.clone(),
        last_text: row.text.clone(),
        date: row.date,
        cause: GapCause::Deleted,
        at: desk.now(),
        actor: actor_text(&desk.command.actor),
        index: desk.ledger.trail_count,
        explanation: None,
    };
    if desk.ledger.documents.tells_numbers {
        tell(desk.books, desk.command, &mut desk.ledger, Told::gap("gap.found", gap.id))?;
    }
    let left = LeftGap::of(&gap);
    let change = Change::DocumentDeleted { position: row.position, document, gap: left, reason };
    record(desk.books, desk.command, &mut desk.ledger, &change);
    desk.books.gaps.write((gap.ledger, gap.id), gap);
    let row = NumberRow { state: State::Blank, draft: false, ..row };
    desk.books.numbers.write((row.ledger, row.position), row);
    Ok(())
}

fn give(
    desk: &mut Desk<'_>,
    document: (ObjectId, Hash, bool),
    item: &Item,
    given: (Option<&str>, Option<Position>),
) -> Result<NumberView, Halt> {
    let Desk { books, command, ledger, .. } = desk;
    number_document(books, command, ledger, document, item, given).map_err(of_instant)
}

/// Names the instant that a refused date is from: what is a date of an outside document is one
/// here.
pub(super) fn of_instant(halt: Halt) -> Halt {
    match halt {
        Halt::Refused(refusal) if refusal.param.as_deref() == Some("date") => {
            Halt::Refused(Refusal { param: Some("effective_at".to_owned()), ..refusal })
        }
        halt => halt,
    }
}

/// The day of an instant in the account's zone.
pub(super) fn date_of(desk: &Desk<'_>, at: At) -> Result<Date, Halt> {
    match today_at(&desk.ledger, at) {
        Ok(date) => Ok(date),
        Err(_) => {
            let message = "This is no instant of the calendar. Give seconds since 1970.";
            refuse_param(Code::ParameterInvalid, "effective_at", message)
        }
    }
}

fn numbering(view: &NumberView, typed: bool) -> Numbering {
    Numbering {
        position: view.row.position,
        series: view.series,
        ordinal: view.row.ordinal,
        slug: view.row.slug(),
        date: view.row.date,
        period_from: view.period.from,
        period_to: view.period.to,
        period_label: view.period_label.clone(),
        receipt: view.row.receipt,
        warning: view.row.warning,
        mark: view.row.mark,
        typed,
    }
}
