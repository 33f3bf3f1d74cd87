//! Two processes on one file: both work, or one is refused with a clear message; never a double.
//! And one whose file is taken away from under it.

use std::collections::BTreeSet;
use std::process::Stdio;

use crate::gapless::{Place, parse};

#[test]
fn never_a_double_number() {
    let place = Place::new();
    place.init("yearly");
    let (mut numbers, mut given, mut refused) = (BTreeSet::new(), 0, 0);
    for _ in 0..15 {
        let words = ["issue", "--count", "20", "--date", "2026-05-03", "--json"];
        let start = || {
            let mut command = place.command(&words);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start")
        };
        for process in [start(), start(), start()] {
            let output = process.wait_with_output().expect("its end");
            let answer = parse(&String::from_utf8(output.stdout).expect("UTF-8"));
            if output.status.success() {
                let data = answer["data"].as_array().expect("numbers");
                numbers.extend(data.iter().map(|number| number["number"].to_string()));
                given += data.len();
            } else {
                assert_eq!(output.status.code(), Some(3), "{answer}");
                assert_eq!(answer["error"]["code"], "database_busy");
                let message = answer["error"]["message"].as_str().unwrap();
                assert!(message.contains("gapless.db") && message.contains("--url"), "{message}");
                refused += 1;
            }
        }
    }
    assert_eq!(numbers.len(), given, "a number was given twice");
    assert!(given >= 15 * 20, "{refused} were refused");
    let verified = place.json(&["verify"]);
    assert_eq!((&verified["valid"], &verified["numbers"]), (&true.into(), &given.into()));
    let next = format!("INV-2026-{:05}\n", given + 1);
    assert_eq!(place.ok(&["preview", "--date", "2026-05-03"]), next);
}

#[test]
fn a_second_server_is_refused() {
    let place = Place::new();
    place.init("yearly");
    let server = place.serve("127.0.0.1:0");
    place.refused(&["serve", "--listen", "127.0.0.1:0"], 3, "database_busy");
    assert_eq!(server.ask("none", "GET", "/healthz", "").0, 200);
}

#[test]
#[cfg(unix)]
fn a_file_that_is_moved_from_under_a_server_is_not_written_to() {
    use std::fs;

    let place = Place::new();
    let keys = place.init("yearly");
    let server = place.serve("127.0.0.1:0");
    let issue = |reference: &str| {
        let body = format!("{{\"reference\":\"{reference}\",\"date\":\"2026-05-03\"}}");
        server.ask(&keys.live, "POST", "/v1/numbers", &body)
    };
    assert_eq!(issue("a").1["number"], "INV-2026-00001");
    let (here, away) = (place.path("gapless.db"), place.path("away.db"));
    fs::rename(&here, &away).unwrap();
    // Nothing stands there, then a database that is older.
    for older in [false, true] {
        if older {
            place.ok(&["init", "--database", "sqlite:other.db"]);
            fs::rename(place.path("other.db"), &here).unwrap();
        }
        let (status, answer) = issue("b");
        assert_eq!((status, &answer["error"]["code"]), (503, &"database_unavailable".into()));
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains("was moved") && message.contains("log"), "{message}");
        assert_eq!(server.ask("none", "GET", "/readyz", "").0, 503);
    }
    fs::rename(&away, &here).unwrap();
    assert_eq!(issue("b").1["number"], "INV-2026-00002");
    assert_eq!(server.ask("none", "GET", "/readyz", "").0, 200);
    assert_eq!(server.stop("TERM").0, Some(0));
    assert_eq!(place.json(&["verify"])["numbers"], 2);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_in_use_is_refused_under_any_other_name() {
    use std::fs;
    use std::os::unix::fs::symlink;

    let place = Place::new();
    let keys = place.init("yearly");
    let server = place.serve("127.0.0.1:0");
    let issue = |reference: &str| {
        let body = format!("{{\"reference\":\"{reference}\",\"date\":\"2026-05-03\"}}");
        server.ask(&keys.live, "POST", "/v1/numbers", &body)
    };
    assert_eq!(issue("a").1["number"], "INV-2026-00001");
    let (here, away) = (place.path("gapless.db"), place.path("away.db"));
    let refused = |name: &str, word: &str| {
        let database = format!("sqlite:{name}");
        for words in
            [["serve", "--listen", "127.0.0.1:0"].as_slice(), &["issue", "--date", "2026-05-03"]]
        {
            let error = place.run(&[words, &["--database", &database, "--json"]].concat());
            assert_eq!(error.code, 3, "{error:?}");
            assert!(error.out.contains("database_busy") || word == "names", "{error:?}");
            assert!(error.out.contains(word), "{error:?}");
        }
    };
    symlink(&here, place.path("link.db")).unwrap();
    refused("link.db", "--url");
    fs::create_dir(place.path("sub")).unwrap();
    symlink("..", place.path("sub/up")).unwrap();
    refused("sub/up/gapless.db", "--url");
    fs::hard_link(&here, place.path("second.db")).unwrap();
    refused("second.db", "another name");
    fs::remove_file(place.path("second.db")).unwrap();
    fs::rename(&here, &away).unwrap();
    refused("away.db", "another name");
    assert!(!place.path("away.db-wal").exists(), "nothing was made beside it");
    // What was answered is in the file once the server has ended, and whoever comes next goes on.
    assert_eq!(issue("b").0, 503);
    assert_eq!(server.stop("TERM").0, Some(0));
    let issue = ["issue", "--database", "sqlite:away.db", "--date", "2026-05-03"];
    assert_eq!(place.ok(&issue), "INV-2026-00002\n");
}

#[test]
#[cfg(unix)]
fn a_file_that_is_overwritten_under_a_server_is_not_written_to() {
    use std::fs;

    let place = Place::new();
    let keys = place.init("yearly");
    let (here, copy) = (place.path("gapless.db"), place.path("copy.db"));
    let issue = ["issue", "--date", "2026-05-03"];
    assert_eq!(place.ok(&issue), "INV-2026-00001\n");
    fs::copy(&here, &copy).unwrap();
    assert_eq!(place.ok(&issue), "INV-2026-00002\n");
    let server = place.serve("127.0.0.1:0");
    let ask = || server.ask(&keys.live, "POST", "/v1/numbers", "{\"date\":\"2026-05-03\"}");
    assert_eq!(ask().1["number"], "INV-2026-00003");
    // As `cp` does it: the same file, with what an older copy says.
    fs::write(&here, fs::read(&copy).unwrap()).unwrap();
    for _ in 0..2 {
        let (status, answer) = ask();
        assert_eq!((status, &answer["error"]["code"]), (503, &"database_unavailable".into()));
    }
    assert_eq!(server.ask("none", "GET", "/readyz", "").0, 503);
    server.stop("TERM");
    assert!(fs::read(&here).unwrap() == fs::read(&copy).unwrap(), "written to");
    // The log that is left is kept from the copy until somebody says which of them is meant.
    let finished = place.run(&issue);
    assert_eq!(finished.code, 3, "{finished:?}");
    assert!(finished.err.contains("move the log away"), "{finished:?}");
    fs::rename(place.path("gapless.db-wal"), place.path("kept-wal")).unwrap();
    assert_eq!(place.ok(&issue), "INV-2026-00002\n");
}
