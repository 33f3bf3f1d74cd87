//! A number on a draft that teaches its series how numbers are written.

use super::desk::{Desk, ID};
use super::invoice::not_editable;
use super::numbering::{date_of, item_of, of_instant};
use crate::command::document::{InvoiceChange, TeachingAsked};
use crate::decide::issue::teach::{Typed, lesson, teach};
use crate::decide::{Halt, checked_text, permit, refuse_param};
use crate::id::ObjectId;
use crate::model::document::{Invoice, InvoiceStatus, Teaching};
use crate::outcome::{LessonView, Outcome};
use crate::refusal::Code;
use crate::role::Right;

/// What a number would teach the series of a draft; nothing is changed.
pub(super) fn preview(
    desk: &mut Desk<'_>,
    id: ObjectId,
    number: &str,
    asked: &TeachingAsked,
) -> Result<Outcome, Halt> {
    let mut draft = desk.open::<Invoice>(id, ID)?.body;
    if draft.status != InvoiceStatus::Draft {
        return not_editable(ID, draft.status, "its number");
    }
    check_without_number(&draft)?;
    draft.number = Some(number.to_owned());
    let teaching = learnt(desk, id, &draft, asked)?;
    let series = desk.books.series.read(&(desk.ledger.id, teaching.series))?;
    let series_name = series.map(|row| row.name.clone()).unwrap_or_default();
    let number = number.to_owned();
    Ok(Outcome::Lesson(Box::new(LessonView { number, series_name, teaching })))
}

/// Sets what a draft's number is to teach, and keeps it true when the draft changes.
pub(super) fn set_teaching(
    desk: &mut Desk<'_>,
    id: ObjectId,
    invoice: &mut Invoice,
    change: &InvoiceChange,
) -> Result<(), Halt> {
    let asked = match (&change.teach, invoice.teaching.take()) {
        (Some(Some(asked)), _) => asked.clone(),
        (Some(None), _) => return Ok(()),
        // Another number teaches only if that is said of it too.
        (None, Some(before)) if change.number.is_none() => {
            let pattern = Some(before.chosen.pattern);
            TeachingAsked { pattern, reason: before.reason }
        }
        (None, _) => return Ok(()),
    };
    check_without_number(invoice)?;
    let mut teaching = learnt(desk, id, invoice, &asked)?;
    if let Some(reason) = &asked.reason {
        teaching.reason = Some(checked_text(reason.trim(), "reason")?.to_owned());
    }
    invoice.teaching = Some(Box::new(teaching));
    Ok(())
}

/// Teaches the series of an invoice that gets its number now, which comes next from then on.
pub(super) fn take_effect(
    desk: &mut Desk<'_>,
    id: ObjectId,
    invoice: &Invoice,
    teaching: &Teaching,
) -> Result<(), Halt> {
    permit(desk.role, Right::Administer, "teach a series")?;
    let Some(number) = invoice.number.as_deref() else { return Ok(()) };
    let date = date_of(desk, invoice.effective_at.unwrap_or(desk.now()))?;
    let item = item_of(desk, id, invoice, date);
    let typed = Typed { item: &item, number, pattern: Some(&teaching.chosen.pattern) };
    let Desk { books, command, ledger, .. } = desk;
    teach(books, command, ledger, id, &typed, teaching.reason.as_deref()).map_err(of_instant)
}

fn learnt(
    desk: &mut Desk<'_>,
    id: ObjectId,
    invoice: &Invoice,
    asked: &TeachingAsked,
) -> Result<Teaching, Halt> {
    permit(desk.role, Right::Administer, "teach a series")?;
    let Some(number) = invoice.number.as_deref() else {
        let message = "Give the number that is to teach, in `number`.";
        return refuse_param(Code::ParameterMissing, "number", message);
    };
    let date = date_of(desk, invoice.effective_at.unwrap_or(desk.now()))?;
    let item = item_of(desk, id, invoice, date);
    let typed = Typed { item: &item, number, pattern: asked.pattern.as_deref() };
    let Desk { books, command, ledger, .. } = desk;
    lesson(books, command, ledger, &typed).map_err(of_instant)
}

/// Refuses to teach by a document whose number is in the register: its text is known.
fn check_without_number(invoice: &Invoice) -> Result<(), Halt> {
    let Some(number) = invoice.numbering.as_ref().and(invoice.number.as_deref()) else {
        return Ok(());
    };
    let message = format!(
        "The draft has the number {number} already. Teach the series by the next draft, which \
         comes behind it."
    );
    refuse_param(Code::InvoiceNotEditable, "teach", message)
}
