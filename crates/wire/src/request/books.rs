//! Requests about gaps and lock dates.

use ledger::command::{LockMove, SeriesRef};
use ledger::id::{GapId, LedgerId};
use ledger::model::GapCause;

use super::list::{PAGING, Paging, paging};
use super::{gap_id, series_field};
use crate::error::Problem;
use crate::params::Params;

/// Which gaps a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapList {
    /// Of a series.
    pub series: Option<SeriesRef>,
    /// Of a cause.
    pub cause: Option<GapCause>,
    /// Explained or not.
    pub explained: Option<bool>,
    /// The page.
    pub paging: Paging<GapId>,
}

/// Reads which gaps a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn gap_list(params: Params<'_>, ledger: LedgerId) -> Result<GapList, Problem> {
    const WORDS: &str = "skipped, deleted, renumbered or imported";
    let mut fields =
        params.fields(&[&["series", "cause", "explained"][..], &PAGING[..]].concat())?;
    Ok(GapList {
        series: series_field(&mut fields, ledger)?,
        cause: fields.word("cause", GapCause::parse, WORDS)?,
        explained: fields.flag("explained")?,
        paging: paging(&mut fields, |text, param| gap_id(text, ledger, param))?,
    })
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
        let list = read("cause=skipped&explained=false&series=invoices").unwrap();
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
