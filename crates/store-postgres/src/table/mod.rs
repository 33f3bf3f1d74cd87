//! What is read from and written to each table: one file a table.
//!
//! A batch comes in as rows (`unnest(…) k`), and each row is looked up by a query of its own beside
//! it (`CROSS JOIN LATERAL (… LIMIT 1)`): so a statement searches an index once for each row, and
//! has no other way to go, whatever a planner thinks of the size of things.

pub(crate) mod customer;
pub(crate) mod gap;
pub(crate) mod key;
pub(crate) mod ledger;
pub(crate) mod number;
pub(crate) mod number_list;
pub(crate) mod outcome;
pub(crate) mod sequence;
pub(crate) mod series;
pub(crate) mod trail;

/// Every table, as it is named.
pub(crate) const NAMES: [&str; 15] = [
    "account_route",
    "key_route",
    "ledger",
    "api_key",
    "series",
    "sequence",
    "number",
    "gap",
    "customer",
    "prefix",
    "outcome",
    "trail",
    "trail_line",
    "checkpoint",
    "gapless_migration",
];

/// A bound of a list; what is past the largest stored number is behind every row.
fn bound(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
