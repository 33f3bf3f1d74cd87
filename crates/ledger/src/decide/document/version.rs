//! The version of the interface that an account is on, and the way back.

use super::desk::Desk;
use crate::command::SettingsChange;
use crate::decide::{Halt, record, refuse, refuse_param, settings};
use crate::id::ObjectId;
use crate::limits::ROLLBACK_MS;
use crate::model::{ApiVersion, At, Documents, FormerVersion, Level, Retry};
use crate::outcome::{Outcome, VersionView};
use crate::refusal::Code;
use crate::trail::Change;

const NAME_CHARS_MAX: usize = 60;

/// Puts the account on a version, from which it can go back for 72 hours.
pub(super) fn set(desk: &mut Desk<'_>, version: &ApiVersion) -> Result<Outcome, Halt> {
    let fits = (1..=NAME_CHARS_MAX).contains(&version.name.chars().count());
    if !fits || version.name.chars().any(char::is_control) {
        let message = "This is no version. Give its name, such as 2026-10-28.endive.";
        return refuse_param(Code::ParameterInvalid, "version", message);
    }
    let before = desk.ledger.documents.version.clone();
    if before == *version {
        return Ok(shown(desk));
    }
    let former = FormerVersion {
        version: before,
        level: desk.ledger.settings.level,
        changed: desk.now(),
        last_object: desk.ledger.last_object,
    };
    if version.drafts_numbered {
        put_level(desk, Level::Customer)?;
    }
    put(desk, version.clone(), Some(former));
    Ok(shown(desk))
}

/// Puts the account back on the version that it was on before. Deliveries that failed since are
/// tried again, in the old shape.
pub(super) fn roll_back(desk: &mut Desk<'_>) -> Result<Outcome, Halt> {
    let Some(former) = desk.ledger.documents.former.clone() else {
        return refuse(
            Code::RollbackExpired,
            "The account's API version was not changed since it was last taken back, so there is \
             nothing to take back. Set the version that you want.",
        );
    };
    let FormerVersion { version, level, changed, last_object } = former;
    let until = until(changed);
    if desk.now() > until {
        let message = format!(
            "The account's API version was changed at {}, and could be taken back for 72 hours, \
             until {}. Set the version that you want instead.",
            changed.rfc3339(),
            until.rfc3339()
        );
        return refuse(Code::RollbackExpired, message);
    }
    let now_numbered = desk.ledger.documents.version.drafts_numbered;
    put(desk, version.clone(), None);
    if version.drafts_numbered || now_numbered {
        put_level(desk, level)?;
    }
    desk.books.append_retry(Retry {
        ledger: desk.ledger.id,
        after: ObjectId(last_object),
        due: desk.now(),
    });
    Ok(shown(desk))
}

/// Changes whose counter invoices use, as the settings would.
fn put_level(desk: &mut Desk<'_>, level: Level) -> Result<(), Halt> {
    if desk.ledger.settings.level == level {
        return Ok(());
    }
    let change = SettingsChange { level: Some(level), ..SettingsChange::default() };
    settings::change(desk.books, desk.command, &change)?;
    if let Some(row) = desk.books.ledgers.peek(&desk.ledger.id) {
        desk.ledger.clone_from(row);
    }
    Ok(())
}

fn put(desk: &mut Desk<'_>, version: ApiVersion, former: Option<FormerVersion>) {
    let before = Documents::clone(&desk.ledger.documents);
    let change = Change::VersionChanged {
        version: version.name.clone(),
        drafts_numbered: version.drafts_numbered,
    };
    desk.ledger.documents = Documents { version, former, ..before }.into();
    record(desk.books, desk.command, &mut desk.ledger, &change);
}

fn shown(desk: &Desk<'_>) -> Outcome {
    let Documents { version, former, .. } = &*desk.ledger.documents;
    let former = former.as_ref().map(|former| (former.version.clone(), until(former.changed)));
    let level = desk.ledger.settings.level;
    Outcome::Version(Box::new(VersionView { version: version.clone(), former, level }))
}

/// Until when a change can be taken back.
fn until(changed: At) -> At {
    At(changed.0.saturating_add(ROLLBACK_MS))
}
