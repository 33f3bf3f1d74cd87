//! What a connection that writes does where something goes wrong.

use std::process::Command;

use store::StoreError;

use super::{Session, Use};
use crate::testing::Database;
use crate::trip::{Trip, values};
use crate::writer::BEGIN;

const WRITE: &str = "INSERT INTO staged_job (ledger_id, job_id, at) VALUES (1, $1, 3)";

fn database() -> Database {
    let database = Database::new();
    drop(database.store());
    database
}

fn written(database: &Database) -> i64 {
    let count = "SELECT count(*) FROM staged_job j WHERE j.ledger_id = 1";
    let found = database.session().first(count, values![], |fields| fields.get());
    found.expect("read").expect("a count")
}

/// Begins with these words, and sends a row and a `COMMIT` behind them.
fn write(session: &Session, begin: &'static str) -> Result<(), StoreError> {
    let mut trip = Trip::begin(begin);
    trip.write_one(WRITE, values![7_i64]);
    trip.run(WRITE, values![8_i64]);
    session.run_and_commit(trip).map(drop)
}

#[test]
fn what_is_sent_behind_a_begin_that_fails_writes_nothing() {
    let database = database();
    let session = database.session_for(Use::Write);
    match write(&session, "BEGIN ISOLATION LEVEL NONE") {
        Err(StoreError::InDoubt(_)) => {}
        other => panic!("nobody can say what became of it, not {other:?}"),
    }
    assert!(session.is_lost(), "it is not used on");
    assert_eq!(written(&database), 0);
    let session = database.session_for(Use::Write);
    write(&session, BEGIN).expect("begun to write");
    assert_eq!(written(&database), 2);
}

#[test]
fn nothing_is_written_that_was_not_begun() {
    let database = database();
    let session = database.session_for(Use::Write);
    let mut trip = Trip::new();
    trip.run(WRITE, values![7_i64]);
    assert!(matches!(session.run(&trip), Err(StoreError::Storage(_))));
    assert_eq!(written(&database), 0);
}

#[test]
fn who_served_a_commit_in_doubt_is_gone_before_anybody_writes() {
    let database = database();
    let first = database.session_for(Use::Write);
    let other = first.another().expect("connect");
    assert!(first.is_served_by_known() && first.backend != other.backend);
    let doubted = write(&first, "BEGIN ISOLATION LEVEL NONE");
    assert!(matches!(doubted, Err(StoreError::InDoubt(_))));
    // It would still take what arrives late.
    first.say("SELECT 1").expect("the server's process is there");
    let anew = first.another().expect("connect");
    first.say("SELECT 1").expect_err("it is gone");
    other.say("SELECT 1").expect("nobody else is");
    write(&anew, BEGIN).expect("written");
    drop(anew.another().expect("nobody is left to wait for"));
    anew.say("SELECT 1").expect("nobody else is");
}

/// Sends a signal to a process.
fn signal(name: &str, process: i64) {
    let sent = Command::new("kill").args([name, &process.to_string()]).status().expect("kill");
    assert!(sent.success(), "{name} {process}");
}

#[test]
fn nobody_writes_while_who_served_a_commit_in_doubt_does_not_end() {
    let database = database();
    let first = database.session_for(Use::Write);
    let doubted = write(&first, "BEGIN ISOLATION LEVEL NONE");
    assert!(matches!(doubted, Err(StoreError::InDoubt(_))));
    let process = first.backend.expect("it is known").pid;
    signal("-STOP", process);
    let refused = first.another().map(drop);
    signal("-CONT", process);
    match refused {
        Err(StoreError::Database(text)) => {
            assert!(text.contains(&format!("process {process}")), "{text}");
        }
        other => panic!("it is asked again later, not {other:?}"),
    }
    write(&first.another().expect("it has ended"), BEGIN).expect("written");
    assert_eq!(written(&database), 2);
}
