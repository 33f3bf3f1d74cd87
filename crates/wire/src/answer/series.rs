//! A series as an object, and what is shown of it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ledger::model::{FormatVersion, Kind, Level, Mode, SeriesRow};
use ledger::outcome::{GapView, NumberView, SequenceView};
use numbering::{FiscalYearStart, Reset, Scope};
use serde::Serialize;

use super::{Gap, PeriodAnswer, Text, is_live};

/// A series as a JSON object.
#[derive(Serialize)]
pub struct Series<'a> {
    id: String,
    object: &'static str,
    livemode: bool,
    name: &'a str,
    kinds: BTreeMap<&'a str, &'a str>,
    pattern: Text<&'a numbering::Pattern>,
    reset: Text<Reset>,
    scope: Text<Scope>,
    prefix: &'a str,
    starting_number: u64,
    fiscal_year_start: Text<FiscalYearStart>,
    started: bool,
    first_date: Option<Text<Date>>,
    last_date: Option<Text<Date>>,
    archived: bool,
    formats: Vec<FormatAnswer<'a>>,
    planned: Option<FormatAnswer<'a>>,
    #[serde(flatten)]
    place: Option<PlaceInLedger<'a>>,
}

/// What is true of a series only beside the others, and only now.
#[derive(Serialize)]
struct PlaceInLedger<'a> {
    default: bool,
    default_for: Vec<DefaultFor<'a>>,
    next_number: Option<&'a str>,
}

/// What documents use a series unless they name another.
#[derive(Serialize)]
struct DefaultFor<'a> {
    kind: &'a str,
    mode: &'static str,
}

/// The format from a day on.
#[derive(Serialize)]
pub(super) struct FormatAnswer<'a> {
    from: Text<Date>,
    pattern: Text<&'a numbering::Pattern>,
    reset: Text<Reset>,
    prefix: &'a str,
}

impl<'a> Series<'a> {
    /// A series as a command left it. Nothing in it depends on what happened since, so that a
    /// repeated request has the same answer.
    pub fn new(row: &'a SeriesRow, mode: Mode) -> Series<'a> {
        let format = &row.newest().format;
        Series {
            id: row.id.id(row.ledger),
            object: "series",
            livemode: is_live(mode),
            name: &row.name,
            kinds: row.kinds.iter().map(|kind| (kind.kind.text(), kind.text.as_str())).collect(),
            pattern: Text(&format.pattern),
            reset: Text(format.reset),
            scope: Text(row.scope),
            prefix: &format.prefix,
            starting_number: row.starting_number,
            fiscal_year_start: Text(format.fiscal_year_start),
            started: row.started(),
            first_date: row.first_date.map(Text),
            last_date: row.last_date.map(Text),
            archived: row.archived,
            formats: row.versions.iter().map(format_answer).collect(),
            planned: row.plan().map(format_answer),
            place: None,
        }
    }

    /// A series as it stands in its ledger now: what documents use it unless they name another,
    /// and the number that one of today would get, where that does not depend on the document.
    pub fn in_ledger(
        row: &'a SeriesRow,
        mode: Mode,
        defaults: &'a [(Kind, Level)],
        next_number: Option<&'a str>,
    ) -> Series<'a> {
        let place = PlaceInLedger {
            default: !defaults.is_empty(),
            default_for: defaults.iter().map(|(kind, level)| default_for(kind, *level)).collect(),
            next_number,
        };
        Series { place: Some(place), ..Series::new(row, mode) }
    }
}

fn default_for(kind: &Kind, level: Level) -> DefaultFor<'_> {
    DefaultFor { kind: kind.text(), mode: level.text() }
}

pub(super) fn format_answer(version: &FormatVersion) -> FormatAnswer<'_> {
    FormatAnswer {
        from: Text(version.from),
        pattern: Text(&version.format.pattern),
        reset: Text(version.format.reset),
        prefix: &version.format.prefix,
    }
}

/// What numbers documents would get, with nothing consumed.
#[derive(Serialize)]
pub struct PreviewAnswer<'a> {
    object: &'static str,
    livemode: bool,
    series: &'a str,
    date: Text<Date>,
    period: PeriodAnswer<'a>,
    number: &'a str,
    numbers: Vec<&'a str>,
    data: Vec<PreviewedNumber<'a>>,
}

/// One number of a preview.
#[derive(Serialize)]
pub struct PreviewedNumber<'a> {
    object: &'static str,
    number: &'a str,
    ordinal: u64,
    slug: String,
    warnings: Vec<&'static str>,
}

impl<'a> PreviewAnswer<'a> {
    /// A preview; `None` when it shows no number.
    pub fn new(views: &'a [NumberView], mode: Mode) -> Option<PreviewAnswer<'a>> {
        let first = views.first()?;
        Some(PreviewAnswer {
            object: "preview",
            livemode: is_live(mode),
            series: &first.series_name,
            date: Text(first.row.date),
            period: PeriodAnswer::new(&first.period, &first.period_label),
            number: &first.row.text,
            numbers: views.iter().map(|view| view.row.text.as_str()).collect(),
            data: views.iter().map(PreviewedNumber::new).collect(),
        })
    }
}

impl<'a> PreviewedNumber<'a> {
    /// A number as a document would get it.
    pub fn new(view: &'a NumberView) -> PreviewedNumber<'a> {
        PreviewedNumber {
            object: "previewed_number",
            number: &view.row.text,
            ordinal: view.row.ordinal,
            slug: view.row.slug(),
            warnings: view.row.warning.map(|warning| warning.text()).into_iter().collect(),
        }
    }
}

/// A sequence that was moved forward.
#[derive(Serialize)]
pub struct AdvanceAnswer<'a> {
    object: &'static str,
    livemode: bool,
    series: &'a str,
    series_id: String,
    scope: &'a str,
    period: PeriodAnswer<'a>,
    first: u64,
    last: u64,
    next: u64,
    gap: Option<Gap<'a>>,
}

impl<'a> AdvanceAnswer<'a> {
    /// The sequence as it is now, with the gap that this left.
    pub fn new(view: &'a SequenceView, gap: Option<&'a GapView>, mode: Mode) -> AdvanceAnswer<'a> {
        let row = &view.row;
        AdvanceAnswer {
            object: "sequence",
            livemode: is_live(mode),
            series: &view.series_name,
            series_id: row.series.id(row.ledger),
            scope: &row.scope.0,
            period: PeriodAnswer::new(&view.period, &view.period_label),
            first: row.first,
            last: row.last,
            next: row.next(),
            gap: gap.map(|gap| Gap::new(gap, mode)),
        }
    }
}
