//! Events, and their deliveries: written with what they tell of.

use std::sync::Arc;

use super::Halt;
use crate::books::Books;
use crate::command::{Action, Command};
use crate::id::{GapId, ObjectId, Position, SeriesId};
use crate::model::{DeliveryRow, EventRow, LedgerRow, Object, ObjectKind, ObjectRow, Subject};

/// What an event says, beside when and on whose request.
pub(super) struct Told<'a> {
    pub(super) kind: &'a str,
    pub(super) subject: Subject,
    pub(super) body: Option<Vec<u8>>,
}

impl Told<'_> {
    pub(super) fn number(kind: &str, position: Position) -> Told<'_> {
        Told { kind, subject: Subject::Number(position), body: None }
    }

    pub(super) fn series(kind: &str, series: SeriesId) -> Told<'_> {
        Told { kind, subject: Subject::Series(series), body: None }
    }

    pub(super) fn gap(kind: &str, gap: GapId) -> Told<'_> {
        Told { kind, subject: Subject::Gap(gap), body: None }
    }
}

/// Writes an event, and a delivery for each enabled endpoint that wants it.
pub(super) fn tell(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    told: Told<'_>,
) -> Result<(), Halt> {
    ledger.last_object += 1;
    let id = ObjectId(ledger.last_object);
    if ledger.documents.has_endpoints {
        for endpoint in wanting(books, ledger, told.kind)? {
            let row = DeliveryRow::new(ledger.id, id, endpoint, command.at);
            books.deliveries.write((ledger.id, id, endpoint), row);
        }
    }
    let (request, idempotency_key) = match &command.action {
        Action::Document(document) => (document.request.clone(), document.idempotency_key.clone()),
        _ => (None, None),
    };
    books.append_event(EventRow {
        ledger: ledger.id,
        id,
        at: command.at,
        kind: told.kind.to_owned(),
        subject: told.subject,
        version: ledger.documents.version.name.clone(),
        request,
        idempotency_key,
        body: told.body,
    });
    books.ledgers.write(ledger.id, ledger.clone());
    Ok(())
}

/// The enabled endpoints of a ledger, by id.
pub(super) fn endpoints(books: &Books, ledger: &LedgerRow) -> Result<Vec<Arc<ObjectRow>>, Halt> {
    let ids = books.labelled(ledger.id, ObjectKind::WebhookEndpoint, ObjectRow::ENABLED)?;
    let mut rows = Vec::with_capacity(ids.len());
    let mut missing = false;
    for id in ids {
        match books.objects.read(&(ledger.id, id)) {
            Ok(row) => rows.extend(row.cloned()),
            // All are asked for before any is missed, so that one round loads them.
            Err(_) => missing = true,
        }
    }
    if missing { Err(Halt::Missing) } else { Ok(rows) }
}

/// The enabled endpoints that want to hear of events of a type.
fn wanting(books: &Books, ledger: &LedgerRow, kind: &str) -> Result<Vec<ObjectId>, Halt> {
    let rows = endpoints(books, ledger)?;
    let wants = |row: &Arc<ObjectRow>| match &row.body {
        Object::WebhookEndpoint(endpoint) => endpoint.wants(kind),
        _ => false,
    };
    Ok(rows.into_iter().filter(wants).map(|row| row.id).collect())
}
