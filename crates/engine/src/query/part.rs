//! A part of a ledger, as callers name it.

use jiff::civil::Date;
use ledger::command::SeriesRef;
use ledger::id::{CustomerId, LedgerId, ScopeKey};
use ledger::{Code, Refusal};
use store::{DateRange, Reader, Within};

use crate::error::EngineError;
use crate::lookup;

/// A part of a ledger; what is missing does not limit it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Of a series.
    pub series: Option<SeriesRef>,
    /// Of the period that a day is in; needs `series`.
    pub period: Option<Date>,
    /// Of a customer, where customers have counters of their own.
    pub customer: Option<CustomerId>,
    /// Dated between.
    pub date: DateRange,
}

impl Part {
    /// The part as a store knows it. Refuses a series that is not there, and a period without one.
    pub(crate) fn within(
        &self,
        reader: &mut dyn Reader,
        ledger: LedgerId,
    ) -> Result<Within, EngineError> {
        let series = match &self.series {
            Some(which) => Some(lookup::series(reader, ledger, which)?),
            None => None,
        };
        let mut within = Within {
            series: series.as_ref().map(|row| row.id),
            scope: self.customer.clone().map(|customer| ScopeKey(customer.0)),
            period_from: None,
            date: self.date,
        };
        match (self.period, &series) {
            (None, _) => {}
            (Some(day), Some(series)) => {
                let period = series.period(day);
                let last = period.to.yesterday().unwrap_or(period.to);
                within.period_from = Some(period.from);
                within.date.from = within.date.from.max(Some(period.from));
                within.date.to = Some(within.date.to.map_or(last, |to| to.min(last)));
            }
            (Some(_), None) => {
                let text = "A period belongs to a series: name the `series` too.";
                return Err(Refusal::of(Code::ParameterMissing, "series", text).into());
            }
        }
        Ok(within)
    }
}
