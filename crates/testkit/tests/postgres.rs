//! A temporary cluster, from its start to the removal of its last file.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use testkit::postgres::{Durability, Mode, Settings, TemporaryCluster};

/// Set for the process that is killed.
const VICTIM: &str = "GAPLESS_TEST_VICTIM";

fn is_up(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

#[test]
fn it_answers_over_both_ways_and_is_as_durable_as_asked() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    assert_eq!(cluster.ask("SHOW fsync").unwrap(), "on");
    assert_eq!(cluster.ask("SHOW synchronous_commit").unwrap(), "on");
    assert!(is_up(cluster.port()));
    assert_eq!(
        cluster.url(),
        format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.ask("SHOW port").unwrap())
    );
    let version = cluster.ask("SHOW server_version").unwrap();
    let number = version.split(' ').next().unwrap();
    assert!(cluster.installation().version().unwrap().contains(number));
}

#[test]
fn two_live_side_by_side_and_leave_nothing() {
    let first = TemporaryCluster::for_test(Durability::None);
    let second = TemporaryCluster::start(Durability::None).unwrap();
    assert_eq!(first.ask("SHOW fsync").unwrap(), "off");
    first.execute("CREATE TABLE only_here ()").unwrap();
    let tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'";
    assert_eq!(first.ask(tables).unwrap(), "1");
    assert_eq!(second.ask(tables).unwrap(), "0");

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
    assert!(!is_up(port), "the server still runs");
}

#[test]
fn a_killed_test_takes_it_down_too() {
    if std::env::var_os(VICTIM).is_some() {
        hold_until_killed();
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_test_takes_it_down_too", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines().map(Result::unwrap);
    let said = lines.map(|line| line.split_once("cluster ").map(|(_, said)| said.to_owned()));
    let said = said.flatten().next().expect("the victim has a cluster");
    let (port, directory) = said.split_once(' ').unwrap();
    let (port, directory) = (port.parse().unwrap(), Path::new(directory));
    assert!(is_up(port) && directory.exists());

    victim.kill().unwrap();
    victim.wait().unwrap();
    let begin = Instant::now();
    while is_up(port) || directory.exists() {
        assert!(begin.elapsed() < Duration::from_secs(30), "left behind: {said}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[expect(clippy::print_stdout, reason = "the process that kills this one reads it")]
fn hold_until_killed() -> ! {
    // Never dropped, as a value in a `static` is not.
    let cluster = std::mem::ManuallyDrop::new(TemporaryCluster::for_test(Durability::None));
    println!("cluster {} {}", cluster.port(), cluster.socket_directory().display());
    loop {
        thread::park();
    }
}

#[test]
fn it_is_stopped_killed_and_started_again_on_the_same_files() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    cluster.execute("CREATE TABLE kept (n int)").unwrap();
    let port = cluster.port();
    let hurt: [(&str, &dyn Fn()); 3] = [
        ("fast", &|| cluster.stop(Mode::Fast)),
        ("immediate", &|| cluster.stop(Mode::Immediate)),
        ("killed", &|| cluster.kill()),
    ];
    for (count, (name, hurt)) in hurt.into_iter().enumerate() {
        cluster.execute("INSERT INTO kept VALUES (1)").unwrap();
        let before = cluster.process();
        hurt();
        assert_eq!(cluster.process(), None, "{name}");
        assert!(!is_up(port), "{name}: the server still runs");
        assert!(cluster.ask("SELECT 1").is_err(), "{name}");
        cluster.start_again().unwrap();
        assert_ne!(cluster.process(), before, "{name}");
        assert_eq!(cluster.port(), port);
        let kept = cluster.ask("SELECT count(*) FROM kept").unwrap();
        assert_eq!(kept, (count + 1).to_string(), "{name}");
    }
}

#[test]
fn a_standby_has_what_was_answered_and_takes_over() {
    let primary = TemporaryCluster::for_test(Durability::Full);
    let standby = primary.standby().unwrap();
    assert_eq!(standby.ask("SELECT pg_is_in_recovery()").unwrap(), "t");
    let states = "SELECT string_agg(sync_state, ',') FROM pg_stat_replication";
    assert_eq!(primary.ask(states).unwrap(), "sync");
    primary.execute("CREATE TABLE kept (n int)").unwrap();
    assert!(standby.execute("CREATE TABLE refused ()").is_err(), "a standby takes writes");
    for _ in 0..20 {
        primary.execute("INSERT INTO kept VALUES (1)").unwrap();
    }
    primary.kill();
    standby.promote().unwrap();
    assert_eq!(standby.ask("SELECT count(*) FROM kept").unwrap(), "20");
    // It waits for nobody: the standby that the primary waited for was this one.
    standby.execute("INSERT INTO kept VALUES (1)").unwrap();
}

#[test]
fn it_starts_with_settings_rules_and_files() {
    let settings = Settings::new(Durability::None)
        .set("work_mem", "5MB")
        .set("gapless.text", "it's")
        .access("host all postgres 127.0.0.1/32 reject")
        .file("note", "here");
    let cluster = TemporaryCluster::start_with(&settings).unwrap();
    assert_eq!(cluster.ask("SHOW work_mem").unwrap(), "5MB");
    assert_eq!(cluster.ask("SHOW gapless.text").unwrap(), "it's");
    assert_eq!(cluster.ask("SELECT pg_read_file('note')").unwrap(), "here");
    let rules = "SELECT string_agg(auth_method, ',') FROM pg_hba_file_rules";
    assert_eq!(cluster.ask(rules).unwrap(), "trust,trust,reject");
}

#[test]
fn databases_are_made_and_copied_and_clients_ended() {
    let cluster = TemporaryCluster::for_test(Durability::None);
    let url = cluster.create_database("first").unwrap();
    assert_eq!(url, format!("postgres://postgres@127.0.0.1:{}/first", cluster.port()));
    cluster.ask_in("first", "CREATE TABLE kept AS SELECT 7 AS n").unwrap();
    cluster.copy_database("first", "second").unwrap();
    assert_eq!(cluster.ask_in("second", "SELECT n FROM kept").unwrap(), "7");
    let refused = cluster.create_database("second").unwrap_err().to_string();
    assert!(refused.contains("already exists"), "{refused}");

    let port = cluster.port();
    let ended = thread::scope(|scope| {
        let sleeper = scope.spawn(|| cluster.ask_in("second", "SELECT pg_sleep(60)"));
        let active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' \
                      AND pid <> pg_backend_pid()";
        while cluster.ask(active).unwrap() != "1" {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(cluster.terminate_clients().unwrap(), 1);
        sleeper.join().unwrap()
    });
    assert!(ended.unwrap_err().to_string().contains("terminating connection"));
    assert!(is_up(port));
}
