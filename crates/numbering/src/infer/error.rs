//! Why a number was not understood.

use std::{error::Error, fmt};

use jiff::civil::Date;

use crate::{OrdinalOverflow, PatternError, RenderError};

/// A number teaches no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InferError {
    /// The number shows a part of a date that is not its date's.
    DateMismatch(Disagreement),
    /// There is nothing to count in the text.
    Unreadable(Unreadable),
    /// The counter, or the one after it, is larger than any ordinal.
    OrdinalOverflow,
    /// The text fits no pattern: it is too long.
    Pattern(PatternError),
    /// The next number cannot be printed.
    Render(RenderError),
}

impl InferError {
    /// The word for it in answers.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DateMismatch(_) => "number_date_mismatch",
            Self::Unreadable(_) => "number_unreadable",
            Self::OrdinalOverflow => "ordinal_overflow",
            Self::Pattern(_) | Self::Render(_) => "pattern_invalid",
        }
    }
}

impl fmt::Display for InferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DateMismatch(disagreement) => disagreement.fmt(f),
            Self::Unreadable(reason) => reason.fmt(f),
            Self::OrdinalOverflow => OrdinalOverflow.fmt(f),
            Self::Pattern(error) => error.fmt(f),
            Self::Render(error) => error.fmt(f),
        }
    }
}

impl Error for InferError {}

impl From<OrdinalOverflow> for InferError {
    fn from(_: OrdinalOverflow) -> Self {
        Self::OrdinalOverflow
    }
}

impl From<PatternError> for InferError {
    fn from(error: PatternError) -> Self {
        Self::Pattern(error)
    }
}

impl From<RenderError> for InferError {
    fn from(error: RenderError) -> Self {
        Self::Render(error)
    }
}

/// What a number shows, and what its date would print there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What the number shows, in words: `the month 02`.
    pub shown: String,
    /// What is true of the date, in words: `is in month 03`.
    pub actual: String,
    /// The date.
    pub date: Date,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shown, actual, date } = self;
        write!(
            f,
            "the number shows {shown}, but its date {date} {actual}; \
             correct the number or the date, or give the pattern itself",
        )
    }
}

/// Why there is nothing to count in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is empty.
    Empty,
    /// It has more characters than a number may have.
    TooLong,
    /// It has a control character.
    ControlCharacter,
    /// Its only digits are the year of its date.
    OnlyTheYear,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the number is empty; expected text with a counter, such as INV-0001",
            Self::TooLong => "the number is too long to be one",
            Self::ControlCharacter => "the number has a control character; remove it",
            Self::OnlyTheYear => {
                "the number shows the year and nothing to count; add a counter, such as -0001"
            }
        })
    }
}
