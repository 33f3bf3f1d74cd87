//! A ledger that is at hand as a whole.

use super::checker::Checker;
use super::replay::WholeEntry;
use super::violation::Violation;
use crate::model::{
    CustomerRow, FormerRow, GapRow, IdempotencyKey, KeyRow, LedgerRow, NumberRow, ObjectRow,
    PrefixOwner, SequenceRow, SeriesRow, UserRow,
};
use crate::outcome::Outcome;
use crate::refusal::Refusal;

/// Everything that a ledger's register and trail hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its head.
    pub ledger: LedgerRow,
    /// Its series, by id.
    pub series: Vec<SeriesRow>,
    /// Its keys.
    pub keys: Vec<KeyRow>,
    /// Its people.
    pub users: Vec<UserRow>,
    /// Its customers.
    pub customers: Vec<CustomerRow>,
    /// The prefixes that are taken.
    pub prefixes: Vec<(String, PrefixOwner)>,
    /// Its objects, by id, deleted ones too.
    pub objects: Vec<ObjectRow>,
    /// Its sequences, by id.
    pub sequences: Vec<SequenceRow>,
    /// Its register, by sequence and ordinal.
    pub numbers: Vec<NumberRow>,
    /// Its gaps, by sequence and first ordinal.
    pub gaps: Vec<GapRow>,
    /// Numbers that its documents had before, in any order.
    pub formers: Vec<FormerRow>,
    /// Its trail.
    pub trail: Vec<WholeEntry>,
}

/// An answer that went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The key that came with the request.
    pub key: Option<IdempotencyKey>,
    /// The answer.
    pub result: Result<Outcome, Refusal>,
}

/// Runs all ten checks. `told` is what clients were answered, as far as that is known.
pub fn check(snapshot: &Snapshot, told: &[Told]) -> Vec<Violation> {
    let mut checker = Checker::new(&snapshot.ledger);
    for entry in &snapshot.trail {
        checker.entry(&entry.sealed);
        entry.lines.iter().for_each(|line| checker.line(line));
    }
    told.iter().for_each(|told| checker.answer(told));
    checker.series(&snapshot.series);
    checker.keys(&snapshot.keys);
    checker.users(&snapshot.users);
    let id = snapshot.ledger.id;
    let owners =
        snapshot.prefixes.iter().map(|(prefix, owner)| ((id, prefix.clone()), owner.clone()));
    checker.customers(&snapshot.customers, &owners.collect::<Vec<_>>());
    checker.prefixes(&snapshot.prefixes, &snapshot.customers);
    checker.objects(&snapshot.objects);
    checker.end_objects();
    checker.formers(&snapshot.formers);
    let mut gaps = &snapshot.gaps[..];
    let mut numbers = &snapshot.numbers[..];
    for sequence in &snapshot.sequences {
        checker.sequence(sequence);
        checker.gaps(take_while(&mut gaps, |row| row.sequence <= sequence.id));
        checker.numbers(take_while(&mut numbers, |row| row.sequence <= sequence.id));
        checker.end_sequence();
    }
    checker.gaps(gaps);
    checker.numbers(numbers);
    let mut findings = checker.finish(&snapshot.ledger);
    if let Some(mut suspects) = findings.suspects {
        snapshot.numbers.iter().for_each(|row| suspects.number(row));
        findings.violations.extend(suspects.finish());
    }
    findings.violations
}

/// Cuts off the rows at the front for which `belongs` holds.
fn take_while<'a, T>(rows: &mut &'a [T], belongs: impl Fn(&T) -> bool) -> &'a [T] {
    let (front, rest) = rows.split_at(rows.partition_point(belongs));
    *rows = rest;
    front
}
