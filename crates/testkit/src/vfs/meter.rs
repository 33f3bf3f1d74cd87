//! What happens on a file system: counted, delayed, made to fail.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// The database itself.
    Database,
    /// The write-ahead log.
    Wal,
    /// A rollback journal.
    Journal,
    /// Anything temporary.
    Other,
}

/// What can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Writing bytes.
    Write,
    /// Making them durable.
    Sync,
}

/// How it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// There is no room left; the operation fails once.
    Full,
    /// The device reports an error; the operation fails once.
    Error,
    /// The power is cut: this and everything behind it fails, until the disk is mounted again.
    PowerCut,
}

/// How often something happened to files of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls that make bytes durable.
    pub syncs: u64,
    /// Calls that write.
    pub writes: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// Counts what happens on a file system, and rules how it behaves.
#[derive(Debug, Default)]
pub struct Meter {
    counts: [[AtomicU64; 3]; 4],
    delay_us: AtomicU64,
    ignoring_syncs: AtomicBool,
    dead: AtomicBool,
    planned: Mutex<Vec<Planned>>,
}

#[derive(Clone, Copy, Debug)]
struct Planned {
    operation: Option<Operation>,
    left: u64,
    failure: Failure,
}

impl Meter {
    /// What has happened to files of a kind so far.
    pub fn counts(&self, kind: FileKind) -> Counts {
        let [syncs, writes, bytes] = &self.counts[kind as usize];
        Counts {
            syncs: syncs.load(Ordering::Relaxed),
            writes: writes.load(Ordering::Relaxed),
            bytes: bytes.load(Ordering::Relaxed),
        }
    }

    /// Calls that made bytes durable so far, on files of all kinds.
    pub fn syncs(&self) -> u64 {
        let kinds = [FileKind::Database, FileKind::Wal, FileKind::Journal, FileKind::Other];
        kinds.map(|kind| self.counts(kind).syncs).iter().sum()
    }

    /// Makes every sync take this much longer.
    pub fn delay_syncs(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.delay_us.store(micros, Ordering::Relaxed);
    }

    /// Makes syncs say that they were done and do nothing, as some disks do. Only [`super::Disk`]
    /// can.
    pub fn ignore_syncs(&self, ignoring: bool) {
        self.ignoring_syncs.store(ignoring, Ordering::Relaxed);
    }

    /// Makes the `nth` operation from now fail, counted from 1.
    pub fn fail(&self, operation: Operation, nth: u64, failure: Failure) {
        self.plan(Planned { operation: Some(operation), left: nth, failure });
    }

    /// Cuts the power at the `nth` write or sync from now, counted from 1.
    pub fn cut_power(&self, nth: u64) {
        self.plan(Planned { operation: None, left: nth, failure: Failure::PowerCut });
    }

    /// Whether the power was cut.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Takes back what was planned, and gives the power back.
    pub fn heal(&self) {
        self.dead.store(false, Ordering::Relaxed);
        self.plans().clear();
    }

    /// Tells of something that happens elsewhere, as on a server, and fails with the disk; an error
    /// is what it shall fail with.
    ///
    /// # Errors
    /// What was planned for it.
    pub fn happen(&self, operation: Operation) -> Result<(), Failure> {
        self.strike(operation)
    }

    /// Counts a write; an error is what it shall fail with.
    pub(super) fn write(&self, kind: FileKind, bytes: usize) -> Result<(), Failure> {
        self.strike(Operation::Write)?;
        self.count_write(kind, bytes);
        Ok(())
    }

    /// Counts and delays a sync; an error is what it shall fail with.
    pub(super) fn sync(&self, kind: FileKind) -> Result<(), Failure> {
        self.strike(Operation::Sync)?;
        self.count_sync(kind);
        Ok(())
    }

    /// Counts a write that fails or not by itself.
    pub(super) fn count_write(&self, kind: FileKind, bytes: usize) {
        let [_, writes, total] = &self.counts[kind as usize];
        writes.fetch_add(1, Ordering::Relaxed);
        total.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts and delays a sync that fails or not by itself.
    pub(super) fn count_sync(&self, kind: FileKind) {
        self.counts[kind as usize][0].fetch_add(1, Ordering::Relaxed);
        let micros = self.delay_us.load(Ordering::Relaxed);
        if micros > 0 {
            std::thread::sleep(Duration::from_micros(micros));
        }
    }

    pub(super) fn is_ignoring_syncs(&self) -> bool {
        self.ignoring_syncs.load(Ordering::Relaxed)
    }

    fn strike(&self, operation: Operation) -> Result<(), Failure> {
        if self.is_dead() {
            return Err(Failure::PowerCut);
        }
        let mut struck = None;
        self.plans().retain_mut(|plan| {
            if plan.operation.is_none_or(|planned| planned == operation) {
                plan.left = plan.left.saturating_sub(1);
            }
            if plan.left == 0 {
                struck = Some(plan.failure);
            }
            plan.left > 0
        });
        if struck == Some(Failure::PowerCut) {
            self.dead.store(true, Ordering::Relaxed);
        }
        struck.map_or(Ok(()), Err)
    }

    fn plan(&self, planned: Planned) {
        self.plans().push(planned);
    }

    fn plans(&self) -> std::sync::MutexGuard<'_, Vec<Planned>> {
        self.planned.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_operation_fails_once_and_a_power_cut_lasts() {
        let meter = Meter::default();
        meter.fail(Operation::Sync, 2, Failure::Full);
        assert_eq!(meter.write(FileKind::Wal, 10), Ok(()));
        assert_eq!(meter.sync(FileKind::Wal), Ok(()));
        assert_eq!(meter.sync(FileKind::Wal), Err(Failure::Full));
        assert_eq!(meter.sync(FileKind::Wal), Ok(()));
        assert_eq!(meter.counts(FileKind::Wal), Counts { syncs: 2, writes: 1, bytes: 10 });

        meter.cut_power(1);
        assert_eq!(meter.write(FileKind::Database, 1), Err(Failure::PowerCut));
        assert_eq!(meter.sync(FileKind::Database), Err(Failure::PowerCut));
        assert!(meter.is_dead());
        assert_eq!(meter.happen(Operation::Write), Err(Failure::PowerCut));
        meter.heal();
        assert_eq!(meter.write(FileKind::Database, 1), Ok(()));
        meter.fail(Operation::Write, 1, Failure::Error);
        assert_eq!(meter.happen(Operation::Write), Err(Failure::Error));
    }
}
