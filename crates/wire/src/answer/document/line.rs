//! A line of an invoice as an object.

use ledger::model::document as body;
use ledger::model::document::Span;
use ledger::model::{Metadata, Mode, ObjectKind};
use ledger::money::Decimal;
use ledger::outcome::ObjectView;
use serde::Serialize;

use super::tax::{Tax, taxes};
use super::{NoList, Null, is_live, plain, whole};

/// Lines that a document shows inside itself; the rest is in its list of lines.
pub const LINES_SHOWN: usize = 10;

#[derive(Serialize)]
pub(super) struct InvoiceLine<'a> {
    id: String,
    object: &'static str,
    amount: i64,
    currency: String,
    description: Option<&'a str>,
    discount_amounts: NoList,
    discountable: bool,
    discounts: NoList,
    invoice: String,
    livemode: bool,
    metadata: &'a Metadata,
    parent: Option<Parent>,
    period: Period,
    pretax_credit_amounts: NoList,
    pricing: Pricing,
    quantity: Option<i64>,
    quantity_decimal: String,
    subscription: Null,
    subtotal: i64,
    taxes: Vec<Tax>,
}

/// Where a line came from.
#[derive(Serialize)]
struct Parent {
    invoice_item_details: ItemDetails,
    subscription_item_details: Null,
    r#type: &'static str,
}

#[derive(Serialize)]
struct ItemDetails {
    invoice_item: String,
    proration: bool,
    proration_details: ProrationDetails,
    subscription: Null,
}

#[derive(Serialize)]
struct ProrationDetails {
    credited_items: Null,
}

#[derive(Serialize)]
pub(super) struct Period {
    end: i64,
    start: i64,
}

impl Period {
    pub(super) fn new(span: Span) -> Period {
        Period { end: span.end.seconds(), start: span.start.seconds() }
    }
}

/// What one costs. There are no prices to refer to.
#[derive(Serialize)]
pub(super) struct Pricing {
    price_details: Null,
    r#type: &'static str,
    unit_amount_decimal: String,
}

impl Pricing {
    pub(super) fn new(unit_amount: Decimal) -> Pricing {
        let unit_amount_decimal = plain(unit_amount);
        Pricing { price_details: Null, r#type: "price_details", unit_amount_decimal }
    }
}

impl<'a> InvoiceLine<'a> {
    pub(super) fn new(
        view: &'a ObjectView,
        invoice: &'a body::Invoice,
        line: &'a body::Line,
        mode: Mode,
    ) -> InvoiceLine<'a> {
        let ledger = view.row.ledger;
        let parent = line.item.map(|item| Parent {
            invoice_item_details: ItemDetails {
                invoice_item: item.text(ObjectKind::InvoiceItem, ledger),
                proration: false,
                proration_details: ProrationDetails { credited_items: Null },
                subscription: Null,
            },
            subscription_item_details: Null,
            r#type: "invoice_item_details",
        });
        InvoiceLine {
            id: line.id.line_text(ledger),
            object: "line_item",
            amount: line.amount,
            currency: invoice.currency.text(),
            description: line.description.as_deref(),
            discount_amounts: [],
            discountable: line.discountable,
            discounts: [],
            invoice: view.row.text(),
            livemode: is_live(mode),
            metadata: &line.metadata,
            parent,
            period: Period::new(line.period),
            pretax_credit_amounts: [],
            pricing: Pricing::new(line.unit_amount),
            quantity: whole(line.quantity),
            quantity_decimal: plain(line.quantity),
            subscription: Null,
            subtotal: line.amount,
            taxes: taxes(&line.taxes, ledger),
        }
    }
}
