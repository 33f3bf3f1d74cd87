//! `gapless init` and keys.

use crate::gapless::Place;

#[test]
fn a_new_database_has_an_account_and_two_keys() {
    let place = Place::new();
    let answer = place.json(&["init", "--database", "sqlite:x.db", "--numbering", "stripe"]);
    assert!(answer["account"].as_str().unwrap().starts_with("acct_"));
    assert!(answer["keys"]["test"].as_str().unwrap().starts_with("sk_test_"));
    assert!(answer["keys"]["live"].as_str().unwrap().starts_with("sk_live_"));
    let number = place.ok(&["issue", "--database", "sqlite:x.db"]);
    let (prefix, ordinal) = number.trim_end().split_once('-').unwrap();
    assert_eq!((prefix.len(), ordinal), (8, "0001"), "{number}");
}

#[test]
fn an_existing_database_is_left_as_it_is() {
    let place = Place::new();
    place.init("slashed");
    place.ok(&["issue", "--date", "2026-01-01"]);
    let error = place.refused(&["init"], 1, "resource_already_exists");
    assert!(error["message"].as_str().unwrap().contains("gapless.db"), "{error}");
    assert_eq!(place.ok(&["preview", "--date", "2026-01-01"]), "INV/2026/00002\n");
}

#[test]
fn one_account_of_several_is_named() {
    let place = Place::new();
    place.init("slashed");
    let library = gapless::Gapless::open(&format!("sqlite:{}", place.path("gapless.db").display()));
    let library = library.expect("it opens");
    let new = engine::NewAccount { name: "Second".to_owned(), ..engine::NewAccount::default() };
    let second = engine::wait(library.engine().open_account(new)).expect("it is opened").account.0;
    drop(library);
    let error = place.refused(&["preview"], 3, "account_ambiguous");
    assert!(error["message"].as_str().unwrap().contains("--account"), "{error}");
    let preview = ["preview", "--date", "2026-01-01", "--account"];
    assert_eq!(place.ok(&[&preview[..], &[&second]].concat()), "INV-2026-00001\n");
    place.refused(&[&preview[..], &["acct_nobody"]].concat(), 1, "resource_missing");
}

#[test]
fn settings_at_the_start() {
    let place = Place::new();
    let zone = ["init", "--time-zone", "Pacific/Kiritimati", "--fiscal-year-start", "04-01"];
    place.ok(&[&zone[..], &["--database", "sqlite:far.db"]].concat());
    let files = || std::fs::read_dir(place.path("")).unwrap().count();
    let before = files();
    place.refused(&["init", "--time-zone", "Mars/Olympus"], 1, "parameter_invalid");
    place.refused(&["init", "--name", &"x".repeat(201)], 1, "parameter_invalid");
    place.refused(&["init", "--fiscal-year-start", "02-29"], 2, "parameter_invalid");
    place.refused(&["init", "--numbering", "roman"], 2, "parameter_invalid");
    assert_eq!(files(), before, "a refusal left a file");
    place.refused(&["init", "--time-zone", ""], 1, "parameter_invalid");
    place.refused(&["init", "--fiscal-year-start", "13-01"], 2, "parameter_invalid");
    place.refused(&["init", "--database", "sqlite:"], 2, "parameter_invalid");
    place.refused(&["init", "--database", "sqlite:no/such/folder.db"], 3, "database_storage");
    assert_eq!(files(), before, "a refusal left a file");
    let unknown = ["init", "--database", "mysql://app@localhost/x"];
    place.refused(&unknown, 2, "parameter_invalid");
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let place = Place::new();
    let keys = place.init("yearly");
    let clerk = place.json(&["key", "create", "--role", "clerk", "--name", "shop"]);
    let listed = place.json(&["key", "list"]);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(&keys.live), "a secret was shown again");
    let id = clerk["id"].as_str().unwrap();
    let secret = clerk["secret"].as_str().unwrap();
    let server = place.serve("127.0.0.1:0");
    let (status, _) = server.ask(secret, "POST", "/v1/numbers", r#"{"reference":"a"}"#);
    assert_eq!(status, 200);
    assert_eq!(server.stop("TERM").0, Some(0));
    place.ok(&["key", "revoke", id]);
    let server = place.serve("127.0.0.1:0");
    let (status, _) = server.ask(secret, "POST", "/v1/numbers", r#"{"reference":"b"}"#);
    assert_eq!(status, 401);
}
