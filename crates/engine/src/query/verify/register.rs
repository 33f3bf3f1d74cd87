//! The register against the trail and the rules, page by page.

use ledger::id::{LedgerId, SequenceId};
use ledger::invariants::{Checker, Suspects, Violation};
use ledger::model::{LedgerRow, NumberRow, SequenceRow};
use store::{Reader, StoredEntry};

use super::chain::PAGE;
use super::progress::Progress;
use crate::error::EngineError;

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) sequences: u64,
    pub(super) numbers: u64,
    pub(super) gaps: u64,
    pub(super) violations: Vec<Violation>,
}

/// Walks what belongs to the ledger as its head states it.
pub(super) fn walk(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    progress: &Progress,
) -> Result<Walked, EngineError> {
    let mut walked = Walked::default();
    let mut checker = Checker::new(head);
    trail(reader, head, &mut checker, progress)?;
    checker.series(&reader.series(head.id)?);
    each_sequence(reader, head, |reader, sequence| {
        walked.sequences += 1;
        checker.sequence(sequence);
        walked.gaps += gaps(reader, sequence, &mut checker)?;
        numbers(reader, sequence, |rows| {
            walked.numbers += rows.len() as u64;
            progress.step(rows.len());
            checker.numbers(rows);
        })
    })?;
    let findings = checker.finish(head);
    walked.violations = findings.violations;
    if let Some(suspects) = findings.suspects {
        walked.violations.extend(look_again(reader, head, suspects)?);
    }
    Ok(walked)
}

fn trail(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    checker: &mut Checker,
    progress: &Progress,
) -> Result<(), EngineError> {
    let mut next = 0;
    while next < head.trail_count {
        let limit = u32::try_from(head.trail_count - next).unwrap_or(u32::MAX).min(PAGE);
        let page = reader.trail(head.id, next, limit)?;
        let Some(last) = page.entries.last().map(|stored| stored.sealed.entry.index) else { break };
        for stored in &page.entries {
            checker.entry(&stored.sealed);
            lines(reader, head.id, stored, checker)?;
        }
        progress.step(page.entries.len());
        if last < next {
            break;
        }
        next = last + 1;
    }
    Ok(())
}

fn lines(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    stored: &StoredEntry,
    checker: &mut Checker,
) -> Result<(), EngineError> {
    let mut from = 0;
    while from < stored.lines {
        let lines = reader.trail_lines(ledger, stored.sealed.entry.index, from, PAGE)?;
        if lines.is_empty() {
            break;
        }
        from += lines.len() as u64;
        lines.iter().for_each(|line| checker.line(line));
    }
    Ok(())
}

/// The sequences that the head knows, in the order of their ids.
fn each_sequence(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    mut visit: impl FnMut(&mut dyn Reader, &SequenceRow) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut after = SequenceId(0);
    loop {
        let page = reader.sequences(head.id, after, PAGE)?;
        for sequence in page.rows.iter().filter(|row| row.id.0 <= head.last_sequence) {
            visit(&mut *reader, sequence)?;
        }
        match page.rows.last() {
            Some(last) if page.has_more && last.id > after => after = last.id,
            _ => return Ok(()),
        }
    }
}

fn gaps(
    reader: &mut dyn Reader,
    sequence: &SequenceRow,
    checker: &mut Checker,
) -> Result<u64, EngineError> {
    let (mut from, mut count) = (0, 0);
    loop {
        let rows = reader.gaps_of(sequence.ledger, sequence.id, from, PAGE)?;
        checker.gaps(&rows);
        count += rows.len() as u64;
        match rows.last() {
            Some(last) if rows.len() as u64 >= u64::from(PAGE) && last.to >= from => {
                from = last.to + 1;
            }
            _ => return Ok(count),
        }
    }
}

fn numbers(
    reader: &mut dyn Reader,
    sequence: &SequenceRow,
    mut visit: impl FnMut(&[NumberRow]),
) -> Result<(), EngineError> {
    let mut from = 0;
    loop {
        let rows = reader.register(sequence.ledger, sequence.id, from, PAGE)?;
        visit(&rows);
        match rows.last() {
            Some(last) if rows.len() as u64 >= u64::from(PAGE) && last.ordinal >= from => {
                from = last.ordinal + 1;
            }
            _ => return Ok(()),
        }
    }
}

/// Tells what occurs twice from what only seems to, by a second walk over the numbers.
fn look_again(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    mut suspects: Suspects,
) -> Result<Vec<Violation>, EngineError> {
    each_sequence(reader, head, |reader, sequence| {
        numbers(reader, sequence, |rows| rows.iter().for_each(|row| suspects.number(row)))
    })?;
    Ok(suspects.finish())
}
