//! A store that says that it follows another one, and can be hurt.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::civil::Date;
use ledger::books::Checkpoint;
use ledger::id::{
    AccountId, CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId,
};
use ledger::job::{JobId, StagedChange};
use ledger::model::{
    At, CustomerRow, DeliveryRow, EventRow, FormerRow, GapRow, KeyHash, KeyRow, LedgerRow, Mode,
    NumberRow, ObjectRow, PrefixOwner, SequenceRow, SeriesRow, SessionRow, UserRow,
};
use ledger::{Loaded, Misses};
use store::{
    DeliveriesOf, DeliveryPage, EventFilter, EventPage, GapFilter, GapPage, Irregular,
    IrregularCounts, LedgerPage, LedgerSummary, NumberFilter, NumberPage, NumberWithPlace,
    ObjectFilter, ObjectPage, OutcomeCursor, OutcomePage, Page, Reader, SequencePage, SessionsOf,
    Store, StoreError, TrailPage, Waking, Within, Writer,
};
use store_sqlite::SqliteStore;

/// How a follower is.
#[derive(Default)]
pub(super) struct Following {
    behind_ms: AtomicU64,
    is_away: AtomicBool,
    is_frozen: AtomicBool,
    stands_alone: AtomicBool,
    queries: AtomicUsize,
}

impl Following {
    /// It is so far behind.
    pub(super) fn lag(&self, behind: Duration) {
        self.behind_ms.store(behind.as_millis() as u64, Ordering::SeqCst);
    }

    /// It cannot be reached.
    pub(super) fn leave(&self) {
        self.is_away.store(true, Ordering::SeqCst);
    }

    pub(super) fn come_back(&self) {
        self.is_away.store(false, Ordering::SeqCst);
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::SeqCst)
    }

    /// It hears of nothing new.
    pub(super) fn freeze(&self) {
        self.is_frozen.store(true, Ordering::SeqCst);
    }

    /// It follows nobody any more.
    pub(super) fn stand_alone(&self) {
        self.stands_alone.store(true, Ordering::SeqCst);
    }

    /// What it was asked.
    pub(super) fn queries(&self) -> usize {
        self.queries.load(Ordering::SeqCst)
    }

    fn asked(&self) -> Result<(), StoreError> {
        self.queries.fetch_add(1, Ordering::SeqCst);
        if self.is_away() {
            return Err(StoreError::Database("it is away".to_owned()));
        }
        Ok(())
    }
}

/// The same file, as if it were another.
pub(super) struct Follower {
    below: SqliteStore,
    following: Arc<Following>,
}

impl Follower {
    pub(super) fn new(below: SqliteStore, following: Arc<Following>) -> Follower {
        Follower { below, following }
    }
}

impl Store for Follower {
    fn writers_max(&self) -> usize {
        1
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn group(&self, _ledger: LedgerId) -> Option<u32> {
        None
    }

    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        Err(StoreError::Storage("it takes no writes".to_owned()))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.following.asked()?;
        let below = self.below.reader()?;
        let following = Arc::clone(&self.following);
        Ok(Box::new(FollowerReader { below, following, is_held: false }))
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        self.below.size_bytes()
    }
}

struct FollowerReader {
    below: Box<dyn Reader>,
    following: Arc<Following>,
    is_held: bool,
}

impl FollowerReader {
    fn below(&mut self) -> Result<&mut dyn Reader, StoreError> {
        self.following.asked()?;
        if self.following.is_frozen.load(Ordering::SeqCst) && !self.is_held {
            self.below.hold()?;
            self.is_held = true;
        }
        Ok(&mut *self.below)
    }
}

/// Methods that ask the store below the same.
macro_rules! ask_below {
    ($($name:ident($($value:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&mut self, $($value: $kind),*) -> Result<$answer, StoreError> {
            self.below()?.$name($($value),*)
        })*
    };
}

impl Reader for FollowerReader {
    fn age(&mut self) -> Result<Option<Duration>, StoreError> {
        self.below()?;
        let behind = Duration::from_millis(self.following.behind_ms.load(Ordering::SeqCst));
        Ok((!self.following.stands_alone.load(Ordering::SeqCst)).then_some(behind))
    }

    fn hold(&mut self) -> Result<(), StoreError> {
        if self.is_held { Ok(()) } else { self.below()?.hold() }
    }

    fn release(&mut self) -> Result<(), StoreError> {
        if self.is_held { Ok(()) } else { self.below()?.release() }
    }

    ask_below! {
        load(misses: &Misses) -> Loaded;
        ledgers(after: LedgerId, limit: u32) -> Vec<LedgerRow>;
        connected(platform: &AccountId, page: Page<LedgerId>) -> LedgerPage;
        ledger_of(account: &AccountId, mode: Mode) -> Option<LedgerRow>;
        key_by_hash(hash: &KeyHash) -> Option<KeyRow>;
        keys(ledger: LedgerId) -> Vec<KeyRow>;
        key(key: KeyId) -> Option<KeyRow>;
        people(ledger: LedgerId) -> Vec<UserRow>;
        people_called(email: &str, limit: u32) -> Vec<UserRow>;
        sessions(of: SessionsOf) -> Vec<SessionRow>;
        series(ledger: LedgerId) -> Vec<SeriesRow>;
        sequences(ledger: LedgerId, after: SequenceId, limit: u32) -> SequencePage;
        sequences_of(ledger: LedgerId, series: SeriesId, limit: u32) -> Vec<SequenceRow>;
        numbers(ledger: LedgerId, filter: &NumberFilter, page: Page<Position>) -> NumberPage;
        number(ledger: LedgerId, position: Position) -> Option<NumberWithPlace>;
        register(ledger: LedgerId, sequence: SequenceId, from: u64, limit: u32) -> Vec<NumberRow>;
        gaps(ledger: LedgerId, filter: &GapFilter, page: Page<(Date, GapId)>) -> GapPage;
        all_gaps(ledger: LedgerId, after: GapId, limit: u32) -> Vec<GapRow>;
        irregular(
            ledger: LedgerId, kind: Irregular, within: &Within, page: Page<(Date, Position)>
        ) -> NumberPage;
        irregular_counts(
            ledger: LedgerId, within: &Within
        ) -> Vec<(SeriesId, IrregularCounts)>;
        begun_late(
            ledger: LedgerId, within: &Within, page: Page<(Date, SequenceId)>
        ) -> SequencePage;
        gaps_of(ledger: LedgerId, sequence: SequenceId, from: u64, limit: u32) -> Vec<GapRow>;
        customers(ledger: LedgerId, after: Option<&CustomerId>, limit: u32) -> Vec<CustomerRow>;
        prefixes(
            ledger: LedgerId, after: Option<&str>, limit: u32
        ) -> Vec<(String, PrefixOwner)>;
        outcomes(ledger: LedgerId, after: Option<OutcomeCursor>, limit: u32) -> OutcomePage;
        trail(ledger: LedgerId, from: u64, limit: u32) -> TrailPage;
        trail_lines(ledger: LedgerId, index: u64, from: u64, limit: u32) -> Vec<Vec<u8>>;
        formers(ledger: LedgerId, after: (Position, u64), limit: u32) -> Vec<FormerRow>;
        staged_changes(
            ledger: LedgerId, job: JobId, from: u64, limit: u32
        ) -> Vec<StagedChange>;
        checkpoints(ledger: LedgerId) -> Vec<Checkpoint>;
        objects(
            ledger: LedgerId, filter: &ObjectFilter, page: Page<(At, ObjectId)>
        ) -> ObjectPage;
        all_objects(ledger: LedgerId, after: ObjectId, limit: u32) -> Vec<ObjectRow>;
        event(ledger: LedgerId, event: ObjectId) -> Option<(EventRow, u32)>;
        events(ledger: LedgerId, filter: &EventFilter, page: Page<ObjectId>) -> EventPage;
        all_events(ledger: LedgerId, after: ObjectId, limit: u32) -> Vec<EventRow>;
        deliveries(ledger: LedgerId, of: DeliveriesOf, page: Page<ObjectId>) -> DeliveryPage;
        all_deliveries(
            ledger: LedgerId, after: (ObjectId, ObjectId), limit: u32
        ) -> Vec<DeliveryRow>;
        due_ledgers(now: At, limit: u32) -> Vec<LedgerId>;
        waking(now: At, after: Option<Waking>, limit: u32) -> Vec<Waking>;
        summary(ledger: LedgerId) -> LedgerSummary;
    }
}
