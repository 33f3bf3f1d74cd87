//! A small ledger in which everything happens that can.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use numbering::Format;

use crate::batch::Batch;
use crate::books::{Loaded, Misses, TrailLine};
use crate::command::{
    Action, Actor, Advance, ApplyImport, Command, Import, ImportLine, ImportSeries, Item, LockMove,
    NewKey, NewSeries, NewUser, Open, SeriesChange, SeriesRef, UserChange, Void,
};
use crate::id::{AccountId, CustomerId, GapId, KeyId, LedgerId, Position, UserId};
use crate::invariants::replay::WholeEntry;
use crate::invariants::{Snapshot, Told};
use crate::job::JobId;
use crate::job::import::{ImportJob, ImportStep};
use crate::model::{At, Cause, HouseStyle, KeyHash, Kind, KindText, Mode, NumberRow, PasswordHash};
use crate::outcome::Answer;
use crate::refusal::Refusal;
use crate::rehearsal::Rehearsal;
use crate::role::Role;

const LEDGER: LedgerId = LedgerId(7);
const NOW: i64 = 1_783_000_000_000;
/// The list is imported behind the first month.
const IMPORTED_BEHIND: usize = 3;

/// The ledger alone.
pub(super) fn snapshot() -> Snapshot {
    books().0
}

/// The ledger, and what was answered on the way.
pub(super) fn books() -> (Snapshot, Vec<Told>) {
    let mut ledger = Rehearsal::default();
    let mut commands = commands();
    let behind = commands.split_off(IMPORTED_BEHIND);
    let mut answers = run(&mut ledger, commands);
    let (apply, imported) = import_into(&mut ledger);
    answers.push(imported);
    answers.extend(run(&mut ledger, behind));
    for told in &answers {
        assert!(told.result.is_ok(), "{told:?}");
    }
    let changes = ledger.written().clone();
    let placing = changes.placings[0];
    let staged = || (0..apply.checked.count()).filter_map(|place| apply.checked.staged(place));
    let mut numbers = changes.new_numbers;
    numbers.extend(staged().map(|number| number.placed(&placing)));
    for row in changes.changed_numbers {
        let of = numbers.iter_mut().find(|number| number.position == row.position);
        *of.expect("a number") = row;
    }
    numbers.sort_by_key(|row| (row.sequence, row.ordinal));
    let mut gaps = newest(changes.gaps, |row| row.id);
    gaps.sort_by_key(|row| (row.sequence, row.from));
    let lines: Vec<TrailLine> = staged().map(|number| number.line(&placing)).collect();
    let trail = changes.trail.into_iter().map(|sealed| WholeEntry {
        lines: lines
            .iter()
            .filter(|line| line.index == sealed.entry.index)
            .map(|line| line.bytes.clone())
            .collect(),
        sealed,
    });
    let series = newest(changes.series, |row| row.id);
    let snapshot = Snapshot {
        formers: Vec::new(),
        ledger: changes.ledgers.last().expect("a head").row.clone(),
        series: series.iter().map(|row| (**row).clone()).collect(),
        keys: newest(changes.keys, |row| row.id),
        users: newest(changes.users, |row| row.id),
        customers: changes.customers,
        prefixes: changes.prefixes.into_iter().map(|(_, word, owner)| (word, owner)).collect(),
        objects: changes.objects.iter().map(|row| (**row).clone()).collect(),
        sequences: newest(changes.sequences, |row| row.id),
        numbers,
        gaps,
        trail: trail.collect(),
    };
    (snapshot, answers)
}

/// Runs commands in one batch.
fn run(ledger: &mut Rehearsal, commands: Vec<Command>) -> Vec<Told> {
    let decided = Batch::new(commands).run(|misses| Ok::<_, Refusal>(load(ledger, misses)));
    let decided = decided.expect("nothing fails");
    assert!(decided.put_off.is_empty());
    ledger.note(decided.changes);
    decided.answers.into_iter().map(tell).collect()
}

/// Imports a list, as a job.
fn import_into(ledger: &mut Rehearsal) -> (ApplyImport, Told) {
    let at = At(NOW + IMPORTED_BEHIND as i64);
    let mut job = ImportJob::new(LEDGER, operator(), at, JobId(1), Arc::new(import()));
    let apply = loop {
        match job.step().expect("the list fits") {
            ImportStep::Load(misses) => {
                let found = load(ledger, &misses);
                job.fill(misses, found);
            }
            ImportStep::Stage(_) => {}
            ImportStep::Apply(apply) => break apply,
        }
    };
    let command = Command {
        ledger: LEDGER,
        actor: operator(),
        at,
        idempotency: None,
        action: Action::ApplyImport(apply.clone()),
    };
    let decided = Batch::new(vec![command]).run(|misses| Ok::<_, Refusal>(load(ledger, misses)));
    let mut decided = decided.expect("nothing fails");
    ledger.note_import(decided.changes, &apply);
    (apply, tell(decided.answers.remove(0)))
}

fn load(ledger: &Rehearsal, misses: &Misses) -> Loaded {
    let mut found = Loaded::default();
    ledger.answer(misses, &mut found);
    found
}

fn tell(answer: Answer) -> Told {
    Told { key: None, result: answer.result }
}

fn operator() -> Actor {
    Actor::Operator("operator".to_owned())
}

/// The last of the rows with each id, by id.
fn newest<Row, Id: Ord>(rows: Vec<Row>, id: impl Fn(&Row) -> Id) -> Vec<Row> {
    let rows: BTreeMap<Id, Row> = rows.into_iter().map(|row| (id(&row), row)).collect();
    rows.into_values().collect()
}

/// The numbers of which something holds.
pub(super) fn of<'a>(
    snapshot: &'a Snapshot,
    holds: impl Fn(&NumberRow) -> bool + 'a,
) -> impl Iterator<Item = &'a NumberRow> {
    snapshot.numbers.iter().filter(move |row| holds(row))
}

fn commands() -> Vec<Command> {
    let actions = [months(), customers(), voids_and_keys(), forms(), people()].concat();
    let command = |(place, action): (usize, Action)| Command {
        ledger: LEDGER,
        actor: operator(),
        at: At(NOW + (place + usize::from(place >= IMPORTED_BEHIND)) as i64),
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

/// Two people, one of them kept out.
fn people() -> Vec<Action> {
    let person = |id, name: &str, role| NewUser {
        id: UserId(id),
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        role,
        password: None,
        first: false,
    };
    let out = UserChange { disabled: Some(true), ..UserChange::default() };
    vec![
        Action::CreateUser(person(1, "Ann", Role::Administrator)),
        Action::CreateUser(person(2, "Bob", Role::Clerk)),
        Action::SetPassword(UserId(1), PasswordHash("a hash".to_owned())),
        Action::ChangeUser(UserId(2), out),
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
