//! The tables, and what a commit does to them.

use std::collections::BTreeMap;

use ledger::Changes;
use ledger::books::Checkpoint;
use ledger::id::{CustomerId, GapId, KeyId, LedgerId, Position, SequenceId, SeriesId};
use ledger::model::{
    CustomerRow, GapRow, IdempotencyKey, KeyRow, LedgerRow, NumberRow, OutcomeRow, PrefixOwner,
    SequenceRow, SeriesRow,
};
use ledger::trail::Sealed;
use store::StoreError;

#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) ledgers: BTreeMap<LedgerId, LedgerRow>,
    pub(super) keys: BTreeMap<KeyId, KeyRow>,
    pub(super) series: BTreeMap<(LedgerId, SeriesId), SeriesRow>,
    pub(super) sequences: BTreeMap<(LedgerId, SequenceId), SequenceRow>,
    pub(super) numbers: BTreeMap<(LedgerId, Position), NumberRow>,
    pub(super) gaps: BTreeMap<(LedgerId, GapId), GapRow>,
    pub(super) customers: BTreeMap<(LedgerId, CustomerId), CustomerRow>,
    pub(super) prefixes: BTreeMap<(LedgerId, String), PrefixOwner>,
    pub(super) outcomes: BTreeMap<(LedgerId, IdempotencyKey), OutcomeRow>,
    pub(super) trail: BTreeMap<(LedgerId, u64), Sealed>,
    pub(super) lines: BTreeMap<(LedgerId, u64, u64), Vec<u8>>,
    pub(super) checkpoints: BTreeMap<(LedgerId, u64), Checkpoint>,
}

impl Rows {
    /// Writes a batch, or nothing.
    pub(super) fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        self.check_heads(changes)?;
        self.check_new(changes)?;
        let mut after = self.clone();
        after.write(changes);
        after.check_unique(changes)?;
        *self = after;
        Ok(())
    }

    fn check_heads(&self, changes: &Changes) -> Result<(), StoreError> {
        for change in &changes.ledgers {
            let stored = self.ledgers.get(&change.row.id);
            if stored.map(|row| (row.trail_count, row.trail_hash)) != change.expected {
                return conflict(format!("the head of ledger {} has moved", change.row.id));
            }
        }
        Ok(())
    }

    fn check_new(&self, changes: &Changes) -> Result<(), StoreError> {
        for row in &changes.new_numbers {
            if self.numbers.contains_key(&(row.ledger, row.position)) {
                return conflict(format!("position {} is there", row.position.0));
            }
        }
        for row in &changes.changed_numbers {
            if !self.numbers.contains_key(&(row.ledger, row.position)) {
                return conflict(format!("position {} is not there", row.position.0));
            }
        }
        for sealed in &changes.trail {
            if self.trail.contains_key(&(sealed.entry.ledger, sealed.entry.index)) {
                return conflict(format!("trail entry {} is there", sealed.entry.index));
            }
        }
        for line in &changes.trail_lines {
            if self.lines.contains_key(&(line.ledger, line.index, line.line)) {
                return conflict(format!("line {} of entry {} is there", line.line, line.index));
            }
        }
        for (ledger, prefix, _) in &changes.prefixes {
            if self.prefixes.contains_key(&(*ledger, prefix.clone())) {
                return conflict(format!("the prefix {prefix} is taken"));
            }
        }
        Ok(())
    }

    /// What an index of a database would refuse.
    fn check_unique(&self, changes: &Changes) -> Result<(), StoreError> {
        for row in &changes.new_numbers {
            let same = |other: &&NumberRow| {
                (other.ledger, other.sequence, other.ordinal)
                    == (row.ledger, row.sequence, row.ordinal)
            };
            if self.numbers.values().filter(same).count() > 1 {
                return conflict(format!("the ordinal {} is there twice", row.ordinal));
            }
        }
        for row in &changes.sequences {
            let key = row.key();
            if self.sequences.values().filter(|other| other.key() == key).count() > 1 {
                return conflict(format!("sequence {} counts what another does", row.id.0));
            }
        }
        for row in &changes.series {
            let same = |other: &&SeriesRow| (other.ledger, &other.name) == (row.ledger, &row.name);
            if self.series.values().filter(same).count() > 1 {
                return conflict(format!("the name {} is there twice", row.name));
            }
        }
        for change in &changes.ledgers {
            let row = &change.row;
            let same =
                |other: &&LedgerRow| (&other.account, other.mode) == (&row.account, row.mode);
            if self.ledgers.values().filter(same).count() > 1 {
                return conflict(format!("the account {} has the ledger twice", row.account));
            }
        }
        for row in &changes.keys {
            if self.keys.values().filter(|other| other.hash == row.hash).count() > 1 {
                return conflict(format!("the secret of {} is there twice", row.id));
            }
        }
        Ok(())
    }

    fn write(&mut self, changes: &Changes) {
        for change in &changes.ledgers {
            self.ledgers.insert(change.row.id, change.row.clone());
        }
        self.keys.extend(changes.keys.iter().map(|row| (row.id, row.clone())));
        for row in &changes.series {
            self.series.insert((row.ledger, row.id), SeriesRow::clone(row));
        }
        for row in &changes.sequences {
            self.sequences.insert((row.ledger, row.id), row.clone());
        }
        for row in changes.new_numbers.iter().chain(&changes.changed_numbers) {
            self.numbers.insert((row.ledger, row.position), row.clone());
        }
        for row in &changes.gaps {
            self.gaps.insert((row.ledger, row.id), row.clone());
        }
        for row in &changes.customers {
            self.customers.insert((row.ledger, row.id.clone()), row.clone());
        }
        for (ledger, prefix, owner) in &changes.prefixes {
            self.prefixes.insert((*ledger, prefix.clone()), owner.clone());
        }
        for row in &changes.outcomes {
            self.outcomes.insert((row.ledger, row.key), row.clone());
        }
        for sealed in &changes.trail {
            self.trail.insert((sealed.entry.ledger, sealed.entry.index), sealed.clone());
        }
        for line in &changes.trail_lines {
            self.lines.insert((line.ledger, line.index, line.line), line.bytes.clone());
        }
        for checkpoint in &changes.checkpoints {
            self.checkpoints.insert((checkpoint.ledger, checkpoint.index), *checkpoint);
        }
    }
}

fn conflict(what: String) -> Result<(), StoreError> {
    Err(StoreError::Conflict(what))
}
