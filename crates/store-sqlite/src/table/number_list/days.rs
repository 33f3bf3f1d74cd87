//! Merging the days of a range, each of which lies in the order of positions.

use store::{Day, Order, Slice, StoreError, merge_days};

use super::filter::Chosen;
use crate::page::{InSql, Question};
use crate::session::Session;

/// The days of a range that have numbers, found by leaps from one to the next, each with the
/// position nearest to the slice's edge.
const DAYS_FALLING: &str = "WITH RECURSIVE day (date) AS ( \
    SELECT min(n.date) FROM number n WHERE n.ledger_id = ?1 AND n.date >= ?2 AND n.date <= ?3 \
    UNION ALL SELECT (SELECT min(n.date) FROM number n WHERE n.ledger_id = ?1 \
    AND n.date > day.date AND n.date <= ?3) FROM day WHERE day.date IS NOT NULL) \
    SELECT day.date, (SELECT max(n.number_id) FROM number n WHERE n.ledger_id = ?1 \
    AND n.date = day.date AND n.number_id < ?4) FROM day WHERE day.date IS NOT NULL";

const DAYS_RISING: &str = "WITH RECURSIVE day (date) AS ( \
    SELECT min(n.date) FROM number n WHERE n.ledger_id = ?1 AND n.date >= ?2 AND n.date <= ?3 \
    UNION ALL SELECT (SELECT min(n.date) FROM number n WHERE n.ledger_id = ?1 \
    AND n.date > day.date AND n.date <= ?3) FROM day WHERE day.date IS NOT NULL) \
    SELECT day.date, (SELECT min(n.number_id) FROM number n WHERE n.ledger_id = ?1 \
    AND n.date = day.date AND n.number_id > ?4) FROM day WHERE day.date IS NOT NULL";

/// The first positions of the slice over all days of the range.
pub(super) fn merge(
    session: &Session,
    chosen: &Chosen<'_>,
    slice: &Slice,
) -> Result<Vec<i64>, StoreError> {
    let days = days(session, chosen, slice)?;
    merge_days(days, slice.wanted(), |day| ahead(session, chosen, slice, day))
}

fn days(
    session: &Session,
    chosen: &Chosen<'_>,
    slice: &Slice,
) -> Result<Vec<Day<i64>>, StoreError> {
    let order = slice.order();
    let (from, to) = chosen.dates();
    let (sql, open) = match order {
        Order::Falling => (DAYS_FALLING, i64::MAX),
        Order::Rising => (DAYS_RISING, 0),
    };
    let params = (chosen.ledger(), from, to, slice.edge().unwrap_or(open));
    let found = session
        .all(sql, params, |fields| Ok((fields.get::<i64>()?, fields.get::<Option<i64>>()?)))?;
    let day = |(date, nearest): (i64, Option<i64>)| Some(Day::new(date, nearest?, order));
    Ok(found.into_iter().filter_map(day).collect())
}

/// The next positions of a day that pass the filter, from its nearest on.
fn ahead(
    session: &Session,
    chosen: &Chosen<'_>,
    slice: &Slice,
    day: &Day<i64>,
) -> Result<Vec<i64>, StoreError> {
    let order = slice.order();
    let same = if day.passed { "" } else { "=" };
    let mut question =
        Question::new("SELECT n.number_id FROM number n INDEXED BY number_date WHERE".to_owned());
    question.with(" n.ledger_id = ?", chosen.ledger()).with(" AND n.date = ?", day.date);
    question.with(&format!(" AND n.number_id {}{same} ?", order.beyond()), day.nearest);
    chosen.compare_all(&mut question);
    question.text(" ORDER BY n.number_id ").text(order.word());
    question.with(" LIMIT ?", slice.wanted() as i64);
    session.ask(question, |fields| fields.get())
}
