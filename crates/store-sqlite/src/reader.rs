//! The reader: every query on a connection of its own.

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

use crate::session::Session;
use crate::table;

/// Reads one file.
pub(crate) struct SqliteReader {
    session: Session,
}

impl SqliteReader {
    pub(crate) fn new(session: Session) -> SqliteReader {
        SqliteReader { session }
    }

    /// Runs a query of several statements on one state of the file.
    fn at_once<T>(
        &self,
        query: impl FnOnce(&Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.session.is_open() {
            return query(&self.session);
        }
        self.session.run("BEGIN", [])?;
        let result = query(&self.session);
        self.session.run("COMMIT", [])?;
        result
    }
}

impl Reader for SqliteReader {
    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        self.at_once(|session| crate::load::load(session, None, misses))
    }

    fn age(&mut self) -> Result<Option<Duration>, StoreError> {
        Ok(None)
    }

    fn hold(&mut self) -> Result<(), StoreError> {
        self.release()?;
        self.session.run("BEGIN", [])?;
        // A transaction sees one state from its first query on.
        table::ledger::list(&self.session, LedgerId(0), 1).map(drop)
    }

    fn release(&mut self) -> Result<(), StoreError> {
        if self.session.is_open() {
            self.session.run("COMMIT", [])?;
        }
        Ok(())
    }

    fn ledgers(&mut self, after: LedgerId, limit: u32) -> Result<Vec<LedgerRow>, StoreError> {
        table::ledger::list(&self.session, after, limit)
    }

    fn connected(
        &mut self,
        platform: &AccountId,
        page: Page<LedgerId>,
    ) -> Result<LedgerPage, StoreError> {
        table::ledger::connected(&self.session, platform, page)
    }

    fn ledger_of(
        &mut self,
        account: &AccountId,
        mode: Mode,
    ) -> Result<Option<LedgerRow>, StoreError> {
        table::ledger::of_account(&self.session, account, mode)
    }

    fn key_by_hash(&mut self, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
        table::key::by_hash(&self.session, hash)
    }

    fn keys(&mut self, ledger: LedgerId) -> Result<Vec<KeyRow>, StoreError> {
        table::key::of_ledger(&self.session, ledger)
    }

    fn key(&mut self, key: KeyId) -> Result<Option<KeyRow>, StoreError> {
        table::key::by_id(&self.session, key)
    }

    fn people(&mut self, ledger: LedgerId) -> Result<Vec<UserRow>, StoreError> {
        table::person::of_ledger(&self.session, ledger)
    }

    fn people_called(&mut self, email: &str, limit: u32) -> Result<Vec<UserRow>, StoreError> {
        table::person::by_email(&self.session, email, limit)
    }

    fn sessions(&mut self, of: SessionsOf) -> Result<Vec<SessionRow>, StoreError> {
        table::user_session::list(&self.session, of)
    }

    fn series(&mut self, ledger: LedgerId) -> Result<Vec<SeriesRow>, StoreError> {
        table::series::of_ledger(&self.session, ledger)
    }

    fn sequences(
        &mut self,
        ledger: LedgerId,
        after: SequenceId,
        limit: u32,
    ) -> Result<SequencePage, StoreError> {
        table::sequence::list(&self.session, ledger, after, limit)
    }

    fn sequences_of(
        &mut self,
        ledger: LedgerId,
        series: SeriesId,
        limit: u32,
    ) -> Result<Vec<SequenceRow>, StoreError> {
        table::sequence::of_series(&self.session, ledger, series, limit)
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
        Ok(table::number::load_with_place(&self.session, ledger, &[position])?.pop())
    }

    fn register(
        &mut self,
        ledger: LedgerId,
        sequence: SequenceId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<NumberRow>, StoreError> {
        table::number::register(&self.session, ledger, sequence, from, limit)
    }

    fn gaps(
        &mut self,
        ledger: LedgerId,
        filter: &GapFilter,
        page: Page<(Date, GapId)>,
    ) -> Result<GapPage, StoreError> {
        table::gap::page(&self.session, ledger, filter, page)
    }

    fn all_gaps(
        &mut self,
        ledger: LedgerId,
        after: GapId,
        limit: u32,
    ) -> Result<Vec<GapRow>, StoreError> {
        table::gap::all(&self.session, ledger, after, limit)
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
        table::irregular::begun_late(&self.session, ledger, within, page)
    }

    fn gaps_of(
        &mut self,
        ledger: LedgerId,
        sequence: SequenceId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<GapRow>, StoreError> {
        table::gap::of_sequence(&self.session, ledger, sequence, from, limit)
    }

    fn customers(
        &mut self,
        ledger: LedgerId,
        after: Option<&CustomerId>,
        limit: u32,
    ) -> Result<Vec<CustomerRow>, StoreError> {
        table::customer::list(&self.session, ledger, after, limit)
    }

    fn prefixes(
        &mut self,
        ledger: LedgerId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, PrefixOwner)>, StoreError> {
        table::customer::list_prefixes(&self.session, ledger, after, limit)
    }

    fn outcomes(
        &mut self,
        ledger: LedgerId,
        after: Option<OutcomeCursor>,
        limit: u32,
    ) -> Result<OutcomePage, StoreError> {
        table::outcome::list(&self.session, ledger, after, limit)
    }

    fn trail(&mut self, ledger: LedgerId, from: u64, limit: u32) -> Result<TrailPage, StoreError> {
        table::trail::page(&self.session, ledger, from, limit)
    }

    fn trail_lines(
        &mut self,
        ledger: LedgerId,
        index: u64,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        table::trail::lines(&self.session, ledger, index, from, limit)
    }

    fn formers(
        &mut self,
        ledger: LedgerId,
        after: (Position, u64),
        limit: u32,
    ) -> Result<Vec<FormerRow>, StoreError> {
        table::renumbering::formers(&self.session, ledger, after, limit)
    }

    fn staged_changes(
        &mut self,
        ledger: LedgerId,
        job: JobId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StagedChange>, StoreError> {
        table::renumbering::staged(&self.session, ledger, job, from, limit)
    }

    fn checkpoints(&mut self, ledger: LedgerId) -> Result<Vec<Checkpoint>, StoreError> {
        table::trail::checkpoints(&self.session, ledger)
    }

    fn waking(
        &mut self,
        now: At,
        after: Option<Waking>,
        limit: u32,
    ) -> Result<Vec<Waking>, StoreError> {
        table::object::waking(&self.session, now, after, limit)
    }

    fn summary(&mut self, ledger: LedgerId) -> Result<LedgerSummary, StoreError> {
        table::ledger::summary(&self.session, ledger)
    }

    fn objects(
        &mut self,
        ledger: LedgerId,
        filter: &ObjectFilter,
        page: Page<(At, ObjectId)>,
    ) -> Result<ObjectPage, StoreError> {
        table::object::page(&self.session, ledger, filter, page)
    }

    fn all_objects(
        &mut self,
        ledger: LedgerId,
        after: ObjectId,
        limit: u32,
    ) -> Result<Vec<ObjectRow>, StoreError> {
        table::object::all(&self.session, ledger, after, limit)
    }

    fn event(
        &mut self,
        ledger: LedgerId,
        event: ObjectId,
    ) -> Result<Option<(EventRow, u32)>, StoreError> {
        table::event::one(&self.session, ledger, event)
    }

    fn events_of(
        &mut self,
        ledger: LedgerId,
        events: &[ObjectId],
    ) -> Result<Vec<(EventRow, u32)>, StoreError> {
        table::event::many(&self.session, ledger, events)
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
        table::event::all(&self.session, ledger, after, limit)
    }

    fn deliveries(
        &mut self,
        ledger: LedgerId,
        of: DeliveriesOf,
        page: Page<ObjectId>,
    ) -> Result<DeliveryPage, StoreError> {
        table::delivery::page(&self.session, ledger, of, page)
    }

    fn all_deliveries(
        &mut self,
        ledger: LedgerId,
        after: (ObjectId, ObjectId),
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        table::delivery::all(&self.session, ledger, after, limit)
    }

    fn due_ledgers(&mut self, now: At, limit: u32) -> Result<Vec<LedgerId>, StoreError> {
        table::delivery::due_ledgers(&self.session, now, limit)
    }
}
