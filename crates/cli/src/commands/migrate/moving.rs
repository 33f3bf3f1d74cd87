//! Moving a database into another one.

use std::time::Duration;

use engine::{EngineError, MoveError, MovedLedger, Progress, StoreAccess, StoreFailureKind};
use gapless::DatabaseUrl;
use ledger::Code;
use serde_json::json;
use store::Create;

use super::report;
use crate::door;
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;

/// How often progress is shown.
const GLANCE: Duration = Duration::from_millis(100);

/// Moves, proves, and tells what is where now.
pub(super) fn run(from: &str, to: &str, output: &mut Output) -> Result<Ending, Failure> {
    let source = door::database_url(from).map_err(|failure| failure.about("from"))?;
    let target = door::database_url(to).map_err(|failure| failure.about("to"))?;
    if is_same(&source, &target) {
        let message = "--from and --to name the same database; name another one to move it into";
        return Err(Failure::usage("parameter_invalid", message).about("to"));
    }
    let moved = with_a_bar(&source, &target)?;
    output.either(
        || report::value(&source, &target, &moved),
        || report::text(&source, &target, &moved),
    )?;
    Ok(Ending::Done)
}

fn is_same(source: &DatabaseUrl, target: &DatabaseUrl) -> bool {
    let file = |url: &DatabaseUrl| url.file().and_then(|path| path.canonicalize().ok());
    let is_one_file = file(source).is_some_and(|path| Some(path) == file(target));
    is_one_file || source.to_string() == target.to_string()
}

fn with_a_bar(source: &DatabaseUrl, target: &DatabaseUrl) -> Result<Vec<MovedLedger>, Failure> {
    let open = |url: &DatabaseUrl, create, param| {
        let opened = url.open(create, StoreAccess::Write);
        opened.map_err(|error| door::failure(&EngineError::from(error)).about(param))
    };
    let from = open(source, Create::Never, "from")?;
    let to = open(target, Create::WhenMissing, "to")?;
    let progress = Progress::default();
    let bar = progress::bar(0, "moving");
    let moved = std::thread::scope(|scope| {
        let work = scope.spawn(|| engine::move_ledgers(&from, &to, &progress));
        while !work.is_finished() {
            let (done, total) = progress.read();
            bar.set_length(total);
            bar.set_position(done);
            std::thread::park_timeout(GLANCE);
        }
        work.join()
    });
    bar.finish_and_clear();
    let stopped = |_| Failure::service("internal_error", "moving stopped half-way");
    moved.map_err(stopped)?.map_err(|error| failure(&error))
}

fn failure(error: &MoveError) -> Failure {
    let message = error.to_string();
    match error {
        MoveError::Engine(EngineError::Store(problem))
            if problem.kind == StoreFailureKind::Busy =>
        {
            Failure::service("database_busy", message).about("from")
        }
        MoveError::Engine(error) => door::failure(error),
        MoveError::Empty => Failure::service("account_missing", message).about("from"),
        MoveError::Clash(_) => {
            Failure::refused(Code::ResourceAlreadyExists.text(), message).about("to")
        }
        MoveError::Unproven { findings, .. } => {
            Failure::refused("not_proven", message).with("findings", json!(findings))
        }
    }
}
