//! Requests for invoices that are only shown.

use ledger::command::document::{LineChange, NewInvoice, NewItem, Waiting};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::ObjectKind;

use super::line::{LINE, priced};
use crate::error::Problem;
use crate::params::{Fields, Params};

/// An invoice that is to be shown and not made.
#[derive(Clone, Debug, PartialEq)]
pub struct InvoicePreview {
    /// Its items, in the order of the request.
    pub items: Vec<PreviewItem>,
    /// The invoice.
    pub invoice: NewInvoice,
}

/// An item of an invoice that is only shown.
#[derive(Clone, Debug, PartialEq)]
pub enum PreviewItem {
    /// One that waits, and how it is to be otherwise.
    Waiting(ObjectId, LineChange),
    /// Another one.
    New(NewItem),
}

const ITEMS_MAX: usize = 250;
const UNIT: &str = "unit_amount_decimal";

/// Reads an invoice that is to be shown.
///
/// # Errors
/// See [`Problem`].
pub fn invoice_preview(params: Params<'_>, ledger: LedgerId) -> Result<InvoicePreview, Problem> {
    let mut fields = params.fields(&["currency", "customer", "invoice_items", "preview_mode"])?;
    let currency = fields.currency("currency")?;
    let customer = fields.object("customer", ObjectKind::Customer, ledger)?;
    let customer = customer.ok_or_else(|| fields.missing("customer"))?;
    let next = |word: &str| (word == "next").then_some(());
    fields.word("preview_mode", next, "next")?;
    let known = [&LINE[..], &["currency", "invoiceitem", "unit_amount", UNIT]].concat();
    let items = fields.items("invoice_items", &known)?.unwrap_or_default();
    if items.len() > ITEMS_MAX {
        return fields.refuse("invoice_items", format_args!("has more than {ITEMS_MAX} entries."));
    }
    let invoice = NewInvoice {
        customer: Some(customer),
        currency,
        waiting: Waiting::Include,
        ..NewInvoice::default()
    };
    let mut preview = InvoicePreview { items: Vec::new(), invoice };
    for item in items {
        read_item(item, ledger, &mut preview)?;
    }
    Ok(preview)
}

fn read_item(
    mut fields: Fields<'_>,
    ledger: LedgerId,
    preview: &mut InvoicePreview,
) -> Result<(), Problem> {
    fields.exclusive("unit_amount", UNIT)?;
    let unit = if fields.has("unit_amount") { "unit_amount" } else { UNIT };
    let own = fields.currency("currency")?;
    let waiting = fields.object("invoiceitem", ObjectKind::InvoiceItem, ledger)?;
    let read = priced(&mut fields, ledger, Some(unit))?;
    if let Some(item) = waiting {
        preview.items.push(PreviewItem::Waiting(item, read.line));
        return Ok(());
    }
    if read.line.amount.is_none() && read.line.unit_amount.is_none() {
        return Err(fields.missing("amount"));
    }
    let customer = preview.invoice.customer.unwrap_or_default();
    let currency = own.or(read.currency).or(preview.invoice.currency);
    let new = NewItem { customer, currency, invoice: None, line: read.line };
    preview.items.push(PreviewItem::New(new));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_wait_and_others() {
        let ledger = LedgerId(3);
        let customer = ObjectId(7).text(ObjectKind::Customer, ledger);
        let item = ObjectId(8).text(ObjectKind::InvoiceItem, ledger);
        let read = |rest: &str| {
            let form = format!("customer={customer}&{rest}");
            invoice_preview(Params::from_form(&form).unwrap(), ledger)
        };
        let form = format!(
            "currency=eur&invoice_items[0][amount]=500&invoice_items[1][invoiceitem]={item}\
             &invoice_items[1][quantity]=2&invoice_items[2][unit_amount]=7"
        );
        let preview = read(&form).unwrap();
        let PreviewItem::New(first) = &preview.items[0] else { panic!("{:?}", preview.items) };
        assert_eq!(first.currency.unwrap().text(), "eur");
        assert!(matches!(&preview.items[1], PreviewItem::Waiting(ObjectId(8), _)));
        assert_eq!(preview.items.len(), 3);
        assert_eq!(preview.invoice.waiting, Waiting::Include);
        for (rest, code, param) in [
            ("invoice_items[0][quantity]=1", "parameter_missing", "invoice_items[0][amount]"),
            ("invoice_items[0][x]=1", "parameter_unknown", "invoice_items[0][x]"),
            ("preview_mode=recurring", "parameter_invalid", "preview_mode"),
        ] {
            let problem = read(rest).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
    }
}
