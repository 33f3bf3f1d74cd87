//! Running commands on a store, as plainly as it can be done.

use ledger::batch::Batch;
use ledger::outcome::Answer;
use ledger::{Changes, Command};

use crate::{StoreError, Writer};

/// Decides commands in their order, loading what is missing, and commits what they change. Answers
/// come one for each command.
///
/// ```no_run
/// # fn example(writer: &mut dyn store::Writer, commands: Vec<ledger::Command>)
/// # -> Result<(), store::StoreError> {
/// let answers = store::contract::drive(writer, commands)?;
/// assert!(answers.iter().all(|answer| answer.result.is_ok()));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// What the store reports; the batch that met it is given up.
pub fn drive(writer: &mut dyn Writer, commands: Vec<Command>) -> Result<Vec<Answer>, StoreError> {
    let mut answers = Vec::with_capacity(commands.len());
    let mut waiting = commands;
    while !waiting.is_empty() {
        let (decided, changes, put_off) = decide(writer, waiting)?;
        writer.commit(&changes)?;
        answers.extend(decided);
        waiting = put_off;
    }
    Ok(answers)
}

/// Begins a batch and decides commands, and leaves it to the caller to commit: answers, changes,
/// and the commands that were put off.
pub(super) fn decide(
    writer: &mut dyn Writer,
    commands: Vec<Command>,
) -> Result<(Vec<Answer>, Changes, Vec<Command>), StoreError> {
    let mut ledgers: Vec<_> = commands.iter().map(|command| command.ledger).collect();
    ledgers.sort_unstable();
    ledgers.dedup();
    writer.begin(&ledgers)?;
    match Batch::new(commands).run(|misses| writer.load(misses)) {
        Ok(decided) => Ok((decided.answers, decided.changes, decided.put_off)),
        Err(error) => {
            writer.rollback()?;
            Err(error)
        }
    }
}
