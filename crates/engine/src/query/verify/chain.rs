//! The chain of the trail, walked from all its checkpoints at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use ledger::books::Checkpoint;
use ledger::id::LedgerId;
use ledger::limits::CHECKPOINT_EVERY;
use ledger::model::LedgerRow;
use ledger::trail::{Break, Hash, Verifier};
use store::{Reader, Store};

use super::{Progress, TrailReport};
use crate::error::EngineError;

/// Entries read at once.
pub(super) const PAGE: u32 = 1_000;

/// A stretch of the chain between two places whose hashes are known.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: u64,
    after: Hash,
    to: u64,
    head: Hash,
}

/// Walks on so many threads, each with a reader of its own.
pub(super) fn chain(
    store: &dyn Store,
    head: &LedgerRow,
    checkpoints: &[Checkpoint],
    threads: usize,
    progress: &Progress,
) -> Result<TrailReport, EngineError> {
    let stretches = stretches(head, checkpoints);
    let misplaced = misplaced(head, checkpoints);
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
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(walk)).collect();
        let panicked = || Err(EngineError::Defect("verifying panicked".to_owned()));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
    });
    let mut entries = 0;
    let mut broken: Option<Break> = misplaced;
    for (walked, found) in walked.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten()
    {
        entries += walked;
        broken = match (broken, found) {
            (Some(one), Some(other)) if other.index < one.index => Some(other),
            (one, other) => one.or(other),
        };
    }
    Ok(TrailReport { ledger: head.id, entries, head: head.trail_hash, broken })
}

/// The first checkpoint that is not where it should be. Whether its hash is right, the walk tells.
fn misplaced(head: &LedgerRow, checkpoints: &[Checkpoint]) -> Option<Break> {
    let mut wanted = (1..).map(|n| n * CHECKPOINT_EVERY - 1);
    let mut wanted = wanted.by_ref().take_while(|index| *index < head.trail_count);
    let mut found =
        checkpoints.iter().map(|point| point.index).filter(|index| *index < head.trail_count);
    loop {
        let (wanted, found) = (wanted.next(), found.next());
        if wanted == found {
            wanted?;
            continue;
        }
        let index = wanted.into_iter().chain(found).min().unwrap_or_default();
        let problem = "its checkpoint is missing, or there is one that should not be".to_owned();
        return Some(Break { index, problem });
    }
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

#[cfg(test)]
mod tests {
    use ledger::id::AccountId;
    use ledger::model::{HouseStyle, Mode, Settings};

    use super::*;

    #[test]
    fn a_checkpoint_that_is_missing_or_one_too_many_is_a_break() {
        let settings = Settings::new(HouseStyle::Yearly);
        let account = AccountId("acct_1".to_owned());
        let id = LedgerId(1);
        let mut head = LedgerRow::new(id, account, String::new(), Mode::Live, settings);
        head.trail_count = 2 * CHECKPOINT_EVERY;
        let point = |index| Checkpoint { ledger: id, index, hash: Hash::ZERO };
        let places = |points: &[u64]| {
            let points: Vec<_> = points.iter().map(|index| point(*index)).collect();
            misplaced(&head, &points).map(|found| found.index)
        };
        let (first, second) = (CHECKPOINT_EVERY - 1, 2 * CHECKPOINT_EVERY - 1);
        assert_eq!(places(&[first, second]), None);
        // Of a ledger that went on there may be more.
        assert_eq!(places(&[first, second, 3 * CHECKPOINT_EVERY - 1]), None);
        assert_eq!(places(&[first]), Some(second));
        assert_eq!(places(&[second]), Some(first));
        assert_eq!(places(&[7, first, second]), Some(7));
        assert_eq!(places(&[]), Some(first));
    }

    #[test]
    fn stretches_join_at_checkpoints_and_cover_the_trail() {
        let settings = Settings::new(HouseStyle::Yearly);
        let account = AccountId("acct_1".to_owned());
        let id = LedgerId(1);
        let mut head = LedgerRow::new(id, account, String::new(), Mode::Live, settings);
        (head.trail_count, head.trail_hash) = (150, Hash([9; 32]));
        let point = |index, byte| Checkpoint { ledger: id, index, hash: Hash([byte; 32]) };
        let cut = stretches(&head, &[point(63, 1), point(127, 2), point(191, 3)]);
        let ends: Vec<_> = cut.iter().map(|stretch| (stretch.from, stretch.to)).collect();
        assert_eq!(ends, [(0, 64), (64, 128), (128, 150)]);
        assert!(cut.windows(2).all(|pair| pair[0].head == pair[1].after));
        assert_eq!((cut[0].after, cut[2].head), (Hash::ZERO, head.trail_hash));
    }
}
