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
use crate::invariants::replay::WholeEntry;
use crate::invariants::{Snapshot, Told};
use crate::model::{At, Cause, HouseStyle, KeyHash, Kind, KindText, Mode, NumberRow};
use crate::outcome::Answer;
use crate::role::Role;

const LEDGER: LedgerId = LedgerId(7);

/// The ledger alone.
pub(super) fn snapshot() -> Snapshot {
    books().0
}

/// The ledger, and what was answered on the way.
pub(super) fn books() -> (Snapshot, Vec<Told>) {
    let mut batch = Batch::new(commands());
    let decided = loop {
        match batch.step() {
            Step::Load(misses) => batch.fill(misses, Loaded::default()),
            Step::Done(decided) => break decided,
        }
    };
    assert!(decided.put_off.is_empty());
    let tell = |answer: Answer| Told { key: None, result: answer.result };
    let answers: Vec<Told> = decided.answers.into_iter().map(tell).collect();
    for told in &answers {
        assert!(told.result.is_ok(), "{told:?}");
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
        keys: changes.keys,
        customers: changes.customers,
        prefixes: changes.prefixes.into_iter().map(|(_, word, owner)| (word, owner)).collect(),
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
    let actions = [months(), customers(), voids_and_keys(), forms()].concat();
    let command = |(place, action): (usize, Action)| Command {
        ledger: LEDGER,
        actor: Actor::Operator("operator".to_owned()),
        at: At(1_783_000_000_000 + place as i64),
        idempotency: None,
        action,
    };
    std::iter::once(open()).chain(actions).enumerate().map(command).collect()
}

/// Positions 1 to 24: half a year, with imported numbers behind the first month. One of those has
/// the text that the third invoice would have had.
fn months() -> Vec<Action> {
    let mut actions = Vec::new();
    for month in 1..=6 {
        let day = date(2026, month, 15);
        let named = item(day, Some(&format!("order-{month}")));
        actions.push(Action::Issue(vec![named, item(day, None)]));
        let credit_note = Item { kind: Some(Kind::credit_note()), ..item(day, None) };
        actions.push(Action::Issue(vec![credit_note]));
        if month == 1 {
            actions.push(Action::Import(Arc::new(import())));
        }
    }
    actions.push(Action::Issue(vec![item(date(2025, 12, 31), Some("late"))]));
    actions
}

/// Positions 25 to 28: a counter for each customer, moved forward, under two patterns.
fn customers() -> Vec<Action> {
    let series = SeriesRef::Name("customers".to_owned());
    let of = |customer: &str| {
        let customer = Some(CustomerId(customer.to_owned()));
        let item = item(date(2026, 7, 1), None);
        Action::Issue(vec![Item { customer, series: Some(series.clone()), ..item }])
    };
    vec![
        Action::CreateSeries(NewSeries {
            name: "customers".to_owned(),
            pattern: "C/{customer}/{seq:3}".to_owned(),
            reset: None,
            scope: None,
            prefix: String::new(),
            kinds: BTreeMap::new(),
            starting_number: None,
            default: false,
        }),
        of("cus_a"),
        of("cus_b"),
        of("cus_a"),
        Action::Advance(Advance {
            series: series.clone(),
            date: Some(date(2026, 7, 1)),
            customer: Some(CustomerId("cus_a".to_owned())),
            parent: None,
            next: 9,
            reason: "a pad of forms was lost".to_owned(),
        }),
        Action::ExplainGap(GapId(2), "the pad was found burnt".to_owned()),
        Action::ChangeSeries(
            series.clone(),
            SeriesChange {
                pattern: Some("C/{customer}/{seq:4}".to_owned()),
                ..SeriesChange::default()
            },
        ),
        of("cus_a"),
    ]
}

/// Positions 29 and 30, the second for the document of the first.
fn voids_and_keys() -> Vec<Action> {
    let named = item(date(2026, 7, 2), Some("again"));
    vec![
        void(Position(12), Cause::Cancelled),
        Action::Issue(vec![named.clone()]),
        void(Position(29), Cause::Unused),
        Action::Issue(vec![Item { reissue: true, ..named }]),
        Action::CreateKey(NewKey {
            id: KeyId(1),
            hash: KeyHash([3; 32]),
            hint: "abcd".to_owned(),
            role: Role::Clerk,
            name: "till".to_owned(),
        }),
        Action::RevokeKey(KeyId(1)),
        Action::MoveLocks(LockMove {
            lock_date: Some(Some(date(2026, 1, 31))),
            ..LockMove::default()
        }),
    ]
}

/// A series that is moved forward before its first number.
fn forms() -> Vec<Action> {
    vec![
        Action::CreateSeries(NewSeries {
            name: "forms".to_owned(),
            pattern: "FORM-{year}-{seq:3}".to_owned(),
            reset: None,
            scope: None,
            prefix: String::new(),
            kinds: BTreeMap::new(),
            starting_number: Some(700),
            default: false,
        }),
        Action::Advance(Advance {
            series: SeriesRef::Name("forms".to_owned()),
            date: Some(date(2026, 7, 3)),
            customer: None,
            parent: None,
            next: 711,
            reason: "ten forms were printed on paper".to_owned(),
        }),
    ]
}

fn open() -> Action {
    Action::Open(Open {
        account: AccountId("acct_test".to_owned()),
        name: "Test".to_owned(),
        mode: Mode::Test,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    })
}

fn item(date: Date, reference: Option<&str>) -> Item {
    Item { date: Some(date), reference: reference.map(str::to_owned), ..Item::default() }
}

fn void(number: Position, cause: Cause) -> Action {
    Action::Void(Void { number, cause, reason: "test".to_owned() })
}

fn import() -> Import {
    let kind = Kind::parse("legacy").expect("a kind");
    let line = |(text, ordinal): (&str, u64)| ImportLine {
        series: 0,
        text: text.to_owned(),
        ordinal,
        date: date(2019, 3, 1),
        kind: kind.clone(),
        reference: None,
        customer: None,
        metadata: BTreeMap::new(),
        line: ordinal,
    };
    let texts = [("OLD-0001", 1), ("OLD-0002", 2), ("OLD-0005", 5), ("INV-2026-00003", 6)];
    Import {
        series: vec![ImportSeries {
            name: "old".to_owned(),
            formats: vec![(None, Format::of("OLD-{seq:4}".parse().expect("a pattern")))],
            kinds: vec![KindText { kind: kind.clone(), text: String::new() }],
        }],
        lines: texts.map(line).into(),
    }
}
