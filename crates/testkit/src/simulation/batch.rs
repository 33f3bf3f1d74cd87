//! One batch through a writer, step by step, so that trouble can come between the steps.

use ledger::batch::{Batch, Decided, Step};
use ledger::books::Books;
use ledger::outcome::Answer;
use ledger::{Changes, Command};
use store::{StoreError, Writer};

/// A batch that is decided and not committed.
pub(super) struct Ready {
    pub(super) answers: Vec<Answer>,
    pub(super) changes: Changes,
    pub(super) put_off: Vec<Command>,
    pub(super) books: Books,
}

/// Begins a batch and decides its commands, on what an earlier one left, true or not.
pub(super) fn decide(
    writer: &mut dyn Writer,
    commands: Vec<Command>,
    books: Books,
) -> Result<Ready, StoreError> {
    let mut ledgers: Vec<_> = commands.iter().map(|command| command.ledger).collect();
    ledgers.sort_unstable();
    ledgers.dedup();
    writer.begin(&ledgers)?;
    let mut batch = Batch::on(books, commands);
    loop {
        match batch.step() {
            Step::Load(misses) => {
                let found = writer.load(&misses)?;
                batch.fill(misses, found);
            }
            Step::Done(decided) => return Ok(ready(*decided)),
        }
    }
}

/// Gets a batch through a writer, on a guess first where that is to be tried. Says also whether the
/// guess held, if there was one: where the books are old it must not.
pub(super) fn send(
    writer: &mut dyn Writer,
    commands: Vec<Command>,
    books: Books,
    guesses: bool,
) -> Result<(Ready, Option<bool>), StoreError> {
    let (books, held) = match guesses {
        false => (books, None),
        true => match guess(writer, commands.clone(), books)? {
            Guessed::Written(ready) => return Ok((ready, Some(true))),
            Guessed::Wrong => (Books::default(), Some(false)),
            Guessed::Not(books) => (books, None),
        },
    };
    let ready = decide(writer, commands, books)?;
    writer.commit(&ready.changes)?;
    Ok((ready, held))
}

/// What came of a guess.
#[expect(clippy::large_enum_variant, reason = "one is made for each batch")]
enum Guessed {
    /// It held, and the batch is committed.
    Written(Ready),
    /// It did not hold, and nothing was written.
    Wrong,
    /// There was nothing to guess on, or nothing to write then. What was known comes back.
    Not(Books),
}

/// Decides commands on a guess, on what an earlier batch left, true or not, and commits them with
/// the proof that it holds.
fn guess(
    writer: &mut dyn Writer,
    commands: Vec<Command>,
    books: Books,
) -> Result<Guessed, StoreError> {
    let mut batch = Batch::on(books, commands);
    let Step::Load(misses) = batch.step() else { return Ok(Guessed::Not(batch.into_books())) };
    let Ok(guess) = batch.guess(misses) else { return Ok(Guessed::Not(batch.into_books())) };
    match batch.step() {
        Step::Load(_) => Ok(Guessed::Not(batch.into_books())),
        Step::Done(decided) if decided.changes.is_empty() => Ok(Guessed::Not(decided.books)),
        Step::Done(decided) if writer.commit_guessed(&guess, &decided.changes)? => {
            Ok(Guessed::Written(ready(*decided)))
        }
        Step::Done(_) => Ok(Guessed::Wrong),
    }
}

fn ready(decided: Decided) -> Ready {
    let Decided { answers, changes, put_off, books } = decided;
    Ready { answers, changes, put_off, books }
}

/// Runs each command in a batch of its own.
pub(super) fn one_by_one(
    writer: &mut dyn Writer,
    commands: &[Command],
) -> Result<Vec<Answer>, StoreError> {
    let mut answers = Vec::with_capacity(commands.len());
    for command in commands {
        let ready = decide(writer, vec![command.clone()], Books::default())?;
        writer.commit(&ready.changes)?;
        answers.extend(ready.answers);
    }
    Ok(answers)
}
