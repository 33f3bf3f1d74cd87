//! Voiding numbers.

use super::{Halt, ledger, reason, record, refuse_param};
use crate::books::Books;
use crate::command::{Command, Void};
use crate::model::{NumberRow, State, Voided};
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::trail::Change;

/// Voids a number; its text stays taken for ever.
pub(super) fn void(books: &mut Books, command: &Command, void: &Void) -> Result<Outcome, Halt> {
    let why = reason(&void.reason, "void a number")?.to_owned();
    let mut ledger = ledger(books, command.ledger)?;
    let view = super::issue::view_of(books, ledger.id, void.number)?;
    check_state(&view.row)?;
    if let Some(locked) = ledger.settings.locked_through()
        && view.row.date <= locked
    {
        let message = format!(
            "{} is dated {}, and everything through {locked} is locked. Issue a credit note \
             instead.",
            view.row.text, view.row.date
        );
        return refuse_param(Code::PeriodLocked, "id", message);
    }
    let change =
        Change::NumberVoided { position: void.number, cause: void.cause, reason: why.clone() };
    let receipt = record(books, command, &mut ledger, &change);
    let voided = Voided { cause: void.cause, reason: why, at: command.at, index: receipt.index };
    let row = NumberRow { state: State::Void, voided: Some(voided), ..view.row };
    books.numbers.write((row.ledger, row.position), row);
    let view = super::issue::view_of(books, ledger.id, void.number)?;
    Ok(Outcome::Voided(Box::new(view)))
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
