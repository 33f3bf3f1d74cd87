//! What is needed to show an object, beside itself.

use super::finalize::issued_to;
use crate::books::{Books, Missing};
use crate::decide::{Halt, ledger, today_at};
use crate::id::{ObjectId, ScopeKey};
use crate::model::document::{Invoice, InvoiceStatus, LineTax};
use crate::model::{
    At, Kind, LedgerRow, Level, Object, ObjectKind, ObjectRow, SequenceKey, SeriesRow,
};
use crate::outcome::ObjectView;

/// An object with what is needed to show it now. It is for who reads: what is missing is noted in
/// the books, as for commands. What is shown counts only when nothing was missing.
///
/// # Errors
/// [`Missing`] when something must be loaded first.
pub fn view(books: &Books, row: ObjectRow, now: At) -> Result<ObjectView, Missing> {
    let shown =
        ledger(books, row.ledger).and_then(|ledger| view_in(books, &ledger, now, row.clone()));
    match shown {
        Ok(view) => Ok(view),
        Err(Halt::Missing) => Err(Missing),
        // A ledger that is gone, or a clock beyond the calendar: the object itself can be shown.
        Err(Halt::Refused(_)) => Ok(ObjectView::new(row)),
    }
}

pub(in crate::decide) fn view_in(
    books: &Books,
    ledger: &LedgerRow,
    now: At,
    row: ObjectRow,
) -> Result<ObjectView, Halt> {
    let next = match &row.body {
        Object::Customer(_) if !row.deleted => next_sequence(books, ledger, now, row.id),
        _ => Ok(None),
    };
    let row = with_customer(books, row);
    let ids = tax_rates(&row.body);
    let mut tax_rates = Vec::with_capacity(ids.len());
    let mut missing = false;
    for id in ids {
        match books.objects.read(&(ledger.id, id)) {
            Ok(rate) => tax_rates.extend(rate.map(|rate| ObjectRow::clone(rate))),
            Err(_) => missing = true,
        }
    }
    if missing {
        return Err(Halt::Missing);
    }
    Ok(ObjectView { row, next_invoice_sequence: next?, tax_rates })
}

/// A draft shows its customer as that is now, until it is finalized; anything else is as it was.
pub(super) fn with_customer(books: &Books, mut row: ObjectRow) -> ObjectRow {
    if let Object::Invoice(invoice) = &mut row.body
        && invoice.status == InvoiceStatus::Draft
        && let Some(customer) = books.objects.probe(&(row.ledger, invoice.customer))
        && let Object::Customer(customer) = &customer.body
    {
        invoice.issued_to = Some(issued_to(customer));
    }
    row
}

/// The tax rates that an object names, each once.
fn tax_rates(body: &Object) -> Vec<ObjectId> {
    let mut ids: Vec<ObjectId> = Vec::new();
    let mut see = |id: &ObjectId| {
        if !ids.contains(id) {
            ids.push(*id);
        }
    };
    match body {
        Object::InvoiceItem(item) => item.tax_rates.iter().for_each(see),
        Object::Invoice(invoice) => {
            let Invoice { default_tax_rates, lines, .. } = &**invoice;
            default_tax_rates.iter().for_each(&mut see);
            lines.iter().flat_map(|line| &line.tax_rates).for_each(&mut see);
        }
        Object::CreditNote(note) => {
            note.lines.iter().flat_map(|line| &line.tax_rates).for_each(&mut see);
            note.totals.taxes.iter().for_each(|tax: &LineTax| see(&tax.rate));
        }
        Object::Customer(_)
        | Object::TaxRate(_)
        | Object::WebhookEndpoint(_)
        | Object::Resequence(_) => {}
    }
    ids
}

/// The ordinal that a customer's next invoice gets, where customers have counters of their own.
fn next_sequence(
    books: &Books,
    ledger: &LedgerRow,
    now: At,
    customer: ObjectId,
) -> Result<Option<u64>, Halt> {
    let Some(series) = customer_series(books, ledger)? else { return Ok(None) };
    let key = sequence_key(ledger, &series, now, customer)?;
    // Of a new customer there is none: as if that were known, a batch goes on to what is behind.
    let next = match books.sequences.probe(&key) {
        Some(sequence) => sequence.next(),
        None => series.first_ordinal(&series.period(key.period_from)),
    };
    Ok(Some(next))
}

/// The series in which each customer's invoices are counted apart; `None` at account level.
pub(super) fn customer_series(
    books: &Books,
    ledger: &LedgerRow,
) -> Result<Option<std::sync::Arc<SeriesRow>>, Halt> {
    if ledger.settings.level != Level::Customer {
        return Ok(None);
    }
    let Some(id) = ledger.defaults.get(&(Kind::invoice(), Level::Customer)) else {
        return Ok(None);
    };
    let row = books.series.read(&(ledger.id, *id))?.cloned();
    Ok(row.filter(|row| row.scope == numbering::Scope::Customer))
}

/// What a customer's present sequence is found by.
pub(super) fn sequence_key(
    ledger: &LedgerRow,
    series: &SeriesRow,
    now: At,
    customer: ObjectId,
) -> Result<SequenceKey, Halt> {
    let today = today_at(ledger, now)?;
    Ok(SequenceKey {
        ledger: ledger.id,
        series: series.id,
        scope: ScopeKey(customer.text(ObjectKind::Customer, ledger.id)),
        period_from: series.period(today).from,
    })
}
