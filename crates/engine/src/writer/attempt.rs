//! One try at a batch: decide, load, decide again, commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use ledger::batch::{Decided, Step};
use ledger::id::LedgerId;
use ledger::{Batch, Books, Changes, Command, Guess, Misses};
use store::{StoreError, Writer};

use crate::health::Health;

/// A batch that is decided and, where it changed anything, durable.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) decided: Decided,
    /// How long the commit took; `None` when there was nothing to write.
    pub(super) commit: Option<Duration>,
}

/// Why a try came to nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The guess that a batch was decided on does not hold. Nothing was written: decide on what is
    /// stored.
    Guessed,
    /// On a guess there was nothing to write, or more to ask for, so nothing was proven and it was
    /// not tried: decide on what is stored.
    Unproven,
    /// The store refused what was decided. Nothing was written.
    Conflict(StoreError),
    /// Other processes hold these ledgers.
    Held(Vec<LedgerId>),
    /// Deciding or storing panicked.
    Panicked(String),
    /// The store failed before the commit, or said in it why it does not write: nothing was
    /// written.
    Failed(StoreError),
    /// The commit stayed without an answer: look whether this was written.
    InDoubt(Box<Decided>, StoreError),
}

/// Tries once, on a guess where that is likely to hold and `may_guess`. Books stay until something
/// is decided on them.
pub(super) fn attempt(
    writer: &mut dyn Writer,
    commands: Vec<Command>,
    books: &mut Books,
    health: &Health,
    may_guess: bool,
) -> Result<Done, Trouble> {
    let run = || decide_and_commit(writer, commands, books, health, may_guess);
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result,
        Err(panic) => Err(Trouble::Panicked(panic_text(panic.as_ref()))),
    }
}

/// What a panic said.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a text").to_owned()
}

fn decide_and_commit(
    writer: &mut dyn Writer,
    commands: Vec<Command>,
    books: &mut Books,
    health: &Health,
    may_guess: bool,
) -> Result<Done, Trouble> {
    let ledgers = ledgers_of(&commands);
    let mut batch = Batch::on(std::mem::take(books), commands);
    // What the batch asks for first is known before its ledgers are locked, so one trip brings
    // both. What is decided rests on what was loaded behind the lock, or is committed with the
    // proof that it would be the same.
    let step = match batch.step() {
        Step::Load(misses) if may_guess && writer.guesses() => match batch.guess(misses) {
            Ok(guess) => return decide_on(&guess, writer, batch, books, health),
            Err(misses) => Step::Load(*misses),
        },
        step => step,
    };
    let misses = match &step {
        Step::Load(misses) => misses,
        Step::Done(_) => &Misses::default(),
    };
    let begun = writer.begin_loading(&ledgers, misses).map_err(Trouble::Failed)?;
    let (got, found) = begun;
    let held = held(writer, &ledgers, &got).map_err(Trouble::Failed)?;
    if !held.is_empty() {
        *books = batch.into_books();
        writer.rollback().map_err(Trouble::Failed)?;
        return Err(Trouble::Held(held));
    }
    let decided = match step {
        Step::Load(misses) => {
            batch.fill(misses, found);
            batch.run(|misses| writer.load(misses)).map_err(Trouble::Failed)?
        }
        Step::Done(decided) => *decided,
    };
    if decided.changes.is_empty() {
        writer.rollback().map_err(Trouble::Failed)?;
        return Ok(Done { decided, commit: None });
    }
    committed(writer, decided, health, |writer, changes| writer.commit(changes).map(|()| true))
}

/// Decides on a guess, and commits it together with the proof that it holds.
fn decide_on(
    guess: &Guess,
    writer: &mut dyn Writer,
    mut batch: Batch,
    books: &mut Books,
    health: &Health,
) -> Result<Done, Trouble> {
    match batch.step() {
        Step::Done(decided) if !decided.changes.is_empty() => {
            committed(writer, *decided, health, |writer, changes| {
                writer.commit_guessed(guess, changes)
            })
        }
        // With nothing to write nothing would be proven.
        Step::Done(decided) => {
            *books = decided.books;
            Err(Trouble::Unproven)
        }
        Step::Load(_) => {
            *books = batch.into_books();
            Err(Trouble::Unproven)
        }
    }
}

/// Commits what is decided by `commit`, which says whether it was written.
fn committed(
    writer: &mut dyn Writer,
    decided: Decided,
    health: &Health,
    commit: impl FnOnce(&mut dyn Writer, &Changes) -> Result<bool, StoreError>,
) -> Result<Done, Trouble> {
    let start = Instant::now();
    let committing = health.commit();
    let committed = commit(writer, &decided.changes);
    drop(committing);
    match committed {
        Ok(true) => Ok(Done { decided, commit: Some(start.elapsed()) }),
        Ok(false) => Err(Trouble::Guessed),
        Err(error @ (StoreError::InDoubt(_) | StoreError::Database(_))) => {
            Err(Trouble::InDoubt(Box::new(decided), error))
        }
        Err(error) => {
            // Nothing was written; a writer that cannot even give up is opened again by whoever
            // sees the next failure.
            let given_up = writer.rollback();
            match (error, given_up) {
                (error @ StoreError::Conflict(_), Ok(())) => Err(Trouble::Conflict(error)),
                (error, _) => Err(Trouble::Failed(error)),
            }
        }
    }
}

/// The ledgers of some commands, in ascending order.
fn ledgers_of(commands: &[Command]) -> Vec<LedgerId> {
    let mut ledgers: Vec<LedgerId> = commands.iter().map(|command| command.ledger).collect();
    ledgers.sort_unstable();
    ledgers.dedup();
    ledgers
}

/// Of the ledgers that were not got, those that exist: another process has them.
fn held(
    writer: &mut dyn Writer,
    asked: &[LedgerId],
    got: &[LedgerId],
) -> Result<Vec<LedgerId>, StoreError> {
    if got.len() == asked.len() {
        return Ok(Vec::new());
    }
    let rest = asked.iter().filter(|ledger| !got.contains(ledger)).copied().collect();
    let misses = Misses { ledgers: rest, ..Misses::default() };
    Ok(writer.load(&misses)?.ledgers.into_iter().map(|row| row.id).collect())
}
