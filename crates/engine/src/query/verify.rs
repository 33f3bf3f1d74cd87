//! Proving a ledger: the chain of its trail, and its register against it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use ledger::books::Checkpoint;
use ledger::id::LedgerId;
use ledger::model::LedgerRow;
use ledger::trail::{Break, Hash, Verifier};
use store::{Reader, Store};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;

/// Entries read at once.
const PAGE: u32 = 1_000;
/// Threads that walk the chain.
const THREADS: usize = 2;

/// How far a long walk is; clones are the same walk.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicU64,
    total: AtomicU64,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// The ledger.
    pub ledger: LedgerId,
    /// Trail entries walked.
    pub entries: u64,
    /// Hash of the last one.
    pub head: Hash,
    /// The first place where the chain breaks.
    pub broken: Option<Break>,
}

impl Progress {
    /// Steps done, and steps to do in all; both 0 before the start.
    pub fn read(&self) -> (u64, u64) {
        (self.0.done.load(Ordering::Relaxed), self.0.total.load(Ordering::Relaxed))
    }

    fn begin(&self, total: u64) {
        self.0.total.fetch_add(total, Ordering::Relaxed);
    }

    fn step(&self, steps: usize) {
        self.0.done.fetch_add(steps as u64, Ordering::Relaxed);
    }
}

impl Engine {
    /// Walks the chain of a ledger's trail as it is now, from all its checkpoints at once.
    ///
    /// # Errors
    /// [`EngineError::Store`]; a broken chain is no error but a finding.
    pub fn verify_trail(
        &self,
        ledger: LedgerId,
        progress: &Progress,
    ) -> Result<VerifyReport, EngineError> {
        let mut reader = self.store().reader()?;
        let head = lookup::ledger(reader.as_mut(), ledger)?;
        let checkpoints = reader.checkpoints(ledger)?;
        drop(reader);
        progress.begin(head.trail_count);
        chain(&**self.store(), &head, &checkpoints, progress)
    }
}

/// A stretch of the chain between two places whose hashes are known.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: u64,
    after: Hash,
    to: u64,
    head: Hash,
}

fn chain(
    store: &dyn Store,
    head: &LedgerRow,
    checkpoints: &[Checkpoint],
    progress: &Progress,
) -> Result<VerifyReport, EngineError> {
    let stretches = stretches(head, checkpoints);
    let next = AtomicUsize::new(0);
    let walk = || -> Result<Vec<(u64, Option<Break>)>, EngineError> {
        let mut reader = store.reader()?;
        let mut found = Vec::new();
        while let Some(stretch) = stretches.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.push(walk(reader.as_mut(), head.id, *stretch, progress)?);
        }
        Ok(found)
    };
    let walked: Vec<Result<_, EngineError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(walk)).collect();
        let panicked = || Err(EngineError::Defect("verifying panicked".to_owned()));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
    });
    let mut entries = 0;
    let mut broken: Option<Break> = None;
    for (walked, found) in walked.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten()
    {
        entries += walked;
        broken = match (broken, found) {
            (Some(one), Some(other)) if other.index < one.index => Some(other),
            (one, other) => one.or(other),
        };
    }
    Ok(VerifyReport { ledger: head.id, entries, head: head.trail_hash, broken })
}

/// Cuts the chain at its checkpoints. Each stretch must begin with the hash that the one before
/// ends with, so together they prove the whole.
fn stretches(head: &LedgerRow, checkpoints: &[Checkpoint]) -> Vec<Stretch> {
    let mut stretches = Vec::with_capacity(checkpoints.len() + 1);
    let (mut from, mut after) = (0, Hash::ZERO);
    for checkpoint in checkpoints.iter().filter(|point| point.index < head.trail_count) {
        let to = checkpoint.index + 1;
        stretches.push(Stretch { from, after, to, head: checkpoint.hash });
        (from, after) = (to, checkpoint.hash);
    }
    stretches.push(Stretch { from, after, to: head.trail_count, head: head.trail_hash });
    stretches
}

fn walk(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    stretch: Stretch,
    progress: &Progress,
) -> Result<(u64, Option<Break>), EngineError> {
    let mut verifier = Verifier::after(ledger, stretch.from, stretch.after);
    let mut next = stretch.from;
    while next < stretch.to {
        let limit = u32::try_from(stretch.to - next).unwrap_or(u32::MAX).min(PAGE);
        let page = reader.trail(ledger, next, limit)?;
        let Some(last) = page.entries.last() else { break };
        if last.sealed.entry.index < next {
            break;
        }
        next = last.sealed.entry.index + 1;
        page.entries.iter().for_each(|stored| verifier.take(&stored.sealed));
        progress.step(page.entries.len());
    }
    let found = verifier.finish(stretch.to, stretch.head);
    Ok((found.entries, found.broken))
}
