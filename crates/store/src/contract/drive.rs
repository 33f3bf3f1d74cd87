//! Running commands on a store, as plainly as it can be done.

use std::sync::Arc;

use ledger::batch::Batch;
use ledger::command::{ApplyImport, Import};
use ledger::job::JobId;
use ledger::job::import::{ImportJob, ImportStep};
use ledger::outcome::Answer;
use ledger::{Action, Changes, Command, Refusal};

use crate::{Store, StoreError, Writer};

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

/// Imports a list: takes it in, and runs the command at the end.
///
/// # Errors
/// What the store reports.
pub fn import(
    store: &dyn Store,
    writer: &mut dyn Writer,
    template: Command,
    job: JobId,
    list: Import,
) -> Result<Answer, StoreError> {
    let action = match take_in(store, writer, &template, job, list)? {
        Ok(apply) => Action::ApplyImport(apply),
        Err(refusal) => return Ok(Answer { result: Err(refusal), replayed: false }),
    };
    let answers = drive(writer, vec![Command { action, ..template }])?;
    answers.into_iter().next().ok_or_else(|| StoreError::Database("no answer came".to_owned()))
}

/// Looks up and stages a list as the actor of a command, whatever that does itself; yields the
/// command at the end of the import, or why there is none.
///
/// # Errors
/// What the store reports.
pub fn take_in(
    store: &dyn Store,
    writer: &mut dyn Writer,
    template: &Command,
    job: JobId,
    list: Import,
) -> Result<Result<ApplyImport, Refusal>, StoreError> {
    let mut reader = store.reader()?;
    let Command { ledger, actor, at, .. } = template.clone();
    let mut job = ImportJob::new(ledger, actor, at, job, Arc::new(list));
    loop {
        match job.step() {
            Ok(ImportStep::Load(misses)) => {
                let found = reader.load(&misses)?;
                job.fill(misses, found);
            }
            Ok(ImportStep::Stage(part)) => writer.stage(&part)?,
            Ok(ImportStep::Apply(apply)) => return Ok(Ok(apply)),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
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
