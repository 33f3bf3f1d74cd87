//! One batch through a writer, step by step, so that trouble can come between the steps.

use ledger::batch::{Batch, Step};
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
            Step::Done(decided) => {
                let decided = *decided;
                return Ok(Ready {
                    answers: decided.answers,
                    changes: decided.changes,
                    put_off: decided.put_off,
                    books: decided.books,
                });
            }
        }
    }
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
