//! Proving a ledger in the source, and that the target has the same.

use std::sync::Arc;

use ledger::model::LedgerRow;
use store::Store;

use super::error::{MoveError, Side};
use crate::engine::Engine;
use crate::options::{EngineOptions, StoreAccess};
use crate::query::{Progress, VerifyReport};

/// Proves ledgers on both sides.
pub(super) struct Proof<'a> {
    source: Engine,
    target: Engine,
    progress: &'a Progress,
}

impl Proof<'_> {
    pub(super) fn new<'a>(
        source: &Arc<dyn Store>,
        target: &Arc<dyn Store>,
        progress: &'a Progress,
    ) -> Result<Proof<'a>, MoveError> {
        let open = |store: &Arc<dyn Store>| {
            let options =
                EngineOptions { access: StoreAccess::Read, readers: 1, ..EngineOptions::default() };
            Engine::start(Arc::clone(store), options)
        };
        Ok(Proof { source: open(source)?, target: open(target)?, progress })
    }

    /// Walks a ledger on one side: the whole trail, and the register against it.
    pub(super) fn of(&self, side: Side, head: &LedgerRow) -> Result<VerifyReport, MoveError> {
        let engine = match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        };
        let report = engine.verify(head.id, self.progress)?;
        let broken = report.trail.broken.as_ref().map(|found| {
            format!("the trail does not hold at entry {}: {}", found.index, found.problem)
        });
        let violations = report.violations.iter();
        let violations =
            violations.map(|found| format!("{}: {}", found.invariant.text(), found.what));
        let findings: Vec<String> = broken.into_iter().chain(violations).collect();
        match findings.is_empty() {
            true => Ok(report),
            false => Err(MoveError::Unproven { side, ledger: head.id, findings }),
        }
    }

    /// Walks a ledger in the target, and holds it against what was found in the source; returns
    /// how many numbers it has.
    pub(super) fn same(&self, head: &LedgerRow, source: &VerifyReport) -> Result<u64, MoveError> {
        let target = self.of(Side::Target, head)?;
        let seen = |report: &VerifyReport| {
            let trail = &report.trail;
            let counts = (report.sequences, report.numbers, report.gaps);
            (trail.entries, trail.head, counts)
        };
        if seen(&target) == seen(source) {
            return Ok(target.numbers);
        }
        let found = format!("{:?} was moved, {:?} is there", seen(source), seen(&target));
        Err(MoveError::Unproven { side: Side::Target, ledger: head.id, findings: vec![found] })
    }
}
