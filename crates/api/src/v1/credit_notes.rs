//! Credit notes.

use ledger::command::document::DocumentAction;
use ledger::model::ObjectKind;
use ledger::outcome::ObjectView;
use store::ObjectFilter;
use wire::answer;
use wire::request;

use super::document::{Around, addressed, amend, change, find, finish, instants, list, retrieve};
use super::invoice_items::DESCRIPTION;
use super::invoice_lines::{LIST as LINES, credit_line_id, show_lines};
use super::invoices::secret;
use super::series::{get, post};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const KIND: ObjectKind = ObjectKind::CreditNote;
const URL: &str = "/v1/credit_notes";

const REASONS: Kind =
    Kind::Words(&["duplicate", "fraudulent", "order_change", "product_unsatisfactory"]);
const TYPES: Kind = Kind::Words(&["invoice_line_item", "custom_line_item"]);

const LINE: &[Param] = &[
    optional("amount", Kind::Amount, "The amount in minor units; or a quantity"),
    DESCRIPTION,
    optional("invoice_line_item", Kind::Text, "The line of the invoice"),
    Param::METADATA,
    optional("quantity", Kind::Integer, "How many"),
    optional("tax_rates", Kind::TextList, "Its tax rates; those of the invoice's line if missing"),
    needed("type", TYPES, "Whether it takes back a line of the invoice"),
    optional("unit_amount", Kind::Amount, "What one costs, in minor units"),
    optional("unit_amount_decimal", Kind::Decimal, "The same, with up to 12 places"),
];

const AMOUNT: Param = optional("amount", Kind::Amount, "How much in all; or lines");
const CREDITED: Param =
    optional("credit_amount", Kind::Amount, "What of the paid part goes to the balance");
const EFFECTIVE: Param = optional("effective_at", Kind::Instant, "Its date");
const INVOICE: Param = needed("invoice", Kind::Text, "The invoice, finalized");
const NEW_LINES: Param = optional("lines", Kind::Items(LINE), "The lines, up to 250");
const MEMO: Param = optional("memo", Kind::Clearable, "Words that it prints");
const OUTSIDE: Param =
    optional("out_of_band_amount", Kind::Amount, "What of the paid part is settled elsewhere");
const REASON: Param = optional("reason", REASONS, "Why");
const REFUNDED: Param =
    optional("refund_amount", Kind::Amount, "What of the paid part is paid back");

const NEW: &[Param] = &[
    AMOUNT,
    CREDITED,
    EFFECTIVE,
    Param::EXPAND,
    INVOICE,
    NEW_LINES,
    MEMO,
    Param::METADATA,
    OUTSIDE,
    REASON,
    REFUNDED,
];

const LIST: &[Param] = &[
    Param::CREATED,
    optional("customer", Kind::Text, "Of a customer"),
    Param::EXPAND,
    optional("invoice", Kind::Text, "Of an invoice"),
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
];

/// As [`NEW`], with the page of the lines.
const PREVIEW_LINES: &[Param] = &[
    AMOUNT,
    CREDITED,
    EFFECTIVE,
    Param::ENDING_BEFORE,
    Param::EXPAND,
    INVOICE,
    Param::LIMIT,
    NEW_LINES,
    MEMO,
    Param::METADATA,
    OUTSIDE,
    REASON,
    REFUNDED,
    Param::STARTING_AFTER,
];

pub(super) static ROUTES: &[Route] = &[
    post(URL, "create_credit_note", "Make a credit note", "credit_note", NEW, |call| {
        Box::pin(create(call))
    }),
    get(
        URL,
        "list_credit_notes",
        "List credit notes, newest first",
        "credit_note_list",
        LIST,
        |call| Box::pin(all(call)),
    ),
    get(
        "/v1/credit_notes/preview",
        "preview_credit_note",
        "Show what a credit note would be; nothing is kept, no number is given",
        "credit_note",
        NEW,
        |call| Box::pin(preview(call)),
    ),
    get(
        "/v1/credit_notes/preview/lines",
        "preview_credit_note_lines",
        "Show the lines that a credit note would have",
        "credit_note_line_item_list",
        PREVIEW_LINES,
        |call| Box::pin(preview_lines(call)),
    ),
    get(
        "/v1/credit_notes/{id}",
        "retrieve_credit_note",
        "Retrieve a credit note",
        "credit_note",
        &[Param::EXPAND],
        |call| Box::pin(retrieve(call, KIND)),
    ),
    post(
        "/v1/credit_notes/{id}",
        "update_credit_note",
        "Change the words of a credit note",
        "credit_note",
        &[Param::EXPAND, MEMO, Param::METADATA],
        |call| Box::pin(update(call)),
    ),
    get(
        "/v1/credit_notes/{id}/lines",
        "list_credit_note_lines",
        "List the lines of a credit note, in their order",
        "credit_note_line_item_list",
        LINES,
        |call| Box::pin(lines(call)),
    ),
    post(
        "/v1/credit_notes/{id}/void",
        "void_credit_note",
        "Void a credit note: it keeps its number",
        "credit_note",
        &[Param::EXPAND],
        |call| Box::pin(void(call)),
    ),
];

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once, expand) = call.modern_params_once()?;
    let new = request::new_credit_note(params, call.ledger(), secret(&call))?;
    change(&call, DocumentAction::CreateCreditNote(Box::new(new)), once, expand).await
}

async fn update(call: Call) -> Result<Reply, Failure> {
    let action = |id, (memo, words)| DocumentAction::UpdateCreditNote(id, memo, words);
    amend(call, KIND, |params, _| request::credit_note_change(params), action).await
}

async fn void(call: Call) -> Result<Reply, Failure> {
    let action = |id, ()| DocumentAction::VoidCreditNote(id);
    amend(call, KIND, |params, _| request::none(params), action).await
}

async fn all(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let asked = request::credit_note_list(params, call.ledger())?;
    let filter = ObjectFilter {
        customer: asked.customer,
        parent: asked.invoice,
        created: instants(asked.created),
        ..ObjectFilter::of(KIND)
    };
    list(&call, URL, filter, asked.paging, expand).await
}

async fn lines(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let paging =
        request::line_list(params, |text, param| credit_line_id(text, call.ledger(), param))?;
    let view = find(&call, KIND, addressed(&call, KIND)?).await?;
    let url = format!("/v1/credit_notes/{}/lines", view.row.text());
    show_lines(&call, &view, &url, paging, expand).await
}

async fn preview(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let new = request::new_credit_note(params, call.ledger(), String::new())?;
    let view = shown(&call, new).await?;
    let around = Around::of(&call);
    finish(&call, answer::to_value(&around.document(&view)), expand).await
}

async fn preview_lines(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let ledger = call.ledger();
    let id = |text: &str, param: &str| credit_line_id(text, ledger, param);
    let (new, paging) = request::previewed_lines(params, ledger, id)?;
    let view = shown(&call, new).await?;
    show_lines(&call, &view, "/v1/credit_notes/preview/lines", paging, expand).await
}

async fn shown(
    call: &Call,
    new: ledger::command::document::NewCreditNote,
) -> Result<ObjectView, Failure> {
    let action = DocumentAction::CreateCreditNote(Box::new(new));
    super::preview::of_action(call, action).await
}
