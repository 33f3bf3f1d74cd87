//! What was learnt or found out about a pattern.

use numbering::{Diagnostic, Pattern, Reset, Scope, Severity};
use serde::Serialize;

use super::Text;
use crate::error::Problem;

/// What was learnt from an example number.
#[derive(Serialize)]
pub struct InferenceAnswer<'a> {
    object: &'static str,
    number: &'a str,
    #[serde(flatten)]
    best: InferredPattern<'a>,
    consistent: bool,
    explanation: &'a str,
    next: Option<&'a str>,
    alternatives: Vec<InferredPattern<'a>>,
}

/// One way to read an example number.
#[derive(Serialize)]
pub struct InferredPattern<'a> {
    pattern: Text<&'a Pattern>,
    reset: Text<Reset>,
    ordinal: u64,
    reason: &'a str,
}

impl<'a> InferredPattern<'a> {
    /// A reading with its reason.
    pub fn new(pattern: &'a Pattern, reset: Reset, ordinal: u64, reason: &'a str) -> Self {
        InferredPattern { pattern: Text(pattern), reset: Text(reset), ordinal, reason }
    }
}

impl<'a> InferenceAnswer<'a> {
    /// The best reading of a number, the others after it, and the number that comes next, if it
    /// was asked for.
    pub fn new(
        number: &'a str,
        best: InferredPattern<'a>,
        alternatives: Vec<InferredPattern<'a>>,
        explanation: &'a str,
        next: Option<&'a str>,
    ) -> InferenceAnswer<'a> {
        InferenceAnswer {
            object: "pattern_inference",
            number,
            best,
            // A number whose parts disagree with its date is refused instead.
            consistent: true,
            explanation,
            next,
            alternatives,
        }
    }
}

/// What a check of a pattern found.
#[derive(Serialize)]
pub struct CheckAnswer<'a> {
    object: &'static str,
    valid: bool,
    pattern: Option<Text<&'a Pattern>>,
    reset: Option<Text<Reset>>,
    scope: Option<Text<Scope>>,
    max_length: Option<usize>,
    example: Option<&'a str>,
    diagnostics: Vec<Remark<'a>>,
    error: Option<CheckError<'a>>,
}

/// A remark about a stretch of the pattern's text, in bytes.
#[derive(Serialize)]
pub struct Remark<'a> {
    severity: &'static str,
    message: &'a str,
    start: usize,
    end: usize,
}

/// Why the pattern would be refused.
#[derive(Serialize)]
struct CheckError<'a> {
    code: &'static str,
    message: &'a str,
    param: Option<&'a str>,
}

/// What is known of a pattern that could be made out.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// The pattern.
    pub pattern: &'a Pattern,
    /// When it starts again.
    pub reset: Reset,
    /// What is counted apart.
    pub scope: Scope,
    /// Characters of its longest number.
    pub max_length: usize,
    /// A number that it prints.
    pub example: Option<&'a str>,
}

impl<'a> CheckAnswer<'a> {
    /// What could be made out, what was remarked, and why it would be refused, if it would.
    pub fn new(
        made: Option<Made<'a>>,
        diagnostics: &'a [Diagnostic],
        problem: Option<&'a Problem>,
    ) -> CheckAnswer<'a> {
        CheckAnswer {
            object: "pattern_check",
            valid: problem.is_none(),
            pattern: made.map(|made| Text(made.pattern)),
            reset: made.map(|made| Text(made.reset)),
            scope: made.map(|made| Text(made.scope)),
            max_length: made.map(|made| made.max_length),
            example: made.and_then(|made| made.example),
            diagnostics: diagnostics.iter().map(remark).collect(),
            error: problem.map(|problem| CheckError {
                code: problem.code.text(),
                message: &problem.message,
                param: problem.param.as_deref(),
            }),
        }
    }
}

fn remark(diagnostic: &Diagnostic) -> Remark<'_> {
    Remark {
        severity: match diagnostic.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        },
        message: &diagnostic.message,
        start: diagnostic.span.start,
        end: diagnostic.span.end,
    }
}
