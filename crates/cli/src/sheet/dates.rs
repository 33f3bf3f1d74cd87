//! The dates in a column.

use jiff::civil::Date;

use super::{Column, Record, Sheet};
use crate::date::{Unclear, Writing};
use crate::failure::Failure;

impl Sheet {
    /// The date of each record in a column; nothing where nothing stands.
    ///
    /// # Errors
    /// A date is unreadable, or it cannot be told how the column writes its dates.
    pub(crate) fn dates(
        &self,
        column: Column,
        writing: Option<Writing>,
    ) -> Result<Vec<Option<Date>>, Failure> {
        let texts: Vec<_> = self.rows().iter().map(|record| self.value(*record, column)).collect();
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
                Some(date) => Ok(Some(date)),
                None => Err(self.unreadable(*record, column)),
            },
        })
        .collect()
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
