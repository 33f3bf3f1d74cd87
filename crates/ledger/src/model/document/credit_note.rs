//! A credit note: what takes back an invoice, or a part of it.

use serde::{Deserialize, Serialize};

use super::{LineTax, Numbering, Totals, is_default, words};
use crate::id::ObjectId;
use crate::model::{At, Metadata};
use crate::money::{Currency, Decimal};

/// Where a credit note is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CreditNoteStatus {
    /// It holds.
    #[default]
    Issued,
    /// It was cancelled; it keeps its number.
    Void,
}

words!(CreditNoteStatus { Issued => "issued", Void => "void" });

impl CreditNoteStatus {
    /// The code by which credit notes in this status are found.
    pub fn code(self) -> i16 {
        self as i16
    }
}

/// Why something is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreditReason {
    /// It was charged twice.
    Duplicate,
    /// It was charged fraudulently.
    Fraudulent,
    /// The order changed.
    OrderChange,
    /// The product did not satisfy.
    ProductUnsatisfactory,
}

words!(CreditReason {
    Duplicate => "duplicate",
    Fraudulent => "fraudulent",
    OrderChange => "order_change",
    ProductUnsatisfactory => "product_unsatisfactory",
});

/// A line of a credit note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreditLine {
    /// Its id, `cnli_…`.
    #[serde(skip_serializing_if = "is_default")]
    pub id: ObjectId,
    /// The line of the invoice that it takes back; `None` for one of its own.
    #[serde(skip_serializing_if = "is_default")]
    pub invoice_line: Option<ObjectId>,
    /// The amount in minor units, taxes that are inclusive included.
    #[serde(skip_serializing_if = "is_default")]
    pub amount: i64,
    /// What it is for.
    #[serde(skip_serializing_if = "is_default")]
    pub description: Option<String>,
    /// How many; `None` where an amount was given.
    #[serde(skip_serializing_if = "is_default")]
    pub quantity: Option<Decimal>,
    /// What one costs, in minor units with decimals; `None` where an amount was given.
    #[serde(skip_serializing_if = "is_default")]
    pub unit_amount: Option<Decimal>,
    /// Its tax rates.
    #[serde(skip_serializing_if = "is_default")]
    pub tax_rates: Vec<ObjectId>,
    /// The taxes on it.
    #[serde(skip_serializing_if = "is_default")]
    pub taxes: Vec<LineTax>,
    /// Free key-value pairs.
    #[serde(skip_serializing_if = "is_default")]
    pub metadata: Metadata,
}

/// A credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNote {
    /// The invoice.
    pub invoice: ObjectId,
    /// The customer.
    pub customer: ObjectId,
    /// The currency.
    pub currency: Currency,
    /// Where it is in its life.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: CreditNoteStatus,
    /// Its number.
    #[serde(default, skip_serializing_if = "is_default")]
    pub number: String,
    /// Where the number stands in the register.
    #[serde(default, skip_serializing_if = "is_default")]
    pub numbering: Option<Numbering>,
    /// Why.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reason: Option<CreditReason>,
    /// Words that it prints.
    #[serde(default, skip_serializing_if = "is_default")]
    pub memo: Option<String>,
    /// Free key-value pairs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metadata: Metadata,
    /// The date of issue.
    #[serde(default, skip_serializing_if = "is_default")]
    pub effective_at: Option<At>,
    /// The lines, in order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lines: Vec<CreditLine>,
    /// What the lines add up to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub totals: Totals,
    /// What of the total lowers what is still to be paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pre_payment_amount: i64,
    /// What of the total was paid already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub post_payment_amount: i64,
    /// What of the paid part is paid back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refund_amount: i64,
    /// What of the paid part goes to the customer's balance.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credit_amount: i64,
    /// What of the paid part is settled by other ways than this server knows of.
    #[serde(default, skip_serializing_if = "is_default")]
    pub out_of_band_amount: i64,
    /// When it was voided.
    #[serde(default, skip_serializing_if = "is_default")]
    pub voided_at: Option<At>,
    /// What opens its PDF for whoever has the link.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: String,
}
