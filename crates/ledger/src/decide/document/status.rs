//! The life of an invoice behind its finalizing.

use super::desk::{Desk, ID, Opened};
use super::finalize::{finalized, pay as pay_now, tell_paid, voided};
use crate::decide::{Halt, refuse_param};
use crate::id::ObjectId;
use crate::model::document::{Invoice, InvoiceStatus};
use crate::outcome::Outcome;
use crate::refusal::Code;

/// Pays an invoice; a draft is finalized first.
pub(super) fn pay(desk: &mut Desk<'_>, id: ObjectId, out_of_band: bool) -> Result<Outcome, Halt> {
    let mut found = desk.open::<Invoice>(id, ID)?;
    if found.body.status == InvoiceStatus::Draft {
        let view = finalized(desk, found, None)?;
        found = desk.open::<Invoice>(id, ID)?;
        if found.body.status == InvoiceStatus::Paid {
            return Ok(desk.show(view));
        }
    }
    let Opened { row, body: mut invoice } = found;
    match invoice.status {
        InvoiceStatus::Open | InvoiceStatus::Uncollectible => {}
        InvoiceStatus::Paid => return refuse_step("The invoice is paid already."),
        status => return refuse_status("paid", status, "an open or uncollectible"),
    }
    pay_now(&mut invoice, desk.now());
    invoice.paid_out_of_band = out_of_band;
    let row = desk.put(&row, invoice);
    let view = desk.view(row)?;
    tell_paid(desk, &view)?;
    Ok(desk.show(view))
}

/// Voids an invoice.
pub(super) fn void(desk: &mut Desk<'_>, id: ObjectId) -> Result<Outcome, Halt> {
    let found = desk.open::<Invoice>(id, ID)?;
    match found.body.status {
        InvoiceStatus::Open | InvoiceStatus::Uncollectible => {
            let view = voided(desk, found, None, "the invoice was voided")?;
            Ok(desk.show(view))
        }
        InvoiceStatus::Draft => {
            refuse_step("A draft is not voided: it holds no place yet. Delete it instead.")
        }
        InvoiceStatus::Void => {
            refuse_step("The invoice is void already. Nothing needs to be done.")
        }
        InvoiceStatus::Paid => {
            refuse_step("The invoice is paid, and cannot be voided. Issue a credit note instead.")
        }
    }
}

/// Gives an invoice up.
pub(super) fn mark_uncollectible(desk: &mut Desk<'_>, id: ObjectId) -> Result<Outcome, Halt> {
    let Opened { row, body: mut invoice } = desk.open::<Invoice>(id, ID)?;
    if invoice.status != InvoiceStatus::Open {
        return refuse_status("marked as uncollectible", invoice.status, "an open");
    }
    invoice.status = InvoiceStatus::Uncollectible;
    invoice.status_transitions.marked_uncollectible_at = Some(desk.now());
    let row = desk.put(&row, invoice);
    desk.told("invoice.marked_uncollectible", row)
}

/// Marks an invoice as sent; a draft is finalized first.
pub(super) fn send(desk: &mut Desk<'_>, id: ObjectId) -> Result<Outcome, Halt> {
    let mut found = desk.open::<Invoice>(id, ID)?;
    let was_draft = found.body.status == InvoiceStatus::Draft;
    if was_draft {
        finalized(desk, found, None)?;
        found = desk.open::<Invoice>(id, ID)?;
    }
    let Opened { row, body: mut invoice } = found;
    if invoice.status != InvoiceStatus::Open && !was_draft {
        return refuse_status("sent", invoice.status, "an open");
    }
    invoice.sent_at = Some(desk.now());
    let row = desk.put(&row, invoice);
    desk.told("invoice.sent", row)
}

fn refuse_status<T>(what: &str, status: InvoiceStatus, able: &str) -> Result<T, Halt> {
    refuse_step(&format!("The invoice is {}. Only {able} invoice can be {what}.", status.text()))
}

fn refuse_step<T>(message: &str) -> Result<T, Halt> {
    refuse_param(Code::StatusTransitionInvalid, ID, message)
}
