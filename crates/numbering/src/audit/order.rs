//! Dates that go back while the numbers go on.

use super::{Dated, OrderBreak, Row, entry::Entry, share::Group};

/// Every pair of neighbours by ordinal, in one period of one counter, of which the second has
/// the earlier date. Rows without a date, or with a date that their number contradicts, are
/// stepped over.
pub(super) fn order_breaks(rows: &[Row<'_>], groups: &[Group]) -> Vec<OrderBreak> {
    let mut breaks = Vec::new();
    for group in groups {
        let mut before: Option<&Entry> = None;
        for after in group.entries.iter().filter(|entry| entry.date.is_some()) {
            if let Some(before) = before
                && before.period == after.period
                && before.ordinal < after.ordinal
                && before.date > after.date
            {
                breaks.extend(
                    dated(rows, before)
                        .zip(dated(rows, after))
                        .map(|(before, after)| OrderBreak { before, after }),
                );
            }
            before = Some(after);
        }
    }
    breaks
}

fn dated(rows: &[Row<'_>], entry: &Entry) -> Option<Dated> {
    let Row { number, line, .. } = rows[entry.row()];
    Some(Dated { row: entry.row(), line, number: number.trim().to_owned(), date: entry.date? })
}
