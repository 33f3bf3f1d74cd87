//! The reader: every query on a connection of its own.
//!
//! A query that finds its connection lost is asked once more on a new one, since reading twice does
//! no harm; a state that was held is lost with its connection.

use std::sync::Arc;
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
    StoreError, TrailPage, Waking, Within,
};

use crate::counters::Counting;
use crate::place::Place;
use crate::session::{Session, Use};
use crate::table;
use crate::trip::{Trip, values};

/// How far a standby is behind, in milliseconds; NULL for what is no standby.
///
/// One that has replayed all that its sender had at its last message was behind nobody then,
/// however long ago somebody wrote last. That it has replayed all it received proves nothing: the
/// sender may have more, or may have fallen silent. Before its first message a receiver tells the
/// time at which it was started as both times of one. Who may not see the messages
/// (`pg_read_all_stats`) hears the time of the last commit that was replayed.
const AGE: &str = "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN (extract(epoch FROM \
    pg_catalog.clock_timestamp() - coalesce((SELECT w.last_msg_receipt_time \
    FROM pg_catalog.pg_stat_wal_receiver w \
    WHERE w.latest_end_lsn <= pg_catalog.pg_last_wal_replay_lsn() \
    AND w.last_msg_send_time <> w.last_msg_receipt_time), \
    pg_catalog.pg_last_xact_replay_timestamp(), pg_catalog.pg_postmaster_start_time())) \
    * 1000)::bigint END";

/// Reads a database.
pub(crate) struct PostgresReader {
    place: Arc<Place>,
    counting: Arc<Counting>,
    purpose: Use,
    session: Session,
    /// Whether one state is held.
    is_held: bool,
}

impl PostgresReader {
    pub(crate) fn open(
        place: &Arc<Place>,
        purpose: Use,
        counting: &Arc<Counting>,
    ) -> Result<PostgresReader, StoreError> {
        let session = place.connect(purpose, counting)?;
        let (place, counting) = (Arc::clone(place), Arc::clone(counting));
        Ok(PostgresReader { place, counting, purpose, session, is_held: false })
    }

    /// Runs a query, on a new connection where the one that was there turns out to be lost.
    fn read<T>(
        &mut self,
        query: impl Fn(&Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match query(&self.session) {
            Err(_) if self.session.is_lost() && !self.is_held => {
                self.session = self.place.connect(self.purpose, &self.counting)?;
                query(&self.session)
            }
            result => result,
        }
    }

    /// Runs a query of several statements on one state of the database.
    fn at_once<T>(
        &mut self,
        query: impl Fn(&Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read(|session| {
            if session.is_open() {
                return query(session);
            }
            session.hold_from_next();
            let result = query(session);
            let ended = session.rollback();
            let answer = result?;
            ended.map(|()| answer)
        })
    }
}

impl Reader for PostgresReader {
    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        self.at_once(|session| crate::load::load(session, misses))
    }

    fn age(&mut self) -> Result<Option<Duration>, StoreError> {
        let age = self
            .read(|session| session.first(AGE, values![], |fields| fields.get::<Option<i64>>()))?;
        Ok(age.flatten().map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
    }

    fn hold(&mut self) -> Result<(), StoreError> {
        self.release()?;
        self.read(|session| {
            session.hold_from_next();
            // A transaction sees one state from its first query on.
            session.asked(|trip: &mut Trip| table::ledger::load(trip, &[LedgerId(0)])).map(drop)
        })?;
        self.is_held = true;
        Ok(())
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.is_held = false;
        if self.session.is_lost() {
            return Ok(());
        }
        match self.session.rollback() {
            // What was held ended with its connection; the next query makes another one.
            Err(_) if self.session.is_lost() => Ok(()),
            ended => ended,
        }
    }

    fn ledgers(&mut self, after: LedgerId, limit: u32) -> Result<Vec<LedgerRow>, StoreError> {
        self.read(|session| table::ledger::list(session, after, limit))
    }

    fn connected(
        &mut self,
        platform: &AccountId,
        page: Page<LedgerId>,
    ) -> Result<LedgerPage, StoreError> {
        self.read(|session| table::ledger::connected(session, platform, page))
    }

    fn ledger_of(
        &mut self,
        account: &AccountId,
        mode: Mode,
    ) -> Result<Option<LedgerRow>, StoreError> {
        self.read(|session| table::ledger::of_account(session, account, mode))
    }

    fn key_by_hash(&mut self, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
        self.read(|session| table::key::by_hash(session, hash))
    }

    fn keys(&mut self, ledger: LedgerId) -> Result<Vec<KeyRow>, StoreError> {
        self.read(|session| table::key::of_ledger(session, ledger))
    }

    fn key(&mut self, key: KeyId) -> Result<Option<KeyRow>, StoreError> {
        self.read(|session| table::key::by_id(session, key))
    }

    fn people(&mut self, ledger: LedgerId) -> Result<Vec<UserRow>, StoreError> {
        self.read(|session| table::person::of_ledger(session, ledger))
    }

    fn people_called(&mut self, email: &str, limit: u32) -> Result<Vec<UserRow>, StoreError> {
        self.at_once(|session| table::person::by_email(session, email, limit))
    }

    fn sessions(&mut self, of: SessionsOf) -> Result<Vec<SessionRow>, StoreError> {
        self.read(|session| table::user_session::list(session, of))
    }

    fn series(&mut self, ledger: LedgerId) -> Result<Vec<SeriesRow>, StoreError> {
        self.read(|session| table::series::of_ledger(session, ledger))
    }

    fn sequences(
        &mut self,
        ledger: LedgerId,
        after: SequenceId,
        limit: u32,
    ) -> Result<SequencePage, StoreError> {
        self.read(|session| table::sequence::list(session, ledger, after, limit))
    }

    fn sequences_of(
        &mut self,
        ledger: LedgerId,
        series: SeriesId,
        limit: u32,
    ) -> Result<Vec<SequenceRow>, StoreError> {
        self.read(|session| table::sequence::of_series(session, ledger, series, limit))
    }

    fn numbers(
        &mut self,
        ledger: LedgerId,
        filter: &NumberFilter,
        page: Page<Position>,
    ) -> Result<NumberPage, StoreError> {
        self.at_once(|session| table::number_list::page(session, ledger, filter, page))
    }

    fn number(
        &mut self,
        ledger: LedgerId,
        position: Position,
    ) -> Result<Option<NumberWithPlace>, StoreError> {
        let found =
            self.read(|session| table::number::load_with_place(session, ledger, &[position]))?;
        Ok(found.into_iter().next())
    }

    fn register(
        &mut self,
        ledger: LedgerId,
        sequence: SequenceId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<NumberRow>, StoreError> {
        self.read(|session| table::number::register(session, ledger, sequence, from, limit))
    }

    fn gaps(
        &mut self,
        ledger: LedgerId,
        filter: &GapFilter,
        page: Page<(Date, GapId)>,
    ) -> Result<GapPage, StoreError> {
        self.read(|session| table::gap::page(session, ledger, filter, page))
    }

    fn all_gaps(
        &mut self,
        ledger: LedgerId,
        after: GapId,
        limit: u32,
    ) -> Result<Vec<GapRow>, StoreError> {
        self.read(|session| table::gap::all(session, ledger, after, limit))
    }

    fn irregular(
        &mut self,
        ledger: LedgerId,
        kind: Irregular,
        within: &Within,
        page: Page<(Date, Position)>,
    ) -> Result<NumberPage, StoreError> {
        self.at_once(|session| table::irregular::page(session, ledger, kind, within, page))
    }

    fn irregular_counts(
        &mut self,
        ledger: LedgerId,
        within: &Within,
    ) -> Result<Vec<(SeriesId, IrregularCounts)>, StoreError> {
        self.at_once(|session| table::irregular::counts(session, ledger, within))
    }

    fn begun_late(
        &mut self,
        ledger: LedgerId,
        within: &Within,
        page: Page<(Date, SequenceId)>,
    ) -> Result<SequencePage, StoreError> {
        self.read(|session| table::irregular::begun_late(session, ledger, within, page))
    }

    fn gaps_of(
        &mut self,
        ledger: LedgerId,
        sequence: SequenceId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<GapRow>, StoreError> {
        self.read(|session| table::gap::of_sequence(session, ledger, sequence, from, limit))
    }

    fn customers(
        &mut self,
        ledger: LedgerId,
        after: Option<&CustomerId>,
        limit: u32,
    ) -> Result<Vec<CustomerRow>, StoreError> {
        self.read(|session| table::customer::list(session, ledger, after, limit))
    }

    fn prefixes(
        &mut self,
        ledger: LedgerId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, PrefixOwner)>, StoreError> {
        self.read(|session| table::customer::list_prefixes(session, ledger, after, limit))
    }

    fn outcomes(
        &mut self,
        ledger: LedgerId,
        after: Option<OutcomeCursor>,
        limit: u32,
    ) -> Result<OutcomePage, StoreError> {
        self.read(|session| table::outcome::list(session, ledger, after, limit))
    }

    fn trail(&mut self, ledger: LedgerId, from: u64, limit: u32) -> Result<TrailPage, StoreError> {
        self.read(|session| table::trail::page(session, ledger, from, limit))
    }

    fn trail_lines(
        &mut self,
        ledger: LedgerId,
        index: u64,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(|session| table::trail::lines(session, ledger, index, from, limit))
    }

    fn formers(
        &mut self,
        ledger: LedgerId,
        after: (Position, u64),
        limit: u32,
    ) -> Result<Vec<FormerRow>, StoreError> {
        self.read(|session| table::renumbering::formers(session, ledger, after, limit))
    }

    fn staged_changes(
        &mut self,
        ledger: LedgerId,
        job: JobId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StagedChange>, StoreError> {
        self.read(|session| table::renumbering::staged(session, ledger, job, from, limit))
    }

    fn checkpoints(&mut self, ledger: LedgerId) -> Result<Vec<Checkpoint>, StoreError> {
        self.read(|session| table::trail::checkpoints(session, ledger))
    }

    fn waking(
        &mut self,
        now: At,
        after: Option<Waking>,
        limit: u32,
    ) -> Result<Vec<Waking>, StoreError> {
        self.read(|session| table::object::waking(session, now, after, limit))
    }

    fn summary(&mut self, ledger: LedgerId) -> Result<LedgerSummary, StoreError> {
        self.read(|session| table::ledger::summary(session, ledger))
    }

    fn objects(
        &mut self,
        ledger: LedgerId,
        filter: &ObjectFilter,
        page: Page<(At, ObjectId)>,
    ) -> Result<ObjectPage, StoreError> {
        self.read(|session| table::object::page(session, ledger, filter, page))
    }

    fn all_objects(
        &mut self,
        ledger: LedgerId,
        after: ObjectId,
        limit: u32,
    ) -> Result<Vec<ObjectRow>, StoreError> {
        self.read(|session| table::object::all(session, ledger, after, limit))
    }

    fn event(
        &mut self,
        ledger: LedgerId,
        event: ObjectId,
    ) -> Result<Option<(EventRow, u32)>, StoreError> {
        self.read(|session| table::event::one(session, ledger, event))
    }

    fn events_of(
        &mut self,
        ledger: LedgerId,
        events: &[ObjectId],
    ) -> Result<Vec<(EventRow, u32)>, StoreError> {
        self.read(|session| table::event::many(session, ledger, events))
    }

    fn events(
        &mut self,
        ledger: LedgerId,
        filter: &EventFilter,
        page: Page<ObjectId>,
    ) -> Result<EventPage, StoreError> {
        self.at_once(|session| table::event::page(session, ledger, filter, page))
    }

    fn all_events(
        &mut self,
        ledger: LedgerId,
        after: ObjectId,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.read(|session| table::event::all(session, ledger, after, limit))
    }

    fn deliveries(
        &mut self,
        ledger: LedgerId,
        of: DeliveriesOf,
        page: Page<ObjectId>,
    ) -> Result<DeliveryPage, StoreError> {
        self.read(|session| table::delivery::page(session, ledger, of, page))
    }

    fn all_deliveries(
        &mut self,
        ledger: LedgerId,
        after: (ObjectId, ObjectId),
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.read(|session| table::delivery::all(session, ledger, after, limit))
    }

    fn due_ledgers(&mut self, now: At, limit: u32) -> Result<Vec<LedgerId>, StoreError> {
        self.read(|session| table::delivery::due_ledgers(session, now, limit))
    }
}
