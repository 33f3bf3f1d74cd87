//! API keys.

use super::{Halt, ledger, record, refuse_param};
use crate::books::Books;
use crate::command::{Command, NewKey};
use crate::id::KeyId;
use crate::model::KeyRow;
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::trail::Change;

const NAME_CHARS_MAX: usize = 100;

/// Makes a key. Only its hash is kept.
pub(super) fn create(books: &mut Books, command: &Command, new: &NewKey) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let name = new.name.trim();
    if name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        let message =
            format!("A key's name has at most {NAME_CHARS_MAX} characters, none a control one.");
        return refuse_param(Code::ParameterInvalid, "name", message);
    }
    if books.keys.read(&(ledger.id, new.id))?.is_some() {
        return refuse_param(Code::ResourceAlreadyExists, "id", "There is a key of this id.");
    }
    let row = KeyRow {
        id: new.id,
        ledger: ledger.id,
        hash: new.hash,
        role: new.role,
        name: name.to_owned(),
        hint: new.hint.clone(),
        created: command.at,
        revoked: None,
    };
    let change = Change::KeyCreated {
        key: row.id,
        role: row.role,
        name: row.name.clone(),
        hash: row.hash,
        hint: row.hint.clone(),
    };
    record(books, command, &mut ledger, &change);
    books.keys.write((ledger.id, row.id), row.clone());
    Ok(Outcome::Key(Box::new(row)))
}

/// Revokes a key, for good.
pub(super) fn revoke(books: &mut Books, command: &Command, key: KeyId) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let Some(row) = books.keys.read(&(ledger.id, key))?.cloned() else {
        return refuse_param(Code::ResourceMissing, "id", "There is no such key.");
    };
    if row.revoked.is_some() {
        return Ok(Outcome::Revoked(key));
    }
    record(books, command, &mut ledger, &Change::KeyRevoked { key });
    books.keys.write((ledger.id, key), KeyRow { revoked: Some(command.at), ..row });
    Ok(Outcome::Revoked(key))
}
