//! One number that was changed, as it is kept beside the entry that changed it.

use serde::{Deserialize, Serialize};

use crate::id::{ObjectId, Position, SequenceId};
use crate::model::GapRow;
use crate::stored::{Damaged, from_bytes, to_bytes};

/// What a resequence changes of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// The integer.
    pub ordinal: u64,
    /// The text.
    pub text: String,
    /// 0 for the plain slug, n for the slug with `~n` behind it.
    pub slug_rank: u32,
}

/// A number that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenumberedLine {
    /// Its place in the order of giving, which stays.
    pub position: Position,
    /// Its sequence, which stays too.
    pub sequence: SequenceId,
    /// The document of this server that has it.
    pub document: Option<ObjectId>,
    /// What it was.
    pub from: Numbered,
    /// What it is.
    pub to: Numbered,
}

/// A gap that was left, changed or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedGap {
    /// What it was; `None` for one that this left.
    pub before: Option<GapRow>,
    /// What it is; `None` for one that new numbers cover whole.
    pub after: Option<GapRow>,
}

impl RenumberedLine {
    /// The line as bytes, as it is kept beside an entry and digested.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Reads what [`RenumberedLine::to_bytes`] gave.
    ///
    /// # Errors
    /// The bytes are no such line.
    pub fn read(bytes: &[u8]) -> Result<RenumberedLine, Damaged> {
        from_bytes(bytes)
    }

    /// The line that takes it back.
    #[must_use]
    pub fn reversed(self) -> RenumberedLine {
        RenumberedLine { from: self.to, to: self.from, ..self }
    }
}

impl MovedGap {
    /// The change that takes it back.
    #[must_use]
    pub fn reversed(self) -> MovedGap {
        MovedGap { before: self.after, after: self.before }
    }
}
