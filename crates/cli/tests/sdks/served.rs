//! The servers that are asked.

use std::path::PathBuf;
use std::process::Command;

use testkit::postgres::{Durability, TemporaryCluster};

use crate::gapless::{Place, Server};

/// A server on a new database whose numbers look as callers of that interface expect.
pub(crate) struct Served {
    pub(crate) server: Server,
    pub(crate) account: String,
    pub(crate) test_key: String,
    live_key: String,
    /// A key that may only read.
    reader_key: String,
    /// A server that takes on one request a second, and its key.
    limited: (Server, String),
    // Behind the server, which must end first.
    _cluster: Option<TemporaryCluster>,
    place: Place,
    _other_place: Place,
}

impl Served {
    fn on_sqlite() -> Served {
        Served::start("sqlite:gapless.db", None)
    }

    fn on_postgres() -> Served {
        let cluster = TemporaryCluster::for_test(Durability::None);
        Served::start(&cluster.url(), Some(cluster))
    }

    /// Does the same on every store that is to be tried.
    pub(crate) fn on_each_store(work: impl Fn(&Served)) {
        work(&Served::on_sqlite());
        if is_full() {
            work(&Served::on_postgres());
        }
    }

    /// Tells a program where the server is, and whom it may ask as.
    pub(crate) fn known_to(&self, mut program: Command) -> Command {
        program.env("GAPLESS_SDK_URL", &self.server.url);
        program.env("GAPLESS_SDK_TEST_KEY", &self.test_key);
        program.env("GAPLESS_SDK_LIVE_KEY", &self.live_key);
        program.env("GAPLESS_SDK_READER_KEY", &self.reader_key);
        program.env("GAPLESS_SDK_LIMITED_URL", &self.limited.0.url);
        program.env("GAPLESS_SDK_LIMITED_KEY", &self.limited.1);
        program
    }

    /// A path in the directory that the server runs in.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path(name)
    }

    fn start(database: &str, cluster: Option<TemporaryCluster>) -> Served {
        let place = Place::new();
        let made = place.json(&["init", "--numbering", "stripe", "--database", database]);
        let text = |pointer: &str| made.pointer(pointer).and_then(|text| text.as_str());
        let text = |pointer: &str| text(pointer).expect("a text").to_owned();
        let words = ["key", "create", "--test", "--role", "auditor", "--database", database];
        let reader_key = place.json(&words)["secret"].as_str().expect("a key").to_owned();
        let words = ["serve", "--listen", "127.0.0.1:0", "--database", database];
        let other_place = Place::new();
        let limited_key = other_place.init("stripe").test;
        let limits = ["serve", "--listen", "127.0.0.1:0", "--rate-limit", "1"];
        Served {
            server: Server::start(place.command(&words)),
            account: text("/account"),
            test_key: text("/keys/test"),
            live_key: text("/keys/live"),
            _cluster: cluster,
            reader_key,
            limited: (Server::start(other_place.command(&limits)), limited_key),
            place,
            _other_place: other_place,
        }
    }
}

/// Whether there is time for everything.
pub(crate) fn is_full() -> bool {
    std::env::var_os("GAPLESS_TEST_FULL").is_some()
}
