//! Objects: customers, invoices and their like.

use std::collections::BTreeSet;
use std::sync::Arc;

use ledger::id::{LedgerId, ObjectId};
use ledger::limits::LABELLED_MAX;
use ledger::model::{At, ObjectKind, ObjectRow};
use store::{ObjectFilter, ObjectPage, Page, Span, StoreError, Waking};

use super::bound;
use crate::cell::Fields;
use crate::error::damaged;
use crate::page::Question;
use crate::rows::Rows;
use crate::session::Session;
use crate::trip::{Asked, Trip, values};

macro_rules! columns {
    () => {
        "o.ledger_id, o.object_id, o.kind, o.created, o.revision, o.deleted, o.body"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM unnest($1::bigint[], $2::bigint[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
     FROM object o WHERE o.ledger_id = k.c0 AND o.ledger_id = ANY($3) \
     AND o.object_id BETWEEN k.c1 AND k.c1 ORDER BY o.object_id LIMIT 1) o"
);

const LABELS: &str = "SELECT o.ledger_id, k.c1, k.c2, o.object_id \
    FROM unnest($1::bigint[], $2::smallint[], $3::text[]) k (c0, c1, c2) CROSS JOIN LATERAL (\
    SELECT o.ledger_id, o.object_id FROM object o WHERE o.ledger_id = k.c0 \
    AND o.ledger_id = ANY($4) AND NOT o.deleted AND o.label IS NOT NULL \
    AND (o.kind, o.label, o.created, o.object_id) \
    >= (k.c1, k.c2, (-9223372036854775808)::bigint, (-9223372036854775808)::bigint) \
    AND (o.kind, o.label, o.created, o.object_id) \
    <= (k.c1, k.c2, 9223372036854775807, 9223372036854775807) \
    ORDER BY o.kind, o.label, o.created, o.object_id LIMIT 1000) o";
const _: () = assert!(LABELLED_MAX == 1000);

// What is stored gives way to a later revision of itself only.
const WRITE: &str = "INSERT INTO object AS o (ledger_id, object_id, kind, created, revision, \
    deleted, customer, parent, state, label, body, wake_at) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[], \
    $6::boolean[], $7::bigint[], $8::bigint[], $9::smallint[], $10::text[], $11::bytea[], \
    $12::bigint[]) \
    ON CONFLICT (ledger_id, object_id) DO UPDATE SET revision = excluded.revision, \
    deleted = excluded.deleted, customer = excluded.customer, parent = excluded.parent, \
    state = excluded.state, label = excluded.label, body = excluded.body, \
    wake_at = excluded.wake_at \
    WHERE o.kind = excluded.kind AND o.created = excluded.created \
    AND o.revision < excluded.revision";

// The same of objects that are there: to look for a conflict and to lock what is found costs half
// as much again.
const UPDATE: &str = "UPDATE object o SET revision = k.c4, deleted = k.c5, customer = k.c6, \
    parent = k.c7, state = k.c8, label = k.c9, body = k.c10, wake_at = k.c11 \
    FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[], \
    $6::boolean[], $7::bigint[], $8::bigint[], $9::smallint[], $10::text[], $11::bytea[], \
    $12::bigint[]) k (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11) \
    WHERE o.ledger_id = ANY($13) AND o.ledger_id = k.c0 AND o.object_id = k.c1 \
    AND o.kind = k.c2 AND o.created = k.c3 AND o.revision < k.c4";

const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM object o WHERE o.ledger_id = $1 AND o.object_id > $2 ORDER BY o.object_id LIMIT $3"
);

const WAKING: &str = "SELECT o.wake_at, o.ledger_id, o.object_id FROM object o \
    WHERE NOT o.deleted AND o.wake_at IS NOT NULL \
    AND (o.wake_at, o.ledger_id, o.object_id) > ($1, $2, $3) AND o.wake_at <= $4 \
    ORDER BY o.wake_at, o.ledger_id, o.object_id LIMIT $5";

pub(crate) fn load(trip: &mut Trip, keys: &[(LedgerId, ObjectId)]) -> Asked<ObjectRow> {
    let mut rows = Rows::new(2);
    for (ledger, id) in keys {
        rows.row(*ledger).put(*id);
    }
    trip.look(LOAD, rows, read)
}

/// The objects that have a label, as many as a question is answered with.
pub(crate) fn load_labels(
    trip: &mut Trip,
    keys: &[(LedgerId, ObjectKind, String)],
) -> Asked<((LedgerId, ObjectKind, String), ObjectId)> {
    let mut rows = Rows::new(3);
    for (ledger, kind, label) in keys {
        rows.row(*ledger).put(kind.code()).put(label.as_str());
    }
    trip.look(LABELS, rows, |fields| {
        let key = (fields.ledger()?, read_kind(fields)?, fields.string()?);
        Ok((key, fields.object()?))
    })
}

/// What [`load_labels`] found, by ascending id.
pub(crate) fn in_order<K>(mut found: Vec<(K, ObjectId)>) -> Vec<(K, ObjectId)> {
    found.sort_by_key(|(_, id)| *id);
    found
}

/// Writes objects; those that are `stored` are there.
pub(crate) fn write(
    trip: &mut Trip,
    objects: &[Arc<ObjectRow>],
    stored: &BTreeSet<(LedgerId, ObjectId)>,
) {
    let (mut others, mut there) = (Rows::new(12), Rows::new(12));
    for row in objects {
        let keys = row.keys();
        let is_there = stored.contains(&(row.ledger, row.id));
        let rows = if is_there { &mut there } else { &mut others };
        rows.row(row.ledger).put(row.id).put(row.kind().code()).put(row.created);
        rows.put(row.revision).put(row.deleted).put(keys.customer).put(keys.parent);
        rows.put(keys.state).put(keys.label.as_deref()).put(row.body_bytes().as_slice());
        rows.put(keys.wake_at);
    }
    trip.write(UPDATE, there);
    trip.write(WRITE, others);
}

/// All objects of a ledger by id, deleted ones included, beginning behind `after`.
pub(crate) fn all(
    session: &Session,
    ledger: LedgerId,
    after: ObjectId,
    limit: u32,
) -> Result<Vec<ObjectRow>, StoreError> {
    session.all(ALL, values![ledger, bound(after.0), i64::from(limit)], read)
}

/// What is to be looked at by now, the longest awaited first, beginning behind `after`.
pub(crate) fn waking(
    session: &Session,
    now: At,
    after: Option<Waking>,
    limit: u32,
) -> Result<Vec<Waking>, StoreError> {
    let nothing = Waking { at: At(i64::MIN), ledger: LedgerId(0), object: ObjectId(0) };
    let Waking { at, ledger, object } = after.unwrap_or(nothing);
    let params = values![at, ledger, bound(object.0), now, i64::from(limit)];
    session.all(WAKING, params, |fields| {
        Ok(Waking { at: fields.at()?, ledger: fields.ledger()?, object: fields.object()? })
    })
}

/// One page, newest first, from the index that fits the filter best.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    filter: &ObjectFilter,
    page: Page<(At, ObjectId)>,
) -> Result<ObjectPage, StoreError> {
    let span = Span::of(page, filter.created, |id| bound(id.0));
    let mut question = Question::new(format!("SELECT {} FROM object o", columns!()));
    question.with(" WHERE NOT o.deleted AND o.ledger_id = ?", ledger);
    question.with(" AND o.kind = ?", filter.kind.code());
    let mut rest = filter.clone();
    let chosen = Chosen::take(&mut rest);
    if let Some(parent) = rest.parent {
        question.with(" AND o.parent = ?", parent);
    }
    if let Some(customer) = rest.customer {
        question.with(" AND o.customer = ?", customer);
    }
    if let Some(state) = rest.state {
        question.with(" AND o.state = ?", state);
    }
    chosen.put(&span, &mut question);
    let (rows, has_more) = span.cut(session.ask(question, read)?);
    Ok(ObjectPage { rows, has_more })
}

/// The part of a filter that chooses the index. Each lies in the order of times and ids once its
/// other columns are given.
enum Chosen {
    Label(String),
    Parent(ObjectId),
    Customer(ObjectId),
    State(i16),
    Created,
}

impl Chosen {
    /// Takes out of a filter what leaves least to compare.
    fn take(filter: &mut ObjectFilter) -> Chosen {
        if let Some(label) = filter.label.take() {
            Chosen::Label(label)
        } else if let Some(parent) = filter.parent.take() {
            Chosen::Parent(parent)
        } else if let Some(customer) = filter.customer.take() {
            Chosen::Customer(customer)
        } else if let Some(state) = filter.state.take() {
            Chosen::State(state)
        } else {
            Chosen::Created
        }
    }

    // A partial index is only used by a statement that says as much as it does.
    fn put(&self, span: &Span, question: &mut Question) {
        let (time, key) = ("o.created", "o.object_id");
        match self {
            Chosen::Label(label) => {
                question.text(" AND o.label IS NOT NULL");
                question.within_of(span, ("o.label", label.as_str()), time, key);
            }
            Chosen::Parent(parent) => {
                question.text(" AND o.parent IS NOT NULL");
                question.within_of(span, ("o.parent", *parent), time, key);
            }
            Chosen::Customer(customer) => {
                question.text(" AND o.customer IS NOT NULL");
                question.within_of(span, ("o.customer", *customer), time, key);
            }
            Chosen::State(state) => {
                question.text(" AND o.state IS NOT NULL");
                question.within_of(span, ("o.state", *state), time, key);
            }
            Chosen::Created => question.within(span, time, key),
        }
    }
}

fn read_kind(fields: &mut Fields<'_>) -> Result<ObjectKind, StoreError> {
    let code: i16 = fields.get()?;
    ObjectKind::of_code(code).ok_or_else(|| damaged(format!("object kind {code}")))
}

fn read(fields: &mut Fields<'_>) -> Result<ObjectRow, StoreError> {
    let (ledger, id, kind) = (fields.ledger()?, fields.object()?, read_kind(fields)?);
    Ok(ObjectRow {
        ledger,
        id,
        created: fields.at()?,
        revision: fields.u64()?,
        deleted: fields.get()?,
        body: ObjectRow::read_body(kind, fields.bytes()?).map_err(damaged)?,
    })
}
