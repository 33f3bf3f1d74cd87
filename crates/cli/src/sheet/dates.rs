//! The dates in a column.

use std::borrow::Cow;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Column, Record, Sheet};
use crate::date::{Told, Unclear, Writing};
use crate::failure::Failure;

/// The dates of a column.
pub(crate) struct Dates {
    /// The date of each record; nothing where nothing stands.
    pub(crate) each: Vec<Option<Date>>,
    /// The zone that made days of instants, where there were any.
    pub(crate) zone: Option<TimeZone>,
}

impl Sheet {
    /// The dates in a column. One with an offset is an instant, and the day that it is in the zone,
    /// which is only asked for where it is needed.
    ///
    /// # Errors
    /// A date is unreadable, it cannot be told how the column writes its dates, or the zone is not
    /// known.
    pub(crate) fn dates(
        &self,
        column: Column,
        writing: Option<Writing>,
        zone: impl FnOnce() -> Result<TimeZone, Failure>,
    ) -> Result<Dates, Failure> {
        let told = self.told(column, writing)?;
        let has_instants = told.iter().flatten().any(|told| told.is_instant());
        let zone = has_instants.then(zone).transpose()?;
        let of_days = zone.clone().unwrap_or(TimeZone::UTC);
        let day = |(record, told): (&Record, &Option<Told>)| match told {
            None => Ok(None),
            Some(told) => match told.day(&of_days) {
                Some(day) => Ok(Some(day)),
                None => Err(self.unreadable(*record, column)),
            },
        };
        let each = self.rows().iter().zip(&told).map(day).collect::<Result<_, _>>()?;
        Ok(Dates { each, zone })
    }

    /// What the file tells of each record's date.
    fn told(&self, column: Column, writing: Option<Writing>) -> Result<Vec<Option<Told>>, Failure> {
        let texts: Vec<_> = self.rows().iter().map(|record| self.moment(*record, column)).collect();
        let filled = texts.iter().map(AsRef::as_ref).enumerate();
        let filled = filled.filter(|(_, text): &(usize, &str)| !text.is_empty());
        let writing = match writing {
            Some(writing) => writing,
            None if filled.clone().next().is_none() => Writing::Iso,
            None => {
                Writing::of_column(filled.clone().map(|(_, text)| text)).map_err(|unclear| {
                    match unclear {
                        Unclear::Ambiguous => self.ambiguous(column),
                        Unclear::Unreadable(place) => {
                            let place = filled.clone().nth(place).map_or(0, |(place, _)| place);
                            self.unreadable(self.rows()[place], column)
                        }
                    }
                })?
            }
        };
        let each = self.rows().iter().zip(&texts);
        each.map(|(record, text)| match text.as_ref() {
            "" => Ok(None),
            text => match writing.read(text) {
                Some(told) => Ok(Some(told)),
                None => Err(self.unreadable(*record, column)),
            },
        })
        .collect()
    }

    /// The text of a date; an instant where the column's heading says that its times are in UTC, as
    /// those of Stripe's export do.
    fn moment(&self, record: Record, column: Column) -> Cow<'_, str> {
        let text = self.value(record, column);
        match self.name(column).ends_with("(UTC)") && text.contains(':') {
            true if !text.ends_with('Z') => Cow::Owned(format!("{text}Z")),
            _ => text,
        }
    }

    fn ambiguous(&self, column: Column) -> Failure {
        let problem = format!(
            "days and months cannot be told apart in column '{}'; say which comes first with \
             --date-order day-first or month-first",
            self.name(column)
        );
        self.refuse_whole(problem).about("date_order")
    }

    fn unreadable(&self, record: Record, column: Column) -> Failure {
        let problem = format!(
            "'{}' in column '{}' is no date, or not written like those above it; write \
             YYYY-MM-DD with a day that exists",
            self.value(record, column),
            self.name(column)
        );
        self.refuse(record, problem)
    }
}
