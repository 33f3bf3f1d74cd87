//! Merging the days of a range, each of which lies in the order of positions.

use std::collections::{BinaryHeap, VecDeque};

use jiff::civil::Date;
use store::{Order, Slice, StoreError};

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
    let mut days = days(session, chosen, slice)?;
    let mut found = Vec::new();
    while found.len() < slice.wanted()
        && let Some(mut day) = days.pop()
    {
        match day.ahead.pop_front() {
            Some(position) => {
                found.push(position);
                day.nearest = position;
                day.passed = true;
            }
            // Nobody looked yet whether the nearest passes the rest of the filter.
            None => day.ahead = ahead(session, chosen, slice, &day)?,
        }
        if let Some(&next) = day.ahead.front() {
            day.nearest = next;
            days.push(day);
        } else if day.passed {
            // What was read ahead is used up; more may follow.
            day.ahead = ahead(session, chosen, slice, &day)?;
            if let Some(&next) = day.ahead.front() {
                day.nearest = next;
                days.push(day);
            }
        }
    }
    Ok(found)
}

/// A day, ordered by how soon its next position comes.
#[derive(Debug)]
struct Day {
    date: Date,
    order: Order,
    /// The next position, or the one given last.
    nearest: i64,
    /// Whether `nearest` was given already.
    passed: bool,
    /// Positions that pass the filter.
    ahead: VecDeque<i64>,
}

impl Day {
    fn rank(&self) -> i64 {
        match self.order {
            Order::Falling => self.nearest,
            Order::Rising => -self.nearest,
        }
    }
}

impl Ord for Day {
    fn cmp(&self, other: &Day) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Day {
    fn partial_cmp(&self, other: &Day) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Day {
    fn eq(&self, other: &Day) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Day {}

fn days(
    session: &Session,
    chosen: &Chosen<'_>,
    slice: &Slice,
) -> Result<BinaryHeap<Day>, StoreError> {
    let order = slice.order();
    let (from, to) = chosen.dates();
    let sql = match order {
        Order::Falling => DAYS_FALLING,
        Order::Rising => DAYS_RISING,
    };
    let values = values![chosen.ledger(), from, to, slice.start()];
    let found =
        session.all(sql, values, |fields| Ok((fields.date()?, fields.get::<Option<i64>>()?)))?;
    let day = |(date, nearest): (Date, Option<i64>)| {
        Some(Day { date, order, nearest: nearest?, passed: false, ahead: VecDeque::new() })
    };
    Ok(found.into_iter().filter_map(day).collect())
}

/// The next positions of a day that pass the filter, from its nearest on.
fn ahead(
    session: &Session,
    chosen: &Chosen<'_>,
    slice: &Slice,
    day: &Day,
) -> Result<VecDeque<i64>, StoreError> {
    let order = slice.order();
    let mut question = Question::new("SELECT n.position FROM number n WHERE".to_owned());
    question.with(" n.ledger_id = ?", chosen.ledger());
    question.behind(("n.date", day.date), ("n.position", day.nearest), order, !day.passed);
    chosen.compare_all(&mut question);
    question.in_order_of(Some("n.date"), "n.position", order, slice.wanted() as i64);
    session.ask(question, |fields| fields.get()).map(VecDeque::from)
}
