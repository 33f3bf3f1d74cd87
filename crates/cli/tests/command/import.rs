//! `gapless import`, and the gaps that it finds.

use crate::gapless::{Place, data, whole_list};

#[test]
fn an_excerpt_keeps_its_numbers_and_goes_on() {
    let place = Place::new();
    place.init("yearly");
    let file = data("online_retail_excerpt.csv");
    let rehearsal = place.json(&["import", &file, "--dry-run"]);
    assert_eq!((&rehearsal["numbers"], &rehearsal["missing"]), (&160.into(), &90.into()));
    assert_eq!(place.json(&["verify"])["numbers"], 0);
    let import = place.json(&["import", &file]);
    assert_eq!((&import["numbers"], &import["gaps"]), (&160.into(), &18.into()));
    let series = &import["series"][0];
    assert_eq!((&series["pattern"], &series["next"]), (&"{kind}{seq}".into(), &"536615".into()));
    assert_eq!(place.ok(&["issue", "--date", "2010-12-02"]), "536615\n");
    let note = ["issue", "--kind", "credit_note", "--date", "2010-12-02"];
    assert_eq!(place.ok(&note), "C536616\n");
    let verified = place.json(&["verify"]);
    assert_eq!((&verified["valid"], &verified["numbers"]), (&true.into(), &162.into()));

    let gaps = place.json(&["gaps"]);
    let gaps = gaps["data"].as_array().unwrap();
    let missing: u64 = gaps.iter().map(|gap| gap["count"].as_u64().unwrap()).sum();
    assert_eq!((gaps.len(), missing), (18, 90));
    let id = gaps[0]["id"].as_str().unwrap();
    place.ok(&["gaps", "--explain", id, "--text", "Test prints"]);
    let report = place.ok(&["gaps"]);
    assert!(report.starts_with("90 numbers are missing in 18 gaps; 17 not explained."), "{report}");
    assert!(report.contains("Test prints"), "{report}");
}

#[test]
fn the_whole_list_goes_on_with_581588() {
    let Some(file) = whole_list() else {
        eprintln!("NOT RUN: the whole list is not here; name it with GAPLESS_RETAIL_CSV");
        return;
    };
    let place = Place::new();
    place.init("yearly");
    let import = place.json(&["import", &file]);
    assert_eq!((&import["numbers"], &import["missing"]), (&25_900.into(), &19_323.into()));
    assert_eq!(import["gaps"], 2_409);
    assert_eq!(place.ok(&["issue", "--date", "2011-12-09"]), "581588\n");
    assert_eq!(place.json(&["verify"])["valid"], true);
    let export = place.ok(&["trail", "export"]);
    let lines = export.lines().filter(|line| line.contains("\"trail_line\"")).count();
    assert_eq!(lines, 25_900);
}

#[test]
fn formats_that_follow_each_other_become_one_series() {
    let place = Place::new();
    place.init("yearly");
    let mut list = String::from("number,date\n");
    for ordinal in 1..=40 {
        list.push_str(&format!("RE-2025-{ordinal:04},2025-{:02}-10\n", 1 + ordinal / 4));
    }
    for month in 1..=6 {
        for ordinal in 1..=7 {
            list.push_str(&format!("RE-2026-{month:02}-{ordinal:03},2026-{month:02}-1{ordinal}\n"));
        }
    }
    place.write("list.csv", list);
    let import = place.json(&["import", "list.csv"]);
    assert_eq!((&import["numbers"], &import["missing"]), (&82.into(), &0.into()));
    assert_eq!(place.ok(&["preview", "--date", "2026-06-20"]), "RE-2026-06-008\n");
    assert_eq!(place.ok(&["preview", "--date", "2026-07-01"]), "RE-2026-07-001\n");
    assert_eq!(place.json(&["verify"])["valid"], true);
}

#[test]
fn what_does_not_fit_is_told_and_nothing_is_written() {
    let place = Place::new();
    place.init("yearly");
    let head = place.ok(&["trail", "head"]);
    place.write("twice.csv", "number,date\nA-1,2026-01-01\nA-2,2026-01-02\na-2 ,2026-01-03\n");
    let error = place.refused(&["import", "twice.csv"], 1, "file_invalid");
    assert!(error["message"].as_str().unwrap().contains("lines 3, 4"), "{error}");
    place.write("dateless.csv", "number,date\nA-1,2026-01-01\nA-2,\n");
    let error = place.refused(&["import", "dateless.csv"], 1, "file_invalid");
    assert!(error["message"].as_str().unwrap().contains("line 3"), "{error}");
    assert_eq!(place.ok(&["trail", "head"]), head);
}

#[test]
fn what_is_imported_is_told_even_where_no_number_can_follow() {
    for list in ["INV-1,2062-01-01", "INV-999999999999999,2026-01-01"] {
        let place = Place::new();
        place.init("yearly");
        place.write("list.csv", format!("number,date\n{list}\n"));
        let import = place.json(&["import", "list.csv"]);
        assert_eq!(import["numbers"], 1, "{list}");
        assert_eq!(import["series"][0]["next"], serde_json::Value::Null, "{list}");
        assert!(import["series"][0]["next_unknown"].is_string(), "{list}");
        assert_eq!(place.json(&["verify"])["numbers"], 1, "{list}");
    }
}

#[test]
fn a_list_by_fiscal_years_goes_on_by_those_of_the_account() {
    let list = "number,date\nINV/25-26/001,2025-04-01\nINV/25-26/002,2026-03-31\n\
                INV/26-27/001,2026-04-01\n";
    let place = Place::new();
    place.ok(&["init", "--fiscal-year-start", "04-01"]);
    place.write("list.csv", list);
    let import = place.json(&["import", "list.csv"]);
    assert_eq!(import["series"][0]["next"], "INV/26-27/002");
    assert_eq!(place.ok(&["preview", "--date", "2026-11-20"]), "INV/26-27/002\n");

    let place = Place::new();
    place.init("yearly");
    place.write("list.csv", list);
    let other = ["import", "list.csv", "--fiscal-year-end", "03-31"];
    let error = place.refused(&other, 1, "parameter_invalid");
    assert_eq!(error["param"], "fiscal_year_end");
    assert!(error["message"].as_str().unwrap().contains("init --fiscal-year-start 04-01"));
    assert_eq!(place.json(&["verify"])["numbers"], 0);
}

#[test]
fn kinds_of_the_column_are_kept_where_the_numbers_do_not_show_them() {
    let place = Place::new();
    place.init("yearly");
    let kinds = ["invoice", "credit_note", "invoice", "credit_note"];
    let lines = kinds.iter().enumerate();
    let lines: Vec<String> =
        lines.map(|(at, kind)| format!("{0},2026-01-0{0},{kind}\n", at + 1)).collect();
    place.write("list.csv", format!("number,date,kind\n{}", lines.concat()));
    let import = place.json(&["import", "list.csv"]);
    let told: Vec<&str> = import["series"][0]["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|known| known["kind"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["invoice", "credit_note"]);
    let export = place.ok(&["trail", "export"]);
    let in_hex: String = "credit_note".bytes().map(|byte| format!("{byte:02x}")).collect();
    let lines = export.lines().filter(|line| line.contains("\"trail_line\""));
    let notes: Vec<bool> = lines.map(|line| line.contains(&in_hex)).collect();
    assert_eq!(notes, [false, true, false, true]);
    assert_eq!(place.ok(&["issue", "--kind", "credit_note", "--date", "2026-02-01"]), "5\n");
    assert_eq!(place.ok(&["issue", "--date", "2026-02-01"]), "6\n");
    assert_eq!(place.json(&["verify"])["valid"], true);
}
