//! The proofs can fail: a server that lies is found out, and so is a file that was changed.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::gapless::{Place, parse};

/// How a server may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// None: to see that the rest is as it should be.
    None,
    /// One number is given to everybody.
    Double,
    /// Every tenth ordinal is left out.
    Hole,
    /// Every tenth number that was answered is not in the register.
    Lost,
    /// The proof of the ledger does not hold.
    Broken,
}

/// Gives numbers from memory.
struct Liar {
    lie: Lie,
    /// The hash of the only entry of its trail.
    trail: &'static str,
    last: AtomicU64,
    given: Mutex<Given>,
}

/// What was answered, and what of it is in the register.
#[derive(Default)]
struct Given {
    answers: HashMap<String, Value>,
    register: Vec<Value>,
}

impl Liar {
    fn listen(lie: Lie, trail: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("an address");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let liar = Arc::new(Liar { lie, trail, last: AtomicU64::new(0), given: Mutex::default() });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let liar = Arc::clone(&liar);
                thread::spawn(move || liar.serve(stream));
            }
        });
        url
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut input = BufReader::new(stream.try_clone().ok()?);
        let mut output = stream;
        loop {
            let mut first = String::new();
            input.read_line(&mut first).ok().filter(|read| *read > 0)?;
            let (mut length, mut key) = (0, String::new());
            loop {
                let mut line = String::new();
                input.read_line(&mut line).ok()?;
                let line = line.trim_end().to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().ok()?;
                }
                if let Some(value) = line.strip_prefix("idempotency-key:") {
                    key = value.trim().to_owned();
                }
                if line.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            input.read_exact(&mut body).ok()?;
            let path = first.split(' ').nth(1)?;
            let answer = self.answer(path, &key, serde_json::from_slice(&body).ok()).to_string();
            let length = answer.len();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
            output.write_all(head.as_bytes()).ok()?;
            output.write_all(answer.as_bytes()).ok()?;
        }
    }

    fn answer(&self, path: &str, key: &str, body: Option<Value>) -> Value {
        let period = json!({ "label": "2026" });
        let next = self.last.load(Ordering::SeqCst) + 1;
        match (path.split('?').next().unwrap_or_default(), body) {
            ("/v1/numbers", Some(body)) => self.number(key, &body),
            ("/v1/numbers", None) => {
                let mut data = self.given.lock().expect("the numbers").register.clone();
                data.reverse();
                json!({ "has_more": false, "data": data })
            }
            ("/v1/trail", _) => {
                json!({ "has_more": false, "data": [{ "index": 0, "hash": self.trail }] })
            }
            ("/v1/gaps", _) => json!({ "has_more": false, "data": [] }),
            ("/v1/trail/verify", _) => json!({ "valid": self.lie != Lie::Broken }),
            ("/v1/numbering/settings", _) => json!({ "series": "invoices" }),
            _ => json!({
                "date": "2026-05-03", "series": "invoices", "period": period,
                "data": [{ "ordinal": next }],
            }),
        }
    }

    /// The number of a document, the same again for the same reference or key.
    fn number(&self, key: &str, body: &Value) -> Value {
        let mut given = self.given.lock().expect("the numbers");
        let asked = body["reference"].as_str().unwrap_or(key).to_owned();
        if let Some(known) = given.answers.get(&asked) {
            return known.clone();
        }
        let mut ordinal = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        if self.lie == Lie::Hole && ordinal.is_multiple_of(10) {
            ordinal = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        }
        let shown = if self.lie == Lie::Double { 1 } else { ordinal };
        let number = json!({
            "id": format!("num_{ordinal:018}"), "number": format!("INV-{shown}"),
            "ordinal": shown, "state": "held", "reference": body["reference"],
            "series": "invoices", "period": { "label": "2026" }, "metadata": body["metadata"],
        });
        if self.lie != Lie::Lost || !ordinal.is_multiple_of(10) {
            given.register.push(number.clone());
        }
        given.answers.insert(asked, number.clone());
        number
    }
}

#[test]
fn a_server_that_lies_is_found_out() {
    let place = Place::new();
    let hammer = |lie| {
        let url = Liar::listen(lie, "a");
        let words =
            ["hammer", "--url", &url, "--key", "sk_test_x", "--seconds", "1", "--clients", "4"];
        let finished = place.run(&[&words[..], &["--json"]].concat());
        let report = parse(&finished.out);
        let violations = report["violations"].as_array().cloned().unwrap_or_default();
        (finished.code, violations.len(), report)
    };
    let (code, violations, report) = hammer(Lie::None);
    assert_eq!((code, violations), (0, 0), "{report}");
    for lie in [Lie::Double, Lie::Hole, Lie::Lost] {
        let (code, violations, report) = hammer(lie);
        assert!(code == 1 && violations > 0, "{lie:?}: {report}");
    }
    let (code, _, report) = hammer(Lie::Broken);
    assert_eq!((code, &report["verified"]), (1, &false.into()), "{report}");
}

#[test]
fn servers_that_do_not_share_a_database_are_found_out() {
    let place = Place::new();
    let hammer = |trails: [&'static str; 2]| {
        let [first, second] = trails.map(|trail| Liar::listen(Lie::None, trail));
        let words = ["hammer", "--url", &first, "--url", &second, "--key", "sk_test_x"];
        place.run(&[&words[..], &["--seconds", "1", "--clients", "4", "--json"]].concat())
    };
    let finished = hammer(["a", "b"]);
    assert_eq!(finished.code, 2, "{finished:?}");
    let error = &parse(&finished.out)["error"];
    assert_eq!((&error["param"], &error["code"]), (&"url".into(), &"parameter_invalid".into()));
    assert!(error["message"].as_str().unwrap().contains("another ledger"), "{error}");
    // They say that it is one, and each gives numbers of its own.
    let finished = hammer(["a", "a"]);
    let report = parse(&finished.out);
    let violations = report["violations"].as_array().expect("violations");
    assert!(finished.code == 1 && violations.len() > 10, "{report}");
}

#[test]
fn a_file_that_was_changed_is_found_out() {
    let place = Place::new();
    place.init("yearly");
    for order in ["order-a", "order-b", "order-c"] {
        place.ok(&["issue", "--reference", order, "--date", "2026-05-03"]);
    }
    assert_eq!(place.json(&["verify"])["valid"], true);
    let path = place.path("gapless.db");
    let mut bytes = fs::read(&path).expect("the database");
    let found: Vec<usize> =
        (0..bytes.len() - 7).filter(|place| bytes[*place..].starts_with(b"order-b")).collect();
    assert!(!found.is_empty(), "the reference is not in the file");
    for place in found {
        bytes[place + 6] = b'x';
    }
    fs::write(&path, bytes).expect("change the database");
    let finished = place.run(&["verify", "--json"]);
    let report = parse(&finished.out);
    assert_eq!((finished.code, &report["valid"]), (1, &false.into()), "{report}");
    assert_eq!(report["violations"][0]["invariant"], "recorded", "{report}");
}
