//! *Unique* and *Once*: texts and references that occur more than once.
//!
//! The first walk over a ledger keeps eight bytes for each text and each reference. What occurs
//! twice among those is suspect, rightly or because two hashes met by chance; a second walk looks
//! at the rows behind the suspects and says what is wrong.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};

use jiff::civil::Date;

use super::violation::{Invariant, Log, Violation};
use crate::id::{Position, SequenceId, SeriesId};
use crate::model::{NumberRow, State};

/// The first walk.
#[derive(Clone, Debug, Default)]
pub(super) struct Repeats {
    texts: Vec<u64>,
    references: Vec<u64>,
}

/// Where a sequence stands, as far as imported history may repeat a text: series and period.
pub(super) type Places = HashMap<SequenceId, (SeriesId, Date)>;

/// The second walk: takes the rows again, in any order, and keeps the suspect ones.
#[derive(Clone, Debug)]
pub struct Suspects {
    texts: HashSet<u64>,
    references: HashSet<u64>,
    places: Places,
    imported: Vec<(Position, Position)>,
    /// Numbers that a resequence changed.
    moved: BTreeSet<Position>,
    last: Position,
    same_text: HashMap<String, Vec<Kept>>,
    same_reference: HashMap<(String, String), Vec<Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    position: Position,
    sequence: SequenceId,
    state: State,
    reissue_of: Option<Position>,
}

impl Repeats {
    pub(super) fn number(&mut self, row: &NumberRow) {
        if let Some(text) = text_key(row) {
            self.texts.push(hash(&text));
        }
        if let Some(key) = reference_key(row) {
            self.references.push(hash(&key));
        }
    }

    /// What to look at again, up to a last position; `None` when nothing occurs twice.
    pub(super) fn suspects(
        self,
        places: Places,
        imported: Vec<(Position, Position)>,
        moved: BTreeSet<Position>,
        last: Position,
    ) -> Option<Suspects> {
        let (texts, references) = (repeated(self.texts), repeated(self.references));
        if texts.is_empty() && references.is_empty() {
            return None;
        }
        let (same_text, same_reference) = (HashMap::new(), HashMap::new());
        Some(Suspects {
            texts,
            references,
            places,
            imported,
            moved,
            last,
            same_text,
            same_reference,
        })
    }
}

impl Suspects {
    /// Takes a row of the register again.
    pub fn number(&mut self, row: &NumberRow) {
        if row.position > self.last {
            return;
        }
        let kept = || Kept {
            position: row.position,
            sequence: row.sequence,
            state: row.state,
            reissue_of: row.reissue_of,
        };
        if let Some(text) = text_key(row).filter(|text| self.texts.contains(&hash(text))) {
            self.same_text.entry(text).or_default().push(kept());
        }
        let reference = reference_key(row).filter(|key| self.references.contains(&hash(key)));
        if let Some(key) = reference {
            self.same_reference.entry(key).or_default().push(kept());
        }
    }

    /// Ends the walk.
    pub fn finish(self) -> Vec<Violation> {
        let mut log = Log::default();
        let mut texts: Vec<_> = self.same_text.iter().collect();
        texts.sort_by_key(|(text, _)| *text);
        for (text, rows) in texts {
            self.check_text(text, rows, &mut log);
        }
        let mut references: Vec<_> = self.same_reference.iter().collect();
        references.sort_by_key(|(key, _)| *key);
        for ((kind, reference), rows) in references {
            check_reference(kind, reference, rows, &mut log);
        }
        log.into_violations()
    }

    /// Imported history may repeat a text in another period; nothing else may repeat one.
    fn check_text(&self, text: &str, rows: &[Kept], log: &mut Log) {
        // A resequence may give a text again that nobody has any more.
        let given_again = rows.iter().any(|row| self.moved.contains(&row.position));
        let is_there = |row: &&Kept| !(given_again && row.state == State::Blank);
        let rows: Vec<&Kept> = rows.iter().filter(is_there).collect();
        let mut places = HashSet::new();
        let own = rows.iter().filter(|row| !self.is_imported(row.position)).count();
        let in_one_period = rows.iter().any(|row| !places.insert(self.places.get(&row.sequence)));
        if rows.len() > 1 && (own > 0 || in_one_period) {
            let positions = list(rows.iter().map(|row| row.position));
            let what = format!("{text:?} is the text of several numbers, at positions {positions}");
            log.say(Invariant::Unique, what);
        }
    }

    fn is_imported(&self, position: Position) -> bool {
        self.imported.iter().any(|(first, last)| (*first..=*last).contains(&position))
    }
}

/// Each number of a reference but the newest is void, and each but the first replaces the one
/// before it.
fn check_reference(kind: &str, reference: &str, rows: &[Kept], log: &mut Log) {
    let mut rows: Vec<&Kept> = rows.iter().collect();
    rows.sort_by_key(|row| row.position);
    for pair in rows.windows(2) {
        let replaced = pair[1].reissue_of == Some(pair[0].position) && pair[0].state == State::Void;
        if !replaced {
            let positions = list(rows.iter().map(|row| row.position));
            let what = format!(
                "the reference {reference:?} of kind {kind} has several numbers, at positions \
                 {positions}, and they do not replace each other"
            );
            return log.say(Invariant::Once, what);
        }
    }
}

fn text_key(row: &NumberRow) -> Option<String> {
    (row.state != State::Occupied).then(|| numbering::fold(&row.text))
}

fn reference_key(row: &NumberRow) -> Option<(String, String)> {
    let holds = matches!(row.state, State::Held | State::Void);
    let reference = row.reference.clone().filter(|_| holds)?;
    Some((row.kind.text().to_owned(), reference))
}

fn hash(key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

fn repeated(mut hashes: Vec<u64>) -> HashSet<u64> {
    hashes.sort_unstable();
    hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}

fn list(positions: impl Iterator<Item = Position>) -> String {
    let words: Vec<String> = positions.map(|position| position.0.to_string()).collect();
    words.join(", ")
}
