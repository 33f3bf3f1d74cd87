//! People, by the command.

use std::io::Write;
use std::process::Stdio;

use crate::gapless::{Finished, Place};

const PASSWORD: &str = "correct horse battery";

/// Runs the command with something on standard input.
fn with_input(place: &Place, words: &[&str], input: &str) -> Finished {
    let mut command = place.command(words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("start");
    let mut stdin = child.stdin.take().expect("its input");
    // Whoever refuses at once does not read.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("its end");
    Finished {
        code: output.status.code().expect("a code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn people_are_entered_changed_and_kept_out() {
    let place = Place::new();
    place.init("yearly");
    let add = ["user", "add", "Ann@Example.com", "--name", "Ann E", "--role", "administrator"];
    let added = with_input(&place, &[&add[..], &["--password-stdin"]].concat(), PASSWORD);
    assert_eq!(added.code, 0, "{added:?}");
    assert!(added.out.starts_with("ann@example.com is administrator now, as user_"), "{added:?}");
    let bob = ["user", "add", "bob@example.com", "--name", "Bob", "--role", "clerk"];
    let bob = place.json(&[&bob[..], &["--no-password"]].concat());
    assert_eq!((&bob["role"], &bob["has_password"]), (&"clerk".into(), &false.into()));

    place.refused(&["user", "disable", "ann@example.com"], 1, "last_administrator");
    let changed = place.json(&["user", "role", "bob@example.com", "administrator"]);
    assert_eq!(changed["role"], "administrator");
    place.ok(&["user", "disable", "ann@example.com"]);
    place.ok(&["user", "enable", "ann@example.com"]);
    let id = bob["id"].as_str().expect("an id");
    place.ok(&["user", "disable", id]);
    let people = place.json(&["user", "list"]);
    let emails = |flag: bool| {
        let people = people["data"].as_array().expect("a list");
        let those = people.iter().filter(|one| one["disabled"] == flag);
        those.map(|one| one["email"].as_str().expect("a text")).collect::<Vec<_>>()
    };
    assert_eq!((emails(false), emails(true)), (vec!["ann@example.com"], vec!["bob@example.com"]));
    assert!(place.ok(&["user", "list"]).contains("ann@example.com"));
    // Nothing of a password is shown or recorded.
    let trail = place.ok(&["trail", "export"]);
    let hex: String = "argon2".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(trail.contains("user.created") && !trail.contains(&hex));
    place.ok(&["verify"]);
    place.ok(&["verify", "--test"]);
}

#[test]
fn what_cannot_be_is_refused() {
    let place = Place::new();
    place.init("yearly");
    let add = ["user", "add", "ann@example.com", "--name", "Ann", "--role", "clerk"];
    let asked = place.refused(&add, 2, "parameter_missing");
    assert_eq!(asked["param"], "password_stdin");
    let typed = [&add[..], &["--password-stdin", "--json"]].concat();
    let weak = with_input(&place, &typed, "short\n");
    assert_eq!(weak.code, 1, "{weak:?}");
    assert!(weak.out.contains("12 to 256 characters"), "{weak:?}");
    assert_eq!(with_input(&place, &typed, PASSWORD).code, 0);
    let again = with_input(&place, &typed, PASSWORD);
    assert!(again.out.contains("resource_already_exists"), "{again:?}");
    place.refused(&["user", "role", "nobody@example.com", "clerk"], 1, "resource_missing");
    place.refused(&["user", "role", "ann@example.com", "boss"], 2, "parameter_invalid");
    let set = ["user", "password", "ann@example.com", "--password-stdin"];
    assert_eq!(with_input(&place, &set, "another long password\n").code, 0);
}
