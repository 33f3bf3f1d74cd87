//! A list of numbers from a file.

use std::borrow::Cow;
use std::path::Path;

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use numbering::FiscalYearStart;
use numbering::audit::{Audit, Row, audit};

use crate::commands::pattern::FiscalYear;
use crate::date::{self, Writing};
use crate::failure::Failure;
use crate::progress;
use crate::sheet::{Column, Dates, Record, Sheet, Wanted};

/// Which columns are which.
#[derive(Debug, Args)]
pub(crate) struct Columns {
    /// Column with the numbers [default: one with a usual name]
    #[arg(long, value_name = "NAME")]
    number_column: Option<String>,
    /// Column with the documents' dates [default: one with a usual name]
    #[arg(long, value_name = "NAME")]
    date_column: Option<String>,
    /// Column with the documents' kinds [default: one with a usual name]
    #[arg(long, value_name = "NAME")]
    kind_column: Option<String>,
    /// How the dates are written: iso, compact, day-first or month-first [default: as they fit]
    #[arg(long, value_name = "ORDER", value_parser = date::parse_writing)]
    date_order: Option<Writing>,
    #[command(flatten)]
    fiscal_year: FiscalYear,
}

/// The numbers, dates and kinds of a file.
pub(crate) struct List {
    sheet: Sheet,
    number: Column,
    kind: Option<Column>,
    dates: Option<Dates>,
    drafts: usize,
}

impl Columns {
    /// The first day of the fiscal year, where it was given.
    pub(crate) fn fiscal_year_given(&self) -> Option<FiscalYearStart> {
        self.fiscal_year.given()
    }

    /// The first day of the fiscal year.
    pub(crate) fn fiscal_year(&self) -> FiscalYearStart {
        self.fiscal_year.start()
    }
}

impl List {
    /// Reads a file. Dates with an offset are days in the zone, which is only asked for then.
    pub(crate) fn read(
        path: &Path,
        columns: &Columns,
        zone: impl FnOnce() -> Result<TimeZone, Failure>,
    ) -> Result<List, Failure> {
        let mut sheet = Sheet::read(path)?;
        if sheet.rows().is_empty() {
            let problem = "there is a header and nothing below it; expected a line for each number";
            return Err(sheet.refuse_whole(problem));
        }
        let number = sheet.find_needed(Wanted::Number, columns.number_column.as_deref())?;
        // Two columns of that name say nothing for certain.
        let drafts = match sheet.find(Wanted::Status, None) {
            Ok(Some(status)) => sheet.leave_out(|sheet, row| is_draft(sheet, row, status, number)),
            Ok(None) | Err(_) => 0,
        };
        if sheet.rows().is_empty() {
            return Err(sheet.refuse_whole("there are only drafts in it, which have no numbers"));
        }
        let kind = sheet.find(Wanted::Kind, columns.kind_column.as_deref())?;
        let date = sheet.find(Wanted::Date, columns.date_column.as_deref())?;
        let dates = date.map(|column| sheet.dates(column, columns.date_order, zone));
        let dates = dates.transpose()?;
        Ok(List { sheet, number, kind, dates, drafts })
    }

    /// Whether the file tells dates.
    pub(crate) fn has_dates(&self) -> bool {
        self.dates.is_some()
    }

    /// What is said of drafts that were left out, where there were any.
    pub(crate) fn told_of_drafts(&self) -> Option<String> {
        match self.drafts {
            0 => None,
            1 => Some("1 draft without a number is left out.".to_owned()),
            count => Some(format!("{count} drafts without a number are left out.")),
        }
    }

    /// The zone in which dates with an offset are days, where there are such.
    pub(crate) fn zone(&self) -> Option<&TimeZone> {
        self.dates.as_ref().and_then(|dates| dates.zone.as_ref())
    }

    /// The records, in order.
    pub(crate) fn records(&self) -> &[Record] {
        self.sheet.rows()
    }

    /// The number of a record.
    pub(crate) fn number(&self, record: Record) -> Cow<'_, str> {
        self.sheet.value(record, self.number)
    }

    /// What the column of kinds says of a record, where there is such a column.
    pub(crate) fn kind(&self, record: Record) -> Option<Cow<'_, str>> {
        self.kind.map(|column| self.sheet.value(record, column))
    }

    /// The date of the record at a place.
    pub(crate) fn date(&self, place: usize) -> Option<Date> {
        self.dates.as_ref().and_then(|dates| dates.each[place])
    }

    /// A refusal about one record.
    pub(crate) fn refuse(&self, record: Record, message: &str) -> Failure {
        self.sheet.refuse(record, message)
    }

    /// A refusal about the file.
    pub(crate) fn refuse_whole(&self, message: &str) -> Failure {
        self.sheet.refuse_whole(message)
    }

    /// What is in the list, where fiscal years start on a day.
    pub(crate) fn audit(&self, fiscal_year: FiscalYearStart) -> Audit {
        let spinner = progress::spinner("reading the numbers");
        let rows = self.records();
        let numbers: Vec<_> = rows.iter().map(|record| self.number(*record)).collect();
        let kinds: Option<Vec<_>> = self
            .kind
            .map(|column| rows.iter().map(|record| self.sheet.value(*record, column)).collect());
        let row = |place: usize| Row {
            number: numbers[place].as_ref(),
            date: self.date(place),
            kind: kinds.as_ref().map(|kinds| kinds[place].as_ref()).filter(|kind| !kind.is_empty()),
            line: u64::from(rows[place].line),
        };
        let rows: Vec<Row<'_>> = (0..rows.len()).map(row).collect();
        let audit = audit(&rows, fiscal_year);
        spinner.finish_and_clear();
        audit
    }
}

/// Whether a record is a draft that has no number yet: Stripe's export leaves it empty, Odoo's has
/// a stroke.
fn is_draft(sheet: &Sheet, record: Record, status: Column, number: Column) -> bool {
    let is_blank = matches!(sheet.value(record, number).as_ref(), "" | "/");
    is_blank && sheet.value(record, status).eq_ignore_ascii_case("draft")
}
