//! What a period's label means for a list of numbers.

use engine::NumberQuery;
use numbering::Period;
use store::Page;
use wire::Problem;
use wire::request::labelled_days;

use crate::call::Call;
use crate::failure::Failure;

/// Restricts a query to a period: of the series, when it names one, else to the label's days.
pub(super) async fn restrict(
    call: &Call,
    query: &mut NumberQuery,
    label: &str,
) -> Result<(), Failure> {
    let settings = call.engine.locks(call.ledger()).await?;
    let Some(days) = labelled_days(label, settings.fiscal_year_start) else {
        let message = format!(
            "`period` is {label:?}. Expected a period's label, such as 2026, 2025-26, 2026-Q3, \
             2026-05, 2026-W07 or 2026-05-03.",
        );
        return Err(Problem::of(ledger::Code::ParameterInvalid, "period", message).into());
    };
    if let Some(which) = &query.series {
        let row = call.engine.one_series(call.ledger(), which.clone()).await?.row;
        // A period that a changed reset cut short may lack the first or the last of its days.
        // What it is called was fixed when it was first used, so its numbers tell.
        for day in [days.from, days.to.yesterday().unwrap_or(days.to)] {
            let from = row.period(day).from;
            let of_period = NumberQuery {
                series: Some(which.clone()),
                period: Some(from),
                ..NumberQuery::default()
            };
            let one = Page { starting_after: None, ending_before: None, limit: 1 };
            let found = call.engine.numbers(call.ledger(), of_period, one).await?;
            if found.data.first().is_some_and(|view| view.period_label == label) {
                query.period = Some(from);
                return Ok(());
            }
        }
    }
    let last = if days == Period::ALL { days.to } else { days.to.yesterday().unwrap_or(days.to) };
    query.date.from = query.date.from.max(Some(days.from));
    query.date.to = Some(query.date.to.map_or(last, |to| to.min(last)));
    Ok(())
}
