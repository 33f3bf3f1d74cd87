//! Formats of a few numbers beside thousands: slips, not series.

use super::share::Group;

/// The most rows that a slip has, and how many times as many the list must have.
const FEW: usize = 3;
const TIMES: usize = 100;

/// Takes out the groups that are slips; answers their formats. A small group at the beginning or
/// the end of the list's dates stays: the format changed there.
pub(super) fn split_off(groups: &mut Vec<Group>, rows: usize) -> Vec<usize> {
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
        let stays = !is_small(group, rows) || at_an_end;
        if !stays {
            formats.extend_from_slice(&group.formats);
        }
        stays
    });
    formats
}

fn is_small(group: &Group, rows: usize) -> bool {
    group.entries.len() <= FEW && rows >= TIMES * group.entries.len()
}
