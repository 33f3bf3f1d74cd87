//! Remembered outcomes.

use ledger::id::LedgerId;
use ledger::model::{At, IdempotencyKey, OutcomeRow, RequestHash};
use ledger::refusal::{Code, Refusal};
use ledger::{Changes, Misses, Outcome};

use super::sample::{LEDGER, NOON, done, issue, open, put, writer};
use super::{Case, Database, drive};
use crate::Writer;

pub(super) const CASES: &[Case] = &[
    ("outcomes are found by ledger and key", outcomes_are_found_by_ledger_and_key),
    ("a repeated key gives the same answer", a_repeated_key_gives_the_same_answer),
    ("old outcomes are forgotten in portions", old_outcomes_are_forgotten_in_portions),
    ("outcomes of a day ago are kept", outcomes_of_a_day_ago_are_kept),
];

const HOUR_MS: i64 = 60 * 60 * 1000;

fn outcome(ledger: LedgerId, byte: u8, at: At) -> OutcomeRow {
    let result = match byte % 2 {
        0 => Ok(Outcome::Opened(LedgerId(u64::from(byte)))),
        _ => Err(Refusal::of(Code::PeriodLocked, "date", "It is locked.")),
    };
    OutcomeRow {
        ledger,
        key: IdempotencyKey([byte; 16]),
        request: RequestHash([byte ^ 1; 16]),
        at,
        result,
    }
}

fn remembered(writer: &mut dyn Writer, asked: &[&OutcomeRow]) -> Vec<OutcomeRow> {
    let outcomes = asked.iter().map(|row| (row.ledger, row.key)).collect();
    let misses = Misses { outcomes, ..Misses::default() };
    writer.begin(&[LEDGER]).expect("begin");
    let mut found = writer.load(&misses).expect("load").outcomes;
    writer.rollback().expect("rollback");
    found.sort_by_key(|row| (row.ledger, row.key));
    found
}

fn remember(writer: &mut dyn Writer, outcomes: Vec<OutcomeRow>) {
    put(writer, &Changes { outcomes, ..Changes::default() });
}

fn outcomes_are_found_by_ledger_and_key(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let rows: Vec<_> = [1, 2, 3, 255].map(|byte| outcome(LEDGER, byte, NOON)).to_vec();
    let other = outcome(LedgerId(2), 3, NOON);
    assert!(remembered(&mut *writer, &[&rows[0]]).is_empty());
    remember(&mut *writer, [rows.clone(), vec![other.clone()]].concat());
    let asked: Vec<_> = rows.iter().collect();
    assert_eq!(remembered(&mut *writer, &asked), rows);
    assert_eq!(remembered(&mut *writer, &[&other]), [other]);
    assert!(remembered(&mut *writer, &[&outcome(LedgerId(2), 1, NOON)]).is_empty());
}

fn a_repeated_key_gives_the_same_answer(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    let mut keyed = issue(LEDGER, "order");
    keyed.idempotency = Some((IdempotencyKey([5; 16]), RequestHash([6; 16])));
    let first = drive(&mut *writer, vec![keyed.clone()]).expect("drive").remove(0);
    let again = drive(&mut *writer, vec![keyed.clone()]).expect("drive").remove(0);
    assert_eq!((first.replayed, again.replayed), (false, true));
    assert_eq!(first.result, again.result);
    keyed.idempotency = Some((IdempotencyKey([5; 16]), RequestHash([7; 16])));
    let other = drive(&mut *writer, vec![keyed]).expect("drive").remove(0);
    assert_eq!(other.result.map_err(|refusal| refusal.code), Err(Code::IdempotencyError));
}

fn old_outcomes_are_forgotten_in_portions(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let old: Vec<_> = (0..10).map(|n| outcome(LEDGER, n, At(NOON.0 + i64::from(n)))).collect();
    let new = outcome(LEDGER, 100, At(NOON.0 + HOUR_MS));
    for row in old.iter().chain([&new]) {
        remember(&mut *writer, vec![row.clone()]);
    }
    let before = At(NOON.0 + HOUR_MS);
    assert_eq!(writer.forget_outcomes(before, 4).expect("forget"), 4);
    let left: Vec<_> = old.iter().collect();
    assert_eq!(remembered(&mut *writer, &left), old[4..]);
    assert_eq!(writer.forget_outcomes(before, 100).expect("forget"), 6);
    assert_eq!(writer.forget_outcomes(before, 100).expect("forget"), 0);
    assert!(remembered(&mut *writer, &left).is_empty());
    assert_eq!(remembered(&mut *writer, &[&new]), [new]);
}

fn outcomes_of_a_day_ago_are_kept(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let rows: Vec<_> =
        (0..5).map(|n| outcome(LEDGER, n, At(NOON.0 + i64::from(n) * 6 * HOUR_MS))).collect();
    for row in &rows {
        remember(&mut *writer, vec![row.clone()]);
    }
    let asked: Vec<_> = rows.iter().collect();
    assert_eq!(remembered(&mut *writer, &asked), rows);
}
