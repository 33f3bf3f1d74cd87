//! A disk in memory that can lose its power.

use std::collections::HashMap;
use std::ffi::CString;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::file::File;
use super::memory;
use super::meter::{FileKind, Meter};
use crate::random::Random;

/// What of the writes that were not synced outlives a crash.
#[derive(Clone, Debug)]
pub enum Survivors {
    /// None of them.
    None,
    /// Each sector of each write by chance, in no order.
    Some(Random),
}

/// A disk in memory, mounted under a name of its own for as long as the process lives.
///
/// ```
/// use rusqlite::{Connection, OpenFlags};
/// use testkit::vfs::{Disk, Survivors};
///
/// let disk = Disk::mount();
/// let open = || Connection::open_with_flags_and_vfs("a.db", OpenFlags::default(), disk.name());
/// let db = open()?;
/// db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(x)")?;
/// db.execute_batch("INSERT INTO t VALUES(1); PRAGMA synchronous=OFF; INSERT INTO t VALUES(2)")?;
/// disk.crash(Survivors::None);
/// drop(db);
/// let count: u32 = open()?.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?;
/// assert_eq!(count, 1, "what was not synced is gone");
/// # Ok::<(), rusqlite::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Disk {
    name: Arc<str>,
    drive: Arc<Drive>,
}

#[derive(Debug, Default)]
pub(super) struct Drive {
    pub(super) meter: Meter,
    files: Mutex<HashMap<String, Shared>>,
    owners: AtomicU64,
}

pub(super) type Shared = Arc<Mutex<File>>;

impl Disk {
    /// Mounts an empty disk.
    pub fn mount() -> Disk {
        let drive = Arc::new(Drive::default());
        let name: CString = super::fresh_name("disk");
        let text = name.to_string_lossy().into();
        memory::register(name, Arc::clone(&drive));
        Disk { name: text, drive }
    }

    /// The name that SQLite opens its files by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Counts, and rules for what is to happen.
    pub fn meter(&self) -> &Meter {
        &self.drive.meter
    }

    /// Cuts the power and mounts the disk again. Whoever has a file open gets nothing but errors
    /// from it; files opened from now on hold what was synced, and the survivors.
    pub fn crash(&self, mut survivors: Survivors) {
        let mut files = self.drive.files();
        let mut names: Vec<String> = files.keys().cloned().collect();
        // Chance is drawn in one order, so that a seed gives one disk.
        names.sort_unstable();
        for name in names {
            let Some(file) = files.remove(&name) else { continue };
            let mut file = lock(&file);
            file.alive = false;
            if let Some(left) = file.after_crash(&mut survivors) {
                files.insert(name, Arc::new(Mutex::new(left)));
            }
        }
        self.drive.meter.heal();
    }

    /// Takes all files away.
    pub fn wipe(&self) {
        let mut files = self.drive.files();
        for file in files.drain().map(|(_, file)| file) {
            lock(&file).alive = false;
        }
        self.drive.meter.heal();
    }

    /// The length of a file in bytes; `None` when there is none.
    pub fn len_of(&self, path: &str) -> Option<usize> {
        self.drive.find(path).map(|file| lock(&file).len())
    }

    /// Turns a bit of a file over, as an ageing disk does.
    pub fn flip(&self, path: &str, bit: usize) {
        if let Some(file) = self.drive.find(path) {
            lock(&file).flip(bit);
        }
    }
}

impl Drive {
    pub(super) fn find(&self, path: &str) -> Option<Shared> {
        self.files().get(path).cloned()
    }

    pub(super) fn make(&self, path: &str, kind: FileKind) -> Shared {
        let new = || Arc::new(Mutex::new(File::new(kind)));
        Arc::clone(self.files().entry(path.to_owned()).or_insert_with(new))
    }

    /// Takes a file away, durably at once.
    pub(super) fn remove(&self, path: &str) -> bool {
        self.files().remove(path).is_some()
    }

    /// A number that nobody had before, for owners of locks and for names of temporary files.
    pub(super) fn fresh(&self) -> u64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    fn files(&self) -> MutexGuard<'_, HashMap<String, Shared>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn lock(file: &Shared) -> MutexGuard<'_, File> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}
