//! `gapless series`: listed, changed and planned, in a file and behind a server.

use serde_json::Value;

use crate::gapless::Place;

fn planned(series: &Value) -> (&str, &str) {
    let plan = &series["planned"];
    (plan["from"].as_str().unwrap_or_default(), plan["prefix"].as_str().unwrap_or_default())
}

#[test]
fn a_series_is_listed_changed_and_planned_in_a_file_and_behind_a_server() {
    let place = Place::new();
    let keys = place.init("yearly");
    let list = place.ok(&["series", "list"]);
    assert!(list.contains("invoices") && list.contains("{prefix}{year}-{seq:5}"), "{list}");
    let wider =
        place.json(&["series", "change", "invoices", "--pattern", "{prefix}{year}-{seq:6}"]);
    assert_eq!((&wider["object"], &wider["planned"]), (&Value::from("series"), &Value::Null));
    place.refused(&["series", "show", "nowhere"], 1, "resource_missing");
    place.refused(&["series", "change", "invoices", "--reset", "hourly"], 2, "parameter_invalid");

    let server = place.serve("127.0.0.1:0");
    let there = ["--url", &server.url, "--key", &keys.live];
    let plan = ["series", "change", "invoices", "--prefix", "FAC-", "--from", "2031-01-01"];
    let shown = place.json(&[&plan[..], &there].concat());
    assert_eq!(planned(&shown), ("2031-01-01", "FAC-"));
    let list = place.json(&[&["series", "list"][..], &there].concat());
    let all = list["data"].as_array().expect("a list");
    let invoices = all.iter().find(|series| series["name"] == "invoices").expect("invoices");
    assert_eq!((planned(invoices), invoices["prefix"].as_str()), (planned(&shown), Some("INV-")));
    server.kill();

    let text = place.ok(&["series", "show", "invoices"]);
    assert!(
        text.contains("from 2031-01-01: {prefix}{year}-{seq:6}, yearly, prefix FAC-"),
        "{text}"
    );
    let waits =
        place.refused(&["series", "change", "invoices", "--prefix", "X-"], 1, "parameter_invalid");
    assert!(waits["message"].as_str().unwrap_or_default().contains("gapless series cancel-plan"));
    let back = place.json(&["series", "cancel-plan", "invoices"]);
    assert_eq!(back["planned"], Value::Null);
    place.refused(&["series", "cancel-plan", "invoices"], 1, "resource_missing");
}
