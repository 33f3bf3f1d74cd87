//! A tax by percentage.

use serde::{Deserialize, Serialize};

use super::is_default;

use crate::model::Metadata;
use crate::money::Decimal;

/// A tax by percentage. Percentage and inclusion never change: documents were reckoned with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxRate {
    /// What documents call it.
    #[serde(skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Words for whoever keeps the books.
    #[serde(skip_serializing_if = "is_default")]
    pub description: Option<String>,
    /// The percentage: 19 is 19 %.
    #[serde(skip_serializing_if = "is_default")]
    pub percentage: Decimal,
    /// Whether amounts include it.
    #[serde(skip_serializing_if = "is_default")]
    pub inclusive: bool,
    /// Whether new lines may use it.
    #[serde(skip_serializing_if = "is_default")]
    pub active: bool,
    /// Two-letter country code.
    #[serde(skip_serializing_if = "is_default")]
    pub country: Option<String>,
    /// ISO 3166-2 subdivision, without its country.
    #[serde(skip_serializing_if = "is_default")]
    pub state: Option<String>,
    /// The jurisdiction, as documents print it.
    #[serde(skip_serializing_if = "is_default")]
    pub jurisdiction: Option<String>,
    /// The kind of tax, such as `vat`.
    #[serde(skip_serializing_if = "is_default")]
    pub tax_type: Option<String>,
    /// Free key-value pairs.
    #[serde(skip_serializing_if = "is_default")]
    pub metadata: Metadata,
}
