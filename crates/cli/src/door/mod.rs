//! The ledger that a command works on: in a database that it opens itself, or behind a server.
//!
//! Both answer in the shapes of the HTTP interface, so that a command and its `--json` are the
//! same whichever it is.

mod books;
mod database;
mod item;
mod proof;
mod series;
mod server;
mod walk;

use std::io::ErrorKind;

use clap::Args;
use engine::{StoreAccess, TrailHead};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::command::{Item, LockMove};
use ledger::model::Settings;
use serde_json::{Map, Value};

pub(crate) use self::database::{
    Database, create_when_missing, database_url, failure, kind, open_engine, operator,
};
pub(crate) use self::walk::{goes_back, walk};
use crate::client::Client;
use crate::failure::Failure;

/// Which database, and which of its ledgers.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Where")]
pub(crate) struct DatabaseArguments {
    /// The database: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL", default_value = "sqlite:gapless.db")]
    pub(crate) database: String,
    /// Which account, where the database has several
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Work on the test ledger instead of the live one
    #[arg(long)]
    pub(crate) test: bool,
}

/// Which server, if any.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Where")]
pub(crate) struct ServerArguments {
    /// Use the running server at this address instead of opening the database
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// An API key of that server, which also says which ledger
    #[arg(long, value_name = "KEY", hide_env_values = true)]
    pub(crate) key: Option<String>,
}

/// Where a command works.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
}

/// The way to a ledger.
pub(crate) enum Door {
    /// A database that this process has open.
    Database(Database),
    /// A server that has it open.
    Server(Client),
}

/// What a preview is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct PreviewRequest {
    pub(crate) series: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) date: Option<Date>,
    pub(crate) count: u32,
}

/// What a statement is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct StatementRequest {
    pub(crate) series: Option<String>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) format: Format,
}

/// How a statement is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Json,
    Csv,
    Html,
}

/// A page of a list, in the list's order.
pub(crate) struct Listed {
    pub(crate) data: Vec<Value>,
    pub(crate) has_more: bool,
}

/// Entries of a page.
pub(crate) const PAGE: u32 = 100;

impl Place {
    /// Opens the way.
    pub(crate) fn open(&self, access: StoreAccess) -> Result<Door, Failure> {
        match &self.server.url {
            None => Database::open(&self.database, access).map(Door::Database),
            Some(url) => self.client(url).map(Door::Server),
        }
    }

    /// Opens the way to write; a database that is not there is made.
    pub(crate) fn open_or_make(&self, tell: impl FnOnce(&str)) -> Result<Door, Failure> {
        match &self.server.url {
            None => Database::open_or_make(&self.database, tell).map(Door::Database),
            Some(url) => self.client(url).map(Door::Server),
        }
    }

    /// The time zone of the account; that of a new one where it is still to be made.
    pub(crate) fn time_zone(&self) -> Result<TimeZone, Failure> {
        match &self.server.url {
            None => self.database.time_zone(),
            Some(url) => zone(&server::time_zone(&self.client(url)?)?),
        }
    }

    fn client(&self, url: &str) -> Result<Client, Failure> {
        if self.database.test && self.server.key.as_deref().is_some_and(is_live) {
            let message = "--test asks for the test ledger, but the key opens the live one; give \
                           the test key";
            return Err(Failure::usage("parameter_invalid", message).about("key"));
        }
        Client::new(url, self.server.key.as_deref())
    }
}

/// That there is no such number.
fn no_number(number: &str) -> Failure {
    let message = format!("there is no number '{number}' in this ledger");
    Failure::refused(ledger::Code::ResourceMissing.text(), message).about("number")
}

impl DatabaseArguments {
    /// The settings of the account; `None` where it is still to be made, as whoever writes into a
    /// file that is not there, or has nothing in it, makes it.
    pub(crate) fn settings(&self) -> Result<Option<Settings>, Failure> {
        match Database::open(self, StoreAccess::Read) {
            Ok(database) => database.settings().map(Some),
            Err(failure) if failure.code == "account_missing" => Ok(None),
            Err(_) if self.is_to_be_made()? => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The time zone of the account; that of a new one where it is still to be made.
    pub(crate) fn time_zone(&self) -> Result<TimeZone, Failure> {
        time_zone(self.settings()?.as_ref())
    }

    fn is_to_be_made(&self) -> Result<bool, Failure> {
        let url = database_url(&self.database)?;
        let Some(file) = url.file() else { return Ok(false) };
        Ok(match std::fs::metadata(file) {
            Ok(found) => found.len() == 0,
            Err(error) => error.kind() == ErrorKind::NotFound,
        })
    }
}

/// The time zone of an account with these settings; that of a new one where there are none yet.
pub(crate) fn time_zone(settings: Option<&Settings>) -> Result<TimeZone, Failure> {
    settings.map_or(Ok(TimeZone::UTC), |settings| zone(&settings.time_zone))
}

fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name).map_err(|_| {
        let message = format!(
            "the account's time zone is {name}, which this program does not know; use a newer one"
        );
        Failure::service("internal_error", message)
    })
}

fn is_live(key: &str) -> bool {
    key.contains("_live_")
}

impl Door {
    /// Gives numbers of a series, all or none, as number objects in the order of the items. The
    /// series is named by its id or name; without one it is that of each item's kind.
    pub(crate) fn issue(
        &self,
        items: Vec<Item>,
        series: Option<&str>,
    ) -> Result<Vec<Value>, Failure> {
        match self {
            Door::Database(database) => database.issue(items, series),
            Door::Server(client) => server::issue(client, &items, series),
        }
    }

    /// Refuses what [`Door::issue`] would refuse now, and gives no number.
    pub(crate) fn rehearse(&self, items: Vec<Item>, series: Option<&str>) -> Result<(), Failure> {
        match self {
            Door::Database(database) => database.rehearse(items, series),
            Door::Server(client) => server::rehearse(client, &items, series),
        }
    }

    /// What would be issued.
    pub(crate) fn preview(&self, request: &PreviewRequest) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.preview(request),
            Door::Server(client) => server::preview(client, request),
        }
    }

    /// A page of gaps, newest first, behind the one with an id.
    pub(crate) fn gaps(
        &self,
        series: Option<&str>,
        after: Option<&str>,
    ) -> Result<Listed, Failure> {
        match self {
            Door::Database(database) => database.gaps(series, after),
            Door::Server(client) => server::gaps(client, series, after),
        }
    }

    /// The statement of what is irregular: as JSON, or as a text in the format.
    pub(crate) fn statement(&self, asked: &StatementRequest) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.statement(asked),
            Door::Server(client) => server::statement(client, asked),
        }
    }

    /// Closes a period, or says what that would come to.
    pub(crate) fn close_period(
        &self,
        end: Date,
        explanations: &Map<String, Value>,
        dry_run: bool,
    ) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.close_period(end, explanations, dry_run),
            Door::Server(client) => server::close_period(client, end, explanations, dry_run),
        }
    }

    /// Why a number is what it is; the number by its text or its id.
    pub(crate) fn why(&self, number: &str) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.why(number),
            Door::Server(client) => server::why(client, number),
        }
    }

    /// Explains a gap, which is then answered.
    pub(crate) fn explain_gap(&self, gap: &str, text: &str) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.explain_gap(gap, text),
            Door::Server(client) => server::explain_gap(client, gap, text),
        }
    }

    /// The lock dates.
    pub(crate) fn locks(&self) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.locks(),
            Door::Server(client) => client.get("/v1/locks"),
        }
    }

    /// Moves the lock dates, which are then answered.
    pub(crate) fn move_locks(&self, change: LockMove) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.move_locks(change),
            Door::Server(client) => server::move_locks(client, &change),
        }
    }

    /// Proves the ledger.
    pub(crate) fn verify(&self) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.verify(),
            Door::Server(client) => client.get_patiently("/v1/trail/verify"),
        }
    }

    /// Looks through the whole database; answers what is damaged.
    pub(crate) fn examine(&self) -> Result<Vec<String>, Failure> {
        match self {
            Door::Database(database) => database.examine(),
            Door::Server(_) => {
                let message = "a server does not look through its database; name that itself";
                Err(Failure::usage("parameters_exclusive", message).about("deep"))
            }
        }
    }

    /// A page of numbers, newest given first, behind the one with an id.
    pub(crate) fn numbers(&self, after: Option<&str>) -> Result<Listed, Failure> {
        match self {
            Door::Database(database) => database.numbers(after),
            Door::Server(client) => server::numbers(client, after),
        }
    }

    /// Where the trail ends: its entries and the last one's hash.
    pub(crate) fn trail_head(&self) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.trail_head(),
            Door::Server(client) => server::trail_head(client),
        }
    }

    /// The head of the trail, beside one that was kept elsewhere.
    pub(crate) fn trail_anchor(&self, kept: TrailHead) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.trail_anchor(kept),
            Door::Server(client) => server::trail_anchor(client, kept),
        }
    }

    /// Lines kept beside a trail entry, from a line on; none behind the last.
    pub(crate) fn trail_lines(&self, index: u64, from: u64) -> Result<Vec<Vec<u8>>, Failure> {
        match self {
            Door::Database(database) => database.trail_lines(index, from),
            Door::Server(_) => Err(server::lines_stay(index)),
        }
    }

    /// A page of the trail behind the entry with an index, or from the start.
    pub(crate) fn trail(&self, after: Option<u64>) -> Result<Listed, Failure> {
        match self {
            Door::Database(database) => database.trail(after),
            Door::Server(client) => server::trail(client, after),
        }
    }
}
