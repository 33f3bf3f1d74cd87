//! A ledger in a database that this process has open.

use std::path::Path;

use engine::{
    AccountView, Engine, EngineError, EngineOptions, GapQuery, Kept, NumberQuery, OpenedAccount,
    Part, Preview, StoreAccess, StoreFailureKind, TrailHead, wait,
};
use gapless::DatabaseUrl;
use ledger::command::{Item, LockMove, SeriesRef};
use ledger::id::{AccountId, CustomerId, GapId, LedgerId, Position, SeriesId};
use ledger::limits::REASON_CHARS_MAX;
use ledger::model::{Kind, Mode, Settings};
use ledger::{Action, Actor, Code, Outcome, Refusal};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Create, Page};
use wire::answer;

use crate::commands::init::open_where_missing;

use super::{DatabaseArguments, Listed, PAGE, PreviewRequest};
use crate::failure::Failure;
use crate::scratch::Scratch;

/// An open database, and the ledger in it.
pub(crate) struct Database {
    pub(crate) engine: Engine,
    pub(crate) account: AccountId,
    pub(crate) ledger: LedgerId,
    pub(crate) mode: Mode,
}

/// Numbers, trail entries, and lines beside them, read at once.
const NUMBERS: u32 = 1_000;
const ENTRIES: u32 = 1_000;
const LINES: u32 = 1_000;

/// The database that a URL names.
pub(crate) fn database_url(url: &str) -> Result<DatabaseUrl, Failure> {
    let parsed: Result<DatabaseUrl, gapless::Error> = url.parse();
    parsed.map_err(|error| Failure::usage("parameter_invalid", error.to_string()).about("database"))
}

/// Opens the engine on the database that a URL names.
pub(crate) fn open_engine(
    url: &str,
    create: Create,
    options: EngineOptions,
) -> Result<Engine, Failure> {
    let store = database_url(url)?.open(create, options.access).map_err(of_library)?;
    Engine::start(store, options).map_err(|error| failure(&error))
}

/// What to do where there is no database: a file is made as it is needed, a server's database is
/// set up by `init` alone, since several who need it may come at once.
pub(crate) fn create_when_missing(url: &str) -> Result<Create, Failure> {
    Ok(match database_url(url)?.file() {
        Some(_) => Create::WhenMissing,
        None => Create::Never,
    })
}

/// The account that was named, or the only one of the database.
fn account_of(engine: &Engine, named: Option<&str>) -> Result<AccountView, Failure> {
    let Some(id) = named else {
        return wait(engine.default_account()).map_err(|error| failure(&error));
    };
    let found = wait(engine.account(AccountId(id.to_owned()))).map_err(|error| failure(&error))?;
    found.ok_or_else(|| {
        let message = format!("the database has no account '{id}'; expected acct_ and 16 letters");
        Failure::refused(Code::ResourceMissing.text(), message).about("account")
    })
}

impl Database {
    /// Opens the database and finds the ledger.
    pub(crate) fn open(
        arguments: &DatabaseArguments,
        access: StoreAccess,
    ) -> Result<Database, Failure> {
        let options = EngineOptions { access, ..EngineOptions::default() };
        let engine = open_engine(&arguments.database, Create::Never, options)?;
        let account = account_of(&engine, arguments.account.as_deref())?;
        let mode = if arguments.test { Mode::Test } else { Mode::Live };
        let ledger = account.ledger(mode);
        Ok(Database { engine, account: account.account, ledger, mode })
    }

    /// Opens the database; one that is not there is made, as `serve` makes it, and `tell` hears of
    /// it: whoever meant another file must not take its numbers for those of a new one.
    pub(crate) fn open_or_make(
        arguments: &DatabaseArguments,
        tell: impl FnOnce(&str),
    ) -> Result<Database, Failure> {
        let url = &arguments.database;
        let create = create_when_missing(url)?;
        let engine = open_engine(url, create, EngineOptions::default())?;
        if let Some(OpenedAccount { account, .. }) = open_where_missing(&engine, create)? {
            let shown = database_url(url)?;
            tell(&format!(
                "{shown} is new, with account {account}. Keys for a server: `gapless key create`."
            ));
        }
        drop(engine);
        Database::open(arguments, StoreAccess::Write)
    }

    /// Opens the database to decide something on it and to write nothing. Where a file is still to
    /// be made, it is an account like the one that would be made with it, in a file that goes away
    /// with the scratch; `tell` hears of that.
    pub(crate) fn open_or_pretend(
        arguments: &DatabaseArguments,
        tell: impl FnOnce(&str),
    ) -> Result<(Option<Scratch>, Database), Failure> {
        let url = database_url(&arguments.database)?;
        let directory = url.file().and_then(Path::parent);
        let has_room =
            directory.is_some_and(|found| found.as_os_str().is_empty() || found.is_dir());
        if !has_room || arguments.settings()?.is_some() {
            return Ok((None, Database::open(arguments, StoreAccess::Read)?));
        }
        let scratch = Scratch::new("rehearsal")?;
        let database = format!("sqlite:{}", scratch.path().join("gapless.db").display());
        let pretended = DatabaseArguments { database, ..arguments.clone() };
        let opened = Database::open_or_make(&pretended, |_| ())?;
        tell(&format!("{url} has no account yet. It would be made, and is not now."));
        Ok((Some(scratch), opened))
    }

    /// Runs a command as whoever has the database.
    pub(crate) fn run(&self, action: Action) -> Result<Outcome, Failure> {
        let command = self.engine.command(self.ledger, operator(), action);
        self.engine.execute_blocking(command).map_err(|error| failure(&error))
    }

    pub(super) fn issue(
        &self,
        items: Vec<Item>,
        series: Option<&str>,
    ) -> Result<Vec<Value>, Failure> {
        match self.run(Action::Issue(self.of_series(items, series)?))? {
            Outcome::Issued(views) => {
                views.iter().map(|view| to_value(&answer::number(view, self.mode))).collect()
            }
            other => Err(defect(&other)),
        }
    }

    /// Decides what the items would come to, and forgets it.
    pub(super) fn rehearse(&self, items: Vec<Item>, series: Option<&str>) -> Result<(), Failure> {
        let items = self.of_series(items, series)?;
        let views = self.engine.preview_items(self.ledger, items).wait();
        views.map(drop).map_err(|error| failure(&error))
    }

    fn of_series(&self, mut items: Vec<Item>, series: Option<&str>) -> Result<Vec<Item>, Failure> {
        if let Some(series) = series.map(|text| self.series(text)).transpose()? {
            items.iter_mut().for_each(|item| item.series = Some(series.clone()));
        }
        Ok(items)
    }

    pub(crate) fn preview(&self, request: &PreviewRequest) -> Result<Value, Failure> {
        let preview = Preview {
            series: request.series.as_deref().map(|text| self.series(text)).transpose()?,
            kind: request.kind.as_deref().map(kind).transpose()?,
            customer: request.customer.clone().map(CustomerId),
            dates: request.date.into_iter().collect(),
            count: request.count as usize,
            ..Preview::default()
        };
        let views = self.engine.preview(self.ledger, preview).wait();
        let views = views.map_err(|error| failure(&error))?;
        to_value(&answer::PreviewAnswer::new(&views, self.mode))
    }

    pub(super) fn gaps(
        &self,
        series: Option<&str>,
        after: Option<&str>,
    ) -> Result<Listed, Failure> {
        let query = GapQuery {
            part: Part {
                series: series.map(|text| self.series(text)).transpose()?,
                ..Part::default()
            },
            ..GapQuery::default()
        };
        let starting_after = after.map(|text| self.gap(text)).transpose()?;
        let page = Page { starting_after, ending_before: None, limit: PAGE };
        let page = self.engine.gaps(self.ledger, query, page).wait();
        let page = page.map_err(|error| failure(&error))?;
        let each = page.data.iter().map(|view| to_value(&answer::Gap::new(view, self.mode)));
        Ok(Listed { data: each.collect::<Result<_, _>>()?, has_more: page.has_more })
    }

    pub(super) fn explain_gap(&self, gap: &str, text: &str) -> Result<Value, Failure> {
        match self.run(Action::ExplainGap(self.gap(gap)?, text.to_owned()))? {
            Outcome::Explained(view) => to_value(&answer::Gap::new(&view, self.mode)),
            other => Err(defect(&other)),
        }
    }

    pub(super) fn locks(&self) -> Result<Value, Failure> {
        to_value(&answer::Locks::new(&self.settings()?, self.mode))
    }

    /// What holds for the whole ledger.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        self.engine.locks(self.ledger).wait().map_err(|error| failure(&error))
    }

    pub(super) fn move_locks(&self, change: LockMove) -> Result<Value, Failure> {
        match self.run(Action::MoveLocks(change))? {
            Outcome::Locks(settings) => to_value(&answer::Locks::new(&settings, self.mode)),
            other => Err(defect(&other)),
        }
    }

    pub(super) fn trail(&self, after: Option<u64>) -> Result<Listed, Failure> {
        let from = after.map_or(0, |index| index + 1);
        let page = self.engine.trail(self.ledger, from, ENTRIES).wait();
        let page = page.map_err(|error| failure(&error))?;
        let each = page.entries.iter();
        let each =
            each.map(|stored| to_value(&answer::TrailEntry::new(&stored.sealed, stored.lines)));
        Ok(Listed { data: each.collect::<Result<_, _>>()?, has_more: page.has_more })
    }

    pub(super) fn numbers(&self, after: Option<&str>) -> Result<Listed, Failure> {
        let starting_after = after.and_then(Position::parse).map(|(_, position)| position);
        let page = Page { starting_after, ending_before: None, limit: NUMBERS };
        let page = self.engine.numbers(self.ledger, NumberQuery::default(), page).wait();
        let page = page.map_err(|error| failure(&error))?;
        let each = page.data.iter().map(|view| to_value(&answer::number(view, self.mode)));
        Ok(Listed { data: each.collect::<Result<_, _>>()?, has_more: page.has_more })
    }

    pub(super) fn trail_head(&self) -> Result<Value, Failure> {
        let head = self.engine.trail_head(self.ledger).wait().map_err(|error| failure(&error))?;
        Ok(json!({ "object": "trail_head", "entries": head.count, "head": head.hash.to_string() }))
    }

    pub(super) fn trail_anchor(&self, kept: TrailHead) -> Result<Value, Failure> {
        let anchor = self.engine.trail_anchor(self.ledger, Some(kept)).wait();
        let (head, became) = anchor.map_err(|error| failure(&error))?;
        let found = match became {
            Some(Kept::Part) => Some(kept.hash),
            Some(Kept::Differs(hash)) => Some(hash),
            Some(Kept::Gone) | None => None,
        };
        let anchor = answer::TrailAnchor::new(self.engine.now(), head.count, head.hash);
        to_value(&anchor.beside(kept.count, kept.hash, found))
    }

    pub(super) fn trail_lines(&self, index: u64, from: u64) -> Result<Vec<Vec<u8>>, Failure> {
        let lines = self.engine.trail_lines(self.ledger, index, from, LINES).wait();
        lines.map_err(|error| failure(&error))
    }

    pub(super) fn gap(&self, text: &str) -> Result<GapId, Failure> {
        match GapId::parse(text) {
            Some((ledger, gap)) if ledger == self.ledger => Ok(gap),
            _ => {
                let message =
                    format!("there is no gap '{text}' in this ledger; `gapless gaps` lists them");
                Err(Failure::refused(Code::ResourceMissing.text(), message).about("explain"))
            }
        }
    }

    pub(super) fn series(&self, text: &str) -> Result<SeriesRef, Failure> {
        match SeriesId::parse(text) {
            Some((ledger, id)) if ledger == self.ledger => Ok(SeriesRef::Id(id)),
            Some(_) => {
                let message = format!("there is no series '{text}' in this ledger");
                Err(Failure::refused(Code::ResourceMissing.text(), message).about("series"))
            }
            None => Ok(SeriesRef::Name(text.to_owned())),
        }
    }
}

/// Who acts on a database without a key.
pub(crate) fn operator() -> Actor {
    let name = std::env::var("USER").or(std::env::var("LOGNAME")).unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect();
    Actor::Operator(if name.is_empty() { "operator".to_owned() } else { name })
}

/// The kind of document that a word names.
pub(crate) fn kind(word: &str) -> Result<Kind, Failure> {
    Kind::parse(word).ok_or_else(|| {
        let message = format!(
            "'{word}' is no kind of document; expected lower-case letters, digits and _, such as \
             invoice or credit_note"
        );
        Failure::usage("parameter_invalid", message).about("kind")
    })
}

/// What the engine says, as a failure of a command.
pub(crate) fn failure(error: &EngineError) -> Failure {
    let message = error.to_string();
    match error {
        EngineError::Refused(refusal) => refused(refusal),
        EngineError::Overloaded => Failure::service("rate_limit", message),
        EngineError::Stopped => Failure::service("shutting_down", message),
        EngineError::NoAccount => Failure::service("account_missing", message).about("database"),
        EngineError::SeveralAccounts(_) => {
            let message = format!("{message} by --account");
            Failure::service("account_ambiguous", message).about("account")
        }
        EngineError::Store(problem) => store_failure(problem.kind, message),
        EngineError::ReadOnly | EngineError::Defect(_) => {
            Failure::service("internal_error", message)
        }
    }
}

fn of_library(error: gapless::Error) -> Failure {
    failure(&EngineError::from(error))
}

fn store_failure(kind: StoreFailureKind, message: String) -> Failure {
    let code = match kind {
        StoreFailureKind::Busy => "database_busy",
        StoreFailureKind::Unusable => "database_unusable",
        StoreFailureKind::Storage => "database_storage",
        StoreFailureKind::Conflict | StoreFailureKind::InDoubt | StoreFailureKind::Database => {
            "database_unavailable"
        }
    };
    Failure::service(code, message).about("database")
}

fn refused(refusal: &Refusal) -> Failure {
    let failure = Failure::refused(refusal.code.text(), &*refusal.message);
    match &refusal.param {
        Some(param) => failure.about(param),
        None => failure,
    }
}

pub(super) fn to_value(answer: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(answer)
        .map_err(|error| Failure::service("internal_error", error.to_string()))
}

pub(super) fn defect(outcome: &Outcome) -> Failure {
    let message = format!("a defect in Gapless: a command came to {outcome:?}");
    Failure::service("internal_error", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_is_made_when_it_is_missing() {
        let of = |url: &str| create_when_missing(url);
        assert_eq!(of("sqlite:gapless.db").unwrap(), Create::WhenMissing);
        assert_eq!(of("postgres://app@host/shop").unwrap(), Create::Never);
        let refused = of("gapless.db").unwrap_err();
        assert!(refused.message.contains("sqlite:PATH"), "{}", refused.message);
    }
}
