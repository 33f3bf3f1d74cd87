//! Delivery of events to the endpoints that asked for them.
//!
//! An event is written in the commit of what it tells, together with a delivery for each endpoint
//! that wants it. A [`Worker`] takes what is due in hand, has the event written in the endpoint's
//! version ([`Render`]), signs it ([`signature`]), sends it to an address that it has checked
//! ([`address`], [`client`]), and writes what came of it; what failed comes again ([`schedule`]).
//!
//! The crate knows nothing of SQL, and nothing of what an event looks like.

pub mod address;
pub mod client;
mod counts;
mod render;
pub mod schedule;
pub mod signature;
mod worker;

pub use counts::Counts;
pub use render::{Render, Telling};
pub use worker::{Worker, WorkerOptions};
