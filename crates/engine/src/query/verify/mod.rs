//! Proving a ledger: the chain of its trail, and its register against it.

mod chain;
mod progress;
mod register;
mod slices;

use ledger::id::LedgerId;
use ledger::invariants::Violation;
use ledger::trail::{Break, Hash};

pub use progress::Progress;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;

/// Threads that walk a chain when nothing else is walked.
const CHAIN_THREADS: usize = 2;

/// What a walk over a trail found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailReport {
    /// The ledger.
    pub ledger: LedgerId,
    /// Entries that hold.
    pub entries: u64,
    /// Hash of the last entry, as the ledger states it.
    pub head: Hash,
    /// The first place where the chain breaks.
    pub broken: Option<Break>,
}

/// What a walk over a whole ledger found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// The trail.
    pub trail: TrailReport,
    /// Sequences walked.
    pub sequences: u64,
    /// Numbers walked, void and occupied ones included.
    pub numbers: u64,
    /// Gaps walked.
    pub gaps: u64,
    /// What should hold and does not.
    pub violations: Vec<Violation>,
}

impl VerifyReport {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.trail.broken.is_none() && self.violations.is_empty()
    }
}

impl Engine {
    /// Walks the chain of a ledger's trail as it is now. Blocks this thread.
    ///
    /// # Errors
    /// [`EngineError::Store`]; a broken chain is no error but a finding.
    pub fn verify_trail(
        &self,
        ledger: LedgerId,
        progress: &Progress,
    ) -> Result<TrailReport, EngineError> {
        let mut reader = self.store().reader()?;
        let head = lookup::ledger(reader.as_mut(), ledger)?;
        let checkpoints = reader.checkpoints(ledger)?;
        drop(reader);
        progress.begin(head.trail_count);
        chain::chain(&**self.store(), &head, &checkpoints, CHAIN_THREADS, progress)
    }

    /// Looks through the whole database, of all ledgers, and holds its indexes against its rows;
    /// answers what is wrong, or `None` where the database has tools of its own for that. Blocks
    /// this thread.
    ///
    /// # Errors
    /// [`EngineError::Store`]; damage is no error but a finding.
    pub fn examine(&self, progress: &Progress) -> Result<Option<Vec<String>>, EngineError> {
        let mut before = 0;
        let found = self.store().examine(&mut |done, total| {
            if before == 0 && done == 0 {
                progress.begin(total);
            }
            progress.step((done - before) as usize);
            before = done;
        })?;
        Ok(found)
    }

    /// Walks a whole ledger and checks everything that always holds: the trail's chain, and every
    /// row against the trail. Blocks this thread and uses another one.
    ///
    /// Nobody waits for it, and it holds no state of the database for longer than a page takes. The
    /// chain is that of the trail as it was at the start; each row is compared with what the trail
    /// said when the row was read, so what was there at the start is proved, and a part of what
    /// came since.
    ///
    /// # Errors
    /// [`EngineError::Store`]; what does not hold is no error but a finding.
    pub fn verify(
        &self,
        ledger: LedgerId,
        progress: &Progress,
    ) -> Result<VerifyReport, EngineError> {
        let mut reader = self.store().reader()?;
        let head = lookup::ledger(reader.as_mut(), ledger)?;
        let checkpoints = reader.checkpoints(ledger)?;
        progress.begin(2 * head.trail_count + head.last_position);
        let (trail, register) = std::thread::scope(|scope| {
            let store = &**self.store();
            let chain = scope.spawn(|| chain::chain(store, &head, &checkpoints, 1, progress));
            let register = register::walk(reader.as_mut(), &head, progress);
            let panicked = || Err(EngineError::Defect("verifying panicked".to_owned()));
            (chain.join().unwrap_or_else(|_| panicked()), register)
        });
        let register = register?;
        Ok(VerifyReport {
            trail: trail?,
            sequences: register.sequences,
            numbers: register.numbers,
            gaps: register.gaps,
            violations: register.violations,
        })
    }
}
