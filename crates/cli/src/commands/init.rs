//! `gapless init`: a new database.

use clap::Args;
use engine::{Engine, EngineError, EngineOptions, NewAccount, OpenedAccount, wait};
use gapless::DatabaseUrl;
use ledger::Code;
use ledger::model::HouseStyle;
use numbering::{FiscalYearError, FiscalYearStart};
use serde_json::{Value, json};
use store::Create;

use crate::door;
use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Make a new database with one account
///
/// Prints the account and its keys. The keys are shown only now: the database keeps a hash.
#[derive(Debug, Args)]
#[command(after_help = "Styles:\n  \
    yearly   INV-2026-00001, starts again each year\n  \
    slashed  INV/2026/00001, starts again each year; a void counts as irregular\n  \
    stripe   7FE1103A-0001, never starts again\n\n\
    Example:\n  gapless init --database sqlite:invoices.db --numbering slashed")]
pub(crate) struct Arguments {
    /// The database to set up: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL", default_value = "sqlite:gapless.db")]
    database: String,
    /// How numbers look at the start: yearly, slashed or stripe
    #[arg(long, value_name = "STYLE", default_value = "yearly", value_parser = style)]
    numbering: HouseStyle,
    /// Name of the account, for people
    #[arg(long, default_value = "Account")]
    name: String,
    /// The zone that "today" is found in, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// First day of the fiscal year [default: 01-01]
    #[arg(long, value_name = "MM-DD", value_parser = fiscal_year_start)]
    fiscal_year_start: Option<FiscalYearStart>,
}

/// Makes the database, then prints what nobody can look up later.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let url = &arguments.database;
    let database = door::database_url(url)?;
    let shown = database.to_string();
    // Before there is a file: a refusal leaves none behind.
    arguments.new_account().check().map_err(|error| door::failure(&error))?;
    let engine = door::open_engine(url, Create::WhenMissing, EngineOptions::default())?;
    if is_set_up(&engine)? {
        let message = format!(
            "{shown} is set up already and was left as it is; name another one, or use this one"
        );
        return Err(Failure::refused(Code::ResourceAlreadyExists.text(), message).about("database"));
    }
    let opened = open_account(&engine, arguments.new_account())?;
    engine.shutdown();
    output.either(|| to_json(&opened, &shown, arguments), || to_text(&opened, &database))?;
    Ok(Ending::Done)
}

impl Arguments {
    fn new_account(&self) -> NewAccount {
        NewAccount {
            name: self.name.clone(),
            style: self.numbering,
            time_zone: self.time_zone.clone(),
            fiscal_year_start: self.fiscal_year_start,
            ..NewAccount::default()
        }
    }
}

/// An account as a server makes one that finds an empty database.
pub(crate) fn plain_account() -> NewAccount {
    NewAccount { name: "Account".to_owned(), ..NewAccount::default() }
}

/// Opens the account of a database that was just made, as whoever finds no file makes one; `None`
/// where there is one. A database on a server gets its account from `init` alone: what looks empty
/// may be about to be moved into, or not be the one that was meant.
pub(crate) fn open_where_missing(
    engine: &Engine,
    create: Create,
) -> Result<Option<OpenedAccount>, Failure> {
    if is_set_up(engine)? {
        return Ok(None);
    }
    match create {
        Create::Never => Err(door::failure(&EngineError::NoAccount)),
        Create::WhenMissing => open_account(engine, plain_account()).map(Some),
    }
}

/// Whether a database has an account.
fn is_set_up(engine: &Engine) -> Result<bool, Failure> {
    let accounts = wait(engine.accounts(1)).map_err(|error| door::failure(&error))?;
    Ok(!accounts.is_empty())
}

/// Opens an account.
pub(crate) fn open_account(engine: &Engine, new: NewAccount) -> Result<OpenedAccount, Failure> {
    wait(engine.open_first_account(new)).map_err(|error| door::failure(&error))
}

fn to_json(opened: &OpenedAccount, url: &str, arguments: &Arguments) -> Value {
    json!({
        "account": opened.account.0,
        "keys": { "test": opened.test_key, "live": opened.live_key },
        "database": url,
        "numbering": arguments.numbering.text(),
    })
}

fn to_text(opened: &OpenedAccount, database: &DatabaseUrl) -> String {
    // Shown without its parameters, the address of a server may not be enough to reach it.
    let serve = match database.file() {
        Some(_) => format!("gapless serve --database {database}"),
        None => "gapless serve, with the same database URL".to_owned(),
    };
    format!(
        "{database} is ready.\n\n  account   {}\n  test key  {}\n  live key  {}\n\nKeep the keys; \
         they are not shown again. Now: {serve}\n",
        opened.account.0, opened.test_key, opened.live_key
    )
}

fn style(word: &str) -> Result<HouseStyle, &'static str> {
    HouseStyle::parse(word).ok_or("expected yearly, slashed or stripe")
}

fn fiscal_year_start(text: &str) -> Result<FiscalYearStart, FiscalYearError> {
    text.parse()
}
