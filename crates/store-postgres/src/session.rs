//! One connection, and the only way in which statements are run on it.
//!
//! The port blocks. Each connection has a runtime of its own that runs in the thread that asks, and
//! only while it asks: sending, waiting and reading happen there, without a thread in between.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{join, join_all, try_join_all};
use futures_util::{TryStreamExt, pin_mut};
use store::StoreError;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Error, Statement};

use crate::cell::Fields;
use crate::counters::{Counting, count};
use crate::error;
use crate::fence::Backend;
use crate::page::Question;
use crate::place::Place;
use crate::route;
use crate::rows::Value;
use crate::trip::{Answer, Answers, Asked, Call, Trip};

/// How much longer than the server itself a caller waits for a statement, before it holds the
/// connection for lost.
const GRACE: Duration = Duration::from_secs(10);

/// Begins to see one state.
const HOLD: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How long a connection that is closed waits for its farewell to be sent.
const FAREWELL: Duration = Duration::from_millis(250);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Writing: the server must take writes.
    Write,
    /// Reading what was written last: no standby will do.
    ReadNewest,
    /// Reading: any server will do.
    Read,
}

/// A connection that counts its statements and speaks of errors in the port's words.
pub(crate) struct Session {
    // `None` only while it is dropped.
    client: Option<Client>,
    driver: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
    place: Arc<Place>,
    counting: Arc<Counting>,
    purpose: Use,
    /// Who serves this connection; `None` where that is not told, or nothing is written.
    backend: Option<Backend>,
    prepared: Mutex<HashMap<String, Statement>>,
    /// How long a trip may take; `None` when it may take any time.
    limit: Option<Duration>,
    /// Whether a transaction was begun and not ended.
    is_open: AtomicBool,
    /// Whether a state is to be held from the next trip on.
    is_due: AtomicBool,
    /// Whether an answer stayed away.
    is_lost: AtomicBool,
}

impl Session {
    /// Connects. `words` are said first.
    pub(crate) fn connect(
        place: &Arc<Place>,
        purpose: Use,
        words: &str,
        counting: &Arc<Counting>,
    ) -> Result<Session, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            StoreError::Storage(format!("{}: no connection can be made: {error}", place.shown()))
        })?;
        count(&counting.connections);
        let connecting = async {
            let (client, driver) = place.location.connect(purpose).await?;
            let driver = tokio::spawn(async move {
                // What ends a connection is told by the statement that it ends.
                let _ = driver.await;
            });
            let said = client.simple_query(words).await;
            let said = said.map_err(|error| error::of(&error, place.shown()))?;
            let backend = Backend::told(&said).filter(|_| purpose == Use::Write);
            Ok((client, driver, backend))
        };
        let (client, driver, backend) = block_on(&runtime, connecting)?;
        let patience = place.limits.statement_timeout;
        Ok(Session {
            client: Some(client),
            driver: Some(driver),
            runtime: Some(runtime),
            place: Arc::clone(place),
            counting: Arc::clone(counting),
            purpose,
            backend,
            prepared: Mutex::default(),
            limit: (!patience.is_zero()).then(|| patience + GRACE),
            is_open: AtomicBool::new(false),
            is_due: AtomicBool::new(false),
            is_lost: AtomicBool::new(false),
        })
    }

    /// Sends the statements of a trip one behind the other, and waits for all answers.
    ///
    /// # Errors
    /// The first that a statement met; [`StoreError::Conflict`] when one wrote fewer rows than it
    /// had to.
    pub(crate) fn run(&self, trip: &Trip) -> Result<Answers, StoreError> {
        self.run_within(trip, self.limit)
    }

    /// As [`Session::run`], however long it takes.
    pub(crate) fn run_patiently(&self, trip: &Trip) -> Result<Answers, StoreError> {
        self.run_within(trip, None)
    }

    fn run_within(&self, trip: &Trip, limit: Option<Duration>) -> Result<Answers, StoreError> {
        if trip.ahead.is_none() && trip.calls.is_empty() {
            return Ok(Answers(Vec::new()));
        }
        let due = self.is_due.swap(false, Ordering::Relaxed).then_some(HOLD);
        let ahead = trip.ahead.or(due);
        self.note(ahead, trip);
        if ahead.is_some() {
            self.is_open.store(true, Ordering::Relaxed);
        }
        let answers = self.wait(limit, self.send(ahead, trip))?;
        for (call, answer) in trip.calls.iter().zip(&answers) {
            if call.expected.is_some_and(|expected| expected != answer.written) {
                let expected = call.expected.unwrap_or_default();
                let what = format!("{} of {expected} rows fit", answer.written);
                return Err(StoreError::Conflict(what));
            }
        }
        Ok(Answers(answers))
    }

    /// Says words that take no values and give no rows.
    pub(crate) fn say(&self, words: &str) -> Result<(), StoreError> {
        self.note_words(words);
        self.wait(self.limit, self.client()?.batch_execute(words))
    }

    /// As [`Session::say`], however long it takes.
    pub(crate) fn say_patiently(&self, words: &str) -> Result<(), StoreError> {
        self.note_words(words);
        self.wait(None, self.client()?.batch_execute(words))
    }

    /// Makes a transaction durable. Nothing cuts the wait short: who stops waiting for a commit
    /// does not know whether it happens.
    ///
    /// # Errors
    /// [`StoreError::InDoubt`] unless the server said for certain that nothing was written.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.note_words("COMMIT");
        let client = self.client()?;
        let committed = self.block_on(client.batch_execute("COMMIT"))?;
        self.ended(committed)
    }

    /// Sends the statements of a trip and `COMMIT` behind them, however long they take. A server
    /// that refuses one of them takes that `COMMIT` for a `ROLLBACK`. Statements that must write a
    /// number of rows have no answers of use.
    ///
    /// # Errors
    /// As [`Session::commit`]; what a statement met when it was refused, and then nothing was
    /// written.
    pub(crate) fn run_and_commit(&self, trip: Trip) -> Result<Answers, StoreError> {
        if self.place.is_distributed() {
            let answers = self.run_patiently(&trip)?;
            return self.commit().map(|()| answers);
        }
        self.note(trip.ahead, &trip);
        self.note_words("COMMIT");
        let calls: Vec<Call> = trip.calls.into_iter().map(Call::guarded).collect();
        let trip = Trip { ahead: trip.ahead, calls };
        let client = self.client()?;
        let sent = async {
            let statements = self.prepare(client, &trip.calls).await?;
            let calls = trip.calls.iter().zip(&statements);
            // What could not be sent would be missing from what is committed.
            if let Some((call, _)) = calls.clone().find(|(call, of)| !call.fits(of)) {
                return Ok(Err(call.sql.as_ref()));
            }
            let calls = calls.map(|(call, statement)| answer(client, call, statement));
            let ahead = begin(client, trip.ahead);
            let commit = client.batch_execute("COMMIT");
            // Each is sent when it is first looked at, which is in this order.
            let (begun, (answers, committed)) = join(ahead, join(join_all(calls), commit)).await;
            Ok(Ok((begun, answers, committed)))
        };
        let sent: Result<_, Error> = self.block_on(sent)?;
        let (begun, answers, committed) = match sent.map_err(|error| self.error(&error))? {
            Ok(sent) => sent,
            Err(sql) => {
                let text = format!("{}: values do not fit {sql}", self.place.shown());
                return Err(StoreError::Database(text));
            }
        };
        // Without its beginning, what came behind was no transaction, and no answer to it tells
        // what became of the whole.
        begun.map_err(|failure| self.in_doubt(&failure))?;
        let (answers, failures): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        let failures: Vec<Error> = failures.into_iter().filter_map(Result::err).collect();
        let refused = failures.iter().find(|failure| failure.code().is_some());
        match (refused, committed) {
            (None, Ok(())) if let Some(failure) = failures.first() => Err(self.in_doubt(failure)),
            (None, committed) => {
                self.ended(committed)?;
                Ok(Answers(answers.into_iter().flatten().collect()))
            }
            (Some(refused), Ok(())) => {
                self.is_open.store(false, Ordering::Relaxed);
                Err(self.error(refused))
            }
            (Some(refused), Err(_)) => {
                self.is_lost.store(true, Ordering::Relaxed);
                Err(self.error(refused))
            }
        }
    }

    /// What the answer to a commit says.
    fn ended(&self, committed: Result<(), Error>) -> Result<(), StoreError> {
        let Err(failure) = committed else {
            self.is_open.store(false, Ordering::Relaxed);
            count(&self.counting.commits);
            return Ok(());
        };
        // A server of many may have failed on the way to another.
        if error::is_certain(&failure) && !self.place.is_distributed() {
            self.is_open.store(false, Ordering::Relaxed);
            return Err(self.error(&failure));
        }
        Err(self.in_doubt(&failure))
    }

    /// Nobody knows whether a commit happened, or whether it still will: the connection is given
    /// up, and who served it must be gone before anybody writes on another one.
    fn in_doubt(&self, failure: &Error) -> StoreError {
        self.is_lost.store(true, Ordering::Relaxed);
        if let Some(backend) = self.backend {
            self.place.fence.note(backend);
        }
        StoreError::InDoubt(format!("{}: {}", self.place.shown(), error::told(failure)))
    }

    /// From the next trip on, statements see one state, until [`Session::rollback`].
    pub(crate) fn hold_from_next(&self) {
        self.is_due.store(true, Ordering::Relaxed);
    }

    /// Ends a transaction without effect, if there is one.
    pub(crate) fn rollback(&self) -> Result<(), StoreError> {
        self.is_due.store(false, Ordering::Relaxed);
        if self.is_open.swap(false, Ordering::Relaxed) {
            self.say("ROLLBACK")?;
        }
        Ok(())
    }

    /// Reads all rows that a statement gives.
    pub(crate) fn all<T>(
        &self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
        read: fn(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.asked(|trip| trip.ask(sql, values, read))
    }

    /// Reads the first row that a statement gives.
    pub(crate) fn first<T>(
        &self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
        read: fn(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.all(sql, values, read).map(|rows| rows.into_iter().next())
    }

    /// Reads all rows that answer a question.
    pub(crate) fn ask<T>(
        &self,
        question: Question,
        read: fn(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.all(question.sql, question.values, read)
    }

    /// Reads what one question put on a trip of its own finds.
    pub(crate) fn asked<T>(
        &self,
        ask: impl FnOnce(&mut Trip) -> Asked<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut trip = Trip::new();
        let asked = ask(&mut trip);
        self.run(&trip)?.read(&asked)
    }

    /// The first column of what some words give, which are not prepared.
    #[cfg(test)]
    pub(crate) fn all_once(&self, words: &str) -> Result<Vec<String>, StoreError> {
        use tokio_postgres::SimpleQueryMessage::Row;
        let said = self.wait(None, self.client()?.simple_query(words))?;
        let first = |row: &tokio_postgres::SimpleQueryRow| row.get(0).unwrap_or("").to_owned();
        let rows = said.iter().filter_map(|message| match message {
            Row(row) => Some(first(row)),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// Whether it is known who serves this connection, so that he can be seen to be gone.
    pub(crate) fn is_served_by_known(&self) -> bool {
        self.backend.is_some()
    }

    /// A connection to the same place for the same.
    #[cfg(test)]
    fn another(&self) -> Result<Session, StoreError> {
        self.place.connect(self.purpose, &self.counting)
    }

    /// Whether a transaction is open.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    /// Whether the connection cannot be used any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed)
            || self.client.as_ref().is_none_or(|client| client.is_closed())
    }

    /// The database.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn error(&self, error: &Error) -> StoreError {
        error::of(error, self.place.shown())
    }

    async fn send(&self, ahead: Option<&str>, trip: &Trip) -> Result<Vec<Answer>, Error> {
        let Some(client) = &self.client else { return Ok(Vec::new()) };
        let statements = self.prepare(client, &trip.calls).await?;
        // Each is sent when it is first looked at, which is in this order.
        let calls = trip.calls.iter().zip(&statements).map(|(call, of)| answer(client, call, of));
        let (begun, answers) = join(begin(client, ahead), join_all(calls)).await;
        begun?;
        let mut results = Vec::with_capacity(answers.len());
        let mut aftermath = None;
        for answer in answers {
            match answer {
                Ok(answer) => results.push(answer),
                Err(error) if error::is_aftermath(&error) => aftermath = aftermath.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        aftermath.map_or(Ok(results), Err)
    }

    /// The statements of calls, prepared once for each connection.
    async fn prepare(&self, client: &Client, calls: &[Call]) -> Result<Vec<Statement>, Error> {
        let known = |call: &Call| self.prepared().get(call.sql.as_ref()).cloned();
        let statements = calls.iter().map(|call| {
            let known = known(call);
            async move {
                match known {
                    Some(statement) => Ok(statement),
                    None => client.prepare(&self.text(&call.sql)).await,
                }
            }
        });
        let statements = try_join_all(statements).await?;
        let mut prepared = self.prepared();
        for (call, statement) in calls.iter().zip(&statements) {
            if !prepared.contains_key(call.sql.as_ref()) {
                prepared.insert(call.sql.clone().into_owned(), statement.clone());
            }
        }
        Ok(statements)
    }

    fn prepared(&self) -> std::sync::MutexGuard<'_, HashMap<String, Statement>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A statement as it is sent.
    fn text<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        match self.place.is_distributed() {
            true => Cow::Borrowed(sql),
            false => route::without(sql),
        }
    }

    /// Waits for an answer, and holds the connection for lost where none comes in time.
    fn wait<T>(
        &self,
        limit: Option<Duration>,
        answer: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, StoreError>
    where
        T: Send,
    {
        let Some(limit) = limit else {
            return self.block_on(answer)?.map_err(|error| self.error(&error));
        };
        match self.block_on(async { tokio::time::timeout(limit, answer).await })? {
            Ok(answer) => answer.map_err(|error| self.error(&error)),
            Err(_) => {
                self.is_lost.store(true, Ordering::Relaxed);
                Err(StoreError::Database(format!(
                    "{} did not answer for {} seconds. The connection is given up.",
                    self.place.shown(),
                    limit.as_secs()
                )))
            }
        }
    }

    fn block_on<T: Send>(&self, future: impl Future<Output = T> + Send) -> Result<T, StoreError> {
        count(match self.purpose {
            Use::Write => &self.counting.written_trips,
            Use::ReadNewest | Use::Read => &self.counting.read_trips,
        });
        match &self.runtime {
            Some(runtime) => Ok(block_on(runtime, future)),
            None => Err(self.closed()),
        }
    }

    fn client(&self) -> Result<&Client, StoreError> {
        self.client.as_ref().ok_or_else(|| self.closed())
    }

    fn closed(&self) -> StoreError {
        StoreError::Database(format!("{}: the connection is closed", self.place.shown()))
    }

    fn note(&self, ahead: Option<&str>, trip: &Trip) {
        if let Some(words) = ahead {
            self.note_words(words);
        }
        for call in &trip.calls {
            self.note_words(&call.sql);
        }
    }

    fn note_words(&self, sql: &str) {
        match self.purpose {
            Use::Write => count(&self.counting.written_statements),
            Use::ReadNewest | Use::Read => count(&self.counting.read_statements),
        }
        #[cfg(test)]
        crate::plans::note(sql, self.purpose);
        #[cfg(not(test))]
        let _ = sql;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Without a client, the driver says farewell and ends.
        self.client = None;
        let (Some(runtime), Some(driver)) = (self.runtime.take(), self.driver.take()) else {
            return;
        };
        let is_lost = self.is_lost.load(Ordering::Relaxed);
        if !is_lost && Handle::try_current().is_err() && !std::thread::panicking() {
            let _ = runtime.block_on(async { tokio::time::timeout(FAREWELL, driver).await });
        }
        runtime.shutdown_background();
    }
}

/// Says words ahead of statements, if there are any.
async fn begin(client: &Client, words: Option<&str>) -> Result<(), Error> {
    match words {
        Some(words) => client.batch_execute(words).await,
        None => Ok(()),
    }
}

async fn answer(client: &Client, call: &Call, statement: &Statement) -> Result<Answer, Error> {
    let taken = statement.params().len().min(call.values.len());
    let stream = client.query_raw(statement, &call.values[..taken]).await?;
    pin_mut!(stream);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(row);
    }
    Ok(Answer { rows, written: stream.rows_affected().unwrap_or(0) })
}

/// Runs a future on a runtime; on a thread of its own where this thread runs another one.
fn block_on<T: Send>(runtime: &Runtime, future: impl Future<Output = T> + Send) -> T {
    if Handle::try_current().is_err() {
        return runtime.block_on(future);
    }
    let ran = std::thread::scope(|scope| scope.spawn(|| runtime.block_on(future)).join());
    ran.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
