//! `gapless preview`: what would be issued.

use clap::Args;
use engine::StoreAccess;
use jiff::civil::Date;

use crate::date;
use crate::door::{Place, PreviewRequest};
use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Print the numbers that documents would get, without giving them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless preview --date 2027-01-01 --count 3")]
pub(crate) struct Arguments {
    /// The series, by its name or id [default: the one for the kind]
    #[arg(long, value_name = "SERIES")]
    series: Option<String>,
    /// The documents' date [default: today in the account's time zone]
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    date: Option<Date>,
    /// How many documents
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=PREVIEWS_MAX))]
    count: u32,
    /// Whom they are for; needed in series that count by customer
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// The kind of document [default: invoice]
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    #[command(flatten)]
    place: Place,
}

const PREVIEWS_MAX: i64 = wire::limits::PREVIEW_MAX as i64;

/// Prints the numbers.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let request = PreviewRequest {
        series: arguments.series.clone(),
        kind: arguments.kind.clone(),
        customer: arguments.customer.clone(),
        date: arguments.date,
        count: arguments.count,
    };
    let preview = arguments.place.open(StoreAccess::Read)?.preview(&request)?;
    let numbers = preview["numbers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lines = numbers.iter().filter_map(|number| number.as_str());
    let text = lines.map(|number| format!("{number}\n")).collect();
    output.either(|| preview.clone(), || text)?;
    Ok(Ending::Done)
}
