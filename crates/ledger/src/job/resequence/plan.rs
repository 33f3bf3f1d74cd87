//! What a resequence comes to, for the command that applies it.

use std::sync::Arc;

use jiff::civil::Date;
use numbering::Format;
use sha2::{Digest, Sha256};

use crate::id::{LedgerId, ObjectId, SequenceId};
use crate::job::JobId;
use crate::job::import::keyed::{Keyed, hash};
use crate::model::{GapRow, NumberRow, Resequence, SequenceEnds, SequenceRow, SeriesRow};
use crate::trail::{Hash, MovedGap, Numbered};

/// A resequence that was worked out.
#[derive(Clone, Debug)]
pub struct Worked {
    /// What is told of it.
    pub body: Resequence,
    /// What is to be done; `None` when something keeps it from being applied.
    pub plan: Option<Arc<Plan>>,
}

/// Whether a resequence is applied or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// Applied.
    New,
    /// Taken back.
    Back,
}

/// What is to be done, beside the staged changes.
#[derive(Debug, PartialEq)]
pub struct Plan {
    pub(crate) ledger: LedgerId,
    pub(crate) job: JobId,
    pub(crate) count: u64,
    pub(crate) digest: Hash,
    pub(crate) taking: Taking,
    /// The sequences as they were looked at, with the ends that they get.
    pub(crate) sequences: Vec<(SequenceRow, u64, u64)>,
    pub(crate) gaps: Vec<GapMove>,
    pub(crate) documents: Vec<PlannedDocument>,
    /// The earliest date of a document whose number changes.
    pub(crate) earliest: Option<Date>,
    /// Entries of the trail when this was begun.
    pub(crate) since: u64,
    /// The last position when this was begun.
    pub(crate) seen: u64,
    /// The slug keys of the new texts.
    pub(crate) texts: Keyed,
    pub(crate) series: Option<SeriesRow>,
    /// What prints the new numbers; the series takes it in where it has not had it.
    pub(crate) format: Option<Format>,
}

/// A document of this server whose number changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDocument {
    /// The document.
    pub id: ObjectId,
    /// Its number now.
    pub from: Numbered,
    /// Its number then.
    pub to: Numbered,
    /// Whether it may have been sent.
    pub sent: bool,
}

/// What becomes of a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapMove {
    /// It arises.
    Left(Blank),
    /// It is what is left of another one, and keeps its history. Its id is yet to be given.
    Split(GapRow),
    /// It was this and will have these ends; `None` when numbers cover it whole.
    Changed(Box<GapRow>, Option<Blank>),
    /// As it was before.
    Back(Box<MovedGap>),
}

/// A run of ordinals that no document has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    pub(crate) sequence: SequenceId,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) first_text: String,
    pub(crate) last_text: String,
    pub(crate) date: Date,
}

impl Plan {
    /// A plan that changes nothing, of a resequence that is there or not.
    pub fn of_nothing(ledger: LedgerId) -> Plan {
        Plan {
            ledger,
            job: JobId(0),
            count: 0,
            digest: Hash::ZERO,
            taking: Taking::New,
            sequences: Vec::new(),
            gaps: Vec::new(),
            documents: Vec::new(),
            earliest: None,
            since: 0,
            seen: 0,
            texts: Keyed::default(),
            series: None,
            format: None,
        }
    }

    /// The last position whose number the new texts were compared with.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Whether a text may be one of the new ones; two texts may be taken for one.
    pub(crate) fn has_text(&self, text: &str) -> bool {
        self.texts.of(hash(NumberRow::slug_key(text).as_str())).next().is_some()
    }

    /// SHA-256 over the lines.
    pub fn digest(&self) -> Hash {
        self.digest
    }

    /// The ends of the sequences, before and behind.
    pub fn ends(&self) -> Vec<SequenceEnds> {
        let ends = |(row, first, last): &(SequenceRow, u64, u64)| SequenceEnds {
            id: row.id,
            before: (row.first, row.last),
            after: (*first, *last),
        };
        self.sequences.iter().map(ends).collect()
    }
}

/// Adds a line to a digest of lines.
pub(crate) fn hash_line(digest: &mut Sha256, line: &[u8]) {
    digest.update((line.len() as u64).to_be_bytes());
    digest.update(line);
}
