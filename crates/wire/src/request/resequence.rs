//! Requests about numbering documents anew.

use jiff::civil::Date;
use ledger::command::SeriesRef;
use ledger::id::{LedgerId, ObjectId, Position};
use ledger::limits::BATCH_ITEMS_MAX;
use ledger::model::{ObjectKind, Ordering, Resequencing};

use super::list::{PAGING, Paging, object_paging, paging};
use super::{number_id, series_field};
use crate::error::Problem;
use crate::params::Params;

/// What is to be numbered anew, and how. The series is still to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewResequence {
    /// The series, when it is selected by one.
    pub series: Option<SeriesRef>,
    /// Everything else.
    pub asked: Resequencing,
}

const FIELDS: [&str; 9] = [
    "numbers",
    "series",
    "from",
    "to",
    "ordering",
    "first_number",
    "reason",
    "follow",
    "include_sent",
];
const ID_CHARS_MAX: usize = 100;

/// Reads what is to be numbered anew.
///
/// # Errors
/// See [`Problem`].
pub fn new_resequence(params: Params<'_>, ledger: LedgerId) -> Result<NewResequence, Problem> {
    let mut fields = params.fields(&FIELDS)?;
    for other in ["series", "from", "to"] {
        fields.exclusive("numbers", other)?;
    }
    let ids = fields.text_list("numbers", BATCH_ITEMS_MAX, ID_CHARS_MAX)?.unwrap_or_default();
    let numbers: Result<Vec<Position>, Problem> =
        ids.iter().map(|id| number_id(id, ledger, "numbers")).collect();
    let numbers = numbers?;
    let series = series_field(&mut fields, ledger)?;
    if numbers.is_empty() && series.is_none() {
        let message = "Nothing is selected. Give `numbers`, or a `series` with the dates `from` \
                       and `to`.";
        return Err(Problem::of(ledger::Code::ParameterMissing, "numbers", message));
    }
    let (from, to): (Option<Date>, Option<Date>) = (fields.date("from")?, fields.date("to")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let message = "`from` lies behind `to`. Exchange them.";
        return Err(Problem::of(ledger::Code::ParameterInvalid, "from", message));
    }
    let first = fields.text("first_number", numbering::limits::NUMBER_CHARS_MAX)?;
    let first = first.ok_or_else(|| fields.missing("first_number"))?;
    let reason = fields.prose("reason")?.ok_or_else(|| fields.missing("reason"))?;
    let ordering = fields.word("ordering", Ordering::parse, "keep or date")?.unwrap_or_default();
    let follow = fields.flag("follow")?.unwrap_or(false);
    let include_sent = fields.flag("include_sent")?.unwrap_or(false);
    let asked = Resequencing {
        numbers,
        series: None,
        from,
        to,
        ordering,
        first,
        reason,
        follow,
        include_sent,
    };
    Ok(NewResequence { series, asked })
}

/// Reads the page that a list of resequences is asked for.
///
/// # Errors
/// See [`Problem`].
pub fn resequence_list(params: Params<'_>, ledger: LedgerId) -> Result<Paging<ObjectId>, Problem> {
    object_paging(&mut params.fields(&PAGING)?, ObjectKind::Resequence, ledger)
}

/// Reads the part of a mapping that is asked for; cursors are places.
///
/// # Errors
/// See [`Problem`].
pub fn resequence_lines(params: Params<'_>) -> Result<Paging<u64>, Problem> {
    let mut fields = params.fields(&PAGING)?;
    paging(&mut fields, |text, param| {
        text.parse().map_err(|_| {
            let message = format!("{text:?} is no place of a line. Take one from the list.");
            Problem::of(ledger::Code::ResourceMissing, param, message)
        })
    })
}
