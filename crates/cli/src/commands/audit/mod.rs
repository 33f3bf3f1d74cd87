//! `gapless audit`: what is in a list of numbers that any system gave.

mod html;
pub(crate) mod json;
pub(crate) mod list;
pub(crate) mod text;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use jiff::tz::TimeZone;
use numbering::audit::Audit;

use self::list::{Columns, List};
use crate::date;
use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Examine a list of numbers: format, duplicates, holes, date order
///
/// Needs no set-up and no database. Reads a CSV file with a header, learns how its numbers are
/// written, and reports what is missing, doubled, out of order or odd, and what comes next.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless audit invoices.csv --html report.html\n  \
    gapless audit export.csv --number-column 'Invoice No' --date-column 'Posting Date'")]
pub(crate) struct Arguments {
    /// A CSV file with a header; - for standard input
    file: PathBuf,
    #[command(flatten)]
    columns: Columns,
    /// The zone in which dates with an offset are days [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = date::parse_zone)]
    time_zone: Option<TimeZone>,
    /// Write the whole report as one HTML page, made to be printed
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    html: Option<PathBuf>,
}

/// A report on a list: the same content as text, JSON and HTML.
struct Report<'a> {
    title: String,
    audit: &'a Audit,
    has_dates: bool,
    /// The zone in which dates with an offset are days, where there are such.
    zone: Option<&'a str>,
}

/// Reads, audits, reports.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let zone = || Ok(arguments.time_zone.clone().unwrap_or(TimeZone::UTC));
    let list = List::read(&arguments.file, &arguments.columns, zone)?;
    if let Some(drafts) = list.told_of_drafts() {
        output.note(&drafts);
    }
    let audit = list.audit(arguments.columns.fiscal_year());
    let title = arguments.file.file_name().unwrap_or(arguments.file.as_os_str());
    let title = title.to_string_lossy().into_owned();
    let zone = list.zone().and_then(TimeZone::iana_name);
    let report = Report { title, audit: &audit, has_dates: list.has_dates(), zone };
    if let Some(path) = &arguments.html {
        fs::write(path, html::page(&report)).map_err(|error| Failure::of_writing(path, &error))?;
        output.note(&format!("The whole report is in {}.", path.display()));
    }
    output.either(|| json::value(&report), || text::page(&report))?;
    Ok(Ending::Done)
}

impl Report<'_> {
    /// Ordinals missing in all counters, and in how many runs.
    fn missing(&self) -> (u64, u64) {
        let counters = self.audit.counters.iter();
        counters.fold((0, 0), |(missing, runs), counter| {
            (missing + counter.missing, runs + counter.hole_runs)
        })
    }
}
