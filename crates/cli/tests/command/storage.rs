//! Disks that are full and directories that may only be read.
//!
//! Whoever may do everything is refused nothing, so these run as an unprivileged user where the
//! tests run as root.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use std::time::{Duration, Instant};

use crate::gapless::{Finished, Place, Server, finish, parse};

const NOBODY: u32 = 65_534;

/// The command in a directory of another user.
struct Unprivileged {
    place: Place,
    program: PathBuf,
    is_root: bool,
}

impl Unprivileged {
    fn new() -> Unprivileged {
        let place = Place::new();
        let is_root = fs::metadata("/proc/self")
            .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let program = place.path("gapless");
        fs::copy(env!("CARGO_BIN_EXE_gapless"), &program).expect("copy the command");
        let unprivileged = Unprivileged { place, program, is_root };
        unprivileged.open_to_all(&unprivileged.place.path(""));
        unprivileged
    }

    fn directory(&self, name: &str) -> PathBuf {
        let path = self.place.path(name);
        fs::create_dir(&path).expect("make a directory");
        self.open_to_all(&path);
        path
    }

    fn open_to_all(&self, path: &Path) {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("set permissions");
    }

    fn command(&self, directory: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(directory).env_clear();
        if self.is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn run(&self, directory: &Path, words: &[&str]) -> Finished {
        finish(self.command(directory, words))
    }

    fn refused(&self, directory: &Path, words: &[&str]) -> String {
        let finished = self.run(directory, &[words, &["--json"]].concat());
        assert_eq!(finished.code, 3, "{words:?}: {finished:?}");
        let error = parse(&finished.out)["error"].clone();
        let code = error["code"].as_str().expect("a code");
        assert!(code.starts_with("database_"), "{error}");
        error["message"].as_str().expect("a message").to_owned()
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set permissions");
}

#[test]
fn a_directory_that_may_only_be_read() {
    let nobody = Unprivileged::new();
    let directory = nobody.directory("fixed");
    assert_eq!(nobody.run(&directory, &["init"]).code, 0);
    assert_eq!(nobody.run(&directory, &["issue", "--date", "2026-05-03"]).code, 0);
    let file = directory.join("gapless.db");
    let before = fs::read(&file).expect("the database");
    set_mode(&directory, 0o555);
    let listed = || fs::read_dir(&directory).expect("a directory").count();
    let files = listed();
    let message = nobody.refused(&directory, &["init", "--database", "sqlite:new.db"]);
    assert!(message.contains("new.db"), "{message}");
    let message = nobody.refused(&directory, &["issue", "--date", "2026-05-03"]);
    assert!(message.contains("gapless.db"), "{message}");
    assert_eq!(listed(), files);
    assert!(fs::read(&file).expect("the database") == before, "the file was changed");
    set_mode(&directory, 0o777);
    let next = nobody.run(&directory, &["issue", "--date", "2026-05-03"]);
    assert_eq!(next.out, "INV-2026-00002\n", "{next:?}");
}

#[test]
fn a_file_that_may_only_be_read() {
    let nobody = Unprivileged::new();
    let directory = nobody.directory("sealed");
    assert_eq!(nobody.run(&directory, &["init"]).code, 0);
    let file = directory.join("gapless.db");
    let before = fs::read(&file).expect("the database");
    set_mode(&file, 0o444);
    let message = nobody.refused(&directory, &["issue", "--date", "2026-05-03"]);
    assert!(message.contains("gapless.db"), "{message}");
    assert!(fs::read(&file).expect("the database") == before, "the file was changed");
}

#[test]
fn what_may_only_be_read_is_verified_and_exported() {
    let nobody = Unprivileged::new();
    let directory = nobody.directory("archive");
    assert_eq!(nobody.run(&directory, &["init"]).code, 0);
    assert_eq!(nobody.run(&directory, &["issue", "--date", "2026-05-03"]).code, 0);
    let file = directory.join("gapless.db");
    let before = fs::read(&file).expect("the database");
    let listed = || fs::read_dir(&directory).expect("a directory").count();
    let files = listed();
    for (of_file, of_directory) in [(0o444, 0o777), (0o444, 0o555), (0o644, 0o555)] {
        set_mode(&file, of_file);
        set_mode(&directory, of_directory);
        for words in [&["verify", "--json"][..], &["verify", "--deep", "--json"]] {
            let verified = nobody.run(&directory, words);
            let report = parse(&verified.out);
            assert_eq!((&report["valid"], &report["numbers"]), (&true.into(), &1.into()));
        }
        let exported = nobody.run(&directory, &["trail", "export"]);
        assert!(exported.code == 0 && exported.out.lines().count() > 2, "{exported:?}");
        let message = nobody.refused(&directory, &["issue", "--date", "2026-05-03"]);
        assert!(message.contains("right to write"), "{message}");
        set_mode(&directory, 0o777);
        set_mode(&file, 0o644);
        assert_eq!(listed(), files, "something was left beside it");
    }
    assert!(fs::read(&file).expect("the database") == before, "the file was changed");
}

#[test]
fn a_database_in_use_is_verified_by_whoever_may_only_read_it() {
    let nobody = Unprivileged::new();
    let directory = nobody.directory("used");
    assert_eq!(nobody.run(&directory, &["init"]).code, 0);
    let key = parse(&nobody.run(&directory, &["key", "create", "--json"]).out);
    let server = Server::start(nobody.command(&directory, &["serve", "--listen", "127.0.0.1:0"]));
    let secret = key["secret"].as_str().expect("a key");
    let (status, _) = server.ask(secret, "POST", "/v1/numbers", r#"{"date":"2026-05-03"}"#);
    assert_eq!(status, 200);
    let files = ["gapless.db", "gapless.db-wal", "gapless.db-shm", "gapless.db-lock"];
    for name in files {
        set_mode(&directory.join(name), 0o444);
    }
    set_mode(&directory, 0o555);
    // The number is in the log, and nowhere else yet.
    let verified = nobody.run(&directory, &["verify", "--json"]);
    assert_eq!(parse(&verified.out)["numbers"], 1, "{verified:?}");
    set_mode(&directory, 0o777);
}

/// A small file system of its own, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: &Path) -> Option<SmallDisk> {
        let disk = SmallDisk(path.to_owned());
        disk.mount_as("size=1m,mode=777").then_some(disk)
    }

    fn grow(&self) {
        assert!(self.mount_as("remount,size=32m,mode=777"));
    }

    fn mount_as(&self, options: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&self.0);
        mount.output().is_ok_and(|output| output.status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).output());
    }
}

#[test]
fn a_full_disk() {
    let nobody = Unprivileged::new();
    let directory = nobody.directory("disk");
    let Some(disk) = SmallDisk::mount(&directory) else {
        eprintln!("NOT RUN: a small disk can only be mounted by root, with the right to mount");
        return;
    };
    let files = || fs::read_dir(&directory).expect("a directory").count();
    let filler = directory.join("filler");
    fs::write(&filler, vec![0; 2 << 20].as_slice()).expect_err("the disk is full");
    for words in [&["init"][..], &["issue", "--date", "2026-05-03"], &["serve"]] {
        let message = nobody.refused(&directory, words);
        assert!(message.contains("gapless.db"), "{message}");
        assert_eq!(files(), 1, "{words:?} left a file");
    }
    fs::remove_file(&filler).expect("make room");
    assert_eq!(nobody.run(&directory, &["init"]).code, 0);
    let mut given = 0;
    let message = loop {
        let words = ["issue", "--count", "200", "--date", "2026-05-03"];
        let finished = nobody.run(&directory, &words);
        if finished.code != 0 {
            break nobody.refused(&directory, &words);
        }
        given += 200;
        assert!(given < 100_000, "the disk never became full");
    };
    assert!(given > 0 && message.contains("gapless.db"), "{given}: {message}");
    disk.grow();
    let next = nobody.run(&directory, &["issue", "--date", "2026-05-03"]);
    assert_eq!(next.out, format!("INV-2026-{:05}\n", given + 1), "{next:?}");
    let verified = nobody.run(&directory, &["verify", "--json"]);
    assert_eq!(parse(&verified.out)["numbers"], given + 1, "{verified:?}");
}

#[test]
fn a_server_without_room_is_not_ready_before_anybody_asks_for_a_number() {
    let nobody = Unprivileged::new();
    let directory = nobody.directory("disk");
    let Some(_disk) = SmallDisk::mount(&directory) else {
        eprintln!("NOT RUN: a small disk can only be mounted by root, with the right to mount");
        return;
    };
    assert_eq!(nobody.run(&directory, &["init"]).code, 0);
    let server = Server::start(nobody.command(&directory, &["serve", "--listen", "127.0.0.1:0"]));
    let ready = || server.ask("none", "GET", "/readyz", "").0;
    let filler = directory.join("filler");
    fs::write(&filler, vec![0; 2 << 20].as_slice()).expect_err("the disk is full");
    assert_eq!(ready(), 503);
    fs::remove_file(&filler).expect("make room");
    let begun = Instant::now();
    while ready() != 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "room is not noticed");
        std::thread::sleep(Duration::from_millis(300));
    }
}
