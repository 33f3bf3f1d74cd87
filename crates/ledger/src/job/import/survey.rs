//! What of a list the ledger has already, looked up chunk by chunk.

use std::collections::{HashMap, HashSet};

use crate::books::{Loaded, Misses};
use crate::command::{Import, ImportLine};
use crate::id::LedgerId;
use crate::model::{Holder, Kind, LedgerRow, NumberRow};
use crate::refusal::{Code, Refusal};

/// Lines that are looked up at once.
const CHUNK: usize = 8_192;

/// What was found so far.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The last position that the ledger had given when this began: what came behind it may have
    /// been missed.
    pub(crate) seen: u64,
    /// Of the lines whose slugs are those of other texts, the highest rank of these.
    pub(crate) ranks: HashMap<u32, u32>,
    /// The lines whose references are used.
    pub(crate) used: HashSet<u32>,
    next: usize,
    known: usize,
    first_known: Option<usize>,
}

impl Survey {
    pub(crate) fn new(head: &LedgerRow, list: &Import) -> Survey {
        // Where nothing was ever given there is nothing to look up.
        let next = if head.last_position == 0 { list.lines.len() } else { 0 };
        Survey {
            seen: head.last_position,
            ranks: HashMap::new(),
            used: HashSet::new(),
            next,
            known: 0,
            first_known: None,
        }
    }

    /// How many lines were looked up.
    pub(crate) fn done(&self) -> usize {
        self.next
    }

    /// What the next chunk asks for; `None` behind the last.
    pub(crate) fn asks(&self, ledger: LedgerId, list: &Import) -> Option<Misses> {
        let chunk = self.chunk(list);
        if chunk.is_empty() {
            return None;
        }
        let texts: HashSet<String> =
            chunk.iter().map(|line| NumberRow::slug_key(&line.text)).collect();
        let references: HashSet<(Kind, String)> = chunk.iter().filter_map(reference).collect();
        Some(Misses {
            texts: texts.into_iter().map(|text| (ledger, text)).collect(),
            references: references
                .into_iter()
                .map(|(kind, reference)| (ledger, kind, reference))
                .collect(),
            ..Misses::default()
        })
    }

    /// Takes what was found of the chunk that was asked for.
    pub(crate) fn fill(&mut self, list: &Import, found: Loaded) {
        let mut holders: HashMap<String, Vec<Holder>> = HashMap::new();
        for ((_, key), holder) in found.texts {
            holders.entry(key).or_default().push(holder);
        }
        let used: HashSet<(Kind, String)> =
            found.references.into_iter().map(|((_, kind, text), _)| (kind, text)).collect();
        let chunk = self.chunk(list);
        for (line, index) in chunk.iter().zip(self.next..) {
            let place = index as u32;
            if let Some(holders) = holders.get(&NumberRow::slug_key(&line.text)) {
                let folded = numbering::fold(&line.text);
                if holders.iter().any(|holder| numbering::fold(&holder.text) == folded) {
                    self.known += 1;
                    self.first_known.get_or_insert(index);
                }
                let rank = holders.iter().map(|holder| holder.slug_rank).max();
                self.ranks.extend(rank.map(|rank| (place, rank)));
            }
            if reference(line).is_some_and(|key| used.contains(&key)) {
                self.used.insert(place);
            }
        }
        self.next += chunk.len();
    }

    /// Refuses a list of which numbers are there already, before its formats are held against
    /// theirs: the usual case is a list that is imported twice.
    pub(crate) fn refuse_known(&self, list: &Import) -> Result<(), Refusal> {
        match self.first_known.and_then(|index| list.lines.get(index)) {
            Some(first) => Err(known(self.known, list, first)),
            None => Ok(()),
        }
    }

    fn chunk<'a>(&self, list: &'a Import) -> &'a [ImportLine] {
        let rest = list.lines.get(self.next..).unwrap_or_default();
        &rest[..rest.len().min(CHUNK)]
    }
}

/// Says how many numbers of a list are there, and which of them is the first.
pub(crate) fn known(count: usize, list: &Import, first: &ImportLine) -> Refusal {
    let message = format!(
        "Nothing was imported: {count} of {} numbers are in the ledger already, the first in line \
         {}: {}. A list is imported once; take out the lines that were.",
        list.lines.len(),
        first.line,
        first.text
    );
    Refusal::of(Code::NumberTaken, "lines", message)
}

fn reference(line: &ImportLine) -> Option<(Kind, String)> {
    Some((line.kind.clone(), line.reference.clone()?))
}
