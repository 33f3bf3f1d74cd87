//! Several hosts, of which some are dead, silent or only follow.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use store_postgres::Use;
use testkit::postgres::{Durability, Settings, TemporaryCluster};

use crate::ask;

const PORT: &str = "SHOW port";

/// A port that takes connections and never says a word.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A port that nobody listens on.
fn dead() -> u16 {
    silent().1
}

fn url(ports: &[u16], parameters: &str) -> String {
    let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    format!("postgres://postgres@{}/postgres?{parameters}", hosts.join(","))
}

#[test]
fn a_dead_or_silent_host_is_passed_over_in_time() {
    let cluster = TemporaryCluster::for_test(Durability::None);
    let (_kept, silent) = silent();
    let port = cluster.port().to_string();
    for first in [dead(), silent] {
        for purpose in [Use::Write, Use::Read] {
            let url = url(&[first, cluster.port()], "connect_timeout=4");
            let begin = Instant::now();
            assert_eq!(ask(&url, &[], purpose, PORT).as_deref(), Ok(port.as_str()));
            assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
        }
    }
    let begin = Instant::now();
    let error = ask(&url(&[silent, dead()], "connect_timeout=2"), &[], Use::Write, PORT);
    let error = error.unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    assert!(error.contains("no answer within connect_timeout=2"), "{error}");
    assert!(error.contains("nobody listens there"), "{error}");
}

#[test]
fn writers_find_the_primary_and_readers_what_they_ask_for() {
    let primary = TemporaryCluster::for_test(Durability::Full);
    let standby = primary.standby().unwrap();
    let (first, second) = (standby.port(), primary.port());
    for (parameters, purpose, expected) in [
        ("", Use::Write, second),
        ("", Use::ReadNewest, second),
        ("", Use::Read, second),
        ("target_session_attrs=any", Use::Read, first),
        ("target_session_attrs=primary", Use::Read, second),
        ("target_session_attrs=standby", Use::Read, first),
        ("target_session_attrs=read-only", Use::Read, first),
        ("target_session_attrs=prefer-standby", Use::Read, first),
        ("target_session_attrs=read-write", Use::Read, second),
    ] {
        let answer = ask(&url(&[first, second], parameters), &[], purpose, PORT);
        assert_eq!(answer, Ok(expected.to_string()), "{parameters} {purpose:?}");
    }
    let error = ask(&url(&[first], ""), &[], Use::Write, PORT).unwrap_err();
    assert!(error.contains("the server is a standby"), "{error}");
    let alone = ask(&url(&[first], ""), &[], Use::Read, PORT);
    assert_eq!(alone, Ok(first.to_string()), "a reader of one replica takes it");
    let error = ask(&url(&[first], ""), &[], Use::ReadNewest, PORT).unwrap_err();
    assert!(error.contains("is a standby"), "{error}");
    let error = ask(&url(&[second], "target_session_attrs=standby"), &[], Use::Read, PORT);
    assert!(error.unwrap_err().contains("is the primary"));

    // The primary is gone: readers make do with the standby, writers with what it becomes.
    primary.kill();
    let both = url(&[second, first], "");
    assert_eq!(ask(&both, &[], Use::Read, PORT), Ok(first.to_string()));
    for purpose in [Use::Write, Use::ReadNewest] {
        let error = ask(&both, &[], purpose, PORT).unwrap_err();
        assert!(error.contains("nobody listens") && error.contains("is a standby"), "{error}");
    }
    standby.promote().unwrap();
    for purpose in [Use::Write, Use::ReadNewest] {
        assert_eq!(ask(&both, &[], purpose, PORT), Ok(first.to_string()));
    }
}

#[test]
fn a_server_that_is_set_to_take_no_writes_is_not_written_to() {
    let settings = Settings::new(Durability::None).set("default_transaction_read_only", "on");
    let cluster = TemporaryCluster::start_with(&settings).unwrap();
    let error = ask(&url(&[cluster.port()], ""), &[], Use::Write, PORT).unwrap_err();
    assert!(error.contains("is set to take no writes"), "{error}");
    let read = ask(&url(&[cluster.port()], ""), &[], Use::ReadNewest, PORT);
    assert_eq!(read, Ok(cluster.port().to_string()), "it can be read meanwhile");
}

#[test]
fn hosts_are_taken_at_random_where_that_is_asked_for() {
    let clusters = [(); 2].map(|()| TemporaryCluster::for_test(Durability::None));
    let ports = [clusters[0].port(), clusters[1].port()];
    let mut seen = [0_u32; 2];
    for _ in 0..64 {
        let url = url(&ports, "load_balance_hosts=random");
        let found = ask(&url, &[], Use::Read, PORT).unwrap();
        seen[usize::from(found == ports[1].to_string())] += 1;
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}
