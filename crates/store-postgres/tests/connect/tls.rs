//! Every mode against servers with TLS and without.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use store_postgres::Use;
use testkit::postgres::{Durability, Settings, TemporaryCluster};

use crate::authority::{Authority, Certified, self_signed};
use crate::{SECRET, ask, url};

/// Whether the connection that asks is encrypted.
const ENCRYPTED: &str = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

/// A file that clients read.
fn written(directory: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn with_certificate(server: &Certified) -> Settings {
    Settings::new(Durability::None).tls(&server.certificate, &server.key)
}

/// Connects as `user` and says `encrypted`, `plain`, or why not.
fn way(cluster: &TemporaryCluster, user: &str, parameters: &str) -> String {
    match ask(&url(cluster, user, parameters), &[], Use::Write, ENCRYPTED).as_deref() {
        Ok("true") => "encrypted".to_owned(),
        Ok(_) => "plain".to_owned(),
        Err(error) => error.to_owned(),
    }
}

fn check(cluster: &TemporaryCluster, table: &[(&str, &str, &str)]) {
    for (user, parameters, expected) in table {
        let way = way(cluster, user, parameters);
        assert!(way.contains(expected), "{user}, {parameters}: {way}, not {expected}");
    }
}

#[test]
fn every_mode_does_what_libpq_does() {
    let authority = Authority::new("Books");
    let other = Authority::new("Other");
    let files = tempfile::tempdir().unwrap();
    let root = written(files.path(), "root.crt", &authority.pem(), 0o644);
    let root = format!("sslrootcert={}", root.display());
    let wrong = written(files.path(), "wrong.crt", &other.pem(), 0o644);
    let wrong = format!("sslrootcert={}", wrong.display());
    let settings = with_certificate(&authority.certify("server", &["localhost"]))
        .access("host all either 127.0.0.1/32 trust")
        .access("hostssl all with 127.0.0.1/32 trust")
        .access("hostnossl all without 127.0.0.1/32 trust");
    let cluster = TemporaryCluster::start_with(&settings).unwrap();
    for user in ["either", "with", "without"] {
        cluster.execute(&format!("CREATE ROLE \"{user}\" LOGIN")).unwrap();
    }
    let verify = |mode: &str, root: &str| format!("sslmode={mode}&{root}");
    check(
        &cluster,
        &[
            ("either", "", "encrypted"),
            ("either", "sslmode=disable", "plain"),
            ("either", "sslmode=allow", "plain"),
            ("either", "sslmode=prefer", "encrypted"),
            ("either", "sslmode=require", "encrypted"),
            ("either", "sslmode=require&ssl_max_protocol_version=TLSv1.2", "encrypted"),
            ("either", "sslmode=require&ssl_min_protocol_version=TLSv1.3", "encrypted"),
            ("either", &verify("verify-ca", &root), "encrypted"),
            ("either", &verify("verify-full", &root), "encrypted"),
            ("with", "sslmode=disable", "no pg_hba.conf entry"),
            ("with", "sslmode=allow", "encrypted"),
            ("with", "sslmode=prefer", "encrypted"),
            ("with", "sslmode=require", "encrypted"),
            ("without", "sslmode=allow", "plain"),
            ("without", "sslmode=prefer", "plain"),
            ("without", "sslmode=require", "no pg_hba.conf entry"),
            // With a root certificate the authority is proved in every mode that encrypts.
            ("either", &verify("require", &wrong), "authority that is not trusted"),
            ("either", &verify("verify-ca", &wrong), "authority that is not trusted"),
            ("either", &verify("verify-full", &wrong), "authority that is not trusted"),
            ("either", &verify("prefer", &wrong), "plain"),
            ("with", &verify("prefer", &wrong), "authority that is not trusted"),
            ("either", &verify("allow", &wrong), "plain"),
            ("either", "sslmode=verify-ca", "sslrootcert=system"),
            ("either", "sslmode=verify-full", "sslrootcert=system"),
            ("either", "sslmode=require&sslrootcert=/nowhere/root.crt", "/nowhere/root.crt"),
            ("either", "sslrootcert=system", "authority that is not trusted"),
        ],
    );
    // The certificate is for `localhost`: its address is another name.
    let elsewhere = |mode: &str| {
        let url = url(&cluster, "either", &verify(mode, &root)).replace("localhost", "127.0.0.1");
        ask(&url, &[], Use::Write, ENCRYPTED)
    };
    assert_eq!(elsewhere("verify-ca").as_deref(), Ok("true"));
    let refused = elsewhere("verify-full").unwrap_err();
    assert!(refused.contains("for another host") && refused.contains("subjectAltName"));
    // Where a host is found is another thing than its name.
    let found =
        url(&cluster, "either", &format!("{}&hostaddr=127.0.0.1", verify("verify-full", &root)));
    assert_eq!(ask(&found, &[], Use::Write, ENCRYPTED).as_deref(), Ok("true"));
}

#[test]
fn a_socket_is_never_encrypted_and_a_server_without_tls_is_told() {
    let cluster = TemporaryCluster::for_test(Durability::None);
    check(
        &cluster,
        &[
            ("postgres", "sslmode=allow", "plain"),
            ("postgres", "sslmode=prefer", "plain"),
            ("postgres", "sslmode=require", "does not take TLS, which sslmode=require asks for"),
        ],
    );
    let directory = cluster.socket_directory().display();
    let port = cluster.port();
    let socket =
        format!("postgres://postgres@/postgres?host={directory}&port={port}&sslmode=require");
    // Over a socket there is no row of encryption that says yes.
    assert_eq!(ask(&socket, &[], Use::Write, ENCRYPTED).as_deref(), Ok("false"));
}

#[test]
fn a_certificate_is_judged_by_its_dates_and_by_whether_it_is_trusted_itself() {
    let authority = Authority::new("Books");
    let files = tempfile::tempdir().unwrap();
    let own = self_signed("localhost", false);
    let own_expired = self_signed("localhost", true);
    let expired = authority.certify_expired("localhost");
    for (name, server, root, expected) in [
        ("own", &own, own.certificate.clone(), "encrypted"),
        ("own, expired", &own_expired, own_expired.certificate.clone(), "has expired"),
        ("expired", &expired, authority.pem(), "has expired"),
        ("not the own", &own, authority.pem(), "calls itself an authority"),
    ] {
        let root = written(files.path(), "root.crt", &root, 0o644);
        let cluster = TemporaryCluster::start_with(&with_certificate(server)).unwrap();
        let verify = format!("sslmode=verify-full&sslrootcert={}", root.display());
        let found = way(&cluster, "postgres", &verify);
        assert!(found.contains(expected), "{name}: {found}");
        assert_eq!(way(&cluster, "postgres", "sslmode=require"), "encrypted", "{name}");
    }
}

#[test]
fn a_client_is_known_by_its_certificate() {
    let authority = Authority::new("Books");
    let clients = Authority::new("Clients");
    let shown = clients.certify("shown", &[]);
    let other = clients.certify("other", &[]);
    let stranger = authority.certify("shown", &[]);
    let settings = with_certificate(&authority.certify("server", &["localhost"]))
        .client_authority(&clients.pem())
        .access("hostssl all shown 127.0.0.1/32 cert");
    let cluster = TemporaryCluster::start_with(&settings).unwrap();
    cluster.execute("CREATE ROLE shown LOGIN").unwrap();
    let files = tempfile::tempdir().unwrap();
    let show = |name: &str, client: &Certified, mode: u32| {
        let certificate = written(files.path(), &format!("{name}.crt"), &client.certificate, 0o644);
        let key = written(files.path(), &format!("{name}.key"), &client.key, mode);
        format!("sslmode=require&sslcert={}&sslkey={}", certificate.display(), key.display())
    };
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let locked = Certified { certificate: shown.certificate.clone(), key: encrypted.to_owned() };
    check(
        &cluster,
        &[
            ("shown", &show("shown", &shown, 0o600), "encrypted"),
            ("shown", "sslmode=require", "client certificate"),
            ("shown", &show("other", &other, 0o600), "certificate authentication failed"),
            ("shown", &show("stranger", &stranger, 0o600), "TLS failed"),
            ("shown", &show("open", &shown, 0o644), "chmod 0600"),
            ("shown", &show("locked", &locked, 0o600), "openssl pkey"),
            ("shown", "sslmode=require&sslcert=/nowhere/a&sslkey=/nowhere/b", "/nowhere/a"),
        ],
    );
    // The user's own files are found where libpq finds them.
    let home = files.path().join(".postgresql");
    fs::create_dir(&home).unwrap();
    written(&home, "postgresql.crt", &shown.certificate, 0o644);
    written(&home, "postgresql.key", &shown.key, 0o600);
    written(&home, "root.crt", &authority.pem(), 0o644);
    let set = [("HOME", files.path().to_str().unwrap())];
    let url = url(&cluster, "shown", "sslmode=verify-full");
    assert_eq!(ask(&url, &set, Use::Write, ENCRYPTED).as_deref(), Ok("true"));
}

#[test]
fn a_password_is_bound_to_the_encryption() {
    let authority = Authority::new("Books");
    let settings = with_certificate(&authority.certify("server", &["localhost"]))
        .set("password_encryption", "scram-sha-256")
        .access("host all bound 127.0.0.1/32 scram-sha-256");
    let cluster = TemporaryCluster::start_with(&settings).unwrap();
    cluster.execute(&format!("CREATE ROLE bound LOGIN PASSWORD '{SECRET}'")).unwrap();
    let set = [("PGPASSWORD", SECRET)];
    for (parameters, expected) in [
        ("sslmode=require&channel_binding=require", Ok("true")),
        ("sslmode=require&channel_binding=disable", Ok("true")),
        ("sslmode=disable", Ok("false")),
        ("sslmode=disable&channel_binding=require", Err("channel_binding=prefer")),
    ] {
        let answer = ask(&url(&cluster, "bound", parameters), &set, Use::Write, ENCRYPTED);
        match expected {
            Ok(way) => assert_eq!(answer.as_deref(), Ok(way), "{parameters}"),
            Err(words) => assert!(answer.unwrap_err().contains(words), "{parameters}"),
        }
    }
}

#[test]
fn tls_is_begun_at_once_where_the_server_can() {
    let authority = Authority::new("Books");
    let settings = with_certificate(&authority.certify("server", &["localhost"]));
    let cluster = TemporaryCluster::start_with(&settings).unwrap();
    let found = way(&cluster, "postgres", "sslmode=require&sslnegotiation=direct");
    // PostgreSQL can since 17; one before takes the first bytes for another protocol.
    let version: u32 = cluster.ask("SHOW server_version_num").unwrap().parse().unwrap();
    let expected = if version >= 170_000 { "encrypted" } else { "closed" };
    assert!(found.contains(expected), "{found}");
}
