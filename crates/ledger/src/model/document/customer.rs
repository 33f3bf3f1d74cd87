//! A customer, with everything that an invoice prints of it.

use serde::{Deserialize, Serialize};

use super::words;
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
    pub city: Option<String>,
    /// Two-letter country code.
    pub country: Option<String>,
    /// Street, or company.
    pub line1: Option<String>,
    /// Floor, suite and the like.
    pub line2: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// State, county, province.
    pub state: Option<String>,
}

/// Where goods are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shipping {
    /// The address.
    pub address: Option<Address>,
    /// The recipient.
    pub name: Option<String>,
    /// The recipient's telephone.
    pub phone: Option<String>,
}

/// A pair that an invoice prints as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomField {
    /// What it is called.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// A customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The telephone.
    pub phone: Option<String>,
    /// Words for whoever keeps the books.
    pub description: Option<String>,
    /// The address.
    pub address: Option<Address>,
    /// Where goods are sent.
    pub shipping: Option<Shipping>,
    /// Free key-value pairs.
    pub metadata: Metadata,
    /// What `{customer}` prints: 1–12 of A–Z and 0–9, its own for ever.
    pub invoice_prefix: String,
    /// Whether taxes are charged.
    pub tax_exempt: TaxExempt,
    /// Languages, the best one first.
    pub preferred_locales: Vec<String>,
    /// The currency of its balance and of its first document.
    pub currency: Option<Currency>,
    /// What it owes (positive) or is owed (negative) beside its invoices, in minor units; the next
    /// invoice that is finalized takes it in.
    pub balance: i64,
    /// The foot of its invoices, where an invoice has none of its own.
    pub footer: Option<String>,
    /// Pairs that its invoices print, where an invoice has none of its own.
    pub custom_fields: Vec<CustomField>,
    /// The name of the business.
    pub business_name: Option<String>,
    /// The name of the person.
    pub individual_name: Option<String>,
}
