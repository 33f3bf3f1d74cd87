//! `gapless serve`, and commands that use a server.

use std::fs::OpenOptions;

use crate::gapless::{Place, Server, data};

#[test]
fn a_new_file_is_set_up_and_its_keys_are_printed_once() {
    let place = Place::new();
    let mut server = place.serve("127.0.0.1:0");
    let (status, _) = server.ask("sk_test_wrong", "GET", "/v1/numbers", "");
    assert_eq!(status, 401);
    let key = loop {
        let line = server.line();
        assert!(!line.is_empty(), "the output ended without a key");
        if let Some(key) = line.split_whitespace().find(|word| word.starts_with("sk_live_")) {
            break key.to_owned();
        }
    };
    let (status, number) = server.ask(&key, "POST", "/v1/numbers", r#"{"date":"2026-05-03"}"#);
    assert_eq!((status, &number["number"]), (200, &"INV-2026-00001".into()));
    assert_eq!(
        server.stop("INT"),
        (Some(0), "\nKeep the keys; they are not shown again.\n".into())
    );

    let again = place.serve("127.0.0.1:0");
    let (status, _) = again.ask(&key, "GET", "/v1/numbers", "");
    assert_eq!(status, 200);
    assert_eq!(again.stop("TERM"), (Some(0), String::new()), "keys were printed again");
}

#[test]
fn a_log_without_room_costs_no_answer() {
    let place = Place::new();
    let keys = place.init("yearly");
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--log", "debug"]);
    command.stderr(full);
    let server = Server::start(command);
    let (status, number) =
        server.ask(&keys.live, "POST", "/v1/numbers", r#"{"date":"2026-05-03"}"#);
    assert_eq!((status, &number["number"]), (200, &"INV-2026-00001".into()));
    assert_eq!(server.stop("TERM").0, Some(0));
}

#[test]
fn commands_work_through_a_server_as_on_the_database() {
    let place = Place::new();
    let keys = place.init("yearly");
    let server = place.serve("127.0.0.1:0");
    let there = ["--url", &server.url, "--key", &keys.live];
    let through = |words: &[&str]| place.ok(&[words, &there].concat());
    let file = data("online_retail_excerpt.csv");
    let words = ["issue", "--file", &file, "--reference-column", "number", "--date-column", "date"];
    let over_http = through(&words);
    assert!(over_http.lines().nth(160).unwrap().ends_with(",INV-2010-00160"));
    assert_eq!(through(&["preview", "--date", "2010-12-31"]), "INV-2010-00161\n");
    assert_eq!(through(&["issue", "--date", "2010-12-31"]), "INV-2010-00161\n");
    let note = ["preview", "--kind", "credit_note", "--date", "2010-12-31"];
    assert_eq!(through(&note), "CN-2010-00001\n");
    assert!(through(&["lock", "--date", "2010-11-30"]).contains("2010-11-30"));
    assert!(through(&["verify"]).starts_with("Everything holds"));
    assert_eq!(through(&["gaps"]), "No number is missing.\n");
    let (export, head) = (through(&["trail", "export"]), through(&["trail", "head"]));
    // Reading is allowed beside the server, writing is not.
    assert_eq!(place.ok(&["trail", "export"]), export);
    assert_eq!(place.ok(&["trail", "head"]), head);
    place.refused(&["issue"], 3, "database_busy");
    let refused = [&["issue", "--date", "2010-11-30"], &there[..]].concat();
    place.refused(&refused, 1, "period_locked");
    assert_eq!(server.stop("TERM").0, Some(0));
    assert_eq!(place.ok(&words), over_http);
}

#[test]
fn what_is_wrong_with_a_server_is_told() {
    let place = Place::new();
    let issue = |words: &[&str], exit, code| {
        place.refused(&[&["verify"], words].concat(), exit, code);
    };
    issue(&["--url", "https://example.com", "--key", "k"], 2, "parameter_invalid");
    issue(&["--url", "127.0.0.1:1", "--key", "k"], 2, "parameter_invalid");
    issue(&["--url", "http://127.0.0.1:1"], 2, "parameter_missing");
    issue(&["--url", "http://127.0.0.1:1", "--key", "k"], 3, "server_unreachable");
    issue(&["--url", "http://x", "--key", "sk_live_x", "--test"], 2, "parameter_invalid");
}

#[test]
fn an_address_that_is_none_is_a_matter_of_use() {
    let place = Place::new();
    place.init("yearly");
    for command in ["serve", "demo"] {
        for address in ["nonsense", "127.0.0.1", ":80", "host:70000", "[::1:80", "http://a:80"] {
            let words = [command, "--listen", address];
            let message = place.refused(&words, 2, "parameter_invalid")["message"].to_string();
            assert!(message.contains("HOST:PORT"), "{message}");
        }
    }
    // One that may be right, and is not this machine's.
    place.refused(&["serve", "--listen", "192.0.2.1:7447"], 3, "address_unavailable");
}
