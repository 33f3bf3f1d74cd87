//! Commands through a store: what was decided is what is read.

use jiff::civil::date;
use ledger::command::{Action, Actor, Advance, Item, LockMove, NewKey, SeriesRef, Void};
use ledger::id::{KeyId, LedgerId, Position};
use ledger::model::{Cause, KeyHash, Kind, Mode, State};
use ledger::outcome::Outcome;
use ledger::refusal::Code;
use ledger::role::Role;

use super::sample::{LEDGER, account, command, customer, done, issue, open, texts, writer};
use super::{Case, Database, drive};
use crate::{NumberFilter, Page};

pub(super) const CASES: &[Case] = &[
    ("a ledger that was opened is found", a_ledger_that_was_opened_is_found),
    ("numbers follow each other over batches", numbers_follow_each_other_over_batches),
    ("one batch of many commands", one_batch_of_many_commands),
    ("a number keeps all that was said of it", a_number_keeps_all_that_was_said_of_it),
    ("voids, gaps and locks", voids_gaps_and_locks),
    ("keys are found and revoked", keys_are_found_and_revoked),
    ("ledgers do not mix", ledgers_do_not_mix),
    ("everything is there after opening again", everything_is_there_after_opening_again),
];

fn a_ledger_that_was_opened_is_found(database: &dyn Database) {
    let store = database.open().expect("open");
    done(&mut *writer(&*store), vec![open(LEDGER)]);
    let mut reader = store.reader().expect("reader");
    let row = reader.ledger_of(&account(LEDGER), Mode::Live).expect("read").expect("a ledger");
    assert_eq!((row.id, row.name.as_str()), (LEDGER, "Müller & Söhne"));
    assert_eq!(reader.ledger_of(&account(LEDGER), Mode::Test).expect("read"), None);
    assert_eq!(reader.ledgers(LedgerId(0), 5).expect("read"), std::slice::from_ref(&row));
    assert_eq!(reader.ledgers(LEDGER, 5).expect("read"), []);
    let series = reader.series(LEDGER).expect("read");
    assert_eq!(series.len() as u32, row.last_series);
    assert!(series.is_sorted_by_key(|series| series.id));
    let summary = reader.summary(LEDGER).expect("read");
    assert_eq!((summary.numbers, summary.gaps), (0, 0));
    assert_eq!(reader.checkpoints(LEDGER).expect("read"), []);
}

fn numbers_follow_each_other_over_batches(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    for ordinal in 1..=5 {
        let found = texts(&mut *writer, issue(LEDGER, &format!("order-{ordinal}")));
        assert_eq!(found, [format!("INV-2026-{ordinal:05}")]);
    }
    let again = texts(&mut *writer, issue(LEDGER, "order-3"));
    assert_eq!(again, ["INV-2026-00003"], "a reference gets one number");
    let items = vec![Item { date: Some(date(2025, 3, 1)), ..Item::default() }; 200];
    let many = texts(&mut *writer, command(LEDGER, Action::Issue(items)));
    assert_eq!((many.len(), many[199].as_str()), (200, "INV-2025-00200"));
    let mut reader = store.reader().expect("reader");
    let summary = reader.summary(LEDGER).expect("read");
    assert_eq!((summary.numbers, summary.newest), (205, Position(205)));
    let sequences = reader.sequences(LEDGER, Default::default(), 10).expect("read");
    let ends: Vec<_> = sequences.rows.iter().map(|row| (row.period_from, row.last)).collect();
    assert_eq!(ends, [(date(2026, 1, 1), 5), (date(2025, 1, 1), 200)]);
    let latest = reader.sequences_of(LEDGER, sequences.rows[0].series, 1).expect("read");
    assert_eq!(latest, [sequences.rows[0].clone()], "the latest period comes first");
    let register = reader.register(LEDGER, sequences.rows[1].id, 199, 10).expect("read");
    let ordinals: Vec<_> = register.iter().map(|row| row.ordinal).collect();
    assert_eq!(ordinals, [199, 200]);
}

fn one_batch_of_many_commands(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut commands = vec![open(LEDGER)];
    commands.extend((0..100).map(|n| issue(LEDGER, &format!("order-{}", n % 90))));
    let answers = drive(&mut *writer, commands).expect("drive");
    assert_eq!(answers.len(), 101);
    let found: Vec<_> = answers
        .iter()
        .filter_map(|answer| match &answer.result {
            Ok(Outcome::Issued(views)) => Some(views[0].row.text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(found.len(), 100);
    assert_eq!(found[89], "INV-2026-00090");
    assert_eq!(found[90..], found[..10], "references of the same batch are known");
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.summary(LEDGER).expect("read").numbers, 90);
}

fn a_number_keeps_all_that_was_said_of_it(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    let item = Item {
        date: Some(date(2026, 2, 28)),
        reference: Some("Æ-\u{1F9FE}".to_owned()),
        kind: Some(Kind::credit_note()),
        customer: Some(customer("cus_1")),
        metadata: [("order".to_owned(), "7".to_owned()), ("ü".to_owned(), String::new())].into(),
        ..Item::default()
    };
    let outcomes = done(&mut *writer, vec![command(LEDGER, Action::Issue(vec![item]))]);
    let [Outcome::Issued(views)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    let mut reader = store.reader().expect("reader");
    let stored = reader.number(LEDGER, views[0].row.position).expect("read").expect("a number");
    assert_eq!(stored.row, views[0].row);
    assert_eq!(stored.sequence.id, views[0].row.sequence);
    assert_eq!(reader.number(LEDGER, Position(99)).expect("read"), None);
}

fn voids_gaps_and_locks(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a"), issue(LEDGER, "b")]);
    let void =
        Void { number: Position(1), cause: Cause::Cancelled, reason: "ordered twice".to_owned() };
    let advance = Advance {
        series: SeriesRef::Name(store_series(&*store)),
        date: Some(date(2026, 11, 20)),
        customer: None,
        parent: None,
        next: 11,
        reason: "the first ten were used on paper".to_owned(),
    };
    let locks = LockMove { lock_date: Some(Some(date(2026, 1, 31))), ..LockMove::default() };
    let outcomes = done(
        &mut *writer,
        vec![
            command(LEDGER, Action::Void(void)),
            command(LEDGER, Action::Advance(advance)),
            command(LEDGER, Action::MoveLocks(locks)),
        ],
    );
    let [Outcome::Voided(voided), Outcome::Advanced(_, Some(gap)), _] = outcomes.as_slice() else {
        panic!("{outcomes:?}")
    };
    let explain = Action::ExplainGap(gap.row.id, "see the book of 2025".to_owned());
    done(&mut *writer, vec![command(LEDGER, explain)]);
    assert_eq!(texts(&mut *writer, issue(LEDGER, "c")), ["INV-2026-00011"]);
    let early = Item { date: Some(date(2026, 1, 31)), ..Item::default() };
    let refused = drive(&mut *writer, vec![command(LEDGER, Action::Issue(vec![early]))]);
    let code = refused.expect("drive").pop().and_then(|answer| answer.result.err());
    assert_eq!(code.map(|refusal| refusal.code), Some(Code::PeriodLocked));
    let mut reader = store.reader().expect("reader");
    let stored = reader.number(LEDGER, Position(1)).expect("read").expect("a number").row;
    assert_eq!((stored.state, &stored), (State::Void, &voided.row));
    let gaps = reader.gaps_of(LEDGER, gap.row.sequence, 1, 10).expect("read");
    assert_eq!((gaps[0].from, gaps[0].to), (3, 10));
    assert_eq!(
        gaps[0].explanation.as_ref().map(|said| said.text.as_str()),
        Some("see the book of 2025")
    );
    assert_eq!(reader.summary(LEDGER).expect("read").gaps, 1);
}

/// The name of the first series, the one of invoices.
fn store_series(store: &dyn crate::Store) -> String {
    let mut reader = store.reader().expect("reader");
    reader.series(LEDGER).expect("read").swap_remove(0).name
}

fn keys_are_found_and_revoked(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let key = |id, byte| {
        let hash = KeyHash([byte; 32]);
        let new = NewKey {
            id: KeyId(id),
            hash,
            hint: "x9Zq".to_owned(),
            role: Role::Clerk,
            name: "till".to_owned(),
        };
        command(LEDGER, Action::CreateKey(new))
    };
    done(&mut *writer, vec![open(LEDGER), key(u64::MAX, 1), key(7, 2)]);
    let mut reader = store.reader().expect("reader");
    let found = reader.key_by_hash(&KeyHash([1; 32])).expect("read").expect("a key");
    assert_eq!((found.id, found.role, found.revoked), (KeyId(u64::MAX), Role::Clerk, None));
    assert_eq!(reader.key_by_hash(&KeyHash([9; 32])).expect("read"), None);
    assert_eq!(reader.keys(LEDGER).expect("read").len(), 2);
    done(&mut *writer, vec![command(LEDGER, Action::RevokeKey(KeyId(u64::MAX)))]);
    let revoked = reader.key(KeyId(u64::MAX)).expect("read").expect("a key");
    assert!(revoked.revoked.is_some());
    let mut late = issue(LEDGER, "late");
    late.actor = Actor::Key(KeyId(u64::MAX));
    let answer = drive(&mut *writer, vec![late]).expect("drive").pop().expect("an answer");
    assert_eq!(answer.result.map_err(|refusal| refusal.code), Err(Code::ApiKeyExpired));
}

fn ledgers_do_not_mix(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let other = LedgerId(2);
    done(&mut *writer, vec![open(LEDGER), open(other)]);
    let both = vec![issue(LEDGER, "same"), issue(other, "same"), issue(other, "more")];
    done(&mut *writer, both);
    let mut reader = store.reader().expect("reader");
    let page = Page { limit: 10, ..Page::default() };
    let filter = NumberFilter { reference: Some("same".to_owned()), ..NumberFilter::default() };
    for (ledger, count) in [(LEDGER, 1), (other, 2)] {
        assert_eq!(reader.summary(ledger).expect("read").numbers, count);
        let found = reader.numbers(ledger, &filter, page).expect("read").rows;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].row.ledger, found[0].sequence.ledger), (ledger, ledger));
        let trail = reader.trail(ledger, 0, 10).expect("read").entries;
        assert!(trail.iter().all(|stored| stored.sealed.entry.ledger == ledger));
    }
    assert_eq!(reader.series(LedgerId(3)).expect("read"), []);
}

fn everything_is_there_after_opening_again(database: &dyn Database) {
    let numbers = |store: &dyn crate::Store| {
        let page = Page { limit: 10, ..Page::default() };
        let mut reader = store.reader().expect("reader");
        reader.numbers(LEDGER, &NumberFilter::default(), page).expect("read")
    };
    let before = {
        let store = database.open().expect("open");
        let mut writer = writer(&*store);
        done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a"), issue(LEDGER, "b")]);
        drop(writer);
        numbers(&*store)
    };
    let store = database.open().expect("open again");
    assert_eq!(numbers(&*store), before);
    assert_eq!(texts(&mut *writer(&*store), issue(LEDGER, "a")), ["INV-2026-00001"]);
    assert_eq!(texts(&mut *writer(&*store), issue(LEDGER, "c")), ["INV-2026-00003"]);
    assert!(store.size_bytes().expect("size") > 0);
}
