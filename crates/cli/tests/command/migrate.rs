//! `gapless migrate`: up to date, elsewhere, and over several servers.

mod slow;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::StoreAccess;
use gapless::DatabaseUrl;
use ledger::Changes;
use ledger::id::LedgerId;
use store::Create;
use testkit::postgres::{Durability, TemporaryCluster};

use self::slow::slow;
use crate::gapless::{Place, data};

/// The server. It ends with the program.
fn cluster() -> &'static TemporaryCluster {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| TemporaryCluster::for_test(Durability::None))
}

/// A database of its own on the server, empty at first.
fn database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("migrate_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    cluster().create_database(&name).expect("a database")
}

/// `gapless.db` with a few hundred numbers of a real list, and a gap.
fn filled() -> Place {
    let place = Place::new();
    place.init("yearly");
    let file = data("online_retail_excerpt.csv");
    let words = ["issue", "--file", &file, "--reference-column", "number", "--date-column", "date"];
    place.ok(&words);
    place.ok(&["issue", "--test", "--date", "2010-12-31"]);
    place
}

fn head(place: &Place, url: &str) -> String {
    place.json(&["trail", "head", "--database", url])["head"].as_str().expect("a hash").to_owned()
}

#[test]
fn a_file_moves_to_a_server_and_back() {
    let (place, server) = (filled(), database());
    let there = place.json(&["migrate", "--from", "sqlite:gapless.db", "--to", &server]);
    assert_eq!(there["object"], "move");
    let ledgers = there["ledgers"].as_array().expect("ledgers");
    assert_eq!(ledgers.len(), 2);
    assert!(ledgers.iter().all(|ledger| ledger["moved"] == true));
    let live = ledgers.iter().find(|ledger| ledger["livemode"] == true).expect("the live one");
    let first = head(&place, "sqlite:gapless.db");
    assert_eq!((live["head"].as_str(), head(&place, &server)), (Some(&*first), first.clone()));
    let verified = place.ok(&["verify", "--database", &server]);
    assert!(verified.contains("Everything holds") && verified.contains(&first), "{verified}");
    assert_eq!(verified, place.ok(&["verify"]));
    // It goes on there, and the way back is another move.
    let next = place.ok(&["issue", "--date", "2010-12-31", "--database", &server]);
    assert_eq!(next, "INV-2010-00161\n");
    let told = place.ok(&["migrate", "--from", &server, "--to", "sqlite:back.db"]);
    assert!(told.starts_with("2 ledgers are moved, and everything holds on both sides."), "{told}");
    assert!(told.contains("gapless serve --database sqlite:back.db"), "{told}");
    assert_eq!(head(&place, "sqlite:back.db"), head(&place, &server));
    let export = |url: &str| place.ok(&["trail", "export", "--database", url]);
    assert_eq!(export("sqlite:back.db"), export(&server));
    // The file that was left behind is refused from now on.
    let words = ["migrate", "--from", "sqlite:gapless.db", "--to", &server];
    let refused = place.refused(&words, 1, "resource_already_exists");
    let message = refused["message"].as_str().expect("a message");
    assert!(message.contains("gone on in the target"), "{message}");
}

#[test]
fn a_move_is_run_again_and_says_that_it_was_done() {
    let place = filled();
    let words = ["migrate", "--from", "sqlite:gapless.db", "--to", "sqlite:other.db"];
    let first = place.ok(&words);
    assert!(first.contains("Rename it"), "{first}");
    let again = place.ok(&words);
    assert!(again.starts_with("Everything was moved before"), "{again}");
    assert_eq!(place.json(&words)["ledgers"][0]["moved"], false);
    assert_eq!(
        place.ok(&["issue", "--date", "2010-12-31", "--database", "sqlite:other.db"]),
        "INV-2010-00161\n"
    );
}

#[test]
fn a_database_in_use_is_not_moved() {
    let (place, server) = (filled(), database());
    let serving = place.serve("127.0.0.1:0");
    let words = ["migrate", "--from", "sqlite:gapless.db", "--to", &server];
    let refused = place.refused(&words, 3, "database_busy");
    assert_eq!(refused["param"], "from");
    let message = refused["message"].as_str().expect("a message");
    assert!(message.contains("Nothing may be issued while"), "{message}");
    assert_eq!(serving.stop("TERM").0, Some(0));
    place.ok(&words);
}

#[test]
fn what_was_meant_otherwise_is_told() {
    let place = filled();
    let refused = |words: &[&str], exit, code| {
        place.refused(&[&["migrate"], words].concat(), exit, code)["param"].clone()
    };
    assert_eq!(refused(&["--from", "sqlite:gapless.db"], 2, "parameter_missing"), "to");
    let same = ["--from", "sqlite:gapless.db", "--to", "sqlite:./gapless.db"];
    assert_eq!(refused(&same, 2, "parameter_invalid"), "to");
    let unknown = ["--from", "gapless.db", "--to", "sqlite:x.db"];
    assert_eq!(refused(&unknown, 2, "parameter_invalid"), "from");
    let missing = ["--from", "sqlite:nowhere.db", "--to", "sqlite:x.db"];
    assert_eq!(refused(&missing, 3, "database_unusable"), "from");
    refused(&["--distribute"], 3, "database_unusable");
    refused(&["--distribute", "--database", &database()], 3, "database_unusable");
    refused(&["--database", "sqlite:nowhere.db"], 3, "database_unusable");
    assert!(!place.path("x.db").exists() && !place.path("nowhere.db").exists());
}

#[test]
fn a_database_is_brought_up_to_date_and_says_its_shape() {
    let (place, server) = (filled(), database());
    let told = place.ok(&["migrate"]);
    assert!(told.starts_with("sqlite:gapless.db is up to date: shape "), "{told}");
    let told = place.json(&["migrate", "--database", &server]);
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    place.refused(&["verify", "--database", &server], 3, "account_missing");
    place.ok(&["init", "--database", &server]);
}

#[test]
fn a_database_on_a_server_gets_its_account_from_init_alone() {
    let (place, server) = (Place::new(), database());
    place.ok(&["migrate", "--database", &server]);
    let list = data("online_retail_excerpt.csv");
    let list = ["import", &list];
    for words in [&["serve", "--listen", "127.0.0.1:0"][..], &["issue"], &list] {
        let refused =
            place.refused(&[words, &["--database", &server]].concat(), 3, "account_missing");
        let message = refused["message"].as_str().expect("a message");
        assert!(message.contains("`gapless init`"), "{message}");
    }
    let told = place.ok(&["init", "--database", &server]);
    // Shown without its parameters, an address may not do.
    assert!(told.ends_with("Now: gapless serve, with the same database URL\n"), "{told}");
    assert!(place.ok(&["issue", "--database", &server]).starts_with("INV-"));
}

#[test]
fn what_a_stopped_move_left_on_a_server_is_not_set_up() {
    let (place, server) = (filled(), database());
    let open = |url: &str, create| {
        let url: DatabaseUrl = url.parse().expect("an address");
        url.open(create, StoreAccess::Write).expect("open")
    };
    let file = format!("sqlite:{}", place.path("gapless.db").display());
    let mut source = open(&file, Create::Never).reader().expect("a reader");
    let series = source.series(LedgerId(1)).expect("read").into_iter().map(Arc::new).collect();
    let part = Changes { series, ..Changes::default() };
    let target = open(&server, Create::WhenMissing);
    target.writer().expect("a writer").restore(&part).expect("restored");
    drop((source, target));
    let refused = place.refused(&["init", "--database", &server], 3, "database_unusable");
    let message = refused["message"].as_str().expect("a message");
    assert!(message.contains("was not finished"), "{message}");
    place.refused(&["serve", "--database", &server], 3, "account_missing");
    place.ok(&["migrate", "--from", "sqlite:gapless.db", "--to", &server]);
    assert_eq!(head(&place, &server), head(&place, "sqlite:gapless.db"));
}

#[test]
fn a_database_is_not_moved_into_itself_under_another_name() {
    let (place, server) = (filled(), database());
    let into_server = ["migrate", "--from", "sqlite:gapless.db", "--to", &server];
    place.ok(&into_server);
    let name = server.rsplit('/').next().expect("a name");
    let (folder, port) = (cluster().socket_directory().display(), cluster().port());
    let alias = format!("postgres://postgres@/{name}?host={folder}&port={port}");
    assert_eq!(head(&place, &alias), head(&place, &server));
    let words = ["migrate", "--from", &server, "--to", &alias];
    let refused = place.refused(&words, 1, "resource_already_exists");
    assert_eq!(refused["param"], "to");
    let message = refused["message"].as_str().expect("a message");
    assert!(message.contains("are one database"), "{message}");
    // What lies in two databases is told from that.
    let again = place.ok(&into_server);
    assert!(again.starts_with("Everything was moved before"), "{again}");
}

#[test]
fn a_source_on_a_server_stays_locked_however_long_it_takes() {
    let (place, server) = (Place::new(), database());
    place.ok(&["init", "--database", &server]);
    for reference in ["a", "b"] {
        place.ok(&["issue", "--database", &server, "--reference", reference]);
    }
    let open = |url: &str, create| {
        let url: DatabaseUrl = url.parse().expect("an address");
        url.open(create, StoreAccess::Write).expect("open")
    };
    let source = open(&server, Create::Never);
    let file = format!("sqlite:{}", place.path("slow.db").display());
    // In all longer than the server lets a transaction of a writer stand still.
    let target = slow(open(&file, Create::WhenMissing), Duration::from_secs(2));
    let progress = engine::Progress::default();
    let moving = std::thread::scope(|scope| {
        let moving = scope.spawn(|| engine::move_ledgers(&source, &target, &progress));
        let name = server.rsplit('/').next().expect("a name");
        // Behind the time at which the server takes locks back from whoever is silent.
        std::thread::sleep(Duration::from_millis(6_500));
        let free = "SELECT count(*)::text FROM \
                    (SELECT ledger_id FROM ledger FOR UPDATE SKIP LOCKED) free";
        assert_eq!(cluster().ask_in(name, free).expect("an answer"), "0");
        moving.join().expect("no panic")
    });
    assert_eq!(moving.expect("moved").len(), 2);
    place.ok(&["issue", "--database", &server, "--reference", "afterwards"]);
}
