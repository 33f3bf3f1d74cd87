//! Several writers, in one process or in many, on the same ledgers.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use ledger::id::{CustomerId, LedgerId, Position};
use ledger::model::CustomerRow;
use ledger::{Changes, Misses};
use store::contract::drive;
use store::{Store, StoreError};
use store_postgres::OpenOptions;

use crate::stage::{Stage, issue, open};

const ONE: LedgerId = LedgerId(1);
const TWO: LedgerId = LedgerId(2);

fn stage(lock_timeout: Duration) -> Stage {
    let stage = Stage::with(OpenOptions { lock_timeout, ..OpenOptions::default() });
    let mut writer = stage.store.writer().expect("writer");
    drive(&mut *writer, vec![open(ONE), open(TWO)]).expect("open");
    drop(writer);
    stage
}

#[test]
fn what_another_writer_holds_is_left_out() {
    let stage = stage(Duration::from_millis(300));
    let mut first = stage.store.writer().expect("writer");
    let mut second = stage.store.writer().expect("writer");
    assert_eq!(first.begin(&[ONE]).expect("begin"), [ONE]);
    let begin = Instant::now();
    assert_eq!(second.begin(&[ONE, TWO]).expect("begin"), [TWO]);
    assert!(begin.elapsed() < Duration::from_millis(200), "of several ledgers nobody waits");
    second.rollback().expect("rollback");
    let begin = Instant::now();
    assert_eq!(second.begin(&[ONE]).expect("begin"), []);
    let waited = begin.elapsed();
    assert!(waited > Duration::from_millis(250), "one ledger is waited for: {waited:?}");
    // It is told from a new one by loading it.
    let misses = Misses { ledgers: vec![ONE, LedgerId(3)], ..Misses::default() };
    let found = second.load(&misses).expect("load").ledgers;
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [ONE]);
    assert_eq!(second.begin(&[TWO]).expect("begin"), [TWO]);
    first.rollback().expect("rollback");
    assert_eq!(second.begin(&[ONE, TWO]).expect("begin"), [ONE, TWO]);
}

fn part(ledger: LedgerId) -> Changes {
    let id = CustomerId("cus_1".to_owned());
    let customers = vec![CustomerRow { ledger, id, prefix: "ONE".to_owned() }];
    Changes { customers, ..Changes::default() }
}

#[test]
fn who_only_clears_away_is_in_nobodys_way_afterwards() {
    let stage = stage(Duration::from_millis(300));
    let mut first = stage.store.writer().expect("writer");
    let mut second = stage.store.writer().expect("writer");
    first.discard(LedgerId(7)).expect("a ledger was wiped");
    second.discard(LedgerId(8)).expect("another one too");
    second.restore(&part(LedgerId(8))).expect("and one is moved in");
    drive(&mut *first, vec![issue(ONE)]).expect("the first goes on");
}

#[test]
fn one_moves_into_a_database_at_a_time() {
    let stage = stage(Duration::from_millis(300));
    let other = stage
        .database
        .open(OpenOptions { lock_timeout: Duration::from_millis(300), ..OpenOptions::default() });
    let other = other.expect("open");
    let (mut first, mut second) =
        (stage.store.writer().expect("writer"), other.writer().expect("writer"));
    first.discard(LedgerId(7)).expect("nothing to discard");
    first.restore(&part(LedgerId(7))).expect("restore");
    let told = |result: Result<(), StoreError>| match result {
        Err(StoreError::Busy(told)) => assert!(told.contains("Another move writes"), "{told}"),
        other => panic!("it should wait for its turn: {other:?}"),
    };
    told(second.discard(LedgerId(7)));
    told(second.restore(&part(LedgerId(8))));
    // Who issues numbers is not in the way.
    drive(&mut *second, vec![issue(ONE)]).expect("issue");
    drop(first);
    second.discard(LedgerId(7)).expect("its turn");
    second.restore(&part(LedgerId(7))).expect("nothing is left of the first");
}

#[test]
fn who_waited_for_a_ledger_sees_what_was_written_meanwhile() {
    let stage = stage(Duration::from_secs(20));
    let (begun, has_begun) = channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut first = stage.store.writer().expect("writer");
            first.begin(&[ONE]).expect("begin");
            begun.send(()).expect("send");
            thread::sleep(Duration::from_millis(300));
            // The batch that holds the lock is given up, and two are written.
            drive(&mut *first, vec![issue(ONE)]).expect("issue");
            drive(&mut *first, vec![issue(ONE)]).expect("issue");
        });
        has_begun.recv().expect("begun");
        let mut second = stage.store.writer().expect("writer");
        let numbers = |writer: &mut dyn store::Writer| {
            let misses = Misses { ledgers: vec![ONE], ..Misses::default() };
            writer.load(&misses).expect("load").ledgers[0].last_position
        };
        assert_eq!(second.begin(&[ONE]).expect("begin"), [ONE]);
        let seen = numbers(&mut *second);
        thread::sleep(Duration::from_millis(100));
        assert_eq!(numbers(&mut *second), seen, "nobody writes behind the lock");
    });
    let mut reader = stage.store.reader().expect("reader");
    assert_eq!(reader.summary(ONE).expect("read").newest, Position(2));
}

#[test]
fn four_writers_on_three_ledgers_leave_no_hole_and_stop_nobody() {
    const EACH: u64 = 40;
    let stage = stage(Duration::from_secs(20));
    let ledgers = [ONE, TWO, LedgerId(3)];
    drive(&mut *stage.store.writer().expect("writer"), vec![open(ledgers[2])]).expect("open");
    thread::scope(|scope| {
        for n in 0..4_usize {
            let stage = &stage;
            scope.spawn(move || {
                let mut writer = stage.store.writer().expect("writer");
                for round in 0..EACH as usize {
                    // Two of the three ledgers, always in ascending order.
                    let left = (n + round) % 3;
                    let asked = ledgers.iter().enumerate().filter(|(at, _)| *at != left);
                    for (_, ledger) in asked {
                        drive(&mut *writer, vec![issue(*ledger)]).expect("issue");
                    }
                }
            });
        }
    });
    let mut reader = stage.store.reader().expect("reader");
    let given: Vec<u64> =
        ledgers.iter().map(|id| reader.summary(*id).expect("read").numbers).collect();
    assert_eq!(given.iter().sum::<u64>(), 4 * EACH * 2);
    for ledger in ledgers {
        let sequence = reader.sequences(ledger, Default::default(), 1).expect("read").rows[0].id;
        let register = reader.register(ledger, sequence, 1, 1_000).expect("read");
        assert!(register.iter().zip(1..).all(|(row, ordinal)| row.ordinal == ordinal));
    }
}

#[test]
fn batches_of_several_ledgers_never_wait_for_each_other_in_a_circle() {
    let stage = stage(Duration::from_secs(20));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut writer = stage.store.writer().expect("writer");
                for _ in 0..60 {
                    let got = writer.begin(&[ONE, TWO]).expect("begin");
                    assert!(got.is_sorted());
                    writer.confirm().expect("confirm");
                }
            });
        }
    });
}

#[test]
fn two_processes_open_the_same_new_ledger_once() {
    let stage = stage(Duration::from_secs(20));
    let new = LedgerId(9);
    let results: Vec<Result<_, StoreError>> = thread::scope(|scope| {
        let open_it = || {
            scope.spawn(|| {
                let mut writer = stage.store.writer().expect("writer");
                drive(&mut *writer, vec![open(new)])
            })
        };
        let threads: Vec<_> = (0..4).map(|_| open_it()).collect();
        threads.into_iter().map(|thread| thread.join().expect("thread")).collect()
    });
    let done = |result: &Result<Vec<ledger::outcome::Answer>, _>| match result {
        Ok(answers) => answers[0].result.is_ok(),
        Err(StoreError::Conflict(_)) => false,
        Err(other) => panic!("{other:?}"),
    };
    assert_eq!(results.iter().filter(|result| done(result)).count(), 1);
}

#[test]
fn a_state_that_is_held_may_stand_still() {
    let stage = stage(Duration::from_secs(5));
    let named = |name: &str| {
        stage.database.ask(&format!("SELECT count(*) FROM pg_settings WHERE name = '{name}'"))
    };
    for name in ["idle_in_transaction_session_timeout", "transaction_timeout"] {
        // The second one came with PostgreSQL 17.
        if named(name) == "1" {
            let name = format!("{} SET {name} = '100ms'", stage.database.name);
            stage.database.ask(&format!("ALTER DATABASE {name}"));
        }
    }
    let mut reader = stage.store.reader().expect("reader");
    reader.hold().expect("hold");
    let mut writer = stage.store.writer().expect("writer");
    drive(&mut *writer, vec![issue(ONE)]).expect("issue");
    thread::sleep(Duration::from_millis(400));
    assert_eq!(reader.summary(ONE).expect("still held").numbers, 0);
    reader.release().expect("release");
    assert_eq!(reader.summary(ONE).expect("read").numbers, 1);
}
