//! Changes of a series that are set ahead: they hold for documents dated from a day on.

use jiff::civil::Date;
use numbering::Format;

use super::revise::{counts_alike, same};
use super::series::{check_formats, keep};
use super::{Halt, ledger, refuse_param, series_of};
use crate::books::Books;
use crate::command::{Command, SeriesRef};
use crate::model::{FormatVersion, LedgerRow, SeriesRow};
use crate::outcome::Outcome;
use crate::refusal::Code;

/// The series with a format for documents dated from a day on, in place of what was planned before.
///
/// Where only the print changes, the counter goes on, also in the middle of a period; another reset
/// starts to count on that day, with `first` or with 1.
pub(super) fn plan(
    books: &mut Books,
    ledger: &LedgerRow,
    series: &SeriesRow,
    (format, first): (Format, Option<u64>),
    from: Date,
) -> Result<SeriesRow, Halt> {
    let mut row = without(series);
    let newest = row.newest();
    let busy =
        row.last_date.into_iter().chain(Some(newest.from).filter(|_| row.versions.len() > 1));
    if let Some(last) = busy.max().filter(|last| from <= *last) {
        let message = format!(
            "The series {} is in use through {last} already, so a change cannot begin on {from}. \
             Give a later day, or leave `effective_from` out to change it for the next document.",
            row.name
        );
        return refuse_param(Code::ParameterInvalid, "effective_from", message);
    }
    if same(&newest.format, &format) && first.is_none() {
        let message = "Nothing would be different from that day on. Say what changes.";
        return refuse_param(Code::ParameterMissing, "pattern", message);
    }
    let goes_on = first.is_none() && counts_alike(&newest.format, &format);
    let inside = row.period(from).from != from;
    row.versions.push(FormatVersion {
        from,
        first_period_to: Some(from).filter(|_| goes_on && inside),
        first_ordinal: first,
        format,
    });
    row.planned = true;
    check_formats(books, ledger, &row)?;
    Ok(row)
}

/// Takes back what was planned.
pub(super) fn cancel(
    books: &mut Books,
    command: &Command,
    which: &SeriesRef,
) -> Result<Outcome, Halt> {
    let ledger = ledger(books, command.ledger)?;
    let series = series_of(books, ledger.id, which)?;
    if !series.planned {
        let message = format!("No change of the series {} is planned.", series.name);
        return refuse_param(Code::ResourceMissing, "id", message);
    }
    keep(books, command, ledger, without(&series))
}

/// Refuses to change the format of a series while another change of it waits for its day.
pub(super) fn check_none(series: &SeriesRow) -> Result<(), Halt> {
    let Some(plan) = series.plan() else { return Ok(()) };
    let message = format!(
        "The series {} is to change on {}. Take that back first (POST /v1/series/:id/cancel_plan), \
         or plan it anew with `effective_from`.",
        series.name, plan.from
    );
    refuse_param(Code::ParameterInvalid, "effective_from", message)
}

fn without(series: &SeriesRow) -> SeriesRow {
    let mut row = series.clone();
    if row.planned {
        row.versions.pop();
        row.planned = false;
    }
    row
}
