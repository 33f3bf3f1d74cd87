//! Something to be invoiced: on a draft already, or waiting for the customer's next invoice.

use serde::{Deserialize, Serialize};

use super::{Span, is_default};
use crate::id::ObjectId;
use crate::model::{At, Metadata};
use crate::money::{Currency, Decimal};

/// An invoice item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceItem {
    /// The customer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub customer: ObjectId,
    /// The currency.
    pub currency: Currency,
    /// The amount in minor units, taxes that are inclusive included.
    #[serde(default, skip_serializing_if = "is_default")]
    pub amount: i64,
    /// What it is for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: Option<String>,
    /// How many.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quantity: Decimal,
    /// What one costs, in minor units with decimals.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unit_amount: Decimal,
    /// The time that it is for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub period: Span,
    /// Its own tax rates.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tax_rates: Vec<ObjectId>,
    /// Whether discounts apply.
    #[serde(default, skip_serializing_if = "is_default")]
    pub discountable: bool,
    /// Free key-value pairs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metadata: Metadata,
    /// The invoice that shows it; `None` while it waits.
    #[serde(default, skip_serializing_if = "is_default")]
    pub invoice: Option<ObjectId>,
    /// Whether it waited before an invoice took it: it waits again when that draft is deleted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub waited: bool,
    /// When it was made.
    #[serde(default, skip_serializing_if = "is_default")]
    pub date: At,
}
