//! A small ledger in which everything happens that can.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use numbering::Format;

use crate::batch::{Batch, Step};
use crate::books::Loaded;
use crate::command::{
    Action, Actor, Advance, Command, Import, ImportLine, ImportSeries, Item, LockMove, NewKey,
    NewSeries, Open, SeriesChange, SeriesRef, Void,
};
use crate::id::{AccountId, CustomerId, GapId, KeyId, LedgerId, Position};
use crate::invariants::Snapshot;
use crate::invariants::replay::WholeEntry;
use crate::model::{
    At, Cause, HouseStyle, IdempotencyKey, KeyHash, Kind, KindText, Mode, NumberRow,
};
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use crate::role::Role;

const LEDGER: LedgerId = LedgerId(7);

type Answers = Vec<(Option<IdempotencyKey>, Result<Outcome, Refusal>)>;

/// The ledger alone.
pub(super) fn snapshot() -> Snapshot {
    books().0
}

/// The ledger, and what was answered on the way.
pub(super) fn books() -> (Snapshot, Answers) {
    let mut batch = Batch::new(commands());
    let decided = loop {
        match batch.step() {
            Step::Load(misses) => batch.fill(misses, Loaded::default()),
            Step::Done(decided) => break decided,
        }
    };
    assert!(decided.put_off.is_empty());
    let answers: Answers =
        decided.answers.into_iter().map(|answer| (None, answer.result)).collect();
    for (_, result) in &answers {
        assert!(result.is_ok(), "{result:?}");
    }
    let changes = decided.changes;
    let mut numbers = changes.new_numbers;
    numbers.sort_by_key(|row| (row.sequence, row.ordinal));
    let mut gaps = changes.gaps;
    gaps.sort_by_key(|row| (row.sequence, row.from));
    let trail = changes.trail.into_iter().map(|sealed| WholeEntry {
        lines: changes
            .trail_lines
            .iter()
            .filter(|line| line.index == sealed.entry.index)
            .map(|line| line.bytes.clone())
            .collect(),
        sealed,
    });
    let snapshot = Snapshot {
        ledger: changes.ledgers[0].row.clone(),
        series: changes.series.iter().map(|row| (**row).clone()).collect(),
        sequences: changes.sequences,
        numbers,
        gaps,
        trail: trail.collect(),
    };
    (snapshot, answers)
}

/// The numbers of which something holds.
pub(super) fn of<'a>(
    snapshot: &'a Snapshot,
    holds: impl Fn(&NumberRow) -> bool + 'a,
) -> impl Iterator<Item = &'a NumberRow> {
    snapshot.numbers.iter().filter(move |row| holds(row))
}

fn commands() -> Vec<Command> {
    let mut actions = vec![open()];
    actions.push(Action::Import(Arc::new(import())));
    for month in 1..=6 {
        let day = date(2026, month, 15);
        actions.push(issue(vec![item(day, &format!("order-{month}")), item(day, "")]));
        actions.push(issue(vec![Item { kind: Some(Kind::credit_note()), ..item(day, "") }]));
    }
    actions.push(issue(vec![item(date(2025, 12, 31), "late")]));
    actions.push(void(Position(12), Cause::Cancelled));
    actions.push(series("customers", "C/{customer}/{seq:3}"));
    for customer in ["cus_a", "cus_b", "cus_a"] {
        let customer = Some(CustomerId(customer.to_owned()));
        let named = item(date(2026, 7, 1), "");
        actions.push(issue(vec![Item { customer, series: name("customers"), ..named }]));
    }
    actions.push(advance("customers", 9));
    actions.push(explain(2));
    actions.push(issue(vec![item(date(2026, 7, 2), "void me")]));
    actions.push(Action::CreateKey(NewKey {
        id: KeyId(1),
        hash: KeyHash([3; 32]),
        hint: "abcd".to_owned(),
        role: Role::Clerk,
        name: "till".to_owned(),
    }));
    actions.extend(taken());
    actions.push(Action::RevokeKey(KeyId(1)));
    actions.push(Action::MoveLocks(LockMove {
        lock_date: Some(Some(date(2026, 1, 31))),
        ..LockMove::default()
    }));
    let command = |(place, action): (usize, Action)| Command {
        ledger: LEDGER,
        actor: Actor::Operator("operator".to_owned()),
        at: At(1_783_000_000_000 + place as i64),
        idempotency: None,
        action,
    };
    actions.into_iter().enumerate().map(command).collect()
}
