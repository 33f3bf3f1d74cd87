//! Numbering a selection anew: keeping what was worked out, applying it, giving it up, taking it
//! back.

mod apply;

use std::sync::Arc;

use jiff::civil::Date;
use numbering::Format;

pub(crate) use self::apply::{apply, catch_up};
use super::revise::{revise, same};
use super::series::{check_formats, check_former};
use super::{Halt, ledger, permit, refuse_param};
use crate::books::Books;
use crate::command::Command;
use crate::id::ObjectId;
use crate::model::{
    LedgerRow, Object, ObjectKind, ObjectRow, Resequence, ResequenceStatus, SeriesRow,
};
use crate::outcome::{ObjectView, Outcome};
use crate::refusal::Code;
use crate::role::{Right, Role};

/// Keeps what was worked out, so that it can be looked at and applied.
pub(super) fn preview(
    books: &mut Books,
    command: &Command,
    role: Role,
    body: &Resequence,
) -> Result<Outcome, Halt> {
    if body.asked.include_sent {
        permit(role, Right::Administer, "number anew what was sent")?;
    }
    let mut ledger = ledger(books, command.ledger)?;
    ledger.last_object += 1;
    let row = ObjectRow {
        ledger: ledger.id,
        id: ObjectId(ledger.last_object),
        created: command.at,
        revision: ledger.last_object,
        deleted: false,
        body: Object::Resequence(Box::new(body.clone())),
    };
    books.ledgers.write(ledger.id, ledger);
    books.write_object(row.clone());
    Ok(Outcome::Object(Box::new(ObjectView::new(row))))
}

/// Gives a resequence up before it is applied.
pub(super) fn cancel(books: &mut Books, command: &Command, id: ObjectId) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let (row, mut body) = open(books, &ledger, id)?;
    check_status(&row, &body, ResequenceStatus::Previewed, "confirmed or canceled")?;
    (body.status, body.ended) = (ResequenceStatus::Canceled, Some(command.at));
    let row = put(books, &mut ledger, &row, body);
    Ok(Outcome::Object(Box::new(ObjectView::new(row))))
}

/// The series with a format that is to print numbers of it; `None` when it is as it was.
pub(crate) fn revised(
    books: &mut Books,
    ledger: &LedgerRow,
    series: &SeriesRow,
    format: &Format,
    follow: bool,
    today: Date,
) -> Result<Option<SeriesRow>, Halt> {
    if follow && !same(&series.newest().format, format) {
        let row = revise(series, format.clone(), None, today);
        check_formats(books, ledger, &row)?;
        return Ok(Some(row));
    }
    if series.formats().any(|own| same(own, format)) {
        return Ok(None);
    }
    check_former(books, ledger, series, format)?;
    let mut row = series.clone();
    row.former.push(format.clone());
    Ok(Some(row))
}

/// A resequence that is there.
fn open(
    books: &Books,
    ledger: &LedgerRow,
    id: ObjectId,
) -> Result<(Arc<ObjectRow>, Box<Resequence>), Halt> {
    let found = books.objects.read(&(ledger.id, id))?;
    match found.and_then(|row| Some((Arc::clone(row), of(row)?))) {
        Some(found) => Ok(found),
        None => {
            let text = id.text(ObjectKind::Resequence, ledger.id);
            let message = format!("No such resequence: '{text}'. List them to see their ids.");
            refuse_param(Code::ResourceMissing, "id", message)
        }
    }
}

fn of(row: &ObjectRow) -> Option<Box<Resequence>> {
    match &row.body {
        Object::Resequence(body) => Some(body.clone()),
        _ => None,
    }
}

fn check_status(
    row: &ObjectRow,
    body: &Resequence,
    wanted: ResequenceStatus,
    what: &str,
) -> Result<(), Halt> {
    if body.status == wanted {
        return Ok(());
    }
    let message = format!(
        "{} is {}, and only one that is {} can be {what}.",
        row.text(),
        body.status.text(),
        wanted.text()
    );
    refuse_param(Code::StatusTransitionInvalid, "id", message)
}

/// Writes a resequence that changed.
fn put(
    books: &mut Books,
    ledger: &mut LedgerRow,
    before: &ObjectRow,
    body: Box<Resequence>,
) -> ObjectRow {
    ledger.last_object += 1;
    let revision = ledger.last_object;
    let row = ObjectRow { revision, body: Object::Resequence(body), ..before.clone() };
    books.ledgers.write(ledger.id, ledger.clone());
    books.write_object(row.clone());
    row
}
