//! Lines and what they add up to.

use serde::{Deserialize, Serialize};

use crate::id::ObjectId;
use crate::model::{At, Metadata};
use crate::money::Decimal;

/// The time that a line is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Span {
    /// Its beginning.
    pub start: At,
    /// Its end; the beginning itself for a single moment.
    pub end: At,
}

/// A tax on a line, as reckoned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineTax {
    /// The tax rate.
    pub rate: ObjectId,
    /// Its percentage.
    pub percentage: Decimal,
    /// Whether the line's amount includes it.
    pub inclusive: bool,
    /// The tax, in minor units.
    pub amount: i64,
    /// What it is a percentage of, in minor units.
    pub taxable: i64,
}

/// A line of an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    /// Its id, `il_…`.
    pub id: ObjectId,
    /// The invoice item that it shows; `None` for a line that was written on the invoice itself.
    pub item: Option<ObjectId>,
    /// The amount in minor units, taxes that are inclusive included.
    pub amount: i64,
    /// What it is for.
    pub description: Option<String>,
    /// How many.
    pub quantity: Decimal,
    /// What one costs, in minor units with decimals.
    pub unit_amount: Decimal,
    /// The time that it is for.
    pub period: Span,
    /// Its own tax rates; when empty, those of the invoice hold.
    pub tax_rates: Vec<ObjectId>,
    /// The taxes on it.
    pub taxes: Vec<LineTax>,
    /// What credit notes that hold have taken back of the amount.
    pub credited: i64,
    /// Whether discounts apply.
    pub discountable: bool,
    /// Free key-value pairs.
    pub metadata: Metadata,
}

/// What lines add up to, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// The lines' amounts.
    pub subtotal: i64,
    /// The lines' amounts without the taxes that they include.
    pub subtotal_excluding_tax: i64,
    /// The lines' amounts with all taxes.
    pub total: i64,
    /// The lines' amounts without any tax.
    pub total_excluding_tax: i64,
    /// Each tax over all lines, in the order in which they come first.
    pub taxes: Vec<LineTax>,
}
