//! The file itself, whatever its name: which files this process has open, and which it writes to.
//!
//! The lock on a side file lies beside a name. A file that was renamed under a server is found
//! under its new name without one, and whoever opened it there would give the numbers again that
//! stand in the log beside the old name. So whoever writes also holds a lock that lies on the file
//! (`flock`) and goes wherever it goes.
//!
//! That takes a descriptor of the file beside SQLite's own, and closing any descriptor of a file
//! lets go of all locks that SQLite holds on it in this process (<https://sqlite.org/howtocorrupt.html>,
//! 2.2). So there is one for each file, known by its device and its number on it, and it is closed
//! when no connection of this process is left.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The device and the file's number on it.
pub(crate) type Identity = (u64, u64);

/// What stands under a name; `None` where nothing does, or files cannot be told apart.
#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().map(|file| identity_of(&file))
}

#[cfg(not(unix))]
pub(crate) fn identity(_path: &Path) -> Option<Identity> {
    None
}

#[cfg(unix)]
fn identity_of(file: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;

    (file.dev(), file.ino())
}

/// A file that this process has open, until the last of those that share it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    identity: Identity,
}

/// The right to write to a file, in this process and, where the system has locks that leave those
/// of SQLite alone, on this machine. Given back when it is dropped.
#[derive(Debug)]
pub(crate) struct FileLock {
    held: Arc<Held>,
}

/// Why the right to write was not given.
#[derive(Debug)]
pub(crate) enum NotLocked {
    /// This process has it already.
    Here,
    /// Another process has it.
    Elsewhere,
    /// It cannot be asked for.
    Failed(std::io::Error),
}

/// A file with all that is known of it.
#[derive(Debug)]
struct Known {
    file: File,
    /// Opened although the file was open already: closed with it.
    spare: Vec<File>,
    users: usize,
    is_written: bool,
}

/// Descriptors are opened and closed under this lock, so that no connection is made meanwhile by
/// one who holds the file.
static FILES: Mutex<BTreeMap<Identity, Known>> = Mutex::new(BTreeMap::new());

fn files() -> MutexGuard<'static, BTreeMap<Identity, Known>> {
    // Each change of it is whole before anything can panic.
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    /// Holds what stands under a name. `None` where that is no file, or it may not be read: whoever
    /// opens it tells why; and where files cannot be told apart.
    #[cfg(unix)]
    pub(crate) fn of(path: &Path) -> Option<Held> {
        let found = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let mut files = files();
        if let Some(known) = files.get_mut(&identity_of(&found)) {
            known.users += 1;
            return Some(Held { identity: identity_of(&found) });
        }
        let file = File::open(path).ok()?;
        let Ok(opened) = file.metadata() else {
            // Closing it could let go of locks; it is left open rather than that.
            std::mem::forget(file);
            return None;
        };
        // Another file may have taken the name since.
        let identity = identity_of(&opened);
        match files.get_mut(&identity) {
            Some(known) => {
                known.users += 1;
                known.spare.push(file);
            }
            None => {
                let known = Known { file, spare: Vec::new(), users: 1, is_written: false };
                files.insert(identity, known);
            }
        }
        Some(Held { identity })
    }

    #[cfg(not(unix))]
    pub(crate) fn of(_path: &Path) -> Option<Held> {
        None
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// Takes the right to write to the file.
    pub(crate) fn lock(self: &Arc<Held>) -> Result<FileLock, NotLocked> {
        self.known(|known| {
            if known.is_written {
                return Err(NotLocked::Here);
            }
            system::lock(&known.file)?;
            known.is_written = true;
            Ok(FileLock { held: Arc::clone(self) })
        })
    }

    /// Whether another process has the right to write to the file.
    pub(crate) fn is_written_elsewhere(&self) -> bool {
        // What this process holds is not to be touched: a second lock would take its place.
        self.known(|known| !known.is_written && system::is_locked(&known.file))
    }

    /// Reads bytes of the file as they are in it, without its log; `false` where it is shorter.
    #[cfg(unix)]
    pub(crate) fn read(&self, buffer: &mut [u8], at: u64) -> bool {
        use std::os::unix::fs::FileExt;

        self.known(|known| known.file.read_exact_at(buffer, at).is_ok())
    }

    #[cfg(not(unix))]
    pub(crate) fn read(&self, _buffer: &mut [u8], _at: u64) -> bool {
        false
    }

    fn known<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        let mut files = files();
        look(files.get_mut(&self.identity).expect("known while it is held"))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut files = files();
        let is_last = files.get_mut(&self.identity).is_some_and(|known| {
            known.users -= 1;
            known.users == 0
        });
        if is_last {
            files.remove(&self.identity);
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        self.held.known(|known| {
            system::unlock(&known.file);
            known.is_written = false;
        });
    }
}

/// Linux keeps `flock` apart from the locks that SQLite takes.
#[cfg(target_os = "linux")]
mod system {
    use std::fs::{File, TryLockError};
    use std::time::Duration;

    use super::NotLocked;

    /// Whoever only looks has the lock for a moment.
    const TRIES: u32 = 8;
    const MOMENT: Duration = Duration::from_micros(500);

    pub(super) fn lock(file: &File) -> Result<(), NotLocked> {
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => std::thread::sleep(MOMENT),
                Err(TryLockError::Error(error)) => return Err(NotLocked::Failed(error)),
            }
        }
        Err(NotLocked::Elsewhere)
    }

    pub(super) fn is_locked(file: &File) -> bool {
        match file.try_lock_shared() {
            Ok(()) => {
                unlock(file);
                false
            }
            Err(error) => matches!(error, TryLockError::WouldBlock),
        }
    }

    pub(super) fn unlock(file: &File) {
        // It is let go of with the descriptor at the latest.
        let _ = file.unlock();
    }
}

/// Elsewhere the two may be one, and whoever held the file would keep SQLite away from it: there
/// the lock on the side file stands alone.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;

    use super::NotLocked;

    pub(super) fn lock(_file: &File) -> Result<(), NotLocked> {
        Ok(())
    }

    pub(super) fn is_locked(_file: &File) -> bool {
        false
    }

    pub(super) fn unlock(_file: &File) {}
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn file(name: &str) -> (TempDir, std::path::PathBuf) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(name);
        fs::write(&path, b"0123456789").expect("write");
        (directory, path)
    }

    fn hold(path: &Path) -> Arc<Held> {
        Arc::new(Held::of(path).expect("a file"))
    }

    #[test]
    fn a_file_is_one_under_all_its_names() {
        let (_directory, path) = file("a");
        let (renamed, linked) = (path.with_file_name("b"), path.with_file_name("c"));
        let first = hold(&path);
        fs::rename(&path, &renamed).expect("rename");
        fs::hard_link(&renamed, &linked).expect("a second name");
        let (second, third) = (hold(&renamed), hold(&linked));
        assert_eq!((first.identity(), first.identity()), (second.identity(), third.identity()));
        let lock = first.lock().expect("free");
        assert!(matches!(second.lock(), Err(NotLocked::Here)));
        assert!(!third.is_written_elsewhere(), "it is written here");
        drop(lock);
        drop(second.lock().expect("free again"));
    }

    #[test]
    fn one_descriptor_is_kept_until_the_last_is_dropped() {
        let (_directory, path) = file("a");
        let (first, second) = (hold(&path), hold(&path));
        let users = |held: &Held| held.known(|known| (known.users, known.spare.len()));
        assert_eq!(users(&first), (2, 0));
        let identity = first.identity();
        drop(first);
        assert_eq!(users(&second), (1, 0));
        drop(second);
        assert!(!files().contains_key(&identity));
    }

    #[test]
    fn a_lock_of_somebody_else_is_seen_and_not_taken_away() {
        let (_directory, path) = file("a");
        // A description of its own, as another process has.
        let other = File::open(&path).expect("open");
        other.try_lock().expect("free");
        let held = hold(&path);
        for _ in 0..2 {
            assert!(held.is_written_elsewhere());
            assert!(matches!(held.lock(), Err(NotLocked::Elsewhere)));
        }
        other.unlock().expect("unlock");
        assert!(!held.is_written_elsewhere());
        let _lock = held.lock().expect("free");
        assert!(other.try_lock_shared().is_err());
    }

    #[test]
    fn what_is_read_is_what_stands_in_the_file() {
        let (_directory, path) = file("a");
        let held = hold(&path);
        let mut bytes = [0; 4];
        assert!(held.read(&mut bytes, 6) && bytes == *b"6789");
        assert!(!held.read(&mut bytes, 7), "it is shorter");
        assert!(Held::of(path.parent().expect("a directory")).is_none());
        assert!(Held::of(&path.with_file_name("nothing")).is_none());
    }
}
