//! The primary dies, and its synchronous standby takes over.

use std::thread::sleep;
use std::time::Duration;

use testkit::postgres::{Durability, Settings, TemporaryCluster};

use crate::stage::{Stage, is_full};

#[test]
fn a_standby_takes_over_from_a_primary_that_was_killed() {
    take_over("on", Duration::ZERO);
    if is_full() {
        take_over("remote_apply", Duration::from_secs(14));
    }
}

/// `waits_for` is what a commit waits for at the standby: its disk, or its readers. For so long
/// after the primary's end there is none.
fn take_over(waits_for: &str, outage: Duration) {
    let settings = Settings::new(Durability::Full).set("synchronous_commit", waits_for);
    let primary = TemporaryCluster::start_with(&settings).expect("a primary");
    let standby = primary.standby().expect("a standby");
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", primary.port(), standby.port());
    let parameters = "target_session_attrs=read-write";
    let stage = Stage::on(&format!("postgres://postgres@{hosts}/postgres?{parameters}"));
    let hammer = stage.hammer(Duration::from_secs(6) + outage);
    sleep(Duration::from_secs(2));
    primary.kill();
    for which in [0, 1] {
        // The standby can be read, and yet nothing can be written.
        stage.await_ready(which, false);
    }
    sleep(outage);
    standby.promote().expect("the standby takes over");
    for which in [0, 1] {
        let found = stage.await_ready(which, true);
        assert!(found < Duration::from_secs(10), "the new primary was found after {found:?}");
    }
    let report = stage.assert_proved(hammer);
    // Servers try for ten seconds before they say that they do not know.
    let is_told = report["interruptions"].as_u64() > Some(0);
    assert!(is_told || outage < Duration::from_secs(12), "{report}");
    let given = standby.ask("SELECT count(*) FROM number").expect("the numbers");
    assert_eq!(given, report["numbers"].to_string(), "what the standby itself holds");
}

#[test]
fn without_its_standby_a_primary_is_not_ready() {
    let primary = TemporaryCluster::for_test(Durability::Full);
    let standby = primary.standby().expect("a standby");
    let stage = Stage::on(&primary.url());
    standby.kill();
    std::thread::scope(|scope| {
        let body = r#"{"date":"2026-05-03","reference":"order-1"}"#;
        let ask = || stage.server(0).ask(&stage.keys.live, "POST", "/v1/numbers", body);
        let waiting = scope.spawn(ask);
        // The commit waits for the standby, for as long as it takes.
        stage.await_ready(0, false);
        assert!(!waiting.is_finished(), "answered before it was safe");
        standby.start_again().expect("the standby comes back");
        assert_eq!(waiting.join().expect("no panic").0, 200);
    });
    stage.await_ready(0, true);
}
