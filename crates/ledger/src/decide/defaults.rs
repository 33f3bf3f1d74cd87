//! The series that each house style starts with.

use numbering::{Format, Pattern, Reset, Scope};

use super::{Halt, refuse_param};
use crate::id::{LedgerId, SeriesId};
use crate::model::{FormatVersion, HouseStyle, Kind, KindText, Level, SeriesRow, Settings};
use crate::refusal::Code;

/// How many series a style comes with; theirs are the first ids of a ledger.
pub(super) const SERIES_OF_STYLE: u32 = 3;

/// One series of a house style.
struct Spec {
    name: &'static str,
    kind: Kind,
    level: Level,
    scope: Scope,
    pattern: &'static str,
    prefix: &'static str,
}

/// The series of a style, with the level at which documents use each.
pub(super) fn series(
    ledger: LedgerId,
    settings: &Settings,
    account_prefix: &str,
) -> Result<Vec<(Level, SeriesRow)>, Halt> {
    let specs = match settings.style {
        HouseStyle::Yearly => specs(
            ("{prefix}{year}-{seq:5}", "INV-"),
            "{customer}-{year}-{seq:5}",
            ("CN-{year}-{seq:5}", Scope::Account),
        ),
        HouseStyle::Slashed => specs(
            ("INV/{year}/{seq:5}", ""),
            "{customer}/{year}/{seq:5}",
            ("CN/{year}/{seq:5}", Scope::Account),
        ),
        HouseStyle::Stripe => specs(
            ("{prefix}-{seq:4}", ""),
            "{customer}-{seq:4}",
            ("{invoice}-CN-{seq:2}", Scope::Parent),
        ),
    };
    if settings.style == HouseStyle::Stripe {
        check_account_prefix(account_prefix)?;
    }
    specs
        .into_iter()
        .zip(1..)
        .map(|(spec, id)| {
            let prefix = match (settings.style, spec.level) {
                (HouseStyle::Stripe, Level::Account) if spec.kind == Kind::invoice() => {
                    account_prefix
                }
                _ => spec.prefix,
            };
            Ok((spec.level, row(ledger, SeriesId(id), &spec, settings, prefix)?))
        })
        .collect()
}

fn specs(
    account: (&'static str, &'static str),
    customer: &'static str,
    credit_notes: (&'static str, Scope),
) -> [Spec; SERIES_OF_STYLE as usize] {
    let (pattern, prefix) = account;
    [
        Spec {
            name: "invoices",
            kind: Kind::invoice(),
            level: Level::Account,
            scope: Scope::Account,
            pattern,
            prefix,
        },
        Spec {
            name: "customer_invoices",
            kind: Kind::invoice(),
            level: Level::Customer,
            scope: Scope::Customer,
            pattern: customer,
            prefix: "",
        },
        Spec {
            name: "credit_notes",
            kind: Kind::credit_note(),
            level: Level::Account,
            scope: credit_notes.1,
            pattern: credit_notes.0,
            prefix: "",
        },
    ]
}

fn row(
    ledger: LedgerId,
    id: SeriesId,
    spec: &Spec,
    settings: &Settings,
    prefix: &str,
) -> Result<SeriesRow, Halt> {
    let pattern: Pattern = match spec.pattern.parse() {
        Ok(pattern) => pattern,
        Err(error) => {
            let message = format!("the pattern of the style does not hold: {error}");
            return refuse_param(Code::PatternInvalid, "numbering", message);
        }
    };
    let mut format = Format {
        fiscal_year_start: settings.fiscal_year_start,
        prefix: prefix.to_owned(),
        ..Format::of(pattern)
    };
    if format.reset == Reset::Yearly && !settings.fiscal_year_start.is_calendar() {
        format.reset = Reset::FiscalYear;
    }
    Ok(SeriesRow {
        kinds: vec![KindText { kind: spec.kind.clone(), text: String::new() }],
        scope: spec.scope,
        ..SeriesRow::new(ledger, id, spec.name, vec![FormatVersion::always(format)])
    })
}

/// The account prefix of the `stripe` style: 1–12 of A–Z and 0–9.
pub(super) fn check_account_prefix(prefix: &str) -> Result<(), Halt> {
    if numbering::is_customer_prefix(prefix) {
        return Ok(());
    }
    refuse_param(
        Code::ParameterInvalid,
        "prefix",
        format!("{prefix:?} is no prefix in this style: give 1 to 12 of A–Z and 0–9."),
    )
}
