//! `gapless issue`.

use std::fs;

use crate::gapless::{Place, data, whole_list};

const DATE_AND_REFERENCE: [&str; 4] = ["--reference-column", "number", "--date-column", "date"];

#[test]
fn a_file_gets_a_column_and_the_same_bytes_again() {
    let place = Place::new();
    place.init("yearly");
    let file = data("online_retail_excerpt.csv");
    let words = [&["issue", "--file", &file], &DATE_AND_REFERENCE[..]].concat();
    let first = place.ok(&words);
    let before = fs::read_to_string(&file).unwrap();
    for (place, (line, original)) in first.lines().zip(before.lines()).enumerate() {
        let number = match place {
            0 => "issued_number".to_owned(),
            ordinal => format!("INV-2010-{ordinal:05}"),
        };
        assert_eq!(line, format!("{original},{number}"));
    }
    assert_eq!(first.lines().count(), 161);
    assert_eq!(place.ok(&words), first);
    assert_eq!(place.json(&["verify"])["numbers"], 160);
}

#[test]
fn the_whole_list() {
    let Some(file) = whole_list() else {
        eprintln!("NOT RUN: the whole list is not here; name it with GAPLESS_RETAIL_CSV");
        return;
    };
    let place = Place::new();
    place.init("yearly");
    let words = [&["issue", "--file", &file], &DATE_AND_REFERENCE[..]].concat();
    let first = place.ok(&words);
    let original = fs::read_to_string(&file).unwrap();
    let (mut of_2010, mut of_2011) = (0, 0);
    for (line, before) in first.lines().zip(original.lines()).skip(1) {
        let (year, count) = match before.contains(",2010-") {
            true => (2010, &mut of_2010),
            false => (2011, &mut of_2011),
        };
        *count += 1;
        assert_eq!(line, format!("{before},INV-{year}-{count:05}"));
    }
    assert_eq!((of_2010 + of_2011, first.lines().count()), (25_900, 25_901));
    assert!(place.ok(&words) == first, "run twice, the bytes differ");
    assert_eq!(place.json(&["verify"])["valid"], true);
}

#[test]
fn quotes_line_ends_and_the_mark_stay_as_they_are() {
    let place = Place::new();
    place.init("slashed");
    let text = "\u{feff}\"order\";date;note\r\n\"a;1\";2026-01-02; x \r\n\r\nb;2026-01-03;\"two\n\
                lines\"";
    place.write("orders.csv", text);
    let out = place.ok(&["issue", "--file", "orders.csv", "--output-column", "No; new"]);
    assert_eq!(
        out,
        "\u{feff}\"order\";date;note;\"No; new\"\r\n\"a;1\";2026-01-02; x ;INV/2026/00001\r\n\r\n\
         b;2026-01-03;\"two\nlines\";INV/2026/00002"
    );
}

#[test]
fn a_database_that_is_not_there_is_made_and_told_of() {
    let place = Place::new();
    let words = ["issue", "--reference", "order-1", "--date", "2026-05-03"];
    let first = place.run(&words);
    assert_eq!((first.code, first.out.as_str()), (0, "INV-2026-00001\n"), "{first:?}");
    assert!(first.err.starts_with("sqlite:gapless.db is new, with account acct_"), "{first:?}");
    let again = place.run(&words);
    assert_eq!((again.out.as_str(), again.err.as_str()), ("INV-2026-00001\n", ""));
}

#[test]
fn a_bad_row_behind_ten_thousand_good_ones_leaves_nothing() {
    let place = Place::new();
    place.init("yearly");
    let head = place.json(&["trail", "head"]);
    let mut orders = "order,date\n".to_owned();
    (0..12_000).for_each(|order| orders.push_str(&format!("o-{order},2026-05-03\n")));
    orders.push_str("o-late,2062-05-03\n");
    place.write("orders.csv", &orders);
    let words = ["issue", "--file", "orders.csv", "--reference-column", "order"];
    let error = place.refused(&words, 1, "date_too_far");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("line 12002: "), "{message}");
    assert_eq!(place.json(&["trail", "head"]), head, "numbers were given");
}

/// 12,000 orders on a day, then one on another.
fn long_file(place: &Place, last: &str) {
    let mut orders = "order,date\n".to_owned();
    (0..11_999).for_each(|order| orders.push_str(&format!("o-{order},2026-05-03\n")));
    orders.push_str(&format!("o-late,{last}\n"));
    place.write("orders.csv", &orders);
}

#[test]
fn a_long_file_is_refused_whole_behind_a_server_too() {
    let place = Place::new();
    let keys = place.init("yearly");
    place.ok(&["lock", "--date", "2026-04-30"]);
    let head = place.json(&["trail", "head"]);
    long_file(&place, "2026-04-30");
    let server = place.serve("127.0.0.1:0");
    let words = ["issue", "--file", "orders.csv", "--url", &server.url, "--key", &keys.live];
    let error = place.refused(&words, 1, "period_locked");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("line 12001: 2026-04-30 is locked"), "{message}");
    assert!(!message.contains("have their numbers already"), "{message}");
    long_file(&place, "2026-05-04");
    let numbered = place.ok(&words);
    assert!(numbered.ends_with("o-late,2026-05-04,INV-2026-12000\n"));
    assert_eq!(server.stop("TERM").0, Some(0));
    let after = place.json(&["trail", "head"]);
    let entries = |head: &serde_json::Value| head["entries"].as_u64().unwrap();
    assert_eq!(entries(&after), entries(&head) + 2, "the refused file left something");
}

#[test]
fn a_date_that_goes_back_over_ten_thousand_rows_is_found_before_any_number() {
    let place = Place::new();
    let keys = place.init("yearly");
    let server = place.serve("127.0.0.1:0");
    let (status, _) =
        server.ask(&keys.live, "POST", "/v1/numbering/settings", r#"{"date_order":"refuse"}"#);
    assert_eq!(status, 200);
    long_file(&place, "2026-05-02");
    let over_http = ["issue", "--file", "orders.csv", "--url", &server.url, "--key", &keys.live];
    let error = place.refused(&over_http, 1, "date_order");
    assert!(error["message"].as_str().unwrap().starts_with("line 12001: "), "{error}");
    assert_eq!(server.stop("TERM").0, Some(0));
    let error = place.refused(&["issue", "--file", "orders.csv"], 1, "date_order");
    assert!(error["message"].as_str().unwrap().starts_with("line 12001: "), "{error}");
    assert_eq!(place.json(&["verify"])["numbers"], 0);
}

#[test]
fn single_documents() {
    let place = Place::new();
    place.init("yearly");
    let number = place.json(&["issue", "--reference", "o-1", "--date", "2026-05-03"]);
    assert_eq!(number["object"], "number");
    assert_eq!((&number["number"], &number["livemode"]), (&"INV-2026-00001".into(), &true.into()));
    assert_eq!(place.ok(&["preview", "--date", "2026-05-03"]), "INV-2026-00002\n");
    assert_eq!(place.ok(&["issue", "--reference", "o-1"]), "INV-2026-00001\n");
    let three = place.ok(&["issue", "--count", "3", "--date", "2027-01-01"]);
    assert_eq!(three, "INV-2027-00001\nINV-2027-00002\nINV-2027-00003\n");
    let note = ["issue", "--kind", "credit_note", "--date", "2026-05-03"];
    assert_eq!(place.ok(&note), "CN-2026-00001\n");
    assert_eq!(place.ok(&["issue", "--test", "--date", "2026-05-03"]), "INV-2026-00001\n");
    assert_eq!(place.json(&["verify"])["numbers"], 5);
}

#[test]
fn a_lock_date_is_not_taken_away_without_the_flag_that_says_why() {
    let place = Place::new();
    place.init("yearly");
    place.ok(&["lock", "--date", "2026-04-30"]);
    let error = place.refused(&["lock", "--remove"], 1, "parameter_missing");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("--reason") && !message.contains('`'), "{message}");
    place.ok(&["lock", "--remove", "--reason", "closed too early"]);
    let error = place.refused(&["lock", "--hard-date", "2062-01-01"], 1, "parameter_invalid");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("Use --date for a date ahead"), "{message}");
}

#[test]
fn refusals_leave_the_ledger_as_it_is() {
    let place = Place::new();
    place.init("yearly");
    place.ok(&["issue", "--reference", "o-1", "--date", "2026-05-03"]);
    place.ok(&["lock", "--date", "2026-04-30"]);
    let head = place.ok(&["trail", "head"]);
    let refused = |words: &[&str], code| {
        place.refused(&[&["issue"], words].concat(), 1, code);
    };
    refused(&["--date", "2026-04-30"], "period_locked");
    refused(&["--date", "2062-01-01"], "date_too_far");
    refused(&["--reference", "o-1", "--date", "2026-05-04"], "reference_conflict");
    refused(&["--series", "nothing"], "resource_missing");
    for date in ["2026-02-30", "2026-05-03T23:30:00Z"] {
        place.refused(&["issue", "--date", date], 2, "parameter_invalid");
    }
    place.refused(&["issue", "--reference", "a", "--count", "2"], 2, "parameters_exclusive");
    assert_eq!(place.ok(&["trail", "head"]), head);
    assert_eq!(place.ok(&["preview", "--date", "2026-05-03"]), "INV-2026-00002\n");
}

#[test]
fn a_refused_document_of_a_file_is_told_with_its_line() {
    let place = Place::new();
    place.init("yearly");
    place.write("o.csv", "order,date\nA,2026-01-02\n\nB,2099-01-02\n");
    let error = place.refused(&["issue", "--file", "o.csv"], 1, "date_too_far");
    assert!(error["message"].as_str().unwrap().starts_with("line 4: 2099-01-02 "), "{error}");
    assert_eq!(error["param"], "file");
}

#[test]
fn dates_with_an_offset_are_days_of_the_account() {
    let orders = "order,date\nA,2025-12-31T22:30:00Z\nB,2025-12-31T23:30:00Z\n\
                  C,2026-01-01T00:30:00+02:00\nD,2026-01-01 00:30:00\n";
    let numbers = |place: &Place, more: &[&str]| {
        place.write("o.csv", orders);
        let finished = place.run(&[&["issue", "--file", "o.csv"], more].concat());
        assert!(finished.err.contains("Dates with an offset are days in "), "{finished:?}");
        let out = finished.out;
        let last = |line: &str| line.rsplit(',').next().unwrap().to_owned();
        out.lines().skip(1).map(last).collect::<Vec<_>>()
    };
    let in_berlin = ["INV-2025-00001", "INV-2026-00001", "INV-2025-00002", "INV-2026-00002"];
    let in_utc = ["INV-2025-00001", "INV-2025-00002", "INV-2025-00003", "INV-2026-00001"];
    let place = Place::new();
    let berlin = place.json(&["init", "--time-zone", "Europe/Berlin"]);
    assert_eq!(numbers(&place, &[]), in_berlin);
    // A server says which zone its account has.
    let server = place.serve("127.0.0.1:0");
    let key = berlin["keys"]["live"].as_str().unwrap();
    assert_eq!(numbers(&place, &["--url", &server.url, "--key", key]), in_berlin);
    // An account that is still to be made has that of a new one.
    assert_eq!(numbers(&Place::new(), &[]), in_utc);
}

#[test]
fn a_series_that_is_not_there_is_answered_with_those_that_are() {
    let place = Place::new();
    place.init("yearly");
    for words in [["issue", "--series", "nope"], ["preview", "--series", "nope"]] {
        let message = place.refused(&words, 1, "resource_missing")["message"].to_string();
        for word in ["nope", "invoices", "credit_notes"] {
            assert!(message.contains(word), "{message}");
        }
    }
}
