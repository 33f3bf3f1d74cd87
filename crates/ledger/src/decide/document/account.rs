//! What is said of the account.

use super::customer::set_email;
use super::desk::Desk;
use super::text::set_metadata;
use crate::command::SettingsChange;
use crate::command::document::AccountChange;
use crate::decide::{Halt, open, record, settings};
use crate::model::Documents;
use crate::outcome::{AccountView, Outcome};
use crate::trail::Change;

/// Changes what is said of the account in this mode.
pub(super) fn update(desk: &mut Desk<'_>, change: &AccountChange) -> Result<Outcome, Halt> {
    let name = change.name.as_ref().unwrap_or(&desk.ledger.name).clone();
    open::check_name(&name)?;
    let mut profile = desk.ledger.documents.profile.clone();
    set_email(&mut profile.email, &change.email)?;
    set_metadata(&mut profile.metadata, &change.metadata)?;
    if let Some((zone, param)) = &change.time_zone {
        put_zone(desk, zone, param)?;
    }
    let documents = &desk.ledger.documents;
    if name != desk.ledger.name || profile != documents.profile {
        let documents = Documents { profile, ..Documents::clone(documents) };
        desk.ledger.documents = documents.into();
        desk.ledger.name.clone_from(&name);
        // Metadata and addresses are no matter of numbers: they stay out of what never goes away.
        let change = Change::AccountChanged { name };
        record(desk.books, desk.command, &mut desk.ledger, &change);
    }
    Ok(Outcome::Account(Box::new(AccountView::of(&desk.ledger))))
}

/// Changes the zone, as the settings would.
fn put_zone(desk: &mut Desk<'_>, zone: &str, param: &str) -> Result<(), Halt> {
    let time_zone = Some(settings::time_zone(zone, param)?);
    let change = SettingsChange { time_zone, ..SettingsChange::default() };
    settings::change(desk.books, desk.command, &change)?;
    if let Some(row) = desk.books.ledgers.peek(&desk.ledger.id) {
        desk.ledger.clone_from(row);
    }
    Ok(())
}
