//! Requests about the settings.

use ledger::command::SettingsChange;
use ledger::limits::FUTURE_DAYS_MAX;
use ledger::model::{DateOrder, Level, NumberOn};
use numbering::FiscalYearStart;
use numbering::limits::SEQ_WIDTH_MAX;

use super::series::prefix;
use crate::error::Problem;
use crate::params::{Fields, Params};

/// Reads which settings change.
///
/// # Errors
/// See [`Problem`].
pub fn settings_change(params: Params<'_>) -> Result<SettingsChange, Problem> {
    const KNOWN: [&str; 11] = [
        "mode",
        "prefix",
        "yearly_reset",
        "padding",
        "starting_number",
        "time_zone",
        "fiscal_year_start",
        "number_on",
        "date_order",
        "max_future_days",
        "effective_from",
    ];
    let mut fields = params.fields(&KNOWN)?;
    let widths = 0..=u64::from(SEQ_WIDTH_MAX);
    let days = 0..=u64::from(FUTURE_DAYS_MAX);
    Ok(SettingsChange {
        level: fields.word("mode", Level::parse, "account or customer")?,
        prefix: prefix(&mut fields)?,
        yearly_reset: fields.flag("yearly_reset")?,
        padding: fields.integer("padding", widths)?.and_then(|width| u8::try_from(width).ok()),
        starting_number: fields.ordinal("starting_number")?,
        time_zone: fields.text("time_zone", ZONE_CHARS_MAX)?,
        fiscal_year_start: fiscal_year_start(&mut fields)?,
        number_on: fields.word("number_on", NumberOn::parse, "finalize or create")?,
        date_order: fields.word("date_order", DateOrder::parse, "off, warn or refuse")?,
        max_future_days: fields
            .integer("max_future_days", days)?
            .and_then(|days| u32::try_from(days).ok()),
        effective_from: fields.date("effective_from")?,
    })
}

pub(super) const ZONE_CHARS_MAX: usize = 100;

/// `fiscal_year_start=MM-DD`.
pub(super) fn fiscal_year_start(
    fields: &mut Fields<'_>,
) -> Result<Option<FiscalYearStart>, Problem> {
    day_of_year(fields, "fiscal_year_start", |text| text.parse())
}

/// `fiscal_year_end=MM-DD`.
pub(super) fn fiscal_year_end(fields: &mut Fields<'_>) -> Result<Option<FiscalYearStart>, Problem> {
    day_of_year(fields, "fiscal_year_end", FiscalYearStart::from_end)
}

fn day_of_year(
    fields: &mut Fields<'_>,
    field: &str,
    read: impl Fn(&str) -> Result<FiscalYearStart, numbering::FiscalYearError>,
) -> Result<Option<FiscalYearStart>, Problem> {
    let Some(text) = fields.text(field, DAY_CHARS_MAX)? else { return Ok(None) };
    match read(&text) {
        Ok(start) => Ok(Some(start)),
        Err(error) => fields.refuse(field, format_args!("is {text:?}: {error}.")),
    }
}

const DAY_CHARS_MAX: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_in_their_words() {
        let read = |text| settings_change(Params::from_form(text).unwrap());
        let change =
            read("mode=customer&prefix=&padding=0&yearly_reset=false&fiscal_year_start=04-01");
        let change = change.unwrap();
        assert_eq!(change.level, Some(Level::Customer));
        assert_eq!((change.prefix.as_deref(), change.padding), (Some(""), Some(0)));
        assert_eq!(change.yearly_reset, Some(false));
        assert_eq!(change.fiscal_year_start.unwrap().to_string(), "04-01");
        assert_eq!(read("").unwrap(), SettingsChange::default());
        for (text, code, param) in [
            ("padding=16", "parameter_invalid_integer", "padding"),
            ("padding=", "parameter_invalid_empty", "padding"),
            ("mode=both", "parameter_invalid", "mode"),
            ("fiscal_year_start=02-29", "parameter_invalid", "fiscal_year_start"),
            ("fiscal_year_start=4", "parameter_invalid", "fiscal_year_start"),
            ("max_future_days=36526", "parameter_invalid_integer", "max_future_days"),
            ("starting_number=9999999999999999999999", "ordinal_overflow", "starting_number"),
            ("number_on=send", "parameter_invalid", "number_on"),
            ("date_order=maybe", "parameter_invalid", "date_order"),
            ("level=account", "parameter_unknown", "level"),
        ] {
            let problem = read(text).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
    }
}
