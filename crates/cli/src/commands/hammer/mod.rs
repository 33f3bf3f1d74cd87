//! `gapless hammer`: many clients, and then the proof.

mod client;
mod register;
mod target;

use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use clap::Args;
use engine::{Ids, StoreAccess, SystemIds};
use jiff::civil::Date;
use ledger::history::{self, Answer, Observation, Report};
use serde_json::{Value, json};

use self::client::Plan;
use self::register::Start;
use self::target::Target;
use crate::client::Client;
use crate::date;
use crate::door::{Database, DatabaseArguments, Door};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;
use crate::table::grouped;

/// Drive a server or a database with many clients, then prove what came of it
///
/// Every client asks for one number after the other, asks again where it got no answer, and now
/// and then asks twice on purpose. What all of them saw is then held against the register: no
/// number given twice, no hole, nothing lost that was answered, the same answer to every retry,
/// the order of time kept. The server may be killed and started again meanwhile. Exit code 1 when
/// anything does not hold.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gapless hammer --url http://127.0.0.1:7447 --key sk_test_… --clients 64 --seconds 10\n  \
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
    /// The database, where no server is given
    #[arg(long, value_name = "URL", default_value = "sqlite:gapless.db")]
    database: String,
    /// Use the live ledger instead of the test one: the numbers stay there
    #[arg(long)]
    live: bool,
}

const CLIENTS_MAX: i64 = 4096;
const SECONDS_MAX: u64 = 86_400;

/// What the clients saw, and how long it took them.
struct Run {
    observations: Vec<Observation>,
    seconds: f64,
}

/// Hammers, proves, reports.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let (door, targets) = targets(arguments)?;
    let start = Start::find(&door, arguments.series.as_deref(), arguments.date)?;
    let run = hammer(arguments, &targets, &start)?;
    let register = start.register(&door)?;
    let report = history::check(&run.observations, &register);
    let verified = door.verify()?["valid"] == true;
    let holds = report.violations.is_empty() && verified;
    output.either(|| to_json(&run, &report, verified), || to_text(&run, &report, verified))?;
    Ok(if holds { Ending::Done } else { Ending::Refused })
}

fn targets(arguments: &Arguments) -> Result<(Door, Vec<Target>), Failure> {
    if arguments.url.is_empty() {
        let place =
            DatabaseArguments { database: arguments.database.clone(), test: !arguments.live };
        let database = Database::open(&place, StoreAccess::Write)?;
        let target = Target::Database(database.engine.clone(), database.ledger);
        return Ok((Door::Database(database), vec![target]));
    }
    let key = arguments.key.as_deref();
    if key.is_some_and(|key| key.contains("_live_")) && !arguments.live {
        let message = "the key opens the live ledger, and the numbers would stay there; give the \
                       test key, or say --live";
        return Err(Failure::usage("parameter_invalid", message).about("key"));
    }
    let clients = arguments.url.iter().map(|url| Client::new(url, key));
    let clients = clients.collect::<Result<Vec<_>, _>>()?;
    let door = Door::Server(clients[0].clone());
    Ok((door, clients.into_iter().map(Target::Server).collect()))
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
    let bar = progress::bar(arguments.seconds, "hammering");
    let observations = std::thread::scope(|scope| {
        let plan = &plan;
        let clients: Vec<_> = (0..arguments.clients)
            .map(|client| scope.spawn(move || client::work(client, plan, targets)))
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
    let observations = observations.map_err(stopped)?.concat();
    Ok(Run { observations, seconds: begun.elapsed().as_secs_f64() })
}

impl Run {
    /// How long answered requests took, in milliseconds: half of them at most the first, 99 of a
    /// hundred at most the second.
    fn latencies(&self) -> (f64, f64) {
        let answered = self.observations.iter().filter(|one| one.answer != Answer::Unknown);
        let took = answered.filter_map(|one| Some(one.answered_at? - one.invoked_at));
        let mut took: Vec<u64> = took.collect();
        took.sort_unstable();
        let at = |part: usize| {
            let place = took.len().saturating_sub(1) * part / 100;
            took.get(place).map_or(0.0, |nanoseconds| *nanoseconds as f64 / 1e6)
        };
        (at(50), at(99))
    }

    /// Requests that got no answer and were asked again.
    fn interruptions(&self) -> usize {
        self.observations.iter().filter(|one| one.answer == Answer::Unknown).count()
    }

    /// Refusals by their codes, each once.
    fn refusals(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = self
            .observations
            .iter()
            .filter_map(|one| match &one.answer {
                Answer::Refused(code) => Some(code.as_str()),
                _ => None,
            })
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

fn to_json(run: &Run, report: &Report, verified: bool) -> Value {
    let (p50, p99) = run.latencies();
    json!({
        "object": "hammer",
        "requests": report.requests,
        "numbers": report.numbered,
        "unanswered": report.unanswered,
        "interruptions": run.interruptions(),
        "refusals": run.refusals(),
        "seconds": run.seconds,
        "rate": report.numbered as f64 / run.seconds,
        "p50_ms": p50,
        "p99_ms": p99,
        "violations": report.violations.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "verified": verified,
    })
}

fn to_text(run: &Run, report: &Report, verified: bool) -> String {
    let (p50, p99) = run.latencies();
    let mut text = format!(
        "{} numbers in {:.1} s: {} a second, p50 {p50:.2} ms, p99 {p99:.2} ms\n{} requests without \
         an answer were asked again; {} have none to this moment\n",
        grouped(report.numbered),
        run.seconds,
        grouped((report.numbered as f64 / run.seconds) as u64),
        grouped(run.interruptions() as u64),
        grouped(report.unanswered),
    );
    for code in run.refusals() {
        text.push_str(&format!("refused: {code}\n"));
    }
    if report.violations.is_empty() && verified {
        text.push_str(
            "Proved: unique, contiguous, nothing answered lost, retries equal, in order.\n",
        );
    }
    for violation in &report.violations {
        text.push_str(&format!("VIOLATION: {violation}\n"));
    }
    if !verified {
        text.push_str("VIOLATION: the ledger does not verify; see `gapless verify`\n");
    }
    text
}
