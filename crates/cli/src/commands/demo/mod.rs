//! `gapless demo`: something to look at.

mod sample;

use std::sync::Arc;

use clap::Args;
use engine::{
    Clock, Engine, EngineOptions, FixedClock, NewAccount, NewPerson, OpenedAccount, SystemClock,
    wait,
};
use ledger::Actor;
use ledger::model::HouseStyle;
use ledger::role::Role;
use serde_json::json;
use store::Create;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tracing::Level;

use super::{init, serve};
use crate::door;
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;
use crate::scratch::Scratch;

/// Look around: a throw-away database with a year of documents, and the server on it
///
/// The database is removed when the demo stops.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless demo")]
pub(crate) struct Arguments {
    /// Where to listen [default: 127.0.0.1:7447, or a free port where that is taken]
    #[arg(long, value_name = "ADDRESS", value_parser = serve::address)]
    listen: Option<String>,
}

/// Makes the year, then serves it.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    serve::log_to_standard_error(Level::WARN);
    let runtime = serve::runtime()?;
    let listener = listener(&runtime, arguments.listen.as_deref())?;
    let scratch = Scratch::new("demo")?;
    let database = format!("sqlite:{}", scratch.path().join("demo.db").display());
    let opened = fill(&database)?;
    let engine = door::open_engine(&database, Create::Never, EngineOptions::default())?;
    let url = serve::url(&listener)?;
    let password = hire(&engine, &opened)?;
    output.either(
        || {
            let keys = json!({ "test": opened.test_key, "live": opened.live_key });
            let user = json!({ "email": EMAIL, "password": password });
            json!({
                "object": "demo", "url": url, "database": database, "keys": keys, "user": user
            })
        },
        || tour(&url, &opened.live_key, &password),
    )?;
    output.finish()?;
    let outside = serve::Outside { base: url, ..serve::Outside::default() };
    serve::serve(&runtime, listener, &engine, None, outside);
    Ok(Ending::Done)
}

/// Whom the demo is shown as.
const EMAIL: &str = "demo@example.com";
/// Characters of the password, which lives as long as the demo.
const PASSWORD_CHARS: usize = 16;

/// Enters an administrator, and gives the password.
fn hire(engine: &Engine, opened: &OpenedAccount) -> Result<String, Failure> {
    let password = engine.ids().base62(PASSWORD_CHARS);
    let person = NewPerson {
        name: "Alex Sample".to_owned(),
        email: EMAIL.to_owned(),
        role: Role::Administrator,
        password: Some(password.clone()),
    };
    let operator = Actor::Operator("demo".to_owned());
    let made = wait(engine.create_user(opened.account.clone(), operator, person, None));
    made.map_err(|error| door::failure(&error))?;
    Ok(password)
}

fn listener(runtime: &Runtime, asked: Option<&str>) -> Result<TcpListener, Failure> {
    match asked {
        Some(address) => serve::listen(runtime, address),
        None => serve::listen(runtime, serve::DEFAULT_ADDRESS)
            .or_else(|_taken| serve::listen(runtime, "127.0.0.1:0")),
    }
}

/// Makes the database and lives through a year in it.
fn fill(database: &str) -> Result<OpenedAccount, Failure> {
    let spinner = progress::spinner("living through a year");
    let now = SystemClock.now();
    let clock = Arc::new(FixedClock::default());
    clock.set(sample::begin(now));
    let options = EngineOptions { clock: clock.clone(), ..EngineOptions::default() };
    let engine = door::open_engine(database, Create::WhenMissing, options)?;
    let account =
        NewAccount { name: "Demo".to_owned(), style: HouseStyle::Yearly, ..init::plain_account() };
    let opened = init::open_account(&engine, account)?;
    sample::live(&engine, &clock, opened.live, now)?;
    engine.shutdown();
    spinner.finish_and_clear();
    Ok(opened)
}

fn tour(url: &str, key: &str, password: &str) -> String {
    format!(
        "{url}\n\n\
         A year of documents, in a database that goes away when you stop this (Ctrl-C).\n\n\
         Open {url} and sign in:\n  e-mail    {EMAIL}\n  password  {password}\n\n\
         Give a number:\n  curl {url}/v1/numbers -u {key}: -d reference=order-4711\n\n\
         Look around:\n  \
         curl '{url}/v1/numbers?limit=3' -u {key}:     the newest numbers\n  \
         curl {url}/v1/series -u {key}:                the series, with what comes next\n  \
         curl {url}/v1/gaps -u {key}:                  what is missing, and why\n  \
         curl {url}/v1/trail/verify -u {key}:          the proof\n  \
         curl {url}/openapi.json                       the whole interface\n"
    )
}
