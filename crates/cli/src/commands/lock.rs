//! `gapless lock`: the lock dates.

use clap::Args;
use engine::StoreAccess;
use jiff::civil::Date;
use ledger::command::LockMove;
use serde_json::Value;

use crate::date;
use crate::door::Place;
use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Show or move the lock dates
///
/// Nothing dated on or before a lock date may get, change or lose a number. The lock date can be
/// moved back by an administrator with a reason, the hard lock date never.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless lock --date 2026-10-31")]
pub(crate) struct Arguments {
    /// The new lock date
    #[arg(long, value_name = "DATE", value_parser = date::parse, conflicts_with = "remove")]
    date: Option<Date>,
    /// The new hard lock date
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    hard_date: Option<Date>,
    /// Take the lock date away; needs --reason
    #[arg(long)]
    remove: bool,
    /// Why; needed to move the lock date back
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Moves them if asked to, then prints them.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let lock_date = match (arguments.date, arguments.remove) {
        (Some(date), _) => Some(Some(date)),
        (None, true) => Some(None),
        (None, false) => None,
    };
    let locks = if lock_date.is_some() || arguments.hard_date.is_some() {
        let change = LockMove {
            lock_date,
            hard_lock_date: arguments.hard_date,
            reason: arguments.reason.clone(),
        };
        arguments.place.open(StoreAccess::Write)?.move_locks(change).map_err(of_flags)?
    } else {
        arguments.place.open(StoreAccess::Read)?.locks()?
    };
    output.either(|| locks.clone(), || to_text(&locks))?;
    Ok(Ending::Done)
}

/// The ledger speaks of the fields of a request; here they are flags.
fn of_flags(mut failure: Failure) -> Failure {
    for (field, flag) in [("in `reason`", "with --reason"), ("`lock_date`", "--date")] {
        failure.message = failure.message.replace(field, flag);
    }
    failure
}

fn to_text(locks: &Value) -> String {
    let date = |name: &str| locks[name].as_str().unwrap_or("none").to_owned();
    format!("lock date       {}\nhard lock date  {}\n", date("lock_date"), date("hard_lock_date"))
}
