//! `gapless audit`, on a list that a real shop left.

use std::fs;

use crate::gapless::{Place, data, whole_list};

#[test]
fn an_excerpt_of_a_real_list() {
    let place = Place::new();
    let file = data("online_retail_excerpt.csv");
    let audit = place.json(&["audit", &file]);
    assert_eq!(audit["rows"], 160);
    assert_eq!((&audit["missing"], &audit["hole_runs"]), (&90.into(), &18.into()));
    assert_eq!(audit["duplicates"].as_array().unwrap().len(), 0);
    assert_eq!(audit["order_breaks"].as_array().unwrap().len(), 0);
    assert_eq!(audit["counters"].as_array().unwrap().len(), 1);
    let kinds = audit["counters"][0]["kinds"].as_array().unwrap();
    assert_eq!(kinds[0], serde_json::json!({ "text": "", "count": 153 }));
    assert_eq!(kinds[1], serde_json::json!({ "text": "C", "count": 7 }));
    assert_eq!(audit["counters"][0]["next"][0]["number"], "536615");
    insta::assert_snapshot!("audit_text", place.ok(&["audit", &file]));
}

#[test]
fn the_whole_list() {
    let Some(file) = whole_list() else {
        eprintln!("NOT RUN: the whole list is not here; name it with GAPLESS_RETAIL_CSV");
        return;
    };
    let place = Place::new();
    let audit = place.json(&["audit", &file]);
    assert_eq!(audit["rows"], 25_900);
    assert_eq!((&audit["missing"], &audit["hole_runs"]), (&19_323.into(), &2_409.into()));
    let counter = &audit["counters"][0];
    let texts = counter["kinds"].as_array().unwrap();
    let texts: Vec<(&str, u64)> = texts
        .iter()
        .map(|kind| (kind["text"].as_str().unwrap(), kind["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(texts, [("", 22_061), ("C", 3_836), ("A", 3)]);
    assert_eq!(counter["single_holes"], 415);
    assert_eq!(counter["longest"]["first_number"], "553240");
    assert_eq!(counter["longest"]["count"], 75);
    assert_eq!(counter["next"][0]["number"], "581588");
    for nothing in ["duplicates", "order_breaks", "odd"] {
        assert_eq!(audit[nothing].as_array().unwrap().len(), 0, "{nothing}");
    }
    let text = place.ok(&["audit", &file, "--number-column", "number", "--date-column", "date"]);
    let first = "3 kinds on one counter; 19,323 missing in 2,409 runs, no duplicate, no date-order \
                 break.";
    assert!(text.lines().next().unwrap().ends_with(first), "{text}");
}

#[test]
fn the_page_is_complete_in_itself() {
    let place = Place::new();
    let file =
        place.write("a<b.csv", "no,day\nA<1>-1,2026-01-02\nA<1>-3,2026-01-01\nA<1>-1,2026-01-02\n");
    let file = file.to_str().unwrap();
    place.ok(&["audit", file, "--date-column", "day", "--html", "report.html"]);
    let page = fs::read_to_string(place.path("report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(page.contains("A&lt;1&gt;-1") && !page.contains("A<1>"), "{page}");
    assert!(page.contains("Used more than once") && page.contains("Dates that go back"));
    for outside in ["<script", "<link", "http:", "https:", "src="] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn other_systems_columns_separators_and_dates() {
    let place = Place::new();
    place.write("german.csv", "Rechnungsnummer;Rechnungsdatum\nRE-1;31.01.2026\nRE-2;01.02.2026\n");
    let audit = place.json(&["audit", "german.csv"]);
    assert_eq!(audit["formats"][0]["first_date"], "2026-01-31");
    place.write("american.csv", "Invoice No,Invoice Date\n1,01/02/2026\n2,02/03/2026\n");
    let error = place.refused(&["audit", "american.csv"], 1, "file_invalid");
    assert_eq!(error["param"], "date_order");
    let audit = place.json(&["audit", "american.csv", "--date-order", "month-first"]);
    assert_eq!(audit["formats"][0]["last_date"], "2026-02-03");
}

#[test]
fn dates_with_an_offset_are_days_of_the_zone_that_is_told() {
    let place = Place::new();
    let list = "number,date\nINV-2025-001,2025-12-29\nINV-2025-002,2025-12-30\n\
                INV-2025-003,2025-12-31T22:30:00Z\nINV-2026-001,2025-12-31T23:30:00Z\n";
    place.write("list.csv", list);
    let audit = place.json(&["audit", "list.csv"]);
    assert_eq!((&audit["time_zone"], audit["odd"].as_array().unwrap().len()), (&"UTC".into(), 1));
    assert_eq!(audit["odd"][0]["reason"], "other_year");
    let berlin = ["audit", "list.csv", "--time-zone", "Europe/Berlin"];
    let audit = place.json(&berlin);
    assert_eq!(audit["odd"], serde_json::json!([]));
    assert_eq!(audit["formats"][0]["last_date"], "2026-01-01");
    let text = place.ok(&berlin);
    assert!(text.contains(" Dates with an offset are days in Europe/Berlin."), "{text}");
    place.write("plain.csv", "number,date\nINV-2025-001,2025-12-31 23:30\n");
    let audit = place.json(&["audit", "plain.csv"]);
    assert_eq!(audit["time_zone"], serde_json::Value::Null);
    let error =
        place.refused(&["audit", "list.csv", "--time-zone", "Nowhere/X"], 2, "parameter_invalid");
    assert_eq!(error["param"], "time_zone");
    assert!(error["message"].as_str().unwrap().contains("Europe/Berlin"), "{error}");
}
