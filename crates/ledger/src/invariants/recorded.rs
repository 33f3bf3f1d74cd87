//! *Recorded*: the trail is whole, and replaying it gives the register.
//!
//! Numbers are compared by sums of hashes: one sum for each sequence from the trail, one from the
//! register. Sums do not care for order, so the trail can go by as it was written and the register
//! as it is counted, and neither has to fit into memory.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::replay::{Event, Replay};
use super::violation::{Invariant, Log};
use crate::id::SequenceId;
use crate::model::{GapRow, LedgerRow, NumberRow, SequenceRow, SeriesRow, State, Voided};
use crate::trail::{Sealed, Verifier};

/// A sum over a set of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    rows: u64,
    hashes: u128,
}

/// Trail and register side by side.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    ledger: LedgerRow,
    verifier: Verifier,
    pub(super) replay: Replay,
    given: HashMap<SequenceId, Sum>,
    voided: Sum,
    seen_given: Sum,
    seen_voided: Sum,
    seen_series: usize,
    seen_sequences: usize,
    seen_gaps: usize,
}

impl Recorded {
    pub(super) fn new(ledger: LedgerRow) -> Recorded {
        Recorded {
            verifier: Verifier::new(ledger.id),
            ledger,
            replay: Replay::default(),
            given: HashMap::new(),
            voided: Sum::default(),
            seen_given: Sum::default(),
            seen_voided: Sum::default(),
            seen_series: 0,
            seen_sequences: 0,
            seen_gaps: 0,
        }
    }

    pub(super) fn entry(&mut self, sealed: &Sealed) {
        self.verifier.take(sealed);
        let (given, voided) = (&mut self.given, &mut self.voided);
        self.replay.entry(sealed, &mut |event| note(given, voided, event));
    }

    pub(super) fn line(&mut self, bytes: &[u8]) {
        let (given, voided) = (&mut self.given, &mut self.voided);
        self.replay.line(bytes, &mut |event| note(given, voided, event));
    }

    /// Compares a series. Its dates and whether it gave numbers itself follow from the register,
    /// and are no part of what was recorded.
    pub(super) fn series(&mut self, row: &SeriesRow, log: &mut Log) {
        self.seen_series += 1;
        let facts = |row: &SeriesRow| SeriesRow {
            first_date: None,
            first_period: None,
            last_date: None,
            own: false,
            ..row.clone()
        };
        if self.replay.series.get(&row.id).map(facts) != Some(facts(row)) {
            let what = format!("the series {} is not as the trail records it", row.name);
            log.say(Invariant::Recorded, what);
        }
    }

    pub(super) fn sequence(&mut self, row: &SequenceRow, log: &mut Log) {
        self.seen_sequences += 1;
        self.seen_given = Sum::default();
        if self.replay.sequences.get(&row.id) != Some(row) {
            let what = format!("sequence {} is not as the trail records it", row.id.0);
            log.say(Invariant::Recorded, what);
        }
    }

    pub(super) fn gap(&mut self, row: &GapRow, log: &mut Log) {
        self.seen_gaps += 1;
        let facts = GapRow { first_text: String::new(), last_text: String::new(), ..row.clone() };
        if self.replay.gaps.get(&row.id) != Some(&facts) {
            let what = format!("the gap {} is not as the trail records it", row.id.0);
            log.say(Invariant::Recorded, what);
        }
    }

    pub(super) fn number(&mut self, row: &NumberRow, log: &mut Log) {
        self.seen_given.add(&fact(row));
        if let Some(voided) = &row.voided {
            self.seen_voided.add(&(row.position, voided));
        }
        if (row.state == State::Void) != row.voided.is_some() {
            let what = format!("{} is {} without what made it so", row.text, row.state.text());
            log.say(Invariant::Recorded, what);
        }
    }

    pub(super) fn end_sequence(&mut self, row: &SequenceRow, log: &mut Log) {
        let recorded = self.given.remove(&row.id).unwrap_or_default();
        if recorded.rows != self.seen_given.rows {
            let what = format!(
                "the trail records {} ordinals of sequence {}, and the register holds {}",
                recorded.rows, row.id.0, self.seen_given.rows
            );
            log.say(Invariant::Recorded, what);
        } else if recorded != self.seen_given {
            let what = format!("a number of sequence {} is not as the trail records it", row.id.0);
            log.say(Invariant::Recorded, what);
        }
    }

    pub(super) fn finish(self, log: &mut Log) {
        for violation in self.replay.clone().finish() {
            log.say(violation.invariant, violation.what);
        }
        let walk = self.verifier.finish(self.ledger.trail_count, self.ledger.trail_hash);
        if let Some(broken) = walk.broken {
            let what = format!("the trail breaks at entry {}: {}", broken.index, broken.problem);
            log.say(Invariant::Recorded, what);
        }
        if self.voided != self.seen_voided {
            let what = format!(
                "the trail records {} voids and the register holds {}, or they differ",
                self.voided.rows, self.seen_voided.rows
            );
            log.say(Invariant::Recorded, what);
        }
        let replay = &self.replay;
        let (ledger, last) = (&self.ledger, |last: Option<u64>| last.unwrap_or_default());
        let counts = [
            ("series", self.seen_series, replay.series.len()),
            ("sequences", self.seen_sequences, replay.sequences.len()),
            ("gaps", self.seen_gaps, replay.gaps.len()),
        ];
        for (name, seen, recorded) in counts.into_iter().filter(|(_, seen, trail)| seen != trail) {
            let what = format!("the trail records {recorded} {name}, and there are {seen}");
            log.say(Invariant::Recorded, what);
        }
        let heads = [
            ("position", ledger.last_position, replay.last_position),
            (
                "series",
                ledger.last_series.into(),
                last(replay.series.keys().last().map(|id| id.0.into())),
            ),
            ("sequence", ledger.last_sequence, last(replay.sequences.keys().last().map(|id| id.0))),
            ("gap", ledger.last_gap, last(replay.gaps.keys().last().map(|id| id.0))),
        ];
        for (name, stated, recorded) in heads.into_iter().filter(|(_, stated, last)| stated != last)
        {
            let what = format!("the last {name} is {stated}, and by the trail it is {recorded}");
            log.say(Invariant::Recorded, what);
        }
        if replay.settings.as_ref() != Some(&*ledger.settings) {
            let what = "the settings are not as the trail records them".to_owned();
            log.say(Invariant::Recorded, what);
        }
        let mut recorded = ledger.clone();
        recorded.set_defaults(replay.defaults.clone());
        if recorded.defaults != ledger.defaults {
            let what = "the default series are not as the trail records them".to_owned();
            log.say(Invariant::Recorded, what);
        }
    }
}

fn note(given: &mut HashMap<SequenceId, Sum>, voided: &mut Sum, event: Event) {
    match event {
        Event::Given(row) => given.entry(row.sequence).or_default().add(&fact(&row)),
        Event::Voided(position, what) => voided.add(&(position, &what)),
    }
}

/// What was recorded of a number when it was given.
fn fact(row: &NumberRow) -> NumberRow {
    let state = if row.state == State::Void { State::Held } else { row.state };
    NumberRow { state, slug_rank: 0, warning: None, voided: None::<Voided>, ..row.clone() }
}

impl Sum {
    fn add(&mut self, value: &impl serde::Serialize) {
        let hash: [u8; 32] = Sha256::digest(crate::stored::to_bytes(value)).into();
        let (half, _) = hash.split_at(16);
        let value = half.iter().fold(0u128, |value, byte| value << 8 | u128::from(*byte));
        self.rows += 1;
        self.hashes = self.hashes.wrapping_add(value);
    }
}
