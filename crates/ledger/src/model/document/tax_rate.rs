//! A tax by percentage.

use serde::{Deserialize, Serialize};

use crate::model::Metadata;
use crate::money::Decimal;

/// A tax by percentage. Percentage and inclusion never change: documents were reckoned with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxRate {
    /// What documents call it.
    pub display_name: String,
    /// Words for whoever keeps the books.
    pub description: Option<String>,
    /// The percentage: 19 is 19 %.
    pub percentage: Decimal,
    /// Whether amounts include it.
    pub inclusive: bool,
    /// Whether new lines may use it.
    pub active: bool,
    /// Two-letter country code.
    pub country: Option<String>,
    /// ISO 3166-2 subdivision, without its country.
    pub state: Option<String>,
    /// The jurisdiction, as documents print it.
    pub jurisdiction: Option<String>,
    /// The kind of tax, such as `vat`.
    pub tax_type: Option<String>,
    /// Free key-value pairs.
    pub metadata: Metadata,
}
