//! Everything that keeps a resequence from being applied.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::chosen::{Chosen, Selection};
use crate::id::Position;
use crate::model::{NumberRow, Problem, ProblemCode, Resequence, State};

/// Problems that are told one by one; of more there is the count.
const TOLD: usize = 1_000;

/// Problems, all counted and the first ones told.
#[derive(Debug, Default)]
pub(super) struct Problems {
    first: Vec<Problem>,
    counts: BTreeMap<ProblemCode, u64>,
    /// The last day that is locked.
    pub(super) locked: Option<Date>,
}

impl Problems {
    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    pub(super) fn add(
        &mut self,
        code: ProblemCode,
        about: Option<(Position, &str)>,
        message: String,
    ) {
        *self.counts.entry(code).or_default() += 1;
        if self.first.len() < TOLD {
            let (position, number) = about.unzip();
            let number = number.map(str::to_owned);
            self.first.push(Problem { code, number, position, message });
        }
    }

    /// A problem of the whole, told once.
    pub(super) fn once(&mut self, code: ProblemCode, message: String) {
        if !self.counts.contains_key(&code) {
            self.add(code, None, message);
        }
    }

    pub(super) fn about(
        &mut self,
        code: ProblemCode,
        position: Position,
        text: &str,
        message: String,
    ) {
        self.add(code, Some((position, text)), message);
    }

    pub(super) fn of(
        &mut self,
        code: ProblemCode,
        selection: &Selection,
        chosen: &Chosen,
        message: String,
    ) {
        self.add(code, Some((chosen.position, selection.text(chosen))), message);
    }

    /// A document outside the selection has the ordinal that one in it was to get.
    pub(super) fn ordinal_taken(&mut self, selection: &Selection, at: usize, row: &NumberRow) {
        let chosen = &selection.chosen[at];
        let holder = match row.state {
            State::Occupied => "which was passed over because its text was taken",
            _ => "which is not selected",
        };
        let message = format!(
            "{} would get the place of {}, {holder}. Select it too, or begin behind it.",
            selection.text(chosen),
            row.text
        );
        self.of(ProblemCode::NumberTaken, selection, chosen, message);
    }

    /// A document outside the selection has the text that one in it was to get.
    pub(super) fn text_taken(&mut self, selection: &Selection, at: usize, text: &str) {
        let chosen = &selection.chosen[at];
        let about = Some(chosen.position);
        if self
            .first
            .iter()
            .any(|told| told.code == ProblemCode::NumberTaken && told.position == about)
        {
            return;
        }
        let message = format!(
            "{} would become {text}, which another document has. Select that one too, or begin \
             with another number.",
            selection.text(chosen)
        );
        self.of(ProblemCode::NumberTaken, selection, chosen, message);
    }

    /// Whether the document may be renumbered at all.
    pub(super) fn check(&mut self, selection: &Selection, chosen: &Chosen, include_sent: bool) {
        let text = selection.text(chosen);
        if let Some(locked) = self.locked.filter(|locked| chosen.date <= *locked) {
            let message = format!(
                "{text} is dated {}, and everything through {locked} is locked. Leave it out, or \
                 have the lock date moved.",
                chosen.date
            );
            self.of(ProblemCode::PeriodLocked, selection, chosen, message);
        }
        if chosen.sent && !include_sent {
            let message = format!(
                "{text} was sent to its customer. Leave it out; an administrator can include it \
                 with `include_sent` and a reason."
            );
            self.of(ProblemCode::DocumentSent, selection, chosen, message);
        }
    }

    /// Tells them.
    pub(super) fn write_to(&mut self, body: &mut Resequence) {
        body.problems = std::mem::take(&mut self.first);
        body.problem_counts = self.counts.iter().map(|(code, count)| (*code, *count)).collect();
    }
}
