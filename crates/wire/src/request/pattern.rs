//! Requests about patterns.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ledger::command::SeriesRef;
use ledger::id::LedgerId;
use ledger::model::Kind;
use numbering::limits::NUMBER_CHARS_MAX;
use numbering::{FiscalYearStart, Reset, Scope};

use super::series::{kinds, prefix, reset, scope};
use super::series_field;
use super::settings::{fiscal_year_end, fiscal_year_start};
use crate::error::{Problem, RimCode};
use crate::params::{Fields, Params};

/// A number that was given, from which a pattern is learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The number.
    pub number: String,
    /// Its document's date.
    pub date: Date,
}

/// What a pattern is learnt from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternInference {
    /// The number and its date.
    pub example: Example,
    /// The first day of the fiscal year; the account's when missing.
    pub fiscal_year_start: Option<FiscalYearStart>,
    /// The date of the document whose number is asked for besides.
    pub next_for: Option<Date>,
}

/// A pattern that is to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternCheck {
    /// The pattern's text, maybe half typed.
    pub pattern: String,
    /// When it starts again; what its tokens say when missing.
    pub reset: Option<Reset>,
    /// What is counted apart; what its tokens say when missing.
    pub scope: Option<Scope>,
    /// What `{prefix}` prints.
    pub prefix: String,
    /// The kinds of documents, with what `{kind}` prints.
    pub kinds: BTreeMap<Kind, String>,
    /// The series whose pattern it would become, which it may follow.
    pub series: Option<SeriesRef>,
    /// The date that the example in the answer is rendered for.
    pub date: Option<Date>,
}

/// Reads what a pattern is learnt from.
///
/// # Errors
/// See [`Problem`].
pub fn pattern_inference(params: Params<'_>) -> Result<PatternInference, Problem> {
    const KNOWN: [&str; 5] = ["number", "date", "for", "fiscal_year_start", "fiscal_year_end"];
    let mut fields = params.fields(&KNOWN)?;
    let number = fields.needed_text("number", NUMBER_CHARS_MAX + 1)?;
    let date = fields.date("date")?.ok_or_else(|| fields.missing("date"))?;
    let next_for = fields.date("for")?;
    let fiscal_year_start = fiscal_year(&mut fields)?;
    Ok(PatternInference { example: Example { number, date }, fiscal_year_start, next_for })
}

/// Reads a pattern that is to be checked.
///
/// # Errors
/// See [`Problem`].
pub fn pattern_check(params: Params<'_>, ledger: LedgerId) -> Result<PatternCheck, Problem> {
    const KNOWN: [&str; 7] = ["pattern", "reset", "scope", "prefix", "kinds", "series", "date"];
    let mut fields = params.fields(&KNOWN)?;
    if !fields.has("pattern") {
        return Err(fields.missing("pattern"));
    }
    Ok(PatternCheck {
        pattern: fields.blank_text("pattern", PATTERN_CHARS_READ)?.unwrap_or_default(),
        reset: reset(&mut fields)?,
        scope: scope(&mut fields)?,
        prefix: prefix(&mut fields)?.unwrap_or_default(),
        kinds: kinds(&mut fields)?.unwrap_or_default(),
        series: series_field(&mut fields, ledger)?,
        date: fields.date("date")?,
    })
}

const PATTERN_CHARS_READ: usize = 10_000;

fn fiscal_year(fields: &mut Fields<'_>) -> Result<Option<FiscalYearStart>, Problem> {
    match (fiscal_year_start(fields)?, fiscal_year_end(fields)?) {
        (Some(_), Some(_)) => Err(Problem::of(
            RimCode::ParametersExclusive,
            "fiscal_year_end",
            "`fiscal_year_start` and `fiscal_year_end` do not go together. Send one of them.",
        )),
        (start, end) => Ok(start.or(end)),
    }
}
