//! The port between the ledger and a database.
//!
//! A store loads what a batch asks for and writes what it decided, both set-wise, and answers
//! queries. It holds no rule: what may be written was decided before. A new store implements
//! [`Store`], [`Writer`] and [`Reader`], and runs the suite in [`contract`].
//!
//! The port is blocking. Writers run on threads of their own, readers where blocking is allowed.

pub mod contract;
mod error;
mod query;

pub use error::StoreError;
pub use query::{
    DateRange, GapFilter, GapPage, LedgerSummary, NumberFilter, NumberPage, NumberWithPlace, Page,
    SequencePage, StoredEntry, TrailPage,
};

use ledger::books::Checkpoint;
use ledger::id::{AccountId, GapId, KeyId, LedgerId, Position, SequenceId};
use ledger::model::{At, GapRow, KeyHash, KeyRow, LedgerRow, Mode, SequenceRow, SeriesRow};
use ledger::{Changes, Loaded, Misses};

/// A database.
pub trait Store: Send + Sync + 'static {
    /// Opens the way to write. Fails with [`StoreError::Busy`] when only one may write and
    /// another process does.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn writer(&self) -> Result<Box<dyn Writer>, StoreError>;

    /// Opens a way to read, beside writers and other readers.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;

    /// Room that the database takes, in bytes.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn size_bytes(&self) -> Result<u64, StoreError>;
}

/// One batch at a time: begin, load as often as needed, then commit or roll back.
pub trait Writer: Send {
    /// Begins a batch over these ledgers, given in ascending order, and locks them.
    /// Returns those that it got; one that is new, or held by another process, is told apart by
    /// what loading it gives.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError>;

    /// Loads what is asked for, in a number of statements that does not depend on how much that is.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError>;

    /// Writes everything and makes it durable, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a row is not as expected: nothing was written.
    /// [`StoreError::InDoubt`] when it is unknown whether it was written.
    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError>;

    /// Gives up the batch.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn rollback(&mut self) -> Result<(), StoreError>;

    /// Forgets remembered outcomes from before `before`, at most `limit`; returns how many.
    /// Called outside a batch.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn forget_outcomes(&mut self, before: At, limit: u32) -> Result<u32, StoreError>;
}

/// Queries. None scans a ledger; each answers at most a page.
pub trait Reader: Send {
    /// Loads what is asked for, as [`Writer::load`] does, without a lock.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError>;

    /// From here on every query sees the database as it is now, until [`Reader::release`]. Held
    /// for long, this keeps the database from tidying up behind writers, so it is for checks that
    /// compare many answers, not for requests.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn hold(&mut self) -> Result<(), StoreError>;

    /// Queries see what is written since again.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn release(&mut self) -> Result<(), StoreError>;

    /// All ledgers, by id, beginning behind `after`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn ledgers(&mut self, after: LedgerId, limit: u32) -> Result<Vec<LedgerRow>, StoreError>;

    /// The ledger of an account in a mode.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn ledger_of(
        &mut self,
        account: &AccountId,
        mode: Mode,
    ) -> Result<Option<LedgerRow>, StoreError>;

    /// The key with a hash, revoked ones included.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn key_by_hash(&mut self, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError>;

    /// The keys of a ledger, newest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn keys(&mut self, ledger: LedgerId) -> Result<Vec<KeyRow>, StoreError>;

    /// The key with an id.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn key(&mut self, key: KeyId) -> Result<Option<KeyRow>, StoreError>;

    /// The series of a ledger, by id.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn series(&mut self, ledger: LedgerId) -> Result<Vec<SeriesRow>, StoreError>;

    /// The sequences of a ledger by id, beginning behind `after`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn sequences(
        &mut self,
        ledger: LedgerId,
        after: SequenceId,
        limit: u32,
    ) -> Result<SequencePage, StoreError>;

    /// The sequences of one series with the latest periods first, and in a period by scope from the
    /// last to the first, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn sequences_of(
        &mut self,
        ledger: LedgerId,
        series: ledger::id::SeriesId,
        limit: u32,
    ) -> Result<Vec<SequenceRow>, StoreError>;

    /// Numbers of a ledger, newest given first. With a text in the filter: its present holder
    /// first, then former ones.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn numbers(
        &mut self,
        ledger: LedgerId,
        filter: &NumberFilter,
        page: Page<Position>,
    ) -> Result<NumberPage, StoreError>;

    /// One number with its sequence.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn number(
        &mut self,
        ledger: LedgerId,
        position: Position,
    ) -> Result<Option<NumberWithPlace>, StoreError>;

    /// The register of one sequence in the order of ordinals, from ordinal `from`, at most
    /// `limit`: every row, whatever its state.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn register(
        &mut self,
        ledger: LedgerId,
        sequence: SequenceId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<ledger::model::NumberRow>, StoreError>;

    /// Gaps of a ledger, newest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn gaps(
        &mut self,
        ledger: LedgerId,
        filter: &GapFilter,
        page: Page<GapId>,
    ) -> Result<GapPage, StoreError>;

    /// The gaps of one sequence in the order of ordinals, from ordinal `from`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn gaps_of(
        &mut self,
        ledger: LedgerId,
        sequence: SequenceId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<GapRow>, StoreError>;

    /// Trail entries in order, from index `from`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn trail(&mut self, ledger: LedgerId, from: u64, limit: u32) -> Result<TrailPage, StoreError>;

    /// Lines kept beside a trail entry, from line `from`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn trail_lines(
        &mut self,
        ledger: LedgerId,
        index: u64,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Vec<u8>>, StoreError>;

    /// The checkpoints of a trail, in order.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn checkpoints(&mut self, ledger: LedgerId) -> Result<Vec<Checkpoint>, StoreError>;

    /// Counts that a summary shows, found without a scan.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn summary(&mut self, ledger: LedgerId) -> Result<LedgerSummary, StoreError>;
}
