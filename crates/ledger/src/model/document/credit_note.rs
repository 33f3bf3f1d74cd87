//! A credit note: what takes back an invoice, or a part of it.

use serde::{Deserialize, Serialize};

use super::{LineTax, Numbering, Totals, words};
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
    pub id: ObjectId,
    /// The line of the invoice that it takes back; `None` for one of its own.
    pub invoice_line: Option<ObjectId>,
    /// The amount in minor units, taxes that are inclusive included.
    pub amount: i64,
    /// What it is for.
    pub description: Option<String>,
    /// How many; `None` where an amount was given.
    pub quantity: Option<Decimal>,
    /// What one costs, in minor units with decimals; `None` where an amount was given.
    pub unit_amount: Option<Decimal>,
    /// Its tax rates.
    pub tax_rates: Vec<ObjectId>,
    /// The taxes on it.
    pub taxes: Vec<LineTax>,
    /// Free key-value pairs.
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
    #[serde(default)]
    pub status: CreditNoteStatus,
    /// Its number.
    #[serde(default)]
    pub number: String,
    /// Where the number stands in the register.
    #[serde(default)]
    pub numbering: Option<Numbering>,
    /// Why.
    #[serde(default)]
    pub reason: Option<CreditReason>,
    /// Words that it prints.
    #[serde(default)]
    pub memo: Option<String>,
    /// Free key-value pairs.
    #[serde(default)]
    pub metadata: Metadata,
    /// The date of issue.
    #[serde(default)]
    pub effective_at: Option<At>,
    /// The lines, in order.
    #[serde(default)]
    pub lines: Vec<CreditLine>,
    /// What the lines add up to.
    #[serde(default)]
    pub totals: Totals,
    /// What of the total lowers what is still to be paid.
    #[serde(default)]
    pub pre_payment_amount: i64,
    /// What of the total was paid already.
    #[serde(default)]
    pub post_payment_amount: i64,
    /// What of the paid part is paid back.
    #[serde(default)]
    pub refund_amount: i64,
    /// What of the paid part goes to the customer's balance.
    #[serde(default)]
    pub credit_amount: i64,
    /// What of the paid part is settled by other ways than this server knows of.
    #[serde(default)]
    pub out_of_band_amount: i64,
    /// When it was voided.
    #[serde(default)]
    pub voided_at: Option<At>,
    /// What opens its PDF for whoever has the link.
    #[serde(default)]
    pub secret: String,
}
