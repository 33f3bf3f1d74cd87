//! Databases of earlier releases are brought up to date, and go on where they were.

use std::path::Path;
use std::process::Command;

use store::Create;
use store::contract::release;
use store_postgres::OpenOptions;

use crate::stage::{Database, Stage, cluster};

/// Dumps of databases as releases left them, the oldest first.
const RELEASES: [(&str, &str); 1] = [("0.1.0", include_str!("../releases/0.1.0.sql"))];

#[test]
fn the_database_of_every_release_goes_on() {
    for (release, dump) in RELEASES {
        goes_on(release, dump);
    }
}

/// Puts a dump into a database, and asserts that it is what it was and goes on.
fn goes_on(release: &str, dump: &str) {
    let database = Database::new();
    cluster().ask_in(&database.name, dump).unwrap_or_else(|error| panic!("{release}: {error}"));
    let options = OpenOptions { create: Create::Never, ..OpenOptions::default() };
    let store = database.open(options).unwrap_or_else(|error| panic!("{release}: {error}"));
    release::assert_kept(&store, release);
    release::assert_goes_on(&store, release);
}

/// What the present release leaves. With `GAPLESS_WRITE_RELEASE` it is written among those above,
/// which is done once, before a release.
#[test]
fn the_database_of_the_present_release_goes_on() {
    let dump = present_dump();
    goes_on("the present one", &dump);
    if std::env::var_os("GAPLESS_WRITE_RELEASE").is_some() {
        let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases");
        let path = releases.join(format!("{}.sql", env!("CARGO_PKG_VERSION")));
        std::fs::write(path, dump).expect("write");
    }
}

fn present_dump() -> String {
    let stage = Stage::new();
    release::leave(&stage.store);
    let dump = Command::new(cluster().installation().program("pg_dump"))
        .args(["--inserts", "--no-owner", "--no-privileges", "--dbname", &stage.database.url])
        .output()
        .expect("pg_dump");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let text = String::from_utf8(dump.stdout).expect("text");
    // What speaks to psql or to one version of the server, and what only decorates.
    let kept = text.lines().filter(|line| {
        !line.is_empty() && !["\\", "--", "SET "].iter().any(|begin| line.starts_with(begin))
    });
    let head = format!("-- A database of release {}.\n", env!("CARGO_PKG_VERSION"));
    kept.fold(head, |text, line| text + line + "\n")
}
