//! `gapless import`: take over the numbers that another system gave.

mod plan;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use engine::StoreAccess;
use ledger::command::Import;
use ledger::outcome::ImportView;
use ledger::{Action, Batch, Outcome};
use numbering::FiscalYearStart;
use serde_json::{Value, json};

use self::plan::{KindName, Next, Plan, kind_name};
use crate::commands::audit::list::{Columns, List};
use crate::door::{Database, DatabaseArguments, PreviewRequest, failure, operator};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;
use crate::table::{counted, grouped};

/// Take over existing numbers, and continue behind them
///
/// Reads a list as `gapless audit` does, makes a series for each counter that it finds, and keeps
/// every number, date and hole. All or nothing: what does not fit is told, and nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless import invoices.csv --dry-run\n  \
    gapless import invoices.csv --kind C=credit_note")]
pub(crate) struct Arguments {
    /// A CSV file with a header; - for standard input
    file: PathBuf,
    #[command(flatten)]
    columns: Columns,
    /// The kind of documents with a text in their numbers; once for each
    #[arg(long, value_name = "TEXT=KIND", value_parser = kind_name)]
    kind: Vec<KindName>,
    /// Name of the series, where a new one is made for the first counter
    #[arg(long, value_name = "NAME")]
    series_name: Option<String>,
    /// Say what would happen, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// Plans, imports, tells what comes next.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let list = List::read(&arguments.file, &arguments.columns)?;
    let fiscal_year = fiscal_year(arguments)?;
    let audit = list.audit(fiscal_year);
    let plan = Plan::of(&list, &audit, &arguments.kind, arguments.series_name.as_deref())?;
    let database = match arguments.dry_run {
        true => Database::open(&arguments.database, StoreAccess::Read)?,
        false => Database::open_or_make(&arguments.database, |news| output.note(news))?,
    };
    if fiscal_year_of(&database)? != fiscal_year {
        let message = "the account's fiscal year changed while the list was read; try again";
        return Err(Failure::service("database_busy", message).about("database"));
    }
    let spinner = progress::spinner("importing");
    let import = Arc::new(plan.import);
    let view = if arguments.dry_run {
        rehearse(&database, &import)?
    } else {
        imported(database.run(Action::Import(import))?)?
    };
    spinner.finish_and_clear();
    let next = if arguments.dry_run { plan.next } else { continued(&database, &view) };
    output.either(
        || to_json(&view, &next, arguments.dry_run),
        || to_text(&view, &next, arguments.dry_run),
    )?;
    Ok(Ending::Done)
}

/// The account's fiscal year; that of a new account where there is none yet. Its periods are those
/// of the account, so a list that was numbered by other years cannot go on there.
fn fiscal_year(arguments: &Arguments) -> Result<FiscalYearStart, Failure> {
    let account = match Database::open(&arguments.database, StoreAccess::Read) {
        Ok(database) => fiscal_year_of(&database)?,
        Err(_) => FiscalYearStart::default(),
    };
    match arguments.columns.fiscal_year_given() {
        Some(given) if given != account => {
            let message = format!(
                "the account's fiscal year starts on {account}, not on {given}, the day after \
                 --fiscal-year-end; set fiscal_year_start={given} in its settings first, or make \
                 the database with `gapless init --fiscal-year-start {given}`"
            );
            Err(Failure::refused("parameter_invalid", message).about("fiscal_year_end"))
        }
        _ => Ok(account),
    }
}

fn fiscal_year_of(database: &Database) -> Result<FiscalYearStart, Failure> {
    let settings = database.engine.locks(database.ledger).wait();
    Ok(settings.map_err(|error| failure(&error))?.fiscal_year_start)
}

/// Decides the import on what the database holds, and forgets it.
fn rehearse(database: &Database, import: &Arc<Import>) -> Result<ImportView, Failure> {
    let action = Action::Import(Arc::clone(import));
    let command = database.engine.command(database.ledger, operator(), action);
    let decided = database.engine.read(move |reader| {
        let decided = Batch::new(vec![command]).run(|misses| reader.load(misses))?;
        Ok(decided.answers)
    });
    let mut answers = decided.wait().map_err(|error| failure(&error))?;
    let answer = answers.pop().ok_or_else(|| {
        Failure::service("internal_error", "a defect in Gapless: nothing was decided")
    })?;
    let outcome = answer.result.map_err(|refusal| failure(&refusal.into()))?;
    imported(outcome)
}

fn imported(outcome: Outcome) -> Result<ImportView, Failure> {
    match outcome {
        Outcome::Imported(view) => Ok(*view),
        other => {
            let message = format!("a defect in Gapless: an import came to {other:?}");
            Err(Failure::service("internal_error", message))
        }
    }
}

/// The number that comes next in each series, for a document of the last date. The numbers are in
/// the database by now, so what cannot be told here is no failure of the import.
fn continued(database: &Database, view: &ImportView) -> Vec<Next> {
    let next = |series: &ledger::model::SeriesRow| {
        let request = PreviewRequest {
            series: Some(series.name.clone()),
            kind: series.kinds.first().map(|known| known.kind.text().to_owned()),
            date: series.last_date,
            count: 1,
            ..PreviewRequest::default()
        };
        let preview = database.preview(&request).map_err(|failure| failure.message)?;
        let number = preview["number"].as_str().map(str::to_owned);
        number.ok_or_else(|| "the preview shows no number".to_owned())
    };
    view.series.iter().map(next).collect()
}

fn to_json(view: &ImportView, next: &[Next], dry_run: bool) -> Value {
    let series = view.series.iter().zip(next).map(|(series, next)| {
        let kinds = series.kinds.iter().map(|known| {
            json!({
                "kind": known.kind.text(), "text": known.text,
            })
        });
        json!({
            "id": series.id.id(series.ledger),
            "name": series.name,
            "pattern": series.newest().format.pattern.to_string(),
            "reset": series.newest().format.reset.as_str(),
            "kinds": kinds.collect::<Vec<_>>(),
            "next": next.as_ref().ok(),
            "next_unknown": next.as_ref().err(),
        })
    });
    json!({
        "object": "import",
        "dry_run": dry_run,
        "numbers": view.numbers,
        "missing": view.missing,
        "gaps": view.gaps,
        "series": series.collect::<Vec<_>>(),
    })
}

fn to_text(view: &ImportView, next: &[Next], dry_run: bool) -> String {
    let verb = if dry_run { "would be imported" } else { "imported" };
    let missing = match view.missing {
        0 => "none missing".to_owned(),
        count => {
            format!("{} missing in {}", grouped(count), counted(view.gaps, "gap", "gaps"))
        }
    };
    let mut text = format!("{} {verb}, {missing}.\n", counted(view.numbers, "number", "numbers"));
    for (series, next) in view.series.iter().zip(next) {
        let format = &series.newest().format;
        let next = next.as_ref().map_or_else(|why| format!("not known: {why}"), String::clone);
        let kinds: Vec<String> = series
            .kinds
            .iter()
            .map(|known| match known.text.as_str() {
                "" => known.kind.text().to_owned(),
                text => format!("{} '{text}'", known.kind),
            })
            .collect();
        text.push_str(&format!(
            "\n  series    {}\n  pattern   {}, restarts: {}\n  kinds     {}\n  next      {next}\n",
            series.name,
            format.pattern,
            format.reset,
            kinds.join(", ")
        ));
    }
    text
}
