//! Domain objects to and from what travels: JSON, forms, query strings, and the error envelope.
//!
//! Parameters come in three encodings and become one tree ([`Params`]), which is read field by
//! field with the field's name in every error. Answers are written from borrowed rows, without a
//! tree in between.
//!
//! ```
//! use ledger::id::LedgerId;
//! use wire::{Params, request};
//!
//! let params = Params::from_form("reference=order-1&date=2026-05-03")?;
//! let item = request::item(params, LedgerId(1))?;
//! assert_eq!(item.reference.as_deref(), Some("order-1"));
//!
//! let params = Params::from_json(br#"{"date": "2026-02-30"}"#)?;
//! let problem = request::item(params, LedgerId(1)).unwrap_err();
//! assert_eq!(problem.param.as_deref(), Some("date"));
//! # Ok::<(), wire::Problem>(())
//! ```
//!
//! The crate knows nothing of databases, of HTTP or of the engine.

pub mod answer;
mod error;
mod expand;
pub mod limits;
mod params;
pub mod request;
pub mod version;

pub use error::{CATALOGUE, Entry, ErrorCode, ErrorType, Problem, RimCode, catalogue_page};
pub use expand::{Expand, Find};
pub use params::{Instants, Map, Params, Value, form_pairs, request_hash};
pub use version::Version;
