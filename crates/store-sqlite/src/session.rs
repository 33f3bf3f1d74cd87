//! One connection, and the only way in which statements are run on it.

use std::ffi::c_int;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB, Params, params_from_iter};
use store::StoreError;

use crate::cell::Fields;
use crate::counters::{Counting, count};
use crate::open::Place;
use crate::page::Question;
use crate::rows::{Bound, Rows};

/// Statements that a connection keeps prepared: more than there are.
const STATEMENTS_KEPT: usize = 256;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Write,
    Read,
}

/// A connection that counts its statements and speaks of errors in the port's words.
pub(crate) struct Session {
    connection: Connection,
    place: Place,
    counting: Arc<Counting>,
    purpose: Use,
}

impl Session {
    pub(crate) fn new(
        connection: Connection,
        place: Place,
        counting: Arc<Counting>,
        purpose: Use,
    ) -> Session {
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Session { connection, place, counting, purpose }
    }

    /// Runs a statement that gives no rows; answers how many it wrote.
    pub(crate) fn run(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        self.note(sql);
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| self.error(&e))?;
        statement.execute(params).map_err(|e| self.error(&e))
    }

    /// Reads all rows that a statement gives.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.note(sql);
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| self.error(&e))?;
        let mut rows = statement.query(params).map_err(|e| self.error(&e))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|e| self.error(&e))? {
            found.push(read(&mut Fields::new(row))?);
        }
        Ok(found)
    }

    /// Reads all rows that answer a question.
    pub(crate) fn ask<T>(
        &self,
        question: Question,
        read: impl FnMut(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.all(&question.sql, params_from_iter(question.values), read)
    }

    /// Reads the first row that a statement gives.
    pub(crate) fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.all(sql, params, read).map(|rows| rows.into_iter().next())
    }

    /// Writes a batch of rows with one statement over `rows(?1)`; none for an empty batch.
    ///
    /// Every row must be written, else the batch is in conflict with what is stored.
    pub(crate) fn write(&self, sql: &str, rows: Rows) -> Result<(), StoreError> {
        let count = rows.len();
        if count == 0 {
            return Ok(());
        }
        match self.run(sql, [Bound::from(rows)])? {
            written if written == count => Ok(()),
            written => Err(StoreError::Conflict(format!("{written} of {count} rows fit"))),
        }
    }

    /// Reads what a statement over `rows(?1)` finds; none for an empty batch.
    pub(crate) fn look<T>(
        &self,
        sql: &str,
        rows: Rows,
        read: impl FnMut(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        if rows.len() == 0 {
            return Ok(Vec::new());
        }
        self.all(sql, [Bound::from(rows)], read)
    }

    /// Has `hear` told after each commit how many pages the write-ahead log holds.
    pub(crate) fn on_commit(
        &mut self,
        mut hear: impl FnMut(u64) + Send + 'static,
    ) -> Result<(), StoreError> {
        let hook = move |_: &mut Wal, pages: c_int| {
            hear(u64::try_from(pages).unwrap_or(0));
            Ok(())
        };
        self.connection.wal_hook(Some(hook)).map_err(|error| self.error(&error))
    }

    /// Interrupts statements when `wanted` says so; it is asked every `steps` steps of theirs.
    pub(crate) fn interrupt(
        &mut self,
        steps: c_int,
        wanted: impl FnMut() -> bool + Send + 'static,
    ) -> Result<(), StoreError> {
        let told = self.connection.progress_handler(steps, Some(wanted));
        told.map_err(|error| self.error(&error))
    }

    /// Copies of the write-ahead log into the file what no reader keeps it from, without waiting.
    /// Answers how many pages the log holds, and how many of them are copied now.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the file is not the one any more that the log belongs to.
    pub(crate) fn checkpoint(&self) -> Result<(i64, i64), StoreError> {
        self.look_at_file()?;
        let result = self.connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::PASSIVE);
        let (log, copied) = result.map_err(|error| self.error(&error))?;
        count(&self.counting.checkpoints);
        Ok((i64::from(log), i64::from(copied)))
    }

    /// Looks whether what stands in the file can be what was read and written there.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when it cannot, and from then on.
    pub(crate) fn look_at_file(&self) -> Result<(), StoreError> {
        self.place.look(self)
    }

    /// The size of a page, in bytes.
    pub(crate) fn page_bytes(&self) -> Result<usize, StoreError> {
        let bytes = self.first("PRAGMA page_size", [], |fields| fields.u64())?;
        Ok(bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0))
    }

    /// The size of the file with what its log holds, in bytes.
    pub(crate) fn bytes(&self) -> Result<u64, StoreError> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        Ok(self.first(sql, [], |fields| fields.u64())?.unwrap_or(0))
    }

    /// Copies all of the write-ahead log into the file and leaves it empty, waiting for readers.
    pub(crate) fn complete(&self) -> Result<(), StoreError> {
        self.look_at_file()?;
        let result = self.connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE);
        result.map(drop).map_err(|error| self.error(&error))
    }

    /// Whether a transaction is open.
    pub(crate) fn is_open(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Makes every `COMMIT` fail from now on.
    #[cfg(test)]
    pub(crate) fn refuse_commits(&mut self) {
        self.connection.commit_hook(Some(|| true)).expect("hook");
    }

    /// The file, as it is named to people.
    pub(crate) fn place(&self) -> &str {
        &self.place.name
    }

    /// The connection itself, for what is no statement.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn error(&self, error: &rusqlite::Error) -> StoreError {
        self.place.error(error)
    }

    fn note(&self, sql: &str) {
        match self.purpose {
            Use::Write => count(&self.counting.written_statements),
            Use::Read => count(&self.counting.read_statements),
        }
        #[cfg(test)]
        crate::plans::note(sql);
        #[cfg(not(test))]
        let _ = sql;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The last one to be closed copies the log into the file, and this file is another one.
        if self.place.soundness.is_overwritten() {
            let option = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            let _ = self.connection.set_db_config(option, true);
        }
    }
}
