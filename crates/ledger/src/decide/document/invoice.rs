//! Changing invoices: drafts in everything, others in words alone.

use std::sync::Arc;

use super::clock::set_advance;
use super::desk::{Desk, ID, Opened};
use super::line::{check_new_rates, check_rates, reckon};
use super::numbering::date_of;
use super::redate::follow;
use super::teach::set_teaching;
use super::text::{set_fields, set_long, set_metadata, set_short};
use crate::command::document::InvoiceChange;
use crate::decide::issue::document::{check_typed, taken};
use crate::decide::{Halt, refuse_param, series_of};
use crate::id::{ObjectId, SeriesId};
use crate::model::document::{CollectionMethod, Customer, Invoice, InvoiceStatus};
use crate::model::{At, NumberRow, ObjectKind, ObjectRow};
use crate::outcome::{ObjectView, Outcome};
use crate::refusal::Code;

/// The longest time until an invoice is due, in days.
const DUE_DAYS_MAX: u32 = 3650;

/// Changes an invoice.
pub(super) fn update(
    desk: &mut Desk<'_>,
    id: ObjectId,
    change: &InvoiceChange,
) -> Result<Outcome, Halt> {
    let Opened { row, body: mut invoice } = desk.open::<Invoice>(id, ID)?;
    if invoice.status == InvoiceStatus::Draft {
        apply(desk, &mut invoice, Some(id), change)?;
        reckon(desk, &mut invoice, "default_tax_rates")?;
        follow(desk, id, &mut invoice)?;
        set_teaching(desk, id, &mut invoice, change)?;
    } else {
        check_fixed(&invoice, change)?;
        words(&mut invoice, change, desk.now())?;
    }
    desk.changed("invoice.updated", &row, invoice)
}

/// A draft; anything else is refused, since it cannot be changed.
pub(super) fn open_draft(
    desk: &Desk<'_>,
    id: ObjectId,
    param: &str,
) -> Result<Opened<Invoice>, Halt> {
    let found = desk.open::<Invoice>(id, param)?;
    match found.body.status {
        InvoiceStatus::Draft => Ok(found),
        status => not_editable(param, status, "its lines"),
    }
}

/// Reckons a draft anew, writes it and tells of it.
pub(super) fn save(
    desk: &mut Desk<'_>,
    mut draft: Opened<Invoice>,
    param: &str,
) -> Result<ObjectView, Halt> {
    reckon(desk, &mut draft.body, param)?;
    let row = desk.put(&draft.row, draft.body);
    let view = desk.view(row)?;
    desk.tell_changed("invoice.updated", &view, Some(&draft.row))?;
    Ok(view)
}

/// Gives a draft everything that can be said of one. `id` is missing while it is new.
pub(super) fn apply(
    desk: &Desk<'_>,
    invoice: &mut Invoice,
    id: Option<ObjectId>,
    change: &InvoiceChange,
) -> Result<(), Halt> {
    words(invoice, change, desk.now())?;
    invoice.collection_method = change.collection_method.unwrap_or(invoice.collection_method);
    set_short(&mut invoice.on_behalf_of, &change.on_behalf_of, "on_behalf_of")?;
    if let Some(rates) = &change.default_tax_rates {
        check_rates(rates, "default_tax_rates")?;
        check_new_rates(desk, rates, "default_tax_rates")?;
        invoice.default_tax_rates.clone_from(rates);
    }
    if let Some(series) = &change.series {
        let chosen = match series {
            Some(which) => Some(series_of(desk.books, desk.ledger.id, which)?.id),
            None => None,
        };
        check_series(invoice, chosen)?;
        invoice.series = chosen;
    }
    set_due(desk, invoice, change)?;
    set_effective(desk, invoice, change)?;
    set_number(desk, invoice, id, change)
}

/// Refuses another series for a draft whose number counts in one.
fn check_series(invoice: &Invoice, chosen: Option<SeriesId>) -> Result<(), Halt> {
    let counted = invoice.numbering.as_ref().filter(|numbering| !numbering.typed);
    match (counted, chosen) {
        (Some(numbering), Some(chosen)) if chosen != numbering.series => {
            let message = format!(
                "The draft has its number {} already, which counts in another series. Delete the \
                 draft, and make a new one.",
                invoice.number.as_deref().unwrap_or_default()
            );
            refuse_param(Code::InvoiceNotEditable, "series", message)
        }
        _ => Ok(()),
    }
}

/// What can be said of an invoice at any time.
fn words(invoice: &mut Invoice, change: &InvoiceChange, now: At) -> Result<(), Halt> {
    if let Some(advance) = change.auto_advance {
        set_advance(invoice, advance, now);
    }
    set_long(&mut invoice.description, &change.description, "description")?;
    set_long(&mut invoice.footer, &change.footer, "footer")?;
    set_fields(&mut invoice.custom_fields, change.custom_fields.as_ref(), "custom_fields")?;
    let descriptor = &change.statement_descriptor;
    set_short(&mut invoice.statement_descriptor, descriptor, "statement_descriptor")?;
    set_metadata(&mut invoice.metadata, &change.metadata)
}

/// Refuses to change what is fixed once an invoice is finalized.
fn check_fixed(invoice: &Invoice, change: &InvoiceChange) -> Result<(), Halt> {
    let fixed = [
        ("collection_method", change.collection_method.is_some()),
        ("days_until_due", change.days_until_due.is_some()),
        ("due_date", change.due_date.is_some()),
        ("number", change.number.is_some()),
        ("teach", change.teach.is_some()),
        ("effective_at", change.effective_at.is_some()),
        ("default_tax_rates", change.default_tax_rates.is_some()),
        ("series", change.series.is_some()),
        ("on_behalf_of", change.on_behalf_of.is_some()),
    ];
    match fixed.into_iter().find(|(_, is_there)| *is_there) {
        Some((param, _)) => not_editable(param, invoice.status, &format!("`{param}`")),
        None => Ok(()),
    }
}

pub(super) fn not_editable<T>(param: &str, status: InvoiceStatus, what: &str) -> Result<T, Halt> {
    let message = format!(
        "The invoice is {} and no draft any more, so {what} cannot be changed. Make a revision of \
         it, void it, or issue a credit note.",
        status.text()
    );
    refuse_param(Code::InvoiceNotEditable, param, message)
}

fn set_due(desk: &Desk<'_>, invoice: &mut Invoice, change: &InvoiceChange) -> Result<(), Halt> {
    if let Some(days) = change.days_until_due {
        if days.is_some_and(|days| days > DUE_DAYS_MAX) {
            let message = format!("An invoice is due within {DUE_DAYS_MAX} days.");
            return refuse_param(Code::ParameterInvalid, "days_until_due", message);
        }
        invoice.days_until_due = days;
        if days.is_some() {
            invoice.due_date = None;
        }
    }
    if let Some(due) = change.due_date {
        if due.is_some() && change.days_until_due.flatten().is_some() {
            let message = "Give either `due_date` or `days_until_due`.";
            return refuse_param(Code::ParameterInvalid, "due_date", message);
        }
        invoice.due_date = due;
        if due.is_some() {
            invoice.days_until_due = None;
        }
    }
    let is_due = invoice.due_date.is_some() || invoice.days_until_due.is_some();
    match invoice.collection_method {
        CollectionMethod::SendInvoice if !is_due => {
            let message = "An invoice that is sent says when it is due. Give `days_until_due` or \
                           `due_date`.";
            refuse_param(Code::ParameterMissing, "days_until_due", message)
        }
        CollectionMethod::ChargeAutomatically if is_due => {
            let param = if invoice.due_date.is_some() { "due_date" } else { "days_until_due" };
            let message = format!(
                "An invoice that is charged automatically is due at once. Leave out `{param}`, or \
                 set `collection_method=send_invoice`."
            );
            refuse_param(Code::ParameterInvalid, param, message)
        }
        CollectionMethod::SendInvoice => {
            let customer: Opened<Customer> = desk.open(invoice.customer, "customer")?;
            if customer.body.email.is_some() {
                return Ok(());
            }
            let message = "The customer has no e-mail address to send the invoice to. Set `email` \
                           on the customer first.";
            refuse_param(Code::ParameterMissing, "customer", message)
        }
        CollectionMethod::ChargeAutomatically => Ok(()),
    }
}

fn set_effective(
    desk: &Desk<'_>,
    invoice: &mut Invoice,
    change: &InvoiceChange,
) -> Result<(), Halt> {
    let Some(effective) = change.effective_at else { return Ok(()) };
    if let Some(at) = effective {
        date_of(desk, at)?;
    } else if let Some(numbering) = &invoice.numbering {
        let message = format!(
            "The draft has its number already, for {}, so it has a date. Give another instant.",
            numbering.date
        );
        return refuse_param(Code::InvoiceNotEditable, "effective_at", message);
    }
    invoice.effective_at = effective;
    Ok(())
}

fn set_number(
    desk: &Desk<'_>,
    invoice: &mut Invoice,
    id: Option<ObjectId>,
    change: &InvoiceChange,
) -> Result<(), Halt> {
    let Some(number) = &change.number else { return Ok(()) };
    let number = number.as_deref().filter(|number| !number.is_empty());
    if invoice.numbering.is_some() {
        if number == invoice.number.as_deref() {
            return Ok(());
        }
        let message = "The draft has its number already. Delete the draft, after which nobody has \
                       the number, and make a new one.";
        return refuse_param(Code::InvoiceNotEditable, "number", message);
    }
    if let Some(number) = number {
        check_typed(desk.books, &desk.ledger, number)?;
        check_other_drafts(desk, id, number)?;
    }
    invoice.number = number.map(str::to_owned);
    Ok(())
}

/// Refuses a number that is typed on another draft.
fn check_other_drafts(desk: &Desk<'_>, id: Option<ObjectId>, number: &str) -> Result<(), Halt> {
    let ledger = desk.ledger.id;
    let key = NumberRow::slug_key(number);
    let others = desk.books.labelled(ledger, ObjectKind::Invoice, &key)?;
    desk.ask(others.iter().copied());
    let folded = numbering::fold(number);
    for other in others.into_iter().filter(|other| Some(*other) != id) {
        let row: Option<&Arc<ObjectRow>> = desk.books.objects.read(&(ledger, other))?;
        let body = row.and_then(|row| <Invoice as super::desk::Body>::of(&row.body));
        let typed = body.and_then(|invoice| invoice.number.as_deref());
        if typed.is_some_and(|typed| numbering::fold(typed) == folded) {
            return taken(number);
        }
    }
    Ok(())
}
