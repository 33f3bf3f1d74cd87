//! Objects, events and deliveries on their way, and the proof that they arrived.
//!
//! The trail does not tell them all, so both sides are held against each other: row by row, by a
//! sum over what was read in the source and one over what is read in the target. That is done
//! before the ledger's head is written: from then on a server may deliver what is there, and forget
//! it.

use std::ops::Bound;
use std::sync::Arc;

use ledger::id::{LedgerId, ObjectId};
use ledger::model::{DeliveryRow, EventRow, ObjectRow};
use sha2::{Digest, Sha256};
use store::{Reader, StoreError};

use super::error::{MoveError, Side};
use super::page::PageSize;
use super::part::Part;
use crate::forward::forward;
use crate::query::Progress;

/// What a row takes beside its body, about.
const ROW: usize = 256;

/// What was seen of a ledger's documents on one side, in the order of ids.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    objects: Sum,
    events: Sum,
    deliveries: Sum,
}

/// Copies what a ledger has of them, and tells what that was.
pub(super) fn copy(
    from: &mut dyn Reader,
    ledger: LedgerId,
    part: &mut Part<'_>,
    progress: &Progress,
) -> Result<Seen, MoveError> {
    let mut seen = Seen::default();
    each_object(from, ledger, |rows, bytes| {
        progress.begin(rows.len() as u64);
        rows.iter().for_each(|row| seen.objects.object(row));
        let rows = rows.into_iter().map(Arc::new);
        part.add(rows.len(), bytes, |changes| changes.objects.extend(rows))
    })?;
    // A delivery takes the time of its event along, so events stand before.
    each_event(from, ledger, |rows, bytes| {
        progress.begin(rows.len() as u64);
        rows.iter().for_each(|row| seen.events.event(row));
        part.add(rows.len(), bytes, |changes| changes.events.extend(rows))
    })?;
    each_delivery(from, ledger, |rows, bytes| {
        progress.begin(rows.len() as u64);
        rows.iter().for_each(|row| seen.deliveries.delivery(row));
        part.add(rows.len(), bytes, |changes| changes.deliveries.extend(rows))
    })?;
    Ok(seen)
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { objects: Sum::new(), events: Sum::new(), deliveries: Sum::new() }
    }
}

impl Seen {
    /// Refuses a target that has anything else of a ledger than what was copied.
    pub(super) fn prove(self, to: &mut dyn Reader, ledger: LedgerId) -> Result<(), MoveError> {
        let mut there = Seen { objects: objects(to, ledger)?, ..Seen::default() };
        each_event(to, ledger, |rows, _| {
            rows.iter().for_each(|row| there.events.event(row));
            Ok(())
        })?;
        each_delivery(to, ledger, |rows, _| {
            rows.iter().for_each(|row| there.deliveries.delivery(row));
            Ok(())
        })?;
        let mut findings = Vec::new();
        for (what, copied, there) in [
            ("objects", self.objects, there.objects),
            ("events", self.events, there.events),
            ("deliveries", self.deliveries, there.deliveries),
        ] {
            findings.extend(differing(what, copied, there));
        }
        refuse(ledger, findings)
    }
}

/// Refuses two ledgers with one head whose objects are not the same. Events and deliveries are not
/// compared: each side delivers and forgets its own, which moves no head.
pub(super) fn prove_objects(
    from: &mut dyn Reader,
    to: &mut dyn Reader,
    ledger: LedgerId,
) -> Result<(), MoveError> {
    let differing = differing("objects", objects(from, ledger)?, objects(to, ledger)?);
    refuse(ledger, differing.into_iter().collect())
}

fn objects(reader: &mut dyn Reader, ledger: LedgerId) -> Result<Sum, MoveError> {
    let mut sum = Sum::new();
    each_object(reader, ledger, |rows, _| {
        rows.iter().for_each(|row| sum.object(row));
        Ok(())
    })?;
    Ok(sum)
}

fn differing(what: &str, source: Sum, target: Sum) -> Option<String> {
    let (source, target) = (source.finish(), target.finish());
    (source != target).then(|| {
        format!("its {what} are not the same: {} in the source, {} there", source.0, target.0)
    })
}

fn refuse(ledger: LedgerId, findings: Vec<String>) -> Result<(), MoveError> {
    match findings.is_empty() {
        true => Ok(()),
        false => Err(MoveError::Unproven { side: Side::Target, ledger, findings }),
    }
}

/// Rows and the hash over all that they hold, in their order.
#[derive(Clone, Debug)]
struct Sum {
    rows: u64,
    hash: Sha256,
}

impl Sum {
    fn new() -> Sum {
        Sum { rows: 0, hash: Sha256::new() }
    }

    fn object(&mut self, row: &ObjectRow) {
        let kind = i64::from(row.kind().code());
        let numbers = [row.id.0 as i64, row.created.0, row.revision as i64, kind];
        self.numbers(&numbers);
        self.numbers(&[i64::from(row.deleted)]);
        self.bytes(&row.body_bytes());
        self.rows += 1;
    }

    fn event(&mut self, row: &EventRow) {
        let (kind, subject) = row.subject.code();
        self.numbers(&[row.id.0 as i64, row.at.0, i64::from(kind), subject as i64]);
        self.bytes(row.kind.as_bytes());
        self.bytes(row.version.as_bytes());
        self.maybe(row.request.as_deref().map(str::as_bytes));
        self.maybe(row.idempotency_key.as_deref().map(str::as_bytes));
        self.maybe(row.body.as_deref());
        self.rows += 1;
    }

    fn delivery(&mut self, row: &DeliveryRow) {
        self.numbers(&[row.event.0 as i64, row.endpoint.0 as i64, i64::from(row.state.code())]);
        self.numbers(&[i64::from(row.attempts), row.due.0]);
        self.maybe(row.leased_until.map(|at| at.0.to_be_bytes()).as_ref().map(|at| &at[..]));
        self.bytes(&row.log_bytes());
        self.rows += 1;
    }

    fn numbers(&mut self, numbers: &[i64]) {
        numbers.iter().for_each(|number| self.hash.update(number.to_be_bytes()));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.hash.update((bytes.len() as u64).to_be_bytes());
        self.hash.update(bytes);
    }

    fn maybe(&mut self, bytes: Option<&[u8]>) {
        self.hash.update([u8::from(bytes.is_some())]);
        self.bytes(bytes.unwrap_or_default());
    }

    fn finish(self) -> (u64, [u8; 32]) {
        (self.rows, self.hash.finalize().into())
    }
}

fn each_object(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    mut visit: impl FnMut(Vec<ObjectRow>, usize) -> Result<(), MoveError>,
) -> Result<(), MoveError> {
    let size = |row: &ObjectRow| ROW + row.body_bytes().len();
    let read = |after, limit| reader.all_objects(ledger, after, limit);
    each("documents", ObjectId(0), read, |row| row.id, size, &mut visit)
}

fn each_event(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    mut visit: impl FnMut(Vec<EventRow>, usize) -> Result<(), MoveError>,
) -> Result<(), MoveError> {
    let size = |row: &EventRow| ROW + row.body.as_ref().map_or(0, Vec::len);
    let read = |after, limit| reader.all_events(ledger, after, limit);
    each("events", ObjectId(0), read, |row| row.id, size, &mut visit)
}

fn each_delivery(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    mut visit: impl FnMut(Vec<DeliveryRow>, usize) -> Result<(), MoveError>,
) -> Result<(), MoveError> {
    let size = |row: &DeliveryRow| ROW + row.log.len() * ROW / 2;
    let read = |after, limit| reader.all_deliveries(ledger, after, limit);
    let first = (ObjectId(0), ObjectId(0));
    each("deliveries", first, read, |row| (row.event, row.endpoint), size, &mut visit)
}

/// Visits rows page by page in the order of their keys, with about the bytes that a page takes. Of
/// what is left out here both sides would be left without, so a page that goes back is no end.
fn each<T, K: Copy + PartialOrd>(
    what: &str,
    mut after: K,
    mut read: impl FnMut(K, u32) -> Result<Vec<T>, StoreError>,
    key: impl Fn(&T) -> K,
    bytes: impl Fn(&T) -> usize,
    visit: &mut impl FnMut(Vec<T>, usize) -> Result<(), MoveError>,
) -> Result<(), MoveError> {
    let mut size = PageSize::new();
    loop {
        let rows = read(after, size.rows())?;
        forward(what, Bound::Excluded(after), rows.iter().map(&key))?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = key(last);
        let taken = rows.iter().map(&bytes).sum();
        size.learn(taken);
        visit(rows, taken)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_goes_back_is_refused_and_not_taken_for_the_end() {
        let mut seen = Vec::new();
        let pages = |after, _| Ok(if after < 3 { vec![after + 1, after + 2] } else { vec![1, 2] });
        let mut visit = |rows: Vec<u64>, _| {
            seen.extend(rows);
            Ok(())
        };
        let stopped = each("events", 0, pages, |row| *row, |_| 1, &mut visit).unwrap_err();
        assert!(stopped.to_string().contains("events do not come in their order"), "{stopped}");
        assert_eq!(seen, [1, 2, 3, 4]);
    }
}
