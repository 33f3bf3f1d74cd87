//! The walk of `docs/gaps-and-closing.md`: a gap is found, explained, stated and closed.

use serde_json::{Value, json};

use crate::gapless::Place;

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A ledger in which two numbers are missing and one is void.
fn place() -> Place {
    let place = Place::new();
    place.write(
        "list.csv",
        "number,date\nINV/2025/00001,2025-11-03\nINV/2025/00002,2025-11-04\n\
         INV/2025/00005,2025-12-01\n",
    );
    place.ok(&["import", "list.csv"]);
    place
}

#[test]
fn a_gap_is_explained_and_its_month_closed() {
    let place = place();
    let gaps = value(&place.ok(&["gaps", "--json"]));
    let gap = gaps["data"][0].clone();
    assert_eq!(gap["numbers"], json!(["INV/2025/00003", "INV/2025/00004"]));
    assert_eq!(gap["date"], "2025-11-04");
    let id = gap["id"].as_str().expect("an id");

    let page = place.ok(&["gaps", "--html", "--to", "2025-11-30"]);
    assert!(page.contains("INV/2025/00003 to INV/2025/00004") && page.contains("not explained"));
    let table = place.ok(&["gaps", "--csv", "--to", "2025-11-30"]);
    assert!(table.starts_with("kind,id,first_number,") && table.contains(id), "{table}");

    place.refused(&["close", "2025-11-30"], 1, "period_unexplained");
    let explain = format!("{id}=lost in the move");
    let words = ["close", "2025-11-30", "--explain", &explain];
    let told = place.ok(&[&words[..], &["--dry-run"]].concat());
    assert!(told.starts_with("Would be closed: 0001-01-01 to 2025-11-30"), "{told}");
    assert_eq!(value(&place.ok(&["lock", "--json"]))["lock_date"], Value::Null);
    let closed = value(&place.ok(&[&words[..], &["--json"]].concat()));
    assert_eq!((&closed["lock_date"], &closed["missing"]), (&json!("2025-11-30"), &json!(2)));
    place.refused(&["issue", "--date", "2025-11-30"], 1, "period_locked");
    place.refused(&["close", "2025-11-30"], 1, "lock_backward");
    let report = place.ok(&["gaps"]);
    assert!(report.contains("lost in the move"), "the report keeps it: {report}");
    let proof = value(&place.ok(&["verify", "--json"]));
    assert_eq!(proof["violations"], json!([]), "{proof}");
}

#[test]
fn a_number_is_explained_by_its_text() {
    let place = place();
    let why = place.ok(&["why", "inv/2025/00005"]);
    for told in ["INV/2025/00005", "INV/{year}/{seq:5}", "counter before", "numbers.imported"] {
        assert!(why.contains(told), "{told}: {why}");
    }
    let json = value(&place.ok(&["why", "INV/2025/00005", "--json"]));
    assert_eq!(json["number"]["number"], "INV/2025/00005");
    let id = json["number"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(value(&place.ok(&["why", &id, "--json"])), json);
    place.refused(&["why", "INV/2025/00003"], 1, "resource_missing");
}
