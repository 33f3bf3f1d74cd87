//! The port on PostgreSQL, where several processes share the work.

pub mod connect;
mod session;

pub use session::Use;
