//! `gapless pattern`.

use crate::gapless::Place;

#[test]
fn infer_says_pattern_reset_and_ordinal() {
    let place = Place::new();
    let found = place.json(&["pattern", "infer", "INV/2024/00001", "--date", "2024-03-01"]);
    assert_eq!(found["pattern"], "INV/{year}/{seq:5}");
    assert_eq!((&found["reset"], &found["ordinal"]), (&"yearly".into(), &1.into()));
    assert_eq!(found["consistent"], true);
    assert!(found["explanation"].as_str().unwrap().contains("INV/2024/00002"), "{found}");
    let other = &found["alternatives"][0];
    for field in ["pattern", "reset", "ordinal", "reason"] {
        assert!(!other[field].is_null(), "{field} of {other}");
    }
    let text = place.ok(&["pattern", "infer", "INV/2024/00001", "--date", "2024-03-01"]);
    assert!(text.contains("Restarts every year."), "{text}");
}

#[test]
fn a_number_that_shows_another_date_is_refused() {
    let place = Place::new();
    let words = ["pattern", "infer", "INV/2024/00001", "--date", "2025-03-01"];
    let error = place.refused(&words, 1, "number_date_mismatch");
    assert!(error["message"].as_str().unwrap().contains("2024"), "{error}");
}

#[test]
fn next_knows_fiscal_years() {
    let place = Place::new();
    let next = |number: &str, date: &str, day: &str, end: &[&str]| {
        let words = ["pattern", "next", number, "--date", date, "--for", day];
        place.json(&[&words, end].concat())["number"].as_str().expect("a number").to_owned()
    };
    let end = ["--fiscal-year-end", "03-31"];
    assert_eq!(next("INV/2026/11/0041", "2026-11-28", "2026-12-01", &[]), "INV/2026/12/0001");
    assert_eq!(next("J/2015-16/00001", "2016-03-12", "2016-03-31", &end), "J/2015-16/00002");
    assert_eq!(next("J/2015-16/00001", "2016-03-12", "2016-04-12", &end), "J/2016-17/00001");
    let leap = ["--fiscal-year-end", "02-28"];
    assert_eq!(next("J/2023-24/07", "2023-05-01", "2024-02-29", &leap), "J/2023-24/08");
}

#[test]
fn check_proves_or_shows_two_numbers() {
    let place = Place::new();
    let good = place.json(&["pattern", "check", "INV/{year}/{seq:5}"]);
    assert_eq!((&good["valid"], &good["reset"]), (&true.into(), &"yearly".into()));
    assert_eq!(good["examples"][0]["number"], "INV/2026/00001");
    let check = |pattern: &str, more: &[&str], code| {
        place.refused(&[&["pattern", "check", pattern], more].concat(), 1, code)
    };
    let twice = check("INV-{seq}", &["--reset", "yearly"], "pattern_collision");
    let numbers = &twice["collision"];
    assert_eq!(numbers[0]["number"], numbers[1]["number"]);
    assert_ne!(numbers[0]["date"], numbers[1]["date"]);
    check("INV/{year}", &[], "pattern_invalid");
    check("{seq}{month}", &["--reset", "monthly"], "pattern_collision");
    check("A-{seq}", &["--beside", "{kind}-{seq}", "--kind-text", "A"], "pattern_collision");
    check(&"x".repeat(300), &[], "pattern_invalid");
    check("{prefix}{seq}", &["--prefix", "a\u{7}"], "pattern_invalid");
}

#[test]
fn dates_that_do_not_exist_are_refused() {
    let place = Place::new();
    for date in ["2026-02-30", "0000-01-01", "10000-01-01", "yesterday"] {
        let words = ["pattern", "infer", "INV-1", "--date", date];
        let error = place.refused(&words, 2, "parameter_invalid");
        assert_eq!(error["param"], "date", "{date}");
    }
}
