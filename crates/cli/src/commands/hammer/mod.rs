//! `gapless hammer`: many clients, and then the proof.

mod again;
mod client;
mod register;
mod report;
mod seen;
mod servers;
mod target;

use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use clap::Args;
use engine::{Ids, StoreAccess, SystemIds};
use jiff::civil::Date;
use ledger::history;

use self::again::Repeats;
use self::client::Plan;
use self::register::Start;
use self::report::Proof;
use self::seen::Seen;
use self::servers::Servers;
use self::target::Target;
use crate::client::Client;
use crate::date;
use crate::door::{Database, DatabaseArguments, Door};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;

/// Drive a server or a database with many clients, then prove what came of it
///
/// Every client asks for one number after the other, asks again where it got no answer, and now
/// and then asks twice on purpose. What all of them saw is then held against the register: no
/// number given twice, no hole, nothing lost that was answered, the same answer to every retry,
/// the order of time kept. The server may be killed and started again meanwhile. Exit code 1 when
/// anything does not hold.
///
/// With several servers, each has clients of its own. Who gets no answer from one goes on at the
/// next, with the same reference or idempotency key, and comes back later. What is asked twice on
/// purpose is asked of two servers. A server is called silent while it is asked and does not
/// answer.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gapless hammer --url http://127.0.0.1:7447 --key sk_test_… --clients 64 --seconds 10\n  \
    gapless hammer --url http://10.0.0.1:7447 --url http://10.0.0.2:7447 --key sk_test_…\n  \
    gapless hammer --database sqlite:invoices.db --seconds 5")]
pub(crate) struct Arguments {
    /// How many clients at once
    #[arg(long, value_name = "N", default_value_t = 16,
        value_parser = clap::value_parser!(u32).range(1..=CLIENTS_MAX))]
    clients: u32,
    /// For how many seconds
    #[arg(long, value_name = "S", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=SECONDS_MAX))]
    seconds: u64,
    /// How many seconds a request is asked again after that, until the server answers
    #[arg(long, value_name = "S", default_value_t = 60)]
    patience: u64,
    /// The series [default: that of invoices]
    #[arg(long, value_name = "SERIES")]
    series: Option<String>,
    /// The documents' date [default: today in the account's time zone]
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    date: Option<Date>,
    /// A running server; several times for several servers on one database [default: the database
    /// itself, opened by this process]
    #[arg(long, value_name = "URL")]
    url: Vec<String>,
    /// An API key of the server
    #[arg(long, value_name = "KEY", hide_env_values = true)]
    key: Option<String>,
    /// The database, where no server is given: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL", default_value = "sqlite:gapless.db")]
    database: String,
    /// Which account, where the database has several
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Use the live ledger instead of the test one: the numbers stay there
    #[arg(long)]
    live: bool,
}

const CLIENTS_MAX: i64 = 4096;
const SECONDS_MAX: u64 = 86_400;
/// A server tries for ten seconds before it says that it does not know. Who has heard nothing for
/// longer asks elsewhere.
const SILENT: Duration = Duration::from_secs(15);

/// What the clients saw, and how long it took them.
struct Run {
    seen: Seen,
    seconds: f64,
}

/// What is hammered, and where the proof is asked for.
struct Place {
    targets: Vec<Target>,
    door: Door,
    /// The servers, where it is servers.
    servers: Option<Client>,
}

/// Hammers, proves, reports.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let place = place(arguments)?;
    let start = Start::find(&place.door, arguments.series.as_deref(), arguments.date)?;
    place.servers.as_ref().map(Servers::begin).transpose()?;
    let run = hammer(arguments, &place.targets, &start)?;
    // Now a server is given the time that it takes to be started again.
    let patience = Duration::from_secs(arguments.patience);
    let servers = place.servers.map(|all| all.patient(patience));
    let door = servers.clone().map_or(place.door, Door::Server);
    let register = start.register(&door)?;
    let history = history::check(&run.seen.observations, &register);
    let verified = door.verify()?["valid"] == true;
    let servers = servers.as_ref().map(|all| Servers::end(all, &run.seen)).transpose()?;
    let proof = Proof { run, history, verified, servers };
    output.either(|| proof.to_json(), || proof.to_text())?;
    Ok(if proof.holds() { Ending::Done } else { Ending::Refused })
}

fn place(arguments: &Arguments) -> Result<Place, Failure> {
    if arguments.url.is_empty() {
        let place = DatabaseArguments {
            database: arguments.database.clone(),
            account: arguments.account.clone(),
            test: !arguments.live,
        };
        let database = Database::open(&place, StoreAccess::Write)?;
        let targets = vec![Target::Database(database.engine.clone(), database.ledger)];
        return Ok(Place { targets, door: Door::Database(database), servers: None });
    }
    let key = arguments.key.as_deref();
    if key.is_some_and(|key| key.contains("_live_")) && !arguments.live {
        let message = "the key opens the live ledger, and the numbers would stay there; give the \
                       test key, or say --live";
        return Err(Failure::usage("parameter_invalid", message).about("key"));
    }
    if (arguments.clients as usize) < arguments.url.len() {
        let message = "every server has clients of its own; give at least as many clients as \
                       servers";
        return Err(Failure::usage("parameter_invalid", message).about("clients"));
    }
    let all = Client::of_several(&arguments.url, key)?;
    Ok(Place {
        targets: all.each().map(|one| Target::Server(one.answering_within(SILENT))).collect(),
        door: Door::Server(all.clone()),
        servers: Some(all),
    })
}

fn hammer(arguments: &Arguments, targets: &[Target], start: &Start) -> Result<Run, Failure> {
    let begun = Instant::now();
    let until = begun + Duration::from_secs(arguments.seconds);
    let plan = Plan {
        run: SystemIds.base62(10).into(),
        series: arguments.series.clone().map(Into::into),
        date: start.date,
        begun,
        until,
        give_up: until + Duration::from_secs(arguments.patience),
    };
    let repeats = Repeats::of(targets.len());
    let bar = progress::bar(arguments.seconds, "hammering");
    let seen = std::thread::scope(|scope| {
        let (plan, repeats) = (&plan, &repeats);
        let clients: Vec<_> = (0..arguments.clients)
            .map(|client| scope.spawn(move || client::work(client, plan, targets, repeats)))
            .collect();
        while Instant::now() < until {
            bar.set_position(begun.elapsed().as_secs());
            std::thread::sleep(Duration::from_millis(100).min(until - begun));
        }
        clients.into_iter().map(ScopedJoinHandle::join).collect::<Result<Vec<_>, _>>()
    });
    bar.finish_and_clear();
    // What a client saw that stopped half-way is gone, and with it the proof.
    let stopped = |_| Failure::service("internal_error", "a client stopped half-way");
    let mut all = Seen::of(targets.len());
    seen.map_err(stopped)?.into_iter().for_each(|seen| all.add(seen));
    Ok(Run { seen: all, seconds: begun.elapsed().as_secs_f64() })
}
