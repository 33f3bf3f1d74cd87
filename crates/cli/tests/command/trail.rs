//! The trail outside: exported, and checked by a program that shares nothing with this one.

use std::path::PathBuf;
use std::process::Command;

use crate::gapless::Place;

/// The tools that come with the product.
fn tools() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "tools"].iter().collect()
}

fn python(words: &[&str]) -> (bool, String) {
    let run = Command::new("python3").args(words).output().expect("python3 is there");
    let text = [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (run.status.success(), text.concat().trim().to_owned())
}

/// An export with the lines of an import in it, in a place with its database.
fn exported() -> (Place, String) {
    let place = Place::new();
    place.init("yearly");
    place.write("list.csv", "number,date\nOLD-0001,2025-03-01\nOLD-0002,2025-03-02\n");
    place.ok(&["import", "list.csv"]);
    place.ok(&["issue", "--date", "2025-04-01", "--reference", "Größe \"7\" / 中"]);
    place.ok(&["trail", "export", "--output", "trail.ndjson"]);
    let path = place.path("trail.ndjson").to_str().expect("UTF-8").to_owned();
    (place, path)
}

#[test]
fn the_verifier_agrees_with_the_product_and_knows_a_head_again() {
    let (place, path) = exported();
    let verifier = tools().join("verify_trail.py");
    let verifier = verifier.to_str().expect("UTF-8");
    let head = place.json(&["trail", "head"]);
    let (entries, hash) = (head["entries"].to_string(), head["head"].as_str().expect("a hash"));
    let (is_valid, told) = python(&[verifier, &path]);
    assert!(is_valid, "{told}");
    assert_eq!(told, format!("{entries} entries, unbroken; head {hash}"));
    assert!(python(&[verifier, &path, &entries, hash]).0);
    place.ok(&["issue", "--date", "2025-04-02"]);
    let checked = place.json(&["trail", "check", &entries, hash]);
    assert_eq!(checked["kept"]["holds"], true, "{checked}");
    for (entries, hash, told) in [
        (entries.as_str(), "0".repeat(64), "written anew"),
        ("99", hash.to_owned(), "cut off: it has"),
        ("0", hash.to_owned(), "written anew"),
    ] {
        let finished = place.run(&["trail", "check", entries, &hash]);
        assert!(finished.code == 1 && finished.out.contains(told), "{finished:?}");
    }
    place.refused(&["trail", "check", "1", "abc"], 2, "parameter_invalid");
    place.ok(&["trail", "export", "--output", "later.ndjson"]);
    let later = place.path("later.ndjson").to_str().expect("UTF-8").to_owned();
    assert!(python(&[verifier, &later, &entries, hash]).0, "a head that was kept");
    let (is_valid, told) = python(&[verifier, &later, &entries, &"0".repeat(64)]);
    assert!(!is_valid && told.starts_with("NOT VALID: entry "), "{told}");
    let (is_valid, told) = python(&[verifier, &path, "99", hash]);
    assert!(!is_valid && told.contains("not in this trail"), "{told}");
}

#[test]
fn the_verifier_sees_every_small_change() {
    let (_place, path) = exported();
    let mutate: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests", "command", "trail", "mutate.py"].iter().collect();
    let tools = tools();
    let words = [&mutate, &tools].map(|path| path.to_str().expect("UTF-8"));
    let (is_done, told) = python(&[words[0], words[1], &path]);
    assert!(is_done, "{told}");
    let mut told = told.split(' ');
    let tried: u32 = told.next().and_then(|count| count.parse().ok()).expect("a count");
    assert!(tried > 10_000, "{tried} changes");
    assert_eq!(told.next(), Some("0"), "not seen: {}", told.collect::<Vec<_>>().join(" "));
}

#[test]
fn the_verifier_is_short() {
    let text = std::fs::read_to_string(tools().join("verify_trail.py")).expect("it is there");
    assert!(text.lines().count() < 100);
}
