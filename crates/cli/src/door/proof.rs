//! Proving a ledger that this process has open.

use std::time::Duration;

use engine::Progress;
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
        let progress = Progress::default();
        let bar = progress::bar(0, "verifying");
        let verifying = || self.engine.verify(self.ledger, &progress);
        let report = std::thread::scope(|scope| {
            let work = scope.spawn(verifying);
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
        let report = report.map_err(stopped)?.map_err(|error| failure(&error))?;
        let walked = Walked {
            entries: report.trail.entries,
            sequences: report.sequences,
            numbers: report.numbers,
            gaps: report.gaps,
        };
        let (head, broken) = (report.trail.head, report.trail.broken.as_ref());
        to_value(&TrailVerification::new(walked, head, broken, &report.violations))
    }
}
