//! What would be issued.
//!
//! A preview decides a real command on rows that a reader loads, and throws the result away: what
//! it prints is what issuing prints, because it is the same code.

use jiff::civil::Date;
use ledger::batch::Step;
use ledger::command::{Item, SeriesRef};
use ledger::id::{CustomerId, LedgerId, Position};
use ledger::model::{At, Kind};
use ledger::outcome::NumberView;
use ledger::{Action, Actor, Answer, Batch, Command, Misses, Outcome};
use store::Reader;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::pending::Pending;

/// Tries at rows that all belong to one moment, while somebody writes.
const TRIES: u32 = 4;

/// Documents that are not there yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The series; that of the kind when missing.
    pub series: Option<SeriesRef>,
    /// The kind; an invoice when missing.
    pub kind: Option<Kind>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The number of the parent document.
    pub parent: Option<Position>,
    /// The dates, in the order of issuing; today when empty.
    pub dates: Vec<Date>,
    /// How many documents there are of each date, one after the other; 0 is taken as 1.
    pub count: usize,
}

impl Engine {
    /// The numbers that documents would get if they were issued now, in this order. Nothing is
    /// consumed. The answer refuses what issuing would refuse.
    pub fn preview(&self, ledger: LedgerId, preview: Preview) -> Pending<Vec<NumberView>> {
        self.preview_items(ledger, preview.into_items())
    }

    /// The numbers that these items would get if they were issued now as one command.
    pub fn preview_items(&self, ledger: LedgerId, items: Vec<Item>) -> Pending<Vec<NumberView>> {
        let at = self.now();
        self.read(move |reader| {
            let answers = decide_and_forget(reader, vec![issue(ledger, at, items)])?;
            match answers.into_iter().next().map(|answer| answer.result) {
                Some(Ok(Outcome::Issued(views))) => Ok(views),
                Some(Err(refusal)) => Err(refusal.into()),
                other => Err(EngineError::Defect(format!("a preview came to {other:?}"))),
            }
        })
    }
}

impl Preview {
    fn into_items(self) -> Vec<Item> {
        let dates: Vec<Option<Date>> = match self.dates.is_empty() {
            true => vec![None],
            false => self.dates.iter().copied().map(Some).collect(),
        };
        let item = |date| Item {
            date,
            series: self.series.clone(),
            kind: self.kind.clone(),
            customer: self.customer.clone(),
            parent: self.parent,
            ..Item::default()
        };
        let count = self.count.max(1);
        dates.into_iter().flat_map(|date| std::iter::repeat_n(item(date), count)).collect()
    }
}

pub(super) fn issue(ledger: LedgerId, at: At, items: Vec<Item>) -> Command {
    let actor = Actor::Operator("preview".to_owned());
    Command { ledger, actor, at, idempotency: None, action: Action::Issue(items) }
}

/// Decides commands of one ledger on what is there at one moment, and forgets what came of it.
pub(super) fn decide_and_forget(
    reader: &mut dyn Reader,
    commands: Vec<Command>,
) -> Result<Vec<Answer>, EngineError> {
    let ledgers: Vec<LedgerId> = commands.iter().map(|command| command.ledger).take(1).collect();
    for _ in 1..TRIES {
        let before = heads(reader, &ledgers)?;
        let answers = decide(reader, commands.clone());
        if heads(reader, &ledgers)? == before {
            return answers;
        }
    }
    decide(reader, commands)
}

fn decide(reader: &mut dyn Reader, mut commands: Vec<Command>) -> Result<Vec<Answer>, EngineError> {
    let mut answers = Vec::with_capacity(commands.len());
    while !commands.is_empty() {
        let mut batch = Batch::new(commands);
        let decided = loop {
            match batch.step() {
                Step::Load(misses) => {
                    let found = reader.load(&misses)?;
                    batch.fill(misses, found);
                }
                Step::Done(decided) => break decided,
            }
        };
        answers.extend(decided.answers);
        commands = decided.put_off;
    }
    Ok(answers)
}

fn heads(reader: &mut dyn Reader, ledgers: &[LedgerId]) -> Result<Vec<u64>, EngineError> {
    let misses = Misses { ledgers: ledgers.to_vec(), ..Misses::default() };
    Ok(reader.load(&misses)?.ledgers.iter().map(|row| row.trail_count).collect())
}
