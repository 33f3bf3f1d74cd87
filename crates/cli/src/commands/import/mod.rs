//! `gapless import`: take over the numbers that another system gave.

mod plan;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use engine::{EngineError, Progress};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::command::{Import, Item, SeriesRef};
use ledger::model::{Kind, KindText, SeriesRow};
use ledger::outcome::ImportView;
use ledger::{Action, Code, Outcome};
use numbering::audit::OddOneOut;
use numbering::{FiscalYearStart, Format};
use serde_json::{Value, json};

use self::plan::{KindName, NewPattern, Plan, Wishes, kind_name, new_pattern};
use crate::commands::audit::json as audit_json;
use crate::commands::audit::list::{Columns, List};
use crate::commands::audit::text::{self, SHOWN, listed};
use crate::door::{Database, DatabaseArguments, PreviewRequest, failure, operator, time_zone};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;
use crate::table::{counted, grouped};

/// How often progress is shown.
const GLANCE: Duration = Duration::from_millis(100);

/// Take over existing numbers, and continue behind them
///
/// Reads a list as `gapless audit` does, makes a series for each counter that it finds, and keeps
/// every number, date and hole. All or nothing: what does not fit is told, and nothing is written.
///
/// A format that took the place of another one is the same series, with the day from which each
/// holds. Numbers that start again every year without showing it are kept as they are; new ones go
/// on without starting again, or as --pattern says, because no text is ever given twice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  gapless import invoices.csv --dry-run\n  \
    gapless import invoices.csv --kind C=credit_note\n  \
    gapless import invoices.csv --pattern '{year}-{seq:4}'")]
pub(crate) struct Arguments {
    /// A CSV file with a header; - for standard input
    file: PathBuf,
    #[command(flatten)]
    columns: Columns,
    /// The kind of documents with a text, whole, in front of their numbers; once for each
    #[arg(long, value_name = "TEXT=KIND", value_parser = kind_name)]
    kind: Vec<KindName>,
    /// The pattern of new numbers, which go on counting where the list ends; of the first series,
    /// or of that of a kind; once for each
    #[arg(long, value_name = "[KIND=]PATTERN", value_parser = new_pattern)]
    pattern: Vec<NewPattern>,
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
    let list = List::read(&arguments.file, &arguments.columns, || arguments.database.time_zone())?;
    if let Some(drafts) = list.told_of_drafts() {
        output.note(&drafts);
    }
    let zone = list.zone().cloned();
    let fiscal_year = fiscal_year(arguments)?;
    let audit = list.audit(fiscal_year);
    let wishes = Wishes {
        kinds: &arguments.kind,
        patterns: &arguments.pattern,
        series_name: arguments.series_name.as_deref(),
        fiscal_year,
    };
    let Plan { import, notes, guessed, odd } = Plan::of(&list, &audit, &wishes)?;
    // A long list is held once.
    drop((audit, list));
    let tell = |news: &str| output.note(news);
    let (_scratch, database) = match arguments.dry_run {
        true => Database::open_or_pretend(&arguments.database, tell)?,
        false => (None, Database::open_or_make(&arguments.database, tell)?),
    };
    let settings = database.settings()?;
    let same_zone = zone.is_none() || time_zone(Some(&settings)).ok() == zone;
    if settings.fiscal_year_start != fiscal_year || !same_zone {
        let message = "the account's settings changed while the list was read; try again";
        return Err(Failure::service("database_busy", message).about("database"));
    }
    let import = Arc::new(import);
    let explain = |failure| explained(failure, &odd, &guessed);
    let (view, next) = if arguments.dry_run {
        rehearse(&database, &import).map_err(explain)?
    } else {
        let view = shown(&import, |progress| {
            database.engine.import(database.ledger, operator(), Arc::clone(&import), progress)
        });
        let view = view.map_err(explain)?;
        let next = continued(&database, &view);
        (view, next)
    };
    let dry_run = arguments.dry_run;
    let zone = zone.as_ref().and_then(TimeZone::iana_name);
    let told = Told { view: &view, next: &next, notes: &notes, odd: &odd, zone, dry_run };
    output.either(|| told.to_json(), || told.to_text())?;
    Ok(Ending::Done)
}

/// The account's fiscal year; that of a new account where there is none yet. Its periods are those
/// of the account, so a list that was numbered by other years cannot go on there.
fn fiscal_year(arguments: &Arguments) -> Result<FiscalYearStart, Failure> {
    let settings = arguments.database.settings()?;
    let account = settings.map(|settings| settings.fiscal_year_start).unwrap_or_default();
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

/// Says more of numbers that are written like those of another series: that some look like slips,
/// or how to name their kind where the list tells none, since they may belong to that series.
fn explained(mut failure: Failure, odd: &[OddOneOut], guessed: &[(String, Kind)]) -> Failure {
    if failure.code != Code::PatternCollision.text() {
        return failure;
    }
    if !odd.is_empty() {
        failure.message.push_str("\nThese may be slips; correct the number or the date:");
        for line in text::odd(odd).iter().take(SHOWN) {
            failure.message.push_str(&format!("\n  {line}"));
        }
        return failure.about("file");
    }
    let [(first, _), ..] = guessed else { return failure };
    let taken = guessed.iter().map(|(text, kind)| format!("'{text}' was taken for {kind}"));
    failure.message.push_str(&format!(
        "\nThe list does not say what its numbers stand for: {}. Where that is wrong, name the \
         kind, as in --kind '{first}=credit_note'; a series for it without a number is taken over.",
        taken.collect::<Vec<_>>().join(", ")
    ));
    failure.about("kind")
}

/// Decides the import on what the database holds, then a document behind it in each series, and
/// forgets both.
fn rehearse(database: &Database, import: &Arc<Import>) -> Result<(ImportView, Vec<Next>), Failure> {
    let behind = |view: &ImportView| view.series.iter().map(document_behind).collect();
    let (view, next) = shown(import, |progress| {
        let (ledger, import) = (database.ledger, Arc::clone(import));
        database.engine.rehearse_import(ledger, operator(), import, progress, behind)
    })?;
    let next = next.into_iter().map(|result| match result {
        Ok(Outcome::Issued(views)) if !views.is_empty() => Ok(views[0].row.text.clone()),
        Ok(other) => Err(format!("a defect in Gapless: a document came to {other:?}")),
        Err(refusal) => Err(refusal.message),
    });
    Ok((view, next.collect()))
}

/// A document of a series' last date.
fn document_behind(series: &SeriesRow) -> Action {
    Action::Issue(vec![Item {
        series: Some(SeriesRef::Id(series.id)),
        kind: series.kinds.first().map(|known| known.kind.clone()),
        date: series.last_date,
        ..Item::default()
    }])
}

/// Works on a list, with a progress bar where there is a terminal.
fn shown<T: Send>(
    import: &Import,
    work: impl FnOnce(&Progress) -> Result<T, EngineError> + Send,
) -> Result<T, Failure> {
    let progress = Progress::default();
    let bar = progress::bar(import.lines.len() as u64, "importing");
    let result = std::thread::scope(|scope| {
        let work = scope.spawn(|| work(&progress));
        while !work.is_finished() {
            let (done, total) = progress.read();
            bar.set_position(done);
            if done == total && total > 0 {
                // What was taken in is placed: that is one step, however long it takes.
                bar.set_message("writing");
            }
            std::thread::park_timeout(GLANCE);
        }
        work.join()
    });
    bar.finish_and_clear();
    let stopped = |_| Failure::service("internal_error", "importing stopped half-way");
    result.map_err(stopped)?.map_err(|error| failure(&error))
}

/// The number that comes next in a series, or why that is not known.
type Next = Result<String, String>;

/// The number that comes next in each series, for a document of the last date. The numbers are in
/// the database by now, so what cannot be told here is no failure of the import.
fn continued(database: &Database, view: &ImportView) -> Vec<Next> {
    let next = |series: &SeriesRow| {
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

/// What an import came to, as it is told.
struct Told<'a> {
    view: &'a ImportView,
    next: &'a [Next],
    notes: &'a [Option<String>],
    odd: &'a [OddOneOut],
    /// The zone in which dates with an offset are days, where there are such.
    zone: Option<&'a str>,
    dry_run: bool,
}

impl Told<'_> {
    fn each(&self) -> impl Iterator<Item = (&SeriesRow, &Next, Option<&str>)> {
        let said = self.next.iter().zip(self.notes);
        let each = self.view.series.iter().zip(said);
        each.map(|(series, (next, note))| (series, next, note.as_deref()))
    }

    fn to_json(&self) -> Value {
        let series = self.each().map(|(series, next, note)| {
            let kinds = series.kinds.iter().map(|known| {
                json!({
                    "kind": known.kind.text(), "text": known.text,
                })
            });
            let formats = series.versions.iter().map(|version| {
                json!({
                    "from": version.from.to_string(),
                    "pattern": version.format.pattern.to_string(),
                    "reset": version.format.reset.as_str(),
                })
            });
            json!({
                "id": series.id.id(series.ledger),
                "name": series.name,
                "pattern": series.newest().format.pattern.to_string(),
                "reset": series.newest().format.reset.as_str(),
                "formats": formats.collect::<Vec<_>>(),
                "kinds": kinds.collect::<Vec<_>>(),
                "next": next.as_ref().ok(),
                "next_unknown": next.as_ref().err(),
                "note": note,
            })
        });
        json!({
            "object": "import",
            "dry_run": self.dry_run,
            "numbers": self.view.numbers,
            "missing": self.view.missing,
            "gaps": self.view.gaps,
            "time_zone": self.zone,
            "series": series.collect::<Vec<_>>(),
            "odd": audit_json::odd(self.odd),
        })
    }

    fn to_text(&self) -> String {
        let view = self.view;
        let verb = if self.dry_run { "would be imported" } else { "imported" };
        let missing = match view.missing {
            0 => "none missing".to_owned(),
            count => {
                format!("{} missing in {}", grouped(count), counted(view.gaps, "gap", "gaps"))
            }
        };
        let numbers = counted(view.numbers, "number", "numbers");
        let mut text = format!("{numbers} {verb}, {missing}.\n");
        if let Some(zone) = self.zone {
            text.push_str(&format!("Dates with an offset are days in {zone}.\n"));
        }
        for (series, next, note) in self.each() {
            let next = next.as_ref().map_or_else(|why| format!("not known: {why}"), String::clone);
            text.push_str(&format!("\n  series    {}\n", series.name));
            text.push_str(&patterns(series));
            text.push_str(&format!("  kinds     {}\n  next      {next}\n", kinds(series)));
            if let Some(note) = note {
                text.push_str(&format!("  note      {note}\n"));
            }
        }
        let rest = match self.odd.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => {
                format!("  … and {} more of them; all of them with --json\n", grouped(more as u64))
            }
        };
        text + &listed("Odd ones out", &text::odd(self.odd), &rest)
    }
}

/// The formats of a series, the newest first, each with the days that it holds for.
fn patterns(series: &SeriesRow) -> String {
    let mut text = String::new();
    let mut until: Option<Date> = None;
    for (at, version) in series.versions.iter().rev().enumerate() {
        let Format { pattern, reset, .. } = &version.format;
        let word = if at == 0 { "pattern" } else { "before" };
        let days = match (at, until) {
            (0, _) if series.versions.len() > 1 => format!(", from {}", version.from),
            (_, Some(until)) => format!(", until {until}"),
            _ => String::new(),
        };
        text.push_str(&format!("  {word:<9} {pattern}, restarts: {reset}{days}\n"));
        until = version.from.yesterday().ok();
    }
    text
}

fn kinds(series: &SeriesRow) -> String {
    let kind = |known: &KindText| match known.text.as_str() {
        "" => known.kind.text().to_owned(),
        text => format!("{} '{text}'", known.kind),
    };
    series.kinds.iter().map(kind).collect::<Vec<_>>().join(", ")
}
