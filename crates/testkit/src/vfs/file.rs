//! One file in memory: what it holds, and what of that would outlive a power cut.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::disk::Survivors;
use super::locks::{FileLocks, IndexLocks};
use super::meter::FileKind;
use crate::random::Random;

/// Bytes that a disk writes as one; a write that is cut off leaves whole ones of these.
const SECTOR: usize = 512;

#[derive(Debug)]
pub(super) struct File {
    pub(super) kind: FileKind,
    /// Whether the file is on the disk that is mounted now.
    pub(super) alive: bool,
    pub(super) locks: FileLocks,
    pub(super) index: Option<Index>,
    now: Vec<u8>,
    /// What was synced; `None` until the first time, when not even the name is.
    durable: Option<Vec<u8>>,
    unsynced: Vec<Write>,
}

/// The shared index of a log: memory that connections read and write without asking.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) locks: IndexLocks,
    pub(super) regions: Vec<Region>,
}

pub(super) type Region = Arc<[AtomicU64]>;

#[derive(Debug)]
enum Write {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

impl File {
    pub(super) fn new(kind: FileKind) -> File {
        File::holding(kind, Vec::new(), None)
    }

    /// What is left of the file after a power cut; `None` when not even its name is.
    pub(super) fn after_crash(&self, survivors: &mut Survivors) -> Option<File> {
        let mut left = self.durable.clone();
        if let Survivors::Some(random) = survivors {
            if left.is_none() && random.chance(1, 2) {
                left = Some(Vec::new());
            }
            if let Some(bytes) = &mut left {
                self.unsynced.iter().for_each(|write| write.apply_some(bytes, random));
            }
        }
        let bytes = left?;
        Some(File::holding(self.kind, bytes.clone(), Some(bytes)))
    }

    /// Reads into the buffer; answers how many bytes there were.
    pub(super) fn read(&self, buffer: &mut [u8], from: usize) -> usize {
        let there = self.now.get(from..).unwrap_or_default();
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        buffer[count..].fill(0);
        count
    }

    pub(super) fn write(&mut self, bytes: &[u8], from: usize) {
        let write = Write::Bytes(from, bytes.to_vec());
        write.apply(&mut self.now);
        self.unsynced.push(write);
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.now.truncate(length);
        self.unsynced.push(Write::Length(length));
    }

    pub(super) fn len(&self) -> usize {
        self.now.len()
    }

    pub(super) fn sync(&mut self) {
        let durable = self.durable.get_or_insert_default();
        self.unsynced.drain(..).for_each(|write| write.apply(durable));
        debug_assert_eq!(durable.len(), self.now.len());
    }

    /// Turns a bit over, as an ageing disk does.
    pub(super) fn flip(&mut self, bit: usize) {
        for bytes in [Some(&mut self.now), self.durable.as_mut()].into_iter().flatten() {
            if let Some(byte) = bytes.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
        }
    }

    fn holding(kind: FileKind, now: Vec<u8>, durable: Option<Vec<u8>>) -> File {
        File {
            kind,
            alive: true,
            locks: FileLocks::default(),
            index: None,
            now,
            durable,
            unsynced: Vec::new(),
        }
    }
}

impl Write {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Write::Bytes(from, written) => put(bytes, *from, written),
            Write::Length(length) => bytes.truncate(*length),
        }
    }

    /// Applies the sectors that made it, each with an even chance.
    fn apply_some(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        match self {
            Write::Bytes(from, written) => {
                let mut at = 0;
                while at < written.len() {
                    let end = (at + SECTOR - (from + at) % SECTOR).min(written.len());
                    if random.chance(1, 2) {
                        put(bytes, from + at, &written[at..end]);
                    }
                    at = end;
                }
            }
            Write::Length(length) if random.chance(1, 2) => bytes.truncate(*length),
            Write::Length(_) => {}
        }
    }
}

fn put(bytes: &mut Vec<u8>, from: usize, written: &[u8]) {
    let end = from + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[from..end].copy_from_slice(written);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_takes_what_was_not_synced() {
        let mut file = File::new(FileKind::Wal);
        file.write(&[1; 700], 0);
        assert!(file.after_crash(&mut Survivors::None).is_none(), "its name was not synced");
        file.sync();
        file.write(&[2; 1400], 0);
        file.truncate(1000);
        let left = file.after_crash(&mut Survivors::None).expect("a synced file");
        assert_eq!(left.now, [1; 700]);
        assert_eq!(file.len(), 1000);
    }

    #[test]
    fn sectors_survive_by_chance_and_whole() {
        let mut file = File::new(FileKind::Wal);
        file.write(&[1; 4096], 0);
        file.sync();
        file.write(&[2; 4096], 0);
        let lengths: std::collections::HashSet<usize> = (0..50)
            .map(|seed| {
                let left = file.after_crash(&mut Survivors::Some(Random::new(seed)));
                let bytes = left.expect("a synced file").now;
                assert!(bytes.chunks(SECTOR).all(|sector| sector.iter().all(|b| *b == sector[0])));
                bytes.iter().filter(|byte| **byte == 2).count() / SECTOR
            })
            .collect();
        assert!(lengths.len() > 4, "{lengths:?}");
    }
}
