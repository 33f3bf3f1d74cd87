//! What would be issued.
//!
//! A preview decides a real command on rows that a reader loads, and throws the result away: what
//! it prints is what issuing prints, because it is the same code.

use jiff::civil::Date;
use ledger::command::{Item, SeriesRef};
use ledger::id::{CustomerId, LedgerId, Position};
use ledger::model::{At, Kind, Receipt};
use ledger::outcome::NumberView;
use ledger::{Action, Actor, Answer, Batch, Books, Command, Outcome, Refusal};
use store::Reader;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
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
    /// consumed. The answer refuses what issuing would refuse. What is not given yet has position
    /// 0 and an empty receipt.
    pub fn preview(&self, ledger: LedgerId, preview: Preview) -> Pending<Vec<NumberView>> {
        self.preview_items(ledger, preview.into_items())
    }

    /// The numbers that these items would get if they were issued now as one command.
    pub fn preview_items(&self, ledger: LedgerId, items: Vec<Item>) -> Pending<Vec<NumberView>> {
        let at = self.now();
        self.read(move |reader| {
            let answers = decide_and_forget(reader, vec![issue(ledger, at, items.clone())])?;
            match answers.into_iter().next().map(|answer| answer.result) {
                Some(Ok(Outcome::Issued(views))) => Ok(views),
                Some(Err(refusal)) => Err(refusal.into()),
                other => Err(EngineError::Defect(format!("a preview came to {other:?}"))),
            }
        })
    }

    /// What actions would come to if they were carried out now, one after the other. Nothing is
    /// kept.
    pub fn preview_actions(
        &self,
        ledger: LedgerId,
        actions: Vec<Action>,
    ) -> Pending<Vec<Result<Outcome, Refusal>>> {
        let at = self.now();
        self.read(move |reader| {
            let commands = actions.iter().map(|action| pretended(ledger, at, action.clone()));
            let answers = decide_and_forget(reader, commands.collect())?;
            Ok(answers.into_iter().map(|answer| answer.result).collect())
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
    pretended(ledger, at, Action::Issue(items))
}

fn pretended(ledger: LedgerId, at: At, action: Action) -> Command {
    let actor = Actor::Operator("preview".to_owned());
    Command { ledger, actor, at, idempotency: None, action }
}

impl Engine {
    /// What a command would come to; nothing is written.
    pub fn rehearse(&self, command: Command) -> Pending<Outcome> {
        self.read(move |reader| {
            let answer = decide_and_forget(reader, vec![command.clone()])?.pop();
            let missing = || EngineError::Defect("a rehearsal came to nothing".to_owned());
            Ok(answer.ok_or_else(missing)?.result?)
        })
    }
}

/// Decides commands of one ledger on what is there at one moment, and forgets what came of it.
pub(super) fn decide_and_forget(
    reader: &mut dyn Reader,
    commands: Vec<Command>,
) -> Result<Vec<Answer>, EngineError> {
    let Some(ledger) = commands.first().map(|command| command.ledger) else {
        return Ok(Vec::new());
    };
    let mut tries = 1;
    loop {
        let before = lookup::ledger(reader, ledger)?;
        let mut answers = decide(reader, commands.clone())?;
        let after = lookup::ledger(reader, ledger)?;
        if tries >= TRIES || after.head() == before.head() {
            answers.iter_mut().for_each(|answer| unreal(answer, Position(before.last_position)));
            return Ok(answers);
        }
        tries += 1;
    }
}

/// Takes away the ids and receipts of numbers that were not given before.
fn unreal(answer: &mut Answer, last: Position) {
    let Ok(Outcome::Issued(views)) = &mut answer.result else { return };
    for view in views.iter_mut().filter(|view| view.row.position > last) {
        (view.row.position, view.row.receipt) = (Position(0), Receipt::default());
    }
}

fn decide(reader: &mut dyn Reader, mut commands: Vec<Command>) -> Result<Vec<Answer>, EngineError> {
    let mut answers = Vec::with_capacity(commands.len());
    let mut books = Books::default();
    while !commands.is_empty() {
        let decided = Batch::on(books, commands).run(|misses| reader.load(misses))?;
        answers.extend(decided.answers);
        // What is put off comes on top of what was decided before it.
        (books, commands) = (decided.books, decided.put_off);
    }
    Ok(answers)
}
