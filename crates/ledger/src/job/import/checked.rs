//! A list that was found to fit, and what it comes to.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use numbering::Period;
use sha2::{Digest, Sha256};

use super::keyed::{Keyed, hash};
use crate::command::{Import, ImportLine};
use crate::decide::import::Claims;
use crate::id::LedgerId;
use crate::job::{JobId, Placing, StagedNumber};
use crate::model::{Kind, NumberRow, SeriesRow};
use crate::trail::{Hash, LineTail, line_head};

/// A list that fits the ledger as it was looked at. Its numbers are counted by *places*: from 0, in
/// the order of their dates and then their lines.
#[derive(Debug, PartialEq)]
pub struct CheckedImport {
    pub(crate) ledger: LedgerId,
    pub(crate) job: JobId,
    pub(crate) list: Arc<Import>,
    pub(crate) claims: Claims,
    /// The series as they were when the list was held against them.
    pub(crate) series: Vec<SeriesRow>,
    /// The line of each place.
    pub(crate) order: Vec<u32>,
    /// The sequence of each place, by its own place in `sequences`.
    pub(crate) sequence_of: Vec<u32>,
    pub(crate) sequences: Vec<CheckedSequence>,
    pub(crate) gaps: Vec<CheckedGap>,
    /// The places whose slugs have a rank.
    pub(crate) ranks: BTreeMap<u32, u32>,
    /// Places by the slug keys of their texts.
    pub(crate) texts: Keyed,
    /// Places by their references; see [`reference_key`].
    pub(crate) references: Keyed,
}

/// A sequence that the list opens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CheckedSequence {
    /// The place of its series in the list.
    pub(crate) series: usize,
    pub(crate) period: Period,
    pub(crate) label: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) first_date: Date,
    pub(crate) last_date: Date,
}

/// A hole in a sequence, by the place of the sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedGap {
    pub(crate) sequence: u32,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) first_text: String,
    pub(crate) last_text: String,
    /// That of the number below it.
    pub(crate) date: Date,
}

/// What a reference is found by.
pub(crate) fn reference_key(kind: &Kind, reference: &str) -> u64 {
    hash(&(kind, reference))
}

impl CheckedImport {
    /// The job.
    pub fn job(&self) -> JobId {
        self.job
    }

    /// How many numbers the list has.
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// The number of a place; `None` behind the last.
    pub fn staged(&self, place: usize) -> Option<StagedNumber> {
        let line = self.line(place)?;
        Some(StagedNumber {
            place: place as u64,
            sequence: u64::from(*self.sequence_of.get(place)?),
            ordinal: line.ordinal,
            text: line.text.clone(),
            slug_rank: self.rank(place),
            kind: line.kind.clone(),
            date: line.date,
            reference: line.reference.clone(),
            customer: line.customer.clone(),
            metadata: line.metadata.clone(),
        })
    }

    pub(crate) fn line(&self, place: usize) -> Option<&ImportLine> {
        self.list.lines.get(*self.order.get(place)? as usize)
    }

    pub(crate) fn rank(&self, place: usize) -> u32 {
        self.ranks.get(&(place as u32)).copied().unwrap_or_default()
    }

    /// The places whose texts have a slug key.
    pub(crate) fn with_slug<'a>(
        &'a self,
        slug_key: &'a str,
    ) -> impl Iterator<Item = (usize, &'a ImportLine)> {
        let places = self.texts.of(hash(slug_key));
        let lines = places.filter_map(|place| Some((place as usize, self.line(place as usize)?)));
        lines.filter(move |(_, line)| NumberRow::slug_key(&line.text) == slug_key)
    }

    /// The places with a reference of a kind.
    pub(crate) fn with_reference<'a>(
        &'a self,
        kind: &'a Kind,
        reference: &'a str,
    ) -> impl Iterator<Item = (usize, &'a ImportLine)> {
        let places = self.references.of(reference_key(kind, reference));
        let lines = places.filter_map(|place| Some((place as usize, self.line(place as usize)?)));
        lines.filter(move |(_, line)| {
            line.kind == *kind && line.reference.as_deref() == Some(reference)
        })
    }

    /// SHA-256 over the lines where they are placed, each with its length (8 bytes, big-endian)
    /// before it.
    pub(crate) fn digest(&self, placing: &Placing) -> Hash {
        let mut digest = Sha256::new();
        for (place, sequence) in self.sequence_of.iter().enumerate() {
            let Some(line) = self.line(place) else { continue };
            let tail = LineTail {
                ordinal: line.ordinal,
                text: &line.text,
                occupied: false,
                kind: &line.kind,
                date: line.date,
                reference: line.reference.as_deref(),
                customer: line.customer.as_ref(),
                parent: None,
                metadata: &line.metadata,
                reissue_of: None,
                slug_rank: self.rank(place),
                warning: None,
            };
            let position = placing.position_of(place as u64);
            let sequence = placing.sequence_of(u64::from(*sequence));
            let bytes = tail.write(line_head(position, sequence));
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(&bytes);
        }
        Hash(digest.finalize().into())
    }
}
