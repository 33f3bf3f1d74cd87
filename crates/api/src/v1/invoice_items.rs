//! Invoice items.

use ledger::command::document::DocumentAction;
use ledger::model::{Object, ObjectKind, ObjectRow};
use store::ObjectFilter;
use wire::request;

use super::document::{addressed, amend, change, instants, list, remove, retrieve, sifted};
use super::series::{delete, get, post};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

pub(super) const PERIOD: &[Param] =
    &[needed("end", Kind::Instant, "Its end"), needed("start", Kind::Instant, "Its beginning")];

const PRICING: &[Param] = &[needed("price", Kind::Text, "There are no prices here")];

const PRODUCT: &[Param] = &[needed("name", Kind::Text, "What the line says")];

pub(super) const PRICE_DATA: &[Param] = &[
    needed("currency", Kind::Text, "Three-letter code of ISO 4217"),
    optional("product", Kind::Text, "Not looked at: there are no products here"),
    optional("product_data", Kind::Object(PRODUCT), "What the line says, where it says nothing"),
    optional("tax_behavior", Kind::Words(&["unspecified"]), "Each tax rate says it"),
    optional("unit_amount", Kind::Amount, "What one costs, in minor units"),
    optional("unit_amount_decimal", Kind::Decimal, "The same, with up to 12 places"),
];

pub(super) const AMOUNT: Param =
    optional("amount", Kind::Amount, "The amount in minor units; or a quantity and a unit amount");
pub(super) const DESCRIPTION: Param = optional("description", Kind::Clearable, "What it is for");
pub(super) const DISCOUNTABLE: Param =
    optional("discountable", Kind::Flag, "Whether discounts apply");
pub(super) const SPAN: Param =
    optional("period", Kind::Object(PERIOD), "The time that it is for; now when missing");
pub(super) const PRICE: Param = optional("price_data", Kind::Object(PRICE_DATA), "What one costs");
pub(super) const NO_PRICE: Param =
    optional("pricing", Kind::Object(PRICING), "Refused: there are no prices here");
pub(super) const QUANTITY: Param = optional("quantity", Kind::Integer, "How many; 1 when missing");
pub(super) const QUANTITY_DECIMAL: Param =
    optional("quantity_decimal", Kind::Decimal, "How many, with up to 12 places");
pub(super) const TAX_RATES: Param =
    optional("tax_rates", Kind::TextList, "Its own tax rates, up to 10");
const UNIT: Param = optional(
    "unit_amount_decimal",
    Kind::Decimal,
    "What one costs, in minor units with up to 12 places",
);

const NEW: &[Param] = &[
    AMOUNT,
    optional("currency", Kind::Text, "Three-letter code of ISO 4217; the draft's when missing"),
    needed("customer", Kind::Text, "The customer"),
    DESCRIPTION,
    DISCOUNTABLE,
    Param::EXPAND,
    optional("invoice", Kind::Text, "The draft to put it on; it waits when missing"),
    Param::METADATA,
    SPAN,
    PRICE,
    NO_PRICE,
    QUANTITY,
    QUANTITY_DECIMAL,
    TAX_RATES,
    UNIT,
];

const CHANGE: &[Param] = &[
    AMOUNT,
    DESCRIPTION,
    DISCOUNTABLE,
    Param::EXPAND,
    Param::METADATA,
    SPAN,
    PRICE,
    NO_PRICE,
    QUANTITY,
    QUANTITY_DECIMAL,
    TAX_RATES,
    UNIT,
];

const LIST: &[Param] = &[
    Param::CREATED,
    optional("customer", Kind::Text, "Of a customer"),
    Param::EXPAND,
    optional("invoice", Kind::Text, "On an invoice"),
    optional("pending", Kind::Flag, "Waiting for an invoice, or not"),
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
];

const URL: &str = "/v1/invoiceitems";
const KIND: ObjectKind = ObjectKind::InvoiceItem;

pub(super) static ROUTES: &[Route] = &[
    post(
        URL,
        "create_invoiceitem",
        "Make an invoice item, on a draft or waiting",
        "invoiceitem",
        NEW,
        |call| Box::pin(create(call)),
    ),
    get(
        URL,
        "list_invoiceitems",
        "List invoice items, newest first",
        "invoiceitem_list",
        LIST,
        |call| Box::pin(all(call)),
    ),
    get(
        "/v1/invoiceitems/{id}",
        "retrieve_invoiceitem",
        "Retrieve an invoice item",
        "invoiceitem",
        &[Param::EXPAND],
        |call| Box::pin(retrieve(call, KIND)),
    ),
    post(
        "/v1/invoiceitems/{id}",
        "update_invoiceitem",
        "Change an invoice item that waits or is on a draft",
        "invoiceitem",
        CHANGE,
        |call| Box::pin(update(call)),
    ),
    delete(
        "/v1/invoiceitems/{id}",
        "delete_invoiceitem",
        "Delete an invoice item that waits or is on a draft",
        "deleted",
        |call| Box::pin(gone(call)),
    ),
];

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once, expand) = call.modern_params_once()?;
    let new = request::new_invoice_item(params, call.ledger())?;
    change(&call, DocumentAction::CreateItem(Box::new(new)), once, expand).await
}

async fn update(call: Call) -> Result<Reply, Failure> {
    let action = |id, what| DocumentAction::UpdateItem(id, Box::new(what));
    amend(call, KIND, request::item_change, action).await
}

async fn gone(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    remove(&call, DocumentAction::DeleteItem(addressed(&call, KIND)?)).await
}

async fn all(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let asked = request::item_list(params, call.ledger())?;
    let mut filter = ObjectFilter {
        customer: asked.customer,
        parent: asked.invoice,
        created: instants(asked.created),
        ..ObjectFilter::of(KIND)
    };
    if let (Some(true), Some(customer)) = (asked.pending, asked.customer) {
        filter.label = Some(ObjectRow::waiting_label(call.ledger(), customer));
        return list(&call, URL, filter, asked.paging, expand).await;
    }
    let Some(pending) = asked.pending else {
        return list(&call, URL, filter, asked.paging, expand).await;
    };
    let sieve = move |row: &ObjectRow| match &row.body {
        Object::InvoiceItem(item) => item.invoice.is_none() == pending,
        _ => false,
    };
    sifted(&call, URL, (filter, sieve), asked.paging, expand).await
}
