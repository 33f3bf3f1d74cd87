//! What is wrong with a pattern's text, and where.

use std::{error::Error, fmt};

/// A stretch of a text, in bytes: `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Whether a pattern can be used in spite of a [`Diagnostic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It can.
    Warning,
    /// It cannot.
    Error,
}

/// One remark about a pattern's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// What the remark is about.
    pub span: Span,
    /// What is wrong and what was expected.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.span)
    }
}

/// A text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PatternError {
    span: Span,
    message: String,
}

impl PatternError {
    /// Where in the text, in bytes.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What is wrong and what was expected, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn new(span: Span, message: String) -> Self {
        Self { span, message }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.span)
    }
}

impl Error for PatternError {}
