//! A temporary cluster, from its start to the removal of its last file.

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::Command;

use testkit::postgres::{Durability, TemporaryCluster};

fn ask(cluster: &TemporaryCluster, host: &str, sql: &str) -> String {
    let output = Command::new(cluster.installation().program("psql"))
        .args(["-X", "-A", "-t", "-U", "postgres", "-d", "postgres", "-h", host, "-c", sql])
        .args(["-p", &cluster.port().to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn it_answers_over_both_ways_and_is_as_durable_as_asked() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let socket = cluster.socket_directory().to_str().unwrap().to_owned();
    assert_eq!(ask(&cluster, "127.0.0.1", "SHOW fsync"), "on");
    assert_eq!(ask(&cluster, &socket, "SHOW synchronous_commit"), "on");
    assert_eq!(
        cluster.url(),
        format!("postgres://postgres@127.0.0.1:{}/postgres", ask(&cluster, &socket, "SHOW port"))
    );
    let version = ask(&cluster, &socket, "SHOW server_version");
    let number = version.split(' ').next().unwrap();
    assert!(cluster.installation().version().unwrap().contains(number));
}

#[test]
fn two_live_side_by_side_and_leave_nothing() {
    let first = TemporaryCluster::for_test(Durability::None);
    let second = TemporaryCluster::start(Durability::None).unwrap();
    assert_eq!(ask(&first, "127.0.0.1", "SHOW fsync"), "off");
    ask(&first, "127.0.0.1", "CREATE TABLE only_here ()");
    let tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'";
    assert_eq!(ask(&first, "127.0.0.1", tables), "1");
    assert_eq!(ask(&second, "127.0.0.1", tables), "0");

    let directories = [&first, &second].map(|cluster| cluster.socket_directory().to_path_buf());
    drop((first, second));
    for directory in directories {
        assert!(!directory.exists(), "{} was left behind", directory.display());
    }
}

#[test]
fn a_panic_takes_it_down_too() {
    let cluster = TemporaryCluster::for_test(Durability::None);
    let directory: PathBuf = cluster.socket_directory().to_path_buf();
    let port = cluster.port();
    let outcome = panic::catch_unwind(AssertUnwindSafe(move || {
        let held = cluster;
        assert_eq!(held.port(), 0, "planted");
    }));
    assert!(outcome.is_err());
    assert!(!directory.exists());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server still runs");
}
