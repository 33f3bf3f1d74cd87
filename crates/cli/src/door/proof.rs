//! Proving a ledger that this process has open.

use std::time::Duration;

use engine::{EngineError, Progress};
use serde_json::Value;
use wire::answer::{TrailVerification, Walked};

use super::database::{Database, failure, to_value};
use crate::failure::Failure;
use crate::progress;

/// How often progress is shown.
const GLANCE: Duration = Duration::from_millis(100);

impl Database {
    /// Proves the ledger, with a progress bar where there is a terminal.
    pub(super) fn verify(&self) -> Result<Value, Failure> {
        let verifying = |progress: &Progress| self.engine.verify(self.ledger, progress);
        let report = shown("verifying", verifying)?;
        let walked = Walked {
            entries: report.trail.entries,
            sequences: report.sequences,
            numbers: report.numbers,
            gaps: report.gaps,
        };
        let (head, broken) = (report.trail.head, report.trail.broken.as_ref());
        to_value(&TrailVerification::new(walked, head, broken, &report.violations))
    }

    /// Looks through the whole database, with a progress bar where there is a terminal.
    pub(super) fn examine(&self) -> Result<Vec<String>, Failure> {
        shown("looking through the file", |progress| self.engine.examine(progress))?.ok_or_else(
            || {
                let message = "PostgreSQL looks through its tables and indexes itself: use \
                               pg_amcheck, with --heapallindexed";
                Failure::usage("parameters_exclusive", message).about("deep")
            },
        )
    }
}

/// Does long work on a thread of its own, and shows how far it is.
fn shown<T: Send>(
    what: &'static str,
    work: impl FnOnce(&Progress) -> Result<T, EngineError> + Send,
) -> Result<T, Failure> {
    let progress = Progress::default();
    let bar = progress::bar(0, what);
    let done = std::thread::scope(|scope| {
        let work = scope.spawn(|| work(&progress));
        while !work.is_finished() {
            let (done, total) = progress.read();
            bar.set_length(total);
            bar.set_position(done);
            std::thread::park_timeout(GLANCE);
        }
        work.join()
    });
    bar.finish_and_clear();
    let stopped = |_| Failure::service("internal_error", "verifying stopped half-way");
    done.map_err(stopped)?.map_err(|error| failure(&error))
}
