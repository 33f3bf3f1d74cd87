//! Delivery of events to the endpoints that asked for them.
//!
//! An event is written in the commit of what it tells, together with a delivery for each endpoint
//! that wants it.
//!
//! The crate knows nothing of SQL.

pub mod address;
pub mod client;
pub mod schedule;
pub mod signature;
