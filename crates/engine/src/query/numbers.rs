//! Numbers, listed and one by one.

use jiff::civil::Date;
use ledger::command::SeriesRef;
use ledger::id::{CustomerId, LedgerId, Position};
use ledger::model::{FormerRow, Kind, State};
use ledger::outcome::NumberView;
use ledger::{Code, Refusal};
use store::{DateRange, NumberFilter, NumberPage, Page, Reader};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Texts of one number, at most, that are told.
const FORMERS: u32 = 100;

/// Which numbers; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberQuery {
    /// Of a series.
    pub series: Option<SeriesRef>,
    /// Of the period that a day is in; needs `series`.
    pub period: Option<Date>,
    /// In a state.
    pub state: Option<State>,
    /// Of a kind.
    pub kind: Option<Kind>,
    /// Of a customer.
    pub customer: Option<CustomerId>,
    /// With a reference.
    pub reference: Option<String>,
    /// With a text, compared trimmed and case-folded.
    pub number: Option<String>,
    /// Dated between.
    pub date: DateRange,
}

/// A page of numbers, newest given first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberList {
    /// The numbers.
    pub data: Vec<NumberView>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

impl Engine {
    /// Numbers of a ledger, newest given first. The answer refuses a series or a cursor that
    /// is not there, and a period without a series.
    pub fn numbers(
        &self,
        ledger: LedgerId,
        query: NumberQuery,
        page: Page<Position>,
    ) -> Pending<NumberList> {
        self.read(move |reader| {
            let filter = filter(reader, ledger, &query)?;
            lookup::cursors(&page, |id| Ok(reader.number(ledger, id)?.is_some()))?;
            let found = reader.numbers(ledger, &filter, page)?;
            views(reader, ledger, found)
        })
    }

    /// One number.
    pub fn number(&self, ledger: LedgerId, number: Position) -> Pending<Option<NumberView>> {
        self.read(move |reader| {
            let Some(found) = reader.number(ledger, number)? else { return Ok(None) };
            let id = found.sequence.series;
            let series = lookup::series(reader, ledger, &SeriesRef::Id(id))?;
            Ok(Some(NumberView::new(found.row, &found.sequence, &series)))
        })
    }

    /// The texts that numbers had before, the newest first, for each of them.
    pub fn former_numbers(
        &self,
        ledger: LedgerId,
        positions: Vec<Position>,
    ) -> Pending<Vec<Vec<FormerRow>>> {
        self.read(move |reader| {
            let mut all = Vec::with_capacity(positions.len());
            for &position in &positions {
                let before = (Position(position.0.saturating_sub(1)), u64::MAX);
                let mut rows = reader.formers(ledger, before, FORMERS)?;
                rows.retain(|row| row.position == position);
                rows.reverse();
                all.push(rows);
            }
            Ok(all)
        })
    }
}

fn filter(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    query: &NumberQuery,
) -> Result<NumberFilter, EngineError> {
    let series = match &query.series {
        Some(which) => Some(lookup::series(reader, ledger, which)?),
        None => None,
    };
    let period_from = match (query.period, &series) {
        (None, _) => None,
        (Some(date), Some(series)) => Some(series.period(date).from),
        (Some(_), None) => {
            let text = "A period belongs to a series: name the `series` too.";
            return Err(Refusal::of(Code::ParameterMissing, "series", text).into());
        }
    };
    Ok(NumberFilter {
        series: series.map(|series| series.id),
        period_from,
        state: query.state,
        kind: query.kind.clone(),
        customer: query.customer.clone(),
        reference: query.reference.clone(),
        number: query.number.clone(),
        date: query.date,
    })
}

fn views(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    page: NumberPage,
) -> Result<NumberList, EngineError> {
    let ids = page.rows.iter().map(|found| found.sequence.series);
    let series = lookup::series_by_id(reader, ledger, ids)?;
    let view = |found: store::NumberWithPlace| {
        let series = series.get(&found.sequence.series)?;
        Some(NumberView::new(found.row, &found.sequence, series))
    };
    let data = page.rows.into_iter().filter_map(view).collect();
    Ok(NumberList { data, has_more: page.has_more })
}
