//! How a document number is written, read back and learnt.
//!
//! A series writes its numbers by a [`Format`]: a [`Pattern`], when it starts counting again (a
//! [`Reset`]), the fiscal year, a prefix. From a date and an [`Ordinal`] the format renders the
//! number, and from a number it reads the ordinal back.
//!
//! ```
//! use jiff::civil::date;
//! use numbering::{Format, Ordinal, Texts};
//!
//! let format = Format::of("INV/{year}/{seq:5}".parse()?);
//! format.validate()?;
//!
//! let may = date(2026, 5, 3);
//! let number = format.render(may, Ordinal::new(42)?, &Texts::default())?;
//! assert_eq!(number, "INV/2026/00042");
//! assert_eq!(format.read(&number)[0].ordinal, Ordinal::new(42)?);
//! assert_eq!(format.period(may).label(&format), "2026");
//! assert_eq!(numbering::slug(&number), "INV-2026-00042");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate is pure: no clock, no randomness, no input or output.

pub mod audit;
mod characters;
mod collision;
mod fiscal;
mod format;
pub mod infer;
pub mod limits;
mod ordinal;
mod pattern;
mod period;
mod reset;
mod scope;
mod text;

pub use self::{
    characters::{breaks_file_names, is_allowed},
    collision::{
        CollidingNumber, Collision, CollisionReason, Relation, collision, collision_beside,
    },
    fiscal::{FiscalYearError, FiscalYearStart},
    format::{Format, FormatError, PrintedYear, Reading, RenderError, Texts, is_customer_prefix},
    ordinal::{Ordinal, OrdinalOverflow},
    pattern::{
        Diagnostic, Part, Pattern, PatternError, Severity, Span, Token, TokenKind, YearDigits,
    },
    period::Period,
    reset::{Reset, UnknownReset},
    scope::{Scope, UnknownScope},
    text::{fold, slug, sort_key},
};
