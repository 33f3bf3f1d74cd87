//! Parts of lists that stand newest first by time.

use ledger::model::At;
use store::{AtRange, Page};

use crate::cell::IntoCell;
use crate::page::{Order, Question};

/// Part of a list that stands newest first by time and key, between two bounds that it leaves out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    above: (i64, i64),
    below: (i64, i64),
    order: Order,
    limit: u32,
}

impl Span {
    pub(crate) fn of<Id: Copy>(
        page: Page<(At, Id)>,
        range: AtRange,
        key: impl Fn(Id) -> i64,
    ) -> Span {
        let edge = |(at, id): (At, Id)| (at.0, key(id));
        let mut span = Span {
            above: (range.from.map_or(i64::MIN, |at| at.0), i64::MIN),
            below: (range.to.map_or(i64::MAX, |at| at.0), i64::MAX),
            order: Order::Falling,
            limit: page.limit,
        };
        match (page.starting_after, page.ending_before) {
            (Some(cursor), _) => span.below = span.below.min(edge(cursor)),
            (None, Some(cursor)) => {
                span.above = span.above.max(edge(cursor));
                span.order = Order::Rising;
            }
            (None, None) => {}
        }
        span
    }

    /// Adds the bounds of the columns of time and key, their order, and how many rows to read.
    pub(crate) fn put(&self, question: &mut Question, time: &str, key: &str) {
        for (beyond, (at, id)) in self.bounds() {
            question.with(&format!(" AND ({time}, {key}) {beyond} (?"), at).with(", ?)", id);
        }
        let word = self.order.word();
        question.with(&format!(" ORDER BY {time} {word}, {key} {word} LIMIT ?"), self.wanted());
    }

    /// The same of rows in which a column has a value.
    ///
    /// It says so without an equality, so that only the index over all three columns lies in the
    /// order: whatever the statistics say, no other index is walked.
    pub(crate) fn put_of<T: IntoCell + Copy>(
        &self,
        question: &mut Question,
        (column, value): (&str, T),
        time: &str,
        key: &str,
    ) {
        for (beyond, (at, id)) in self.bounds() {
            let text = format!(" AND ({column}, {time}, {key}) {beyond} (?");
            question.with(&text, value).with(", ?", at).with(", ?)", id);
        }
        let word = self.order.word();
        let order = format!(" ORDER BY {column} {word}, {time} {word}, {key} {word} LIMIT ?");
        question.with(&order, self.wanted());
    }

    /// Makes the page of rows that were read in the span's order, and tells whether more follow.
    pub(crate) fn cut<T>(&self, mut rows: Vec<T>) -> (Vec<T>, bool) {
        let has_more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        if self.order == Order::Rising {
            rows.reverse();
        }
        (rows, has_more)
    }

    /// The same of rows from several lists, each in the span's order: their times and keys.
    pub(crate) fn merge(&self, mut rows: Vec<(i64, i64)>) -> (Vec<i64>, bool) {
        rows.sort_unstable();
        if self.order == Order::Falling {
            rows.reverse();
        }
        let (rows, has_more) = self.cut(rows);
        (rows.into_iter().map(|(_, key)| key).collect(), has_more)
    }

    fn bounds(&self) -> [(&'static str, (i64, i64)); 2] {
        [(">", self.above), ("<", self.below)]
    }

    /// How many rows to read: one more than the page holds tells whether more follow.
    fn wanted(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}
