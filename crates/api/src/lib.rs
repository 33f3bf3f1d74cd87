//! The HTTP interface: routes over the engine, described by `/openapi.json`.
//!
//! Every route stands in one table; the router and the OpenAPI document are both made from it. A
//! request passes the gate (is there room?), shows its key, is read within bounds, and becomes a
//! command or a query. Whatever goes wrong on the way is told in the error envelope, also a panic.
//!
//! ```no_run
//! # async fn run(engine: engine::Engine) -> std::io::Result<()> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:7447").await?;
//! let stop = async { /* a signal */ };
//! api::serve(listener, api::router(engine.clone()), stop).await;
//! engine.shutdown();
//! # Ok(())
//! # }
//! ```
//!
//! The crate knows nothing of SQL.

mod app;
mod auth;
mod body;
mod call;
mod cors;
mod failure;
mod headers;
mod open;
mod openapi;
mod paper;
mod rate;
mod replica;
mod reply;
mod route;
mod serve;
mod v1;
pub mod written;

pub use app::{Counts, Limits, Setup, UrlRefusal};
pub use failure::problem;
pub use openapi::document as openapi_document;
pub use rate::Rates;
pub use replica::Replica;
pub use route::{router, router_reading_from, router_set_up, router_with};
pub use serve::{Peer, serve};
