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
//! # Patterns
//!
//! Literals and tokens; `{{` and `}}` are braces; exactly one `{seq}`.
//!
//! | token | prints |
//! | --- | --- |
//! | `{seq}` `{seq:5}` | the ordinal, padded to the width and never clipped |
//! | `{year}` `{year:2}` | the year of the date, of its fiscal year's start, or of its ISO week |
//! | `{end_year}` `{end_year:2}` | the year in which the fiscal year ends |
//! | `{month}` `{quarter}` `{week}` `{day}` | 01–12, 1–4, ISO week 01–53, 01–31 |
//! | `{prefix}` | the format's prefix |
//! | `{customer}` | the customer's invoice prefix, 1–12 of `A`–`Z`, `0`–`9` |
//! | `{invoice}` | the number of the parent invoice |
//! | `{kind}` | one of the format's texts for kinds of documents |
//!
//! `{year}` is where the fiscal year starts beside `{end_year}` or a fiscal reset, else the year of
//! the ISO week beside `{week}`, else the year of the date.
//!
//! A half-typed pattern is read as far as it goes: [`Pattern::parse_lossy`].
//!
//! # What is proved
//!
//! [`Format::validate`] refuses a format that could print one text for two numbers, and shows the
//! two; [`collision()`] does the same for two formats of a ledger:
//!
//! ```
//! use numbering::{Format, Scope};
//!
//! let joined = Format::of("{customer}{seq:4}".parse()?);
//! let refused = joined.validate_for(Scope::Customer).unwrap_err();
//! let both = refused.collision().unwrap();
//! assert_eq!(both.first.text, "X10001");
//! assert_eq!((both.first.scope.as_str(), both.second.scope.as_str()), ("X", "X1"));
//! # Ok::<(), numbering::PatternError>(())
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
