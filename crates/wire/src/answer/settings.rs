//! The settings as an object: the plain face of the series that invoices use.

use jiff::civil::Date;
use ledger::model::Mode;
use ledger::outcome::SettingsView;
use numbering::{FiscalYearStart, Format, Part, Pattern, Reset, TokenKind};
use serde::Serialize;

use super::series::{FormatAnswer, format_answer};
use super::{Text, is_live};

/// The settings as a JSON object.
#[derive(Serialize)]
pub struct Settings<'a> {
    object: &'static str,
    livemode: bool,
    numbering: &'static str,
    mode: &'static str,
    prefix: Option<&'a str>,
    yearly_reset: Option<bool>,
    padding: u8,
    starting_number: u64,
    time_zone: &'a str,
    fiscal_year_start: Text<FiscalYearStart>,
    number_on: &'static str,
    date_order: &'static str,
    max_future_days: u32,
    lock_date: Option<Text<Date>>,
    hard_lock_date: Option<Text<Date>>,
    series: &'a str,
    pattern: Text<&'a Pattern>,
    reset: Text<Reset>,
    planned: Option<FormatAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_number: Option<Option<&'a str>>,
}

impl<'a> Settings<'a> {
    /// Settings as a command left them. Nothing in them depends on what happened since, so that
    /// a repeated request has the same answer.
    pub fn new(view: &'a SettingsView, mode: Mode) -> Settings<'a> {
        let settings = &view.settings;
        let format = &view.series.newest().format;
        Settings {
            object: "numbering_settings",
            livemode: is_live(mode),
            numbering: settings.style.text(),
            mode: settings.level.text(),
            prefix: settings_prefix(format),
            yearly_reset: match format.reset {
                Reset::Yearly | Reset::FiscalYear => Some(true),
                Reset::Never => Some(false),
                Reset::Quarterly | Reset::Monthly | Reset::Weekly | Reset::Daily => None,
            },
            padding: format.pattern.seq_width(),
            starting_number: view.series.starting_number,
            time_zone: &settings.time_zone,
            fiscal_year_start: Text(settings.fiscal_year_start),
            number_on: settings.number_on.text(),
            date_order: settings.date_order.text(),
            max_future_days: settings.max_future_days,
            lock_date: settings.lock_date.map(Text),
            hard_lock_date: settings.hard_lock_date.map(Text),
            series: &view.series.name,
            pattern: Text(&format.pattern),
            reset: Text(format.reset),
            planned: view.series.plan().map(format_answer),
            next_number: None,
        }
    }

    /// Settings as they are now, with the number that an invoice of today would get, where that
    /// does not depend on the customer.
    pub fn now(view: &'a SettingsView, mode: Mode, next_number: Option<&'a str>) -> Settings<'a> {
        Settings { next_number: Some(next_number), ..Settings::new(view, mode) }
    }
}

/// What every number begins with: the prefix field, or the text at the pattern's head.
pub fn settings_prefix(format: &Format) -> Option<&str> {
    if format.pattern.has(TokenKind::Prefix) {
        return Some(&format.prefix);
    }
    match format.pattern.parts().first() {
        Some(Part::Literal(text)) => Some(text),
        _ => None,
    }
}
