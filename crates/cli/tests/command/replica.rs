//! `gapless serve --read-database`: lists and reports from a standby.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::postgres::{Durability, Mode, TemporaryCluster};

use crate::gapless::{Place, Server, parse};

/// How long a standby may take to come back to the server's mind, its pauses included.
const PATIENCE: Duration = Duration::from_secs(60);

/// What `path` answers, and how old it says it may be.
fn read(server: &Server, key: &str, path: &str) -> (Option<f64>, Value) {
    let mut stream = TcpStream::connect(server.address()).expect("connect");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {key}\r\n\
         connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("send");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    let line = head.lines().find_map(|line| line.strip_prefix("gapless-read-age: "));
    (line.map(|seconds| seconds.parse().expect("seconds")), parse(body))
}

/// Reads until the answer comes from the standby, or until it does not.
fn read_until(server: &Server, key: &str, is_aged: bool) -> Value {
    let begin = Instant::now();
    loop {
        let (age, body) = read(server, key, "/v1/numbers");
        if age.is_some() == is_aged {
            return body;
        }
        assert!(begin.elapsed() < PATIENCE, "the answers do not come to be as expected");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn lists_come_from_a_standby_while_it_is_there() {
    let place = Place::new();
    let primary = TemporaryCluster::for_test(Durability::Full);
    let standby = primary.standby().expect("a standby");
    // A standby that is away is to stop nobody here from writing.
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = ''").expect("altered");
    primary.execute("SELECT pg_reload_conf()").expect("reloaded");
    let keys = place.json(&["init", "--database", &primary.url()]);
    let key = keys["keys"]["live"].as_str().expect("a key");
    let words = ["serve", "--database", &primary.url(), "--listen", "127.0.0.1:0"];
    let server =
        Server::start(place.command(&[&words[..], &["--read-database", &standby.url()]].concat()));
    let number = |reference: &str| {
        let body = format!("{{\"date\":\"2026-05-03\",\"reference\":\"{reference}\"}}");
        let (status, number) = server.ask(key, "POST", "/v1/numbers", &body);
        assert_eq!(status, 200, "{number}");
    };
    number("a");
    let list = read_until(&server, key, true);
    assert!(list["data"].as_array().expect("a list").len() <= 1, "{list}");
    for path in ["/v1/series", "/v1/gaps", "/v1/trail", "/v1/trail/verify"] {
        let (age, body) = read(&server, key, path);
        assert!(age.is_some_and(|age| (0.0..60.0).contains(&age)), "{path}: {age:?} {body}");
    }
    assert_eq!(read(&server, key, "/v1/numbering/settings").0, None);

    standby.stop(Mode::Immediate);
    number("b");
    let list = read_until(&server, key, false);
    assert_eq!(list["data"].as_array().expect("a list").len(), 2, "{list}");
    standby.start_again().expect("the standby");
    read_until(&server, key, true);

    // A standby that became a primary of its own follows nobody any more.
    standby.promote().expect("promoted");
    read_until(&server, key, false);
    number("c");
    assert_eq!(read(&server, key, "/v1/numbers").1["data"].as_array().expect("a list").len(), 3);
    assert_eq!(server.stop("TERM").0, Some(0));
}

#[test]
fn a_standby_need_not_be_there_but_must_be_one() {
    let place = Place::new();
    let words = ["serve", "--listen", "127.0.0.1:0", "--read-database"];
    let error = place.refused(&[&words[..], &["sqlite:x.db"]].concat(), 2, "parameter_invalid");
    assert_eq!(error["param"], "read_database");
    let away = "postgres://shop:secret@127.0.0.1:1/shop";
    let mut command = place.command(&[&words[..], &[away]].concat());
    let errors = place.path("errors.txt");
    command.stderr(std::fs::File::create(&errors).expect("a file"));
    let server = Server::start(command);
    assert_eq!(server.ask("sk_test_x", "GET", "/v1/numbers", "").0, 401);
    assert_eq!(server.stop("TERM").0, Some(0));
    let told = std::fs::read_to_string(errors).expect("what was told");
    assert!(told.contains("cannot be read") && told.contains("tried again"), "{told}");
    assert!(!told.contains("secret"), "{told}");
}
