//! Documents, and what they refer to, as objects in the newest shape.

mod account;
mod credit_note;
mod customer;
mod endpoint;
mod event;
mod invoice;
mod item;
mod line;
mod tax;
mod version;

use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, Mode, Object, ObjectKind};
use ledger::money::Decimal;
use ledger::outcome::ObjectView;
use serde::{Serialize, Serializer};
use serde_json::Value;

pub use self::account::Account;
pub use self::endpoint::{Delivery, endpoint_with_secret};
pub use self::event::{Event, EventData, event_body};
pub(crate) use self::invoice::payments;
pub use self::line::LINES_SHOWN;
pub use self::version::ApiVersionAnswer;
use super::{ResequenceAnswer, is_live};
use crate::version::Version;

/// What all documents of an answer have around them.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Live or test.
    pub mode: Mode,
    /// The account's name.
    pub account_name: &'a str,
    /// Where this server is, such as `https://invoices.example.com`, without a slash at its end.
    pub base: &'a str,
}

/// An object as JSON, in the newest shape.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The object.
    pub view: &'a ObjectView,
    /// What is around it.
    pub around: Surroundings<'a>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Document { view, around } = *self;
        if view.row.deleted {
            return Deleted::new(view.row.kind(), view.row.id, view.row.ledger)
                .serialize(serializer);
        }
        match &view.row.body {
            Object::Customer(body) => {
                customer::Customer::new(view, body, around).serialize(serializer)
            }
            Object::TaxRate(body) => {
                tax::TaxRate::new(&view.row, body, around.mode).serialize(serializer)
            }
            Object::InvoiceItem(body) => item::Item::new(view, body, around).serialize(serializer),
            Object::Invoice(body) => {
                invoice::Invoice::new(view, body, around).serialize(serializer)
            }
            Object::CreditNote(body) => {
                credit_note::CreditNote::new(view, body, around).serialize(serializer)
            }
            Object::WebhookEndpoint(body) => {
                endpoint::Endpoint::new(&view.row, body, around.mode).serialize(serializer)
            }
            Object::Resequence(body) => {
                ResequenceAnswer::new(&view.row, body, around.mode).serialize(serializer)
            }
        }
    }
}

impl Document<'_> {
    /// The object as it looks in a version.
    pub fn value(&self, version: Version) -> Value {
        let mut value = to_value(self);
        version.age(&mut value);
        value
    }
}

/// What is left to show of an object that was deleted.
#[derive(Serialize)]
pub struct Deleted {
    id: String,
    object: &'static str,
    deleted: bool,
}

impl Deleted {
    /// An object that was deleted.
    pub fn new(kind: ObjectKind, id: ObjectId, ledger: LedgerId) -> Deleted {
        Deleted { id: id.text(kind, ledger), object: kind.text(), deleted: true }
    }
}

/// The lines of a document, an invoice's or a credit note's, as an array in their order.
#[derive(Clone, Copy, Debug)]
pub struct DocumentLines<'a> {
    /// The document.
    pub view: &'a ObjectView,
    /// What is around it.
    pub around: Surroundings<'a>,
    /// How many lines are left out at the beginning.
    pub from: usize,
    /// How many lines are shown at most.
    pub count: usize,
}

impl Serialize for DocumentLines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let DocumentLines { view, around, from, count } = *self;
        match &view.row.body {
            Object::Invoice(body) => {
                let shown = body.lines.iter().skip(from).take(count);
                let line = |line| line::InvoiceLine::new(view, body, line, around.mode);
                serializer.collect_seq(shown.map(line))
            }
            Object::CreditNote(body) => {
                let shown = body.lines.iter().skip(from).take(count);
                let line = |line| credit_note::CreditNoteLine::new(view, line, around.mode);
                serializer.collect_seq(shown.map(line))
            }
            _ => serializer.collect_seq([(); 0]),
        }
    }
}

/// Any answer as a tree, where more is done to it before it is written.
pub fn to_value<T: Serialize>(answer: &T) -> Value {
    match serde_json::to_value(answer) {
        Ok(value) => value,
        // No answer has a key that is no text, or a number that JSON has not.
        Err(error) => unreachable!("an answer of known shape was not written: {error}"),
    }
}

/// A list inside an object: its first objects, and where all of them are.
#[derive(Serialize)]
struct Inner<T> {
    object: &'static str,
    data: Vec<T>,
    has_more: bool,
    url: String,
}

fn seconds(at: Option<At>) -> Option<i64> {
    at.map(At::seconds)
}

/// A decimal as a text without zeros at its end.
fn plain(decimal: Decimal) -> String {
    decimal.normalize().to_string()
}

/// A decimal as a whole number, if it is one.
fn whole(decimal: Decimal) -> Option<i64> {
    plain(decimal).parse().ok()
}

/// Null: what this server has nothing to say of, and callers expect to find all the same.
#[derive(Clone, Copy, Debug, Default)]
struct Null;

impl Serialize for Null {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// An empty list, of what this server has none.
type NoList = [(); 0];
