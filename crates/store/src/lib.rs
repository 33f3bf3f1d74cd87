//! The port between the ledger and a database.
//!
//! A store loads what a batch asks for and writes what it decided, both set-wise, and answers
//! queries. It holds no rule: what may be written was decided before. A new store implements
//! [`Store`], [`Writer`] and [`Reader`], and runs the suite in [`contract`].
//!
//! The port is blocking. Writers run on threads of their own, readers where blocking is allowed.

pub mod contract;
mod days;
mod error;
mod guessing;
mod part;
mod query;
mod restored;
mod session;

pub use days::{Day, merge_days};
pub use error::StoreError;
pub use guessing::{begin_then_load, commit_after_a_look};
pub use part::{Order, Slice, Span, Stretch, cut_register};
pub use query::{
    AtRange, DateRange, DeliveriesOf, DeliveryPage, EventFilter, EventKinds, EventPage, GapFilter,
    GapPage, Irregular, IrregularCounts, LedgerPage, LedgerSummary, NumberFilter, NumberPage,
    NumberWithPlace, ObjectFilter, ObjectPage, OutcomeCursor, OutcomePage, Page, SequencePage,
    StoredEntry, TrailPage, Waking, Within,
};
pub use restored::restored_ledgers;
pub use session::{SessionChange, SessionsOf};

use std::time::Duration;

use jiff::civil::Date;
use ledger::books::Checkpoint;
use ledger::id::{
    AccountId, CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId,
};
use ledger::job::{JobId, StagedChange, StagedPart};
use ledger::model::{
    At, CustomerRow, DeliveryRow, EventRow, FormerRow, GapRow, Head, KeyHash, KeyRow, LedgerRow,
    Mode, ObjectRow, PrefixOwner, SequenceRow, SeriesRow, SessionRow, UserRow,
};
use ledger::trail::Hash;
use ledger::{Changes, Guess, Loaded, Misses};

/// What to do when a database is not there, or is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Create {
    /// Make it.
    WhenMissing,
    /// Refuse.
    Never,
}

/// A database.
pub trait Store: Send + Sync + 'static {
    /// How many writers may be open at once in this process, at least 1.
    fn writers_max(&self) -> usize;

    /// Whether other processes may write while this one does.
    fn is_shared(&self) -> bool;

    /// What a ledger lies with. `None`: ledgers of any kind may share a batch. `Some`: a batch
    /// holds ledgers of one group only. The group of a ledger does not change while the store is
    /// open, and is told without asking the database each time.
    fn group(&self, ledger: LedgerId) -> Option<u32>;

    /// Opens a way to write. Fails with [`StoreError::Busy`] when [`Store::writers_max`] are open,
    /// or when only one process may write and another one does.
    ///
    /// Every commit of this store that was in doubt by then has come to its end, or holds all its
    /// ledgers until it has: what the writer finds of it in a batch, whole or not at all, does not
    /// change any more.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn writer(&self) -> Result<Box<dyn Writer>, StoreError>;

    /// Opens a way to read, beside writers and other readers.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;

    /// Looks through all that is stored, whatever its size, and holds the indexes against the rows
    /// that they find. `tell` hears how many of how many parts are done. Answers what is wrong, or
    /// `None` where the database has tools of its own for that.
    ///
    /// # Errors
    /// See [`StoreError`]; damage is no error but an answer.
    fn examine(&self, _tell: &mut dyn FnMut(u64, u64)) -> Result<Option<Vec<String>>, StoreError> {
        Ok(None)
    }

    /// Room that the database takes, in bytes.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn size_bytes(&self) -> Result<u64, StoreError>;
}

/// One batch at a time: begin, load as often as needed, then commit, confirm or roll back.
pub trait Writer: Send {
    /// Begins a batch over these ledgers, given in ascending order and of one [`Store::group`], and
    /// locks those that exist. A batch that was begun before is given up.
    ///
    /// Returns those that the batch may write, in ascending order. Left out is what another writer
    /// holds: of several ledgers at once, a single one after a bounded time of waiting. Whether a
    /// new ledger is among them is left to the store; whoever needs to tell it from a held one
    /// loads it. Nothing is read before the locks are held, so what is loaded then is the newest.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError>;

    /// Begins a batch as [`Writer::begin`] does and loads as [`Writer::load`] does, in one trip
    /// where the store is far away; see [`begin_then_load`] for one that is not. What is loaded of
    /// ledgers that the batch may not write is of no use.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn begin_loading(
        &mut self,
        ledgers: &[LedgerId],
        misses: &Misses,
    ) -> Result<(Vec<LedgerId>, Loaded), StoreError>;

    /// Loads what is asked for, in a number of statements that does not depend on how much that is.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError>;

    /// The hash of an entry of a trail, if there is one. Called in a batch; of a ledger that the
    /// batch holds it tells what will not change any more, as no reader does, who may look at a
    /// server that lags behind.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn entry_hash(&mut self, ledger: LedgerId, index: u64) -> Result<Option<Hash>, StoreError>;

    /// Writes everything and makes it durable, or nothing.
    ///
    /// # Errors
    /// [`StoreError::InDoubt`] when it is unknown whether it was written, and so with
    /// [`StoreError::Database`], as where a connection was lost. After every other one nothing was
    /// written: [`StoreError::Conflict`] when a row is not as expected.
    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError>;

    /// Whether [`Writer::commit_guessed`] is cheaper than to ask first: where the store is far
    /// away.
    fn guesses(&self) -> bool;

    /// Writes changes as [`Writer::commit`] does, in a batch of its own over the ledgers of the
    /// guess that they were decided on, if that holds. If it does not, or another writer holds one
    /// of the ledgers, nothing is written and `false` returned. [`commit_after_a_look`] does for a
    /// store that is near.
    ///
    /// # Errors
    /// As [`Writer::commit`], but that a conflict may be told by `false`.
    fn commit_guessed(&mut self, guess: &Guess, changes: &Changes) -> Result<bool, StoreError>;

    /// Makes what this batch has read as durable as if this batch had committed it, and ends the
    /// batch. Called when a look at locked ledgers has found a commit that was in doubt: that it
    /// can be read does not say that it would survive a power cut or a fail-over, so nobody may be
    /// answered before this. Nothing that can be read changes.
    ///
    /// # Errors
    /// See [`StoreError`]. Whether it is durable is then unknown, and may be asked again in
    /// another batch.
    fn confirm(&mut self) -> Result<(), StoreError>;

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

    /// Writes rows of ledgers that are being moved in from another database, durably and all or
    /// none. Called outside a batch, as often as needed: sequences before or with what lies in
    /// them, every other order is free.
    ///
    /// A ledger is moved in when its head is committed at the end, with `expected: None` and its
    /// keys and people; until then no query by account, key, e-mail address or head finds it. So a
    /// part brings neither heads, keys nor people, and no changed numbers.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a part brings one of those, when a ledger of it has a head, or
    /// when its rows clash with what is stored as those of a batch would; nothing was written.
    fn restore(&mut self, part: &Changes) -> Result<(), StoreError>;

    /// Deletes whatever was restored or staged of a ledger that has no head yet; nothing when
    /// nothing was. Called outside a batch. It may take several transactions: what an error leaves
    /// behind is deleted by calling it again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the ledger has a head; nothing was deleted.
    fn discard(&mut self, ledger: LedgerId) -> Result<(), StoreError>;

    /// Takes deliveries in hand: of a ledger those that are pending, due at `now` and in nobody's
    /// hand (or in the hand of somebody whose time is over), those first that could be taken for
    /// longest, at most `limit`. They are leased until `lease_until`, durably, before this returns,
    /// and nobody else gets them until then. Called outside a batch, beside other writers.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn claim_deliveries(
        &mut self,
        ledger: LedgerId,
        now: At,
        lease_until: At,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError>;

    /// Writes what came of deliveries that were claimed: state, attempts, due, log. Each row says
    /// until when it was leased; it is written, and the lease ends, only where that is still what
    /// is stored. Others are left alone, such as one whose lease ran out and that another process
    /// has.
    /// Called outside a batch.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn settle_deliveries(&mut self, rows: &[DeliveryRow]) -> Result<(), StoreError>;

    /// Forgets events of all ledgers from before `before` that have no pending delivery, the oldest
    /// first, with their deliveries, at most `limit` events; returns how many. Called outside a
    /// batch.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn forget_events(&mut self, before: At, limit: u32) -> Result<u32, StoreError>;

    /// Puts a new ledger in the place of one of the same account and mode, in one transaction: the
    /// old one's head, keys, people and way by account are deleted, and `fresh` is committed, which
    /// brings a head with `expected: None` and may bring the same keys and people. No query finds
    /// the old ledger from then on; what else it had is deleted by [`Writer::discard`]. Called
    /// outside a batch.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the head of the old ledger is not `expected`, or `fresh` is
    /// refused as a batch would be; nothing was written.
    fn replace(
        &mut self,
        ledger: LedgerId,
        expected: Head,
        fresh: &Changes,
    ) -> Result<(), StoreError>;

    /// Writes rows that a job will bring, all or none, where no query and no batch finds them until
    /// [`Changes::placings`] of a commit moves them into place: all rows of the job, with their
    /// lines, in that transaction. Called outside a batch, while others write; the parts of a job
    /// in any order. A part need not survive a power cut, as long as a job that lost one is refused
    /// at its commit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the job has staged one of these places; nothing was written.
    fn stage(&mut self, part: &StagedPart) -> Result<(), StoreError>;

    /// Deletes staged rows of a job, at most `limit`; returns how many. The job is forgotten when
    /// there were fewer. Called outside a batch.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn unstage(&mut self, ledger: LedgerId, job: JobId, limit: u32) -> Result<u32, StoreError>;

    /// The jobs of a ledger that have staged something, or have had it placed, and are not
    /// forgotten, each with the time of its last part. Called outside a batch.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn staged(&mut self, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError>;

    /// Changes sessions, durably, and answers how many of them. Called outside a batch.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one is to begin that is there.
    fn change_sessions(&mut self, change: &SessionChange) -> Result<u32, StoreError>;
}

/// Queries. None scans a ledger; each answers at most a page.
pub trait Reader: Send {
    /// Loads what is asked for, as [`Writer::load`] does, without a lock.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError>;

    /// How far behind the database that is written to this reader may be; `None` when it reads that
    /// database itself.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn age(&mut self) -> Result<Option<Duration>, StoreError>;

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

    /// Live ledgers of the accounts that are connected to this one, the newest first. Every such
    /// account has one; it is never replaced, so it stands for the account in the list.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn connected(
        &mut self,
        platform: &AccountId,
        page: Page<LedgerId>,
    ) -> Result<LedgerPage, StoreError>;

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

    /// The people of a ledger, in the order in which they were entered.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn people(&mut self, ledger: LedgerId) -> Result<Vec<UserRow>, StoreError>;

    /// The people of all ledgers with a folded e-mail address, by ledger, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn people_called(&mut self, email: &str, limit: u32) -> Result<Vec<UserRow>, StoreError>;

    /// Sessions, also those that have expired and are not forgotten yet.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn sessions(&mut self, of: SessionsOf) -> Result<Vec<SessionRow>, StoreError>;

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
        series: SeriesId,
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

    /// Gaps of a ledger, the latest date first, and of one day the newest. Edges of a page are told
    /// by date and id.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn gaps(
        &mut self,
        ledger: LedgerId,
        filter: &GapFilter,
        page: Page<(Date, GapId)>,
    ) -> Result<GapPage, StoreError>;

    /// All gaps of a ledger by id, beginning behind `after`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn all_gaps(
        &mut self,
        ledger: LedgerId,
        after: GapId,
        limit: u32,
    ) -> Result<Vec<GapRow>, StoreError>;

    /// Numbers of a ledger that are irregular in one way, the latest date first, and of one day the
    /// newest. Edges of a page are told by date and position.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn irregular(
        &mut self,
        ledger: LedgerId,
        kind: Irregular,
        within: &Within,
        page: Page<(Date, Position)>,
    ) -> Result<NumberPage, StoreError>;

    /// How much is irregular in each series that has anything, by series. Looks at what is
    /// irregular and at nothing else.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn irregular_counts(
        &mut self,
        ledger: LedgerId,
        within: &Within,
    ) -> Result<Vec<(SeriesId, IrregularCounts)>, StoreError>;

    /// Sequences that begin behind 1, the latest period first, and of periods that begin on one day
    /// the newest sequence. `within.date` is of the periods' first days, by which edges of a page
    /// are told too, with the id.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn begun_late(
        &mut self,
        ledger: LedgerId,
        within: &Within,
        page: Page<(Date, SequenceId)>,
    ) -> Result<SequencePage, StoreError>;

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

    /// The customers of a ledger in the order of the bytes of their ids, beginning behind `after`,
    /// at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn customers(
        &mut self,
        ledger: LedgerId,
        after: Option<&CustomerId>,
        limit: u32,
    ) -> Result<Vec<CustomerRow>, StoreError>;

    /// The prefixes taken in a ledger in the order of their bytes, beginning behind `after`, at
    /// most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn prefixes(
        &mut self,
        ledger: LedgerId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, PrefixOwner)>, StoreError>;

    /// The outcomes that a ledger remembers, beginning behind `after`, at most `limit`. They come
    /// in an order that is the store's own and that no write changes: those that are there before
    /// the first page and are not forgotten since come once each; one that is remembered
    /// meanwhile may come or not.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn outcomes(
        &mut self,
        ledger: LedgerId,
        after: Option<OutcomeCursor>,
        limit: u32,
    ) -> Result<OutcomePage, StoreError>;

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

    /// Texts that numbers of a ledger had before, by position and trail entry, beginning behind
    /// `after`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn formers(
        &mut self,
        ledger: LedgerId,
        after: (Position, u64),
        limit: u32,
    ) -> Result<Vec<FormerRow>, StoreError>;

    /// What a job has staged to change, from a place on, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn staged_changes(
        &mut self,
        ledger: LedgerId,
        job: JobId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StagedChange>, StoreError>;

    /// The checkpoints of a trail, in order.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn checkpoints(&mut self, ledger: LedgerId) -> Result<Vec<Checkpoint>, StoreError>;

    /// Objects of a ledger, newest first; deleted ones are left out. Edges of a page are told by
    /// `created` and id. Looks by one index; see [`ObjectFilter`].
    ///
    /// # Errors
    /// See [`StoreError`].
    fn objects(
        &mut self,
        ledger: LedgerId,
        filter: &ObjectFilter,
        page: Page<(At, ObjectId)>,
    ) -> Result<ObjectPage, StoreError>;

    /// All objects of a ledger by id, deleted ones too, beginning behind `after`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn all_objects(
        &mut self,
        ledger: LedgerId,
        after: ObjectId,
        limit: u32,
    ) -> Result<Vec<ObjectRow>, StoreError>;

    /// One event, with the number of its deliveries that are pending.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn event(
        &mut self,
        ledger: LedgerId,
        event: ObjectId,
    ) -> Result<Option<(EventRow, u32)>, StoreError>;

    /// Events by their ids, which are given in ascending order, in that order, each with the number
    /// of its deliveries that are pending; one that is not there is left out. A store that can ask
    /// for many at once does.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn events_of(
        &mut self,
        ledger: LedgerId,
        events: &[ObjectId],
    ) -> Result<Vec<(EventRow, u32)>, StoreError> {
        let mut found = Vec::with_capacity(events.len());
        for &event in events {
            found.extend(self.event(ledger, event)?);
        }
        Ok(found)
    }

    /// Events of a ledger, newest first: by time, and of one moment by id. Behind an edge that is
    /// forgotten there is nothing.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn events(
        &mut self,
        ledger: LedgerId,
        filter: &EventFilter,
        page: Page<ObjectId>,
    ) -> Result<EventPage, StoreError>;

    /// All events of a ledger by id, beginning behind `after`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn all_events(
        &mut self,
        ledger: LedgerId,
        after: ObjectId,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError>;

    /// The deliveries of an event or to an endpoint, the newest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn deliveries(
        &mut self,
        ledger: LedgerId,
        of: DeliveriesOf,
        page: Page<ObjectId>,
    ) -> Result<DeliveryPage, StoreError>;

    /// All deliveries of a ledger by event and endpoint, beginning behind `after`, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn all_deliveries(
        &mut self,
        ledger: LedgerId,
        after: (ObjectId, ObjectId),
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError>;

    /// Ledgers with deliveries that [`Writer::claim_deliveries`] would take in hand at `now`, those
    /// first where one could be taken for longest, each once, at most `limit`. A ledger that has no
    /// head, such as one that is being moved in, is not among them. It names no ledger, as only
    /// [`Reader::waking`] does beside it.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn due_ledgers(&mut self, now: At, limit: u32) -> Result<Vec<LedgerId>, StoreError>;

    /// Objects of all ledgers that the clock is to look at by `now`
    /// ([`ledger::model::ObjectKeys::wake_at`]), the longest awaited first, beginning behind
    /// `after`, at most `limit`; deleted ones are left out.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn waking(
        &mut self,
        now: At,
        after: Option<Waking>,
        limit: u32,
    ) -> Result<Vec<Waking>, StoreError>;

    /// Counts that a summary shows, found without a scan.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn summary(&mut self, ledger: LedgerId) -> Result<LedgerSummary, StoreError>;
}
