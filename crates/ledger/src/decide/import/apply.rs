//! The end of an import: what was checked and staged comes into the ledger.

use super::super::series::write;
use super::super::tell::{Told, tell};
use super::super::{Halt, actor_text, ledger, record, refuse_param};
use super::check::{is_used, refuse_used};
use super::series;
use crate::books::Books;
use crate::command::{ApplyImport, Command};
use crate::id::{GapId, LedgerId, Position, ScopeKey};
use crate::job::Placing;
use crate::job::import::survey::known;
use crate::job::import::{CheckedGap, CheckedImport};
use crate::model::{
    GapCause, GapRow, LedgerRow, Mark, NumberRow, Receipt, SequenceRow, SeriesRow, State,
};
use crate::outcome::{ImportView, Outcome};
use crate::refusal::{Code, Refusal};
use crate::trail::{Change, LeftGap, OpenedSequence};

/// Numbers that are looked at before the command in one go.
const LOOK_MAX: u64 = 4_096;

/// Looks at some of the numbers that were given since the list was; up to which position.
pub(crate) fn catch_up(books: &mut Books, id: LedgerId, apply: &ApplyImport) -> Result<u64, Halt> {
    let last = ledger(books, id)?.last_position.min(apply.seen + LOOK_MAX);
    refuse_met(books, apply, last)?;
    Ok(last)
}

/// Takes over all numbers of a list.
pub(crate) fn apply(
    books: &mut Books,
    command: &Command,
    apply: &ApplyImport,
) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let checked = &*apply.checked;
    if checked.ledger != ledger.id {
        let message = "The list was held against another ledger. Import it again.";
        return refuse_param(Code::ParameterInvalid, "lines", message);
    }
    let met = match refuse_met(books, apply, ledger.last_position) {
        Err(Halt::Refused(refusal)) => return Err(refusal.into()),
        // What else is missing is asked for with it.
        met => met,
    };
    let series = series::take(books, &mut ledger, &checked.list.series, &checked.claims)?;
    let free = refuse_changed(&checked.series, &series)
        .and_then(|()| refuse_opened(books, &ledger, checked, &series));
    met?;
    free?;
    if books.is_missing_any() {
        return Err(Halt::Missing);
    }
    let placing = Placing {
        ledger: ledger.id,
        job: checked.job,
        count: checked.count() as u64,
        position: ledger.last_position,
        sequence: ledger.last_sequence,
        at: command.at,
        receipt: Receipt::default(),
    };
    finish(books, command, ledger, checked, series, placing)
}

/// Refuses a list of which a text or a reference is used by a number that was given since the list
/// was looked up, up to a position.
fn refuse_met(books: &Books, apply: &ApplyImport, last: u64) -> Result<(), Halt> {
    let checked = &*apply.checked;
    let mut missing = false;
    for position in apply.seen + 1..=last {
        let key = (checked.ledger, Position(position));
        match books.numbers.read(&key) {
            Ok(row) => row.map_or(Ok(()), |row| refuse_number(checked, row))?,
            // All that is missing is asked for at once.
            Err(_) => missing = true,
        }
    }
    if missing { Err(Halt::Missing) } else { Ok(()) }
}

fn refuse_number(checked: &CheckedImport, row: &NumberRow) -> Result<(), Halt> {
    let slug_key = NumberRow::slug_key(&row.text);
    if row.state != State::Occupied
        && let Some((_, line)) = checked.with_slug(&slug_key).next()
    {
        let folded = numbering::fold(&row.text);
        let mut same = checked.with_slug(&slug_key).map(|(_, line)| line);
        if let Some(line) = same.find(|line| numbering::fold(&line.text) == folded) {
            return Err(known(1, &checked.list, line).into());
        }
        let message = format!(
            "Nothing was imported: while the list was taken in, the number {} was given, which is \
             so much like line {}, {}, that files of both could be mixed up. Import the list \
             again.",
            row.text, line.line, line.text
        );
        return Err(changed(message));
    }
    let Some(reference) = &row.reference else { return Ok(()) };
    match checked.with_reference(&row.kind, reference).next() {
        Some((_, line)) => {
            let message = format!(
                "Nothing was imported, because 1 lines do not fit: line {}: the reference \
                 {reference} is used already. Correct the list.",
                line.line
            );
            Err(Refusal::new(Code::ReferenceConflict, message).into())
        }
        None => Ok(()),
    }
}

/// Refuses to go on where a series is no longer what the list was held against. What kinds use by
/// default may have changed: nothing that was staged rests on it.
fn refuse_changed(before: &[SeriesRow], now: &[SeriesRow]) -> Result<(), Halt> {
    let is_same = |(before, now): (&SeriesRow, &SeriesRow)| {
        // A series that is made anew has the next id, whichever that is by now.
        let id = before.id;
        *before == SeriesRow { id, ..now.clone() }
    };
    match before.iter().zip(now).find(|(before, now)| !is_same((before, now))) {
        None => Ok(()),
        Some((before, _)) => Err(changed(format!(
            "Nothing was imported: the series {} has changed while the list was taken in. Import \
             the list again.",
            before.name
        ))),
    }
}

fn changed(message: String) -> Halt {
    Refusal::of(Code::ChangedSince, "series", message).into()
}

/// Refuses sequences that were opened since.
fn refuse_opened(
    books: &Books,
    ledger: &LedgerRow,
    checked: &CheckedImport,
    series: &[SeriesRow],
) -> Result<(), Halt> {
    let mut sequences = checked.sequences.iter().map(|sequence| (sequence, sequence.series));
    let used = sequences.find(|(sequence, of)| is_used(books, ledger.id, &series[*of], sequence));
    match used {
        Some((sequence, of)) => Err(refuse_used(&series[of], &sequence.label)),
        None => Ok(()),
    }
}

fn finish(
    books: &mut Books,
    command: &Command,
    mut ledger: LedgerRow,
    checked: &CheckedImport,
    mut series: Vec<SeriesRow>,
    mut placing: Placing,
) -> Result<Outcome, Halt> {
    let rows = sequences(checked, &mut series, &placing);
    let gaps = gaps(checked, command, &ledger, &placing);
    ledger.last_position += placing.count;
    ledger.last_sequence += rows.len() as u64;
    ledger.last_gap += gaps.len() as u64;
    if ledger.documents.tells_numbers {
        for gap in &gaps {
            tell(books, command, &mut ledger, Told::gap("gap.found", gap.id))?;
        }
    }
    let change = Change::NumbersImported {
        series: series.clone(),
        defaults: ledger.default_list(),
        opened: rows.iter().map(opened).collect(),
        gaps: gaps.iter().map(LeftGap::of).collect(),
        count: placing.count,
        digest: checked.digest(&placing),
    };
    placing.receipt = record(books, command, &mut ledger, &change);
    let view = ImportView {
        numbers: placing.count,
        gaps: gaps.len() as u64,
        missing: gaps.iter().map(|gap| gap.to - gap.from + 1).sum(),
        series: series.clone(),
        receipt: placing.receipt,
    };
    for gap in gaps {
        books.gaps.write((ledger.id, gap.id), gap);
    }
    for row in rows {
        books.places.write((ledger.id, row.id), row.key());
        books.sequences.write(row.key(), row);
    }
    for row in series {
        write(books, row);
    }
    books.place(placing);
    Ok(Outcome::Imported(Box::new(view)))
}

/// The sequences in the order of what they count; their series take in their dates.
fn sequences(
    checked: &CheckedImport,
    series: &mut [SeriesRow],
    placing: &Placing,
) -> Vec<SequenceRow> {
    let mut rows = Vec::with_capacity(checked.sequences.len());
    for (sequence, place) in checked.sequences.iter().zip(0..) {
        let owner = &mut series[sequence.series];
        let (first, last) = (sequence.first_date, sequence.last_date);
        owner.see(first);
        owner.see(last);
        rows.push(SequenceRow {
            ledger: placing.ledger,
            id: placing.sequence_of(place),
            series: owner.id,
            scope: ScopeKey::default(),
            period_from: sequence.period.from,
            period_to: sequence.period.to,
            period_label: sequence.label.clone(),
            first: sequence.first,
            last: sequence.last,
            last_date: Some(last),
            mark: Some(Mark::Imported),
        });
    }
    rows.sort_by_key(SequenceRow::key);
    rows
}

fn opened(row: &SequenceRow) -> OpenedSequence {
    OpenedSequence {
        id: row.id,
        series: row.series,
        scope: row.scope.clone(),
        period_from: row.period_from,
        period_to: row.period_to,
        first: row.first,
    }
}

fn gaps(
    checked: &CheckedImport,
    command: &Command,
    ledger: &LedgerRow,
    placing: &Placing,
) -> Vec<GapRow> {
    let actor = actor_text(&command.actor);
    let gaps = checked.gaps.iter().zip(ledger.last_gap + 1..);
    let row = |(gap, id): (&CheckedGap, u64)| GapRow {
        ledger: ledger.id,
        id: GapId(id),
        sequence: placing.sequence_of(u64::from(gap.sequence)),
        from: gap.from,
        to: gap.to,
        first_text: gap.first_text.clone(),
        last_text: gap.last_text.clone(),
        date: gap.date,
        cause: GapCause::Imported,
        at: command.at,
        actor: actor.clone(),
        index: ledger.trail_count,
        explanation: None,
    };
    gaps.map(row).collect()
}
