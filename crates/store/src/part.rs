//! Parts of lists, as a store reads them: from an edge on, and one row more than is shown, which
//! tells whether more follow.

use jiff::civil::Date;
use ledger::model::{At, NumberRow};

use crate::{AtRange, DateRange, Page};

/// How a part of a list is read: by falling keys, towards older rows, or by rising ones, back
/// towards newer rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest first, as a page shows them.
    Falling,
    /// The oldest first.
    Rising,
}

/// Part of a list that stands newest first, that is, by falling key.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    edge: Option<i64>,
    order: Order,
    limit: u32,
}

/// Part of a list that stands newest first by time and key, between two bounds that it leaves out.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    above: (i64, i64),
    below: (i64, i64),
    order: Order,
    limit: u32,
}

/// Part of a list that stands with the latest day first, and of one day by falling key, between two
/// bounds that it leaves out.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    above: (Date, i64),
    below: (Date, i64),
    order: Order,
    limit: u32,
}

impl Slice {
    /// The part that a page asks for, of rows by a store's own keys.
    pub fn of<Id>(page: Page<Id>, key: impl Fn(Id) -> i64) -> Slice {
        match (page.starting_after, page.ending_before) {
            (None, Some(edge)) => {
                Slice { edge: Some(key(edge)), order: Order::Rising, limit: page.limit }
            }
            (edge, _) => Slice { edge: edge.map(key), order: Order::Falling, limit: page.limit },
        }
    }

    /// How to read it.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The key that it begins behind.
    pub fn edge(&self) -> Option<i64> {
        self.edge
    }

    /// The key that it begins behind; without one, one that is before every other.
    pub fn start(&self) -> i64 {
        self.edge.unwrap_or(match self.order {
            Order::Falling => i64::MAX,
            Order::Rising => i64::MIN,
        })
    }

    /// How many rows to read: one more than the page holds tells whether more follow.
    pub fn wanted(&self) -> usize {
        self.limit as usize + 1
    }

    /// Makes the page of rows that were read in the slice's order, and tells whether more follow.
    pub fn cut<T>(&self, rows: Vec<T>) -> (Vec<T>, bool) {
        cut(rows, self.order, self.limit)
    }
}

impl Span {
    /// The part that a page asks for, within a range of times, of rows by a store's own keys.
    pub fn of<Id: Copy>(page: Page<(At, Id)>, range: AtRange, key: impl Fn(Id) -> i64) -> Span {
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

    /// How to read it.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The times and keys that its rows lie behind: of the first when they rise, of the second when
    /// they fall.
    pub fn bounds(&self) -> [(Order, (i64, i64)); 2] {
        [(Order::Rising, self.above), (Order::Falling, self.below)]
    }

    /// How many rows to read: one more than the page holds tells whether more follow.
    pub fn wanted(&self) -> usize {
        self.limit as usize + 1
    }

    /// Makes the page of rows that were read in the span's order, and tells whether more follow.
    pub fn cut<T>(&self, rows: Vec<T>) -> (Vec<T>, bool) {
        cut(rows, self.order, self.limit)
    }

    /// The same of rows from several lists, each in the span's order: their times and keys.
    pub fn merge(&self, mut rows: Vec<(i64, i64)>) -> (Vec<i64>, bool) {
        rows.sort_unstable();
        if self.order == Order::Falling {
            rows.reverse();
        }
        let (rows, has_more) = self.cut(rows);
        (rows.into_iter().map(|(_, key)| key).collect(), has_more)
    }
}

impl Stretch {
    /// The part that a page asks for, within a range of days, of rows by a store's own keys.
    pub fn of<Id: Copy>(
        page: Page<(Date, Id)>,
        range: DateRange,
        key: impl Fn(Id) -> i64,
    ) -> Stretch {
        let edge = |(date, id): (Date, Id)| (date, key(id));
        let mut stretch = Stretch {
            above: (range.from.unwrap_or(Date::MIN), i64::MIN),
            below: (range.to.unwrap_or(Date::MAX), i64::MAX),
            order: Order::Falling,
            limit: page.limit,
        };
        match (page.starting_after, page.ending_before) {
            (Some(cursor), _) => stretch.below = stretch.below.min(edge(cursor)),
            (None, Some(cursor)) => {
                stretch.above = stretch.above.max(edge(cursor));
                stretch.order = Order::Rising;
            }
            (None, None) => {}
        }
        stretch
    }

    /// How to read it.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The days and keys that its rows lie behind: of the first when they rise, of the second when
    /// they fall.
    pub fn bounds(&self) -> [(Order, (Date, i64)); 2] {
        [(Order::Rising, self.above), (Order::Falling, self.below)]
    }

    /// How many rows to read: one more than the page holds tells whether more follow.
    pub fn wanted(&self) -> usize {
        self.limit as usize + 1
    }

    /// Makes the page of rows that were read in the stretch's order, and tells whether more follow.
    pub fn cut<T>(&self, rows: Vec<T>) -> (Vec<T>, bool) {
        cut(rows, self.order, self.limit)
    }
}

fn cut<T>(mut rows: Vec<T>, order: Order, limit: u32) -> (Vec<T>, bool) {
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    if order == Order::Rising {
        rows.reverse();
    }
    (rows, has_more)
}

/// Takes off the end of a page of a register what the next page begins with; whether there may be
/// more. A page that is full may end among rows of one ordinal: what has it, and those that no
/// document has any more.
pub fn cut_register(rows: &mut Vec<NumberRow>, limit: u32) -> bool {
    if rows.len() < limit as usize {
        return false;
    }
    let last = rows.last().map(|row| row.ordinal);
    if rows.first().map(|row| row.ordinal) != last {
        rows.retain(|row| Some(row.ordinal) != last);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_lies_within_its_days_and_behind_its_edge() {
        let day = |day| jiff::civil::date(2026, 3, day);
        let range = DateRange { from: Some(day(2)), to: Some(day(20)) };
        let edge = Some((day(9), 7));
        let on = Page { starting_after: edge, ending_before: None, limit: 2 };
        let on = Stretch::of(on, range, |id| id);
        let rising = (Order::Rising, (day(2), i64::MIN));
        assert_eq!(on.bounds(), [rising, (Order::Falling, (day(9), 7))]);
        assert_eq!(on.cut(vec![8, 7, 6]), (vec![8, 7], true));
        let back = Page { starting_after: None, ending_before: edge, limit: 2 };
        let back = Stretch::of(back, range, |id| id);
        let falling = (Order::Falling, (day(20), i64::MAX));
        assert_eq!(back.bounds(), [(Order::Rising, (day(9), 7)), falling]);
        assert_eq!(back.cut(vec![8, 9]), (vec![9, 8], false));
        assert_eq!((back.order(), back.wanted()), (Order::Rising, 3));
    }

    fn page(starting_after: Option<i64>, ending_before: Option<i64>) -> Page<i64> {
        Page { starting_after, ending_before, limit: 2 }
    }

    #[test]
    fn a_page_back_is_read_from_its_edge_and_shown_newest_first() {
        let on = Slice::of(page(Some(9), None), |id| id);
        assert_eq!((on.order(), on.edge(), on.start()), (Order::Falling, Some(9), 9));
        assert_eq!(on.cut(vec![8, 7, 6]), (vec![8, 7], true));
        let back = Slice::of(page(None, Some(4)), |id| id);
        assert_eq!((back.order(), back.edge(), back.start()), (Order::Rising, Some(4), 4));
        assert_eq!(back.cut(vec![5, 6, 7]), (vec![6, 5], true));
        assert_eq!(back.cut(vec![5, 6]), (vec![6, 5], false));
        let first = Slice::of(page(None, None), |id| id);
        assert_eq!((first.edge(), first.start(), first.wanted()), (None, i64::MAX, 3));
    }

    #[test]
    fn a_span_lies_within_its_range_and_behind_its_edge() {
        let range = AtRange { from: Some(At(10)), to: Some(At(20)) };
        let timed = |page: Page<i64>| page.map(|id| (At(15), id));
        let on = Span::of(timed(page(Some(3), None)), range, |id| id);
        assert_eq!(on.bounds(), [(Order::Rising, (10, i64::MIN)), (Order::Falling, (15, 3))]);
        assert_eq!(on.merge(vec![(14, 1), (11, 2), (15, 2), (12, 9)]), (vec![2, 1], true));
        let back = Span::of(timed(page(None, Some(3))), range, |id| id);
        assert_eq!(back.bounds(), [(Order::Rising, (15, 3)), (Order::Falling, (20, i64::MAX))]);
        assert_eq!(back.merge(vec![(19, 1), (16, 2), (15, 4)]), (vec![2, 4], true));
        assert_eq!((back.order(), back.wanted()), (Order::Rising, 3));
    }
}
