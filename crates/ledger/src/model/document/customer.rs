//! A customer, with everything that an invoice prints of it.

use serde::{Deserialize, Serialize};

use super::{is_default, words};
use crate::model::Metadata;
use crate::money::Currency;

/// Whether taxes are charged to a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TaxExempt {
    /// They are.
    #[default]
    None,
    /// They are not.
    Exempt,
    /// The customer pays them itself.
    Reverse,
}

words!(TaxExempt { None => "none", Exempt => "exempt", Reverse => "reverse" });

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// City, district, town or village.
    #[serde(skip_serializing_if = "is_default")]
    pub city: Option<String>,
    /// Two-letter country code.
    #[serde(skip_serializing_if = "is_default")]
    pub country: Option<String>,
    /// Street, or company.
    #[serde(skip_serializing_if = "is_default")]
    pub line1: Option<String>,
    /// Floor, suite and the like.
    #[serde(skip_serializing_if = "is_default")]
    pub line2: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "is_default")]
    pub postal_code: Option<String>,
    /// State, county, province.
    #[serde(skip_serializing_if = "is_default")]
    pub state: Option<String>,
}

/// Where goods are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shipping {
    /// The address.
    #[serde(skip_serializing_if = "is_default")]
    pub address: Option<Address>,
    /// The recipient.
    #[serde(skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// The recipient's telephone.
    #[serde(skip_serializing_if = "is_default")]
    pub phone: Option<String>,
}

/// A pair that an invoice prints as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomField {
    /// What it is called.
    #[serde(skip_serializing_if = "is_default")]
    pub name: String,
    /// What it says.
    #[serde(skip_serializing_if = "is_default")]
    pub value: String,
}

/// A customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// The name.
    #[serde(skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "is_default")]
    pub email: Option<String>,
    /// The telephone.
    #[serde(skip_serializing_if = "is_default")]
    pub phone: Option<String>,
    /// Words for whoever keeps the books.
    #[serde(skip_serializing_if = "is_default")]
    pub description: Option<String>,
    /// The address.
    #[serde(skip_serializing_if = "is_default")]
    pub address: Option<Address>,
    /// Where goods are sent.
    #[serde(skip_serializing_if = "is_default")]
    pub shipping: Option<Shipping>,
    /// Free key-value pairs.
    #[serde(skip_serializing_if = "is_default")]
    pub metadata: Metadata,
    /// What `{customer}` prints: 1–12 of A–Z and 0–9, its own for ever.
    #[serde(skip_serializing_if = "is_default")]
    pub invoice_prefix: String,
    /// Whether taxes are charged.
    #[serde(skip_serializing_if = "is_default")]
    pub tax_exempt: TaxExempt,
    /// Languages, the best one first.
    #[serde(skip_serializing_if = "is_default")]
    pub preferred_locales: Vec<String>,
    /// The currency of its balance and of its first document.
    #[serde(skip_serializing_if = "is_default")]
    pub currency: Option<Currency>,
    /// What it owes (positive) or is owed (negative) beside its invoices, in minor units; the next
    /// invoice that is finalized takes it in.
    #[serde(skip_serializing_if = "is_default")]
    pub balance: i64,
    /// The foot of its invoices, where an invoice has none of its own.
    #[serde(skip_serializing_if = "is_default")]
    pub footer: Option<String>,
    /// Pairs that its invoices print, where an invoice has none of its own.
    #[serde(skip_serializing_if = "is_default")]
    pub custom_fields: Vec<CustomField>,
    /// The name of the business.
    #[serde(skip_serializing_if = "is_default")]
    pub business_name: Option<String>,
    /// The name of the person.
    #[serde(skip_serializing_if = "is_default")]
    pub individual_name: Option<String>,
}
