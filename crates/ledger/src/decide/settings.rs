//! Settings: what holds for a whole ledger, and the plain face of its default series.

use std::sync::Arc;

use jiff::civil::Date;
use numbering::{FiscalYearStart, Format, Part, Pattern, Reset, Token, TokenKind, YearDigits};

use super::plan::{check_none, plan};
use super::revise::{revise, same};
use super::series::{check_formats, idle, set_start, write, yearly};
use super::{Halt, ledger, record, refuse, refuse_param, today};
use crate::books::Books;
use crate::command::{Command, SettingsChange};
use crate::id::SeriesId;
use crate::limits::FUTURE_DAYS_MAX;
use crate::model::{Kind, LedgerRow, Level, SeriesRow, Settings};
use crate::outcome::{Outcome, SettingsView};
use crate::refusal::Code;
use crate::trail::Change;

/// Changes settings, for the next document on.
pub(super) fn change(
    books: &mut Books,
    command: &Command,
    change: &SettingsChange,
) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let before = Arc::clone(&ledger.settings);
    ledger.settings = Arc::new(changed(&before, change)?);
    check_level(&ledger)?;
    let level = ledger.settings.level;
    let id = ledger.defaults.get(&(Kind::invoice(), level)).copied();
    let Some(id) = id else {
        let message = format!("No series numbers invoices at the {} level.", level.text());
        return refuse_param(Code::ParameterInvalid, "mode", message);
    };
    let Some(row) = books.series.read(&(ledger.id, id))? else {
        return refuse(Code::ResourceMissing, "The default series is missing. Run verify.");
    };
    let mut row = SeriesRow::clone(row);
    let today = today(&ledger, command)?;
    let fiscal_year_changed = ledger.settings.fiscal_year_start != before.fiscal_year_start;
    let mut touched: Vec<SeriesRow> = Vec::new();
    if fiscal_year_changed {
        touched = with_fiscal_year(books, &ledger, id, today)?;
    }
    let original = row.clone();
    if let Some(start) = change.starting_number {
        set_start(&mut row, start)?;
    }
    let mut format = row.newest().format.clone();
    if fiscal_year_changed {
        format = under_fiscal_year(&format, ledger.settings.fiscal_year_start, true);
    }
    let format = changed_format(&format, change, &ledger)?;
    if let Some(from) = change.effective_from {
        check_plannable(change)?;
        row = plan(books, &ledger, &row, (format, None), from)?;
    } else if format != row.newest().format {
        check_none(&row)?;
        row = revise(&row, format, None, today);
    }
    let switched = level != before.level;
    if row.newest() != original.newest() || switched {
        check_formats(books, &ledger, &row)?;
    }
    let settings = Settings::clone(&ledger.settings);
    if row == original && settings == *before {
        return Ok(Outcome::Settings(Box::new(SettingsView { settings, series: row })));
    }
    touched.push(row.clone());
    for row in &touched {
        write(books, row.clone());
    }
    let change = Change::SettingsChanged {
        settings: settings.clone(),
        series: touched,
        defaults: ledger.default_list(),
    };
    record(books, command, &mut ledger, &change);
    Ok(Outcome::Settings(Box::new(SettingsView { settings, series: row })))
}

/// Refuses to set ahead what holds at once.
fn check_plannable(change: &SettingsChange) -> Result<(), Halt> {
    let others = [
        ("mode", change.level.is_some()),
        ("starting_number", change.starting_number.is_some()),
        ("time_zone", change.time_zone.is_some()),
        ("fiscal_year_start", change.fiscal_year_start.is_some()),
        ("number_on", change.number_on.is_some()),
        ("date_order", change.date_order.is_some()),
        ("max_future_days", change.max_future_days.is_some()),
    ];
    match others.into_iter().find(|(_, is_there)| *is_there) {
        Some((param, _)) => refuse_param(
            Code::ParameterInvalid,
            param,
            format!("`{param}` holds at once. Send it without `effective_from`."),
        ),
        None => Ok(()),
    }
}

/// Refuses the account's own counter on a version that numbers drafts: those can be deleted, and
/// leave holes in it.
fn check_level(ledger: &LedgerRow) -> Result<(), Halt> {
    let version = &ledger.documents.version;
    if ledger.settings.level == Level::Customer || !version.drafts_numbered {
        return Ok(());
    }
    let message = format!(
        "The account is on API version {}, which knows counters of customers only. Put the account \
         on a newer version first.",
        version.name
    );
    refuse_param(Code::ParameterInvalid, "mode", message)
}

/// The name of a time zone that is known.
pub(super) fn time_zone(name: &str, param: &str) -> Result<String, Halt> {
    match jiff::tz::TimeZone::get(name) {
        Ok(_) => Ok(name.to_owned()),
        Err(_) => refuse_param(
            Code::ParameterInvalid,
            param,
            format!("{name:?} is no time zone. Give an IANA name such as Europe/Berlin or UTC."),
        ),
    }
}

fn changed(before: &Settings, change: &SettingsChange) -> Result<Settings, Halt> {
    let mut settings = before.clone();
    if let Some(zone) = &change.time_zone {
        settings.time_zone = time_zone(zone, "time_zone")?;
    }
    if let Some(days) = change.max_future_days {
        if days > FUTURE_DAYS_MAX {
            let message = format!(
                "The max_future_days is {days}. Give a whole number from 0 to {FUTURE_DAYS_MAX}."
            );
            return refuse_param(Code::ParameterInvalid, "max_future_days", message);
        }
        settings.max_future_days = days;
    }
    settings.level = change.level.unwrap_or(before.level);
    settings.fiscal_year_start = change.fiscal_year_start.unwrap_or(before.fiscal_year_start);
    settings.number_on = change.number_on.unwrap_or(before.number_on);
    settings.date_order = change.date_order.unwrap_or(before.date_order);
    Ok(settings)
}

/// The series that another fiscal year changes, as it changes them, but for `plain`, which other
/// settings may change at the same time.
fn with_fiscal_year(
    books: &mut Books,
    ledger: &LedgerRow,
    plain: SeriesId,
    today: Date,
) -> Result<Vec<SeriesRow>, Halt> {
    let Some(all) = books.ledger_series.read(&ledger.id)?.cloned() else {
        return Err(Halt::Missing);
    };
    let mut changed = Vec::new();
    for series in all.into_iter().filter(|series| series.id != plain) {
        let is_default = ledger.defaults.values().any(|id| *id == series.id);
        let before = &series.newest().format;
        let format = under_fiscal_year(before, ledger.settings.fiscal_year_start, is_default);
        if format == *before {
            continue;
        }
        check_none(&series)?;
        let says_more = !same(before, &format) && !idle(ledger, &series);
        let row = revise(&series, format, None, today);
        if says_more {
            check_formats(books, ledger, &row)?;
        }
        write(books, row.clone());
        changed.push(row);
    }
    Ok(changed)
}

/// A format under another fiscal year. The yearly reset of a default series means the account's
/// year, so it becomes fiscal with a fiscal year that is not the calendar's.
fn under_fiscal_year(format: &Format, start: FiscalYearStart, is_default: bool) -> Format {
    let mut format = Format { fiscal_year_start: start, ..format.clone() };
    let plain = !format.pattern.has(TokenKind::EndYear);
    if is_default && plain {
        format.reset = match format.reset {
            Reset::Yearly if !start.is_calendar() => Reset::FiscalYear,
            Reset::FiscalYear if start.is_calendar() => Reset::Yearly,
            other => other,
        };
    }
    format
}

fn changed_format(
    before: &Format,
    change: &SettingsChange,
    ledger: &LedgerRow,
) -> Result<Format, Halt> {
    let mut format = before.clone();
    let mut parts = before.pattern.parts().to_vec();
    if let Some(yearly_reset) = change.yearly_reset {
        let finer = [TokenKind::Month, TokenKind::Quarter, TokenKind::Week, TokenKind::Day];
        if finer.into_iter().any(|kind| before.pattern.has(kind)) {
            let message = format!(
                "The pattern {} prints more of the date than the year. Change the pattern and the \
                 reset of the series itself.",
                before.pattern
            );
            return refuse_param(Code::ParameterInvalid, "yearly_reset", message);
        }
        set_year(&mut parts, yearly_reset);
        format.reset = if yearly_reset { yearly(ledger) } else { Reset::Never };
    }
    if let Some(padding) = change.padding {
        for part in &mut parts {
            if let Part::Token(Token::Seq { width }) = part {
                *width = padding;
            }
        }
    }
    if let Some(prefix) = &change.prefix {
        if ledger.settings.level == Level::Customer {
            let message = "At customer level each customer has a prefix of its own; there is no \
                           account prefix to set. Set mode=account first.";
            return refuse_param(Code::ParameterInvalid, "prefix", message);
        }
        set_prefix(&mut parts);
        format.prefix.clone_from(prefix);
    }
    format.pattern = match Pattern::from_parts(parts) {
        Ok(pattern) => pattern,
        Err(error) => {
            let message = format!("The pattern would be wrong: {error}.");
            return refuse_param(Code::PatternInvalid, "pattern", message);
        }
    };
    Ok(format)
}

/// What stands between the year and its neighbours.
const SEPARATORS: [char; 5] = ['-', '/', '.', '_', ' '];

/// Puts the year before the ordinal, or takes it out, with the separator beside it.
fn set_year(parts: &mut Vec<Part>, wanted: bool) {
    let is_year = |part: &Part| matches!(part, Part::Token(Token::Year(_) | Token::EndYear(_)));
    let is_seq = |part: &Part| matches!(part, Part::Token(Token::Seq { .. }));
    if wanted {
        if parts.iter().any(is_year) {
            return;
        }
        let slashed = parts.iter().any(|part| matches!(part, Part::Literal(t) if t.contains('/')));
        let separator = if slashed { "/" } else { "-" };
        let at = parts.iter().position(is_seq).unwrap_or(parts.len());
        parts.insert(at, Part::Literal(separator.to_owned()));
        parts.insert(at, Part::Token(Token::Year(YearDigits::Four)));
        return;
    }
    while let Some(at) = parts.iter().position(is_year) {
        parts.remove(at);
        if at == parts.len()
            && let Some(Part::Literal(text)) = parts.last_mut()
        {
            *text = text.trim_end_matches(SEPARATORS).to_owned();
        }
        if let Some(Part::Literal(text)) = parts.get_mut(at) {
            let rest = text.trim_start_matches(SEPARATORS).to_owned();
            *text = rest;
        }
        if matches!(parts.get(at), Some(Part::Literal(text)) if text.is_empty()) {
            parts.remove(at);
        }
    }
}

/// Makes room for the prefix: a literal at the head gives way to it.
fn set_prefix(parts: &mut Vec<Part>) {
    if parts.iter().any(|part| matches!(part, Part::Token(Token::Prefix))) {
        return;
    }
    if matches!(parts.first(), Some(Part::Literal(_))) {
        parts.remove(0);
    }
    parts.insert(0, Part::Token(Token::Prefix));
}
