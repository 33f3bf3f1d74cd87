//! Invoices: made, changed, listed, searched for, and taken through their life.

use ledger::Code;
use ledger::command::document::DocumentAction;
use ledger::id::ObjectId;
use ledger::model::{At, Object, ObjectKind, ObjectRow};
use store::{AtRange, ObjectFilter};
use wire::answer;
use wire::{Expand, Problem, RimCode, request};

use super::customers::CUSTOM_FIELDS;
use super::document::{
    Around, addressed, amend, change, finish, instants, list, remove, retrieve, sifted,
};
use super::invoice_items::{
    AMOUNT, DESCRIPTION, DISCOUNTABLE, NO_PRICE, PRICE, QUANTITY, QUANTITY_DECIMAL, SPAN, TAX_RATES,
};
use super::series::{delete, get, post};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const KIND: ObjectKind = ObjectKind::Invoice;
const URL: &str = "/v1/invoices";
/// Characters of the text that opens an invoice's page: as good as 142 bits.
pub(super) const SECRET_CHARS: usize = 24;

const COLLECTION: Kind = Kind::Words(&["charge_automatically", "send_invoice"]);
const STATUS: Kind = Kind::Words(&["draft", "open", "paid", "void", "uncollectible"]);
const WAITING: Kind = Kind::Words(&["exclude", "include", "include_and_require"]);

const AUTOMATIC_TAX: &[Param] = &[needed("enabled", Kind::Flag, "Only false")];

const FROM_INVOICE: &[Param] = &[
    needed("action", Kind::Words(&["revision"]), "What becomes of it"),
    needed("invoice", Kind::Text, "The invoice, open or uncollectible"),
];

const AUTO_ADVANCE: Param =
    optional("auto_advance", Kind::Flag, "Whether it is to go on by itself");
const NO_TAX: Param =
    optional("automatic_tax", Kind::Object(AUTOMATIC_TAX), "Taxes follow from tax rates alone");
const METHOD: Param = optional("collection_method", COLLECTION, "How it is paid");
const CUSTOM: Param =
    optional("custom_fields", Kind::Items(CUSTOM_FIELDS), "Up to 4 pairs that it prints");
const DAYS: Param =
    optional("days_until_due", Kind::Integer, "Days from finalizing until it is due");
const RATES: Param =
    optional("default_tax_rates", Kind::TextList, "Tax rates of lines that have none");
const HEAD: Param = optional("description", Kind::Clearable, "Words at its head");
const DUE: Param = optional("due_date", Kind::Instant, "When it is due");
const EFFECTIVE: Param =
    optional("effective_at", Kind::Instant, "Its date, which chooses the period of its number");
const FOOT: Param = optional("footer", Kind::Clearable, "Words at its foot");
const NUMBER: Param =
    optional("number", Kind::Clearable, "A number of its own, refused when it is taken");
const TEACH: Param =
    optional("teach", Kind::Flag, "Whether the number teaches its series how numbers are written");
const PATTERN: Param =
    optional("pattern", Kind::Text, "Which reading of the number is meant; the best when missing");
const SKIPS: Param = optional("reason", Kind::Text, "Why ordinals are left out, where some are");
const BEHALF: Param =
    optional("on_behalf_of", Kind::Clearable, "The account on whose behalf it is issued");
const SERIES: Param =
    optional("series", Kind::Clearable, "The series it is numbered in, by id or name");
const DESCRIPTOR: Param =
    optional("statement_descriptor", Kind::Clearable, "What a bank statement says");

const NEW: &[Param] = &[
    AUTO_ADVANCE,
    NO_TAX,
    METHOD,
    optional("currency", Kind::Text, "Three-letter code of ISO 4217; found when missing"),
    CUSTOM,
    optional("customer", Kind::Text, "The customer; that of the revised invoice when missing"),
    DAYS,
    RATES,
    HEAD,
    DUE,
    EFFECTIVE,
    Param::EXPAND,
    FOOT,
    optional("from_invoice", Kind::Object(FROM_INVOICE), "The invoice that it revises"),
    Param::METADATA,
    NUMBER,
    BEHALF,
    PATTERN,
    SKIPS,
    optional(
        "pending_invoice_items_behavior",
        WAITING,
        "What becomes of items that wait; exclude when missing, before 2022-08-01 \
         include_and_require",
    ),
    SERIES,
    DESCRIPTOR,
    TEACH,
];

const CHANGE: &[Param] = &[
    AUTO_ADVANCE,
    NO_TAX,
    METHOD,
    CUSTOM,
    DAYS,
    RATES,
    HEAD,
    DUE,
    EFFECTIVE,
    Param::EXPAND,
    FOOT,
    Param::METADATA,
    NUMBER,
    BEHALF,
    PATTERN,
    SKIPS,
    SERIES,
    DESCRIPTOR,
    TEACH,
];

const LIST: &[Param] = &[
    optional("collection_method", COLLECTION, "Paid in this way; sifts what the others find"),
    Param::CREATED,
    optional("customer", Kind::Text, "Of a customer"),
    optional("due_date", Kind::InstantBounds, "Due then; sifts what the others find"),
    Param::EXPAND,
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
    optional("status", STATUS, "In a status"),
];

const SEARCH: &[Param] = &super::search::params(
    "Clauses on number, status, customer, created, currency, total, subscription and metadata, \
     joined by AND or by OR",
);

const PREVIEW_ITEM: &[Param] = &[
    AMOUNT,
    optional("currency", Kind::Text, "Three-letter code of ISO 4217"),
    DESCRIPTION,
    DISCOUNTABLE,
    optional("invoiceitem", Kind::Text, "An item that waits, to be otherwise"),
    Param::METADATA,
    SPAN,
    PRICE,
    NO_PRICE,
    QUANTITY,
    QUANTITY_DECIMAL,
    TAX_RATES,
    optional("unit_amount", Kind::Amount, "What one costs, in minor units"),
    optional("unit_amount_decimal", Kind::Decimal, "The same, with up to 12 places"),
];

const PREVIEW: &[Param] = &[
    optional("currency", Kind::Text, "Three-letter code of ISO 4217"),
    needed("customer", Kind::Text, "The customer"),
    Param::EXPAND,
    optional("invoice_items", Kind::Items(PREVIEW_ITEM), "Items beside those that wait"),
    optional("preview_mode", Kind::Words(&["next"]), "The next invoice"),
];

pub(super) static ROUTES: &[Route] = &[
    post(URL, "create_invoice", "Make a draft", "invoice", NEW, |call| Box::pin(create(call))),
    get(URL, "list_invoices", "List invoices, newest first", "invoice_list", LIST, |call| {
        Box::pin(all(call))
    }),
    get(
        "/v1/invoices/search",
        "search_invoices",
        "Search invoices",
        "invoice_search",
        SEARCH,
        |call| Box::pin(search(call)),
    ),
    post(
        "/v1/invoices/create_preview",
        "preview_invoice",
        "Show what the next invoice of a customer would be; nothing is kept",
        "invoice",
        PREVIEW,
        |call| Box::pin(preview(call)),
    ),
    get(
        "/v1/invoices/upcoming",
        "retrieve_upcoming_invoice",
        "The same for callers of before 2025-03-31.basil",
        "invoice",
        PREVIEW,
        |call| Box::pin(upcoming(call)),
    ),
    get(
        "/v1/invoices/{id}",
        "retrieve_invoice",
        "Retrieve an invoice",
        "invoice",
        &[Param::EXPAND],
        |call| Box::pin(retrieve(call, KIND)),
    ),
    post(
        "/v1/invoices/{id}",
        "update_invoice",
        "Change an invoice: a draft in everything, another one in words alone",
        "invoice",
        CHANGE,
        |call| Box::pin(update(call)),
    ),
    Route {
        params: &[optional(
            "reason",
            Kind::Text,
            "Why; needed for one that was finalized before, whose number goes blank",
        )],
        ..delete(
            "/v1/invoices/{id}",
            "delete_invoice",
            "Delete a draft; one that never had a number leaves nothing behind",
            "deleted",
            |call| Box::pin(gone(call)),
        )
    },
];

pub(super) static ROUTES_OF_STEPS: &[Route] = &[
    post(
        "/v1/invoices/{id}/finalize",
        "finalize_invoice",
        "Finalize a draft: it gets its number",
        "invoice",
        &[AUTO_ADVANCE, Param::EXPAND],
        |call| Box::pin(finalize(call)),
    ),
    post(
        "/v1/invoices/{id}/pay",
        "pay_invoice",
        "Mark an invoice as paid",
        "invoice",
        &[
            Param::EXPAND,
            optional("off_session", Kind::Flag, "Not looked at: nobody is asked anything"),
            optional(
                "paid_out_of_band",
                Kind::Flag,
                "Paid by other ways than this server knows of",
            ),
        ],
        |call| Box::pin(pay(call)),
    ),
    post(
        "/v1/invoices/{id}/void",
        "void_invoice",
        "Void an invoice: it keeps its number",
        "invoice",
        &[Param::EXPAND],
        |call| Box::pin(step(call, DocumentAction::Void)),
    ),
    post(
        "/v1/invoices/{id}/mark_uncollectible",
        "mark_invoice_uncollectible",
        "Give an invoice up",
        "invoice",
        &[Param::EXPAND],
        |call| Box::pin(step(call, DocumentAction::MarkUncollectible)),
    ),
    post(
        "/v1/invoices/{id}/reset_to_draft",
        "reset_invoice_to_draft",
        "Make a draft of an invoice again, which keeps its number",
        "invoice",
        &[Param::EXPAND, needed("reason", Kind::Text, "Why")],
        |call| Box::pin(reset(call)),
    ),
    post(
        "/v1/invoices/{id}/teach_preview",
        "preview_teaching",
        "Show what a number would teach the series of a draft; nothing is kept",
        "teaching",
        &[needed("number", Kind::Text, "The number"), PATTERN],
        |call| Box::pin(lesson(call)),
    ),
    post(
        "/v1/invoices/{id}/send",
        "send_invoice",
        "Mark an invoice as sent, a draft once it is finalized by this",
        "invoice",
        &[Param::EXPAND],
        |call| Box::pin(step(call, DocumentAction::Send)),
    ),
];

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once, expand) = call.modern_params_once()?;
    let (behaviour, secret) = (call.version.behaviour(), secret(&call));
    let new = request::new_invoice(params, call.ledger(), behaviour, secret)?;
    change(&call, DocumentAction::CreateInvoice(Box::new(new)), once, expand).await
}

async fn update(call: Call) -> Result<Reply, Failure> {
    let action = |id, what| DocumentAction::UpdateInvoice(id, Box::new(what));
    amend(call, KIND, request::invoice_change, action).await
}

async fn gone(call: Call) -> Result<Reply, Failure> {
    let why = request::deleted_invoice(call.params()?)?;
    remove(&call, DocumentAction::DeleteInvoice(addressed(&call, KIND)?, why)).await
}

async fn finalize(call: Call) -> Result<Reply, Failure> {
    amend(call, KIND, |params, _| request::finalize(params), DocumentAction::Finalize).await
}

async fn pay(call: Call) -> Result<Reply, Failure> {
    amend(call, KIND, |params, _| request::pay(params), DocumentAction::Pay).await
}

async fn reset(call: Call) -> Result<Reply, Failure> {
    amend(call, KIND, |params, _| request::reset_to_draft(params), DocumentAction::ResetToDraft)
        .await
}

async fn lesson(call: Call) -> Result<Reply, Failure> {
    let (number, asked) = request::teach_preview(call.params()?)?;
    let action = DocumentAction::PreviewTeaching(addressed(&call, KIND)?, number, asked);
    let view = super::preview::lesson(&call, action).await?;
    let answer = answer::LessonAnswer::new(&view, call.ledger(), call.mode());
    Ok(Reply::of(answer::to_json(&answer)))
}

/// A step that takes nothing but the invoice.
async fn step(call: Call, action: fn(ObjectId) -> DocumentAction) -> Result<Reply, Failure> {
    amend(call, KIND, |params, _| request::none(params), |id, ()| action(id)).await
}

async fn all(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let asked = request::invoice_list(params, call.ledger())?;
    let filter = ObjectFilter {
        customer: asked.customer,
        state: asked.status.map(|status| status.code()),
        created: instants(asked.created),
        ..ObjectFilter::of(KIND)
    };
    let (method, due) = (asked.collection_method, instants(asked.due_date));
    if method.is_none() && due == AtRange::default() {
        return list(&call, URL, filter, asked.paging, expand).await;
    }
    let is_due = move |at: Option<At>| match at {
        Some(at) => due.contains(at),
        None => due == AtRange::default(),
    };
    let sieve = move |row: &ObjectRow| match &row.body {
        Object::Invoice(invoice) => {
            method.is_none_or(|method| invoice.collection_method == method)
                && is_due(invoice.due_date)
        }
        _ => false,
    };
    sifted(&call, URL, (filter, sieve), asked.paging, expand).await
}

async fn search(call: Call) -> Result<Reply, Failure> {
    const URL: &str = "/v1/invoices/search";
    let (params, expand) = call.modern_params()?;
    let asked = request::invoice_search(params, call.ledger())?;
    super::search::answer(&call, URL, KIND, asked, expand).await
}

/// Where a preview was until there was an address of its own for it.
async fn upcoming(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let asked = request::invoice_preview(params, call.ledger())?;
    if call.version.behaviour().has_upcoming_invoice {
        return show_preview(&call, asked, expand).await;
    }
    let message = "There is no invoice \"upcoming\". Send POST /v1/invoices/create_preview.";
    Err(Problem::of(Code::ResourceMissing, "id", message).into())
}

async fn preview(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let asked = request::invoice_preview(params, call.ledger())?;
    show_preview(&call, asked, expand).await
}

async fn show_preview(
    call: &Call,
    asked: request::InvoicePreview,
    expand: Expand,
) -> Result<Reply, Failure> {
    let view = super::preview::invoice(call, asked).await?;
    if matches!(&view.row.body, Object::Invoice(invoice) if invoice.lines.is_empty()) {
        let message = "The customer has nothing to be invoiced: no item waits, and none was sent.";
        return Err(Problem::new(RimCode::InvoiceUpcomingNone, message).into());
    }
    let around = Around::of(call);
    let mut value = answer::to_value(&around.document(&view));
    // What is not kept has no id that anybody could ask for.
    let id = format!("upcoming_{}", view.row.text());
    for line in value["lines"]["data"].as_array_mut().into_iter().flatten() {
        line["invoice"] = id.clone().into();
    }
    value["id"] = id.into();
    finish(call, value, expand).await
}

/// A text that opens the page of a document, and that nobody guesses.
pub(super) fn secret(call: &Call) -> String {
    call.engine.ids().base62(SECRET_CHARS)
}
