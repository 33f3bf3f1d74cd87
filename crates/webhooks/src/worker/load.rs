//! What an attempt needs of the database.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use engine::EngineError;
use ledger::Misses;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::document::WebhookEndpoint;
use ledger::model::{At, DeliveryRow, DeliveryState, EventRow, LedgerRow, Object, ObjectRow};
use store::Reader;
use tokio::time::Instant;

use super::attempt::Ready;
use crate::client::Target;
use crate::render::{Render, Telling};

/// A delivery that was taken in hand.
pub(super) enum Prepared {
    /// It can be attempted.
    Ready(Box<Ready>),
    /// There is nothing to attempt; this is what is written.
    Ended(DeliveryRow),
}

/// What is sent of each event in each version, or why there is nothing.
type Bodies<'a> = HashMap<(ObjectId, &'a str), Result<Bytes, String>>;

/// What is known beside the deliveries.
struct Known {
    ledger: LedgerRow,
    endpoints: HashMap<ObjectId, WebhookEndpoint>,
    events: HashMap<ObjectId, (EventRow, u32)>,
}

/// Prepares deliveries of one ledger for their attempts. `now` tells which secrets still hold.
pub(super) fn load(
    reader: &mut dyn Reader,
    render: &dyn Render,
    ledger: LedgerId,
    rows: &[DeliveryRow],
    now: At,
    begin_by: Instant,
) -> Result<Vec<Prepared>, EngineError> {
    let Some(known) = Known::load(reader, ledger, rows)? else {
        // The ledger was wiped.
        return Ok(rows.iter().map(given_up).collect());
    };
    let bodies = known.bodies(reader, render, rows)?;
    let prepare = |row: &DeliveryRow| {
        let Some((endpoint, version)) = known.endpoint_and_version(row) else {
            return given_up(row);
        };
        let none = || Err("a defect in Gapless: the event has no body".to_owned());
        let mode = known.ledger.mode;
        let target = Target::parse(&endpoint.url, mode).map_err(|failure| failure.to_string());
        Prepared::Ready(Box::new(Ready {
            row: row.clone(),
            mode,
            target,
            secrets: secrets(endpoint, now),
            body: bodies.get(&(row.event, version)).cloned().unwrap_or_else(none),
            begin_by,
        }))
    };
    Ok(rows.iter().map(prepare).collect())
}

impl Known {
    fn load(
        reader: &mut dyn Reader,
        ledger: LedgerId,
        rows: &[DeliveryRow],
    ) -> Result<Option<Known>, EngineError> {
        let ids: BTreeSet<ObjectId> = rows.iter().map(|row| row.endpoint).collect();
        let objects = ids.into_iter().map(|id| (ledger, id)).collect();
        let misses = Misses { ledgers: vec![ledger], objects, ..Misses::default() };
        let loaded = reader.load(&misses)?;
        let Some(head) = loaded.ledgers.into_iter().next() else { return Ok(None) };
        let mut events: Vec<ObjectId> = rows.iter().map(|row| row.event).collect();
        events.sort_unstable();
        events.dedup();
        let events = reader.events_of(ledger, &events)?;
        let endpoints = loaded.objects.iter().filter_map(enabled).collect();
        let events = events.into_iter().map(|event| (event.0.id, event)).collect();
        Ok(Some(Known { ledger: head, endpoints, events }))
    }

    /// Where a delivery goes and the version in which it is written; `None` when the endpoint is
    /// disabled or deleted, or the event forgotten.
    fn endpoint_and_version(&self, row: &DeliveryRow) -> Option<(&WebhookEndpoint, &str)> {
        let endpoint = self.endpoints.get(&row.endpoint)?;
        let (event, _) = self.events.get(&row.event)?;
        let version = match &endpoint.version {
            Some(own) => own,
            // The one of the event's time; after a rollback, the older one that holds again.
            None => (&event.version).min(&self.ledger.documents.version.name),
        };
        Some((endpoint, version))
    }

    /// The body of every event in every version that is asked for, each written once.
    fn bodies(
        &self,
        reader: &mut dyn Reader,
        render: &dyn Render,
        rows: &[DeliveryRow],
    ) -> Result<Bodies<'_>, EngineError> {
        let wanted = |row: &DeliveryRow| Some((row.event, self.endpoint_and_version(row)?.1));
        let wanted: BTreeSet<(ObjectId, &str)> = rows.iter().filter_map(wanted).collect();
        let telling = |&(id, version): &(ObjectId, _)| {
            let (event, pending) = self.events.get(&id)?;
            Some(Telling { event, version, pending: *pending })
        };
        let tellings: Vec<Telling<'_>> = wanted.iter().filter_map(telling).collect();
        if tellings.is_empty() {
            return Ok(HashMap::new());
        }
        let bodies = render.bodies(reader, &self.ledger, &tellings)?;
        let bodies = bodies.into_iter().map(|body| body.map(Bytes::from));
        Ok(wanted.into_iter().zip(bodies).collect())
    }
}

/// An endpoint that is to be sent to.
fn enabled(row: &ObjectRow) -> Option<(ObjectId, WebhookEndpoint)> {
    match &row.body {
        Object::WebhookEndpoint(endpoint) if !row.deleted && !endpoint.disabled => {
            Some((row.id, endpoint.clone()))
        }
        _ => None,
    }
}

/// The secrets that a receiver may know, the newest first.
fn secrets(endpoint: &WebhookEndpoint, now: At) -> Vec<String> {
    let former = endpoint.former_secret.as_ref().filter(|former| now < former.until);
    let former = former.map(|former| former.secret.clone());
    std::iter::once(endpoint.secret.clone()).chain(former).collect()
}

fn given_up(row: &DeliveryRow) -> Prepared {
    Prepared::Ended(DeliveryRow { state: DeliveryState::GivenUp, ..row.clone() })
}
