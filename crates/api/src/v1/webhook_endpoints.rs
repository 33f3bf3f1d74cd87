//! Webhook endpoints.

use ledger::command::document::{DocumentAction, EndpointChange};
use ledger::id::ObjectId;
use ledger::model::{At, Mode, ObjectKind};
use ledger::{Code, Outcome};
use store::{DeliveriesOf, ObjectFilter};
use wire::{Params, Problem, answer, request};

use super::document::{act, addressed, amend, find, list, remove, retrieve};
use super::events::{endpoint, show_deliveries};
use super::series::{delete, get, post};
use crate::app::UrlRefusal;
use crate::call::{Call, unexpected};
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const KIND: ObjectKind = ObjectKind::WebhookEndpoint;
const URL: &str = "/v1/webhook_endpoints";
const SECRET_CHARS: usize = 32;
const HOUR_MS: i64 = 60 * 60 * 1000;

const NEW: &[Param] = &[
    optional(
        "api_version",
        Kind::Clearable,
        "The version of its deliveries; the account's if missing",
    ),
    optional("description", Kind::Clearable, "Words for people"),
    needed("enabled_events", Kind::TextList, "Types of events, families such as invoice.*, or *"),
    Param::EXPAND,
    Param::METADATA,
    needed("url", Kind::Text, "Where to; https for live keys"),
];

const CHANGE: &[Param] = &[
    optional("description", Kind::Clearable, "Words for people"),
    optional("disabled", Kind::Flag, "Whether nothing is sent for now"),
    optional("enabled_events", Kind::TextList, "Types of events, families such as invoice.*, or *"),
    Param::EXPAND,
    Param::METADATA,
    optional("url", Kind::Text, "Where to; https for live keys"),
];

const PAGE: &[Param] = &[Param::LIMIT, Param::STARTING_AFTER, Param::ENDING_BEFORE];
const LIST: &[Param] = &[Param::EXPAND, Param::LIMIT, Param::STARTING_AFTER, Param::ENDING_BEFORE];

pub(super) static ROUTES: &[Route] = &[
    post(
        URL,
        "create_webhook_endpoint",
        "Make a webhook endpoint; its secret is told only now",
        "webhook_endpoint",
        NEW,
        |call| Box::pin(create(call)),
    ),
    get(
        URL,
        "list_webhook_endpoints",
        "List webhook endpoints, newest first",
        "webhook_endpoint_list",
        LIST,
        |call| Box::pin(all(call)),
    ),
    get(
        "/v1/webhook_endpoints/{id}",
        "retrieve_webhook_endpoint",
        "Retrieve a webhook endpoint",
        "webhook_endpoint",
        &[Param::EXPAND],
        |call| Box::pin(retrieve(call, KIND)),
    ),
    post(
        "/v1/webhook_endpoints/{id}",
        "update_webhook_endpoint",
        "Change a webhook endpoint",
        "webhook_endpoint",
        CHANGE,
        |call| Box::pin(update(call)),
    ),
    delete(
        "/v1/webhook_endpoints/{id}",
        "delete_webhook_endpoint",
        "Delete a webhook endpoint",
        "deleted",
        |call| Box::pin(gone(call)),
    ),
    get(
        "/v1/webhook_endpoints/{id}/deliveries",
        "list_endpoint_deliveries",
        "List the deliveries to a webhook endpoint; cursors are ids of events",
        "webhook_delivery_list",
        PAGE,
        |call| Box::pin(deliveries(call)),
    ),
    post(
        "/v1/webhook_endpoints/{id}/roll_secret",
        "roll_webhook_endpoint_secret",
        "Give a webhook endpoint a new secret; the old one signs beside it for a while",
        "webhook_endpoint",
        &[optional("keep_hours", Kind::Integer, "For how many hours, 0 to 72; 24 when missing")],
        |call| Box::pin(roll(call)),
    ),
];

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once, _) = call.modern_params_once()?;
    let new = request::new_endpoint(params, call.mode())?;
    check_url(call.url_refusal.as_ref(), call.mode(), &new)?;
    let action = DocumentAction::CreateEndpoint(Box::new(new), secret(&call));
    with_secret(&call, action, once).await
}

async fn update(call: Call) -> Result<Reply, Failure> {
    let (mode, refusal) = (call.mode(), call.url_refusal.clone());
    let read = |params: Params<'_>, _| {
        let what = request::endpoint_change(params, mode)?;
        check_url(refusal.as_ref(), mode, &what)?;
        Ok(what)
    };
    let action = |id, what| DocumentAction::UpdateEndpoint(id, Box::new(what));
    amend(call, KIND, read, action).await
}

/// Refuses a URL that events would never be sent to.
fn check_url(
    refusal: Option<&UrlRefusal>,
    mode: Mode,
    change: &EndpointChange,
) -> Result<(), Problem> {
    let (Some(url), Some(refusal)) = (&change.url, refusal) else { return Ok(()) };
    let Some(why) = refusal(url, mode) else { return Ok(()) };
    let message = format!("Invalid URL: {why}. Give one that this server may send events to.");
    Err(Problem::of(Code::ParameterInvalid, "url", message))
}

async fn roll(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let hours = i64::try_from(request::secret_roll(params)?).unwrap_or_default();
    let id = addressed(&call, KIND)?;
    let until = At(call.engine.now().0 + hours * HOUR_MS);
    let change =
        EndpointChange { secret: Some((secret(&call), until)), ..EndpointChange::default() };
    with_secret(&call, DocumentAction::UpdateEndpoint(id, Box::new(change)), once).await
}

async fn gone(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    remove(&call, DocumentAction::DeleteEndpoint(addressed(&call, KIND)?)).await
}

async fn all(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let paging = request::endpoint_list(params, call.ledger())?;
    list(&call, URL, ObjectFilter::of(KIND), paging, expand).await
}

async fn deliveries(call: Call) -> Result<Reply, Failure> {
    let ledger = call.ledger();
    let paging: request::Paging<ObjectId> =
        request::line_list(call.params()?, |text, param| request::event_id(text, ledger, param))?;
    let id = endpoint(&call)?;
    find(&call, KIND, id).await?;
    let url = format!("/v1/webhook_endpoints/{}/deliveries", call.id());
    show_deliveries(&call, &url, DeliveriesOf::Endpoint(id), paging).await
}

async fn with_secret(
    call: &Call,
    action: DocumentAction,
    once: crate::call::Once,
) -> Result<Reply, Failure> {
    match act(call, action, once).await? {
        (Outcome::Object(view), replayed) => {
            let answer = answer::endpoint_with_secret(&view.row, call.mode());
            let answer = answer.ok_or_else(unexpected)?;
            Ok(Reply { replayed, ..Reply::of(answer::to_json(&answer)) })
        }
        _ => Err(unexpected()),
    }
}

fn secret(call: &Call) -> String {
    format!("whsec_{}", call.engine.ids().base62(SECRET_CHARS))
}
