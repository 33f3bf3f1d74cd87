//! Objects: customers, invoices and their like.
//!
//! A row is rewritten with each change of its body. Each column that an index goes by has a
//! statement of its own that touches only rows in which it differs: a statement that could write a
//! column writes anew in every index over it, whatever the values are.

use std::sync::Arc;

use ledger::id::{LedgerId, ObjectId};
use ledger::limits::LABELLED_MAX;
use ledger::model::{At, ObjectKind, ObjectRow};
use store::{ObjectFilter, ObjectPage, Page, Span, StoreError, Waking};

use crate::cell::Fields;
use crate::error::damaged;
use crate::packed::{self, place};
use crate::page::Question;
use crate::rows::{Bound, Rows};
use crate::session::Session;
use crate::table::Found;

macro_rules! columns {
    () => {
        "o.object_id, o.kind, o.created, o.revision, o.deleted, o.body"
    };
}

const LOAD: &str =
    concat!("SELECT ", columns!(), " FROM rows(?1) k CROSS JOIN object o ON o.object_id = k.c0");

const LABELS: &str = "SELECT k.c0, k.c1, k.c2, o.object_id FROM rows(?1) k \
    CROSS JOIN object o ON o.object_id IN (SELECT p.object_id FROM object p \
    INDEXED BY object_label WHERE p.ledger_id = k.c0 AND p.kind = k.c1 AND p.label = k.c2 \
    AND p.deleted = 0 ORDER BY p.created, p.object_id LIMIT 1000)";
const _: () = assert!(LABELLED_MAX == 1000);

// What is stored gives way to a later revision of itself only.
const WRITE: &str = "INSERT INTO object (object_id, ledger_id, kind, created, revision, deleted, \
    customer, parent, state, label, body, wake_at) \
    SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 FROM rows(?1) WHERE true \
    ON CONFLICT (object_id) DO UPDATE SET revision = excluded.revision, body = excluded.body \
    WHERE object.kind = excluded.kind AND object.created = excluded.created \
    AND object.revision < excluded.revision";

/// What of a row may change beside its body.
const CHANGE: [&str; 6] = [
    "UPDATE object SET state = k.c1 FROM rows(?1) k \
     WHERE object.object_id = k.c0 AND object.state IS NOT k.c1",
    "UPDATE object SET label = k.c2 FROM rows(?1) k \
     WHERE object.object_id = k.c0 AND object.label IS NOT k.c2",
    "UPDATE object SET parent = k.c3 FROM rows(?1) k \
     WHERE object.object_id = k.c0 AND object.parent IS NOT k.c3",
    "UPDATE object SET customer = k.c4 FROM rows(?1) k \
     WHERE object.object_id = k.c0 AND object.customer IS NOT k.c4",
    "UPDATE object SET deleted = k.c5 FROM rows(?1) k \
     WHERE object.object_id = k.c0 AND object.deleted IS NOT k.c5",
    "UPDATE object SET wake_at = k.c6 FROM rows(?1) k \
     WHERE object.object_id = k.c0 AND object.wake_at IS NOT k.c6",
];

const WAKING: &str = "SELECT o.wake_at, o.object_id FROM object o INDEXED BY object_wake \
    WHERE o.deleted = 0 AND o.wake_at IS NOT NULL AND (o.wake_at, o.object_id) > (?1, ?2) \
    AND o.wake_at <= ?3 ORDER BY o.wake_at, o.object_id LIMIT ?4";

const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM object o WHERE o.object_id > ?1 AND o.object_id <= ?2 ORDER BY o.object_id LIMIT ?3"
);

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, ObjectId)],
) -> Result<Vec<ObjectRow>, StoreError> {
    let mut rows = Rows::new(1, keys.len());
    for (ledger, id) in keys {
        rows.put(packed::pack(*ledger, id.0));
    }
    session.look(LOAD, rows, read)
}

/// The objects that have a label, in ascending order, as many as a question is answered with.
pub(crate) fn load_labels(
    session: &Session,
    keys: &[(LedgerId, ObjectKind, String)],
) -> Found<(LedgerId, ObjectKind, String), ObjectId> {
    let mut rows = Rows::new(3, keys.len());
    for (ledger, kind, label) in keys {
        rows.put(*ledger).put(i64::from(kind.code())).put(label.as_str());
    }
    let mut found = session.look(LABELS, rows, |fields| {
        let key = (fields.ledger()?, read_kind(fields)?, fields.string()?);
        Ok((key, read_id(fields)?))
    })?;
    found.sort_by_key(|(_, id)| *id);
    Ok(found)
}

pub(crate) fn write(session: &Session, objects: &[Arc<ObjectRow>]) -> Result<(), StoreError> {
    let mut rows = Rows::new(12, objects.len());
    let mut changed = Rows::new(7, objects.len());
    for row in objects {
        let keys = row.keys();
        let id = place(row.ledger, row.id.0)?;
        rows.put(id).put(row.ledger).put(i64::from(row.kind().code())).put(row.created);
        rows.put(row.revision).put(i64::from(row.deleted));
        rows.put(keys.customer).put(keys.parent).put(keys.state.map(i64::from));
        rows.put(keys.label.as_deref()).put(row.body_bytes().as_slice());
        rows.put(keys.wake_at);
        // One that is new was written whole.
        if row.revision != row.id.0 {
            changed.put(id).put(keys.state.map(i64::from)).put(keys.label.as_deref());
            changed.put(keys.parent).put(keys.customer).put(i64::from(row.deleted));
            changed.put(keys.wake_at);
        }
    }
    session.write(WRITE, rows)?;
    if changed.len() > 0 {
        let changed = Bound::from(changed);
        for sql in CHANGE {
            session.run(sql, [&changed])?;
        }
    }
    Ok(())
}

/// All objects of a ledger by id, deleted ones included, beginning behind `after`.
pub(crate) fn all(
    session: &Session,
    ledger: LedgerId,
    after: ObjectId,
    limit: u32,
) -> Result<Vec<ObjectRow>, StoreError> {
    session.all(ALL, (packed::bound(ledger, after.0), packed::last(ledger), limit), read)
}

/// What is to be looked at by now, the longest awaited first, beginning behind `after`.
pub(crate) fn waking(
    session: &Session,
    now: At,
    after: Option<Waking>,
    limit: u32,
) -> Result<Vec<Waking>, StoreError> {
    let edge = |after: Waking| (after.at.0, packed::bound(after.ledger, after.object.0));
    let (at, id) = after.map_or((i64::MIN, i64::MIN), edge);
    session.all(WAKING, (at, id, now.0, limit), |fields| {
        let (at, id) = (fields.at()?, fields.get()?);
        Ok(Waking { at, ledger: packed::ledger(id), object: ObjectId(packed::count(id)) })
    })
}

/// One page, newest first, from the index that fits the filter best.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    filter: &ObjectFilter,
    page: Page<(At, ObjectId)>,
) -> Result<ObjectPage, StoreError> {
    let span = Span::of(page, filter.created, |id| packed::bound(ledger, id.0));
    let index = Index::of(filter);
    let mut question = Question::new(format!(
        "SELECT {} FROM object o INDEXED BY {} WHERE o.deleted = 0",
        columns!(),
        index.name()
    ));
    question.with(" AND o.ledger_id = ?", ledger.0 as i64);
    question.with(" AND o.kind = ?", filter.kind.code());
    // The `+` keeps a column out of the choice of an index.
    let plus = |column: Index| if column == index { "" } else { "+" };
    if let Some(label) = &filter.label {
        question.with(&format!(" AND {}o.label = ?", plus(Index::Label)), label.clone());
    }
    if let Some(parent) = filter.parent {
        question.with(&format!(" AND {}o.parent = ?", plus(Index::Parent)), parent.0 as i64);
    }
    if let Some(customer) = filter.customer {
        question.with(&format!(" AND {}o.customer = ?", plus(Index::Customer)), customer.0 as i64);
    }
    if let Some(state) = filter.state {
        question.with(&format!(" AND {}o.state = ?", plus(Index::State)), state);
    }
    question.within(&span, "o.created", "o.object_id");
    let (rows, has_more) = span.cut(session.ask(question, read)?);
    Ok(ObjectPage { rows, has_more })
}

/// Indexes that lie in the order of times and ids once their other columns are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Index {
    Created,
    Customer,
    Parent,
    State,
    Label,
}

impl Index {
    /// The index that leaves least to compare.
    fn of(filter: &ObjectFilter) -> Index {
        if filter.label.is_some() {
            Index::Label
        } else if filter.parent.is_some() {
            Index::Parent
        } else if filter.customer.is_some() {
            Index::Customer
        } else if filter.state.is_some() {
            Index::State
        } else {
            Index::Created
        }
    }

    fn name(self) -> &'static str {
        match self {
            Index::Created => "object_created",
            Index::Customer => "object_customer",
            Index::Parent => "object_parent",
            Index::State => "object_state",
            Index::Label => "object_label",
        }
    }
}

pub(crate) fn read_kind(fields: &mut Fields<'_>) -> Result<ObjectKind, StoreError> {
    let code: i16 = fields.get()?;
    ObjectKind::of_code(code).ok_or_else(|| damaged(format!("object kind {code}")))
}

fn read_id(fields: &mut Fields<'_>) -> Result<ObjectId, StoreError> {
    fields.get().map(|id| ObjectId(packed::count(id)))
}

fn read(fields: &mut Fields<'_>) -> Result<ObjectRow, StoreError> {
    let id: i64 = fields.get()?;
    let kind = read_kind(fields)?;
    Ok(ObjectRow {
        ledger: packed::ledger(id),
        id: ObjectId(packed::count(id)),
        created: fields.at()?,
        revision: fields.u64()?,
        deleted: fields.get()?,
        body: ObjectRow::read_body(kind, fields.bytes()?).map_err(damaged)?,
    })
}
