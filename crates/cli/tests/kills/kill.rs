//! `kill -9` of the server under load: nothing answered is lost, no hole, no double.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use crate::gapless::{Place, parse};

const BETWEEN_KILLS: Duration = Duration::from_millis(700);

#[test]
fn the_server_may_be_killed_at_any_moment() {
    let kills = if std::env::var_os("GAPLESS_TEST_FULL").is_some() { 20 } else { 5 };
    let place = Place::new();
    let keys = place.init("yearly");
    let mut server = place.serve("127.0.0.1:0");
    let address = server.address().to_owned();
    let seconds = (kills * (BETWEEN_KILLS.as_millis() as u64 + 400) / 1000 + 2).to_string();
    let words = [
        "hammer",
        "--url",
        &server.url,
        "--key",
        &keys.test,
        "--clients",
        "16",
        "--seconds",
        &seconds,
        "--json",
    ];
    let hammer = place.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let hammer = hammer.expect("start the hammer");
    for _ in 0..kills {
        sleep(BETWEEN_KILLS);
        server.kill();
        server = place.serve(&address);
    }
    let hammered = hammer.wait_with_output().expect("the hammer's end");
    let report = parse(&String::from_utf8(hammered.stdout).expect("a report in UTF-8"));
    assert_eq!(report["violations"].as_array().map(Vec::len), Some(0), "{report}");
    assert!(hammered.status.success(), "{report}");
    assert!(report["interruptions"].as_u64() >= Some(kills), "nothing was interrupted: {report}");
    assert!(report["numbers"].as_u64() > Some(100), "{report}");
    assert_eq!(report["unanswered"], 0, "{report}");
    server.kill();
    let verified = place.json(&["verify", "--test"]);
    assert_eq!(verified["valid"], true, "{verified}");
    assert_eq!(verified["numbers"], report["numbers"]);
}

#[test]
fn a_database_in_this_process_is_hammered_too() {
    let place = Place::new();
    place.init("slashed");
    place.ok(&["issue", "--test", "--count", "7"]);
    let report = place.json(&["hammer", "--clients", "8", "--seconds", "1"]);
    assert_eq!(
        (&report["violations"], &report["verified"]),
        (&serde_json::json!([]), &true.into())
    );
    assert!(report["rate"].as_f64() > Some(10.0), "{report}");
    assert_eq!(place.json(&["verify"])["numbers"], 0, "the live ledger was touched");
    let keys = place.json(&["key", "create"]);
    let words =
        ["hammer", "--url", "http://127.0.0.1:1", "--key", keys["secret"].as_str().unwrap()];
    place.refused(&words, 2, "parameter_invalid");
}
