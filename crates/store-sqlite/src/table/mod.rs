//! What is read from and written to each table: one file a table.

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

use store::StoreError;

/// Keys that were asked for and exist, each with what was asked.
type Found<K, V> = Result<Vec<(K, V)>, StoreError>;
