//! Running commands together until nothing is missing.

use crate::books::{Books, Changes, Loaded, Misses};
use crate::command::Command;
use crate::decide::decide;
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
}

impl Batch {
    /// A batch of commands, to be decided in this order.
    pub fn new(commands: Vec<Command>) -> Batch {
        Batch { commands, put_off: Vec::new(), books: Books::default(), rounds: 0 }
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
        if self.books.is_missing_any() {
            return Step::Load(self.books.take_misses());
        }
        // An answer must reach its own command; a rule that stops without saying what is missing
        // would shift all those behind it.
        assert_eq!(answers.len(), self.commands.len(), "a command stopped for no reason");
        Step::Done(Box::new(Decided {
            answers,
            changes: self.books.take_changes(),
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

    /// Takes what was loaded for [`Step::Load`].
    pub fn fill(&mut self, asked: Misses, found: Loaded) {
        self.books.fill(asked, found);
    }
}
