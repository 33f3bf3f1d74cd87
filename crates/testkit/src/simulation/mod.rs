//! Random commands with random trouble, on a store and on the model beside it.
//!
//! Each step draws some commands, runs them one by one on the model and in batches on the store,
//! and lets the power fail, the disk fill up or the commit be refused on the way. The answers must
//! be the same, both must then hold the same ledgers, a batch must be there whole or not at all,
//! and all ten invariants must hold. Everything follows from one seed.

mod batch;
mod commands;
mod documents;
mod run;
mod world;

use std::fmt;

pub use run::run;

use ledger::invariants::Violation;
use store::{Store, StoreError};

use crate::faulty::Fault;
use crate::vfs::Disk;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// Batches to run.
    pub steps: u32,
    /// A fault in the product that the simulation is to find; none in earnest.
    pub planted: Option<Planted>,
}

/// A fault that is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// In what is written.
    Store(Fault),
    /// Clients are answered before the commit.
    AnswerBeforeCommit,
    /// Nothing is synced, though it is said to be.
    CommitWithoutSync,
}

/// Opens the store on a disk, for the first time or again.
pub type Opening<'a> = &'a dyn Fn(&Disk) -> Result<Box<dyn Store>, StoreError>;

/// What a run came through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Commands sent.
    pub commands: u64,
    /// Commands refused by a rule.
    pub refused: u64,
    /// Numbers in the register at the end.
    pub numbers: u64,
    /// Crashes.
    pub crashes: u64,
    /// Batches that a crash found committed.
    pub survived: u64,
    /// Commits that the store was made to refuse.
    pub conflicts: u64,
    /// Operations of the disk that failed.
    pub failures: u64,
    /// Batches committed on a guess.
    pub guessed: u64,
    /// Guesses that the store found to be wrong.
    pub misguessed: u64,
}

/// Where store and model part, or what does not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed that leads here.
    pub seed: u64,
    /// The step.
    pub step: u32,
    /// What is different.
    pub what: String,
    /// Invariants that do not hold in the store.
    pub violations: Vec<Violation>,
    /// The commands of the step.
    pub commands: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} fails at step {}: {}", self.seed, self.step, self.what)?;
        for violation in &self.violations {
            writeln!(f, "  {violation}")?;
        }
        for command in &self.commands {
            writeln!(f, "  sent: {command}")?;
        }
        write!(f, "Run it again with GAPLESS_SIMULATION_SEED={}.", self.seed)
    }
}

impl std::error::Error for Failure {}

impl Summary {
    /// Adds what another run came through.
    pub fn add(&mut self, other: Summary) {
        self.commands += other.commands;
        self.refused += other.refused;
        self.numbers += other.numbers;
        self.crashes += other.crashes;
        self.survived += other.survived;
        self.conflicts += other.conflicts;
        self.failures += other.failures;
        self.guessed += other.guessed;
        self.misguessed += other.misguessed;
    }
}
