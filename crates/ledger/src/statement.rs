//! What is irregular between two days, as a statement that somebody can sign for.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::id::LedgerId;
use crate::model::{GapRow, NumberRow, State};
use crate::trail::Hash;

/// Gaps, voids and numbers of drafts, each dated within the days of the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The ledger.
    pub ledger: LedgerId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The gaps, by date and id.
    pub gaps: Vec<GapRow>,
    /// The void numbers and those that drafts hold, by date and position.
    pub numbers: Vec<NumberRow>,
}

impl Statement {
    /// Puts what is irregular in order.
    pub fn new(
        ledger: LedgerId,
        (from, to): (Date, Date),
        mut gaps: Vec<GapRow>,
        mut numbers: Vec<NumberRow>,
    ) -> Statement {
        gaps.sort_by_key(|row| (row.date, row.id));
        numbers.sort_by_key(|row| (row.date, row.position));
        Statement { ledger, from, to, gaps, numbers }
    }

    /// How many ordinals the gaps cover.
    pub fn missing(&self) -> u64 {
        self.gaps.iter().map(|row| row.to - row.from + 1).sum()
    }

    /// The gaps that nobody explained.
    pub fn unexplained(&self) -> impl Iterator<Item = &GapRow> {
        self.gaps.iter().filter(|row| row.explanation.is_none())
    }

    /// The numbers that drafts hold.
    pub fn drafts(&self) -> impl Iterator<Item = &NumberRow> {
        self.numbers.iter().filter(|row| row.draft)
    }

    /// The void numbers.
    pub fn voids(&self) -> impl Iterator<Item = &NumberRow> {
        self.numbers.iter().filter(|row| row.state == State::Void)
    }

    /// SHA-256 over the lines of the statement, each with its length (8 bytes, big-endian) before
    /// it. A line is its fields with a tab between them: `statement`, the first and the last day;
    /// for each gap `gap`, its id, first and last text, first and last ordinal, date, cause, and
    /// the words and author of its explanation (both empty without one); for each number `void`,
    /// its id, text, date, cause and reason, or `draft`, its id, text and date.
    pub fn digest(&self) -> Hash {
        let mut digest = Sha256::new();
        let mut line = |fields: &[&str]| {
            let line = fields.join("\t");
            digest.update((line.len() as u64).to_be_bytes());
            digest.update(line.as_bytes());
        };
        line(&["statement", &self.from.to_string(), &self.to.to_string()]);
        for row in &self.gaps {
            let said = row.explanation.as_ref();
            line(&[
                "gap",
                &row.id.id(self.ledger),
                &row.first_text,
                &row.last_text,
                &row.from.to_string(),
                &row.to.to_string(),
                &row.date.to_string(),
                row.cause.text(),
                said.map_or("", |said| said.text.as_str()),
                said.map_or("", |said| said.actor.as_str()),
            ]);
        }
        for row in &self.numbers {
            let (id, date) = (row.position.id(self.ledger), row.date.to_string());
            match &row.voided {
                Some(voided) => {
                    line(&["void", &id, &row.text, &date, voided.cause.text(), &voided.reason]);
                }
                None => line(&["draft", &id, &row.text, &date]),
            }
        }
        Hash(digest.finalize().into())
    }
}
