//! What is read from and written to each table: one file a table.
//!
//! A batch comes in as rows (`unnest(…) k`), and each row is looked up by a query of its own beside
//! it (`CROSS JOIN LATERAL (… LIMIT 1)`), so an index is searched once for each row. Which one is
//! not left to what a planner thinks of the size of things: a row is asked for as what lies between
//! its key and its key, in the order of the key (`BETWEEN k.c1 AND k.c1 ORDER BY`), and only the
//! index of that key has the order. An equality would do for the rows and leave the choice open:
//! what was planned for a table of ten rows would be run on one of ten million.

pub(crate) mod customer;
pub(crate) mod delivery;
pub(crate) mod event;
pub(crate) mod gap;
pub(crate) mod irregular;
pub(crate) mod key;
pub(crate) mod ledger;
pub(crate) mod number;
pub(crate) mod number_list;
pub(crate) mod object;
pub(crate) mod outcome;
pub(crate) mod person;
pub(crate) mod renumbering;
pub(crate) mod sequence;
pub(crate) mod series;
pub(crate) mod staging;
pub(crate) mod trail;
pub(crate) mod user_session;

/// Every table, as it is named.
pub(crate) const NAMES: [&str; 25] = [
    "account_route",
    "key_route",
    "person_route",
    "user_session",
    "ledger",
    "api_key",
    "person",
    "series",
    "sequence",
    "number",
    "gap",
    "customer",
    "prefix",
    "object",
    "event",
    "delivery",
    "outcome",
    "trail",
    "trail_line",
    "checkpoint",
    "staged_job",
    "staged_number",
    "staged_change",
    "former",
    "gapless_migration",
];

/// A bound of a list; what is past the largest stored number is behind every row.
fn bound(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
