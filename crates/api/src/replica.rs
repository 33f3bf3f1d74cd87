//! A second database that follows the first, for lists and reports.
//!
//! Only a good answer of the replica counts. What it cannot answer, because it is away or because
//! it does not know yet what the caller has seen elsewhere, is asked of the database that is
//! written to. Each good answer says how old it may be.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::{Access, Engine, EngineError, StoreFailure, StoreFailureKind};
use tokio::time::Instant;

use crate::call::Call;
use crate::route::Route;

/// The operations that a replica may answer: lists and reports. Whatever decides, shows what comes
/// next or finds one thing that was just made needs the newest state.
const ANSWERED: [&str; 5] =
    ["list_numbers", "list_series", "list_gaps", "list_trail", "verify_trail"];

/// The parameters of lists that find one thing by its name: whether it is there decides whether
/// somebody makes it, so a list that is restricted by one of them is read where it is written.
pub(crate) const FINDING: [&str; 2] = ["number", "reference"];

/// How long a replica may take to say how old it is.
const PATIENCE: Duration = Duration::from_secs(2);
/// The first pause before a replica that failed is tried again; each further one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// A database that follows the one that is written to. It need not be there: while it is away,
/// everything is read from the other one, and it is tried again with growing pauses.
#[derive(Clone)]
pub struct Replica {
    inner: Arc<Inner>,
}

struct Inner {
    open: Box<dyn Fn() -> Result<Engine, EngineError> + Send + Sync>,
    state: Mutex<State>,
}

struct State {
    engine: Option<Arc<Lent>>,
    /// Whether somebody is opening it.
    is_trying: bool,
    again: Instant,
    pause: Duration,
}

/// An engine on the replica, for one request.
pub(crate) struct Loan {
    lent: Arc<Lent>,
    behind: Duration,
    since: Instant,
}

/// An engine that is stopped on a thread of its own, since that waits for its queries.
struct Lent(Option<Engine>);

/// Whether a replica may answer an operation.
pub(crate) fn may_answer(route: &Route) -> bool {
    ANSWERED.contains(&route.operation)
}

/// Whether a call looks for one thing, which may have been made just now.
pub(crate) fn finds(call: &Call) -> bool {
    // What cannot be read is refused wherever it is asked.
    call.params().is_ok_and(|params| FINDING.iter().any(|name| params.has(name)))
}

impl Replica {
    /// A replica that `open` opens, to read only. It is not tried before the first request; see
    /// [`Replica::connect`].
    pub fn new(open: impl Fn() -> Result<Engine, EngineError> + Send + Sync + 'static) -> Replica {
        let state = State { engine: None, is_trying: false, again: Instant::now(), pause: PAUSE };
        Replica { inner: Arc::new(Inner { open: Box::new(open), state: Mutex::new(state) }) }
    }

    /// Opens it now, and blocks until that is done.
    ///
    /// # Errors
    /// Why it cannot be used; it is tried again when requests come.
    pub fn connect(&self) -> Result<(), EngineError> {
        let opened = (self.inner.open)().and_then(follower);
        let mut state = self.state();
        state.is_trying = false;
        match opened {
            Ok(engine) => {
                state.engine = Some(Arc::new(Lent(Some(engine))));
                state.pause = PAUSE;
                Ok(())
            }
            Err(error) => {
                state.put_off();
                Err(error)
            }
        }
    }

    /// An engine that may answer a request with this key now, and how old its answer may be.
    pub(crate) async fn lend(&self, access: &Access) -> Option<Loan> {
        let lent = self.engine()?;
        let since = Instant::now();
        let (account, mode, ledger) = (access.account.clone(), access.mode, access.ledger);
        let asked = lent.engine()?.read(move |reader| {
            let age = reader.age()?;
            // Another database has other accounts; this one may not have heard of a new one yet.
            let row = reader.ledger_of(&account, mode)?;
            Ok(age.map(|age| (age, row.is_some_and(|row| row.id == ledger))))
        });
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(Some((behind, true)))) => Some(Loan { lent, behind, since }),
            Ok(Ok(Some((_, false))) | Err(EngineError::Overloaded)) => None,
            // What follows nobody may stand anywhere.
            Ok(Ok(None)) => self.give_up(&lent, &follows_nobody()),
            Ok(Err(error)) => self.give_up(&lent, &error),
            Err(_) => self.give_up(&lent, &silent()),
        }
    }

    /// Tries it again later: it failed a request.
    pub(crate) fn failed(&self, loan: &Loan, what: &str) {
        let _: Option<Loan> = self.give_up(&loan.lent, &what);
    }

    fn give_up<T>(&self, lent: &Arc<Lent>, why: &dyn std::fmt::Display) -> Option<T> {
        let mut state = self.state();
        // Several requests may find the same failure.
        if state.engine.as_ref().is_some_and(|now| Arc::ptr_eq(now, lent)) {
            state.engine = None;
            state.put_off();
            tracing::warn!("the replica cannot be used: {why}");
        }
        None
    }

    /// The engine, where there is one; otherwise somebody goes to open it when it is time.
    fn engine(&self) -> Option<Arc<Lent>> {
        let mut state = self.state();
        if state.engine.is_none() && !state.is_trying && state.again <= Instant::now() {
            state.is_trying = true;
            let replica = self.clone();
            tokio::task::spawn_blocking(move || match replica.connect() {
                Ok(()) => tracing::info!("the replica is read"),
                Err(error) => tracing::warn!("the replica cannot be opened: {error}"),
            });
        }
        state.engine.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put_off(&mut self) {
        self.again = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(PAUSE_MAX);
    }
}

impl Loan {
    pub(crate) fn engine(&self) -> Option<&Engine> {
        self.lent.engine()
    }

    /// How old an answer that is read now may be: nothing is read before the age was asked for.
    pub(crate) fn age(&self) -> Duration {
        self.behind + self.since.elapsed()
    }
}

impl Lent {
    fn engine(&self) -> Option<&Engine> {
        self.0.as_ref()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let engine = self.0.take();
        std::thread::spawn(move || drop(engine));
    }
}

/// The engine, if its database follows another one.
fn follower(engine: Engine) -> Result<Engine, EngineError> {
    match engine.read(|reader| Ok(reader.age()?)).wait()? {
        Some(_) => Ok(engine),
        None => Err(follows_nobody()),
    }
}

fn follows_nobody() -> EngineError {
    let message = "it is no standby: it follows no other server, so nobody knows how old its \
                   answers would be. Name a standby of the database that is written to";
    EngineError::Store(StoreFailure {
        kind: StoreFailureKind::Unusable,
        message: message.to_owned(),
    })
}

fn silent() -> String {
    format!("it did not answer for {} seconds", PATIENCE.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{Method, routes};

    #[test]
    fn only_what_changes_nothing_is_answered_by_a_replica() {
        let answered: Vec<_> = routes().filter(|route| may_answer(route)).collect();
        assert_eq!(answered.len(), ANSWERED.len(), "an operation has another name now");
        assert!(answered.iter().all(|route| route.method == Method::Get));
        let takes = |name: &&str| {
            let mut params = answered.iter().flat_map(|route| route.params);
            params.any(|param| param.name == *name)
        };
        assert!(FINDING.iter().all(takes), "a filter has another name now");
    }

    #[test]
    fn pauses_grow_to_their_limit() {
        let mut state =
            State { engine: None, is_trying: false, again: Instant::now(), pause: PAUSE };
        let pauses: Vec<_> = (0..7)
            .map(|_| {
                state.put_off();
                state.pause.as_secs()
            })
            .collect();
        assert_eq!(pauses, [2, 4, 8, 16, 30, 30, 30]);
        assert!(state.again > Instant::now() + PAUSE_MAX - PAUSE);
    }
}
