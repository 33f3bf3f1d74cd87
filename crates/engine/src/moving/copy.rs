//! Copying one ledger: its rows by parts, then its head with its keys and people.

use std::ops::Bound;
use std::sync::Arc;

use ledger::Changes;
use ledger::books::{LedgerChange, TrailLine};
use ledger::id::{CustomerId, GapId, LedgerId, Position, SequenceId};
use ledger::model::{LedgerRow, NumberRow};
use store::{NumberFilter, Page, Reader, Store, StoreError, StoredEntry, Writer};

use super::documents;
use super::error::MoveError;
use super::hold::Hold;
use super::page::PageSize;
use super::part::Part;
use crate::forward::{behind, forward};
use crate::query::Progress;

/// Rows that are about of one size, read at once.
const PLAIN: u32 = 1_000;
/// What a row takes beside its texts, about.
const ROW: usize = 256;

/// Copies a ledger that `target`, which `to` writes to, does not have.
pub(super) fn copy(
    from: &mut dyn Reader,
    to: &mut dyn Writer,
    target: &dyn Store,
    head: &LedgerRow,
    hold: &Hold,
    progress: &Progress,
) -> Result<(), MoveError> {
    let counted = head.last_position + head.last_gap + head.trail_count;
    progress.begin(counted + head.last_sequence + u64::from(head.last_series));
    let (keys, users) = (from.keys(head.id)?, from.people(head.id)?);
    let mut part = Part::new(to, hold, progress);
    // Numbers and gaps may be written only behind the sequences that they are in.
    places(from, head.id, &mut part)?;
    numbers(from, head.id, &mut part)?;
    gaps(from, head.id, &mut part)?;
    customers(from, head.id, &mut part, progress)?;
    prefixes(from, head.id, &mut part, progress)?;
    trail(from, head, &mut part, progress)?;
    formers(from, head.id, &mut part, progress)?;
    outcomes(from, head.id, &mut part, progress)?;
    let documents = documents::copy(from, head.id, &mut part, progress)?;
    part.flush()?;
    documents.prove(&mut *target.reader()?, head.id)?;
    let row = head.clone();
    let ledgers = vec![LedgerChange { row, expected: None }];
    let end = Changes { ledgers, keys, users, ..Changes::default() };
    to.begin(&[head.id])?;
    to.commit(&end).map_err(|error| match error {
        StoreError::Conflict(what) => MoveError::Clash(format!(
            "the target has a key or an account of ledger {} already ({what}). Move into an empty \
             database.",
            head.id
        )),
        error => error.into(),
    })
}

fn places(from: &mut dyn Reader, ledger: LedgerId, part: &mut Part<'_>) -> Result<(), MoveError> {
    let series: Vec<_> = from.series(ledger)?.into_iter().map(Arc::new).collect();
    part.add(series.len(), series.len() * 4 * ROW, |changes| changes.series = series)?;
    let mut after = SequenceId(0);
    loop {
        let page = from.sequences(ledger, after, PLAIN)?;
        forward("sequences", Bound::Excluded(after), page.rows.iter().map(|row| row.id))?;
        let Some(last) = page.rows.last() else { break };
        after = last.id;
        let count = page.rows.len();
        part.add(count, count * ROW, |changes| changes.sequences.extend(page.rows))?;
    }
    part.flush()
}

/// In the order in which they were given, whatever their sequences, as they are stored.
fn numbers(from: &mut dyn Reader, ledger: LedgerId, part: &mut Part<'_>) -> Result<(), MoveError> {
    let (mut after, mut size) = (Position(0), PageSize::new());
    loop {
        let page = Page { starting_after: None, ending_before: Some(after), limit: size.rows() };
        let rows = from.numbers(ledger, &NumberFilter::default(), page)?.rows;
        let keys = rows.iter().rev().map(|found| found.row.position);
        forward("numbers", Bound::Excluded(after), keys)?;
        let Some(newest) = rows.first() else { return Ok(()) };
        after = newest.row.position;
        let bytes = rows.iter().map(|found| number_bytes(&found.row)).sum();
        size.learn(bytes);
        let rows = rows.into_iter().rev().map(|found| found.row);
        part.add(rows.len(), bytes, |changes| changes.new_numbers.extend(rows))?;
    }
}

fn number_bytes(row: &NumberRow) -> usize {
    let metadata = row.metadata.iter().map(|(name, value)| name.len() + value.len() + ROW / 4);
    let reason = row.voided.as_ref().map_or(0, |voided| voided.reason.len());
    ROW + row.text.len() + reason + metadata.sum::<usize>()
}

fn gaps(from: &mut dyn Reader, ledger: LedgerId, part: &mut Part<'_>) -> Result<(), MoveError> {
    let mut after = GapId(0);
    loop {
        let rows = from.all_gaps(ledger, after, PLAIN)?;
        forward("gaps", Bound::Excluded(after), rows.iter().map(|gap| gap.id))?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        part.add(rows.len(), rows.len() * 4 * ROW, |changes| changes.gaps.extend(rows))?;
    }
}

fn customers(
    from: &mut dyn Reader,
    ledger: LedgerId,
    part: &mut Part<'_>,
    progress: &Progress,
) -> Result<(), MoveError> {
    let mut after: Option<CustomerId> = None;
    loop {
        let rows = from.customers(ledger, after.as_ref(), PLAIN)?;
        forward("customers", behind(after.as_ref()), rows.iter().map(|row| &row.id))?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id.clone());
        progress.begin(rows.len() as u64);
        part.add(rows.len(), rows.len() * ROW, |changes| changes.customers.extend(rows))?;
    }
}

fn prefixes(
    from: &mut dyn Reader,
    ledger: LedgerId,
    part: &mut Part<'_>,
    progress: &Progress,
) -> Result<(), MoveError> {
    let mut after: Option<String> = None;
    loop {
        let rows = from.prefixes(ledger, after.as_deref(), PLAIN)?;
        let keys = rows.iter().map(|(prefix, _)| prefix.as_str());
        forward("prefixes", behind(after.as_deref()), keys)?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = Some(last.clone());
        progress.begin(rows.len() as u64);
        let rows = rows.into_iter().map(|(prefix, owner)| (ledger, prefix, owner));
        part.add(rows.len(), rows.len() * ROW, |changes| changes.prefixes.extend(rows))?;
    }
}

fn trail(
    from: &mut dyn Reader,
    head: &LedgerRow,
    part: &mut Part<'_>,
    progress: &Progress,
) -> Result<(), MoveError> {
    let (mut next, mut size) = (0, PageSize::new());
    let mut lines = PageSize::new();
    while next < head.trail_count {
        let entries = from.trail(head.id, next, size.rows())?.entries;
        let keys = entries.iter().map(|stored| stored.sealed.entry.index);
        forward("trail entries", Bound::Included(next), keys)?;
        let Some(last) = entries.last() else { break };
        next = last.sealed.entry.index + 1;
        let bytes = entries.iter().map(|stored| ROW + stored.sealed.entry.body.len()).sum();
        size.learn(bytes);
        for stored in entries.iter().filter(|stored| stored.lines > 0) {
            progress.begin(stored.lines);
            trail_lines(from, stored, &mut lines, part)?;
        }
        let entries = entries.into_iter().map(|stored| stored.sealed);
        part.add(entries.len(), bytes, |changes| changes.trail.extend(entries))?;
    }
    let points = from.checkpoints(head.id)?;
    progress.begin(points.len() as u64);
    part.add(points.len(), points.len() * ROW, |changes| changes.checkpoints.extend(points))
}

fn trail_lines(
    from: &mut dyn Reader,
    stored: &StoredEntry,
    size: &mut PageSize,
    part: &mut Part<'_>,
) -> Result<(), MoveError> {
    let (ledger, index) = (stored.sealed.entry.ledger, stored.sealed.entry.index);
    let mut next = 0;
    while next < stored.lines {
        let found = from.trail_lines(ledger, index, next, size.rows())?;
        if found.is_empty() {
            break;
        }
        let bytes = found.iter().map(|line| ROW / 4 + line.len()).sum();
        size.learn(bytes);
        let lines =
            (next..).zip(found).map(|(line, bytes)| TrailLine { ledger, index, line, bytes });
        let lines: Vec<_> = lines.collect();
        next += lines.len() as u64;
        part.add(lines.len(), bytes, |changes| changes.trail_lines.extend(lines))?;
    }
    Ok(())
}

/// Texts that numbers had before.
fn formers(
    from: &mut dyn Reader,
    ledger: LedgerId,
    part: &mut Part<'_>,
    progress: &Progress,
) -> Result<(), MoveError> {
    let mut after = (Position(0), 0);
    loop {
        let rows = from.formers(ledger, after, PLAIN)?;
        let keys = rows.iter().map(|row| (row.position, row.index));
        forward("former texts", Bound::Excluded(after), keys)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (last.position, last.index);
        progress.begin(rows.len() as u64);
        part.add(rows.len(), rows.len() * ROW, |changes| changes.formers.extend(rows))?;
    }
}

/// Remembered outcomes: who repeats a request across the move gets the same answer.
fn outcomes(
    from: &mut dyn Reader,
    ledger: LedgerId,
    part: &mut Part<'_>,
    progress: &Progress,
) -> Result<(), MoveError> {
    let (mut after, mut size) = (None, PageSize::new());
    loop {
        let page = from.outcomes(ledger, after, size.rows())?;
        let place = behind(after.map(|after| after.0));
        forward("remembered outcomes", place, page.next.map(|next| next.0))?;
        let bytes = page.rows.iter().map(|row| ROW + row.result_bytes().len()).sum();
        size.learn(bytes);
        progress.begin(page.rows.len() as u64);
        let count = page.rows.len();
        part.add(count, bytes, |changes| changes.outcomes.extend(page.rows))?;
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
