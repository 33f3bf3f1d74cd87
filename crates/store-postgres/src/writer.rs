//! The writer: batches, one at a time.

use ledger::id::LedgerId;
use ledger::job::{JobId, StagedPart};
use ledger::model::{At, DeliveryRow, Head};
use ledger::trail::Hash;
use ledger::{Changes, Guess, Loaded, Misses};
use store::{SessionChange, StoreError, Writer};

use crate::load;
use crate::restore;
use crate::session::{Session, Use};
use crate::store::Turn;
use crate::table;
use crate::trip::{Trip, values};

/// Stated, because a server may be set up to begin otherwise: each statement must see what was
/// committed before it, the ones behind the lock above all.
pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// Writing may take any time, and a commit must: to cut its wait for a standby short would make it
/// true here and not there. Locks are waited for only so long all the same.
pub(crate) const PATIENTLY: &str = "SET LOCAL statement_timeout = 0";

/// Both at once, where everything is one trip.
pub(crate) const BEGIN_PATIENTLY: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
    SET LOCAL statement_timeout = 0";

/// Something that changes nothing and is replicated like a commit.
const TOUCH: &str = "UPDATE ledger l SET trail_count = l.trail_count WHERE l.ledger_id = ANY($1)";
const EMIT: &str = "SELECT pg_catalog.pg_logical_emit_message(true, 'gapless', '')::text";

/// Writes to a database, beside other writers.
pub(crate) struct PostgresWriter {
    // `None` after its connection was lost, until the next batch.
    session: Option<Session>,
    /// The ledgers that the batch holds.
    held: Vec<LedgerId>,
    turn: Turn,
}

impl PostgresWriter {
    pub(crate) fn open(turn: Turn) -> Result<PostgresWriter, StoreError> {
        let mut writer = PostgresWriter { session: None, held: Vec::new(), turn };
        writer.opened()?;
        Ok(writer)
    }

    /// The connection, made when there is none.
    pub(crate) fn opened(&mut self) -> Result<&Session, StoreError> {
        let session = match self.session.take().filter(|session| !session.is_lost()) {
            Some(session) => session,
            None => {
                let shared = self.turn.shared();
                shared.place.connect(Use::Write, &shared.counting)?
            }
        };
        Ok(self.session.insert(session))
    }

    /// The connection of the batch.
    fn session(&self) -> Result<&Session, StoreError> {
        self.session.as_ref().ok_or_else(|| {
            let place = self.turn.shared().place.shown();
            StoreError::Database(format!("{place}: the connection was lost. Begin again."))
        })
    }

    /// Runs something that begins and commits by itself, outside a batch.
    fn at_once<T>(
        &mut self,
        run: impl FnOnce(&Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.rollback()?;
        let result = run(self.opened()?);
        if result.is_err() {
            self.rollback()?;
        }
        result
    }

    /// Runs something as a transaction of its own, however long it takes.
    pub(crate) fn alone<T>(
        &mut self,
        run: impl FnOnce(&Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.rollback()?;
        let session = self.opened()?;
        let mut begin = Trip::begin(BEGIN);
        begin.run(PATIENTLY, values![]);
        let result = session.run(&begin).and_then(|_| run(session)).and_then(|value| {
            session.commit()?;
            Ok(value)
        });
        if result.is_err() {
            self.rollback()?;
        }
        result
    }
}

impl Writer for PostgresWriter {
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError> {
        self.begin_loading(ledgers, &Misses::default()).map(|(held, _)| held)
    }

    fn begin_loading(
        &mut self,
        ledgers: &[LedgerId],
        misses: &Misses,
    ) -> Result<(Vec<LedgerId>, Loaded), StoreError> {
        self.rollback()?;
        let session = self.opened()?;
        let mut trip = Trip::begin(BEGIN);
        let locked = (!ledgers.is_empty()).then(|| table::ledger::lock(&mut trip, ledgers));
        // Each statement sees what was committed before it, so these see what the lock keeps.
        let asked = load::ask(&mut trip, misses);
        let begun = match (session.run(&trip), locked) {
            (Ok(answers), Some(locked)) => (answers.read(&locked)?, asked.read(&answers)?),
            (Ok(answers), None) => (Vec::new(), asked.read(&answers)?),
            // Another process holds it for longer than this one waits.
            (Err(StoreError::Busy(_)), Some(_)) if !session.is_lost() => {
                session.rollback()?;
                session.run(&Trip::begin(BEGIN))?;
                (Vec::new(), Loaded::default())
            }
            (Err(error), _) => {
                self.rollback()?;
                return Err(error);
            }
        };
        self.held.clone_from(&begun.0);
        Ok(begun)
    }

    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        load::load(self.session()?, misses)
    }

    fn entry_hash(&mut self, ledger: LedgerId, index: u64) -> Result<Option<Hash>, StoreError> {
        table::trail::hash(self.session()?, ledger, index)
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        if !self.session.as_ref().is_some_and(Session::is_open) {
            self.begin(&[])?;
        }
        let session = self.session()?;
        match trip(changes).and_then(|trip| session.run_and_commit(trip)) {
            Ok(_) => {
                self.held.clear();
                Ok(())
            }
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    fn guesses(&self) -> bool {
        // Where nobody can see to it that a commit in doubt has ended, only locks tell.
        let can_be_fenced = self.session.as_ref().is_none_or(Session::is_served_by_known);
        can_be_fenced && !self.turn.shared().place.is_distributed()
    }

    fn commit_guessed(&mut self, guess: &Guess, changes: &Changes) -> Result<bool, StoreError> {
        self.rollback()?;
        let session = self.opened()?;
        if !session.is_served_by_known() {
            return Ok(false);
        }
        // Each statement sees what was committed before it, so behind the lock nothing that was
        // guessed can change any more.
        let mut trip = Trip::begin(BEGIN_PATIENTLY);
        table::ledger::lock_unchanged(&mut trip, &guess.heads);
        table::number::refuse_references(&mut trip, &guess.references);
        table::number::refuse_texts(&mut trip, &guess.texts);
        table::outcome::refuse_others(&mut trip, &guess.outcomes, &changes.outcomes);
        write_into(&mut trip, changes)?;
        match session.run_and_commit(trip) {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_)) => self.rollback().map(|()| false),
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    fn confirm(&mut self) -> Result<(), StoreError> {
        let held = std::mem::take(&mut self.held);
        if !self.session.as_ref().is_some_and(Session::is_open) {
            self.begin(&[])?;
        }
        let session = self.session()?;
        let mut trip = Trip::new();
        trip.run(PATIENTLY, values![]);
        if held.is_empty() {
            trip.run(EMIT, values![]);
        } else {
            trip.run(TOUCH, vec![table::ledger::many(&held)]);
        }
        let result = session.run(&trip).and_then(|_| session.commit());
        if result.is_err() {
            self.rollback()?;
        }
        result
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.held.clear();
        let is_over = |session: &Session| session.is_lost() || session.rollback().is_err();
        if self.session.as_ref().is_some_and(is_over) {
            // Closing the connection lets go of whatever it held.
            self.session = None;
        }
        Ok(())
    }

    fn forget_outcomes(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.at_once(|session| table::outcome::forget(session, before, limit))
    }

    fn restore(&mut self, part: &Changes) -> Result<(), StoreError> {
        restore::restore(self, part)
    }

    fn discard(&mut self, ledger: LedgerId) -> Result<(), StoreError> {
        restore::discard(self, ledger)
    }

    fn claim_deliveries(
        &mut self,
        ledger: LedgerId,
        now: At,
        lease_until: At,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.at_once(|session| table::delivery::claim(session, ledger, now, lease_until, limit))
    }

    fn settle_deliveries(&mut self, rows: &[DeliveryRow]) -> Result<(), StoreError> {
        self.at_once(|session| table::delivery::settle(session, rows))
    }

    fn forget_events(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.alone(|session| table::event::forget(session, before, limit))
    }

    fn replace(
        &mut self,
        ledger: LedgerId,
        expected: Head,
        fresh: &Changes,
    ) -> Result<(), StoreError> {
        self.begin(&[ledger])?;
        let remove = |session: &Session| {
            table::ledger::remove(session, ledger, expected)?;
            table::key::remove(session, ledger)?;
            table::person::remove(session, ledger)
        };
        if let Err(error) = self.session().and_then(remove) {
            self.rollback()?;
            return Err(error);
        }
        self.commit(fresh)
    }

    fn stage(&mut self, part: &StagedPart) -> Result<(), StoreError> {
        self.alone(|session| table::staging::stage(session, part))
    }

    fn unstage(&mut self, ledger: LedgerId, job: JobId, limit: u32) -> Result<u32, StoreError> {
        self.alone(|session| table::staging::unstage(session, ledger, job, limit))
    }

    fn staged(&mut self, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError> {
        self.rollback()?;
        table::staging::jobs(self.opened()?, ledger)
    }

    fn change_sessions(&mut self, change: &SessionChange) -> Result<u32, StoreError> {
        self.alone(|session| table::user_session::change(session, change))
    }
}

/// Writes a batch, each table with one statement, all of them in one trip.
pub(crate) fn write(session: &Session, changes: &Changes) -> Result<(), StoreError> {
    session.run_patiently(&trip(changes)?).map(drop)
}

/// The statements that write a batch, one for each table.
fn trip(changes: &Changes) -> Result<Trip, StoreError> {
    let mut trip = Trip::new();
    trip.run(PATIENTLY, values![]);
    write_into(&mut trip, changes)?;
    Ok(trip)
}

fn write_into(trip: &mut Trip, changes: &Changes) -> Result<(), StoreError> {
    table::ledger::write(trip, &changes.ledgers, &changes.stored.definitions);
    table::key::write(trip, &changes.keys);
    table::person::write(trip, &changes.users);
    table::series::write(trip, &changes.series);
    // Numbers and gaps take their series from their sequence.
    table::sequence::write(trip, &changes.sequences, &changes.stored.sequences);
    table::number::insert(trip, &changes.new_numbers, &changes.sequences)?;
    table::number::update(trip, &changes.changed_numbers)?;
    table::staging::place_all(trip, &changes.placings);
    table::renumbering::make_all(trip, &changes.renumberings);
    table::gap::close(trip, &changes.closed_gaps);
    table::gap::write(trip, &changes.gaps);
    table::customer::write(trip, &changes.customers);
    table::customer::write_prefixes(trip, &changes.prefixes);
    table::object::write(trip, &changes.objects, &changes.stored.objects);
    // Deliveries take their time from their event.
    table::event::write(trip, &changes.events);
    table::delivery::write(trip, &changes.deliveries);
    table::delivery::retry(trip, &changes.retries);
    table::trail::write(trip, &changes.trail);
    table::trail::write_lines(trip, &changes.trail_lines);
    table::trail::write_checkpoints(trip, &changes.checkpoints);
    table::renumbering::write(trip, &changes.formers);
    table::outcome::write(trip, &changes.outcomes);
    Ok(())
}
