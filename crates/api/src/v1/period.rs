//! What a period's label means for what a request is about.

use engine::{NumberQuery, Part};
use ledger::command::SeriesRef;
use numbering::Period;
use store::{DateRange, Page};
use wire::Problem;
use wire::request::{PartFields, labelled_days};

use crate::call::Call;
use crate::failure::Failure;

/// A period as it is looked for.
enum Meant {
    /// A period of the series.
    Period(Period),
    /// What is dated between days.
    Days(DateRange),
}

/// Restricts a query to a period: of the series, when it names one, else to the label's days.
pub(super) async fn restrict(
    call: &Call,
    query: &mut NumberQuery,
    label: &str,
) -> Result<(), Failure> {
    match meant(call, query.series.as_ref(), label).await? {
        Meant::Period(period) => query.period = Some(period.from),
        Meant::Days(days) => query.date = cut(query.date, days),
    }
    Ok(())
}

/// The part of the ledger that a request is about.
pub(super) async fn part(call: &Call, fields: PartFields) -> Result<Part, Failure> {
    let mut part = Part {
        series: fields.series,
        period: None,
        customer: fields.customer,
        date: DateRange { from: fields.from, to: fields.to },
    };
    if let Some(label) = &fields.period {
        match meant(call, part.series.as_ref(), label).await? {
            Meant::Period(period) => part.period = Some(period.from),
            Meant::Days(days) => part.date = cut(part.date, days),
        }
    }
    Ok(part)
}

fn cut(given: DateRange, days: DateRange) -> DateRange {
    DateRange { from: given.from.max(days.from), to: given.to.into_iter().chain(days.to).min() }
}

async fn meant(call: &Call, series: Option<&SeriesRef>, label: &str) -> Result<Meant, Failure> {
    let settings = call.engine.locks(call.ledger()).await?;
    let Some(days) = labelled_days(label, settings.fiscal_year_start) else {
        let message = format!(
            "`period` is {label:?}. Expected a period's label, such as 2026, 2025-26, 2026-Q3, \
             2026-05, 2026-W07 or 2026-05-03.",
        );
        return Err(Problem::of(ledger::Code::ParameterInvalid, "period", message).into());
    };
    if let Some(which) = series {
        let row = call.engine.one_series(call.ledger(), which.clone()).await?.row;
        // A period that a changed reset cut short may lack the first or the last of its days.
        // What it is called was fixed when it was first used, so its numbers tell.
        for day in [days.from, days.to.yesterday().unwrap_or(days.to)] {
            let period = row.period(day);
            let of_period = NumberQuery {
                series: Some(which.clone()),
                period: Some(period.from),
                ..NumberQuery::default()
            };
            let one = Page { starting_after: None, ending_before: None, limit: 1 };
            let found = call.engine.numbers(call.ledger(), of_period, one).await?;
            if found.data.first().is_some_and(|view| view.period_label == label) {
                return Ok(Meant::Period(period));
            }
        }
    }
    let last = if days == Period::ALL { days.to } else { days.to.yesterday().unwrap_or(days.to) };
    Ok(Meant::Days(DateRange { from: Some(days.from), to: Some(last) }))
}
