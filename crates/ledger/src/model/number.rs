//! One entry of the register, with the document that holds it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{At, Mark};
use crate::id::{CustomerId, LedgerId, Position, SequenceId};
use crate::trail::Hash;

/// The kind of a document: `invoice`, `credit_note`, or a word of the account's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kind(String);

/// Free key-value pairs that a document carries.
pub type Metadata = BTreeMap<String, String>;

/// The present state of an ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// A document holds it.
    Held,
    /// Its document was voided; the number stays.
    Void,
    /// No document holds it.
    Blank,
    /// Its text was already taken by another number when its turn came.
    Occupied,
}

/// Why a number is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// The number was never used on a document.
    Unused,
    /// The document was cancelled.
    Cancelled,
}

/// Something that was said beside a number when it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Warning {
    /// A later date already stood in the sequence.
    DateOrder,
}

/// Where the trail records a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Index of the entry, from 0.
    pub index: u64,
    /// Hash of the entry.
    pub hash: Hash,
}

/// What made a number void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voided {
    /// Unused or cancelled.
    pub cause: Cause,
    /// In the words of whoever voided it.
    pub reason: String,
    /// When.
    pub at: At,
    /// Index of the trail entry.
    pub index: u64,
}

/// One ordinal and what holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its place in the order of giving; also its id.
    pub position: Position,
    /// The sequence.
    pub sequence: SequenceId,
    /// The integer.
    pub ordinal: u64,
    /// The rendered text.
    pub text: String,
    /// 0 for the plain slug, n for the slug with `~n` behind it.
    pub slug_rank: u32,
    /// Held, void, blank or occupied.
    pub state: State,
    /// The document's kind.
    pub kind: Kind,
    /// The document's date.
    #[serde(with = "super::civil")]
    pub date: Date,
    /// When the number was given.
    pub created: At,
    /// The document's name in its own system.
    pub reference: Option<String>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The number of the parent document.
    pub parent: Option<Position>,
    /// Free key-value pairs.
    pub metadata: Metadata,
    /// The trail entry that gave it.
    pub receipt: Receipt,
    /// Set when it is void.
    pub voided: Option<Voided>,
    /// The voided number that this one replaces.
    pub reissue_of: Option<Position>,
    /// What was said beside it.
    pub warning: Option<Warning>,
    /// What changed its sequence just before it.
    pub mark: Option<Mark>,
    /// Whether the document that holds it is a draft. No part of remembered outcomes: what is told
    /// there are numbers of outside documents.
    #[serde(skip)]
    pub draft: bool,
}

/// Who has a text, as far as uniqueness asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The number.
    pub position: Position,
    /// Its text as printed.
    pub text: String,
    /// The rank of its slug.
    pub slug_rank: u32,
}

impl Kind {
    /// `invoice`.
    pub fn invoice() -> Kind {
        Kind("invoice".to_owned())
    }

    /// `credit_note`.
    pub fn credit_note() -> Kind {
        Kind("credit_note".to_owned())
    }

    /// Takes a word of lower-case letters, digits and `_`; `None` for anything else.
    pub fn parse(word: &str) -> Option<Kind> {
        let fits = (1..=crate::limits::KIND_CHARS_MAX).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        fits.then(|| Kind(word.to_owned()))
    }

    /// The word.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl State {
    /// Every state.
    pub const ALL: [State; 4] = [State::Held, State::Void, State::Blank, State::Occupied];

    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            State::Held => "held",
            State::Void => "void",
            State::Blank => "blank",
            State::Occupied => "occupied",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.text() == text)
    }
}

impl Cause {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Cause::Unused => "unused",
            Cause::Cancelled => "cancelled",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Cause> {
        [Cause::Unused, Cause::Cancelled].into_iter().find(|cause| cause.text() == text)
    }
}

impl Warning {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Warning::DateOrder => "date_order",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Warning> {
        (text == Warning::DateOrder.text()).then_some(Warning::DateOrder)
    }
}

impl NumberRow {
    /// The number made safe for files and URLs, unique in its ledger.
    pub fn slug(&self) -> String {
        NumberRow::slug_of(&self.text, self.slug_rank)
    }

    /// The slug of a text with a rank.
    pub(crate) fn slug_of(text: &str, rank: u32) -> String {
        let slug = numbering::slug(text);
        match rank {
            0 => slug,
            rank => format!("{slug}~{rank}"),
        }
    }

    /// The key under which texts that could clash are looked up: the folded slug.
    pub fn slug_key(text: &str) -> String {
        numbering::fold(&numbering::slug(text))
    }
}
