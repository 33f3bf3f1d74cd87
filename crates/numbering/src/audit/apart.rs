//! Formats of a few numbers beside thousands: slips, not series.

use super::share::Group;

/// The most rows that a slip has, and how many times as many the list must have.
const FEW: usize = 3;
const TIMES: usize = 100;

/// Takes out the groups that are slips; answers their formats. A small group at the beginning or
/// the end of the list's dates stays, as the format changed there, and so does one that
/// `may_be_small`.
pub(super) fn split_off(
    groups: &mut Vec<Group>,
    rows: usize,
    may_be_small: impl Fn(&Group) -> bool,
) -> Vec<usize> {
    let dates = |group: &Group| {
        let dates = group.entries.iter().filter_map(|entry| entry.date);
        dates.clone().min().zip(dates.max())
    };
    let large = groups.iter().filter(|group| !is_small(group, rows));
    let spans: Vec<_> = large.filter_map(dates).collect();
    let earliest = spans.iter().map(|(first, _)| *first).min();
    let latest = spans.iter().map(|(_, last)| *last).max();
    let mut formats = Vec::new();
    groups.retain(|group| {
        let at_an_end = dates(group).is_some_and(|(first, last)| {
            latest.is_some_and(|latest| first >= latest)
                || earliest.is_some_and(|earliest| last < earliest)
        });
        let stays = !is_small(group, rows) || at_an_end || may_be_small(group);
        if !stays {
            formats.extend_from_slice(&group.formats);
        }
        stays
    });
    formats
}

fn is_small(group: &Group, rows: usize) -> bool {
    is_slip(group.entries.len(), rows)
}

/// Whether so many rows of a list are too few to be a series.
pub(super) fn is_slip(count: usize, rows: usize) -> bool {
    count <= FEW && rows >= TIMES * count
}
