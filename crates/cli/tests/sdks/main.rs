//! The official libraries of the interface that this one equals, unchanged, against a real server:
//! nothing but its address is told to them. And what generates requests from the OpenAPI document,
//! to find answers that it does not tell of.
//!
//! `GAPLESS_TEST_FULL` runs them on PostgreSQL too, and generates more.

#[path = "../command/gapless.rs"]
#[expect(dead_code, reason = "the stage has more than this play needs")]
mod gapless;
mod generated;
mod served;
mod tools;

use std::process::Command;

use crate::served::Served;
use crate::tools::{Tool, finished, sources};

#[test]
fn the_library_for_python() {
    let python = Tool::Python.installed();
    let tests = || {
        let mut command = Command::new(python.join("bin/python"));
        command.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "--tb=short"]);
        command.arg(sources("python")).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    };
    Served::on_each_store(|served| drop(finished(served.known_to(tests()))));
}

#[test]
fn the_library_for_node() {
    let node = Tool::Node.installed();
    let files = sources("node").read_dir().expect("the tests for Node");
    let files = files.map(|file| file.expect("a file").path());
    let files: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".test.js")).collect();
    assert!(!files.is_empty(), "there are no tests for Node");
    let tests = || {
        let mut command = Command::new("node");
        // They share one ledger, which each test empties.
        command.args(["--test", "--test-concurrency=1"]).args(&files);
        command.env("NODE_PATH", node.join("node_modules"));
        command
    };
    Served::on_each_store(|served| drop(finished(served.known_to(tests()))));
}
