//! Opening ledgers.

use std::sync::Arc;

use numbering::FiscalYearStart;

use super::{Halt, defaults, record, refuse, refuse_param, series};
use crate::books::Books;
use crate::command::{Command, Open};
use crate::id::AccountId;
use crate::model::{Documents, LedgerRow, Settings};
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::trail::Change;

const NAME_CHARS_MAX: usize = 200;

/// Opens a ledger with the series of its house style.
pub(super) fn open(
    books: &mut Books,
    command: &Command,
    open: &Open,
    platform: Option<&AccountId>,
) -> Result<Outcome, Halt> {
    let account = (open.account.clone(), open.mode);
    let there = books.accounts.read(&account)?.is_some();
    if there || books.ledgers.read(&command.ledger)?.is_some() {
        return refuse(Code::ResourceAlreadyExists, "This account has its ledger already.");
    }
    check_name(&open.name)?;
    let mut settings = Settings::new(open.style);
    if let Some(zone) = &open.time_zone {
        settings.time_zone = super::settings::time_zone(zone, "time_zone")?;
    }
    settings.fiscal_year_start = open.fiscal_year_start.unwrap_or(FiscalYearStart::CALENDAR);
    let mut ledger = LedgerRow::new(
        command.ledger,
        open.account.clone(),
        open.name.clone(),
        open.mode,
        settings.clone(),
    );
    books.accounts.write(account, ledger.id);
    let rows = defaults::series(ledger.id, &settings, &open.prefix)?;
    let mut list = Vec::new();
    for (level, row) in &rows {
        list.extend(row.kinds.iter().map(|known| (known.kind.clone(), *level, row.id)));
        ledger.last_series = row.id.0;
    }
    ledger.set_defaults(list);
    // Not in the trail, which is about numbers: it decides whose keys open the ledger.
    ledger.documents =
        Arc::new(Documents { platform: platform.cloned(), ..Documents::clone(&ledger.documents) });
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    for row in &rows {
        series::reserve_prefixes(books, row)?;
        series::write(books, row.clone());
    }
    let change = Change::LedgerOpened {
        account: open.account.clone(),
        name: open.name.clone(),
        mode: open.mode,
        settings,
        series: rows,
        defaults: ledger.default_list(),
    };
    record(books, command, &mut ledger, &change);
    Ok(Outcome::Opened(ledger.id))
}

/// Refuses a name that no account has.
pub(super) fn check_name(name: &str) -> Result<(), Halt> {
    if name.chars().count() <= NAME_CHARS_MAX && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let message = format!(
        "The account's name has more than {NAME_CHARS_MAX} characters, or a control character. \
         Shorten it, or take that out."
    );
    refuse_param(Code::ParameterInvalid, "name", message)
}
