//! Webhook endpoints, and delivering again.

use super::desk::{Desk, ID, Opened};
use super::text::{set_long, set_metadata};
use crate::command::document::EndpointChange;
use crate::decide::tell::endpoints;
use crate::decide::{Halt, record, refuse_param};
use crate::id::ObjectId;
use crate::limits::ENDPOINTS_MAX;
use crate::model::document::{FormerSecret, WebhookEndpoint};
use crate::model::{DeliveryRow, DeliveryState, Documents, Mode, Object, ObjectKind, ObjectRow};
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::trail::Change;

/// Gapless' own events: about numbers, series and gaps.
const OWN: [&str; 5] =
    ["number.issued", "number.voided", "series.reset", "series.advanced", "gap.found"];
const URL_CHARS_MAX: usize = 2048;
const EVENTS_MAX: usize = 300;
const EVENT_CHARS_MAX: usize = 100;
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 16..=255;

/// Makes an endpoint.
pub(super) fn create(
    desk: &mut Desk<'_>,
    change: &EndpointChange,
    secret: &str,
) -> Result<Outcome, Halt> {
    if desk.ledger.documents.endpoints >= ENDPOINTS_MAX {
        let message =
            format!("There are {ENDPOINTS_MAX} webhook endpoints already. Delete one first.");
        return refuse_param(Code::ParameterInvalid, "url", message);
    }
    for (param, is_there) in
        [("url", change.url.is_some()), ("enabled_events", change.enabled_events.is_some())]
    {
        if !is_there {
            let message = format!("A webhook endpoint needs `{param}`. Give it.");
            return refuse_param(Code::ParameterMissing, param, message);
        }
    }
    check_secret(secret)?;
    let mut endpoint = WebhookEndpoint { secret: secret.to_owned(), ..WebhookEndpoint::default() };
    endpoint.version.clone_from(&change.version);
    apply(desk, &mut endpoint, change)?;
    let id = desk.next();
    let row = desk.add(id, endpoint);
    record_change(desk, &row);
    note(desk, 1)?;
    Ok(desk.show(desk.view(row)?))
}

/// Changes an endpoint.
pub(super) fn update(
    desk: &mut Desk<'_>,
    id: ObjectId,
    change: &EndpointChange,
) -> Result<Outcome, Halt> {
    let Opened { row, body: mut endpoint } = desk.open::<WebhookEndpoint>(id, ID)?;
    apply(desk, &mut endpoint, change)?;
    if let Some((secret, until)) = &change.secret {
        check_secret(secret)?;
        let secret = std::mem::replace(&mut endpoint.secret, secret.clone());
        endpoint.former_secret = Some(FormerSecret { secret, until: *until });
    }
    let row = desk.put(&row, endpoint);
    record_change(desk, &row);
    note(desk, 0)?;
    Ok(desk.show(desk.view(row)?))
}

/// Deletes an endpoint; what was to be delivered to it is given up when its turn comes.
pub(super) fn delete(desk: &mut Desk<'_>, id: ObjectId) -> Result<Outcome, Halt> {
    let Opened { row, .. } = desk.open::<WebhookEndpoint>(id, ID)?;
    let row = desk.delete(&row);
    record_change(desk, &row);
    note(desk, -1)?;
    Ok(Outcome::Deleted(ObjectKind::WebhookEndpoint, id))
}

/// Has an event delivered again, to one endpoint or to all that want it.
pub(super) fn redeliver(
    desk: &mut Desk<'_>,
    event: ObjectId,
    endpoint: Option<ObjectId>,
) -> Result<Outcome, Halt> {
    let ledger = desk.ledger.id;
    let Some(row) = desk.books.events.read(&(ledger, event))?.cloned() else {
        let message =
            format!("No such event: '{}'. Events are kept for 30 days.", event.event_text(ledger));
        return refuse_param(Code::ResourceMissing, ID, message);
    };
    let targets = match endpoint {
        Some(id) => vec![desk.open::<WebhookEndpoint>(id, "webhook_endpoint")?.id()],
        None => {
            let rows = endpoints(desk.books, &desk.ledger)?;
            let wants = |body: &Object| match body {
                Object::WebhookEndpoint(endpoint) => endpoint.wants(&row.kind),
                _ => false,
            };
            rows.into_iter().filter(|row| wants(&row.body)).map(|row| row.id).collect()
        }
    };
    for target in &targets {
        desk.books.deliveries.probe(&(ledger, event, *target));
    }
    for target in &targets {
        let key = (ledger, event, *target);
        let known = desk.books.deliveries.read(&key)?.cloned();
        let fresh = || DeliveryRow::new(ledger, event, *target, desk.command.at);
        let again = DeliveryRow {
            state: DeliveryState::Pending,
            attempts: 0,
            due: desk.now(),
            ..known.unwrap_or_else(fresh)
        };
        desk.books.deliveries.write(key, again);
    }
    // The head tells of it, so that a commit of which nobody heard can be looked for.
    desk.next();
    desk.save();
    Ok(Outcome::Redelivered(event, u32::try_from(targets.len()).unwrap_or(u32::MAX)))
}

fn apply(
    desk: &Desk<'_>,
    endpoint: &mut WebhookEndpoint,
    change: &EndpointChange,
) -> Result<(), Halt> {
    if let Some(url) = &change.url {
        check_url(url, desk.ledger.mode)?;
        endpoint.url.clone_from(url);
    }
    if let Some(events) = &change.enabled_events {
        check_events(events)?;
        endpoint.enabled_events.clone_from(events);
    }
    set_long(&mut endpoint.description, &change.description, "description")?;
    set_metadata(&mut endpoint.metadata, &change.metadata)?;
    endpoint.disabled = change.disabled.unwrap_or(endpoint.disabled);
    Ok(())
}

fn check_url(url: &str, mode: Mode) -> Result<(), Halt> {
    let rest = match url.split_once("://") {
        Some(("https", rest)) => Some(rest),
        Some(("http", rest)) if mode == Mode::Test => Some(rest),
        _ => None,
    };
    let is_clean = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    let has_host = rest.is_some_and(|rest| !rest.starts_with(['/', '?', '#', ':']));
    let has_host = has_host && rest.is_some_and(|rest| !rest.is_empty());
    if has_host && is_clean && url.chars().count() <= URL_CHARS_MAX {
        return Ok(());
    }
    let message = match mode {
        Mode::Live => "Invalid URL: give one that begins with https://.",
        Mode::Test => "Invalid URL: give one that begins with https:// or http://.",
    };
    refuse_param(Code::ParameterInvalid, "url", message)
}

fn check_events(events: &[String]) -> Result<(), Halt> {
    let is_name = |name: &String| {
        let stem = name.strip_suffix('*').unwrap_or(name);
        let fits = (1..=EVENT_CHARS_MAX).contains(&name.len());
        fits && stem.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.')
    };
    let fits = (1..=EVENTS_MAX).contains(&events.len());
    match events.iter().position(|name| !is_name(name)) {
        None if fits => Ok(()),
        None => {
            let message = format!("Give between 1 and {EVENTS_MAX} types of events, or `*`.");
            refuse_param(Code::ParameterInvalid, "enabled_events", message)
        }
        Some(place) => {
            let message = "This is no type of event. Give one such as `invoice.paid`, `invoice.*` \
                           or `*`.";
            refuse_param(Code::ParameterInvalid, &format!("enabled_events[{place}]"), message)
        }
    }
}

fn check_secret(secret: &str) -> Result<(), Halt> {
    let fits = SECRET_CHARS.contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic());
    match fits {
        true => Ok(()),
        false => {
            refuse_param(Code::ParameterInvalid, "secret", "The secret has 16 to 255 characters.")
        }
    }
}

/// Records who changed where events go. Since no event tells of it, the entry is also what a commit
/// of which nobody heard is found by.
fn record_change(desk: &mut Desk<'_>, row: &ObjectRow) {
    let Object::WebhookEndpoint(body) = &row.body else { return };
    let (url, enabled) = (body.url.clone(), !body.disabled && !row.deleted);
    let change = Change::EndpointChanged { endpoint: row.id, url, enabled };
    record(desk.books, desk.command, &mut desk.ledger, &change);
}

/// Notes in the head of the ledger what there is to tell, so that nobody else need look.
fn note(desk: &mut Desk<'_>, more: i32) -> Result<(), Halt> {
    let enabled = endpoints(desk.books, &desk.ledger)?;
    let wants_own = |body: &Object| match body {
        Object::WebhookEndpoint(endpoint) => OWN.iter().any(|kind| endpoint.wants(kind)),
        _ => false,
    };
    let before = Documents::clone(&desk.ledger.documents);
    let documents = Documents {
        endpoints: before.endpoints.saturating_add_signed(more),
        has_endpoints: !enabled.is_empty(),
        tells_numbers: enabled.iter().any(|row| wants_own(&row.body)),
        ..before
    };
    desk.ledger.documents = documents.into();
    desk.save();
    Ok(())
}
