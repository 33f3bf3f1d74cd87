//! Rows on their way, and where they go.

use jiff::civil::Date;

use crate::books::TrailLine;
use crate::id::{CustomerId, LedgerId, Position, SequenceId};
use crate::model::{At, Kind, Metadata, NumberRow, Receipt, State};
use crate::trail::{LineTail, RenumberedLine, placed_line};

/// A job, by a number that no other job of its ledger has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// A held number that a job brings, relative to what its ledger has when it is placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedNumber {
    /// Its place among the numbers of the job, from 0.
    pub place: u64,
    /// Its sequence among those that the job opens, from 0.
    pub sequence: u64,
    /// The integer.
    pub ordinal: u64,
    /// The text.
    pub text: String,
    /// 0 for the plain slug, n for the slug with `~n` behind it.
    pub slug_rank: u32,
    /// The document's kind.
    pub kind: Kind,
    /// The document's date.
    pub date: Date,
    /// The document's name in its own system.
    pub reference: Option<String>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// Free key-value pairs.
    pub metadata: Metadata,
}

/// Rows of a job that are staged at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedPart {
    /// The ledger.
    pub ledger: LedgerId,
    /// The job.
    pub job: JobId,
    /// When; the last sign of life that the job gave.
    pub at: At,
    /// The numbers, by place.
    pub numbers: Vec<StagedNumber>,
    /// Numbers that are to change, by place.
    pub changes: Vec<StagedChange>,
}

/// A number that a job is to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedChange {
    /// Its place among those of the job, from 0.
    pub place: u64,
    /// The date of its document, which must still be that.
    pub date: Date,
    /// What it was and what it will be.
    pub line: RenumberedLine,
}

/// The staged changes of a job, to be made: all of them, in the transaction that records them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renumbering {
    /// The ledger.
    pub ledger: LedgerId,
    /// The job.
    pub job: JobId,
    /// How many changes it staged. A store that finds another count, or fewer numbers that are as
    /// their changes say they were, refuses the batch.
    pub count: u64,
    /// When.
    pub at: At,
    /// Index of the entry that records them.
    pub index: u64,
}

/// Where the staged rows of a job go: all of them, in the transaction that records them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placing {
    /// The ledger.
    pub ledger: LedgerId,
    /// The job.
    pub job: JobId,
    /// How many numbers it staged. A store that finds another count refuses the batch.
    pub count: u64,
    /// The last position given before: place 0 comes behind it.
    pub position: u64,
    /// The last sequence opened before: sequence 0 of the job comes behind it.
    pub sequence: u64,
    /// When the numbers come into the ledger.
    pub at: At,
    /// The entry that records them, whose lines are theirs.
    pub receipt: Receipt,
}

impl Placing {
    /// The position of a place.
    pub fn position_of(&self, place: u64) -> Position {
        Position(self.position + 1 + place)
    }

    /// The sequence with a place among those that the job opens.
    pub fn sequence_of(&self, place: u64) -> SequenceId {
        SequenceId(self.sequence + 1 + place)
    }
}

impl StagedNumber {
    /// What its line beside the trail says behind position and sequence; see
    /// [`placed_line`](crate::trail::placed_line).
    pub fn line_tail(&self) -> Vec<u8> {
        let tail = LineTail {
            ordinal: self.ordinal,
            text: &self.text,
            occupied: false,
            kind: &self.kind,
            date: self.date,
            reference: self.reference.as_deref(),
            customer: self.customer.as_ref(),
            parent: None,
            metadata: &self.metadata,
            reissue_of: None,
            slug_rank: self.slug_rank,
            warning: None,
        };
        tail.write(Vec::new())
    }

    /// Its line beside the trail.
    pub fn line(&self, placing: &Placing) -> TrailLine {
        let (position, sequence) =
            (placing.position_of(self.place), placing.sequence_of(self.sequence));
        TrailLine {
            ledger: placing.ledger,
            index: placing.receipt.index,
            line: self.place,
            bytes: placed_line(position, sequence, &self.line_tail()),
        }
    }

    /// Its row in the register.
    pub fn placed(self, placing: &Placing) -> NumberRow {
        NumberRow {
            ledger: placing.ledger,
            position: placing.position_of(self.place),
            sequence: placing.sequence_of(self.sequence),
            ordinal: self.ordinal,
            text: self.text,
            slug_rank: self.slug_rank,
            state: State::Held,
            kind: self.kind,
            date: self.date,
            created: placing.at,
            reference: self.reference,
            customer: self.customer,
            parent: None,
            metadata: self.metadata,
            receipt: placing.receipt,
            voided: None,
            reissue_of: None,
            warning: None,
            mark: None,
            draft: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::line;

    #[test]
    fn a_placed_line_is_that_of_the_placed_number() {
        for (position, sequence) in [(0, 0), (126, 127), (1 << 14, 1 << 21), (1 << 35, 1 << 35)] {
            let placing = Placing {
                ledger: LedgerId(7),
                job: JobId(3),
                count: 1,
                position,
                sequence,
                at: At(5),
                receipt: Receipt::default(),
            };
            let staged = StagedNumber {
                place: 9,
                sequence: 2,
                ordinal: 1 << 40,
                text: "Ä/1".to_owned(),
                slug_rank: 3,
                kind: Kind::credit_note(),
                date: jiff::civil::date(2019, 12, 31),
                reference: Some("order-1".to_owned()),
                customer: Some(CustomerId("cus_1".to_owned())),
                metadata: Metadata::from([("till".to_owned(), "3".to_owned())]),
            };
            let written = staged.line(&placing);
            let row = staged.placed(&placing);
            assert_eq!(written.bytes, line(&row).to_bytes());
            assert_eq!((written.line, row.position.0), (9, position + 10));
        }
    }
}
