//! Requests about gaps and lock dates.

use jiff::civil::Date;
use ledger::command::{ClosePeriod, LockMove, SeriesRef};
use ledger::id::{CustomerId, GapId, LedgerId, Position, SequenceId};
use ledger::model::GapCause;

use super::list::{PAGING, Paging, paging};
use super::number::{PERIOD_CHARS_MAX, date_bounds};
use super::{gap_id, series_field};
use crate::error::Problem;
use crate::params::{Fields, Lines, Params, TextsLimits};

/// Which gaps a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapList {
    /// Where.
    pub part: PartFields,
    /// Of a cause.
    pub cause: Option<GapCause>,
    /// Explained or not.
    pub explained: Option<bool>,
    /// The page.
    pub paging: Paging<GapId>,
}

/// A part of a ledger that a request is about; what is missing does not limit it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartFields {
    /// Of a series.
    pub series: Option<SeriesRef>,
    /// Of a period, by its label.
    pub period: Option<String>,
    /// Of a customer, where customers have counters of their own.
    pub customer: Option<CustomerId>,
    /// The earliest date.
    pub from: Option<Date>,
    /// The latest date.
    pub to: Option<Date>,
}

/// The names of a part's fields.
pub(super) const PART: [&str; 4] = ["series", "period", "customer", "date"];

/// Reads the part of a ledger that a request is about.
pub(super) fn part(fields: &mut Fields<'_>, ledger: LedgerId) -> Result<PartFields, Problem> {
    let series = series_field(fields, ledger)?;
    let period = fields.text("period", PERIOD_CHARS_MAX)?;
    let max = ledger::limits::CUSTOMER_CHARS_MAX;
    let customer = fields.text("customer", max)?.map(CustomerId);
    let (from, to) = date_bounds(fields)?;
    Ok(PartFields { series, period, customer, from, to })
}

/// Reads which gaps a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn gap_list(params: Params<'_>, ledger: LedgerId) -> Result<GapList, Problem> {
    const WORDS: &str = "skipped, deleted, renumbered or imported";
    let names = [&PART[..], &["cause", "explained"][..], &PAGING[..]].concat();
    let mut fields = params.fields(&names)?;
    Ok(GapList {
        part: part(&mut fields, ledger)?,
        cause: fields.word("cause", GapCause::parse, WORDS)?,
        explained: fields.flag("explained")?,
        paging: paging(&mut fields, |text, param| gap_id(text, ledger, param))?,
    })
}

/// By what an entry of the list of what is irregular is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IrregularCursor {
    /// A gap.
    Gap(GapId),
    /// A number.
    Number(Position),
    /// A sequence.
    Sequence(SequenceId),
}

/// What of what is irregular a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IrregularList {
    /// Where.
    pub part: PartFields,
    /// Of a kind, by its word.
    pub kind: Option<String>,
    /// Dated after the lock date or not.
    pub open: Option<bool>,
    /// The page.
    pub paging: Paging<IrregularCursor>,
}

/// A period that is to be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedClosing {
    /// Its end, and what explains its gaps.
    pub period: ClosePeriod,
    /// Whether nothing is to be changed.
    pub dry_run: bool,
}

/// Reads what of what is irregular a list asks for; `kind` is one of the four words.
///
/// # Errors
/// See [`Problem`].
pub fn irregularity_list(params: Params<'_>, ledger: LedgerId) -> Result<IrregularList, Problem> {
    const KINDS: [&str; 4] = ["gap", "void", "draft", "late_start"];
    let names = [&PART[..], &["kind", "open"][..], &PAGING[..]].concat();
    let mut fields = params.fields(&names)?;
    let kind = |word: &str| KINDS.contains(&word).then(|| word.to_owned());
    Ok(IrregularList {
        part: part(&mut fields, ledger)?,
        kind: fields.word("kind", kind, "gap, void, draft or late_start")?,
        open: fields.flag("open")?,
        paging: paging(&mut fields, |text, param| cursor(text, ledger, param))?,
    })
}

fn cursor(text: &str, ledger: LedgerId, param: &str) -> Result<IrregularCursor, Problem> {
    if let Some((of, id)) = SequenceId::parse(text)
        && of == ledger
    {
        return Ok(IrregularCursor::Sequence(id));
    }
    match text.starts_with("num_") {
        true => super::number_id(text, ledger, param).map(IrregularCursor::Number),
        false => gap_id(text, ledger, param).map(IrregularCursor::Gap),
    }
}

/// Reads a part of a ledger and nothing else.
///
/// # Errors
/// See [`Problem`].
pub fn part_only(params: Params<'_>, ledger: LedgerId) -> Result<PartFields, Problem> {
    let mut fields = params.fields(&PART)?;
    part(&mut fields, ledger)
}

const ID_CHARS_MAX: usize = 40;

/// Reads the period that is to be closed.
///
/// # Errors
/// See [`Problem`].
pub fn close_period(params: Params<'_>, ledger: LedgerId) -> Result<AskedClosing, Problem> {
    let mut fields = params.fields(&["end", "explanations", "dry_run"])?;
    let end = fields.date("end")?;
    let limits = TextsLimits {
        count_max: ledger::limits::STATEMENT_ROWS_MAX,
        key_chars_max: ID_CHARS_MAX,
        value_chars_max: ledger::limits::REASON_CHARS_MAX,
        lines: Lines::Several,
    };
    let texts = fields.texts("explanations", limits)?.unwrap_or_default();
    let mut explanations = Vec::with_capacity(texts.len());
    for (id, text) in texts {
        explanations.push((gap_id(&id, ledger, &format!("explanations[{id}]"))?, text));
    }
    let dry_run = fields.flag("dry_run")?.unwrap_or_default();
    let end = end.ok_or_else(|| fields.missing("end"))?;
    Ok(AskedClosing { period: ClosePeriod { end, explanations }, dry_run })
}

/// Reads the words that explain a gap.
///
/// # Errors
/// See [`Problem`].
pub fn explanation(params: Params<'_>) -> Result<String, Problem> {
    let mut fields = params.fields(&["explanation"])?;
    fields.prose("explanation")?.ok_or_else(|| fields.missing("explanation"))
}

/// Reads where the lock dates move to. An empty `lock_date` takes the lock away.
///
/// # Errors
/// See [`Problem`].
pub fn lock_move(params: Params<'_>) -> Result<LockMove, Problem> {
    let mut fields = params.fields(&["lock_date", "hard_lock_date", "reason"])?;
    let lock_date = fields.date_or_blank("lock_date")?;
    let hard_lock_date = fields.date("hard_lock_date")?;
    if lock_date.is_none() && hard_lock_date.is_none() {
        return Err(fields.missing("lock_date"));
    }
    Ok(LockMove { lock_date, hard_lock_date, reason: fields.prose("reason")? })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_blank_lock_date_takes_the_lock_away() {
        let form = |text| lock_move(Params::from_form(text).unwrap());
        let json = |body: &str| lock_move(Params::from_json(body.as_bytes()).unwrap());
        assert_eq!(form("lock_date=2026-05-31").unwrap().lock_date, Some(Some(date(2026, 5, 31))));
        assert_eq!(form("lock_date=&reason=audit").unwrap().lock_date, Some(None));
        assert_eq!(json(r#"{"lock_date":null}"#).unwrap().lock_date, Some(None));
        assert_eq!(form("hard_lock_date=2026-05-31").unwrap().lock_date, None);
        assert_eq!(form("reason=x").unwrap_err().param.as_deref(), Some("lock_date"));
        assert_eq!(form("hard_lock_date=").unwrap_err().code.text(), "parameter_invalid_empty");
    }

    #[test]
    fn gaps_and_their_words() {
        let read = |query| gap_list(Params::from_form(query).unwrap(), LedgerId(1));
        let list = read(
            "cause=skipped&explained=false&series=invoices&period=2026&customer=cus_1\
             &date[gt]=2026-01-31",
        )
        .unwrap();
        let part = &list.part;
        assert_eq!((part.period.as_deref(), part.to), (Some("2026"), None));
        assert_eq!(part.from, Some(date(2026, 2, 1)));
        assert_eq!(part.customer.as_ref().map(|id| id.0.as_str()), Some("cus_1"));
        assert_eq!((list.cause, list.explained), (Some(GapCause::Skipped), Some(false)));
        assert_eq!(read("cause=lost").unwrap_err().param.as_deref(), Some("cause"));
        assert_eq!(
            read("starting_after=gap_1").unwrap_err().param.as_deref(),
            Some("starting_after"),
        );
        let words = |body| explanation(Params::from_form(body).unwrap());
        assert_eq!(words("explanation=lost+book%0Ain+May").unwrap(), "lost book\nin May");
        assert_eq!(words("explanation=").unwrap_err().code.text(), "parameter_missing");
    }
}
