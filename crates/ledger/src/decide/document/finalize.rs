//! Finalizing: a draft becomes a document, and gets its number.

use std::sync::Arc;

use numbering::{Scope, TokenKind};

use super::clock::watch;
use super::desk::{Desk, ID, Opened};
use super::draft::check_revisable;
use super::invoice::not_editable;
use super::line::{reckon, too_much};
use super::numbering::{number_invoice, record_finalized, void_number_of};
use super::redate::check_date_fits;
use super::reset::check_unlocked;
use crate::decide::{Halt, refuse_param, today_at};
use crate::id::{ObjectId, ScopeKey, SeriesId};
use crate::model::document::{Customer, Invoice, InvoiceStatus, IssuedTo};
use crate::model::{At, Cause, Kind, Level, Object, ObjectRow, SequenceKey, SeriesRow};
use crate::money::AMOUNT_MAX;
use crate::outcome::{ObjectView, Outcome};
use crate::refusal::Code;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How far back a chain of revisions is told of its newest one.
const REVISIONS_MAX: usize = 32;

/// Finalizes a draft.
pub(super) fn finalize(
    desk: &mut Desk<'_>,
    id: ObjectId,
    advance: Option<bool>,
) -> Result<Outcome, Halt> {
    ask_series(desk, None);
    let draft = desk.open::<Invoice>(id, ID)?;
    if draft.body.status != InvoiceStatus::Draft {
        return not_editable(ID, draft.body.status, "it is finalized already and");
    }
    let view = finalized(desk, draft, advance)?;
    Ok(desk.show(view))
}

/// The invoice that a draft becomes: open, or paid where nothing is to be paid.
pub(super) fn finalized(
    desk: &mut Desk<'_>,
    draft: Opened<Invoice>,
    advance: Option<bool>,
) -> Result<ObjectView, Halt> {
    let Opened { row, body: mut invoice } = draft;
    desk.ask([invoice.customer].into_iter().chain(invoice.revision_of));
    ask_place(desk, &invoice);
    // One that was finalized before has replaced its original already.
    if let Some(original) = invoice.revision_of.filter(|_| invoice.reset_at.is_none()) {
        let original = desk.open::<Invoice>(original, ID)?;
        check_revisable(&original.body, ID)?;
        // First, so that the revision is paid by what the original gives back.
        replace(desk, original, row.id)?;
    }
    let customer: Opened<Customer> = desk.open(invoice.customer, "customer")?;
    reckon(desk, &mut invoice, ID)?;
    let balance = take_balance(&mut invoice, &customer.body)?;
    invoice.issued_to = Some(issued_to(&customer.body));
    invoice.auto_advance = advance.unwrap_or(invoice.auto_advance);
    let issued_at = match invoice.numbering.clone() {
        None => {
            number_invoice(desk, row.id, &mut invoice, (None, false))?;
            desk.now()
        }
        Some(numbering) => {
            check_date_fits(desk, &invoice, &numbering)?;
            if invoice.reset_at.is_some() {
                check_unlocked(desk, &numbering, &invoice, "finalized")?;
            }
            record_finalized(desk, row.id, &invoice)?;
            // Its number was given for the day on which it was made.
            row.created
        }
    };
    invoice.effective_at.get_or_insert(issued_at);
    invoice.finalization_error = None;
    date(&mut invoice, desk.now())?;
    watch(&mut invoice, desk.now());
    let paid = invoice.status == InvoiceStatus::Paid;
    let after = desk.put(&row, invoice);
    let view = desk.view(after)?;
    desk.tell("invoice.finalized", &view)?;
    if paid {
        tell_paid(desk, &view)?;
    }
    if let Some(balance) = balance {
        set_balance(desk, customer, balance)?;
    }
    Ok(view)
}

/// Asks for the series of an invoice, so that one round loads it with the invoice.
pub(super) fn ask_series(desk: &Desk<'_>, chosen: Option<SeriesId>) -> Option<Arc<SeriesRow>> {
    let Desk { books, ledger, .. } = desk;
    let default = |level| ledger.defaults.get(&(Kind::invoice(), level)).copied();
    let level = ledger.settings.level;
    let id = chosen.or_else(|| default(level)).or_else(|| default(Level::Account))?;
    books.series.probe(&(ledger.id, id)).cloned()
}

/// Asks for what the number of an invoice will be given by, so that one round loads it with the
/// customer.
fn ask_place(desk: &Desk<'_>, invoice: &Invoice) {
    if invoice.numbering.is_some() || invoice.number.is_some() {
        return;
    }
    let Some(series) = ask_series(desk, invoice.series) else { return };
    let at = invoice.effective_at.unwrap_or(desk.now());
    let Ok(date) = today_at(&desk.ledger, at) else { return };
    let ledger = desk.ledger.id;
    let customer = desk.customer_id(invoice.customer);
    let scope = match series.scope {
        Scope::Account => ScopeKey::default(),
        Scope::Customer => ScopeKey(customer.0.clone()),
        Scope::Parent => return,
    };
    let prints_customer = series.version(date).format.pattern.has(TokenKind::Customer);
    if prints_customer || series.scope == Scope::Customer {
        desk.books.customers.probe(&(ledger, customer));
    }
    let period_from = series.period(date).from;
    desk.books.sequences.probe(&SequenceKey { ledger, series: series.id, scope, period_from });
}

/// Tells that an invoice is paid, under both names that there are for it.
pub(super) fn tell_paid(desk: &mut Desk<'_>, view: &ObjectView) -> Result<(), Halt> {
    desk.tell("invoice.paid", view)?;
    desk.tell("invoice.payment_succeeded", view)?;
    match &view.row.body {
        // Where nothing was to be paid, there is no payment to tell of.
        Object::Invoice(invoice) if invoice.amount_paid > 0 => {
            desk.tell("invoice_payment.paid", view)
        }
        _ => Ok(()),
    }
}

/// Changes what a customer owes or is owed beside its invoices.
pub(super) fn set_balance(
    desk: &mut Desk<'_>,
    customer: Opened<Customer>,
    balance: i64,
) -> Result<(), Halt> {
    let Opened { row, body } = customer;
    let body = Customer { balance, ..body };
    desk.changed("customer.updated", &row, body).map(drop)
}

/// Takes the customer's balance into what is to be paid; what of it is left, where there was any.
fn take_balance(invoice: &mut Invoice, customer: &Customer) -> Result<Option<i64>, Halt> {
    let fits = customer.currency.is_none_or(|currency| currency == invoice.currency);
    let balance = if fits { customer.balance } else { 0 };
    let sum = invoice.totals.total + balance;
    if sum.abs() > AMOUNT_MAX {
        return too_much(ID);
    }
    invoice.starting_balance = balance;
    invoice.amount_due = sum.max(0);
    invoice.amount_remaining = invoice.amount_due;
    let left = sum.min(0);
    invoice.ending_balance = Some(left);
    Ok((left != balance).then_some(left))
}

/// The customer as an invoice shows it.
pub(super) fn issued_to(customer: &Customer) -> IssuedTo {
    IssuedTo {
        name: customer.name.clone(),
        email: customer.email.clone(),
        phone: customer.phone.clone(),
        address: customer.address.clone(),
        shipping: customer.shipping.clone(),
        tax_exempt: customer.tax_exempt,
    }
}

/// Says when it was finalized and is due; what was credited of it before is not to be paid again.
fn date(invoice: &mut Invoice, now: At) -> Result<(), Halt> {
    let credited = invoice.pre_payment_credited;
    let in_all = credited + invoice.post_payment_credited;
    if in_all != 0 && invoice.totals.total < in_all {
        let message = "The lines add up to less than was credited of the invoice before it was \
                       reset to draft. Add to them, and issue another credit note instead.";
        return refuse_param(Code::InvoiceNotEditable, ID, message);
    }
    invoice.amount_due = (invoice.amount_due - credited).max(0);
    invoice.amount_remaining = invoice.amount_due;
    invoice.status_transitions.finalized_at = Some(now);
    if let Some(days) = invoice.days_until_due {
        invoice.due_date = Some(At(now.0 + i64::from(days) * DAY_MS));
    }
    invoice.status = InvoiceStatus::Open;
    if invoice.amount_due == 0 {
        pay(invoice, now);
    }
    Ok(())
}

/// Marks an invoice as paid in full.
pub(super) fn pay(invoice: &mut Invoice, now: At) {
    invoice.amount_paid += invoice.amount_remaining;
    invoice.amount_remaining = 0;
    invoice.attempted = true;
    invoice.status = InvoiceStatus::Paid;
    invoice.status_transitions.paid_at = Some(now);
}

/// Voids an invoice for the revision that replaces it, and tells those before it of the newest.
fn replace(desk: &mut Desk<'_>, original: Opened<Invoice>, revision: ObjectId) -> Result<(), Halt> {
    let mut before = original.body.revision_of;
    voided(desk, original, Some(revision), "a revision replaced the invoice")?;
    for _ in 0..REVISIONS_MAX {
        let Some(id) = before else { break };
        let found = desk.books.objects.read(&(desk.ledger.id, id))?.cloned();
        let Some(row) = found.filter(|row| !row.deleted) else { break };
        let Some(body) = <Invoice as super::desk::Body>::of(&row.body) else { break };
        before = body.revision_of;
        let body = Invoice { latest_revision: Some(revision), ..body.clone() };
        desk.changed("invoice.updated", &row, body)?;
    }
    Ok(())
}

/// An invoice that is void from now on. Its number stays and is void in the register; what it took
/// of the customer's balance goes back.
pub(super) fn voided(
    desk: &mut Desk<'_>,
    open: Opened<Invoice>,
    revision: Option<ObjectId>,
    why: &str,
) -> Result<ObjectView, Halt> {
    let Opened { row, body: mut invoice } = open;
    void_number_of(desk, invoice.numbering.as_ref(), Cause::Cancelled, why)?;
    let taken = invoice.starting_balance - invoice.ending_balance.unwrap_or_default();
    let customer = match taken {
        0 => None,
        _ => customer_of(desk, invoice.customer)?,
    };
    invoice.status = InvoiceStatus::Void;
    invoice.status_transitions.voided_at = Some(desk.now());
    invoice.latest_revision = revision.or(invoice.latest_revision);
    let after = desk.put(&row, invoice);
    let view = desk.view(after)?;
    desk.tell("invoice.voided", &view)?;
    if let Some(customer) = customer {
        let balance = customer.body.balance + taken;
        set_balance(desk, customer, balance)?;
    }
    Ok(view)
}

/// A customer that is still there.
pub(super) fn customer_of(desk: &Desk<'_>, id: ObjectId) -> Result<Option<Opened<Customer>>, Halt> {
    let row: Option<&Arc<ObjectRow>> = desk.books.objects.read(&(desk.ledger.id, id))?;
    let row = row.filter(|row| !row.deleted);
    Ok(row.and_then(|row| {
        let body = <Customer as super::desk::Body>::of(&row.body)?.clone();
        Some(Opened { row: Arc::clone(row), body })
    }))
}
