//! `kill -9` of an import at any moment: all of the list is there or nothing of it, and it can be
//! run again.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use testkit::postgres::{Durability, TemporaryCluster};

use crate::gapless::Place;
use crate::stage::is_full;

/// More lines than are staged at once, with a hole in every thousand.
const LINES: u64 = 10_000;
const NUMBERS: u64 = LINES - LINES / 1_000;

fn list() -> String {
    let mut list = "number,date\n".to_owned();
    for ordinal in (1..=LINES).filter(|ordinal| ordinal % 1_000 != 500) {
        let (month, day) = (1 + ordinal * 12 / (LINES + 1), 1 + ordinal % 28);
        list += &format!("F-{ordinal:06},2019-{month:02}-{day:02}\n");
    }
    list
}

/// Imports the list into new databases, one for each moment at which the import is killed.
fn killed_at_any_moment(kills: u32, new_database: impl Fn(&Place, u32) -> String) {
    let place = Place::new();
    let file = place.write("list.csv", list());
    let file = file.to_str().expect("a path in UTF-8");
    let import = |database: &str| {
        let mut command = place.command(&["import", file, "--database", database, "--json"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start the import")
    };
    let numbers = |database: &str| {
        let verified = place.json(&["verify", "--database", database]);
        assert_eq!(verified["valid"], true, "{verified}");
        verified["numbers"].as_u64().expect("a count")
    };
    let database = new_database(&place, 0);
    let begun = Instant::now();
    assert!(import(&database).wait().expect("its end").success());
    let whole = begun.elapsed();
    assert_eq!(numbers(&database), NUMBERS);

    let (mut nothing, mut all) = (0, 0);
    for kill in 1..=kills {
        let database = new_database(&place, kill);
        let mut running = import(&database);
        // The first third is reading; a little of what comes after the whole is looked at too.
        sleep(whole.mul_f64(0.3 + 0.8 * f64::from(kill) / f64::from(kills)));
        running.kill().expect("kill the import");
        running.wait().expect("its end");
        let words = ["import", file, "--database", &database];
        match numbers(&database) {
            0 => {
                nothing += 1;
                let told = place.json(&words);
                assert_eq!(told["numbers"], NUMBERS, "{told}");
            }
            NUMBERS => {
                all += 1;
                let refused = place.refused(&words, 1, "number_taken");
                let message = refused["message"].as_str().expect("a message");
                assert!(message.contains("are in the ledger already"), "{message}");
            }
            other => panic!("{other} numbers are there, killed at {kill} of {kills}"),
        }
        assert_eq!(numbers(&database), NUMBERS);
    }
    assert!(nothing > 0, "{nothing} imports were killed before their end, {all} behind it");
}

#[test]
fn an_import_into_a_file_may_be_killed() {
    let kills = if is_full() { 40 } else { 8 };
    killed_at_any_moment(kills, |place, which| {
        let database = format!("sqlite:{}", place.path(&format!("{which}.db")).display());
        place.ok(&["init", "--database", &database]);
        database
    });
}

#[test]
fn an_import_into_postgresql_may_be_killed() {
    let kills = if is_full() { 40 } else { 6 };
    let cluster = TemporaryCluster::for_test(Durability::Full);
    killed_at_any_moment(kills, |place, which| {
        let database = cluster.create_database(&format!("import_{which}")).expect("a database");
        place.ok(&["init", "--database", &database]);
        // The server may still be at what it was told by whoever was killed.
        sleep(Duration::from_millis(50));
        database
    });
}
