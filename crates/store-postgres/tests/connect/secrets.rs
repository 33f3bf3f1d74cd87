//! Where a password comes from, and that it goes nowhere else.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use store_postgres::Use;
use testkit::postgres::{Durability, Settings, TemporaryCluster};

use crate::{SECRET, ask, url};

/// Variables that are set, with their values.
type Set<'a> = &'a [(&'a str, &'a str)];

const USER: &str = "SELECT session_user::text";

/// A cluster that lets `app` in with the secret, and `old` with the same by MD5.
fn cluster() -> TemporaryCluster {
    let settings = Settings::new(Durability::None)
        .set("password_encryption", "scram-sha-256")
        .access("host all app 127.0.0.1/32 scram-sha-256")
        .access("host all old 127.0.0.1/32 md5");
    let cluster = TemporaryCluster::start_with(&settings).unwrap();
    cluster.execute(&format!("CREATE ROLE app LOGIN PASSWORD '{SECRET}'")).unwrap();
    cluster.execute("SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD 'o'").unwrap();
    cluster
}

#[test]
fn a_password_comes_from_each_of_its_places() {
    let cluster = cluster();
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str, mode: u32| {
        let path = files.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let whole = path("whole", &format!("{SECRET}\n"), 0o444);
    let line = format!("localhost:{}:postgres:app:{SECRET}\n", cluster.port());
    let list = path("list", &line, 0o600);
    path(".pgpass", &line, 0o600);
    let home = files.path().to_str().unwrap();
    let said = format!("postgres://app:{SECRET}@localhost:{}/postgres", cluster.port());
    let unsaid = url(&cluster, "app", "");
    let wrong = ("PGPASSWORD", "wrong");
    let table: [(&str, Set); 7] = [
        (&said, &[wrong]),
        (&url(&cluster, "app", &format!("password={SECRET}")), &[wrong]),
        (&unsaid, &[("GAPLESS_DATABASE_PASSWORD_FILE", &whole), wrong]),
        (&unsaid, &[("PGPASSWORD", SECRET), ("HOME", home)]),
        (&unsaid, &[("PGPASSFILE", &list)]),
        (&unsaid, &[("HOME", home)]),
        (&url(&cluster, "app", &format!("passfile={list}")), &[]),
    ];
    for (url, set) in table {
        assert_eq!(ask(url, set, Use::Write, USER).as_deref(), Ok("app"), "{set:?}");
    }
    let old = ask(&url(&cluster, "old", ""), &[("PGPASSWORD", "o")], Use::Write, USER);
    assert_eq!(old.as_deref(), Ok("old"));
}

#[test]
fn a_password_that_is_wrong_or_missing_is_told_by_where_it_came_from() {
    let cluster = cluster();
    let open = tempfile::NamedTempFile::new().unwrap();
    fs::write(open.path(), format!("*:*:*:*:{SECRET}")).unwrap();
    fs::set_permissions(open.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let open = open.path().to_str().unwrap();
    let wrong = format!("wrong{SECRET}");
    let said = format!("postgres://app:{wrong}@localhost:{}/postgres", cluster.port());
    let unsaid = url(&cluster, "app", "");
    let table: [(&str, Set, &str); 5] = [
        (&said, &[], "the password is the address's"),
        (&unsaid, &[("PGPASSWORD", &wrong)], "the password is that of PGPASSWORD"),
        (&unsaid, &[], "no password was given"),
        (&unsaid, &[("PGPASSFILE", open)], "chmod 0600"),
        (&unsaid, &[("GAPLESS_DATABASE_PASSWORD_FILE", "/nowhere/p")], "/nowhere/p"),
    ];
    for (url, set, words) in table {
        let error = ask(url, set, Use::Write, USER).unwrap_err();
        assert!(error.contains(words), "{error}");
        if !words.contains("/nowhere") {
            let place = format!("localhost:{}", cluster.port());
            assert!(
                error.contains(&place) && error.contains("database postgres as app"),
                "{error}"
            );
        }
    }
}

#[test]
fn a_password_is_in_no_error_whatever_is_wrong() {
    let cluster = cluster();
    let port = cluster.port();
    for url in [
        format!("postgres://app:{SECRET}@nowhere.invalid/postgres"),
        format!("postgres://app:{SECRET}@localhost:1/postgres"),
        format!("postgres://app:{SECRET}@localhost:{port}/absent"),
        format!("postgres://nobody:{SECRET}@localhost:{port}/postgres"),
        format!("postgres://app:{SECRET}@localhost:{port}/postgres?sslmode=require"),
        format!("postgres://app:{SECRET}@localhost:{port}/postgres?options=-c%20nothing%3D1"),
        format!("postgres://app:{SECRET}@localhost:{port}/postgres?unknown=1"),
        format!("postgres://app:{SECRET}@@localhost:{port}/postgres"),
        format!("postgres://app:{SECRET}"),
        format!("app:{SECRET}@localhost"),
    ] {
        // `ask` itself looks for the secret in everything that it gets to see.
        let error = ask(&url, &[], Use::Write, USER).unwrap_err();
        assert!(!error.is_empty());
    }
}
