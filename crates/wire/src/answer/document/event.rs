//! An event as an object: what happened, with the object as it was then.

use ledger::model::{EventBody, EventRow, SeriesRow, Subject};
use ledger::outcome::{GapView, NumberView, ObjectView};
use serde_json::{Map, Value, json};

use super::{Document, Surroundings, is_live, payments, to_value};
use crate::answer::{Gap, Series, number};
use crate::version::Version;

/// The event of which the object is an invoice's payment; it holds the invoice.
const PAYMENT_PAID: &str = "invoice_payment.paid";

/// What an event is about, where the event itself does not hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventData {
    /// The event holds it.
    Own,
    /// A number.
    Number(Box<NumberView>),
    /// A series.
    Series(Box<SeriesRow>),
    /// A gap.
    Gap(Box<GapView>),
    /// It is not to be found any more.
    Gone,
}

/// An event that is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The event.
    pub row: &'a EventRow,
    /// What it is about.
    pub data: &'a EventData,
    /// Deliveries that are still to be made.
    pub pending: u32,
    /// The connected account in which it happened, where a platform is told of it.
    pub account: Option<&'a str>,
}

impl Event<'_> {
    /// The event in a version; in the one of its account then, where none is named.
    pub fn value(&self, around: Surroundings<'_>, version: Option<Version>) -> Value {
        let row = self.row;
        let then = Version::parse(&row.version).unwrap_or(Version::NEWEST);
        let version = version.unwrap_or(then);
        let mut event = json!({
            "id": row.text(),
            "object": "event",
            "api_version": version.name(),
            "created": row.at.seconds(),
            "data": self.data(around, version),
            "livemode": is_live(around.mode),
            "pending_webhooks": self.pending,
            "request": { "id": row.request, "idempotency_key": row.idempotency_key },
            "type": row.kind,
        });
        if let Some(account) = self.account {
            event["account"] = json!(account);
        }
        event
    }

    fn data(&self, around: Surroundings<'_>, version: Version) -> Value {
        let object = match self.data {
            EventData::Own => return own_data(self.row, around, version),
            EventData::Number(view) => to_value(&number(view, around.mode)),
            EventData::Series(row) => to_value(&Series::new(row, around.mode)),
            EventData::Gap(view) => to_value(&Gap::new(view, around.mode)),
            EventData::Gone => json!({ "id": subject(self.row), "deleted": true }),
        };
        json!({ "object": object })
    }
}

/// The body of a delivery: the event as bytes.
pub fn event_body(event: &Event<'_>, around: Surroundings<'_>, version: Version) -> Vec<u8> {
    crate::answer::to_json(&event.value(around, Some(version)))
}

fn own_data(row: &EventRow, around: Surroundings<'_>, version: Version) -> Value {
    // What cannot be read is told by its id alone: the event itself did happen.
    let Ok(Some(EventBody { view, before })) = row.read_body() else {
        return json!({ "object": { "id": subject(row) } });
    };
    if row.kind == PAYMENT_PAID {
        return json!({ "object": payment(&view, around) });
    }
    let object = show(&view, around, version);
    let Some(before) = before else { return json!({ "object": object }) };
    let mut former = view;
    former.row.body = before;
    let former = show(&former, around, version);
    json!({ "object": object, "previous_attributes": differing(&former, &object) })
}

/// The payment of an invoice that is paid. It has one shape in all versions that know of it.
fn payment(view: &ObjectView, around: Surroundings<'_>) -> Value {
    let shown = Document { view, around }.value(Version::NEWEST);
    let payments = shown.as_object().map(payments);
    payments.map(|mut payments| payments["data"][0].take()).unwrap_or_default()
}

/// A deleted object is shown as it was: an event about its end tells what there was.
fn show(view: &ObjectView, around: Surroundings<'_>, version: Version) -> Value {
    if !view.row.deleted {
        return Document { view, around }.value(version);
    }
    let mut view = view.clone();
    view.row.deleted = false;
    let mut value = Document { view: &view, around }.value(version);
    value["deleted"] = json!(true);
    value
}

/// The values that were otherwise before. Inside objects only what differs is told; of a list, all
/// of it.
fn differing(before: &Value, now: &Value) -> Value {
    let (Some(before), Some(now)) = (before.as_object(), now.as_object()) else {
        return before.clone();
    };
    let mut differs = Map::new();
    for (name, value) in before {
        match now.get(name) {
            Some(same) if same == value => {}
            Some(other) if value.is_object() && other.is_object() => {
                differs.insert(name.clone(), differing(value, other));
            }
            _ => drop(differs.insert(name.clone(), value.clone())),
        }
    }
    for name in now.keys().filter(|name| !before.contains_key(*name)) {
        differs.insert(name.clone(), Value::Null);
    }
    Value::Object(differs)
}

fn subject(row: &EventRow) -> String {
    match row.subject {
        Subject::Object(kind, id) => id.text(kind, row.ledger),
        Subject::Number(position) => position.id(row.ledger),
        Subject::Series(id) => id.id(row.ledger),
        Subject::Gap(id) => id.id(row.ledger),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let before = json!({ "a": 1, "b": { "c": 1, "d": 2 }, "l": [1], "m": {}, "same": true });
        let now = json!({ "a": 2, "b": { "c": 1, "d": 3 }, "l": [1, 2], "m": {"k": "v"},
            "same": true });
        let told = differing(&before, &now);
        assert_eq!(told, json!({ "a": 1, "b": { "d": 2 }, "l": [1], "m": { "k": null } }));
    }
}
