//! Places of a list by a key, without the keys.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Places by the hashes of their keys, in the order of both. The list itself tells whether keys of
/// one hash are the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Keyed {
    entries: Vec<(u64, u32)>,
}

impl Keyed {
    /// From hashes with their places, in any order.
    pub(crate) fn new(mut entries: Vec<(u64, u32)>) -> Keyed {
        entries.sort_unstable();
        Keyed { entries }
    }

    /// The places with a hash, from the first to the last.
    pub(crate) fn of(&self, hash: u64) -> impl Iterator<Item = u32> {
        let from = self.entries.partition_point(|entry| entry.0 < hash);
        self.entries[from..].iter().take_while(move |entry| entry.0 == hash).map(|entry| entry.1)
    }

    /// The places, those of one hash together.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &[(u64, u32)]> {
        self.entries.chunk_by(|one, other| one.0 == other.0)
    }
}

/// The hash of a key: the same in every process.
pub(crate) fn hash(key: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_by_their_hash() {
        let keyed = Keyed::new(vec![(7, 3), (5, 1), (7, 0)]);
        assert_eq!(keyed.of(7).collect::<Vec<_>>(), [0, 3]);
        assert_eq!(keyed.of(6).count(), 0);
        assert_eq!(keyed.groups().map(<[_]>::len).collect::<Vec<_>>(), [1, 2]);
        assert_ne!(hash("a"), hash("b"));
    }
}
