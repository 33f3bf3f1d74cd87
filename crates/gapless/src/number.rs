//! Numbers that were given.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use ledger::model::State;
use ledger::outcome::NumberView;

/// A number and the document that holds it. It prints as the number's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Its id, `num_…`.
    pub id: String,
    /// The text, such as `INV-2026-00042`.
    pub text: String,
    /// The text made safe for files and URLs, unique in its ledger.
    pub slug: String,
    /// The integer in it, such as 42.
    pub ordinal: u64,
    /// Held, void, blank or occupied.
    pub state: State,
    /// The document's kind, such as `invoice`.
    pub kind: String,
    /// The document's date.
    pub date: Date,
    /// The document's name in its own system.
    pub reference: Option<String>,
    /// The customer's id.
    pub customer: Option<String>,
    /// Free key-value pairs.
    pub metadata: BTreeMap<String, String>,
    /// The name of the series.
    pub series: String,
    /// How people call the period, such as `2026`.
    pub period: String,
    /// Index of the trail entry that recorded it, from 0; also 0 in a preview.
    pub trail_index: u64,
    /// Hash of that entry, as 64 hexadecimal digits; all 0 in a preview.
    pub trail_hash: String,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<NumberView> for Number {
    fn from(view: NumberView) -> Number {
        let row = view.row;
        Number {
            id: row.position.id(row.ledger),
            slug: row.slug(),
            ordinal: row.ordinal,
            state: row.state,
            kind: row.kind.text().to_owned(),
            date: row.date,
            reference: row.reference,
            customer: row.customer.map(|customer| customer.0),
            metadata: row.metadata,
            series: view.series_name,
            period: view.period_label,
            trail_index: row.receipt.index,
            trail_hash: row.receipt.hash.to_string(),
            text: row.text,
        }
    }
}
