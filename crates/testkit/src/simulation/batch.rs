//! One batch through a writer, step by step, so that trouble can come between the steps.

use std::collections::HashMap;

use ledger::batch::{Batch, Step};
use ledger::books::Recent;
use ledger::id::LedgerId;
use ledger::outcome::Answer;
use ledger::{Changes, Command};
use store::{StoreError, Writer};

/// A batch that is decided and not committed.
pub(super) struct Ready {
    pub(super) answers: Vec<Answer>,
    pub(super) changes: Changes,
    pub(super) put_off: Vec<Command>,
    pub(super) recent: Vec<Recent>,
}

/// What earlier batches knew of each ledger, true or not.
pub(super) type Memory = HashMap<LedgerId, Recent>;

/// Begins a batch and decides its commands, beginning with what is remembered.
pub(super) fn decide(
    writer: &mut dyn Writer,
    commands: Vec<Command>,
    memory: &Memory,
) -> Result<Ready, StoreError> {
    let mut ledgers: Vec<_> = commands.iter().map(|command| command.ledger).collect();
    ledgers.sort_unstable();
    ledgers.dedup();
    writer.begin(&ledgers)?;
    let known = ledgers.iter().filter_map(|ledger| memory.get(ledger));
    let mut batch = Batch::new(commands).recall(known);
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
                    recent: decided.recent,
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
        let ready = decide(writer, vec![command.clone()], &Memory::new())?;
        writer.commit(&ready.changes)?;
        answers.extend(ready.answers);
    }
    Ok(answers)
}
