//! Reading a ledger that goes on, in slices that are each one state of it.
//!
//! A state that is held keeps the database from tidying up behind its writers, so none is held for
//! longer than a few pages take. Between them the ledger goes on. What it did is in the trail,
//! which is only ever added to: before a slice is looked at, the checker has had the trail up to
//! the head that was read with it.

use ledger::Misses;
use ledger::id::LedgerId;
use ledger::invariants::Checker;
use ledger::model::LedgerRow;
use store::{Reader, StoreError, StoredEntry};

use super::chain::PAGE;
use super::progress::Progress;
use crate::error::EngineError;

/// A checker, and the ledger that it is given slice by slice.
pub(super) struct Slices<'a> {
    pub(super) checker: Checker,
    pub(super) ledger: LedgerId,
    pub(super) progress: &'a Progress,
    reader: &'a mut dyn Reader,
    /// The next trail entry that the checker has not had.
    next: u64,
    /// What could not be read last.
    unreadable: Option<String>,
}

impl<'a> Slices<'a> {
    /// Begins with the whole trail up to a head.
    pub(super) fn begin(
        reader: &'a mut dyn Reader,
        head: &LedgerRow,
        progress: &'a Progress,
    ) -> Result<Slices<'a>, EngineError> {
        let checker = Checker::new(head);
        let mut slices =
            Slices { checker, ledger: head.id, progress, reader, next: 0, unreadable: None };
        slices.catch_up(head.trail_count)?;
        Ok(slices)
    }

    /// Reads a slice and the head of the ledger in one state, which the checker then stands at.
    /// `None` when something in it cannot be read, which the checker has been told.
    pub(super) fn slice<T>(
        &mut self,
        read: impl FnOnce(&mut dyn Reader) -> Result<T, StoreError>,
    ) -> Result<Option<(LedgerRow, T)>, EngineError> {
        self.reader.hold()?;
        let found = head(&mut *self.reader, self.ledger)
            .and_then(|head| Ok((head, read(&mut *self.reader)?)));
        self.reader.release()?;
        match found {
            Ok((head, value)) => {
                self.catch_up(head.trail_count)?;
                Ok(Some((head, value)))
            }
            Err(StoreError::Unusable(what)) => {
                // The same is told once, however often it is come by.
                if self.unreadable.as_ref() != Some(&what) {
                    self.checker.unreadable(what.clone());
                    self.unreadable = Some(what);
                }
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the walk: the checker, and the head that it stands at.
    pub(super) fn end(mut self) -> Result<(Checker, LedgerRow), EngineError> {
        self.reader.hold()?;
        let head = head(&mut *self.reader, self.ledger);
        self.reader.release()?;
        let head = head?;
        self.catch_up(head.trail_count)?;
        Ok((self.checker, head))
    }

    /// Gives the checker the trail up to entry `count`.
    fn catch_up(&mut self, count: u64) -> Result<(), EngineError> {
        while self.next < count {
            let limit = u32::try_from(count - self.next).unwrap_or(u32::MAX).min(PAGE);
            let page = self.reader.trail(self.ledger, self.next, limit)?;
            let last = page.entries.last().map(|stored| stored.sealed.entry.index);
            for stored in &page.entries {
                self.checker.entry(&stored.sealed);
                self.lines(stored)?;
            }
            self.progress.step(page.entries.len());
            match last {
                Some(last) if last >= self.next => self.next = last + 1,
                // What is missing is told by the chain; nothing is read twice.
                _ => self.next = count,
            }
        }
        Ok(())
    }

    fn lines(&mut self, stored: &StoredEntry) -> Result<(), EngineError> {
        let mut from = 0;
        while from < stored.lines {
            let index = stored.sealed.entry.index;
            let lines = self.reader.trail_lines(self.ledger, index, from, PAGE)?;
            if lines.is_empty() {
                break;
            }
            from += lines.len() as u64;
            lines.iter().for_each(|line| self.checker.line(line));
        }
        Ok(())
    }
}

fn head(reader: &mut dyn Reader, ledger: LedgerId) -> Result<LedgerRow, StoreError> {
    let misses = Misses { ledgers: vec![ledger], ..Misses::default() };
    let found = reader.load(&misses)?.ledgers.pop();
    found.ok_or_else(|| StoreError::Unusable(format!("the head of ledger {ledger} is gone")))
}
