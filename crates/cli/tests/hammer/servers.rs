//! Several addresses at once.

use crate::gapless::{Place, parse};

#[test]
fn clients_are_spread_over_the_servers_that_answer() {
    let place = Place::new();
    let keys = place.init("yearly");
    let server = place.serve("127.0.0.1:0");
    let port = server.address().rsplit(':').next().expect("a port");
    let by_name = format!("http://localhost:{port}/");
    let nobody = "http://127.0.0.1:1";
    let words = ["hammer", "--url", nobody, "--url", &server.url, "--url", &by_name];
    let words = [&words[..], &["--key", &keys.test, "--clients", "9", "--seconds", "2"]].concat();
    let finished = place.run(&[&words[..], &["--json"]].concat());
    let report = parse(&finished.out);
    assert_eq!((finished.code, &report["violations"]), (0, &serde_json::json!([])), "{report}");
    let of = |place: usize, field: &str| report["servers"][place][field].clone();
    let count = |place: usize, field: &str| of(place, field).as_u64().expect("a count");
    assert_eq!((of(0, "url"), of(1, "url")), (nobody.into(), server.url.as_str().into()));
    assert_eq!(of(2, "url"), by_name.trim_end_matches('/'));
    assert_eq!((count(0, "answered"), of(0, "answers_now")), (0, false.into()));
    assert_eq!(of(0, "reasons")["connection refused"], of(0, "errors"));
    assert_eq!(report["interruptions"], of(0, "errors"), "the others never failed");
    // Those whose server is not there ask it again now and then, and go on elsewhere meanwhile.
    assert!((3..100).contains(&count(0, "errors")), "{report}");
    assert!(count(1, "retried") >= count(0, "errors"), "{report}");
    assert!(count(1, "answered") > 20 && count(2, "answered") > 20, "{report}");
    assert!(count(2, "retried") > 0, "nobody asks another server twice on purpose: {report}");
    assert_eq!((of(1, "answers_now"), of(2, "errors")), (true.into(), 0.into()));
    let silence = |of: &serde_json::Value| of["longest_silence_ms"].as_f64().expect("a time");
    assert!(silence(&report["servers"][0]) > 1_900.0, "{report}");
    assert!(silence(&report) < 1_900.0, "the others answered meanwhile: {report}");

    let text = place.ok(&words);
    let line = text.lines().find(|line| line.contains(nobody)).expect("a line for each");
    assert!(line.contains(" 0 answered, ") && line.contains(" connection refused"), "{line}");
    assert!(line.ends_with("does not answer now"), "{line}");
    assert!(text.ends_with("retries equal, in order.\n"), "{text}");
    let alone = ["hammer", "--url", &server.url, "--key", &keys.test, "--seconds", "1"];
    assert_eq!(place.ok(&alone).lines().count(), 3, "a single one is not told of apart");
    let words = [&words[..9], &["--clients", "2"]].concat();
    let error = place.refused(&words, 2, "parameter_invalid");
    assert_eq!(error["param"], "clients");
}

#[test]
fn a_key_that_a_server_does_not_know() {
    let place = Place::new();
    place.init("yearly");
    let server = place.serve("127.0.0.1:0");
    let urls = ["--url", &server.url, "--url", "http://127.0.0.1:1"];
    let words = [&["hammer"], &urls[..], &["--key", "sk_test_wrong"]].concat();
    let error = place.refused(&words, 2, "api_key_invalid");
    assert_eq!(error["param"], "key");
}
