//! What the clock asks of invoices: drafts that finalize by themselves, and what is due.
//!
//! An invoice says in its row when it is to be looked at next ([`Invoice::wake`]). Whoever watches
//! the clock sends [`DocumentAction::Wake`](crate::command::document::DocumentAction::Wake) then;
//! one that comes too early or twice changes nothing, so each thing is done and told once.

use super::desk::{Desk, ID, Opened};
use super::finalize::{ask_series, finalized};
use crate::decide::Halt;
use crate::id::ObjectId;
use crate::model::At;
use crate::model::document::{FinalizationError, Invoice, InvoiceStatus};
use crate::outcome::Outcome;

/// How long before an invoice is due that is told.
const TOLD_BEFORE_MS: i64 = 3 * 24 * 60 * 60 * 1000;

/// Does what an invoice was to be looked at for.
pub(super) fn wake(desk: &mut Desk<'_>, id: ObjectId) -> Result<Outcome, Halt> {
    ask_series(desk, None);
    let found = desk.open::<Invoice>(id, ID)?;
    if !is_awaited(desk, &found.body) {
        return show(desk, found);
    }
    if found.body.status == InvoiceStatus::Draft {
        let view = finalized(desk, found, None)?;
        return Ok(desk.show(view));
    }
    let Opened { row, body: mut invoice } = found;
    let due = invoice.due_date.filter(|due| *due > desk.now());
    let kind = if due.is_some() { "invoice.will_be_due" } else { "invoice.overdue" };
    invoice.wake_at = due;
    let row = desk.put(&row, invoice);
    desk.told(kind, row)
}

/// Looks at a draft that was to finalize by itself at a later time again.
pub(super) fn put_off(desk: &mut Desk<'_>, id: ObjectId, until: At) -> Result<Outcome, Halt> {
    let mut found = desk.open::<Invoice>(id, ID)?;
    let is_draft = found.body.status == InvoiceStatus::Draft;
    if !is_draft || !is_awaited(desk, &found.body) || until <= desk.now() {
        return show(desk, found);
    }
    found.body.wake_at = Some(until);
    let row = desk.put(&found.row, found.body);
    Ok(desk.show(desk.view(row)?))
}

/// Notes on a draft why it did not finalize by itself. It is not tried again until somebody asks.
pub(super) fn fail(
    desk: &mut Desk<'_>,
    id: ObjectId,
    error: &FinalizationError,
) -> Result<Outcome, Halt> {
    let mut found = desk.open::<Invoice>(id, ID)?;
    if found.body.status != InvoiceStatus::Draft || !is_awaited(desk, &found.body) {
        return show(desk, found);
    }
    found.body.wake_at = None;
    found.body.finalization_error = Some(Box::new(error.clone()));
    let row = desk.put(&found.row, found.body);
    desk.told("invoice.finalization_failed", row)
}

/// When an invoice that was finalized now is to be looked at.
pub(super) fn watch(invoice: &mut Invoice, now: At) {
    let told = invoice.due_date.map(|due| (At(due.0.saturating_sub(TOLD_BEFORE_MS)), due));
    // Three days before may have been before there was an invoice: then only the end is told.
    invoice.wake_at = told.map(|(before, due)| if before > now { before } else { due });
}

/// Sets whether a draft is to finalize by itself, and when. One that failed to is tried again when
/// it is asked for again.
pub(super) fn set_advance(invoice: &mut Invoice, advance: bool, now: At) {
    invoice.auto_advance = advance;
    if invoice.status != InvoiceStatus::Draft {
        return;
    }
    invoice.wake_at = match invoice.wake_at {
        _ if !advance => None,
        None => Some(At(now.0.saturating_add(Invoice::ADVANCES_AFTER_MS))),
        set => set,
    };
}

fn is_awaited(desk: &Desk<'_>, invoice: &Invoice) -> bool {
    invoice.wake().is_some_and(|at| at <= desk.now())
}

fn show(desk: &Desk<'_>, found: Opened<Invoice>) -> Result<Outcome, Halt> {
    Ok(desk.show(desk.view((*found.row).clone())?))
}
