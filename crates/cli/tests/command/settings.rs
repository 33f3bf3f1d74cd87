//! The worked examples of the settings: each printed exactly, by settings alone.

use serde_json::{Value, json};

use crate::gapless::{Place, Server};

/// A server on a new database.
fn server(style: &str) -> (Place, Server, String) {
    let place = Place::new();
    let keys = place.init(style);
    let server = place.serve("127.0.0.1:0");
    (place, server, keys.live)
}

fn settle(server: &Server, key: &str, settings: &Value) -> (u16, Value) {
    server.ask(key, "POST", "/v1/numbering/settings", &settings.to_string())
}

fn next(server: &Server, key: &str) -> String {
    let (status, number) = server.ask(key, "POST", "/v1/numbers", r#"{"date":"2026-05-03"}"#);
    assert_eq!(status, 200, "{number}");
    number["number"].as_str().expect("a number").to_owned()
}

#[test]
fn each_example_prints_exactly() {
    let examples = [
        (json!({ "prefix": "INV-", "yearly_reset": true, "padding": 5 }), "INV-2026-00042"),
        (json!({ "prefix": "INV-", "yearly_reset": false, "padding": 5 }), "INV-00042"),
        (json!({ "prefix": "SI-", "yearly_reset": true, "padding": 6 }), "SI-2026-000042"),
        (json!({ "prefix": "", "yearly_reset": true, "padding": 0 }), "2026-42"),
        (json!({ "prefix": "REC-", "yearly_reset": false, "padding": 0 }), "REC-42"),
    ];
    for (mut settings, number) in examples {
        let (_place, server, key) = server("yearly");
        settings["starting_number"] = json!(42);
        let (status, answer) = settle(&server, &key, &settings);
        assert_eq!(status, 200, "{settings}: {answer}");
        assert_eq!(next(&server, &key), number, "{settings}");
    }
}

#[test]
fn widths_pad_and_never_clip() {
    let (_place, server, key) = server("yearly");
    settle(&server, &key, &json!({ "yearly_reset": false, "starting_number": 1 }));
    assert_eq!(next(&server, &key), "INV-00001");
    let (_, settings) = server.ask(&key, "GET", "/v1/numbering/settings", "");
    let advance = format!("/v1/series/{}/advance", settings["series"].as_str().unwrap());
    let forward = json!({ "next": 99_999, "reason": "to see the width" }).to_string();
    let (status, answer) = server.ask(&key, "POST", &advance, &forward);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(next(&server, &key), "INV-99999");
    assert_eq!(next(&server, &key), "INV-100000");
}

#[test]
fn settings_that_would_collide_change_nothing() {
    let (place, server, key) = server("yearly");
    next(&server, &key);
    let head = place.ok(&["trail", "head"]);
    for settings in [
        json!({ "prefix": "\u{0}" }),
        json!({ "prefix": "INV-\u{1F600}" }),
        json!({ "prefix": "x".repeat(300) }),
        json!({ "padding": 99 }),
        json!({ "no_such_setting": 1 }),
    ] {
        let (status, answer) = settle(&server, &key, &settings);
        assert_eq!(status, 400, "{settings}: {answer}");
        assert!(answer["error"]["message"].as_str().unwrap().len() > 10, "{answer}");
    }
    assert_eq!(place.ok(&["trail", "head"]), head);
}
