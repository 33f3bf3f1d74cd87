//! What clients are told while the database is gone, silent, or only to be read.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::postgres::{Durability, Mode, TemporaryCluster};

use crate::stage::Stage;

/// A document, asked for again and again.
const ISSUE: &str = r#"{"date":"2026-05-03","reference":"order-1"}"#;

fn issue(stage: &Stage, which: usize) -> (u16, Value) {
    stage.server(which).ask(&stage.keys.live, "POST", "/v1/numbers", ISSUE)
}

fn list(stage: &Stage) -> (u16, Value) {
    stage.server(0).ask(&stage.keys.live, "GET", "/v1/numbers", "")
}

/// The message of an answer that says that the database cannot be used.
fn unavailable((status, answer): (u16, Value)) -> String {
    assert_eq!((status, &answer["error"]["code"]), (503, &"database_unavailable".into()));
    answer["error"]["message"].as_str().expect("a message").to_owned()
}

#[test]
fn while_the_database_is_away_clients_are_told_what_to_do() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let stage = Stage::on(&cluster.url());
    assert_eq!(issue(&stage, 0).0, 200);
    for which in [0, 1] {
        stage.await_ready(which, true);
    }
    cluster.stop(Mode::Immediate);
    for which in [0, 1] {
        // Nobody has asked for anything since; it is the look that finds out.
        stage.await_ready(which, false);
    }
    assert_eq!(stage.server(0).ask("none", "GET", "/healthz", "").0, 200);
    let begun = Instant::now();
    let message = unavailable(list(&stage));
    assert!(message.contains("Repeat the request"), "{message}");
    assert!(!message.contains("127.0.0.1"), "inner words stay inside: {message}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    unavailable(issue(&stage, 0));
    let log = stage.log();
    let why = format!("127.0.0.1:{}: nobody listens there", cluster.port());
    assert!(log.contains(&why), "which database, and why: {log}");

    cluster.start_again().expect("the database comes up again");
    // The first ones that ask afterwards are served, by connections that died meanwhile.
    let (status, again) = issue(&stage, 1);
    assert_eq!((status, &again["number"]), (200, &"INV-2026-00001".into()));
    assert_eq!(issue(&stage, 0).1["id"], again["id"]);
    assert_eq!(list(&stage).0, 200);
    for which in [0, 1] {
        stage.await_ready(which, true);
    }
}

/// The processes of a server's clients, which answer nothing while this lives.
struct Stopped(Vec<String>);

impl Stopped {
    fn all_of(cluster: &TemporaryCluster) -> Stopped {
        let all = "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity \
                   WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let clients = cluster.ask(all).expect("its processes");
        // New connections are not answered either.
        let first = cluster.process().expect("it runs").to_string();
        let all = [first].into_iter().chain(clients.split(' ').map(str::to_owned));
        let stopped = Stopped(all.collect());
        stopped.signal("-STOP");
        stopped
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).args(&self.0).status();
        assert!(sent.expect("kill").success());
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}

#[test]
fn a_database_that_does_not_answer_is_not_ready() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let stage = Stage::on(&cluster.url());
    let number = issue(&stage, 0).1["id"].clone();
    for which in [0, 1] {
        stage.await_ready(which, true);
    }
    let stopped = Stopped::all_of(&cluster);
    for which in [0, 1] {
        let noticed = stage.await_ready(which, false);
        assert!(noticed < Duration::from_secs(8), "{noticed:?}");
        let begun = Instant::now();
        assert_eq!(stage.server(which).ask("none", "GET", "/readyz", "").0, 503);
        assert!(begun.elapsed() < Duration::from_secs(4), "it kept who asked waiting");
        assert_eq!(stage.server(which).ask("none", "GET", "/healthz", "").0, 200);
    }
    drop(stopped);
    for which in [0, 1] {
        stage.await_ready(which, true);
        assert_eq!(issue(&stage, which).1["id"], number);
    }
}

#[test]
fn a_database_that_may_only_be_read_is_not_ready() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let stage = Stage::on(&cluster.url());
    let set = |to: &str| {
        let words = format!("ALTER SYSTEM SET default_transaction_read_only = {to}");
        cluster.execute(&words).expect("an administrator");
        cluster.execute("SELECT pg_reload_conf()").expect("an administrator");
    };
    set("on");
    let begun = Instant::now();
    let refused = loop {
        let answer = issue(&stage, 0);
        if answer.0 != 200 {
            break answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "it takes writes");
    };
    assert!(unavailable(refused).contains("epeat the request"));
    let log = stage.log();
    assert!(log.contains("takes no writes") || log.contains("to take no writes"), "why: {log}");
    for which in [0, 1] {
        stage.await_ready(which, false);
    }
    assert_eq!(list(&stage).0, 200, "it can be read");
    set("off");
    for which in [0, 1] {
        stage.await_ready(which, true);
        assert_eq!(issue(&stage, which).0, 200);
    }
}
