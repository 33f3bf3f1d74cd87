//! Back to a draft: an invoice can be changed again, and keeps its number.

use super::desk::{Desk, ID, Opened};
use super::finalize::{customer_of, set_balance};
use super::line::reckon;
use super::numbering::number_of;
use crate::decide::{Halt, reason, record, refuse, refuse_param};
use crate::id::ObjectId;
use crate::model::document::{Invoice, InvoiceStatus, Numbering, StatusTransitions};
use crate::model::{At, NumberRow};
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::role::Right;
use crate::trail::Change;

/// Makes a draft of an invoice again.
pub(super) fn reset(desk: &mut Desk<'_>, id: ObjectId, why: &str) -> Result<Outcome, Halt> {
    let why = reason(why, "reset an invoice to draft")?.to_owned();
    let Opened { row, body: mut invoice } = desk.open::<Invoice>(id, ID)?;
    check_status(&invoice)?;
    check_known(desk, &invoice, "be reset to draft")?;
    let Some(numbering) = invoice.numbering.clone() else {
        return refuse(Code::ResourceMissing, "The invoice's number is missing. Run verify.");
    };
    check_unlocked(desk, &numbering, &invoice, "reset to draft")?;
    let taken = invoice.starting_balance - invoice.ending_balance.unwrap_or_default();
    let customer = match taken {
        0 => None,
        _ => customer_of(desk, invoice.customer)?,
    };
    reopen(&mut invoice, desk.now());
    reckon(desk, &mut invoice, ID)?;
    let number = number_of(desk, &numbering)?;
    let change = Change::DocumentReset { position: numbering.position, document: id, reason: why };
    record(desk.books, desk.command, &mut desk.ledger, &change);
    let number = NumberRow { draft: true, ..number };
    desk.books.numbers.write((number.ledger, number.position), number);
    let after = desk.put(&row, invoice);
    let view = desk.view(after)?;
    desk.tell_changed("invoice.reset_to_draft", &view, Some(&row))?;
    if let Some(customer) = customer {
        let balance = customer.body.balance + taken;
        set_balance(desk, customer, balance)?;
    }
    Ok(desk.show(view))
}

/// Refuses what somebody outside knows by its number, except to an administrator.
pub(super) fn check_known(desk: &Desk<'_>, invoice: &Invoice, what: &str) -> Result<(), Halt> {
    let credited = invoice.pre_payment_credited != 0 || invoice.post_payment_credited != 0;
    let known = if invoice.sent_at.is_some() {
        "was sent"
    } else if invoice.amount_paid > 0 {
        "is paid"
    } else if credited {
        "is credited"
    } else {
        return Ok(());
    };
    if desk.role.may(Right::Administer) {
        return Ok(());
    }
    let message = format!(
        "The invoice {known}, so only an administrator may let it {what}. Issue a credit note \
         instead, or ask one."
    );
    refuse_param(Code::StatusTransitionInvalid, ID, message)
}

/// Refuses to touch a document whose number is dated on or before the lock date.
pub(super) fn check_unlocked(
    desk: &Desk<'_>,
    numbering: &Numbering,
    invoice: &Invoice,
    what: &str,
) -> Result<(), Halt> {
    let Some(locked) = desk.ledger.settings.locked_through() else { return Ok(()) };
    if numbering.date > locked {
        return Ok(());
    }
    let message = format!(
        "{} is dated {}, and everything through {locked} is locked, so it cannot be {what}. An \
         administrator may move the lock date back.",
        invoice.number.as_deref().unwrap_or_default(),
        numbering.date
    );
    refuse_param(Code::PeriodLocked, ID, message)
}

/// Refuses documents without a number of their own, or that lost it for ever.
fn check_status(invoice: &Invoice) -> Result<(), Halt> {
    let message = match invoice.status {
        InvoiceStatus::Open | InvoiceStatus::Paid | InvoiceStatus::Uncollectible => return Ok(()),
        InvoiceStatus::Draft => "The invoice is a draft already. Change it as it is.",
        InvoiceStatus::Void => {
            "The invoice is void, and so is its number for ever. Make a new invoice."
        }
    };
    refuse_param(Code::StatusTransitionInvalid, ID, message)
}

/// Takes away what finalizing made, but for the number and the date that chose its period. Nothing
/// goes on by itself from here: whoever asked for this is to look at it.
fn reopen(invoice: &mut Invoice, now: At) {
    invoice.status = InvoiceStatus::Draft;
    invoice.status_transitions = StatusTransitions::default();
    invoice.reset_at = Some(now);
    (invoice.auto_advance, invoice.wake_at) = (false, None);
    (invoice.amount_paid, invoice.attempted, invoice.paid_out_of_band) = (0, false, false);
    (invoice.starting_balance, invoice.ending_balance) = (0, None);
    if invoice.days_until_due.is_some() {
        invoice.due_date = None;
    }
}
