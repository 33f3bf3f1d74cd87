//! Two servers on one database: one of them killed, and both at two ledgers.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use testkit::postgres::{Durability, TemporaryCluster};

use crate::stage::{Stage, is_full};

const BETWEEN_KILLS: Duration = Duration::from_millis(700);

#[test]
fn either_of_two_servers_may_be_killed_at_any_moment() {
    let kills: u32 = if is_full() { 10 } else { 3 };
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let mut stage = Stage::on(&cluster.url());
    let hammer = stage.hammer((BETWEEN_KILLS * 2) * kills + Duration::from_secs(2));
    for kill in 0..kills {
        sleep(BETWEEN_KILLS);
        stage.kill(kill as usize % 2);
    }
    let report = stage.assert_proved(hammer);
    assert!(report["interruptions"].as_u64() >= Some(kills.into()), "nobody noticed: {report}");
    // The other one goes on meanwhile: what the killed one held is let go with its connection.
    assert!(report["longest_silence_ms"].as_f64() < Some(5_000.0), "{report}");
}

#[test]
fn a_server_that_freezes_holds_up_the_other_one_for_seconds_only() {
    let frozen = Duration::from_secs(if is_full() { 20 } else { 8 });
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let stage = Stage::on(&cluster.url());
    let hammer = stage.hammer(frozen + Duration::from_secs(3));
    // Whoever looks where the numbers stand while a server is frozen begins when it thaws.
    stage.await_numbers();
    sleep(Duration::from_secs(1));
    let process = stage.server(0).process();
    signal(process, "-STOP");
    sleep(frozen);
    signal(process, "-CONT");
    // What it had begun is not written behind the other one's back: it lost its locks with its
    // connection, and decides again.
    let report = stage.assert_proved(hammer);
    let silence = |which: usize| report["servers"][which]["longest_silence_ms"].as_f64();
    assert!(silence(1) < Some(7_000.0), "{report}");
    assert!(silence(0) > Some(frozen.as_secs_f64() * 900.0), "nobody asked it: {report}");
    // The clients of the one that answers are not drawn to the one that does not.
    assert!(report["servers"][1]["answered"].as_u64() > Some(100), "{report}");
}

/// Sends a signal to a process.
pub(crate) fn signal(process: u32, signal: &str) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status();
    assert!(sent.expect("kill").success());
}

#[test]
fn two_ledgers_are_hot_on_two_servers() {
    let during = Duration::from_secs(if is_full() { 20 } else { 3 });
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let stage = Stage::on(&cluster.url());
    let live = stage.hammer_with(&stage.keys.live, during, &["--live"]);
    let test = stage.hammer(during);
    let live = stage.assert_kept(live, &[]);
    let test = stage.assert_proved(test);
    for report in [live, test] {
        assert_eq!(report["interruptions"], 0, "one was refused for the other's sake: {report}");
    }
}

#[test]
fn a_database_is_hammered_in_this_process_beside_a_server() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let stage = Stage::on(&cluster.url());
    let seconds = Duration::from_secs(2);
    let beside = stage.hammer_with(&stage.keys.live, seconds, &["--live"]);
    let words = ["hammer", "--database", &cluster.url(), "--seconds", "2", "--clients", "8"];
    let report = stage.place.json(&words);
    assert_eq!(
        (&report["violations"], &report["verified"]),
        (&serde_json::json!([]), &true.into())
    );
    assert!(report["numbers"].as_u64() > Some(50), "{report}");
    assert!(report.get("servers").is_none(), "{report}");
    stage.assert_kept(beside, &[]);
}
