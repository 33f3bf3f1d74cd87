//! What happened.

use engine::SubjectView;
use ledger::Outcome;
use ledger::command::document::DocumentAction;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{EventRow, ObjectKind};
use serde_json::{Value, json};
use store::{DeliveriesOf, EventFilter, EventKinds};
use wire::answer::{self, Delivery, Event, EventData, List};
use wire::{Problem, request};

use super::document::{Around, act, instants};
use super::series::{get, post};
use super::{not_found, page};
use crate::call::{Call, unexpected};
use crate::failure::Failure;
use crate::openapi::{Kind, Param, optional};
use crate::reply::Reply;
use crate::route::Route;

const LIST: &[Param] = &[
    optional("created", Kind::InstantBounds, "That happened then, or with gte, gt, lte, lt"),
    optional("delivery_success", Kind::Flag, "Delivered to every endpoint, or not"),
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
    optional("type", Kind::Text, "Of a type, or a family such as invoice.*"),
    optional("types", Kind::TextList, "Of any of up to 20 types or families"),
];

const DELIVERIES: &[Param] = &[Param::LIMIT, Param::STARTING_AFTER, Param::ENDING_BEFORE];

const ENDPOINT: Param =
    optional("webhook_endpoint", Kind::Text, "Only to this one; to all that were told if missing");

pub(super) static ROUTES: &[Route] = &[
    get("/v1/events", "list_events", "List events, newest first", "event_list", LIST, |call| {
        Box::pin(list(call))
    }),
    get("/v1/events/{id}", "retrieve_event", "Retrieve an event", "event", &[], |call| {
        Box::pin(retrieve(call))
    }),
    get(
        "/v1/events/{id}/deliveries",
        "list_event_deliveries",
        "List the deliveries of an event; cursors are ids of webhook endpoints",
        "webhook_delivery_list",
        DELIVERIES,
        |call| Box::pin(deliveries(call)),
    ),
    post(
        "/v1/events/{id}/redeliver",
        "redeliver_event",
        "Deliver an event again",
        "event_redelivery",
        &[ENDPOINT],
        |call| Box::pin(redeliver(call)),
    ),
];

async fn list(call: Call) -> Result<Reply, Failure> {
    let asked = request::event_list(call.params()?, call.ledger())?;
    let kind = |name: &String| match name.strip_suffix('*') {
        Some(family) => EventKinds::Beginning(family.to_owned()),
        None => EventKinds::Exactly(name.clone()),
    };
    let filter = EventFilter {
        kinds: asked.types.iter().map(kind).collect(),
        at: instants(asked.created),
        delivered: asked.delivered,
    };
    let found = call.engine.events(call.ledger(), filter, page(asked.paging)).await?;
    let data = values(&call, found.rows).await?;
    Ok(Reply::of(answer::to_json(&List::new("/v1/events", found.has_more, data))))
}

async fn retrieve(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let found = call.engine.event(call.ledger(), addressed(&call)?).await?;
    let row = found.ok_or_else(|| not_found("event"))?;
    let event = values(&call, vec![row]).await?.pop();
    Ok(Reply::of(answer::to_json(&event)))
}

async fn redeliver(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let endpoint = request::redelivery(params, call.ledger())?;
    let event = addressed(&call)?;
    match act(&call, DocumentAction::Redeliver(event, endpoint), once).await? {
        (Outcome::Redelivered(event, count), replayed) => {
            let answer = json!({
                "object": "event_redelivery",
                "event": event.event_text(call.ledger()),
                "pending_webhooks": count,
            });
            Ok(Reply { replayed, ..Reply::of(answer::to_json(&answer)) })
        }
        _ => Err(unexpected()),
    }
}

async fn deliveries(call: Call) -> Result<Reply, Failure> {
    let paging = request::endpoint_list(call.params()?, call.ledger())?;
    let event = addressed(&call)?;
    let is_there = call.engine.event(call.ledger(), event).await?.is_some();
    is_there.then_some(()).ok_or_else(|| not_found("event"))?;
    let url = format!("/v1/events/{}/deliveries", call.id());
    show_deliveries(&call, &url, DeliveriesOf::Event(event), paging).await
}

/// A page of the deliveries of an event or to an endpoint.
pub(super) async fn show_deliveries(
    call: &Call,
    url: &str,
    of: DeliveriesOf,
    paging: request::Paging<ObjectId>,
) -> Result<Reply, Failure> {
    let found = call.engine.deliveries(call.ledger(), of, page(paging)).await?;
    let data: Vec<_> = found.rows.iter().map(|row| Delivery::new(row, call.mode())).collect();
    Ok(Reply::of(answer::to_json(&List::new(url, found.has_more, data))))
}

/// The webhook endpoint that the address names.
pub(super) fn endpoint(call: &Call) -> Result<ObjectId, Problem> {
    request::object_id(call.id(), ObjectKind::WebhookEndpoint, call.ledger(), "id")
}

fn addressed(call: &Call) -> Result<ObjectId, Problem> {
    request::event_id(call.id(), call.ledger(), "id")
}

/// Events as they were told when they happened, whatever version the caller speaks.
async fn values(call: &Call, rows: Vec<(EventRow, u32)>) -> Result<Vec<Value>, Failure> {
    let around = Around::of(call);
    let account = call.platform.as_ref().map(|_| call.access.account.0.clone());
    let ledger: LedgerId = call.ledger();
    let values = call.engine.read(move |reader| {
        let subjects = engine::subjects(reader, ledger, rows.iter().map(|(row, _)| row))?;
        let value = |((row, pending), subject): (&(EventRow, u32), SubjectView)| {
            let (data, pending) = (data(subject), *pending);
            let event = Event { row, data: &data, pending, account: account.as_deref() };
            event.value(around.surroundings(), None)
        };
        Ok(rows.iter().zip(subjects).map(value).collect())
    });
    Ok(values.await?)
}

fn data(subject: SubjectView) -> EventData {
    match subject {
        SubjectView::Held => EventData::Own,
        SubjectView::Number(view) => EventData::Number(view),
        SubjectView::Series(row) => EventData::Series(row),
        SubjectView::Gap(view) => EventData::Gap(view),
        SubjectView::Gone => EventData::Gone,
    }
}
