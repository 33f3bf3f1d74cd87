//! Files that cannot be trusted: each refused with line and remedy, the database unchanged.

use crate::gapless::Place;

#[test]
fn bad_files_are_refused_and_nothing_is_written() {
    let place = Place::new();
    place.init("yearly");
    let head = place.ok(&["trail", "head"]);
    let cases: [(&str, &[u8], &str); 10] = [
        ("empty", b"", "expected a header"),
        ("only a mark", b"\xef\xbb\xbf", "expected a header"),
        ("a missing column", b"order,when\n1,2026-01-01\n", "--date-column"),
        ("a wrong quote", b"order,date\n1,2026-01-01\n2\"x,2026-01-01\n", "line 3"),
        ("an open quote", b"order,date\n\"1,2026-01-01\n2,2026-01-01\n", "line 2"),
        ("Latin-1", b"order,date\nM\xfcller,2026-01-01\n", "line 2: byte 0xFC"),
        ("UTF-16", b"\xff\xfeo\0r\0", "iconv"),
        ("a zero byte", b"order,date\n\x001,2026-01-01\n", "line 2"),
        ("a missing field", b"order,date\n1\n", "line 2: expected 2 fields"),
        ("a day that does not exist", b"order,date\n1,2026-02-30\n", "line 2"),
    ];
    for (name, content, remedy) in cases {
        place.write("bad.csv", content);
        let error = place.refused(&["issue", "--file", "bad.csv"], 1, "file_invalid");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("bad.csv") && message.contains(remedy), "{name}: {message}");
        let printed = place.run(&["issue", "--file", "bad.csv"]);
        assert_eq!((printed.code, printed.out.as_str()), (1, ""), "{name}");
    }
    place.refused(&["issue", "--file", "none.csv"], 2, "file_unreadable");
    place.write("good.csv", b"order,date\n1,2026-01-01\n");
    let column = ["issue", "--file", "good.csv", "--reference-column", "nothing"];
    let error = place.refused(&column, 1, "file_invalid");
    assert!(error["message"].as_str().unwrap().contains("order, date"), "{error}");
    assert_eq!(place.ok(&["trail", "head"]), head);
}

#[test]
fn a_refusal_in_the_last_of_many_gives_none_a_number() {
    let place = Place::new();
    place.init("yearly");
    let mut orders = String::from("order,date\n");
    for order in 0..10_000 {
        orders.push_str(&format!("{order},2026-05-03\n"));
    }
    place.write("orders.csv", format!("{orders}late,2062-01-01\n"));
    let error = place.refused(&["issue", "--file", "orders.csv"], 1, "date_too_far");
    assert!(error["message"].as_str().unwrap().starts_with("line 10002: "), "{error}");
    assert_eq!(place.json(&["verify"])["numbers"], 0);
    place.write("orders.csv", format!("{orders}late,2026-05-04\n"));
    let out = place.ok(&["issue", "--file", "orders.csv"]);
    assert!(out.ends_with("late,2026-05-04,INV-2026-10001\n"), "{}", &out[out.len() - 100..]);
}

#[test]
fn what_is_no_database_is_never_written_to() {
    let place = Place::new();
    for (name, content) in [
        ("text.db", "These are no numbers.\n".repeat(200).into_bytes()),
        ("zeros.db", vec![0; 8192]),
        ("header.db", [&b"SQLite format 3\0"[..], &[7; 4096]].concat()),
    ] {
        let path = place.write(name, &content);
        let database = format!("sqlite:{name}");
        for command in ["issue", "init", "verify"] {
            place.refused(&[command, "--database", &database], 3, "database_unusable");
        }
        assert!(std::fs::read(path).unwrap() == content, "{name} was changed");
        let beside = std::fs::read_dir(place.path("")).unwrap().count();
        assert!(beside <= 3, "files were left beside {name}");
    }
    for command in ["verify", "preview", "gaps"] {
        place.refused(&[command, "--database", "sqlite:missing.db"], 3, "database_unusable");
    }
    assert!(!place.path("missing.db").exists());
}
