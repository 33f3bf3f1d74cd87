//! An invoice item as an object.

use ledger::model::document as body;
use ledger::model::{Metadata, ObjectKind};
use ledger::outcome::ObjectView;
use serde::Serialize;

use super::line::{Period, Pricing};
use super::tax::{TaxRate, rates};
use super::{NoList, Null, Surroundings, is_live, plain};

#[derive(Serialize)]
pub(super) struct Item<'a> {
    id: String,
    object: &'static str,
    amount: i64,
    currency: String,
    customer: String,
    customer_account: Null,
    date: i64,
    description: Option<&'a str>,
    discountable: bool,
    discounts: NoList,
    invoice: Option<String>,
    livemode: bool,
    metadata: &'a Metadata,
    net_amount: i64,
    parent: Null,
    period: Period,
    pricing: Pricing,
    proration: bool,
    quantity: i64,
    quantity_decimal: String,
    tax_rates: Vec<TaxRate<'a>>,
    test_clock: Null,
}

impl<'a> Item<'a> {
    pub(super) fn new(
        view: &'a ObjectView,
        item: &'a body::InvoiceItem,
        around: Surroundings<'a>,
    ) -> Item<'a> {
        let row = &view.row;
        Item {
            id: row.text(),
            object: ObjectKind::InvoiceItem.text(),
            amount: item.amount,
            currency: item.currency.text(),
            customer: item.customer.text(ObjectKind::Customer, row.ledger),
            customer_account: Null,
            date: item.date.seconds(),
            description: item.description.as_deref(),
            discountable: item.discountable,
            discounts: [],
            invoice: item.invoice.map(|id| id.text(ObjectKind::Invoice, row.ledger)),
            livemode: is_live(around.mode),
            metadata: &item.metadata,
            net_amount: item.amount,
            parent: Null,
            period: Period::new(item.period),
            pricing: Pricing::new(item.unit_amount),
            proration: false,
            // Parts of one are told by the decimal alone.
            quantity: plain(item.quantity.trunc()).parse().unwrap_or_default(),
            quantity_decimal: plain(item.quantity),
            tax_rates: rates(view, &item.tax_rates, around.mode),
            test_clock: Null,
        }
    }
}
