//! The lines of invoices.

use ledger::command::document::{DocumentAction, MetadataChange};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{Object, ObjectKind};
use ledger::outcome::ObjectView;
use ledger::{Code, Outcome};
use wire::answer::{self, DocumentLines, List};
use wire::request::{self, Paging};
use wire::{Expand, Problem};

use super::document::{Around, act, addressed, amend, find, finish};
use super::invoice_items::{
    AMOUNT, DESCRIPTION, DISCOUNTABLE, NO_PRICE, PRICE, QUANTITY, QUANTITY_DECIMAL, SPAN, TAX_RATES,
};
use super::series::{get, post};
use super::{check_cursors, not_found};
use crate::call::{Call, unexpected};
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const KIND: ObjectKind = ObjectKind::Invoice;

const ADDED: &[Param] = &[
    AMOUNT,
    DESCRIPTION,
    DISCOUNTABLE,
    optional("invoice_item", Kind::Text, "An item that waits"),
    Param::METADATA,
    SPAN,
    PRICE,
    NO_PRICE,
    QUANTITY,
    QUANTITY_DECIMAL,
    TAX_RATES,
];

const UPDATED: &[Param] = &[
    AMOUNT,
    DESCRIPTION,
    DISCOUNTABLE,
    needed("id", Kind::Text, "The line"),
    Param::METADATA,
    SPAN,
    PRICE,
    NO_PRICE,
    QUANTITY,
    QUANTITY_DECIMAL,
    TAX_RATES,
];

const REMOVED: &[Param] = &[
    needed("behavior", Kind::Words(&["delete", "unassign"]), "What becomes of its item"),
    needed("id", Kind::Text, "The line"),
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
];

const WORDS: Param =
    optional("invoice_metadata", Kind::Texts, "Laid over the metadata of the invoice");

pub(super) const LIST: &[Param] =
    &[Param::EXPAND, Param::LIMIT, Param::STARTING_AFTER, Param::ENDING_BEFORE];

pub(super) static ROUTES: &[Route] = &[
    get(
        "/v1/invoices/{id}/lines",
        "list_invoice_lines",
        "List the lines of an invoice, in their order",
        "line_item_list",
        LIST,
        |call| Box::pin(list(call)),
    ),
    post(
        "/v1/invoices/{id}/lines/{line}",
        "update_invoice_line",
        "Change a line of a draft",
        "line_item",
        CHANGE,
        |call| Box::pin(update_one(call)),
    ),
    post(
        "/v1/invoices/{id}/add_lines",
        "add_invoice_lines",
        "Add lines to a draft",
        "invoice",
        &[Param::EXPAND, WORDS, needed("lines", Kind::Items(ADDED), "The lines, up to 250")],
        |call| Box::pin(add(call)),
    ),
    post(
        "/v1/invoices/{id}/update_lines",
        "update_invoice_lines",
        "Change lines of a draft",
        "invoice",
        &[Param::EXPAND, WORDS, needed("lines", Kind::Items(UPDATED), "The lines, up to 250")],
        |call| Box::pin(update(call)),
    ),
    post(
        "/v1/invoices/{id}/remove_lines",
        "remove_invoice_lines",
        "Take lines off a draft",
        "invoice",
        &[Param::EXPAND, WORDS, needed("lines", Kind::Items(REMOVED), "The lines, up to 250")],
        |call| Box::pin(remove(call)),
    ),
];

async fn add(call: Call) -> Result<Reply, Failure> {
    let action = |id, (lines, words)| DocumentAction::AddLines(id, lines, words);
    amend(call, KIND, request::added_lines, action).await
}

async fn update(call: Call) -> Result<Reply, Failure> {
    let action = |id, (lines, words)| DocumentAction::UpdateLines(id, lines, words);
    amend(call, KIND, request::updated_lines, action).await
}

async fn remove(call: Call) -> Result<Reply, Failure> {
    let action = |id, (lines, words)| DocumentAction::RemoveLines(id, lines, words);
    amend(call, KIND, request::removed_lines, action).await
}

async fn update_one(call: Call) -> Result<Reply, Failure> {
    let (params, once, expand) = call.modern_params_once()?;
    let what = request::line_change(params, call.ledger())?;
    let id = addressed(&call, KIND)?;
    let line = request::line_id(call.inner_id(), call.ledger(), "id")?;
    let action = DocumentAction::UpdateLines(id, vec![(line, what)], MetadataChange::default());
    let (outcome, replayed) = act(&call, action, once).await.map_err(of_one)?;
    let Outcome::Object(view) = outcome else { return Err(unexpected()) };
    let around = Around::of(&call);
    let ids = line_ids(&view);
    let from = ids.iter().position(|known| *known == line).ok_or_else(|| not_found("line item"))?;
    let lines = DocumentLines { view: &view, around: around.surroundings(), from, count: 1 };
    let line = answer::to_value(&lines)[0].take();
    Ok(Reply { replayed, ..finish(&call, line, expand).await? })
}

/// Says of a parameter of the only line that it is the request's own.
fn of_one(mut failure: Failure) -> Failure {
    let inner = failure.problem.param.as_deref().and_then(|param| param.strip_prefix("lines[0]["));
    if let Some((name, rest)) = inner.and_then(|inner| inner.split_once(']')) {
        failure.problem.param = Some(format!("{name}{rest}"));
    }
    failure
}

async fn list(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let paging =
        request::line_list(params, |text, param| request::line_id(text, call.ledger(), param))?;
    let view = find(&call, KIND, addressed(&call, KIND)?).await?;
    let url = format!("/v1/invoices/{}/lines", view.row.text());
    show_lines(&call, &view, &url, paging, expand).await
}

/// A page of the lines of a document, in their order.
pub(super) async fn show_lines(
    call: &Call,
    view: &ObjectView,
    url: &str,
    paging: Paging<ObjectId>,
    expand: Expand,
) -> Result<Reply, Failure> {
    let ids = line_ids(view);
    check_cursors(&paging, |id| ids.contains(&id))?;
    let limit = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let place = |id: ObjectId| ids.iter().position(|known| *known == id).unwrap_or_default();
    let (from, to) = match (paging.starting_after, paging.ending_before) {
        (_, Some(before)) => (place(before).saturating_sub(limit), place(before)),
        (Some(after), None) => (place(after) + 1, ids.len().min(place(after) + 1 + limit)),
        (None, None) => (0, ids.len().min(limit)),
    };
    let has_more = if paging.ending_before.is_some() { from > 0 } else { to < ids.len() };
    let around = Around::of(call);
    let count = to.saturating_sub(from);
    let lines = DocumentLines { view, around: around.surroundings(), from, count };
    finish(call, answer::to_value(&List::new(url, has_more, lines)), expand).await
}

fn line_ids(view: &ObjectView) -> Vec<ObjectId> {
    match &view.row.body {
        Object::Invoice(invoice) => invoice.lines.iter().map(|line| line.id).collect(),
        Object::CreditNote(note) => note.lines.iter().map(|line| line.id).collect(),
        _ => Vec::new(),
    }
}

/// A line of a credit note, from its id.
pub(super) fn credit_line_id(
    text: &str,
    ledger: LedgerId,
    param: &str,
) -> Result<ObjectId, Problem> {
    // The shape is that of a line of an invoice, under another name.
    let line = text.strip_prefix("cnli_").map(|digits| format!("il_{digits}"));
    line.and_then(|line| request::line_id(&line, ledger, param).ok()).ok_or_else(|| {
        let message = "There is no such line on this credit note. Take its id from the list.";
        Problem::of(Code::ResourceMissing, param, message)
    })
}
