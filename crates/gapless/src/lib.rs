//! Gap-free, durable document numbers inside a Rust program.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let database = format!("sqlite:{}", folder.path().join("invoices.db").display());
//! # let database = database.as_str();
//! use gapless::{Gapless, Issue};
//!
//! let gapless = Gapless::open(database)?; // such as "sqlite:invoices.db"
//! let order = Issue::invoice().reference("order-1").date("2026-03-01".parse()?);
//! let number = gapless.issue(order)?;
//! assert_eq!(number.text, "INV-2026-00001");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! When [`Gapless::issue`] returns, the number is on disk. The same reference gives the same
//! number again, so a program that crashed simply asks once more. [`Gapless::preview`] shows a
//! number without taking it, [`Gapless::numbers`] lists what was given, [`Gapless::verify`]
//! proves that nothing is missing and nothing was altered.
//!
//! Calls block; a [`Gapless`] may be shared between threads, and calls that come together share
//! one write to the disk. One process at a time writes to a file; any number share a
//! PostgreSQL (`postgres://USER@HOST/NAME`).

mod database;
mod error;
mod issue;
mod number;
mod numbers;
mod open;

pub use database::DatabaseUrl;
pub use engine::VerifyReport;
pub use error::Error;
pub use issue::Issue;
pub use jiff::civil::Date;
pub use ledger::model::{HouseStyle, Mode, State};
pub use number::Number;
pub use numbers::Numbers;
pub use open::{Gapless, Options};
pub use store_postgres::Distribution;
