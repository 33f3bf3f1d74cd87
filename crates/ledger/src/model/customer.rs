//! Customers, as far as numbers need them: an id and a prefix taken for ever.

use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, LedgerId, SeriesId};

/// A customer that has, or had, numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// The customer's id.
    pub id: CustomerId,
    /// What `{customer}` prints: 1–12 of A–Z and 0–9.
    pub prefix: String,
}

/// Who took a prefix. It is never free again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrefixOwner {
    /// A series begins its numbers with it.
    Series(SeriesId),
    /// A customer has it.
    Customer(CustomerId),
}
