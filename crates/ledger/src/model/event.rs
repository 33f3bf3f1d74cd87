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

/// The stored shape: of the object before, only the fields that differ; null for one that it did
/// not have.
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
                for (name, value) in previous {
                    match value {
                        Value::Null => drop(fields.remove(&name)),
                        value => drop(fields.insert(name, value)),
                    }
                }
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

/// The fields of `before` that are otherwise in `now`, and as null those that are only there.
fn differing(before: Value, now: &Value) -> Map<String, Value> {
    let (Value::Object(before), Value::Object(now)) = (before, now) else { return Map::new() };
    let added = now.keys().filter(|name| !before.contains_key(*name));
    let added: Vec<_> = added.map(|name| (name.clone(), Value::Null)).collect();
    let otherwise = before.into_iter().filter(|(name, value)| now.get(name) != Some(value));
    otherwise.chain(added).collect()
}

fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::Customer;
    use crate::stored::{from_bytes, to_bytes};

    fn row(name: Option<&str>, balance: i64) -> ObjectRow {
        let name = name.map(str::to_owned);
        let email = Some("a@example.com".to_owned()).filter(|_| balance == 0);
        let customer = Customer { name, email, balance, ..Customer::default() };
        ObjectRow {
            ledger: LedgerId(1),
            id: ObjectId(7),
            created: At(5),
            revision: 9,
            deleted: false,
            body: Object::Customer(customer),
        }
    }

    #[test]
    fn what_was_before_is_found_again_from_what_differs() {
        let rows = [row(None, 0), row(Some("Ada"), 0), row(Some("Ada"), -5), row(Some("Bea"), 3)];
        for before in &rows {
            for now in &rows {
                let view = ObjectView::new(now.clone());
                let body = EventBody { view, before: Some(before.body.clone()) };
                let event = EventRow {
                    ledger: LedgerId(1),
                    id: ObjectId(8),
                    at: At(6),
                    kind: "customer.updated".to_owned(),
                    subject: Subject::Object(ObjectKind::Customer, ObjectId(7)),
                    version: String::new(),
                    request: None,
                    idempotency_key: None,
                    body: Some(body.to_bytes()),
                };
                assert_eq!(event.read_body(), Ok(Some(body)));
            }
        }
    }

    #[test]
    fn a_remembered_answer_holds_a_body_that_later_versions_read() {
        for row in [row(None, 0), row(Some("Ada"), -5)] {
            let bytes = to_bytes(&ObjectView::new(row.clone()));
            assert_eq!(from_bytes(&bytes), Ok(ObjectView::new(row)));
        }
        assert_eq!(row(None, 1).body_bytes(), br#"{"balance":1}"#);
    }
}
