//! The web interface: pages for people, written by the server, beside the interface for programs.
//!
//! Every page stands in one table (`route`). A request finds out who asks, is held to the role
//! that the page needs, and becomes a query or the same [`Action`](ledger::Action) that the HTTP
//! interface makes of it: forms are read by `wire`, decided by `ledger`, and what they refuse is
//! shown beside the field that it names. Nothing here has a rule of its own.
//!
//! Everything works without scripts but previews while somebody types. Nothing comes from another
//! host, and the pages say so to the browser.
//!
//! The crate knows nothing of SQL.

mod answer;
mod app;
mod assets;
mod beside;
mod catalogue;
mod cookie;
mod door;
mod field;
mod form;
mod frame;
mod headers;
mod list;
mod number;
mod page;
mod route;
mod shown;
mod visit;

pub use app::Setup;
pub use beside::beside;
pub use door::{Boxed, Door, EngineDoor, Member, SignIn};
pub use route::{Address, addresses, router};
