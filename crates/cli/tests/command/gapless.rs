//! Running the command.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// A directory of its own to run in.
pub(crate) struct Place {
    directory: TempDir,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A server that is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// Its address, `http://…`.
    pub(crate) url: String,
    /// What it prints behind the address.
    output: BufReader<ChildStdout>,
}

/// The keys of a new account.
pub(crate) struct Keys {
    pub(crate) test: String,
    pub(crate) live: String,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place { directory: tempfile::tempdir().expect("a directory") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("write a file");
        path
    }

    /// The command, set up to run here without anything from this environment.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gapless"));
        command.args(words).current_dir(self.directory.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("GAPLESS_")) {
                command.env_remove(name);
            }
        }
        command.env_remove("COLUMNS");
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Finished {
        finish(self.command(words))
    }

    /// Runs the command, which must succeed, and returns its output.
    pub(crate) fn ok(&self, words: &[&str]) -> String {
        let finished = self.run(words);
        assert_eq!(finished.code, 0, "{words:?}: {finished:?}");
        finished.out
    }

    /// Runs the command with `--json`, which must succeed.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        parse(&self.ok(&[words, &["--json"]].concat()))
    }

    /// Runs the command with `--json`, which must fail with this exit code and error code.
    pub(crate) fn refused(&self, words: &[&str], exit: i32, code: &str) -> Value {
        let finished = self.run(&[words, &["--json"]].concat());
        assert_eq!(finished.code, exit, "{words:?}: {finished:?}");
        let mut answer = parse(&finished.out);
        assert_eq!(answer["error"]["code"], code, "{words:?}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(finished.err.contains(message), "{finished:?}");
        answer["error"].take()
    }

    /// A new database `gapless.db` in a style.
    pub(crate) fn init(&self, style: &str) -> Keys {
        let answer = self.json(&["init", "--numbering", style]);
        let key = |mode: &str| answer["keys"][mode].as_str().expect("a key").to_owned();
        Keys { test: key("test"), live: key("live") }
    }

    /// Serves `gapless.db` at an address.
    pub(crate) fn serve(&self, listen: &str) -> Server {
        Server::start(self.command(&["serve", "--listen", listen]))
    }
}

impl Server {
    /// Starts what serves, and waits until it says where.
    pub(crate) fn start(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("start the server");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let mut url = String::new();
        output.read_line(&mut url).expect("its first line");
        let url = url.trim_end().to_owned();
        assert!(url.starts_with("http://"), "the first line is '{url}'");
        Server { child, url, output }
    }

    /// The address without `http://`.
    pub(crate) fn address(&self) -> &str {
        &self.url["http://".len()..]
    }

    /// The id of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kill the server");
        self.child.wait().expect("the server's end");
    }

    /// The next line that it prints; empty at the end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line
    }

    /// Asks the server to stop; returns its exit code and what else it printed.
    pub(crate) fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &id]).status();
        assert!(sent.expect("kill").success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("the rest of its output");
        (self.child.wait().expect("the server's end").code(), rest)
    }

    /// Sends a request with a JSON body, or without one; returns the status and the answer.
    pub(crate) fn ask(&self, key: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        ask(self.address(), key, method, path, body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// As [`Server::ask`], of whatever listens at an address.
pub(crate) fn ask(address: &str, key: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).expect("connect");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time limit");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("send");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), parse(body))
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command) -> Finished {
    let output = command.output().expect("run the command");
    Finished {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("output in UTF-8"),
        err: String::from_utf8(output.stderr).expect("errors in UTF-8"),
    }
}

pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A file beside these tests.
pub(crate) fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// The whole list of invoices that the excerpt is from, where it is at hand.
pub(crate) fn whole_list() -> Option<String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/online_retail_invoices.csv");
    let path = std::env::var("GAPLESS_RETAIL_CSV").map_or(beside, PathBuf::from);
    path.exists().then(|| path.to_str().expect("a path in UTF-8").to_owned())
}
