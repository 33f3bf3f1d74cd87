//! What was given while a resequence was worked out.

use std::sync::Arc;

use super::plan::Plan;
use crate::books::{Books, Loaded, Misses};
use crate::command::ApplyResequence;
use crate::decide::{Halt, resequence};
use crate::id::ObjectId;
use crate::refusal::Refusal;

/// Numbers given meanwhile that are looked at when it is applied; more are looked at before.
const BEHIND_MAX: u64 = 512;

/// A plan whose texts are compared with numbers that were given meanwhile.
#[derive(Debug)]
pub struct CatchUp {
    id: ObjectId,
    plan: Arc<Plan>,
    seen: u64,
    books: Books,
}

/// What catching up needs next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a few are made for each resequence")]
pub enum CatchUpStep {
    /// Load these rows, then [`CatchUp::fill`].
    Load(Misses),
    /// Run this command.
    Apply(ApplyResequence),
}

impl CatchUp {
    /// Begins with what a plan was compared with.
    pub fn new(id: ObjectId, plan: Arc<Plan>) -> CatchUp {
        let seen = plan.seen;
        CatchUp { id, plan, seen, books: Books::default() }
    }

    /// Goes on with what is loaded.
    ///
    /// # Errors
    /// A text was given meanwhile.
    pub fn step(&mut self) -> Result<CatchUpStep, Refusal> {
        loop {
            match resequence::catch_up(&mut self.books, self.plan.ledger, &self.plan, self.seen) {
                Ok(seen) if seen - self.seen <= BEHIND_MAX => {
                    let (id, plan) = (self.id, Arc::clone(&self.plan));
                    return Ok(CatchUpStep::Apply(ApplyResequence { id, plan, seen }));
                }
                Ok(seen) => {
                    self.seen = seen;
                    self.books = Books::default();
                }
                Err(Halt::Missing) => return Ok(CatchUpStep::Load(self.books.take_misses())),
                Err(Halt::Refused(refusal)) => return Err(refusal),
            }
        }
    }

    /// Takes what was loaded for [`CatchUpStep::Load`].
    pub fn fill(&mut self, asked: Misses, found: Loaded) {
        self.books.fill(asked, found);
    }
}
