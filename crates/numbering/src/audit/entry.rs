//! Numbers in the order of their counter.

use jiff::civil::Date;

use crate::{
    Ordinal, Period,
    infer::learn::{Agreement, Lesson},
};

/// One row in its counter. Within a customer's counter it sorts by period, ordinal, row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// Whose counter it is in; 0 where customers have none.
    pub(super) customer: u32,
    pub(super) period: Period,
    pub(super) ordinal: Ordinal,
    row: u32,
    format: u32,
    /// The document's date; none where the number shows another one.
    pub(super) date: Option<Date>,
}

impl Entry {
    pub(super) fn row(&self) -> usize {
        self.row as usize
    }

    pub(super) fn format(&self) -> usize {
        self.format as usize
    }

    /// What decides whether two rows hold the same place.
    pub(super) fn place(&self) -> (Period, Ordinal) {
        (self.period, self.ordinal)
    }
}

/// The entries of all rows that a format reads; `customer` answers whose a row is.
pub(super) fn entries(lesson: &Lesson, customer: impl Fn(usize) -> u32) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut last: Vec<Option<(Date, Period)>> = vec![None; lesson.formats.len()];
    for (row, place) in lesson.places.iter().enumerate() {
        let Some(place) = place else { continue };
        let format = &lesson.formats[place.format].format;
        let period = match (place.date, last[place.format]) {
            (None, _) => Period::ALL,
            (Some(date), Some((same, period))) if date == same => period,
            (Some(date), _) => format.period(date),
        };
        last[place.format] = place.date.map(|date| (date, period));
        let (Ok(index), Ok(format)) = (u32::try_from(row), u32::try_from(place.format)) else {
            continue;
        };
        entries.push(Entry {
            customer: customer(row),
            period,
            ordinal: place.ordinal,
            row: index,
            format,
            date: place.date.filter(|_| place.agreement == Agreement::Same),
        });
    }
    entries
}
