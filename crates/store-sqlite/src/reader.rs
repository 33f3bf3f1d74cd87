//! The reader: every query on a connection of its own.

use std::time::Duration;

use ledger::books::Checkpoint;
use ledger::id::{AccountId, CustomerId, GapId, KeyId, LedgerId, Position, SequenceId, SeriesId};
use ledger::model::{
    CustomerRow, GapRow, KeyHash, KeyRow, LedgerRow, Mode, NumberRow, PrefixOwner, SequenceRow,
    SeriesRow,
};
use ledger::{Loaded, Misses};
use store::{
    GapFilter, GapPage, LedgerSummary, NumberFilter, NumberPage, NumberWithPlace, OutcomeCursor,
    OutcomePage, Page, Reader, SequencePage, StoreError, TrailPage,
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
        page: Page<GapId>,
    ) -> Result<GapPage, StoreError> {
        table::gap::page(&self.session, ledger, filter, page)
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

    fn checkpoints(&mut self, ledger: LedgerId) -> Result<Vec<Checkpoint>, StoreError> {
        table::trail::checkpoints(&self.session, ledger)
    }

    fn summary(&mut self, ledger: LedgerId) -> Result<LedgerSummary, StoreError> {
        table::ledger::summary(&self.session, ledger)
    }

    fn objects(
        &mut self,
        _ledger: LedgerId,
        _filter: &store::ObjectFilter,
        _page: Page<(ledger::model::At, ledger::id::ObjectId)>,
    ) -> Result<store::ObjectPage, StoreError> {
        Err(StoreError::Unusable("Documents are not stored here yet.".to_owned()))
    }

    fn all_objects(
        &mut self,
        _ledger: LedgerId,
        _after: ledger::id::ObjectId,
        _limit: u32,
    ) -> Result<Vec<ledger::model::ObjectRow>, StoreError> {
        Ok(Vec::new())
    }

    fn event(
        &mut self,
        _ledger: LedgerId,
        _event: ledger::id::ObjectId,
    ) -> Result<Option<(ledger::model::EventRow, u32)>, StoreError> {
        Ok(None)
    }

    fn events(
        &mut self,
        _ledger: LedgerId,
        _filter: &store::EventFilter,
        _page: Page<ledger::id::ObjectId>,
    ) -> Result<store::EventPage, StoreError> {
        Err(StoreError::Unusable("Events are not stored here yet.".to_owned()))
    }

    fn all_events(
        &mut self,
        _ledger: LedgerId,
        _after: ledger::id::ObjectId,
        _limit: u32,
    ) -> Result<Vec<ledger::model::EventRow>, StoreError> {
        Ok(Vec::new())
    }

    fn deliveries(
        &mut self,
        _ledger: LedgerId,
        _of: store::DeliveriesOf,
        _page: Page<ledger::id::ObjectId>,
    ) -> Result<store::DeliveryPage, StoreError> {
        Err(StoreError::Unusable("Deliveries are not stored here yet.".to_owned()))
    }

    fn all_deliveries(
        &mut self,
        _ledger: LedgerId,
        _after: (ledger::id::ObjectId, ledger::id::ObjectId),
        _limit: u32,
    ) -> Result<Vec<ledger::model::DeliveryRow>, StoreError> {
        Ok(Vec::new())
    }

    fn due_ledgers(
        &mut self,
        _now: ledger::model::At,
        _limit: u32,
    ) -> Result<Vec<LedgerId>, StoreError> {
        Ok(Vec::new())
    }
}
