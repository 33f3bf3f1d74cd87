//! What is said of the account.

use super::customer::set_email;
use super::desk::Desk;
use super::text::{set_long, set_metadata};
use crate::command::SettingsChange;
use crate::command::document::{AccountChange, BrandingChange};
use crate::decide::{Halt, open, record, refuse_param, settings};
use crate::model::{Branding, Documents};
use crate::outcome::{AccountView, Outcome};
use crate::refusal::Code;
use crate::trail::Change;

/// Changes what is said of the account in this mode.
pub(super) fn update(desk: &mut Desk<'_>, change: &AccountChange) -> Result<Outcome, Halt> {
    let name = change.name.as_ref().unwrap_or(&desk.ledger.name).clone();
    open::check_name(&name)?;
    let mut profile = desk.ledger.documents.profile.clone();
    set_email(&mut profile.email, &change.email)?;
    set_metadata(&mut profile.metadata, &change.metadata)?;
    set_branding(&mut profile.branding, &change.branding)?;
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

fn set_branding(branding: &mut Branding, change: &BrandingChange) -> Result<(), Halt> {
    const COLOR: &str = "settings[branding][primary_color]";
    const LANGUAGE: &str = "settings[branding][language]";
    if let Some(color) = &change.color {
        let is_color = |text: &String| {
            let digits = text.strip_prefix('#').unwrap_or_default();
            digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if color.as_ref().is_some_and(|text| !is_color(text)) {
            let message = "A colour is # and six hexadecimal digits, such as #2b4c7e.";
            return refuse_param(Code::ParameterInvalid, COLOR, message);
        }
        branding.color = color.as_ref().map(|text| text.to_ascii_lowercase());
    }
    if let Some(language) = &change.language {
        let is_known = |text: &String| Branding::LANGUAGES.contains(&text.as_str());
        if language.as_ref().is_some_and(|text| !is_known(text)) {
            let known = Branding::LANGUAGES.join(", ");
            let message = format!("Documents have words in these languages: {known}.");
            return refuse_param(Code::ParameterInvalid, LANGUAGE, message);
        }
        branding.language.clone_from(language);
    }
    set_long(&mut branding.footer, &change.footer, "settings[branding][footer]")
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
