//! Where a cluster lives.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::ClusterError;
use super::account::Account;
use super::watchdog::Watchdog;

/// How much of a log is worth showing, in bytes.
const LOG_SHOWN: usize = 4000;

/// A directory that is removed with everything in it: by this process, or by a watchdog when this
/// process does not come to it.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    watchdog: Watchdog,
}

impl Directory {
    /// Makes a new one below `parent`, which decides the disk it is on.
    pub(super) fn create(parent: &Path, account: Account) -> Result<Self, ClusterError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("gapless-postgres-{}-{count}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => {
                    let watchdog = Watchdog::over(&path)?;
                    let directory = Self { path, watchdog };
                    directory.hand_to(account)?;
                    return Ok(directory);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(ClusterError::io(format!("create {}", path.display()))(error));
                }
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the server keeps its data.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// What the server has said.
    pub(super) fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// The end of what the server has said, behind so many bytes of its log.
    pub(super) fn last_said(&self, begun: u64) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        let from = usize::try_from(begun).unwrap_or(0).max(log.len().saturating_sub(LOG_SHOWN));
        String::from_utf8_lossy(log.get(from..).unwrap_or_default()).into_owned()
    }

    pub(super) fn watchdog(&self) -> &Watchdog {
        &self.watchdog
    }

    fn hand_to(&self, account: Account) -> Result<(), ClusterError> {
        let described = || format!("hand {} to its owner", self.path.display());
        fs::set_permissions(&self.path, fs::Permissions::from_mode(0o700))
            .and_then(|()| account.own(&self.path))
            .map_err(|error| ClusterError::io(described())(error))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if fs::remove_dir_all(&self.path).is_ok() {
            self.watchdog.dismiss();
        }
    }
}
