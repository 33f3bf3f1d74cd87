//! Merging the days of a range, each of which lies in the order of positions.

use jiff::civil::Date;
use store::{Day, Order, Slice, StoreError, merge_days};

use super::filter::Chosen;
use crate::page::Question;
use crate::session::Session;
use crate::trip::values;

/// The days of a range that have numbers, found by leaps from one to the next, each with the
/// position nearest to the slice's edge.
macro_rules! days {
    ($beyond:literal, $within:literal, $word:literal) => {
        concat!(
            "WITH RECURSIVE day (date) AS ((SELECT n.date FROM number n WHERE n.ledger_id = $1 \
             AND n.date >= $2 AND n.date <= $3 ORDER BY n.date LIMIT 1) \
             UNION ALL SELECT (SELECT n.date FROM number n WHERE n.ledger_id = $1 \
             AND n.date > day.date AND n.date <= $3 ORDER BY n.date LIMIT 1) FROM day \
             WHERE day.date IS NOT NULL) SELECT day.date, (SELECT n.position FROM number n \
             WHERE n.ledger_id = $1 AND (n.date, n.position) ",
            $beyond,
            " (day.date, $4) AND n.date ",
            $within,
            " day.date ORDER BY n.date ",
            $word,
            ", n.position ",
            $word,
            " LIMIT 1) FROM day WHERE day.date IS NOT NULL"
        )
    };
}

const DAYS_FALLING: &str = days!("<", ">=", "DESC");
const DAYS_RISING: &str = days!(">", "<=", "ASC");

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
) -> Result<Vec<Day<Date>>, StoreError> {
    let order = slice.order();
    let (from, to) = chosen.dates();
    let sql = match order {
        Order::Falling => DAYS_FALLING,
        Order::Rising => DAYS_RISING,
    };
    let values = values![chosen.ledger(), from, to, slice.start()];
    let found =
        session.all(sql, values, |fields| Ok((fields.date()?, fields.get::<Option<i64>>()?)))?;
    let day = |(date, nearest): (Date, Option<i64>)| Some(Day::new(date, nearest?, order));
    Ok(found.into_iter().filter_map(day).collect())
}

/// The next positions of a day that pass the filter, from its nearest on.
fn ahead(
    session: &Session,
    chosen: &Chosen<'_>,
    slice: &Slice,
    day: &Day<Date>,
) -> Result<Vec<i64>, StoreError> {
    let order = slice.order();
    let mut question = Question::new("SELECT n.position FROM number n WHERE".to_owned());
    question.with(" n.ledger_id = ?", chosen.ledger());
    question.behind(("n.date", day.date), ("n.position", day.nearest), order, !day.passed);
    chosen.compare_all(&mut question);
    question.in_order_of(Some("n.date"), "n.position", order, slice.wanted() as i64);
    session.ask(question, |fields| fields.get())
}
