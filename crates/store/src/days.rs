//! Lists over a range of dates, of which each day lies in order.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use crate::Order;

/// A day of a list, and how far it was read. Days are ordered by how soon their next key comes.
#[derive(Clone, Debug)]
pub struct Day<Date> {
    /// The date, as a store keeps it.
    pub date: Date,
    /// The next key, or the one given last.
    pub nearest: i64,
    /// Whether `nearest` was given already.
    pub passed: bool,
    order: Order,
    /// Keys that pass the filter.
    ahead: VecDeque<i64>,
}

impl<Date> Day<Date> {
    /// A day of which nothing was read yet but its nearest key, whatever the filter says of that.
    pub fn new(date: Date, nearest: i64, order: Order) -> Day<Date> {
        Day { date, nearest, passed: false, order, ahead: VecDeque::new() }
    }

    fn rank(&self) -> i64 {
        match self.order {
            Order::Falling => self.nearest,
            Order::Rising => -self.nearest,
        }
    }
}

impl<Date> Ord for Day<Date> {
    fn cmp(&self, other: &Day<Date>) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl<Date> PartialOrd for Day<Date> {
    fn partial_cmp(&self, other: &Day<Date>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<Date> PartialEq for Day<Date> {
    fn eq(&self, other: &Day<Date>) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<Date> Eq for Day<Date> {}

/// The first keys over all days, as many as are wanted. `read` gives the next keys of a day that
/// pass the filter, from its nearest on or, where that was given, behind it; none when there are no
/// more.
///
/// # Errors
/// What `read` meets.
pub fn merge_days<Date, E>(
    days: impl IntoIterator<Item = Day<Date>>,
    wanted: usize,
    mut read: impl FnMut(&Day<Date>) -> Result<Vec<i64>, E>,
) -> Result<Vec<i64>, E> {
    let mut days: BinaryHeap<_> = days.into_iter().collect();
    let mut found = Vec::new();
    while found.len() < wanted
        && let Some(mut day) = days.pop()
    {
        if let Some(key) = day.ahead.pop_front() {
            found.push(key);
            (day.nearest, day.passed) = (key, true);
        }
        // Nobody looked yet whether the nearest passes the filter, or what was read is used up.
        if day.ahead.is_empty() && found.len() < wanted {
            day.ahead = read(&day)?.into();
        }
        if let Some(&next) = day.ahead.front() {
            day.nearest = next;
            days.push(day);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Merges days of which only even keys pass, two keys a time; counts how often was read.
    fn merge(lists: &[&[i64]], wanted: usize, order: Order) -> (Vec<i64>, usize) {
        let days = lists.iter().enumerate().map(|(date, keys)| Day::new(date, keys[0], order));
        let mut reads = 0;
        let found = merge_days(days, wanted, |day| {
            reads += 1;
            let behind = lists[day.date].iter().skip_while(|key| **key != day.nearest);
            let behind = behind.skip(usize::from(day.passed));
            Ok::<_, ()>(behind.copied().filter(|key| key % 2 == 0).take(2).collect())
        });
        (found.expect("no errors"), reads)
    }

    #[test]
    fn days_are_merged_and_read_no_further_than_needed() {
        let lists: [&[i64]; 3] = [&[19, 16, 8, 6], &[18, 12, 5, 2], &[15, 13, 11]];
        assert_eq!(merge(&lists, 4, Order::Falling), (vec![18, 16, 12, 8], 4));
        assert_eq!(merge(&lists, 9, Order::Falling).0, [18, 16, 12, 8, 6, 2]);
        let rising: [&[i64]; 2] = [&[1, 4, 6], &[2, 3, 8]];
        assert_eq!(merge(&rising, 3, Order::Rising), (vec![2, 4, 6], 2));
        assert_eq!(merge(&rising, 9, Order::Rising).0, [2, 4, 6, 8]);
    }
}
