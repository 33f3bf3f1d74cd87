//! Numbers that occur more than once.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::{Duplicate, Row};
use crate::{Period, fold};

/// The duplicates in order of appearance, compared as [`fold`] does. `period` answers the period
/// of a row whose number may be repeated in another one.
pub(super) fn duplicates(
    rows: &[Row<'_>],
    period: impl Fn(usize) -> Option<Period>,
) -> Vec<Duplicate> {
    let state = BuildHasherDefault::<DefaultHasher>::new();
    let key = |row: usize| (fold(rows[row].number), period(row));
    let mut hashes: Vec<(u64, usize)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| !row.number.trim().is_empty())
        .map(|(row, _)| (state.hash_one(key(row)), row))
        .collect();
    hashes.sort_unstable();
    let mut duplicates: Vec<Duplicate> = Vec::new();
    for alike in hashes.chunk_by(|one, other| one.0 == other.0).filter(|alike| alike.len() > 1) {
        let mut keys: Vec<_> = alike.iter().map(|(_, row)| (key(*row), *row)).collect();
        keys.sort();
        for same in keys.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1) {
            let members: Vec<usize> = same.iter().map(|(_, row)| *row).collect();
            duplicates.push(Duplicate {
                number: rows[members[0]].number.trim().to_owned(),
                lines: members.iter().map(|row| rows[*row].line).collect(),
                rows: members,
            });
        }
    }
    duplicates.sort_unstable_by_key(|duplicate| duplicate.rows[0]);
    duplicates
}
