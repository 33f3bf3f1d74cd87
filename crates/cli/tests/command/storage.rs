//! Disks that are full and directories that may only be read.
//!
//! Whoever may do everything is refused nothing, so these run as an unprivileged user where the
//! tests run as root.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::gapless::{Finished, Place, finish, parse};

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

    fn run(&self, directory: &Path, words: &[&str]) -> Finished {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(directory).env_clear();
        if self.is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        finish(command)
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
