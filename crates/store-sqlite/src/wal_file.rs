//! Damage in a write-ahead log that nobody has open.
//!
//! SQLite reads a log up to the first frame that is not right and takes the rest for what a power
//! cut left half written. That is so where nothing behind it was committed: every commit is synced
//! before the next one begins. A wrong frame with later commits behind it is no power cut, and to
//! pass over it would give their numbers again. Told by the file format: the frames of one run of
//! the log have the salts of its head, and each has the checksum of all before it.
//! <https://sqlite.org/fileformat2.html#the_write_ahead_log>

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use store::StoreError;

const HEAD: usize = 32;
const FRAME_HEAD: usize = 24;
/// The first word of a log; one more where its checksums are made of words in big-endian order.
const MAGIC: u32 = 0x377F_0682;
/// Commits at or behind a wrong frame of which the last cannot be of the same transaction.
const LATER: u32 = 2;

/// A running checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sum(u32, u32);

/// What the head of a log tells.
struct Head {
    is_big_endian: bool,
    page: usize,
    salts: [u8; 8],
    sum: Sum,
}

/// Looks through the log beside a database, if there is one.
///
/// # Errors
/// [`StoreError::Unusable`] when something in it is damaged that was committed;
/// [`StoreError::Storage`] when it cannot be read.
pub(crate) fn examine(log: &Path, name: &str) -> Result<(), StoreError> {
    let file = match File::open(log) {
        Ok(file) => BufReader::with_capacity(1 << 20, file),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(name, &error)),
    };
    match is_damaged(file) {
        Ok(false) => Ok(()),
        Ok(true) => Err(StoreError::Unusable(format!(
            "The log of {name}, {name}-wal, is damaged before its end: commits that stand behind \
             would be lost. Nothing was written. Keep a copy of both files, and put a backup in \
             their place."
        ))),
        Err(error) => Err(unreadable(name, &error)),
    }
}

/// The first page with this number in a log; `None` where it has none, or is none.
pub(crate) fn first_of_page(log: &Path, number: u32) -> std::io::Result<Option<Vec<u8>>> {
    let mut log = match File::open(log) {
        Ok(file) => BufReader::with_capacity(1 << 20, file),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut head = [0; HEAD];
    if !fill(&mut log, &mut head)? {
        return Ok(None);
    }
    let Some(head) = Head::read(&head) else { return Ok(None) };
    let mut frame = vec![0; FRAME_HEAD + head.page];
    while fill(&mut log, &mut frame)? && frame[8..16] == head.salts {
        if word(&frame, 0) == number {
            return Ok(Some(frame.split_off(FRAME_HEAD)));
        }
    }
    Ok(None)
}

pub(crate) fn unreadable(name: &str, error: &std::io::Error) -> StoreError {
    StoreError::Storage(format!(
        "{name}-wal, the log of {name}, cannot be read ({error}). Give this user the right to."
    ))
}

/// Whether a frame is wrong that commits stand behind, or the head of a log that has frames.
fn is_damaged(mut log: impl Read) -> std::io::Result<bool> {
    let mut head = [0; HEAD];
    if !fill(&mut log, &mut head)? {
        return Ok(false);
    }
    let Some(head) = Head::read(&head) else {
        let mut first = [0; FRAME_HEAD];
        let has_frames = fill(&mut log, &mut first)?;
        return Ok(has_frames && (head != [0; HEAD] || first != [0; FRAME_HEAD]));
    };
    let mut sum = head.sum;
    let mut is_right = true;
    let mut commits = 0;
    let mut frame = vec![0; FRAME_HEAD + head.page];
    while fill(&mut log, &mut frame)? {
        let is_of_this_run = frame[8..16] == head.salts;
        if is_right {
            sum = sum.over(&frame[..8], head.is_big_endian);
            sum = sum.over(&frame[FRAME_HEAD..], head.is_big_endian);
            is_right = is_of_this_run && sum == Sum(word(&frame, 16), word(&frame, 20));
        }
        if !is_right && is_of_this_run && word(&frame, 4) != 0 {
            commits += 1;
        }
    }
    Ok(commits >= LATER)
}

/// Fills a buffer; `false` where less is left.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match log.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

impl Head {
    /// `None` when it is no head.
    fn read(bytes: &[u8; HEAD]) -> Option<Head> {
        let magic = word(bytes, 0);
        let is_big_endian = magic & 1 == 1;
        let sum = Sum(0, 0).over(&bytes[..24], is_big_endian);
        let page = word(bytes, 8) as usize;
        let is_head = magic & !1 == MAGIC
            && (512..=65_536).contains(&page)
            && page.is_power_of_two()
            && sum == Sum(word(bytes, 24), word(bytes, 28));
        let mut salts = [0; 8];
        salts.copy_from_slice(&bytes[16..24]);
        is_head.then_some(Head { is_big_endian, page, salts, sum })
    }
}

impl Sum {
    /// Goes on over bytes, a multiple of eight of them.
    fn over(self, bytes: &[u8], is_big_endian: bool) -> Sum {
        let Sum(mut first, mut second) = self;
        for pair in bytes.chunks_exact(8) {
            let read = |at: usize| match is_big_endian {
                true => word(pair, at),
                false => word(pair, at).swap_bytes(),
            };
            first = first.wrapping_add(read(0)).wrapping_add(second);
            second = second.wrapping_add(read(4)).wrapping_add(first);
        }
        Sum(first, second)
    }
}

/// A word of four bytes, the highest first.
fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;

    const FRAME: usize = FRAME_HEAD + 4_096;

    /// A log with so many commits, as a kill leaves it.
    fn log(commits: u32) -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.db");
        let database = Connection::open(&path).expect("open");
        let words = "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; \
                     PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a, b);";
        database.execute_batch(words).expect("a table");
        for commit in 1..commits {
            let row = "INSERT INTO t VALUES (?1, randomblob(6000))";
            database.execute(row, [commit]).expect("a row");
        }
        let log = directory.path().join("copy-wal");
        std::fs::copy(directory.path().join("x.db-wal"), &log).expect("copy");
        (directory, log)
    }

    fn is_refused(log: &Path) -> bool {
        match examine(log, "x.db") {
            Ok(()) => false,
            Err(StoreError::Unusable(text)) => text.contains("x.db-wal") && text.contains("backup"),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn flip(log: &Path, at: usize) {
        let mut bytes = std::fs::read(log).expect("read");
        bytes[at] ^= 0x40;
        std::fs::write(log, bytes).expect("write");
    }

    #[test]
    fn one_wrong_byte_before_later_commits_is_damage() {
        let (_directory, path) = log(6);
        assert!(!is_refused(&path));
        let frames = (std::fs::metadata(&path).expect("size").len() as usize - HEAD) / FRAME;
        assert!(frames > 12, "{frames}");
        for frame in 0..frames - 6 {
            let begin = HEAD + frame * FRAME;
            for at in [2, 6, 9, 17, FRAME_HEAD + 7, FRAME - 1] {
                flip(&path, begin + at);
                assert!(is_refused(&path), "byte {at} of frame {frame}");
                flip(&path, begin + at);
            }
        }
        for at in [1, 9, 13, 17, 30] {
            flip(&path, at);
            assert!(is_refused(&path), "byte {at} of the head");
            flip(&path, at);
        }
        assert!(!is_refused(&path));
    }

    #[test]
    fn what_a_power_cut_leaves_is_none() {
        let (_directory, path) = log(6);
        let bytes = std::fs::read(&path).expect("read");
        // Any of the frames of the last commit may be missing or half written.
        for frame in 1..=3 {
            let mut cut = bytes.clone();
            let begin = bytes.len() - frame * FRAME;
            cut[begin + 300..begin + 900].fill(0);
            std::fs::write(&path, &cut).expect("write");
            assert!(!is_refused(&path), "{frame} frames before the end");
        }
        for length in [0, 20, HEAD, HEAD + 7, bytes.len() - FRAME, bytes.len() - 9] {
            std::fs::write(&path, &bytes[..length]).expect("write");
            assert!(!is_refused(&path), "{length} bytes");
        }
        std::fs::write(&path, vec![0; 9_000]).expect("write");
        assert!(!is_refused(&path), "a file that was made and never written");
        std::fs::remove_file(&path).expect("remove");
        assert!(!is_refused(&path), "none at all");
    }

    #[test]
    fn what_an_earlier_run_left_behind_the_end_is_no_part_of_the_log() {
        let (_directory, path) = log(40);
        let (_other, short) = log(3);
        let mut bytes = std::fs::read(&short).expect("read");
        let long = std::fs::read(&path).expect("read");
        bytes.extend_from_slice(&long[bytes.len()..]);
        std::fs::write(&path, bytes).expect("write");
        assert!(!is_refused(&path));
    }
}
