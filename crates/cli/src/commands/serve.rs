//! `gapless serve`: the server.

mod telling;

use std::io;
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::Replica;
use clap::Args;
use engine::{Engine, EngineError, EngineOptions, OpenedAccount, StoreAccess, wait};
use pdf::Press;
use serde_json::json;
use store::Create;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::MissedTickBehavior;
use tracing::Level;
use webhooks::address::{AddressRules, Network};
use webhooks::client::{ClientOptions, check_url};
use webhooks::{Worker, WorkerOptions};

use super::init::open_where_missing;
use super::pdf::press;
use crate::door;
use crate::failure::{Ending, Failure};
use crate::output::Output;
use telling::Telling;

/// How long after what is due was looked for it is looked for again.
const CLOCK_PAUSE: Duration = Duration::from_secs(1);

/// Serve the HTTP interface
///
/// The first line on standard output is the address. A new SQLite file is set up by itself; its
/// keys are then printed, once. A database on PostgreSQL is set up by `gapless init`. SIGTERM and
/// SIGINT stop the server after it has answered what it accepted.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    gapless serve --database sqlite:invoices.db --listen 127.0.0.1:7447")]
pub(crate) struct Arguments {
    /// The database: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL", default_value = "sqlite:gapless.db")]
    database: String,
    /// Read lists and reports from this standby of the database: postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL")]
    read_database: Option<String>,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = DEFAULT_ADDRESS, value_parser = address)]
    listen: String,
    /// Where the outside finds this server, for addresses in what it tells:
    /// https://invoices.example.com
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// A network of your own that webhooks may be sent to, as often as needed: 10.20.0.0/16
    #[arg(long, value_name = "NETWORK")]
    webhook_network: Vec<Network>,
    /// An origin whose pages may ask this server, as often as needed: https://books.example.com
    #[arg(long, value_name = "ORIGIN")]
    cors_origin: Vec<String>,
    /// Requests a second that are taken on from one account and mode; 0 is as many as come
    #[arg(long, value_name = "COUNT", default_value_t = api::Rates::default().live)]
    rate_limit: u32,
    /// Requests a second that are taken on from one account and mode at one address
    #[arg(long, value_name = "COUNT", default_value_t = api::Rates::default().operation)]
    address_rate_limit: u32,
    /// Print documents with the templates of this directory; see `gapless pdf template`
    #[arg(long, value_name = "DIRECTORY")]
    templates: Option<PathBuf>,
    /// What to log on standard error: error, warn, info or debug
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    log: Level,
}

/// Where a server listens unless it is told otherwise.
pub(crate) const DEFAULT_ADDRESS: &str = "127.0.0.1:7447";

/// Serves until it is told to stop.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    log_to_standard_error(arguments.log);
    let runtime = runtime()?;
    let listener = listen(&runtime, &arguments.listen)?;
    let press = Arc::new(press(arguments.templates.as_deref())?);
    let create = door::create_when_missing(&arguments.database)?;
    let engine = door::open_engine(&arguments.database, create, EngineOptions::default())?;
    let opened = open_where_missing(&engine, create)?;
    let replica = match &arguments.read_database {
        Some(url) => Some(replica(url, output)?),
        None => None,
    };
    let url = url(&listener)?;
    let public_url = arguments.public_url.clone();
    let base = public_url.as_deref().unwrap_or(&url).trim_end_matches('/').to_owned();
    let start = start_link(&engine, &base)?;
    output.either(
        || announcement(&url, opened.as_ref(), start.as_deref()),
        || greeting(&url, opened.as_ref(), start.as_deref()),
    )?;
    output.finish()?;
    if let (None, Some(start)) = (&opened, &start) {
        output.note(&format!("gapless: nobody can sign in yet. Begin at {start}"));
    }
    let outside = Outside {
        base,
        public_url,
        networks: arguments.webhook_network.clone(),
        origins: arguments.cors_origin.clone(),
        rates: api::Rates {
            live: arguments.rate_limit,
            test: arguments.rate_limit,
            operation: arguments.address_rate_limit,
        },
        press,
    };
    serve(&runtime, listener, &engine, replica, outside);
    Ok(Ending::Done)
}

/// How the server meets the outside.
#[derive(Default)]
pub(crate) struct Outside {
    /// Where the outside finds the server, without a slash at its end: what webhooks say.
    pub(crate) base: String,
    /// The same where it was told; without it an answer says where its request found the server.
    pub(crate) public_url: Option<String>,
    /// Networks beside the public ones that webhooks may be sent to.
    pub(crate) networks: Vec<Network>,
    /// Origins whose pages may ask.
    pub(crate) origins: Vec<String>,
    /// How much is taken on in a second.
    pub(crate) rates: api::Rates,
    /// What makes the PDFs of documents.
    pub(crate) press: Arc<Press>,
}

/// Serves an engine and delivers its webhooks until a signal comes; then what was accepted is
/// answered, and what is on its way is delivered.
pub(crate) fn serve(
    runtime: &Runtime,
    listener: TcpListener,
    engine: &Engine,
    replica: Option<Replica>,
    outside: Outside,
) {
    let Outside { base, public_url, networks, origins, rates, press } = outside;
    let rules = AddressRules { allowed: networks };
    let counted = Arc::new(webhooks::Counts::default());
    let pages = admin::Setup {
        door: Arc::new(admin::EngineDoor(engine.clone())),
        public_url: public_url.clone(),
        url_refusal: Some(url_refusal(rules.clone())),
    };
    let pages = admin::router(engine.clone(), pages);
    let setup = api::Setup {
        replica,
        public_url,
        origins,
        rates,
        press,
        url_refusal: Some(url_refusal(rules.clone())),
        counts: Some(counts(Arc::clone(&counted))),
        ..api::Setup::default()
    };
    let router = admin::beside(pages, api::router_set_up(engine.clone(), setup));
    let client = ClientOptions { rules, ..ClientOptions::default() };
    let options = WorkerOptions { client, counts: counted, ..WorkerOptions::default() };
    let telling = Arc::new(Telling { base });
    runtime.block_on(async {
        let worker = Worker::start(engine.clone(), telling, options);
        let clock = tokio::spawn(watch_the_clock(engine.clone()));
        api::serve(listener, router, told_to_stop()).await;
        // What it had begun is done all the same; the rest is found by the next one.
        clock.abort();
        worker.stop().await;
    });
    engine.shutdown();
}

/// Why an endpoint is refused, by the rules that deliveries are held to.
fn url_refusal(rules: AddressRules) -> api::UrlRefusal {
    Arc::new(move |url, mode| check_url(url, mode, &rules).err().map(|failure| failure.to_string()))
}

/// What the worker counts, as `/metrics` shows it.
fn counts(counts: Arc<webhooks::Counts>) -> api::Counts {
    Arc::new(move || {
        let lateness = u64::try_from(counts.late_ms()).unwrap_or_default();
        let lines = [
            ("delivered_total", "Webhooks that were taken.", "counter", counts.delivered()),
            ("failed_total", "Attempts at webhooks that failed.", "counter", counts.failed()),
            ("given_up_total", "Webhooks that were given up.", "counter", counts.given_up()),
            ("in_hand", "Webhooks being sent.", "gauge", counts.in_hand()),
            ("late_milliseconds", "How late webhooks were begun last.", "gauge", lateness),
        ];
        let line = |(name, help, kind, value)| {
            let name = format!("gapless_webhooks_{name}");
            format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n")
        };
        lines.map(line).concat()
    })
}

/// Does what the clock asks for, time and again: drafts finalize by themselves, and what is due is
/// told.
async fn watch_the_clock(engine: Engine) {
    let mut tick = tokio::time::interval(CLOCK_PAUSE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = engine.wake().await {
            tracing::warn!(%error, "what is due cannot be done; trying again");
        }
    }
}

/// The standby that a URL names. That it is away is told, and no reason not to serve.
fn replica(url: &str, output: &Output) -> Result<Replica, Failure> {
    let database = door::database_url(url).map_err(|failure| failure.about("read_database"))?;
    if database.file().is_some() {
        let message = "--read-database takes a standby on PostgreSQL; a file has none";
        return Err(Failure::usage("parameter_invalid", message).about("read_database"));
    }
    let shown = database.to_string();
    let replica = Replica::new(move || {
        let store = database.open(Create::Never, StoreAccess::Read)?;
        let options = EngineOptions { access: StoreAccess::Read, ..EngineOptions::default() };
        Engine::start(store, options)
    });
    if let Err(error) = replica.connect() {
        output.note(&format!(
            "gapless: {shown} cannot be read ({error}). Everything is read from the database \
             that is written to, and this one is tried again."
        ));
    }
    Ok(replica)
}

/// What futures run on.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| {
        Failure::service("internal_error", format!("cannot start the server's threads: {error}"))
    })
}

/// An address to listen at, `HOST:PORT`. Whether this machine has it is told by whoever listens.
pub(crate) fn address(text: &str) -> Result<String, &'static str> {
    let parts = text.rsplit_once(':').map(|(host, port)| (host, port.parse::<u16>()));
    let is_host = |host: &str| match host.strip_prefix('[') {
        // An address of version 6 has colons of its own.
        Some(rest) => rest.strip_suffix(']').is_some_and(|v6| v6.parse::<Ipv6Addr>().is_ok()),
        None => !host.is_empty() && !host.contains([':', '/', ' ']),
    };
    match parts {
        Some((host, Ok(_))) if is_host(host) => Ok(text.to_owned()),
        _ => Err("expected HOST:PORT of this machine, such as 127.0.0.1:7447"),
    }
}

/// Listens at an address.
pub(crate) fn listen(runtime: &Runtime, address: &str) -> Result<TcpListener, Failure> {
    runtime.block_on(TcpListener::bind(address)).map_err(|error| {
        let remedy = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "; stop what listens there, or choose another with --listen"
            }
            _ => "; expected HOST:PORT of this machine, such as 127.0.0.1:7447",
        };
        let message = format!("cannot listen at {address}: {error}{remedy}");
        Failure::service("address_unavailable", message).about("listen")
    })
}

/// The URL of what listens.
pub(crate) fn url(listener: &TcpListener) -> Result<String, Failure> {
    let address = listener.local_addr();
    let address = address.map_err(|error| {
        Failure::service("address_unavailable", format!("the socket has no address: {error}"))
    })?;
    Ok(format!("http://{address}"))
}

/// Lets the parts that tell what they do tell it on standard error.
pub(crate) fn log_to_standard_error(level: Level) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
        // A line that cannot be written, as where the log lies on the disk that is full, is let
        // go: complaining about it on the same standard error would panic in place of an answer.
        .log_internal_errors(false)
        .init();
}

/// Ends when the process is told to end.
async fn told_to_stop() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        // Without handlers a signal ends the process by itself.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Where the first administrator comes in, while there is none: once, and until the server ends.
fn start_link(engine: &Engine, base: &str) -> Result<Option<String>, Failure> {
    let account = match wait(engine.default_account()) {
        Ok(account) => account.account,
        // Among several, whoever has the database says whose people they are: `gapless user add`.
        Err(EngineError::SeveralAccounts(_)) => return Ok(None),
        Err(error) => return Err(door::failure(&error)),
    };
    let token = wait(engine.first_start(account)).map_err(|error| door::failure(&error))?;
    Ok(token.map(|token| format!("{base}/start/{token}")))
}

fn announcement(
    url: &str,
    opened: Option<&OpenedAccount>,
    start: Option<&str>,
) -> serde_json::Value {
    let mut announcement = json!({ "object": "server", "url": url });
    if let Some(opened) = opened {
        announcement["account"] = json!(opened.account.0);
        announcement["keys"] = json!({ "test": opened.test_key, "live": opened.live_key });
    }
    if let Some(start) = start {
        announcement["start"] = json!(start);
    }
    announcement
}

fn greeting(url: &str, opened: Option<&OpenedAccount>, start: Option<&str>) -> String {
    let Some(opened) = opened else { return format!("{url}\n") };
    let start = start.map(|start| format!("  begin at  {start}\n")).unwrap_or_default();
    format!(
        "{url}\n\nThe database is new.\n\n{start}  account   {}\n  test key  {}\n  live key  {}\n\n\
         Keep the keys; they are not shown again.\n",
        opened.account.0, opened.test_key, opened.live_key
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_of_webhooks_has_its_help_and_its_type() {
        let text = counts(Arc::default())();
        assert!(text.contains("gapless_webhooks_delivered_total 0\n"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, _) = line.split_once(' ').expect("a value");
            assert!(text.contains(&format!("# HELP {name} ")), "{name}");
            assert!(text.contains(&format!("# TYPE {name} ")), "{name}");
        }
    }
}
