//! Invoice items: on a draft, or waiting for the customer's next invoice.

use super::desk::{Desk, ID, Opened};
use super::invoice::{open_draft, save};
use super::line::{apply, blank, check_cost_said, check_new_rates};
use crate::command::document::{LineChange, NewItem};
use crate::decide::{Halt, refuse_param};
use crate::id::ObjectId;
use crate::limits::INVOICE_LINES_MAX;
use crate::model::ObjectKind;
use crate::model::document::{Customer, Invoice, InvoiceItem, Line};
use crate::outcome::Outcome;
use crate::refusal::Code;

/// Makes an item. On a draft it is a line at once.
pub(super) fn create(desk: &mut Desk<'_>, new: &NewItem) -> Result<Outcome, Halt> {
    desk.ask([new.customer].into_iter().chain(new.invoice));
    let customer: Opened<Customer> = desk.open(new.customer, "customer")?;
    check_cost_said(&new.line, "")?;
    check_new_rates(desk, new.line.tax_rates.as_deref().unwrap_or_default(), "tax_rates")?;
    let id = desk.next();
    let mut line = blank(desk, id);
    apply(&mut line, &new.line, "")?;
    let mut invoice = match new.invoice {
        Some(invoice) => Some(open_draft(desk, invoice, "invoice")?),
        None => None,
    };
    let currency = match (&mut invoice, new.currency) {
        (Some(draft), currency) => {
            check_customer(desk, &draft.body, new.customer)?;
            settle_currency(&mut draft.body, currency)?;
            draft.body.currency
        }
        (None, Some(currency)) => currency,
        (None, None) => match customer.body.currency {
            Some(currency) => currency,
            None => return currency_missing(),
        },
    };
    let item = InvoiceItem {
        customer: new.customer,
        currency,
        amount: line.amount,
        description: line.description.clone(),
        quantity: line.quantity,
        unit_amount: line.unit_amount,
        period: line.period,
        tax_rates: line.tax_rates.clone(),
        discountable: line.discountable,
        metadata: line.metadata.clone(),
        invoice: new.invoice,
        waited: false,
        date: desk.now(),
    };
    let row = desk.add(id, item);
    let answer = desk.told("invoiceitem.created", row)?;
    if let Some(mut draft) = invoice {
        line.id = desk.next();
        line.item = Some(id);
        push(&mut draft.body, line, "invoice")?;
        save(desk, draft, "amount")?;
    }
    Ok(answer)
}

/// Changes an item, and the line that shows it.
pub(super) fn update(
    desk: &mut Desk<'_>,
    id: ObjectId,
    change: &LineChange,
) -> Result<Outcome, Halt> {
    let Opened { row, body: mut item } = desk.open::<InvoiceItem>(id, ID)?;
    let draft = match item.invoice {
        Some(invoice) => Some(open_draft(desk, invoice, ID)?),
        None => None,
    };
    check_new_rates(desk, change.tax_rates.as_deref().unwrap_or_default(), "tax_rates")?;
    let mut line = line_of(&item);
    apply(&mut line, change, "")?;
    take(&mut item, &line);
    // There is no event of its own for this: what a draft shows of it is told.
    let row = desk.put(&row, item);
    let answer = desk.show(desk.view(row)?);
    if let Some(mut draft) = draft {
        for shown in draft.body.lines.iter_mut().filter(|line| line.item == Some(id)) {
            *shown = Line { id: shown.id, item: shown.item, taxes: Vec::new(), ..line.clone() };
        }
        save(desk, draft, "amount")?;
    }
    Ok(answer)
}

/// Deletes an item, and the line that shows it.
pub(super) fn delete(desk: &mut Desk<'_>, id: ObjectId) -> Result<Outcome, Halt> {
    let Opened { row, body: item } = desk.open::<InvoiceItem>(id, ID)?;
    let draft = match item.invoice {
        Some(invoice) => Some(open_draft(desk, invoice, ID)?),
        None => None,
    };
    let row = desk.delete(&row);
    let view = desk.view(row)?;
    desk.tell("invoiceitem.deleted", &view)?;
    if let Some(mut draft) = draft {
        draft.body.lines.retain(|line| line.item != Some(id));
        save(desk, draft, "amount")?;
    }
    Ok(Outcome::Deleted(ObjectKind::InvoiceItem, id))
}

/// The line that shows an item, without an id of its own and without taxes.
pub(super) fn line_of(item: &InvoiceItem) -> Line {
    Line {
        id: ObjectId::default(),
        item: None,
        amount: item.amount,
        description: item.description.clone(),
        quantity: item.quantity,
        unit_amount: item.unit_amount,
        period: item.period,
        tax_rates: item.tax_rates.clone(),
        discountable: item.discountable,
        metadata: item.metadata.clone(),
        ..Line::default()
    }
}

/// Gives an item what its line says.
pub(super) fn take(item: &mut InvoiceItem, line: &Line) {
    item.amount = line.amount;
    item.description.clone_from(&line.description);
    (item.quantity, item.unit_amount) = (line.quantity, line.unit_amount);
    item.period = line.period;
    item.tax_rates.clone_from(&line.tax_rates);
    item.discountable = line.discountable;
    item.metadata.clone_from(&line.metadata);
}

/// Puts an item that waits on a draft.
pub(super) fn assign(
    desk: &mut Desk<'_>,
    waiting: Opened<InvoiceItem>,
    (invoice, draft): (ObjectId, &mut Invoice),
    line: Line,
    param: &str,
) -> Result<(), Halt> {
    let Opened { row, body: mut item } = waiting;
    take(&mut item, &line);
    (item.invoice, item.waited) = (Some(invoice), true);
    let line = Line { id: desk.next(), item: Some(row.id), ..line };
    desk.put(&row, item);
    push(draft, line, param)
}

/// Adds a line to a draft.
pub(super) fn push(draft: &mut Invoice, line: Line, param: &str) -> Result<(), Halt> {
    if draft.lines.len() >= INVOICE_LINES_MAX {
        let message = format!(
            "An invoice has at most {INVOICE_LINES_MAX} lines. Put the rest on another one."
        );
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    draft.lines.push(line);
    Ok(())
}

/// Takes the currency of the first line where nobody chose one for the draft.
pub(super) fn settle_currency(
    draft: &mut Invoice,
    currency: Option<crate::money::Currency>,
) -> Result<(), Halt> {
    let Some(currency) = currency else { return Ok(()) };
    if draft.currency_open && draft.lines.is_empty() {
        draft.currency = currency;
    }
    draft.currency_open = false;
    if draft.currency == currency {
        return Ok(());
    }
    let message = format!(
        "The invoice is in {}, and this is in {currency}. An invoice has one currency; put it on \
         another one.",
        draft.currency
    );
    refuse_param(Code::ParameterInvalid, "currency", message)
}

fn check_customer(desk: &Desk<'_>, draft: &Invoice, customer: ObjectId) -> Result<(), Halt> {
    if draft.customer == customer {
        return Ok(());
    }
    let message = format!(
        "The invoice is for {}. Put the item on an invoice of its own customer.",
        draft.customer.text(ObjectKind::Customer, desk.ledger.id)
    );
    refuse_param(Code::ParameterInvalid, "invoice", message)
}

pub(super) fn currency_missing<T>() -> Result<T, Halt> {
    let message = "Say the currency, as a code of three letters such as eur.";
    refuse_param(Code::ParameterMissing, "currency", message)
}
