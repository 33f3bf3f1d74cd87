//! Finding, opening and moving sequences.

use std::sync::Arc;

use jiff::civil::Date;
use numbering::{Format, Ordinal, Part, Scope, Texts, Token, TokenKind, YearDigits};
use sha2::{Digest, Sha256};

use super::tell::{Told, tell};
use super::{Halt, actor_text, ledger, reason, record, refuse, refuse_param, series_of, today};
use crate::books::Books;
use crate::command::{Advance, Command};
use crate::id::{CustomerId, GapId, LedgerId, Position, ScopeKey, SequenceId};
use crate::limits;
use crate::model::{
    CustomerRow, GapCause, GapRow, Kind, LedgerRow, Mark, PrefixOwner, SequenceKey, SequenceRow,
    SeriesRow, State,
};
use crate::outcome::{GapView, Outcome, SequenceView};
use crate::refusal::Code;
use crate::trail::{Change, LeftGap, OpenedSequence};

/// Where a number is to be given.
pub(super) struct Place {
    pub(super) series: Arc<SeriesRow>,
    pub(super) date: Date,
    pub(super) scope: Scoped,
    pub(super) kind: Kind,
}

/// What is counted apart, and what the pattern prints of it.
#[derive(Default)]
pub(super) struct Scoped {
    pub(super) key: ScopeKey,
    pub(super) customer_text: String,
    pub(super) parent_text: String,
}

/// Finds scopes, and registers customers that are new.
pub(super) struct Scoping<'a> {
    pub(super) books: &'a mut Books,
    pub(super) ledger: LedgerId,
    pub(super) prefixes: &'a mut Vec<(CustomerId, String)>,
}

impl Scoping<'_> {
    pub(super) fn find(
        mut self,
        series: &SeriesRow,
        date: Date,
        customer: Option<&CustomerId>,
        parent: Option<Position>,
    ) -> Result<Scoped, Halt> {
        let mut scoped = Scoped::default();
        let prints_customer = series.version(date).format.pattern.has(TokenKind::Customer);
        if series.scope == Scope::Customer || prints_customer {
            let Some(customer) = customer else {
                let message = format!(
                    "The series {} counts by customer. Say which one in `customer`.",
                    series.name
                );
                return refuse_param(Code::ParameterMissing, "customer", message);
            };
            scoped.customer_text = self.customer_prefix(customer)?;
            if series.scope == Scope::Customer {
                scoped.key = ScopeKey(customer.0.clone());
            }
        }
        if series.scope == Scope::Parent {
            let Some(parent) = parent else {
                let message = format!(
                    "The series {} counts by parent document. Give its number's id in `parent`.",
                    series.name
                );
                return refuse_param(Code::ParameterMissing, "parent", message);
            };
            let row = self.books.numbers.read(&(self.ledger, parent))?;
            let held = row.filter(|row| matches!(row.state, State::Held | State::Void));
            let Some(row) = held else {
                let message = "There is no such number. Give the id of the parent's number.";
                return refuse_param(Code::ResourceMissing, "parent", message);
            };
            scoped.parent_text = row.text.clone();
            scoped.key = super::issue::parent_key(parent);
        }
        Ok(scoped)
    }

    /// The customer's prefix; a new customer gets one that nobody ever had.
    fn customer_prefix(&mut self, customer: &CustomerId) -> Result<String, Halt> {
        let key = (self.ledger, customer.clone());
        if let Some(row) = self.books.customers.probe(&key) {
            return Ok(row.prefix.clone());
        }
        let prefix = free_prefix(self.books, self.ledger, customer);
        let owner = PrefixOwner::Customer(customer.clone());
        self.books.prefixes.write((self.ledger, prefix.clone()), owner);
        let row = CustomerRow { ledger: self.ledger, id: customer.clone(), prefix: prefix.clone() };
        self.books.customers.write(key, row);
        self.prefixes.push((customer.clone(), prefix.clone()));
        Ok(prefix)
    }
}

/// A prefix for a customer that nobody has or had.
pub(super) fn free_prefix(books: &Books, ledger: LedgerId, customer: &CustomerId) -> String {
    let mut attempt = 0u32;
    loop {
        let prefix = candidate_prefix(ledger, customer, attempt);
        // Almost always nobody has it: as if that were known, the commands behind ask for theirs.
        if books.prefixes.probe(&(ledger, prefix.clone())).is_none() {
            return prefix;
        }
        attempt += 1;
    }
}

/// Eight upper-case hexadecimal digits that follow from the customer, so that deciding needs no
/// random number; the first is a letter, so that no prefix looks like a date.
fn candidate_prefix(ledger: LedgerId, customer: &CustomerId, attempt: u32) -> String {
    let mut digest = Sha256::new();
    digest.update(ledger.0.to_be_bytes());
    digest.update(attempt.to_be_bytes());
    digest.update(customer.0.as_bytes());
    let hash: [u8; 32] = digest.finalize().into();
    let letter = char::from(b'A' + hash[4] % 6);
    let rest: String = hash[..4].iter().map(|byte| format!("{byte:02X}")).collect();
    format!("{letter}{}", &rest[..7])
}

/// What the sequence of a date is found by.
pub(super) fn key_of(series: &SeriesRow, scope: &Scoped, date: Date) -> SequenceKey {
    SequenceKey {
        ledger: series.ledger,
        series: series.id,
        scope: scope.key.clone(),
        period_from: series.period(date).from,
    }
}

/// The sequence of a place, and what the trail says when it is new.
pub(super) fn open_or_read(
    books: &mut Books,
    ledger: &mut LedgerRow,
    place: &Place,
) -> Result<(SequenceRow, Option<OpenedSequence>), Halt> {
    let period = place.series.period(place.date);
    let key = key_of(&place.series, &place.scope, place.date);
    if let Some(row) = books.sequences.read(&key)? {
        return Ok((row.clone(), None));
    }
    ledger.last_sequence += 1;
    let first = place.series.first_ordinal(&period);
    let row = SequenceRow {
        ledger: ledger.id,
        id: SequenceId(ledger.last_sequence),
        series: place.series.id,
        scope: key.scope.clone(),
        period_from: period.from,
        period_to: period.to,
        period_label: place.series.period_label(&period),
        first,
        last: first - 1,
        last_date: None,
        mark: None,
    };
    books.places.write((ledger.id, row.id), key.clone());
    books.sequences.write(key, row.clone());
    let opened = OpenedSequence {
        id: row.id,
        series: row.series,
        scope: row.scope.clone(),
        period_from: period.from,
        period_to: period.to,
        first,
    };
    Ok((row, Some(opened)))
}

/// Renders a number.
pub(super) fn render(
    format: &Format,
    date: Date,
    ordinal: u64,
    texts: &Texts<'_>,
) -> Result<String, Halt> {
    let Ok(ordinal) = Ordinal::new(ordinal) else {
        return refuse(
            Code::OrdinalOverflow,
            "The counter has reached the largest ordinal. Start a new series, or one that resets.",
        );
    };
    match format.render(date, ordinal, texts) {
        Ok(text) => Ok(text),
        Err(error) => refuse(
            Code::PatternInvalid,
            format!("The number cannot be printed: {error}. Change the pattern of the series."),
        ),
    }
}

/// Refuses a date whose two-digit year was used for another century.
pub(super) fn check_century(series: &SeriesRow, date: Date) -> Result<(), Halt> {
    let pattern = &series.version(date).format.pattern;
    let years = pattern.parts().iter().filter_map(|part| match part {
        Part::Token(Token::Year(digits) | Token::EndYear(digits)) => Some(*digits),
        _ => None,
    });
    let mut years = years.peekable();
    if years.peek().is_none() || years.any(|digits| digits == YearDigits::Four) {
        return Ok(());
    }
    let (Some(first), Some(last)) = (series.first_date, series.last_date) else { return Ok(()) };
    let span = last.max(date).year() - first.min(date).year();
    if span < 99 {
        return Ok(());
    }
    let message = format!(
        "The series {} prints two digits of the year and has numbers dated {first} to {last}; \
         {date} is about a century away and could print the same. Put {{year}} with four digits \
         into the pattern.",
        series.name
    );
    refuse_param(Code::PeriodAmbiguous, "date", message)
}

/// Moves a sequence forward, and records the gap that this leaves.
pub(super) fn advance(
    books: &mut Books,
    command: &Command,
    advance: &Advance,
) -> Result<Outcome, Halt> {
    let why = reason(&advance.reason, "move a sequence forward")?.to_owned();
    let mut ledger = ledger(books, command.ledger)?;
    let series = series_of(books, ledger.id, &advance.series)?;
    let today = today(&ledger, command)?;
    let date = advance.date.unwrap_or(today);
    check_date(&ledger, today, date)?;
    check_century(&series, date)?;
    if series.archived {
        let message = format!("The series {} is archived. Open it again first.", series.name);
        return refuse_param(Code::SeriesArchived, "series", message);
    }
    if super::series::idle(&ledger, &series) {
        super::series::check_formats(books, &ledger, &series)?;
    }
    let mut prefixes = Vec::new();
    let scoping = Scoping { books, ledger: ledger.id, prefixes: &mut prefixes };
    let scope = scoping.find(&series, date, advance.customer.as_ref(), advance.parent)?;
    let kind = series.kinds.first().map_or_else(Kind::invoice, |known| known.kind.clone());
    let place = Place { series, date, scope, kind };
    let (mut sequence, opened) = open_or_read(books, &mut ledger, &place)?;
    check_forward(sequence.next(), advance.next, "next")?;
    if advance.next == sequence.next() && opened.is_none() {
        let view = SequenceView::new(sequence, &place.series);
        return Ok(Outcome::Advanced(Box::new(view), None));
    }
    let gap = skip(books, command, &mut ledger, &place, &mut sequence, advance.next)?;
    let moved = Moved { opened, prefixes, gap: gap.as_ref(), why };
    let used = keep(books, command, &mut ledger, &place, &sequence, moved)?;
    let gap = gap.map(|row| Box::new(GapView::new(row, &sequence, &used)));
    let view = SequenceView::new(sequence, &used);
    Ok(Outcome::Advanced(Box::new(view), gap))
}

/// Puts a counter to its next ordinal. One that gave no number yet begins with it, and leaves no
/// gap.
pub(super) fn move_on(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    place: &Place,
    next: u64,
    why: &str,
) -> Result<(), Halt> {
    check_date(ledger, today(ledger, command)?, place.date)?;
    let (mut sequence, mut opened) = open_or_read(books, ledger, place)?;
    let gap = match &mut opened {
        Some(opened) => {
            (opened.first, sequence.first, sequence.last) = (next, next, next - 1);
            None
        }
        None => skip(books, command, ledger, place, &mut sequence, next)?,
    };
    let moved = Moved { opened, prefixes: Vec::new(), gap: gap.as_ref(), why: why.to_owned() };
    keep(books, command, ledger, place, &sequence, moved).map(drop)
}

/// How a sequence was moved.
struct Moved<'a> {
    opened: Option<OpenedSequence>,
    prefixes: Vec<(CustomerId, String)>,
    gap: Option<&'a GapRow>,
    why: String,
}

/// Records and writes a sequence that was moved; its series as it is then.
fn keep(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    place: &Place,
    sequence: &SequenceRow,
    moved: Moved<'_>,
) -> Result<SeriesRow, Halt> {
    let date = place.date;
    if ledger.documents.tells_numbers {
        tell(books, command, ledger, Told::series("series.advanced", place.series.id))?;
    }
    if let Some(gap) = moved.gap.filter(|_| ledger.documents.tells_numbers) {
        tell(books, command, ledger, Told::gap("gap.found", gap.id))?;
    }
    let change = Change::SequenceAdvanced {
        opened: moved.opened,
        prefixes: moved.prefixes,
        sequence: sequence.id,
        gap: moved.gap.map(LeftGap::of),
        reason: moved.why,
        date,
    };
    record(books, command, ledger, &change);
    books.sequences.write(sequence.key(), sequence.clone());
    let mut used = SeriesRow::clone(&place.series);
    used.see(date);
    used.first_period.get_or_insert(place.series.period(date).from);
    super::series::write(books, used.clone());
    Ok(used)
}

/// Refuses a date that is locked or too far ahead.
pub(super) fn check_date(ledger: &LedgerRow, today: Date, date: Date) -> Result<(), Halt> {
    let settings = &ledger.settings;
    if let Some(locked) = settings.locked_through()
        && date <= locked
    {
        let free = locked.tomorrow().unwrap_or(locked);
        let message = format!(
            "{date} is locked: the lock date is {locked}, and that day is locked too. The first \
             free date is {free}."
        );
        return refuse_param(Code::PeriodLocked, "date", message);
    }
    let days = settings.max_future_days;
    let latest = today.checked_add(jiff::Span::new().days(i64::from(days))).unwrap_or(Date::MAX);
    if date > latest {
        let message = format!(
            "{date} is more than {days} days after today, {today}. The latest date is {latest}; \
             `max_future_days` in the settings moves it."
        );
        return refuse_param(Code::DateTooFar, "date", message);
    }
    Ok(())
}

/// Refuses to move a sequence, of which `expected` comes next, to anything but an ordinal ahead.
pub(super) fn check_forward(expected: u64, next: u64, param: &str) -> Result<(), Halt> {
    if next < expected {
        let message = format!(
            "The next ordinal is {expected} already; a sequence only moves forward. Give \
             {expected} or more."
        );
        return refuse_param(Code::AdvanceBackward, param, message);
    }
    if next > numbering::limits::ORDINAL_MAX {
        return refuse_param(
            Code::OrdinalOverflow,
            param,
            format!("The largest ordinal is {}.", numbering::limits::ORDINAL_MAX),
        );
    }
    if next - expected > limits::ADVANCE_MAX {
        let message = format!(
            "At most {} ordinals can be skipped at once. Give {} or less, and go on from there.",
            limits::ADVANCE_MAX,
            expected + limits::ADVANCE_MAX
        );
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    Ok(())
}

/// Makes the ordinals up to `next` blank.
pub(super) fn skip(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    place: &Place,
    sequence: &mut SequenceRow,
    next: u64,
) -> Result<Option<GapRow>, Halt> {
    if next == sequence.next() {
        return Ok(None);
    }
    let texts = Texts {
        customer: &place.scope.customer_text,
        invoice: &place.scope.parent_text,
        kind: place.series.kind_text(&place.kind).unwrap_or_default(),
    };
    let format = &place.series.version(place.date).format;
    let below = sequence.last_date.unwrap_or(sequence.period_from);
    ledger.last_gap += 1;
    let gap = GapRow {
        ledger: ledger.id,
        id: GapId(ledger.last_gap),
        sequence: sequence.id,
        from: sequence.next(),
        to: next - 1,
        first_text: render(format, place.date, sequence.next(), &texts)?,
        last_text: render(format, place.date, next - 1, &texts)?,
        date: ledger.settings.first_free().map_or(below, |free| below.max(free)),
        cause: GapCause::Skipped,
        at: command.at,
        actor: actor_text(&command.actor),
        index: ledger.trail_count,
        explanation: None,
    };
    (sequence.last, sequence.mark) = (next - 1, Some(Mark::MovedForward));
    books.gaps.write((ledger.id, gap.id), gap.clone());
    Ok(Some(gap))
}
