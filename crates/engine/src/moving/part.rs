//! Rows on their way, collected until they are worth a transaction.

use ledger::Changes;
use store::Writer;

use super::error::MoveError;
use super::hold::Hold;
use crate::query::Progress;

/// Rows in one transaction, about.
const ROWS: usize = 5_000;
/// Bytes in one transaction, about.
const BYTES: usize = 4 << 20;

/// Rows that are written together.
pub(super) struct Part<'a> {
    writer: &'a mut dyn Writer,
    hold: &'a Hold,
    progress: &'a Progress,
    changes: Changes,
    rows: usize,
    bytes: usize,
}

impl<'a> Part<'a> {
    pub(super) fn new(
        writer: &'a mut dyn Writer,
        hold: &'a Hold,
        progress: &'a Progress,
    ) -> Part<'a> {
        Part { writer, hold, progress, changes: Changes::default(), rows: 0, bytes: 0 }
    }

    /// Adds rows, which take so many bytes, and writes what there is when it is enough.
    pub(super) fn add(
        &mut self,
        rows: usize,
        bytes: usize,
        put: impl FnOnce(&mut Changes),
    ) -> Result<(), MoveError> {
        put(&mut self.changes);
        self.rows += rows;
        self.bytes += bytes;
        if self.rows >= ROWS || self.bytes >= BYTES { self.flush() } else { Ok(()) }
    }

    /// Writes what there is.
    pub(super) fn flush(&mut self) -> Result<(), MoveError> {
        self.hold.check()?;
        if self.rows > 0 {
            self.writer.restore(&self.changes)?;
            self.progress.step(self.rows);
            self.changes = Changes::default();
            (self.rows, self.bytes) = (0, 0);
        }
        Ok(())
    }
}
