//! Running commands together until nothing is missing.

use crate::books::{Books, Changes, Loaded, Misses};
use crate::command::{Action, Command};
use crate::decide::decide;
use crate::guess::Guess;
use crate::id::LedgerId;
use crate::outcome::Answer;

/// Rounds after which a batch of several commands is cut in half.
const ROUNDS_MAX: u32 = 48;

/// Commands on their way to one commit.
///
/// Call [`Batch::run`]; or call [`Batch::step`] and, while it asks to load, load and
/// [`Batch::fill`].
#[derive(Debug)]
pub struct Batch {
    commands: Vec<Command>,
    put_off: Vec<Command>,
    books: Books,
    rounds: u32,
    /// Ledgers of which the batch knew something when it began, and has not compared that with
    /// their stored heads yet.
    unproven: Vec<LedgerId>,
}

/// What a batch needs next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made for each round of a batch")]
pub enum Step {
    /// Load these rows, then step again.
    Load(Misses),
    /// Everything is decided.
    Done(Box<Decided>),
}

/// A decided batch.
#[derive(Debug)]
pub struct Decided {
    /// One answer for each command, in order.
    pub answers: Vec<Answer>,
    /// What to commit before any answer is told.
    pub changes: Changes,
    /// Commands that were put off to a batch of their own: those behind the ones with answers.
    pub put_off: Vec<Command>,
    /// What is known once the changes are committed, for [`Batch::on`]; of no use where they are
    /// not.
    pub books: Books,
}

impl Batch {
    /// A batch of commands, to be decided in this order.
    pub fn new(commands: Vec<Command>) -> Batch {
        Batch::on(Books::default(), commands)
    }

    /// A batch that begins with what an earlier one left. Where a ledger has changed since, by
    /// whomever, nothing of that is used.
    pub fn on(books: Books, commands: Vec<Command>) -> Batch {
        let mut commands = commands;
        let put_off = commands.split_off(alone(&commands));
        let unproven = books.kept_of(commands.iter().map(|command| command.ledger));
        Batch { commands, put_off, books, rounds: 0, unproven }
    }

    /// Decides all commands on what is loaded. Every round loads rows that were not there before,
    /// so this ends.
    pub fn step(&mut self) -> Step {
        self.rounds += 1;
        if self.rounds > ROUNDS_MAX && self.commands.len() > 1 {
            let behind = self.commands.split_off(self.commands.len() / 2);
            self.put_off.splice(0..0, behind);
            self.rounds = 0;
        }
        self.books.forget_writes();
        // After a miss the round is lost; going on finds what the commands behind are missing.
        let answers: Vec<Answer> = self
            .commands
            .iter()
            .filter_map(|command| decide(&mut self.books, command).ok())
            .collect();
        if self.books.is_missing_any() || !self.unproven.is_empty() {
            self.books.ask_again(&self.unproven);
            let mut misses = self.books.take_misses();
            misses.ledgers.extend_from_slice(&self.unproven);
            return Step::Load(misses);
        }
        // An answer must reach its own command; a rule that stops without saying what is missing
        // would shift all those behind it.
        assert_eq!(answers.len(), self.commands.len(), "a command stopped for no reason");
        let changes = self.books.take_changes();
        Step::Done(Box::new(Decided {
            answers,
            changes,
            books: std::mem::take(&mut self.books).kept(),
            put_off: std::mem::take(&mut self.put_off),
        }))
    }

    /// Steps until everything is decided, loading by `load` what is missing.
    ///
    /// # Errors
    /// What `load` says; nothing is decided then.
    pub fn run<E>(
        mut self,
        mut load: impl FnMut(&Misses) -> Result<Loaded, E>,
    ) -> Result<Decided, E> {
        loop {
            match self.step() {
                Step::Load(misses) => {
                    let found = load(&misses)?;
                    self.fill(misses, found);
                }
                Step::Done(decided) => return Ok(*decided),
            }
        }
    }

    /// Gives the batch up. What it began with comes back, for [`Batch::on`].
    pub fn into_books(mut self) -> Books {
        self.books.forget_writes();
        drop(self.books.take_misses());
        self.books.kept()
    }

    /// Takes it for granted that what was asked for is not there and that ledgers are as they were
    /// left, so that the next step can decide everything; or gives back what was asked for, where
    /// that is not likely.
    ///
    /// # Errors
    /// What was asked for, when it is to be loaded.
    pub fn guess(&mut self, asked: Misses) -> Result<Guess, Box<Misses>> {
        // The round that asked is lost: heads are to be as they were known, not as it left them.
        self.books.forget_writes();
        let is_known = |command: &Command| self.unproven.contains(&command.ledger);
        if self.books.are_of_several() || !self.commands.iter().all(is_known) {
            return Err(Box::new(asked));
        }
        let head = |ledger: &LedgerId| Some((*ledger, self.books.ledgers.peek(ledger)?.head()));
        let Some(heads) = self.unproven.iter().map(head).collect::<Option<Vec<_>>>() else {
            return Err(Box::new(asked));
        };
        let mut rest = asked;
        let ledgers = std::mem::take(&mut rest.ledgers);
        let references = std::mem::take(&mut rest.references);
        let texts = std::mem::take(&mut rest.texts);
        let outcomes = std::mem::take(&mut rest.outcomes);
        if ledgers != self.unproven || !rest.is_empty() {
            return Err(Box::new(Misses { ledgers, references, texts, outcomes, ..rest }));
        }
        self.unproven.clear();
        let guess = Guess { heads, references, texts, outcomes };
        let asked = Misses { ledgers: vec![], ..guess.misses() };
        self.books.fill(asked, Loaded::default());
        Ok(guess)
    }

    /// Takes what was loaded for [`Step::Load`].
    pub fn fill(&mut self, asked: Misses, found: Loaded) {
        // The round that asked is lost, and what it wrote must not be taken for what was kept.
        self.books.forget_writes();
        let unproven = std::mem::take(&mut self.unproven);
        self.books.forget_stale(&unproven, &found.ledgers);
        self.books.fill(asked, found);
    }
}

/// How many of some commands are decided together. One that brings staged rows is alone: what comes
/// behind it in a batch would not see them. So is one that closes a period: what it finds by date
/// would not show what commands before it did.
fn alone(commands: &[Command]) -> usize {
    let brings = |command: &Command| {
        matches!(
            command.action,
            Action::ApplyImport(_) | Action::ApplyResequence(_) | Action::ClosePeriod(_)
        )
    };
    match commands.iter().position(brings) {
        None => commands.len(),
        Some(first) => first.max(1),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::command::{Actor, Item, Open};
    use crate::id::{AccountId, LedgerId};
    use crate::model::{At, HouseStyle, LedgerRow, Mode, SequenceRow, SeriesRow};
    use crate::outcome::Outcome;

    const LEDGER: LedgerId = LedgerId(3);

    fn command(action: Action) -> Command {
        let actor = Actor::Operator("test".to_owned());
        Command { ledger: LEDGER, actor, at: At(1_798_673_400_000), idempotency: None, action }
    }

    fn issue() -> Command {
        command(Action::Issue(vec![Item::default()]))
    }

    /// A ledger with one number, decided with nothing stored before.
    fn opened() -> Decided {
        let open = Open {
            account: AccountId("acct_1".to_owned()),
            name: "Test".to_owned(),
            mode: Mode::Live,
            style: HouseStyle::Yearly,
            prefix: String::new(),
            time_zone: None,
            fiscal_year_start: None,
        };
        let batch = Batch::new(vec![command(Action::Open(open)), issue()]);
        let decided = batch.run(|_| Ok::<_, ()>(Loaded::default()));
        decided.expect("it is decided")
    }

    fn number(decided: &Decided) -> &str {
        match &decided.answers[0].result {
            Ok(Outcome::Issued(views)) => &views[0].row.text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_batch_that_knows_its_ledger_loads_once() {
        let before = opened();
        let head = before.changes.ledgers[0].row.clone();
        let mut loads = Vec::new();
        let decided = Batch::on(before.books, vec![issue()]).run(|misses| {
            loads.push(misses.clone());
            Ok::<_, ()>(Loaded { ledgers: vec![head.clone()], ..Loaded::default() })
        });
        assert_eq!(number(&decided.expect("it is decided")), "INV-2026-00002");
        assert_eq!(loads.len(), 1, "{loads:?}");
        assert_eq!((loads[0].ledgers.as_slice(), loads[0].sequences.len()), (&[LEDGER][..], 0));
    }

    #[test]
    fn what_another_process_changed_is_loaded_again() {
        let before = opened();
        let mut moved = before.changes.ledgers[0].row.clone();
        moved.trail_count += 1;
        let series = before.changes.series.clone();
        let mut sequence = before.changes.sequences[0].clone();
        sequence.last = 41;
        let decided = Batch::on(before.books, vec![issue()]).run(|misses| {
            let mut found = Loaded::default();
            let wants = |id| misses.series.contains(&(LEDGER, id));
            let heads = misses.ledgers.iter().map(|_| LedgerRow::clone(&moved));
            found.ledgers.extend(heads);
            found
                .series
                .extend(series.iter().filter(|row| wants(row.id)).map(|row| (**row).clone()));
            found.sequences.extend(misses.sequences.iter().map(|_| sequence.clone()));
            Ok::<_, ()>(found)
        });
        assert_eq!(number(&decided.expect("it is decided")), "INV-2026-00042");
    }

    #[test]
    fn a_batch_that_knows_its_ledger_can_guess() {
        let before = opened();
        let head = before.changes.ledgers[0].row.head();
        let item = Item { reference: Some("order-7".to_owned()), ..Item::default() };
        let mut batch = Batch::on(before.books, vec![command(Action::Issue(vec![item])), issue()]);
        let Step::Load(misses) = batch.step() else { panic!("asks for nothing") };
        let guess = batch.guess(misses.clone()).expect("likely");
        assert_eq!(guess.heads, [(LEDGER, head)]);
        assert_eq!((guess.misses(), guess.references.len()), (misses, 1));
        let Step::Done(decided) = batch.step() else { panic!("asks for more") };
        assert_eq!(number(&decided), "INV-2026-00002");
        assert_eq!(decided.changes.ledgers[0].expected, Some(head));
    }

    #[test]
    fn what_nobody_knows_is_not_guessed() {
        let mut batch = Batch::new(vec![issue()]);
        let Step::Load(misses) = batch.step() else { panic!("asks for nothing") };
        assert_eq!(*batch.guess(misses.clone()).expect_err("nothing is known"), misses);
        let before = opened();
        let elsewhere = Command { ledger: LedgerId(4), ..issue() };
        let mut batch = Batch::on(before.books, vec![issue(), elsewhere]);
        let Step::Load(misses) = batch.step() else { panic!("asks for nothing") };
        assert_eq!(*batch.guess(misses.clone()).expect_err("one is not known"), misses);
    }

    /// What is asked for of one ledger.
    fn stored(
        misses: &Misses,
        head: &LedgerRow,
        series: &[Arc<SeriesRow>],
        sequence: &SequenceRow,
    ) -> Loaded {
        let all = || series.iter().map(|row| SeriesRow::clone(row));
        Loaded {
            ledgers: misses.ledgers.iter().map(|_| head.clone()).collect(),
            series: all().filter(|row| misses.series.contains(&(LEDGER, row.id))).collect(),
            ledger_series: all().filter(|_| !misses.ledger_series.is_empty()).collect(),
            sequences: misses.sequences.iter().map(|_| sequence.clone()).collect(),
            ..Loaded::default()
        }
    }

    #[test]
    fn where_others_write_too_everything_known_is_asked_for_at_once() {
        let before = opened();
        let mut head = before.changes.ledgers[0].row.clone();
        let (series, mut sequence) = (before.changes.series, before.changes.sequences[0].clone());
        let mut books = before.books;
        // Behind the first round only texts are asked for that follow from what came with it.
        for (round, loads_expected) in [(1, 4), (2, 2), (3, 2)] {
            // Another one gave a number meanwhile.
            head.trail_count += 1;
            sequence.last += 1;
            let mut batch = Batch::on(books, vec![issue()]);
            let mut loads = 0;
            let decided = loop {
                match batch.step() {
                    Step::Done(decided) => break decided,
                    Step::Load(misses) => {
                        assert!(round == 1 || batch.guess(misses.clone()).is_err());
                        loads += 1;
                        let found = stored(&misses, &head, &series, &sequence);
                        batch.fill(misses, found);
                    }
                }
            };
            assert_eq!(loads, loads_expected, "round {round}");
            head = decided.changes.ledgers[0].row.clone();
            sequence = decided.changes.sequences[0].clone();
            assert_eq!(number(&decided), format!("INV-2026-{:05}", 1 + 2 * round));
            books = decided.books;
        }
    }

    #[test]
    fn a_ledger_that_was_not_there_is_looked_for_again() {
        let nowhere = Batch::new(vec![issue()]).run(|_| Ok::<_, ()>(Loaded::default()));
        let nowhere = nowhere.expect("it is decided");
        assert!(nowhere.answers[0].result.is_err());
        let opened = opened();
        let (head, series) = (&opened.changes.ledgers[0].row, &opened.changes.series);
        let decided = Batch::on(nowhere.books, vec![issue()]).run(|misses| {
            let wants = |id| misses.series.contains(&(LEDGER, id));
            let series = series.iter().filter(|row| wants(row.id)).map(|row| (**row).clone());
            let ledgers = misses.ledgers.iter().map(|_| head.clone()).collect();
            Ok::<_, ()>(Loaded { ledgers, series: series.collect(), ..Loaded::default() })
        });
        assert_eq!(number(&decided.expect("it is decided")), "INV-2026-00001");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut books = opened().books;
        let many: Vec<Command> = (0..3_000)
            .map(|place| {
                let item = Item { series: None, customer: None, ..Item::default() };
                let reference = Some(format!("order-{place}"));
                command(Action::Issue(vec![Item { reference, ..item }]))
            })
            .collect();
        let before = books.kept_rows();
        for commands in many.chunks(100) {
            let head = books.ledgers.peek(&LEDGER).cloned().expect("the ledger");
            let decided = Batch::on(books, commands.to_vec())
                .run(|_| Ok::<_, ()>(Loaded { ledgers: vec![head.clone()], ..Loaded::default() }));
            books = decided.expect("it is decided").books;
        }
        assert_eq!(books.kept_rows(), before, "references and texts are not kept");
    }
}
