//! The lines of a large trail entry, against the count and digest that the entry states.

use sha2::{Digest, Sha256};

use crate::trail::{Hash, Sealed};

#[derive(Clone, Debug)]
pub(super) struct Import {
    pub(super) sealed: Sealed,
    /// Whether the lines are of numbers that change.
    pub(super) renumbers: bool,
    count: u64,
    digest: Hash,
    seen: u64,
    hasher: Sha256,
}

impl Import {
    pub(super) fn new(sealed: Sealed, renumbers: bool, count: u64, digest: Hash) -> Import {
        Import { sealed, renumbers, count, digest, seen: 0, hasher: Sha256::new() }
    }

    pub(super) fn take(&mut self, line: &[u8]) {
        self.hasher.update((line.len() as u64).to_be_bytes());
        self.hasher.update(line);
        self.seen += 1;
    }

    pub(super) fn finish(self) -> Result<(), String> {
        let index = self.sealed.entry.index;
        if self.seen != self.count {
            return Err(format!(
                "trail entry {index} states {} lines, and {} are kept beside it",
                self.count, self.seen
            ));
        }
        if Hash(self.hasher.finalize().into()) != self.digest {
            return Err(format!("the lines beside trail entry {index} are not those it states"));
        }
        Ok(())
    }
}
