//! What happened, as webhooks and the list of events tell it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{At, Object, ObjectKind, ObjectRow};
use crate::id::{GapId, LedgerId, ObjectId, Position, SeriesId};
use crate::outcome::ObjectView;
use crate::stored::Damaged;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An object; the event holds it as it was.
    Object(ObjectKind, ObjectId),
    /// A number.
    Number(Position),
    /// A series.
    Series(SeriesId),
    /// A gap.
    Gap(GapId),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its id, `evt_…`.
    pub id: ObjectId,
    /// When.
    pub at: At,
    /// What, such as `invoice.finalized`.
    pub kind: String,
    /// What it is about.
    pub subject: Subject,
    /// The account's API version then.
    pub version: String,
    /// The request that made it happen, `req_…`.
    pub request: Option<String>,
    /// The idempotency key of that request.
    pub idempotency_key: Option<String>,
    /// [`EventBody`] as bytes; `None` for what is told from the register, which does not change.
    pub body: Option<Vec<u8>>,
}

/// An object as it was when an event happened, and what of it changed.
#[derive(Clone, Debug, PartialEq)]
pub struct EventBody {
    /// The object as it was then, with what is needed to show it.
    pub view: ObjectView,
    /// The object before, for `*.updated`. Both shown in one version differ in what is told as
    /// `previous_attributes`.
    pub before: Option<Object>,
}

/// The stored shape: of the object before, only the fields that differ.
#[derive(Serialize, Deserialize)]
struct Stored {
    created: At,
    revision: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    deleted: bool,
    object: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_invoice_sequence: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tax_rates: Vec<StoredTaxRate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Map<String, Value>>,
}

#[derive(Serialize, Deserialize)]
struct StoredTaxRate {
    id: ObjectId,
    created: At,
    revision: u64,
    object: Value,
}

impl Subject {
    /// The number that stands for its kind in a database, and its id there.
    pub fn code(self) -> (i16, u64) {
        match self {
            Subject::Object(kind, id) => (kind.code(), id.0),
            Subject::Number(position) => (100, position.0),
            Subject::Series(series) => (101, u64::from(series.0)),
            Subject::Gap(gap) => (102, gap.0),
        }
    }

    /// Reads what [`Subject::code`] gave.
    pub fn of_code(code: i16, id: u64) -> Option<Subject> {
        match code {
            100 => Some(Subject::Number(Position(id))),
            101 => Some(Subject::Series(SeriesId(u32::try_from(id).ok()?))),
            102 => Some(Subject::Gap(GapId(id))),
            _ => Some(Subject::Object(ObjectKind::of_code(code)?, ObjectId(id))),
        }
    }
}

impl EventRow {
    /// Its outside text, `evt_…`.
    pub fn text(&self) -> String {
        self.id.event_text(self.ledger)
    }

    /// The object of the event as it was; `None` for an event about what does not change.
    ///
    /// # Errors
    /// The bytes are no such body.
    pub fn read_body(&self) -> Result<Option<EventBody>, Damaged> {
        let (Some(bytes), Subject::Object(kind, id)) = (&self.body, self.subject) else {
            return Ok(None);
        };
        let stored: Stored =
            serde_json::from_slice(bytes).map_err(|error| Damaged(error.to_string()))?;
        stored.body(self.ledger, kind, id).map(Some)
    }
}

impl EventBody {
    /// The body as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let ObjectView { row, next_invoice_sequence, tax_rates } = &self.view;
        let object = row.body.to_value();
        let previous = self.before.as_ref().map(|before| differing(before.to_value(), &object));
        let tax_rate = |row: &ObjectRow| StoredTaxRate {
            id: row.id,
            created: row.created,
            revision: row.revision,
            object: row.body.to_value(),
        };
        let stored = Stored {
            created: row.created,
            revision: row.revision,
            deleted: row.deleted,
            object,
            next_invoice_sequence: *next_invoice_sequence,
            tax_rates: tax_rates.iter().map(tax_rate).collect(),
            previous,
        };
        // Nothing in it can fail to be written; see `Object::to_value`.
        serde_json::to_vec(&stored).unwrap_or_default()
    }
}

impl Stored {
    fn body(self, ledger: LedgerId, kind: ObjectKind, id: ObjectId) -> Result<EventBody, Damaged> {
        let before = match (self.previous, self.object.clone()) {
            (Some(previous), Value::Object(mut fields)) => {
                fields.extend(previous);
                Some(Object::of_value(kind, Value::Object(fields))?)
            }
            _ => None,
        };
        let row = ObjectRow {
            ledger,
            id,
            created: self.created,
            revision: self.revision,
            deleted: self.deleted,
            body: Object::of_value(kind, self.object)?,
        };
        let tax_rate = |stored: StoredTaxRate| {
            Ok(ObjectRow {
                ledger,
                id: stored.id,
                created: stored.created,
                revision: stored.revision,
                deleted: false,
                body: Object::of_value(ObjectKind::TaxRate, stored.object)?,
            })
        };
        let tax_rates = self.tax_rates.into_iter().map(tax_rate).collect::<Result<_, Damaged>>()?;
        let next_invoice_sequence = self.next_invoice_sequence;
        Ok(EventBody { view: ObjectView { row, next_invoice_sequence, tax_rates }, before })
    }
}

/// The fields of `before` that are otherwise in `now`.
fn differing(before: Value, now: &Value) -> Map<String, Value> {
    let Value::Object(before) = before else { return Map::new() };
    before.into_iter().filter(|(name, value)| now.get(name) != Some(value)).collect()
}

fn is_false(flag: &bool) -> bool {
    !flag
}
