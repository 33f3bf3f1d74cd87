//! Two servers on one PostgreSQL database, clients at both, and the proof at the end.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gapless::{Keys, Place, Server, parse};

/// How long whoever waits for something waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The servers' password, which the database does not ask for, so that it could be told by mistake.
const PASSWORD: &str = "swordfish-7447";

/// Whether the long runs are wanted.
pub(crate) fn is_full() -> bool {
    std::env::var_os("GAPLESS_TEST_FULL").is_some()
}

/// Two servers on one database.
pub(crate) struct Stage {
    pub(crate) place: Place,
    pub(crate) keys: Keys,
    /// The database, with a password.
    database: String,
    servers: Vec<Server>,
}

/// Clients at both servers, until they are done.
pub(crate) struct Hammer(Child);

impl Stage {
    /// Sets up the database at a URL without a password, and starts both servers.
    pub(crate) fn on(url: &str) -> Stage {
        let database = url.replace("postgres@", &format!("postgres:{PASSWORD}@"));
        assert_ne!(database, url, "a user to give the password to");
        let place = Place::new();
        let opened = place.json(&["init", "--database", &database]);
        let key = |mode: &str| opened["keys"][mode].as_str().expect("a key").to_owned();
        let keys = Keys { test: key("test"), live: key("live") };
        let mut stage = Stage { place, keys, database, servers: Vec::new() };
        stage.servers = (0..2).map(|_| stage.serve("127.0.0.1:0")).collect();
        stage
    }

    /// One of the servers.
    pub(crate) fn server(&self, which: usize) -> &Server {
        &self.servers[which]
    }

    /// Ends a server as `kill -9` does, and starts it again at the same address.
    pub(crate) fn kill(&mut self, which: usize) {
        let address = self.servers[which].address().to_owned();
        self.servers.remove(which).kill();
        let again = self.serve(&address);
        self.servers.insert(which, again);
    }

    /// Clients that ask both servers for so long.
    pub(crate) fn hammer(&self, during: Duration) -> Hammer {
        self.hammer_with(&self.keys.test, during, &[])
    }

    /// The same, with another key and more words.
    pub(crate) fn hammer_with(&self, key: &str, during: Duration, more: &[&str]) -> Hammer {
        let seconds = during.as_secs().max(1).to_string();
        let [first, second] = [&self.servers[0].url, &self.servers[1].url];
        let words = ["hammer", "--url", first, "--url", second, "--key", key, "--clients", "12"];
        let words = [&words[..], &["--seconds", &seconds, "--json"], more].concat();
        let mut command = self.place.command(&words);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        Hammer(child.expect("start the hammer"))
    }

    /// Everything that was answered is there, once, without a hole; returns the report.
    pub(crate) fn assert_proved(&self, hammer: Hammer) -> Value {
        let report = self.assert_kept(hammer, &["--test"]);
        assert!(report["numbers"].as_u64() > Some(20), "{report}");
        self.assert_nothing_told();
        report
    }

    /// The same of one ledger among several, by the words that `verify` takes.
    pub(crate) fn assert_kept(&self, hammer: Hammer, ledger: &[&str]) -> Value {
        let hammered = hammer.0.wait_with_output().expect("the hammer's end");
        let said = String::from_utf8_lossy(&hammered.stderr);
        let report = String::from_utf8(hammered.stdout).expect("a report in UTF-8");
        assert!(!report.is_empty(), "{said}\n{}", self.log());
        let report = parse(&report);
        let log = || format!("{report}\n{said}\n{}", self.log());
        assert_eq!(report["violations"], Value::Array(Vec::new()), "{}", log());
        assert!(hammered.status.success(), "{}", log());
        assert_eq!((&report["unanswered"], &report["refusals"]), (&0.into(), &parse("[]")));
        for server in report["servers"].as_array().expect("servers") {
            assert_eq!(server["answers_now"], true, "{}", log());
            assert!(server["answered"].as_u64() > Some(5), "{}", log());
        }
        let words = [&["verify", "--database", &self.database], ledger].concat();
        let verified = self.place.json(&words);
        assert_eq!(verified["valid"], true, "{verified}");
        assert_eq!(verified["numbers"], report["numbers"], "{}", log());
        report
    }

    /// Waits until a server says of itself that it is ready, or that it is not; returns how long
    /// that took.
    pub(crate) fn await_ready(&self, which: usize, is_ready: bool) -> Duration {
        let begun = Instant::now();
        loop {
            let (status, answer) = self.server(which).ask("none", "GET", "/readyz", "");
            let expected = if is_ready { 200 } else { 503 };
            if status == expected {
                if !is_ready {
                    let message = answer["error"]["message"].as_str().expect("a remedy");
                    assert!(message.contains("Repeat the request"), "{answer}");
                }
                return begun.elapsed();
            }
            assert!(begun.elapsed() < PATIENCE, "{status} {answer}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until clients of the test ledger have got numbers.
    pub(crate) fn await_numbers(&self) {
        let begun = Instant::now();
        let newest = || self.server(0).ask(&self.keys.test, "GET", "/v1/numbers?limit=1", "").1;
        while newest()["data"][0].is_null() {
            assert!(begun.elapsed() < PATIENCE, "nobody gets a number\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Writes into the log what was done, to be shown with it when something does not hold.
    pub(crate) fn tell(&self, story: &str) {
        let log = OpenOptions::new().create(true).append(true).open(self.place.path("log"));
        writeln!(log.expect("a log"), "{story}").expect("write into the log");
    }

    /// What the servers have logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.place.path("log")).unwrap_or_default()
    }

    fn assert_nothing_told(&self) {
        let log = self.log();
        assert!(!log.contains(PASSWORD), "the log has the password: {log}");
        assert!(!log.contains("panicked"), "{log}");
    }

    fn serve(&self, listen: &str) -> Server {
        let words = ["serve", "--database", &self.database, "--listen", listen];
        let mut command = self.place.command(&words);
        let log = OpenOptions::new().create(true).append(true).open(self.place.path("log"));
        Server::start({
            command.stderr(log.expect("a log"));
            command
        })
    }
}
