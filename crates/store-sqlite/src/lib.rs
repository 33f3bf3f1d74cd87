//! The store on one SQLite file.
//!
//! A batch is loaded and written with a constant number of statements, whatever its size: values
//! go in as a virtual table (`rows`), and each table is searched or written by one statement over
//! it. One `COMMIT` makes the batch durable. The write-ahead log is copied into the file beside
//! the batches, by a thread of its own.
//!
//! Beside the file `x.db` stand `x.db-wal` and `x.db-shm`, which are SQLite's, and `x.db-lock`,
//! which whoever writes holds locked, as it does the file itself. A file that a store made, and in
//! which nothing was committed, goes away with what stands beside it when the store is closed.

mod beside;
mod cell;
mod counters;
mod date;
mod error;
mod fresh;
mod held;
mod load;
mod lock;
mod migrate;
mod open;
mod packed;
mod page;
#[cfg(test)]
mod plans;
mod reader;
mod restore;
mod rows;
mod session;
mod soundness;
mod stamp;
mod standing;
mod store;
mod table;
mod unused;
mod wal;
mod wal_file;
mod writer;

pub use ::store::Create;
pub use counters::Counters;
pub use migrate::STEPS;
pub use open::{Access, Checkpoints, Locking, OpenOptions};
pub use store::SqliteStore;
