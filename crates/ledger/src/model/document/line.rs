//! Lines and what they add up to.

use serde::{Deserialize, Serialize};

use super::is_default;

use crate::id::ObjectId;
use crate::model::{At, Metadata};
use crate::money::Decimal;

/// The time that a line is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Span {
    /// Its beginning.
    #[serde(skip_serializing_if = "is_default")]
    pub start: At,
    /// Its end; the beginning itself for a single moment.
    #[serde(skip_serializing_if = "is_default")]
    pub end: At,
}

/// A tax on a line, as reckoned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineTax {
    /// The tax rate.
    #[serde(skip_serializing_if = "is_default")]
    pub rate: ObjectId,
    /// Its percentage.
    #[serde(skip_serializing_if = "is_default")]
    pub percentage: Decimal,
    /// Whether the line's amount includes it.
    #[serde(skip_serializing_if = "is_default")]
    pub inclusive: bool,
    /// The tax, in minor units.
    #[serde(skip_serializing_if = "is_default")]
    pub amount: i64,
    /// What it is a percentage of, in minor units.
    #[serde(skip_serializing_if = "is_default")]
    pub taxable: i64,
}

/// A line of an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    /// Its id, `il_…`.
    #[serde(skip_serializing_if = "is_default")]
    pub id: ObjectId,
    /// The invoice item that it shows; `None` for a line that was written on the invoice itself.
    #[serde(skip_serializing_if = "is_default")]
    pub item: Option<ObjectId>,
    /// The amount in minor units, taxes that are inclusive included.
    #[serde(skip_serializing_if = "is_default")]
    pub amount: i64,
    /// What it is for.
    #[serde(skip_serializing_if = "is_default")]
    pub description: Option<String>,
    /// How many.
    #[serde(skip_serializing_if = "is_default")]
    pub quantity: Decimal,
    /// What one costs, in minor units with decimals.
    #[serde(skip_serializing_if = "is_default")]
    pub unit_amount: Decimal,
    /// The time that it is for.
    #[serde(skip_serializing_if = "is_default")]
    pub period: Span,
    /// Its own tax rates; when empty, those of the invoice hold.
    #[serde(skip_serializing_if = "is_default")]
    pub tax_rates: Vec<ObjectId>,
    /// The taxes on it.
    #[serde(skip_serializing_if = "is_default")]
    pub taxes: Vec<LineTax>,
    /// What credit notes that hold have taken back of the amount.
    #[serde(skip_serializing_if = "is_default")]
    pub credited: i64,
    /// Whether discounts apply.
    #[serde(skip_serializing_if = "is_default")]
    pub discountable: bool,
    /// Free key-value pairs.
    #[serde(skip_serializing_if = "is_default")]
    pub metadata: Metadata,
}

/// What lines add up to, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// The lines' amounts.
    #[serde(skip_serializing_if = "is_default")]
    pub subtotal: i64,
    /// The lines' amounts without the taxes that they include.
    #[serde(skip_serializing_if = "is_default")]
    pub subtotal_excluding_tax: i64,
    /// The lines' amounts with all taxes.
    #[serde(skip_serializing_if = "is_default")]
    pub total: i64,
    /// The lines' amounts without any tax.
    #[serde(skip_serializing_if = "is_default")]
    pub total_excluding_tax: i64,
    /// Each tax over all lines, in the order in which they come first.
    #[serde(skip_serializing_if = "is_default")]
    pub taxes: Vec<LineTax>,
}
