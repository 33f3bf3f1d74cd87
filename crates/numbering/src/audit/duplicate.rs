//! Numbers that occur more than once.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::{Duplicate, Row};
use crate::fold;

/// The duplicates in order of appearance, compared as [`fold`] does.
pub(super) fn duplicates(rows: &[Row<'_>]) -> Vec<Duplicate> {
    let state = BuildHasherDefault::<DefaultHasher>::new();
    let mut hashes: Vec<(u64, usize)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| !row.number.trim().is_empty())
        .map(|(index, row)| (state.hash_one(fold(row.number)), index))
        .collect();
    hashes.sort_unstable();
    let mut duplicates: Vec<Duplicate> = Vec::new();
    for alike in hashes.chunk_by(|one, other| one.0 == other.0).filter(|alike| alike.len() > 1) {
        let mut texts: Vec<(String, usize)> =
            alike.iter().map(|(_, row)| (fold(rows[*row].number), *row)).collect();
        texts.sort();
        for same in texts.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1) {
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
