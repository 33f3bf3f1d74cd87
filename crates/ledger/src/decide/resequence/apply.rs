//! The end of a resequence: what was worked out and staged is done, or taken back.

use std::sync::Arc;

use super::super::document::view_in;
use super::super::series::write as write_series;
use super::super::tell::{Told, tell};
use super::super::{Halt, actor_text, ledger, permit, record, refuse_param, today};
use super::{check_status, open, put, revised};
use crate::books::Books;
use crate::command::{ApplyResequence, Command};
use crate::id::{GapId, LedgerId, Position};
use crate::job::Renumbering;
use crate::job::resequence::{Blank, GapMove, Plan, PlannedDocument, Taking};
use crate::model::{
    Documents, EventBody, GapCause, GapRow, LedgerRow, NumberRow, Object, ObjectRow, Resequence,
    ResequenceStatus, SequenceRow, SeriesRow, State, Subject,
};
use crate::outcome::{ObjectView, Outcome};
use crate::refusal::Code;
use crate::role::{Right, Role};
use crate::trail::{Change, MovedGap};

/// Numbers that are looked at before the command in one go.
const LOOK_MAX: u64 = 4_096;

/// Looks at some of the numbers that were given since the texts were compared; up to which
/// position.
pub(crate) fn catch_up(
    books: &mut Books,
    id: LedgerId,
    plan: &Plan,
    seen: u64,
) -> Result<u64, Halt> {
    let last = ledger(books, id)?.last_position.min(seen + LOOK_MAX);
    refuse_given(books, plan, seen, last)?;
    Ok(last)
}

/// Applies a resequence, or takes it back.
pub(crate) fn apply(
    books: &mut Books,
    command: &Command,
    role: Role,
    apply: &ApplyResequence,
) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let plan = &*apply.plan;
    let (row, mut body) = open(books, &ledger, apply.id)?;
    check(&ledger, role, &row, &body, plan)?;
    let given = asked(refuse_given(books, plan, apply.seen, ledger.last_position))?;
    let sequences = asked(sequences(books, plan))?;
    let gaps = asked(gaps(books, command, &mut ledger, plan))?;
    let series = asked(series(books, command, &ledger, &body, plan))?;
    let documents = asked(documents(books, &ledger, plan))?;
    let (Some(()), Some(sequences), Some(gaps)) = (given, sequences, gaps) else {
        return Err(Halt::Missing);
    };
    let (Some(series), Some(documents)) = (series, documents) else { return Err(Halt::Missing) };
    for (before, now) in documents {
        change_document(books, command, &mut ledger, &before, now)?;
    }
    if ledger.documents.tells_numbers {
        let left = gaps.iter().filter(|gap| gap.before.is_none());
        for gap in left.filter_map(|gap| gap.after.as_ref()) {
            tell(books, command, &mut ledger, Told::gap("gap.found", gap.id))?;
        }
    }
    let documents = Documents::clone(&ledger.documents);
    ledger.documents = Arc::new(Documents { renumbered: ledger.trail_count + 1, ..documents });
    let now = series.as_ref().map(|(_, now)| Box::new(now.clone()));
    let change = Change::NumbersRenumbered {
        resequence: apply.id,
        reverted: plan.taking == Taking::Back,
        reason: body.asked.reason.clone(),
        series: now,
        sequences: plan.ends(),
        gaps: gaps.clone(),
        count: plan.count,
        digest: plan.digest,
    };
    let receipt = record(books, command, &mut ledger, &change);
    write_gaps(books, ledger.id, gaps);
    for row in sequences {
        books.sequences.write(row.key(), row);
    }
    if let Some((before, now)) = series {
        write_series(books, now.clone());
        body.series_change = (plan.taking == Taking::New).then(|| Box::new((before, now)));
    }
    let (ledger_id, job, count) = (ledger.id, plan.job, plan.count);
    let (at, index) = (command.at, receipt.index);
    books.renumber(Renumbering { ledger: ledger_id, job, count, at, index });
    match plan.taking {
        Taking::New => {
            (body.status, body.applied) = (ResequenceStatus::Confirmed, Some(receipt));
            body.ended = Some(command.at);
        }
        Taking::Back => {
            (body.status, body.reverted) = (ResequenceStatus::Reverted, Some(receipt));
        }
    }
    let row = put(books, &mut ledger, &row, body);
    Ok(Outcome::Object(Box::new(ObjectView::new(row))))
}

/// What was read, or that it is missing: everything is asked for before anything is missed.
fn asked<T>(read: Result<T, Halt>) -> Result<Option<T>, Halt> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(Halt::Missing) => Ok(None),
        Err(refused) => Err(refused),
    }
}

fn changed<T>(what: &str) -> Result<T, Halt> {
    let message = format!(
        "Nothing was renumbered: {what} since the preview. Cancel this one and preview it again."
    );
    refuse_param(Code::ChangedSince, "id", message)
}

fn check(
    ledger: &LedgerRow,
    role: Role,
    row: &ObjectRow,
    body: &Resequence,
    plan: &Plan,
) -> Result<(), Halt> {
    match plan.taking {
        Taking::New => check_status(row, body, ResequenceStatus::Previewed, "confirmed")?,
        Taking::Back => check_status(row, body, ResequenceStatus::Confirmed, "reverted")?,
    }
    if body.asked.include_sent {
        permit(role, Right::Administer, "number anew what was sent")?;
    }
    if plan.taking == Taking::New
        && (plan.digest, plan.ends()) != (body.digest, body.sequences.clone())
    {
        return changed("its documents or sequences have changed");
    }
    if ledger.documents.renumbered > plan.since {
        return changed("other documents were renumbered");
    }
    if let (Some(locked), Some(earliest)) = (ledger.settings.locked_through(), plan.earliest)
        && earliest <= locked
    {
        let message = format!(
            "Nothing was renumbered: a document is dated {earliest}, and everything through \
             {locked} is locked. Leave it out, or have the lock date moved."
        );
        return refuse_param(Code::PeriodLocked, "id", message);
    }
    Ok(())
}

/// Refuses texts of which one was given since they were compared, up to a position.
fn refuse_given(books: &Books, plan: &Plan, seen: u64, last: u64) -> Result<(), Halt> {
    let mut missing = false;
    for position in seen + 1..=last {
        match books.numbers.read(&(plan.ledger, Position(position))) {
            Ok(Some(row)) if row.state != State::Occupied && plan.has_text(&row.text) => {
                return changed(&format!("{} was given", row.text));
            }
            Ok(_) => {}
            Err(_) => missing = true,
        }
    }
    if missing { Err(Halt::Missing) } else { Ok(()) }
}

/// The sequences as they will be; refused when one is not as it was looked at.
fn sequences(books: &Books, plan: &Plan) -> Result<Vec<SequenceRow>, Halt> {
    let mut rows = Vec::with_capacity(plan.sequences.len());
    let mut missing = false;
    for (known, first, last) in &plan.sequences {
        match books.sequences.read(&known.key()) {
            Ok(Some(row)) if row == known => {
                rows.push(SequenceRow { first: *first, last: *last, ..row.clone() });
            }
            Ok(_) => {
                let label = &known.period_label;
                return changed(&format!("the sequence of {label} has changed"));
            }
            Err(_) => missing = true,
        }
    }
    if missing { Err(Halt::Missing) } else { Ok(rows) }
}

/// What becomes of each gap, as it is recorded.
fn gaps(
    books: &Books,
    command: &Command,
    ledger: &mut LedgerRow,
    plan: &Plan,
) -> Result<Vec<MovedGap>, Halt> {
    let mut moved = Vec::with_capacity(plan.gaps.len());
    let mut missing = false;
    let mut stored = |known: &GapRow| match books.gaps.read(&(ledger.id, known.id)) {
        Ok(Some(row)) if (row.from, row.to) == (known.from, known.to) => Ok(Some(row.clone())),
        Ok(_) => changed(&format!("the gap {} has changed", known.id.id(ledger.id))),
        Err(_) => {
            missing = true;
            Ok(None)
        }
    };
    let mut last = ledger.last_gap;
    let mut next = || {
        last += 1;
        GapId(last)
    };
    for gap in &plan.gaps {
        moved.push(match gap {
            GapMove::Left(blank) => {
                MovedGap { before: None, after: Some(left_gap(command, ledger, next(), blank)) }
            }
            GapMove::Split(row) => {
                MovedGap { before: None, after: Some(GapRow { id: next(), ..row.clone() }) }
            }
            GapMove::Changed(known, blank) => {
                let before = stored(known)?;
                let after = before.clone().zip(blank.clone()).map(|(row, blank)| GapRow {
                    from: blank.from,
                    to: blank.to,
                    first_text: blank.first_text,
                    last_text: blank.last_text,
                    ..row
                });
                MovedGap { before, after }
            }
            GapMove::Back(gap) => {
                let before = match &gap.before {
                    Some(known) => stored(known)?,
                    None => None,
                };
                // What was said about it meanwhile stays with it.
                let said = before.as_ref().and_then(|row| row.explanation.clone());
                let after = gap.after.clone().map(|row| {
                    let explanation = said.or(row.explanation);
                    GapRow { explanation, ..row }
                });
                MovedGap { before, after }
            }
        });
    }
    if missing {
        return Err(Halt::Missing);
    }
    ledger.last_gap = last;
    Ok(moved)
}

fn left_gap(command: &Command, ledger: &LedgerRow, id: GapId, blank: &Blank) -> GapRow {
    GapRow {
        ledger: ledger.id,
        id,
        sequence: blank.sequence,
        from: blank.from,
        to: blank.to,
        first_text: blank.first_text.clone(),
        last_text: blank.last_text.clone(),
        date: blank.date,
        cause: GapCause::Renumbered,
        at: command.at,
        actor: actor_text(&command.actor),
        index: ledger.trail_count,
        explanation: None,
    }
}

fn write_gaps(books: &mut Books, ledger: LedgerId, gaps: Vec<MovedGap>) {
    for MovedGap { before, after } in gaps {
        match (before, after) {
            (_, Some(row)) => books.gaps.write((ledger, row.id), row),
            (Some(row), None) => books.close_gap(ledger, row.id),
            (None, None) => {}
        }
    }
}

/// The series before and behind, where its formats change.
fn series(
    books: &mut Books,
    command: &Command,
    ledger: &LedgerRow,
    body: &Resequence,
    plan: &Plan,
) -> Result<Option<(SeriesRow, SeriesRow)>, Halt> {
    let Some(known) = &plan.series else { return Ok(None) };
    let Some(now) = books.series.read(&(ledger.id, known.id))?.cloned() else {
        return super::super::missing_series();
    };
    let now = SeriesRow::clone(&now);
    match plan.taking {
        Taking::New => {
            if alike(&now, known) != now {
                return changed("the series has changed");
            }
            let Some(format) = &plan.format else { return Ok(None) };
            let follow = body.asked.follow;
            let row = revised(books, ledger, &now, format, follow, today(ledger, command)?)?;
            Ok(row.map(|row| (now, row)))
        }
        Taking::Back => {
            let Some(change) = &body.series_change else { return Ok(None) };
            let (before, after) = &**change;
            if alike(&now, after) != now {
                // Somebody has changed it since: it stays as it was changed.
                return Ok(None);
            }
            let mut row = alike(&now, before);
            let printed = after.formats().filter(|format| !before.formats().any(|b| b == *format));
            row.former.extend(printed.cloned());
            Ok((row != now).then_some((now, row)))
        }
    }
}

/// A series as it was known, with what numbers that were given since have changed of it.
fn alike(now: &SeriesRow, known: &SeriesRow) -> SeriesRow {
    SeriesRow {
        first_date: now.first_date,
        last_date: now.last_date,
        first_period: now.first_period,
        own: now.own,
        ..known.clone()
    }
}

/// The documents of this server, each before and behind.
fn documents(
    books: &Books,
    ledger: &LedgerRow,
    plan: &Plan,
) -> Result<Vec<(Arc<ObjectRow>, Object)>, Halt> {
    let mut rows = Vec::with_capacity(plan.documents.len());
    let mut missing = false;
    for planned in &plan.documents {
        match books.objects.read(&(ledger.id, planned.id)) {
            Ok(Some(row)) => match renumbered(&row.body, planned) {
                Some(body) if !row.deleted => rows.push((Arc::clone(row), body)),
                _ => return changed(&format!("{} has changed", row.text())),
            },
            Ok(None) => return changed("a document is gone"),
            Err(_) => missing = true,
        }
    }
    if missing { Err(Halt::Missing) } else { Ok(rows) }
}

/// A document with its new number; `None` when it has not the old one, or was sent since.
fn renumbered(body: &Object, planned: &PlannedDocument) -> Option<Object> {
    let text = planned.to.text.clone();
    let slug = NumberRow::slug_of(&text, planned.to.slug_rank);
    match body {
        Object::Invoice(invoice) => {
            let fits = invoice.number.as_ref() == Some(&planned.from.text)
                && (planned.sent || invoice.sent_at.is_none());
            let mut invoice = invoice.clone();
            let numbering = invoice.numbering.as_mut().filter(|_| fits)?;
            (numbering.ordinal, numbering.slug) = (planned.to.ordinal, slug);
            invoice.number = Some(text);
            Some(Object::Invoice(invoice))
        }
        Object::CreditNote(note) => {
            let fits = note.number == planned.from.text;
            let mut note = note.clone();
            let numbering = note.numbering.as_mut().filter(|_| fits)?;
            (numbering.ordinal, numbering.slug) = (planned.to.ordinal, slug);
            note.number = text;
            Some(Object::CreditNote(note))
        }
        _ => None,
    }
}

/// Writes a document and tells of it.
fn change_document(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    before: &ObjectRow,
    body: Object,
) -> Result<(), Halt> {
    ledger.last_object += 1;
    let row = ObjectRow { revision: ledger.last_object, body, ..before.clone() };
    let kind = match &row.body {
        Object::CreditNote(_) => "credit_note.updated",
        _ => "invoice.updated",
    };
    let subject = Subject::Object(row.kind(), row.id);
    books.write_object(row.clone());
    let view = view_in(books, ledger, command.at, row)?;
    let body = EventBody { view, before: Some(before.body.clone()) }.to_bytes();
    tell(books, command, ledger, Told { kind, subject, body: Some(body) })
}
