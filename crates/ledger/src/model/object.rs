//! One kind of row for every document and whatever a document refers to.

use serde::{Deserialize, Serialize};

use super::document::{CreditNote, Customer, Invoice, InvoiceItem, TaxRate, WebhookEndpoint};
use super::{At, NumberRow, Resequence};
use crate::id::{LedgerId, ObjectId};
use crate::stored::Damaged;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ObjectKind {
    /// `cus_…`.
    Customer,
    /// `txr_…`.
    TaxRate,
    /// `ii_…`.
    InvoiceItem,
    /// `in_…`.
    Invoice,
    /// `cn_…`.
    CreditNote,
    /// `we_…`.
    WebhookEndpoint,
    /// `rsq_…`.
    Resequence,
}

/// An object's body. A store keeps it as bytes ([`ObjectRow::body_bytes`]) beside its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "rows are shared, and the largest are boxed")]
pub enum Object {
    /// A customer.
    Customer(Customer),
    /// A tax rate.
    TaxRate(TaxRate),
    /// An invoice item.
    InvoiceItem(InvoiceItem),
    /// An invoice.
    Invoice(Box<Invoice>),
    /// A credit note.
    CreditNote(Box<CreditNote>),
    /// A webhook endpoint.
    WebhookEndpoint(WebhookEndpoint),
    /// A resequence.
    Resequence(Box<Resequence>),
}

/// An object as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its id.
    pub id: ObjectId,
    /// When it was made.
    pub created: At,
    /// Its ledger's count of objects when it was last written; its own id while it is new.
    pub revision: u64,
    /// Whether it was deleted. The row stays, and lists leave it out.
    pub deleted: bool,
    /// What it is.
    #[serde(with = "body")]
    pub body: Object,
}

/// What an object is found by: columns of its row, which follow from the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectKeys {
    /// The customer, of items, invoices and credit notes.
    pub customer: Option<ObjectId>,
    /// The invoice of an item or a credit note; the original of a revision.
    pub parent: Option<ObjectId>,
    /// An invoice's status, a credit note's, 1 or 0 for a tax rate that is active or not and for an
    /// endpoint that is enabled or not; a resequence's status; see `code()` of the statuses.
    pub state: Option<i16>,
    /// Found exactly: a customer's e-mail address; the slug key ([`NumberRow::slug_key`]) of an
    /// invoice's number, also of one that is only typed, and of a credit note's; an item that
    /// waits: [`ObjectRow::waiting_label`]; an enabled endpoint: [`ObjectRow::ENABLED`].
    pub label: Option<String>,
    /// When the clock is to look at it; see [`Invoice::wake`].
    pub wake_at: Option<At>,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [ObjectKind; 7] = [
        ObjectKind::Customer,
        ObjectKind::TaxRate,
        ObjectKind::InvoiceItem,
        ObjectKind::Invoice,
        ObjectKind::CreditNote,
        ObjectKind::WebhookEndpoint,
        ObjectKind::Resequence,
    ];

    /// The number that stands for it in a database; it never changes.
    pub fn code(self) -> i16 {
        match self {
            ObjectKind::Customer => 1,
            ObjectKind::TaxRate => 2,
            ObjectKind::InvoiceItem => 3,
            ObjectKind::Invoice => 4,
            ObjectKind::CreditNote => 5,
            ObjectKind::WebhookEndpoint => 6,
            ObjectKind::Resequence => 7,
        }
    }

    /// Reads the number that stands for it.
    pub fn of_code(code: i16) -> Option<ObjectKind> {
        ObjectKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What its ids begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            ObjectKind::Customer => "cus_",
            ObjectKind::TaxRate => "txr_",
            ObjectKind::InvoiceItem => "ii_",
            ObjectKind::Invoice => "in_",
            ObjectKind::CreditNote => "cn_",
            ObjectKind::WebhookEndpoint => "we_",
            ObjectKind::Resequence => "rsq_",
        }
    }

    /// The word for it, as answers and events have it.
    pub fn text(self) -> &'static str {
        match self {
            ObjectKind::Customer => "customer",
            ObjectKind::TaxRate => "tax_rate",
            ObjectKind::InvoiceItem => "invoiceitem",
            ObjectKind::Invoice => "invoice",
            ObjectKind::CreditNote => "credit_note",
            ObjectKind::WebhookEndpoint => "webhook_endpoint",
            ObjectKind::Resequence => "resequence",
        }
    }
}

impl Object {
    /// What it is.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Object::Customer(_) => ObjectKind::Customer,
            Object::TaxRate(_) => ObjectKind::TaxRate,
            Object::InvoiceItem(_) => ObjectKind::InvoiceItem,
            Object::Invoice(_) => ObjectKind::Invoice,
            Object::CreditNote(_) => ObjectKind::CreditNote,
            Object::WebhookEndpoint(_) => ObjectKind::WebhookEndpoint,
            Object::Resequence(_) => ObjectKind::Resequence,
        }
    }

    /// The body as a JSON value, in the shape in which it is kept.
    pub fn to_value(&self) -> serde_json::Value {
        let value = match self {
            Object::Customer(body) => serde_json::to_value(body),
            Object::TaxRate(body) => serde_json::to_value(body),
            Object::InvoiceItem(body) => serde_json::to_value(body),
            Object::Invoice(body) => serde_json::to_value(body),
            Object::CreditNote(body) => serde_json::to_value(body),
            Object::WebhookEndpoint(body) => serde_json::to_value(body),
            Object::Resequence(body) => serde_json::to_value(body),
        };
        // Maps with keys that are no texts, and floats, are what can fail; no body has them.
        value.unwrap_or_default()
    }

    /// Reads what [`Object::to_value`] gave.
    ///
    /// # Errors
    /// The value is no such body.
    pub fn of_value(kind: ObjectKind, value: serde_json::Value) -> Result<Object, Damaged> {
        Ok(match kind {
            ObjectKind::Customer => Object::Customer(from_value(value)?),
            ObjectKind::TaxRate => Object::TaxRate(from_value(value)?),
            ObjectKind::InvoiceItem => Object::InvoiceItem(from_value(value)?),
            ObjectKind::Invoice => Object::Invoice(from_value(value)?),
            ObjectKind::CreditNote => Object::CreditNote(from_value(value)?),
            ObjectKind::WebhookEndpoint => Object::WebhookEndpoint(from_value(value)?),
            ObjectKind::Resequence => Object::Resequence(from_value(value)?),
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let bytes = match self {
            Object::Customer(body) => serde_json::to_vec(body),
            Object::TaxRate(body) => serde_json::to_vec(body),
            Object::InvoiceItem(body) => serde_json::to_vec(body),
            Object::Invoice(body) => serde_json::to_vec(body),
            Object::CreditNote(body) => serde_json::to_vec(body),
            Object::WebhookEndpoint(body) => serde_json::to_vec(body),
            Object::Resequence(body) => serde_json::to_vec(body),
        };
        bytes.unwrap_or_default()
    }

    fn of_bytes(kind: ObjectKind, bytes: &[u8]) -> Result<Object, Damaged> {
        Ok(match kind {
            ObjectKind::Customer => Object::Customer(from_slice(bytes)?),
            ObjectKind::TaxRate => Object::TaxRate(from_slice(bytes)?),
            ObjectKind::InvoiceItem => Object::InvoiceItem(from_slice(bytes)?),
            ObjectKind::Invoice => Object::Invoice(from_slice(bytes)?),
            ObjectKind::CreditNote => Object::CreditNote(from_slice(bytes)?),
            ObjectKind::WebhookEndpoint => Object::WebhookEndpoint(from_slice(bytes)?),
            ObjectKind::Resequence => Object::Resequence(from_slice(bytes)?),
        })
    }
}

impl ObjectRow {
    /// The label of endpoints that are enabled.
    pub const ENABLED: &'static str = "enabled";

    /// What it is.
    pub fn kind(&self) -> ObjectKind {
        self.body.kind()
    }

    /// Its outside text, such as `in_…`.
    pub fn text(&self) -> String {
        self.id.text(self.kind(), self.ledger)
    }

    /// The body as bytes, for a store.
    pub fn body_bytes(&self) -> Vec<u8> {
        self.body.to_bytes()
    }

    /// Reads what [`ObjectRow::body_bytes`] gave.
    ///
    /// # Errors
    /// The bytes are no such body.
    pub fn read_body(kind: ObjectKind, bytes: &[u8]) -> Result<Object, Damaged> {
        Object::of_bytes(kind, bytes)
    }

    /// The label of a customer's items that wait for an invoice.
    pub fn waiting_label(ledger: LedgerId, customer: ObjectId) -> String {
        format!("pending:{}", customer.text(ObjectKind::Customer, ledger))
    }

    /// What it is found by.
    pub fn keys(&self) -> ObjectKeys {
        let slug_key = |number: &String| NumberRow::slug_key(number);
        match &self.body {
            Object::Customer(body) => {
                ObjectKeys { label: body.email.clone(), ..ObjectKeys::default() }
            }
            Object::TaxRate(body) => {
                ObjectKeys { state: Some(i16::from(body.active)), ..ObjectKeys::default() }
            }
            Object::InvoiceItem(body) => ObjectKeys {
                customer: Some(body.customer),
                parent: body.invoice,
                state: None,
                label: match body.invoice {
                    Some(_) => None,
                    None => Some(ObjectRow::waiting_label(self.ledger, body.customer)),
                },
                wake_at: None,
            },
            Object::Invoice(body) => ObjectKeys {
                customer: Some(body.customer),
                parent: body.revision_of,
                state: Some(body.status.code()),
                label: body.number.as_ref().map(slug_key),
                wake_at: body.wake(),
            },
            Object::CreditNote(body) => ObjectKeys {
                customer: Some(body.customer),
                parent: Some(body.invoice),
                state: Some(body.status.code()),
                label: Some(slug_key(&body.number)),
                wake_at: None,
            },
            Object::WebhookEndpoint(body) => ObjectKeys {
                state: Some(i16::from(!body.disabled)),
                label: (!body.disabled).then(|| ObjectRow::ENABLED.to_owned()),
                ..ObjectKeys::default()
            },
            Object::Resequence(body) => {
                ObjectKeys { state: Some(body.status.code()), ..ObjectKeys::default() }
            }
        }
    }
}

fn from_value<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, Damaged> {
    serde_json::from_value(value).map_err(|error| Damaged(error.to_string()))
}

fn from_slice<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Damaged> {
    serde_json::from_slice(bytes).map_err(|error| Damaged(error.to_string()))
}

/// Remembered outcomes hold bodies too, in a form that tells fields by their order; so a body goes
/// into it as the bytes that a store keeps, which a later version can read.
mod body {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::{Object, ObjectKind};

    pub(super) fn serialize<S: Serializer>(
        body: &Object,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (body.kind().code(), body.to_bytes()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Object, D::Error> {
        let (code, bytes) = <(i16, Vec<u8>)>::deserialize(source)?;
        let kind = ObjectKind::of_code(code).ok_or_else(|| D::Error::custom("kind of object"))?;
        Object::of_bytes(kind, &bytes).map_err(D::Error::custom)
    }
}
