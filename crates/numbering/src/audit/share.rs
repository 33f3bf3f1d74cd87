//! Which formats take their ordinals from one counter.

use super::{
    entry::Entry,
    kind::{Side, kind_texts, sides_alike},
};
use crate::infer::learn::Learned;

/// Formats on one counter, with all their entries in order.
#[derive(Debug)]
pub(super) struct Group {
    /// Whose counter it is; 0 where customers have none.
    pub(super) customer: u32,
    /// The formats, the most used first.
    pub(super) formats: Vec<usize>,
    pub(super) entries: Vec<Entry>,
    pub(super) relation: Relation,
}

/// How the formats of a group belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// There is one only, or one followed the other.
    Succession,
    /// They are used side by side and differ in the text of one side.
    Kinds(Side),
}

impl Group {
    /// What `{kind}` prints for a format of the group.
    pub(super) fn kind_text(&self, formats: &[Learned], format: usize) -> Option<String> {
        let Relation::Kinds(side) = self.relation else { return None };
        let place = self.formats.iter().position(|other| *other == format)?;
        Some(kind_texts(formats, &self.formats, side).texts.swap_remove(place))
    }
}

/// Puts formats together that share a counter: written alike but for one text, never the same
/// ordinal twice, and counting through each other or on from each other in the order of dates.
/// Customers share nothing.
pub(super) fn share(formats: &[Learned], mut entries: Vec<Entry>) -> Vec<Group> {
    entries.sort_unstable_by_key(|entry| (entry.customer, entry.format(), *entry));
    let of_customers = entries.chunk_by(|one, other| one.customer == other.customer);
    of_customers.flat_map(|of_customer| share_of_customer(formats, of_customer)).collect()
}

fn share_of_customer(formats: &[Learned], entries: &[Entry]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_size: Vec<&[Entry]> =
        entries.chunk_by(|one, other| one.format() == other.format()).collect();
    by_size.sort_by_key(|entries| std::cmp::Reverse(entries.len()));
    for entries in by_size {
        let format = entries[0].format();
        let joined = groups.iter_mut().find_map(|group| {
            let relation = relation(formats, group, format, entries)?;
            Some((group, relation))
        });
        match joined {
            Some((group, relation)) => {
                group.relation = relation;
                group.formats.push(format);
                group.entries.extend_from_slice(entries);
                // Two sorted runs: a stable sort merges them.
                group.entries.sort();
            }
            None => groups.push(Group {
                customer: entries[0].customer,
                formats: vec![format],
                entries: entries.to_vec(),
                relation: Relation::Succession,
            }),
        }
    }
    groups
}

/// How a format belongs to a group, if it does.
fn relation(
    formats: &[Learned],
    group: &Group,
    format: usize,
    entries: &[Entry],
) -> Option<Relation> {
    let main = &formats[*group.formats.first()?];
    let other = &formats[format];
    if main.format.reset != other.format.reset {
        return None;
    }
    let side = sides_alike(main, other)?;
    let fits = match group.relation {
        Relation::Kinds(side_of_group) => side.is_none_or(|side| side == side_of_group),
        Relation::Succession => true,
    };
    if !fits || !are_disjoint(&group.entries, entries) {
        return None;
    }
    match side {
        Some(side) if main.width == other.width && interleave(&group.entries, entries) => {
            Some(Relation::Kinds(side))
        }
        _ if follow(&group.entries, entries) || follow(entries, &group.entries) => {
            Some(group.relation)
        }
        _ => None,
    }
}

fn are_disjoint(many: &[Entry], few: &[Entry]) -> bool {
    few.iter().all(|entry| many.binary_search_by_key(&entry.place(), Entry::place).is_err())
}

/// Whether the few stand between the many, by ordinal and by date.
fn interleave(many: &[Entry], few: &[Entry]) -> bool {
    let (mut inside, mut misplaced) = (0_usize, 0_usize);
    for entry in few {
        let at = many.partition_point(|other| other.place() < entry.place());
        let same_period = |other: &&Entry| other.period == entry.period;
        let below = at.checked_sub(1).and_then(|below| many.get(below)).filter(same_period);
        let above = many.get(at).filter(same_period);
        if below.is_some() && above.is_some() {
            inside += 1;
        }
        if !in_date_order(below, Some(entry)) || !in_date_order(Some(entry), above) {
            misplaced += 1;
        }
    }
    inside > 0 && inside * 2 >= few.len() && misplaced * 50 <= few.len()
}

fn in_date_order(lower: Option<&Entry>, higher: Option<&Entry>) -> bool {
    match (lower.and_then(|entry| entry.date), higher.and_then(|entry| entry.date)) {
        (Some(lower), Some(higher)) => lower <= higher,
        _ => true,
    }
}

/// Whether the later ones go on where the earlier ones end, in one period.
fn follow(earlier: &[Entry], later: &[Entry]) -> bool {
    let (Some(last), Some(first)) = (earlier.last(), later.first()) else { return false };
    let (end, start) = (last.ordinal.get(), first.ordinal.get());
    let near = end < start && start - end <= end / 10 + 10;
    let latest = earlier.iter().filter_map(|entry| entry.date).max();
    let earliest = later.iter().filter_map(|entry| entry.date).min();
    let in_order = match (latest, earliest) {
        (Some(latest), Some(earliest)) => latest <= earliest,
        _ => start == end + 1,
    };
    last.period == first.period && near && in_order
}
