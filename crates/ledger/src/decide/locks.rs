//! Lock dates.

use std::sync::Arc;

use super::{Halt, checked_text, ledger, permit, reason, record, refuse_param, today};
use crate::books::Books;
use crate::command::{Command, LockMove};
use crate::model::Settings;
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::role::{Right, Role};
use crate::trail::Change;

/// Moves the lock dates: forward for whoever keeps the books, back only for administrators.
pub(super) fn move_locks(
    books: &mut Books,
    command: &Command,
    role: Role,
    locks: &LockMove,
) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let mut settings = Settings::clone(&ledger.settings);
    let given = locks.reason.as_deref().unwrap_or_default();
    let mut why = (!given.trim().is_empty()).then(|| given.trim().to_owned());
    if let Some(text) = &why {
        checked_text(text, "reason")?;
    }
    if let Some(lock_date) = locks.lock_date {
        if lock_date < settings.lock_date {
            permit(role, Right::Administer, "move the lock date back")?;
            why = Some(reason(given, "move the lock date back")?.to_owned());
        }
        settings.lock_date = lock_date;
    }
    if let Some(hard) = locks.hard_lock_date {
        if settings.hard_lock_date != Some(hard) {
            permit(role, Right::Administer, "set the hard lock date")?;
        }
        if let Some(now) = settings.hard_lock_date.filter(|now| hard < *now) {
            let message = format!(
                "The hard lock date is {now} and only ever moves forward. Give {now} or later."
            );
            return refuse_param(Code::LockBackward, "hard_lock_date", message);
        }
        let today = today(&ledger, command)?;
        if hard > today {
            let message = format!(
                "The hard lock date can never be taken back, so it lies no later than today, \
                 {today}. Use `lock_date` for a date ahead."
            );
            return refuse_param(Code::ParameterInvalid, "hard_lock_date", message);
        }
        settings.hard_lock_date = Some(hard);
    }
    if settings == *ledger.settings {
        return Ok(Outcome::Locks(Box::new(settings)));
    }
    let change = Change::LocksMoved {
        lock_date: settings.lock_date,
        hard_lock_date: settings.hard_lock_date,
        reason: why,
    };
    ledger.settings = Arc::new(settings.clone());
    record(books, command, &mut ledger, &change);
    Ok(Outcome::Locks(Box::new(settings)))
}
