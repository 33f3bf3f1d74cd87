//! Voiding numbers.

use super::tell::{Told, tell};
use super::{Halt, ledger, reason, record, refuse_param};
use crate::books::Books;
use crate::command::{Command, Void};
use crate::model::{Cause, LedgerRow, NumberRow, State, Voided};
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::trail::Change;

/// Voids a number; its text stays taken for ever.
pub(super) fn void(books: &mut Books, command: &Command, void: &Void) -> Result<Outcome, Halt> {
    let why = reason(&void.reason, "void a number")?.to_owned();
    let mut ledger = ledger(books, command.ledger)?;
    let view = super::issue::view_of(books, ledger.id, void.number)?;
    check_state(&view.row)?;
    super::issue::document::check_void(&view.row)?;
    void_number(books, command, &mut ledger, view.row, void.cause, why)?;
    let view = super::issue::view_of(books, ledger.id, void.number)?;
    Ok(Outcome::Voided(Box::new(view)))
}

/// Voids the number of whatever holds it.
pub(super) fn void_number(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    row: NumberRow,
    cause: Cause,
    why: String,
) -> Result<(), Halt> {
    if let Some(locked) = ledger.settings.locked_through()
        && row.date <= locked
    {
        let message = format!(
            "{} is dated {}, and everything through {locked} is locked. Issue a credit note \
             instead.",
            row.text, row.date
        );
        return refuse_param(Code::PeriodLocked, "id", message);
    }
    if ledger.documents.tells_numbers {
        tell(books, command, ledger, Told::number("number.voided", row.position))?;
    }
    let change = Change::NumberVoided { position: row.position, cause, reason: why.clone() };
    let receipt = record(books, command, ledger, &change);
    let voided = Voided { cause, reason: why, at: command.at, index: receipt.index };
    let row = NumberRow { state: State::Void, voided: Some(voided), draft: false, ..row };
    books.numbers.write((row.ledger, row.position), row);
    Ok(())
}

fn check_state(row: &NumberRow) -> Result<(), Halt> {
    match row.state {
        State::Held => Ok(()),
        State::Void => refuse_param(
            Code::AlreadyVoid,
            "id",
            format!("{} is void already. Nothing needs to be done.", row.text),
        ),
        State::Blank | State::Occupied => refuse_param(
            Code::ResourceMissing,
            "id",
            format!("No document holds {} under this id; there is nothing to void.", row.text),
        ),
    }
}
