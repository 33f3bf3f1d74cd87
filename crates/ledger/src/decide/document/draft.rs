//! Drafts: how they begin, and how they end without a trace.

use super::desk::{Desk, ID, Opened};
use super::finalize::issued_to;
use super::invoice::{apply, not_editable};
use super::item::{assign, line_of};
use super::line::reckon;
use super::numbering::{blank_number, number_invoice, void_number_of};
use super::reset::{check_known, check_unlocked};
use super::teach::set_teaching;
use crate::command::document::{NewInvoice, Waiting};
use crate::decide::{Halt, checked_text, permit, reason, refuse_param};
use crate::id::ObjectId;
use crate::limits::INVOICE_LINES_MAX;
use crate::model::document::{Customer, Invoice, InvoiceItem, InvoiceStatus, Line};
use crate::model::{Cause, Level, NumberOn, ObjectKind, ObjectRow};
use crate::money::Currency;
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::role::Right;

/// The currency of a draft of which nobody says it; the first line may yet choose another.
const CURRENCY: &str = "usd";

/// Why the number of a draft is void that was deleted without a word.
const DELETED: &str = "the draft was deleted";

const DELETES_NUMBERED: &str = "delete an invoice whose number is known";

/// Makes a draft: empty, of what waits, or as another invoice is.
pub(super) fn create(desk: &mut Desk<'_>, new: &NewInvoice) -> Result<Outcome, Halt> {
    let original = new.revision_of.map(|id| open_original(desk, id)).transpose()?;
    let customer = customer_of(desk, new, original.as_ref().map(|original| &original.body))?;
    let waiting = match (new.waiting, &original) {
        (Waiting::Exclude, _) | (_, Some(_)) => Vec::new(),
        (Waiting::Include | Waiting::Require, None) => waiting(desk, customer.id())?,
    };
    let id = desk.next();
    let (currency, currency_open) = currency(new, original.as_ref(), &customer, &waiting);
    let mut invoice = match &original {
        Some(original) => copy(desk, original),
        None => Invoice::draft(customer.id(), currency, desk.now()),
    };
    invoice.currency_open = currency_open;
    invoice.secret.clone_from(&new.secret);
    invoice.issued_to = Some(issued_to(&customer.body));
    apply(desk, &mut invoice, None, &new.rest)?;
    pull(desk, id, &mut invoice, waiting)?;
    if new.waiting == Waiting::Require && original.is_none() && invoice.lines.is_empty() {
        let message = "Nothing to invoice for customer: no item of this currency waits. Make \
                       invoice items first.";
        return refuse_param(Code::InvoiceNoCustomerLineItems, "customer", message);
    }
    reckon(desk, &mut invoice, "customer")?;
    set_teaching(desk, id, &mut invoice, &new.rest)?;
    let level = desk.ledger.settings.level;
    let at_creation = desk.ledger.settings.number_on == NumberOn::Create
        || (desk.document.drafts_numbered && level == Level::Customer);
    if at_creation && invoice.number.is_none() {
        number_invoice(desk, id, &mut invoice, (None, true))?;
    }
    let row = desk.add(id, invoice);
    desk.told("invoice.created", row)
}

/// Deletes a draft. What waited before waits again, its other items go with it. A number that it
/// had is void, and blank where it was finalized before.
pub(super) fn delete(
    desk: &mut Desk<'_>,
    id: ObjectId,
    why: Option<&str>,
) -> Result<Outcome, Halt> {
    let Opened { row, body: invoice } = desk.open::<Invoice>(id, ID)?;
    if invoice.status != InvoiceStatus::Draft {
        return not_editable(ID, invoice.status, "it");
    }
    let items: Vec<ObjectId> = invoice.lines.iter().filter_map(|line| line.item).collect();
    desk.ask(items.iter().copied());
    match (&invoice.numbering, invoice.reset_at) {
        (Some(numbering), Some(_)) => {
            permit(desk.role, Right::KeepBooks, "delete an invoice that was finalized before")?;
            let why = reason(why.unwrap_or_default(), DELETES_NUMBERED)?.to_owned();
            check_known(desk, &invoice, "be deleted")?;
            check_unlocked(desk, numbering, &invoice, "deleted")?;
            blank_number(desk, id, numbering, why)?;
        }
        (numbering, _) => {
            let why = why.map_or(Ok(DELETED), |why| checked_text(why.trim(), "reason"))?;
            let why = if why.is_empty() { DELETED } else { why };
            void_number_of(desk, numbering.as_ref(), Cause::Unused, why)?;
        }
    }
    for item in items {
        release(desk, item, false)?;
    }
    let row = desk.delete(&row);
    let view = desk.view(row)?;
    desk.tell("invoice.deleted", &view)?;
    Ok(Outcome::Deleted(ObjectKind::Invoice, id))
}

/// Takes an item off a draft: it waits again if it waited before, or is meant to; else it goes.
pub(super) fn release(desk: &mut Desk<'_>, item: ObjectId, unassign: bool) -> Result<(), Halt> {
    let Some(row) = desk.books.objects.read(&(desk.ledger.id, item))?.cloned() else {
        return Ok(());
    };
    let Some(body) = <InvoiceItem as super::desk::Body>::of(&row.body) else { return Ok(()) };
    if body.waited || unassign {
        let body = InvoiceItem { invoice: None, waited: false, ..body.clone() };
        desk.put(&row, body);
        return Ok(());
    }
    let row = desk.delete(&row);
    let view = desk.view(row)?;
    desk.tell("invoiceitem.deleted", &view)
}

/// The invoice that a new one is to revise.
fn open_original(desk: &Desk<'_>, id: ObjectId) -> Result<Opened<Invoice>, Halt> {
    const PARAM: &str = "from_invoice[invoice]";
    let original = desk.open::<Invoice>(id, PARAM)?;
    check_revisable(&original.body, PARAM)?;
    Ok(original)
}

/// Refuses to revise what is not open or given up.
pub(super) fn check_revisable(original: &Invoice, param: &str) -> Result<(), Halt> {
    if matches!(original.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible) {
        return Ok(());
    }
    let message = format!(
        "Only an open or uncollectible invoice can be revised, and this one is {}. Issue a credit \
         note and a new invoice instead.",
        original.status.text()
    );
    refuse_param(Code::StatusTransitionInvalid, param, message)
}

fn customer_of(
    desk: &Desk<'_>,
    new: &NewInvoice,
    original: Option<&Invoice>,
) -> Result<Opened<Customer>, Halt> {
    let (said, revised) = (new.customer, original.map(|original| original.customer));
    if let (Some(said), Some(revised)) = (said, revised)
        && said != revised
    {
        let message = "A revision is for the customer of its original. Leave out `customer`.";
        return refuse_param(Code::ParameterInvalid, "customer", message);
    }
    match said.or(revised) {
        Some(customer) => desk.open(customer, "customer"),
        None => {
            let message = "Say whom the invoice is for, in `customer`.";
            refuse_param(Code::ParameterMissing, "customer", message)
        }
    }
}

/// The currency of a new draft, and whether nobody chose it.
fn currency(
    new: &NewInvoice,
    original: Option<&Opened<Invoice>>,
    customer: &Opened<Customer>,
    waiting: &[Opened<InvoiceItem>],
) -> (Currency, bool) {
    let known = new
        .currency
        .or(original.map(|original| original.body.currency))
        .or(customer.body.currency)
        .or(waiting.first().map(|item| item.body.currency));
    match (known, Currency::parse(CURRENCY)) {
        (Some(currency), _) => (currency, false),
        (None, Some(currency)) => (currency, true),
        (None, None) => unreachable!("the dollar is a currency of ISO 4217"),
    }
}

/// A draft that says what its original says.
fn copy(desk: &mut Desk<'_>, original: &Opened<Invoice>) -> Invoice {
    let before = &original.body;
    let line = |line: &Line, id: ObjectId| Line { id, item: None, credited: 0, ..line.clone() };
    let lines = before.lines.iter().map(|before| line(before, desk.next())).collect();
    Invoice {
        collection_method: before.collection_method,
        days_until_due: before.days_until_due,
        due_date: before.due_date.filter(|_| before.days_until_due.is_none()),
        description: before.description.clone(),
        footer: before.footer.clone(),
        custom_fields: before.custom_fields.clone(),
        statement_descriptor: before.statement_descriptor.clone(),
        on_behalf_of: before.on_behalf_of.clone(),
        metadata: before.metadata.clone(),
        series: before.series,
        lines,
        default_tax_rates: before.default_tax_rates.clone(),
        revision_of: Some(original.id()),
        ..Invoice::draft(before.customer, before.currency, desk.now())
    }
}

/// The items of a customer that wait, oldest first.
fn waiting(desk: &Desk<'_>, customer: ObjectId) -> Result<Vec<Opened<InvoiceItem>>, Halt> {
    let label = ObjectRow::waiting_label(desk.ledger.id, customer);
    let ids = desk.books.labelled(desk.ledger.id, ObjectKind::InvoiceItem, &label)?;
    desk.ask(ids.iter().copied());
    ids.into_iter().map(|id| desk.open(id, "customer")).collect()
}

/// Puts on a draft what waits in its currency, as much as it takes; the rest goes on waiting.
fn pull(
    desk: &mut Desk<'_>,
    id: ObjectId,
    invoice: &mut Invoice,
    waiting: Vec<Opened<InvoiceItem>>,
) -> Result<(), Halt> {
    let fitting = waiting.into_iter().filter(|item| item.body.currency == invoice.currency);
    let fitting: Vec<_> = fitting.take(INVOICE_LINES_MAX).collect();
    for item in fitting {
        let line = line_of(&item.body);
        assign(desk, item, (id, &mut *invoice), line, "customer")?;
    }
    Ok(())
}
