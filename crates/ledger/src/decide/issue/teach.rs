//! Teaching: the number on a document tells its series how numbers are written from then on.

use std::sync::Arc;

use jiff::civil::Date;
use numbering::infer::{self, Candidate, InferError};
use numbering::{Format, Ordinal, Scope, Texts};

use super::super::plan::check_none;
use super::super::revise::{revise, same};
use super::super::sequence::{Place, Scoped, check_century, check_date, check_forward, skip};
use super::super::series::{check_formats, prove_formats, set_start};
use super::super::tell::{Told, tell};
use super::super::{Halt, reason, record, refuse_param};
use super::Run;
use super::document::check_typed;
use crate::books::Books;
use crate::command::{Command, Item};
use crate::id::ObjectId;
use crate::model::document::{Reading, Teaching};
use crate::model::{Kind, LedgerRow, Mark, SequenceRow, SeriesRow};
use crate::refusal::Code;
use crate::trail::{Change, LeftGap, OpenedSequence};

/// A number that is to teach a series its format, as somebody typed it.
pub(in crate::decide) struct Typed<'a> {
    /// The document, as its number would be given.
    pub(in crate::decide) item: &'a Item,
    /// Its number.
    pub(in crate::decide) number: &'a str,
    /// The pattern of the reading that is meant; the most plausible one when missing.
    pub(in crate::decide) pattern: Option<&'a str>,
}

/// What a number would teach: nothing is changed.
pub(in crate::decide) fn lesson(
    books: &mut Books,
    command: &Command,
    ledger: &LedgerRow,
    typed: &Typed<'_>,
) -> Result<Teaching, Halt> {
    let mut run = Run::new(books, command, ledger.clone())?;
    let lesson = run.lesson(typed)?;
    if lesson.is_format_new() {
        prove_formats(run.books, &run.ledger, &lesson.place.series)?;
    }
    Ok(lesson.shown)
}

/// Teaches a series by the number of a document that is finalized, which is the next one of its
/// sequence from then on.
pub(in crate::decide) fn teach(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    document: ObjectId,
    typed: &Typed<'_>,
    why: Option<&str>,
) -> Result<(), Halt> {
    let mut run = Run::new(books, command, ledger.clone())?;
    let mut lesson = run.lesson(typed)?;
    if lesson.is_format_new() {
        check_formats(run.books, &run.ledger, &lesson.place.series)?;
    }
    let why = match lesson.shown.skipped {
        0 => why.map(str::trim).unwrap_or_default(),
        _ => reason(why.unwrap_or_default(), "skip ordinals")?,
    };
    let why = (!why.is_empty()).then(|| why.to_owned());
    if !lesson.is_new() {
        return Ok(());
    }
    lesson.write(run.books, command, ledger, (document, why))
}

/// What a number comes to as a lesson.
struct Lesson {
    /// The series before.
    series: Arc<SeriesRow>,
    /// Where the number counts, in the series as it is taught.
    place: Place,
    ordinal: u64,
    shown: Teaching,
}

impl Run<'_> {
    fn lesson(&mut self, typed: &Typed<'_>) -> Result<Lesson, Halt> {
        let kind = typed.item.kind.clone().unwrap_or_else(Kind::invoice);
        let series = self.series_for(typed.item, &kind)?;
        let date = typed.item.date.unwrap_or(self.today);
        check_date(&self.ledger, self.today, date)?;
        check_scope(&series)?;
        check_typed(self.books, &self.ledger, typed.number)?;
        let fiscal = self.ledger.settings.fiscal_year_start;
        let found = infer::infer(typed.number, date, fiscal).map_err(unreadable)?;
        let readings: Vec<Candidate> =
            std::iter::once(found.best).chain(found.alternatives).collect();
        let at = chosen(&readings, typed.pattern)?;
        let Candidate { pattern, reset, ordinal, .. } = &readings[at];
        if ordinal.get() == 0 {
            let message =
                "The number has no digits that could be counted. Put the counter into it.";
            return refuse_param(Code::ParameterInvalid, "number", message);
        }
        let taught = Format {
            reset: *reset,
            fiscal_year_start: fiscal,
            prefix: series.newest().format.prefix.clone(),
            ..Format::of(pattern.clone())
        };
        let place = self.place(&series, taught, (date, ordinal.get()), kind)?;
        let next = self.expected(&place)?;
        let ordinal = *ordinal;
        check_next(&series, next, ordinal.get())?;
        let skipped = if series.started() { ordinal.get() - next } else { 0 };
        let shown = shown(&place, (ordinal, skipped), readings, at);
        Ok(Lesson { series, place, ordinal: ordinal.get(), shown })
    }

    /// Where the number would count once the series has the format.
    fn place(
        &self,
        series: &Arc<SeriesRow>,
        taught: Format,
        (date, ordinal): (Date, u64),
        kind: Kind,
    ) -> Result<Place, Halt> {
        let before = &series.version(date).format;
        let mut row = SeriesRow::clone(series);
        if !same(before, &taught) {
            check_none(series)?;
            let starts_anew = before.reset != taught.reset
                && series.last_date.is_some_and(|last| date > last)
                && self.last(series, date)? >= Some(ordinal);
            row = revise(series, taught.clone(), starts_anew.then_some(ordinal), date);
        }
        if !series.started() {
            set_start(&mut row, ordinal)?;
        }
        if !same(&row.version(date).format, &taught) {
            let last = series.last_date.unwrap_or(date);
            let message = format!(
                "The series {} has numbers dated {last} already, and its format changes from that \
                 period on. Teach it on a document of {last} or later.",
                series.name
            );
            return refuse_param(Code::NumberDateMismatch, "number", message);
        }
        check_century(&row, date)?;
        Ok(Place { series: row.into(), date, scope: Scoped::default(), kind })
    }

    /// The last ordinal of the sequence that a date counts in as the series is now.
    fn last(&self, series: &Arc<SeriesRow>, date: Date) -> Result<Option<u64>, Halt> {
        Ok(self.sequence(series, date)?.map(|row| row.last))
    }

    fn sequence(&self, series: &Arc<SeriesRow>, date: Date) -> Result<Option<SequenceRow>, Halt> {
        let key = super::super::sequence::key_of(series, &Scoped::default(), date);
        Ok(self.books.sequences.read(&key)?.cloned())
    }

    /// The ordinal that the next document of a place would get.
    fn expected(&self, place: &Place) -> Result<u64, Halt> {
        let period = place.series.period(place.date);
        let row = self.sequence(&place.series, place.date)?;
        Ok(row.map_or_else(|| place.series.first_ordinal(&period), |row| row.next()))
    }
}

impl Lesson {
    fn is_format_new(&self) -> bool {
        self.place.series.versions != self.series.versions
    }

    /// Whether anything changes but that the next number is given.
    fn is_new(&self) -> bool {
        *self.place.series != *self.series || self.shown.skipped > 0
    }

    /// Records what was taught, and writes it, so that the number is the next of its sequence.
    fn write(
        &mut self,
        books: &mut Books,
        command: &Command,
        ledger: &mut LedgerRow,
        (document, why): (ObjectId, Option<String>),
    ) -> Result<(), Halt> {
        let Lesson { place, ordinal, .. } = self;
        super::super::series::write(books, SeriesRow::clone(&place.series));
        let (mut sequence, opened): (SequenceRow, Option<OpenedSequence>) =
            super::open_or_read(books, ledger, place)?;
        let gap = skip(books, command, ledger, place, &mut sequence, *ordinal)?;
        sequence.mark = Some(Mark::Taught);
        if ledger.documents.tells_numbers {
            tell(books, command, ledger, Told::series("series.taught", place.series.id))?;
            if let Some(gap) = &gap {
                tell(books, command, ledger, Told::gap("gap.found", gap.id))?;
            }
        }
        let change = Change::SeriesTaught {
            series: Box::new(SeriesRow::clone(&place.series)),
            opened,
            sequence: sequence.id,
            gap: gap.as_ref().map(LeftGap::of),
            document,
            reason: why,
        };
        record(books, command, ledger, &change);
        books.sequences.write(sequence.key(), sequence);
        Ok(())
    }
}

fn check_scope(series: &SeriesRow) -> Result<(), Halt> {
    if series.scope == Scope::Account {
        return Ok(());
    }
    let message = format!(
        "The series {} counts by {}, and one number cannot tell what of it is the {0}'s. Change \
         the pattern of the series.",
        series.name, series.scope
    );
    refuse_param(Code::ParameterInvalid, "teach", message)
}

/// Refuses an ordinal that is behind the next one.
fn check_next(series: &SeriesRow, next: u64, ordinal: u64) -> Result<(), Halt> {
    if !series.started() {
        return Ok(());
    }
    check_forward(next, ordinal, "number")
}

/// The place of the reading that is meant.
fn chosen(readings: &[Candidate], pattern: Option<&str>) -> Result<usize, Halt> {
    let Some(pattern) = pattern else { return Ok(0) };
    let found = readings.iter().position(|one| one.pattern.to_string() == pattern);
    match found {
        Some(at) => Ok(at),
        None => {
            let known: Vec<_> = readings.iter().map(|one| one.pattern.to_string()).collect();
            let message = format!(
                "The number cannot be read as {pattern}. It can be read as: {}. Choose one of \
                 these, or change the pattern of the series itself.",
                known.join(", ")
            );
            refuse_param(Code::ParameterInvalid, "pattern", message)
        }
    }
}

fn shown(
    place: &Place,
    (ordinal, skipped): (Ordinal, u64),
    readings: Vec<Candidate>,
    at: usize,
) -> Teaching {
    let format = &place.series.version(place.date).format;
    let next = ordinal.next().ok();
    let print = |date, ordinal| format.render(date, ordinal, &Texts::default()).ok();
    let behind = place.series.period(place.date).to;
    let begins = place.series.period(behind).from == behind;
    let reading = |one: Candidate| Reading {
        pattern: one.pattern.to_string(),
        reset: one.reset.to_string(),
        ordinal: one.ordinal.get(),
        reason: one.reason,
    };
    let mut readings: Vec<Reading> = readings.into_iter().map(reading).collect();
    let chosen = readings.remove(at);
    Teaching {
        series: place.series.id,
        explanation: infer::explain(format, ordinal, place.date),
        next: next.and_then(|next| print(place.date, next)),
        first_of_next_period: begins.then(|| print(behind, Ordinal::ONE)).flatten(),
        skipped,
        chosen,
        alternatives: readings,
        reason: None,
    }
}

fn unreadable(error: InferError) -> Halt {
    let code = match &error {
        InferError::DateMismatch(_) => Code::NumberDateMismatch,
        InferError::OrdinalOverflow => Code::OrdinalOverflow,
        InferError::Pattern(_) | InferError::Render(_) => Code::PatternInvalid,
        InferError::Unreadable(_) => Code::ParameterInvalid,
    };
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let message = format!("{}{}.", first.unwrap_or_default(), letters.as_str());
    Halt::Refused(crate::refusal::Refusal::of(code, "number", message))
}
