//! A store that holds commits back, and fails them when told to.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use ledger::Changes;
use ledger::id::LedgerId;
use ledger::model::At;
use store::{Reader, Store, StoreError, Writer};
use testkit::hooked::{Commit, HookedWriter, WriterHook};

/// What happens to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails, and nothing is written.
    Fails,
    /// There is no room, and nothing is written.
    NoRoom,
    /// What is stored is damaged, and nothing is written.
    Damaged,
    /// It is written, and its answer is lost.
    AnswerLost,
    /// It is not written, and its answer is lost.
    RequestLost,
}

/// Something to do before the way to write is opened again.
type Intruder = Box<dyn FnOnce(&dyn Store) + Send>;

/// A store around another one.
pub struct Tampered {
    inner: Arc<dyn Store>,
    plan: Arc<Plan>,
}

#[derive(Default)]
struct Plan {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    /// What happens to the next commits; `None`: nothing.
    faults: VecDeque<Option<Fault>>,
    /// A number with this reference is refused by the store.
    refused: Option<String>,
    /// A number with this reference makes the store panic.
    panics: Option<String>,
    intruder: Option<Intruder>,
    /// Writers that cannot be opened.
    unopened: usize,
    /// Batches that cannot be begun.
    unbegun: usize,
    /// Readers that were opened, and how many more cannot be.
    readers: usize,
    unread: usize,
    /// A ledger that another process holds, so many times.
    foreign: Option<(LedgerId, usize)>,
    /// Whether an object of the next part that brings some is lost.
    loses: bool,
    /// Confirmations that were asked for, and how many of them are to fail.
    confirmed: usize,
    unconfirmed: usize,
    /// Whether other processes are said to write too.
    shared: bool,
    held: bool,
    waiting: usize,
    commits: usize,
    /// Those of them that were on a guess.
    guessed: usize,
    begun: usize,
    forgotten: Vec<At>,
}

/// Holds a writer to the plan.
struct Tamperer(Arc<Plan>);

impl Plan {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tampered {
    pub fn new(inner: Arc<dyn Store>) -> Arc<Tampered> {
        Arc::new(Tampered { inner, plan: Arc::default() })
    }

    /// The next commit meets this, and the one after it the next.
    pub fn plan(&self, fault: Fault) {
        self.change(|state| state.faults.push_back(Some(fault)));
    }

    /// The commit behind the next one meets this.
    pub fn plan_behind(&self, fault: Fault) {
        self.change(|state| state.faults.extend([None, Some(fault)]));
    }

    /// Says that other processes write too.
    pub fn share(&self) {
        self.change(|state| state.shared = true);
    }

    /// A number with this reference is refused from now on.
    pub fn refuse(&self, reference: &str) {
        self.change(|state| state.refused = Some(reference.to_owned()));
    }

    /// A number with this reference panics from now on.
    pub fn panic_at(&self, reference: &str) {
        self.change(|state| state.panics = Some(reference.to_owned()));
    }

    /// Does this before the way to write is opened next.
    pub fn intrude(&self, intruder: impl FnOnce(&dyn Store) + Send + 'static) {
        self.change(|state| state.intruder = Some(Box::new(intruder)));
    }

    /// Cannot be opened for writing so many times.
    pub fn close(&self, times: usize) {
        self.change(|state| state.unopened = times);
    }

    /// The connection for writing is found dead so many times.
    pub fn cut(&self, times: usize) {
        self.change(|state| state.unbegun = times);
    }

    /// Cannot be opened for reading so many times.
    pub fn blind(&self, times: usize) {
        self.change(|state| state.unread = times);
    }

    /// Readers that were opened.
    pub fn readers(&self) -> usize {
        self.plan.state().readers
    }

    /// The ledger is another process's for so many times.
    pub fn lend(&self, ledger: LedgerId, times: usize) {
        self.change(|state| state.foreign = Some((ledger, times)));
    }

    /// Loses an object that is moved in.
    pub fn lose_an_object(&self) {
        self.change(|state| state.loses = true);
    }

    /// Cannot confirm what was read so many times.
    pub fn doubt(&self, times: usize) {
        self.change(|state| state.unconfirmed = times);
    }

    /// Confirmations that were asked for.
    pub fn confirmed(&self) -> usize {
        self.plan.state().confirmed
    }

    /// Holds every commit back from now on.
    pub fn hold(&self) {
        self.change(|state| state.held = true);
    }

    /// Lets commits through again.
    pub fn release(&self) {
        self.change(|state| state.held = false);
    }

    /// Blocks until a commit is held back.
    pub fn await_held(&self) {
        let state = self.plan.state();
        let held = self.plan.moved.wait_while(state, |state| state.waiting == 0);
        drop(held.unwrap_or_else(PoisonError::into_inner));
    }

    /// Commits that were asked for.
    pub fn commits(&self) -> usize {
        self.plan.state().commits
    }

    /// Commits on a guess that were asked for.
    pub fn guessed(&self) -> usize {
        self.plan.state().guessed
    }

    /// Batches that were begun.
    pub fn begun(&self) -> usize {
        self.plan.state().begun
    }

    /// From before which instants outcomes were forgotten.
    pub fn forgotten(&self) -> Vec<At> {
        self.plan.state().forgotten.clone()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.plan.state());
        self.plan.moved.notify_all();
    }
}

impl Store for Tampered {
    fn writers_max(&self) -> usize {
        self.inner.writers_max()
    }

    fn is_shared(&self) -> bool {
        let state = self.plan.state();
        state.shared || self.inner.is_shared()
    }

    fn group(&self, ledger: LedgerId) -> Option<u32> {
        self.inner.group(ledger)
    }

    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        let intruder = {
            let mut state = self.plan.state();
            if state.unopened > 0 {
                state.unopened -= 1;
                return Err(StoreError::Database("planned: it cannot be opened".to_owned()));
            }
            state.intruder.take()
        };
        if let Some(intruder) = intruder {
            intruder(&*self.inner);
        }
        let inner = self.inner.writer()?;
        Ok(Box::new(HookedWriter::new(inner, Tamperer(Arc::clone(&self.plan)))))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        let mut state = self.plan.state();
        if state.unread > 0 {
            state.unread -= 1;
            return Err(StoreError::Database("planned: it cannot be read".to_owned()));
        }
        state.readers += 1;
        drop(state);
        self.inner.reader()
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        self.inner.size_bytes()
    }
}

impl Tamperer {
    /// Waits while commits are held back, then says what happens to this one.
    fn next_fault(&self, changes: &Changes) -> Option<Fault> {
        let mut state = self.0.state();
        state.waiting += 1;
        self.0.moved.notify_all();
        let waited = self.0.moved.wait_while(state, |state| state.held);
        state = waited.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state.commits += 1;
        if state.panics.as_ref().is_some_and(|reference| has(changes, reference)) {
            drop(state);
            panic!("planned: the store panics");
        }
        state.faults.pop_front().flatten()
    }

    fn is_refused(&self, changes: &Changes) -> bool {
        self.0.state().refused.as_ref().is_some_and(|reference| has(changes, reference))
    }
}

impl WriterHook for Tamperer {
    fn begun(&mut self, mut held: Vec<LedgerId>) -> Result<Vec<LedgerId>, StoreError> {
        let mut state = self.0.state();
        state.begun += 1;
        if state.unbegun > 0 {
            state.unbegun -= 1;
            return Err(StoreError::Database("planned: the connection is gone".to_owned()));
        }
        if let Some((ledger, times)) = &mut state.foreign
            && *times > 0
            && held.contains(ledger)
        {
            *times -= 1;
            held.retain(|held| held != ledger);
        }
        Ok(held)
    }

    /// The store below is near, but the engine is to be tried on guesses too.
    fn guesses(&self, _below: &dyn Writer) -> bool {
        true
    }

    fn commit(&mut self, mut commit: Commit<'_>, changes: &Changes) -> Result<bool, StoreError> {
        self.0.state().guessed += usize::from(commit.is_guessed());
        let fault = self.next_fault(changes);
        if self.is_refused(changes) {
            return Err(StoreError::Conflict("planned: refused".to_owned()));
        }
        match fault {
            None => commit.run(changes),
            Some(Fault::Fails) => Err(StoreError::Database("planned: it fails".to_owned())),
            Some(Fault::NoRoom) => Err(StoreError::Storage("planned: no room".to_owned())),
            Some(Fault::Damaged) => Err(StoreError::Unusable("planned: damaged".to_owned())),
            Some(Fault::AnswerLost) => {
                if !commit.run(changes)? {
                    // It comes to the next one.
                    self.0.state().faults.push_front(fault);
                    return Ok(false);
                }
                Err(StoreError::InDoubt("planned: the answer is lost".to_owned()))
            }
            Some(Fault::RequestLost) => {
                Err(StoreError::InDoubt("planned: the request is lost".to_owned()))
            }
        }
    }

    fn confirm(&mut self, below: &mut dyn Writer) -> Result<(), StoreError> {
        let mut state = self.0.state();
        state.confirmed += 1;
        if state.unconfirmed > 0 {
            state.unconfirmed -= 1;
            return Err(StoreError::Database("planned: it is not confirmed".to_owned()));
        }
        drop(state);
        below.confirm()
    }

    fn forgetting_outcomes(&mut self, before: At) {
        self.0.state().forgotten.push(before);
    }

    fn restore(&mut self, below: &mut dyn Writer, part: &Changes) -> Result<(), StoreError> {
        let mut state = self.0.state();
        if state.loses && !part.objects.is_empty() {
            state.loses = false;
            drop(state);
            let mut part = part.clone();
            part.objects.pop();
            return below.restore(&part);
        }
        drop(state);
        below.restore(part)
    }
}

fn has(changes: &Changes, reference: &str) -> bool {
    changes.new_numbers.iter().any(|row| row.reference.as_deref() == Some(reference))
}
