//! The port on PostgreSQL, where several processes share the work.
//!
//! A batch is loaded and written with a constant number of statements, whatever its size: values go
//! in as arrays, one for each column, and each table is searched or written by one statement over
//! them. What can go together is sent together, so a batch costs as many times to the server and
//! back as it has rounds, and two for its end. One `COMMIT` makes it durable.
//!
//! The port blocks, and each writer and each reader has a connection of its own, opened when it is
//! needed. So there are as many connections as the engine has threads that write and read, and no
//! pool beside them: see [`PostgresStore`].

mod cell;
mod citus;
pub mod connect;
mod counters;
mod date;
mod distribute;
mod error;
mod fence;
mod load;
mod migrate;
mod notice;
mod open;
mod page;
mod place;
#[cfg(test)]
mod plans;
mod reader;
mod restore;
mod route;
mod rows;
mod session;
mod store;
mod table;
#[cfg(test)]
mod testing;
mod text;
mod trip;
mod writer;

pub use ::store::Create;
pub use counters::Counters;
pub use distribute::Distribution;
pub use migrate::STEPS;
pub use open::{Access, OpenOptions};
pub use session::Use;
pub use store::PostgresStore;
