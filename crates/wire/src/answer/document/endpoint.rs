//! A webhook endpoint as an object, and deliveries to it.

use ledger::model::document as body;
use ledger::model::{DeliveryRow, DeliveryState, Metadata, Mode, Object, ObjectKind, ObjectRow};
use serde::Serialize;
use serde_json::Value;

use super::{Null, is_live, to_value};

#[derive(Serialize)]
pub(super) struct Endpoint<'a> {
    id: String,
    object: &'static str,
    api_version: Option<&'a str>,
    application: Null,
    created: i64,
    description: Option<&'a str>,
    enabled_events: &'a [String],
    livemode: bool,
    metadata: &'a Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    status: &'static str,
    url: &'a str,
}

impl<'a> Endpoint<'a> {
    pub(super) fn new(
        row: &'a ObjectRow,
        endpoint: &'a body::WebhookEndpoint,
        mode: Mode,
    ) -> Endpoint<'a> {
        Endpoint {
            id: row.text(),
            object: ObjectKind::WebhookEndpoint.text(),
            api_version: endpoint.version.as_deref(),
            application: Null,
            created: row.created.seconds(),
            description: endpoint.description.as_deref(),
            enabled_events: &endpoint.enabled_events,
            livemode: is_live(mode),
            metadata: &endpoint.metadata,
            secret: None,
            status: if endpoint.disabled { "disabled" } else { "enabled" },
            url: &endpoint.url,
        }
    }
}

/// A webhook endpoint with its secret, which is told when it is made or replaced and never again.
pub fn endpoint_with_secret(row: &ObjectRow, mode: Mode) -> Option<Value> {
    let Object::WebhookEndpoint(endpoint) = &row.body else { return None };
    let secret = Some(endpoint.secret.as_str());
    Some(to_value(&Endpoint { secret, ..Endpoint::new(row, endpoint, mode) }))
}

/// One event on its way to one endpoint, as an object.
#[derive(Serialize)]
pub struct Delivery<'a> {
    object: &'static str,
    event: String,
    webhook_endpoint: String,
    livemode: bool,
    status: &'static str,
    attempt_count: u32,
    next_attempt: Option<i64>,
    attempts: Vec<Attempt<'a>>,
}

#[derive(Serialize)]
struct Attempt<'a> {
    created: i64,
    status_code: Option<u16>,
    error: Option<&'a str>,
    milliseconds: u32,
}

impl<'a> Delivery<'a> {
    /// A delivery of a ledger in a mode, with its last attempts, newest first.
    pub fn new(row: &'a DeliveryRow, mode: Mode) -> Delivery<'a> {
        let attempts = row.log.iter().rev().map(|attempt| Attempt {
            created: attempt.at.seconds(),
            status_code: attempt.result.as_ref().ok().copied(),
            error: attempt.result.as_ref().err().map(String::as_str),
            milliseconds: attempt.milliseconds,
        });
        Delivery {
            object: "webhook_delivery",
            event: row.event.event_text(row.ledger),
            webhook_endpoint: row.endpoint.text(ObjectKind::WebhookEndpoint, row.ledger),
            livemode: is_live(mode),
            status: row.state.text(),
            attempt_count: row.attempts,
            next_attempt: (row.state == DeliveryState::Pending).then(|| row.due.seconds()),
            attempts: attempts.collect(),
        }
    }
}
