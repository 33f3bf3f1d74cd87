//! Making and changing series.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use numbering::{
    CollidingNumber, Collision, CollisionReason, Format, FormatError, Ordinal, Pattern, Relation,
    Reset, Scope, Texts, TokenKind, collision_beside,
};

use super::plan::{check_none, plan};
use super::revise::{counts_alike, revise, same};
use super::{Halt, ledger, record, refuse_param, series_of, today};
use crate::books::Books;
use crate::command::{Command, NewSeries, SeriesChange, SeriesRef};
use crate::id::SeriesId;
use crate::limits::SERIES_NAME_CHARS_MAX;
use crate::model::{
    FormatVersion, HouseStyle, Kind, KindText, LedgerRow, Level, PrefixOwner, SeriesRow,
};
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::trail::Change;

/// Makes a series.
pub(super) fn create(
    books: &mut Books,
    command: &Command,
    new: &NewSeries,
) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let name = checked_name(&new.name)?;
    if books.series_names.read(&(ledger.id, name.clone()))?.is_some() {
        let message = format!("There is a series called {name} already. Choose another name.");
        return refuse_param(Code::ResourceAlreadyExists, "name", message);
    }
    let pattern = parse_pattern(&new.pattern)?;
    let scope = new.scope.unwrap_or_else(|| scope_of(&pattern));
    let kinds = kinds_of(&new.kinds);
    let format = Format {
        reset: new.reset.unwrap_or_else(|| pattern.default_reset()),
        fiscal_year_start: ledger.settings.fiscal_year_start,
        prefix: new.prefix.clone(),
        kind_texts: kind_texts(&pattern, &kinds),
        pattern,
    };
    ledger.last_series += 1;
    let (id, versions) = (SeriesId(ledger.last_series), vec![FormatVersion::always(format)]);
    let row = SeriesRow {
        kinds,
        scope,
        starting_number: checked_first(new.starting_number.unwrap_or(1), "starting_number")?,
        ..SeriesRow::new(ledger.id, id, name, versions)
    };
    if new.default {
        make_default(&mut ledger, &row);
    }
    check_formats(books, &ledger, &row)?;
    keep(books, command, ledger, row)
}

/// Changes a series; what was given already stays as it is.
pub(super) fn change(
    books: &mut Books,
    command: &Command,
    which: &SeriesRef,
    change: &SeriesChange,
) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let series = series_of(books, ledger.id, which)?;
    let mut row = SeriesRow::clone(&series);
    if let Some(name) = &change.name {
        row.name = checked_name(name)?;
        let owner = books.series_names.read(&(ledger.id, row.name.clone()))?;
        if owner.is_some_and(|owner| *owner != row.id) {
            let message = format!("There is a series called {} already.", row.name);
            return refuse_param(Code::ResourceAlreadyExists, "name", message);
        }
    }
    if let Some(kinds) = &change.kinds {
        row.kinds = kinds_of(kinds);
    }
    if let Some(start) = change.starting_number {
        set_start(&mut row, start)?;
    }
    if change.default == Some(true) {
        make_default(&mut ledger, &row);
    }
    let format = changed_format(&row, change)?;
    if let Some(from) = change.effective_from {
        check_plannable(change)?;
        let first = first_ordinal(&row, &format, change)?;
        row = plan(books, &ledger, &row, (format, first), from)?;
    } else if format != row.newest().format || change.first_ordinal.is_some() {
        check_none(&row)?;
        let first = first_ordinal(&row, &format, change)?;
        let today = today(&ledger, command)?;
        row = revise(&row, format, first, today);
        check_formats(books, &ledger, &row)?;
    }
    if change.kinds.is_some() {
        widen(books, &ledger, &mut row)?;
    }
    if row == *series && change.default.is_none() {
        return Ok(Outcome::Series(Box::new(row)));
    }
    keep(books, command, ledger, row)
}

/// Refuses to set ahead what holds at once.
fn check_plannable(change: &SeriesChange) -> Result<(), Halt> {
    let others = [
        ("name", change.name.is_some()),
        ("kinds", change.kinds.is_some()),
        ("starting_number", change.starting_number.is_some()),
        ("default", change.default.is_some()),
    ];
    match others.into_iter().find(|(_, is_there)| *is_there) {
        Some((param, _)) => refuse_param(
            Code::ParameterInvalid,
            param,
            format!("`{param}` holds at once. Send it without `effective_from`."),
        ),
        None => Ok(()),
    }
}

/// The ordinal with which another reset starts at once.
fn first_ordinal(
    row: &SeriesRow,
    format: &Format,
    change: &SeriesChange,
) -> Result<Option<u64>, Halt> {
    let Some(first) = change.first_ordinal else { return Ok(None) };
    if row.started() && row.newest().format.reset == format.reset {
        let message = "A first ordinal goes with another reset. To skip ordinals, move the \
                       sequence forward; before the first number, set the starting number.";
        return refuse_param(Code::ParameterInvalid, "first_ordinal", message);
    }
    checked_first(first, "first_ordinal").map(Some)
}

/// Closes a series to new documents, or opens it again.
pub(super) fn archive(
    books: &mut Books,
    command: &Command,
    which: &SeriesRef,
    archived: bool,
) -> Result<Outcome, Halt> {
    let ledger = ledger(books, command.ledger)?;
    let series = series_of(books, ledger.id, which)?;
    let row = SeriesRow { archived, ..SeriesRow::clone(&series) };
    if row == *series {
        return Ok(Outcome::Series(Box::new(row)));
    }
    keep(books, command, ledger, row)
}

/// Puts a series into the books, and keeps the answers that depend on it true.
pub(super) fn write(books: &mut Books, row: SeriesRow) {
    let row = Arc::new(row);
    let (ledger, id) = (row.ledger, row.id);
    if let Some(list) = books.ledger_series.peek(&ledger) {
        let mut list = list.clone();
        match list.iter_mut().find(|known| known.id == id) {
            Some(known) => *known = Arc::clone(&row),
            None => list.push(Arc::clone(&row)),
        }
        books.ledger_series.write(ledger, list);
    }
    let before = books.series.peek(&(ledger, id)).map(|known| known.name.clone());
    if let Some(before) = before.filter(|name| *name != row.name) {
        books.series_names.retract((ledger, before));
    }
    books.series_names.write((ledger, row.name.clone()), id);
    books.series.write((ledger, id), row);
}

/// Takes the words that numbers of this series begin with, so that no customer gets them.
pub(super) fn reserve_prefixes(books: &mut Books, row: &SeriesRow) -> Result<(), Halt> {
    for head in free_prefixes(books, row)? {
        books.prefixes.write((row.ledger, head), PrefixOwner::Series(row.id));
    }
    Ok(())
}

/// The words that numbers of this series begin with and that nobody has. Refuses those that a
/// customer has.
fn free_prefixes(books: &Books, row: &SeriesRow) -> Result<Vec<String>, Halt> {
    let mut free = Vec::new();
    for head in row.formats().filter_map(Format::leading_word) {
        let key = (row.ledger, head.clone());
        match books.prefixes.read(&key)? {
            Some(PrefixOwner::Customer(customer)) => {
                let message = format!(
                    "{head} is, or was, the prefix of customer {}. Choose another prefix.",
                    customer.0
                );
                return refuse_param(Code::PrefixTaken, "prefix", message);
            }
            Some(PrefixOwner::Series(_)) => {}
            None => free.push(head),
        }
    }
    Ok(free)
}

/// Sets the very first ordinal, while there is no number yet.
pub(super) fn set_start(row: &mut SeriesRow, start: u64) -> Result<(), Halt> {
    let start = checked_first(start, "starting_number")?;
    if row.started() && start != row.starting_number {
        let message = format!(
            "The series {} has numbers already, so its starting number is fixed. Move the \
             sequence forward instead, with a reason.",
            row.name
        );
        return refuse_param(Code::StartingNumberFixed, "starting_number", message);
    }
    row.starting_number = start;
    Ok(())
}

/// Refuses a format that is not sound, or that could print a number of another format; takes the
/// words that its numbers begin with.
pub(super) fn check_formats(
    books: &mut Books,
    ledger: &LedgerRow,
    row: &SeriesRow,
) -> Result<(), Halt> {
    prove_formats(books, ledger, row)?;
    reserve_prefixes(books, row)
}

/// As [`check_formats`], and takes nothing.
pub(super) fn prove_formats(
    books: &Books,
    ledger: &LedgerRow,
    row: &SeriesRow,
) -> Result<(), Halt> {
    let format = &row.versions[row.versions.len() - 1].format;
    if ledger.settings.style == HouseStyle::Stripe && format.pattern.has(TokenKind::Prefix) {
        super::defaults::check_account_prefix(&format.prefix)?;
    }
    if format.pattern.has(TokenKind::Invoice) && row.scope != Scope::Parent {
        let message = "{invoice} prints the parent's number, so the series counts by parent. Make \
                       it with scope=parent, or take {invoice} out.";
        return refuse_param(Code::PatternInvalid, "pattern", message);
    }
    if let Err(error) = format.validate_for(row.scope) {
        return refuse_format(&error);
    }
    free_prefixes(books, row)?;
    let before = books.series.read(&(row.ledger, row.id))?.cloned();
    let before = before.as_deref().filter(|before| before.started()).map(SeriesRow::newest);
    match clash(books, ledger, row, row.versions.len() - 1, before)? {
        Some((collision, with)) => refuse_collision(&collision, &with),
        None => Ok(()),
    }
}

/// Refuses a format that printed, or is to print, some numbers of a series beside its versions, if
/// it is not sound or could print a number of another format.
pub(super) fn check_former(
    books: &mut Books,
    ledger: &LedgerRow,
    row: &SeriesRow,
    format: &Format,
) -> Result<(), Halt> {
    if let Err(error) = format.validate_for(row.scope) {
        return refuse_format(&error);
    }
    let mut beside = row.clone();
    beside
        .versions
        .push(FormatVersion { from: Date::MAX, ..FormatVersion::always(format.clone()) });
    reserve_prefixes(books, &beside)?;
    match clash(books, ledger, &beside, beside.versions.len() - 1, None)? {
        Some((collision, with)) => refuse_collision(&collision, &with),
        None => Ok(()),
    }
}

/// Lets formats of earlier periods print kinds that were added since, for documents that come
/// late. One in which a new text would clash with other numbers stays as it is.
fn widen(books: &Books, ledger: &LedgerRow, row: &mut SeriesRow) -> Result<(), Halt> {
    for place in 0..row.versions.len() - 1 {
        let format = &row.versions[place].format;
        let mut texts = format.kind_texts.clone();
        let added = kind_texts(&format.pattern, &row.kinds);
        texts.extend(added.into_iter().filter(|text| !format.kind_texts.contains(text)));
        if texts == format.kind_texts {
            continue;
        }
        let mut widened = row.clone();
        widened.versions[place].format.kind_texts = texts;
        let sound = widened.versions[place].format.validate_for(row.scope).is_ok();
        let before = Some(&row.versions[place]);
        if sound && clash(books, ledger, &widened, place, before)?.is_none() {
            *row = widened;
        }
    }
    Ok(())
}

/// A number that a version of a series could print and another format too, with whose that is.
///
/// Imported history may repeat itself, and the counter goes on behind it. So what the series has
/// had beside the version `before` this one, although the two could print one text, is let be.
fn clash(
    books: &Books,
    ledger: &LedgerRow,
    row: &SeriesRow,
    place: usize,
    before: Option<&FormatVersion>,
) -> Result<Option<(Collision, String)>, Halt> {
    let format = &row.versions[place].format;
    let Some(all) = books.ledger_series.read(&ledger.id)?.cloned() else {
        return Err(Halt::Missing);
    };
    let heads: Vec<String> = all
        .iter()
        .filter(|other| other.id != row.id)
        .flat_map(|other| other.formats().filter_map(Format::leading_word).collect::<Vec<_>>())
        .chain(row.formats().filter_map(Format::leading_word))
        .collect();
    let taken: Vec<&str> = heads.iter().map(String::as_str).collect();
    let prints = |other: &&Arc<SeriesRow>| !idle(ledger, other) && !other.is_typed();
    for other in all.iter().filter(|other| other.id != row.id).filter(prints) {
        for theirs in other.formats() {
            let found = collision_beside(format, theirs, Relation::OtherSeries, &taken);
            if let Some(collision) = found {
                return Ok(Some((collision, told(other))));
            }
        }
    }
    // The same format again counts on in the same sequences, unless the counters were cut
    // otherwise in between.
    let one_cut = row.formats().all(|own| counts_alike(own, format));
    let itself = row.former.len() + place;
    for (at, own) in row.formats().enumerate().filter(|(at, _)| *at != itself) {
        if one_cut && same(own, format) {
            continue;
        }
        let beside = |version: &FormatVersion| match at < itself {
            true => own_collision(own, &version.format, version.from, &taken),
            false => {
                let from = row.versions[at - row.former.len()].from;
                own_collision(&version.format, own, from, &taken)
            }
        };
        let is_history = || before.is_some_and(|before| beside(before).is_some());
        if let Some(collision) = beside(&row.versions[place])
            && !is_history()
        {
            return Ok(Some((collision, "another format of the same series".to_owned())));
        }
    }
    Ok(None)
}

/// A series as a collision with it is told: one without a number can still give way.
fn told(series: &SeriesRow) -> String {
    if series.started() {
        return format!("the series {}", series.name);
    }
    let kinds: Vec<&str> = series.kinds.iter().map(|known| known.kind.text()).collect();
    format!("the series {}, which is for {} and has no number yet", series.name, kinds.join(", "))
}

/// A collision of two formats of one series, of which the later one begins at `boundary`.
fn own_collision(
    own: &Format,
    format: &Format,
    boundary: Date,
    taken: &[&str],
) -> Option<Collision> {
    let same_text = own.pattern == format.pattern && own.prefix == format.prefix;
    if same_text && own.kind_texts == format.kind_texts {
        // The same text under another reset or fiscal year: each has days of its own, so the two
        // print the same only where they meet in the middle of what the text tells apart.
        return meeting(own, boundary.yesterday().ok()?, format, boundary);
    }
    collision_beside(own, format, Relation::SameSeries, taken)
}

/// The two numbers that would be one where an earlier format ends and a later one begins.
fn meeting(own: &Format, before: Date, format: &Format, boundary: Date) -> Option<Collision> {
    let kind = format.kind_texts.first().map_or("", String::as_str);
    let texts = Texts { customer: "A", invoice: "A", kind };
    let number = |format: &Format, date: Date| {
        let period = format.period(date).label(format);
        Some(CollidingNumber {
            text: format.render(date, Ordinal::ONE, &texts).ok()?,
            date,
            ordinal: Ordinal::ONE,
            scope: String::new(),
            description: format!("ordinal 1 of {period} for a document of {date}"),
        })
    };
    let (first, second) = (number(own, before)?, number(format, boundary)?);
    let collides = first.text == second.text;
    collides.then_some(Collision { reason: CollisionReason::Period, first, second })
}

/// Whether a series that came with the style is not in use: nobody gets numbers from it, and it is
/// checked again when it comes into use, by the level or by name.
pub(super) fn idle(ledger: &LedgerRow, series: &SeriesRow) -> bool {
    let level = ledger.settings.level;
    let in_use = ledger.defaults.iter().any(|((kind, at), id)| {
        let has_own = ledger.defaults.contains_key(&(kind.clone(), level));
        *id == series.id && (*at == level || (*at == Level::Account && !has_own))
    });
    series.id.0 <= super::defaults::SERIES_OF_STYLE && !series.started() && !in_use
}

pub(super) fn keep(
    books: &mut Books,
    command: &Command,
    mut ledger: LedgerRow,
    row: SeriesRow,
) -> Result<Outcome, Halt> {
    let change =
        Change::SeriesChanged { series: Box::new(row.clone()), defaults: ledger.default_list() };
    record(books, command, &mut ledger, &change);
    write(books, row.clone());
    Ok(Outcome::Series(Box::new(row)))
}

fn make_default(ledger: &mut LedgerRow, row: &SeriesRow) {
    let level = if row.scope == Scope::Customer { Level::Customer } else { Level::Account };
    let mut list = ledger.default_list();
    for known in &row.kinds {
        list.retain(|(kind, at, _)| (kind, *at) != (&known.kind, level));
        list.push((known.kind.clone(), level, row.id));
    }
    ledger.set_defaults(list);
}

fn changed_format(row: &SeriesRow, change: &SeriesChange) -> Result<Format, Halt> {
    let mut format = row.newest().format.clone();
    if let Some(text) = &change.pattern {
        let pattern = parse_pattern(text)?;
        if change.reset.is_none() && format.reset == format.pattern.default_reset() {
            format.reset = pattern.default_reset();
        }
        format.pattern = pattern;
    }
    if let Some(reset) = change.reset {
        format.reset = reset;
    }
    if let Some(prefix) = &change.prefix {
        format.prefix.clone_from(prefix);
    }
    format.kind_texts = kind_texts(&format.pattern, &row.kinds);
    Ok(format)
}

fn parse_pattern(text: &str) -> Result<Pattern, Halt> {
    match text.parse() {
        Ok(pattern) => Ok(pattern),
        Err(error) => {
            refuse_param(Code::PatternInvalid, "pattern", format!("The pattern is wrong: {error}."))
        }
    }
}

fn scope_of(pattern: &Pattern) -> Scope {
    if pattern.has(TokenKind::Invoice) {
        Scope::Parent
    } else if pattern.has(TokenKind::Customer) {
        Scope::Customer
    } else {
        Scope::Account
    }
}

fn kinds_of(kinds: &BTreeMap<Kind, String>) -> Vec<KindText> {
    if kinds.is_empty() {
        return vec![KindText { kind: Kind::invoice(), text: String::new() }];
    }
    kinds.iter().map(|(kind, text)| KindText { kind: kind.clone(), text: text.clone() }).collect()
}

fn kind_texts(pattern: &Pattern, kinds: &[KindText]) -> Vec<String> {
    if pattern.has(TokenKind::Kind) {
        kinds.iter().map(|known| known.text.clone()).collect()
    } else {
        Vec::new()
    }
}

fn checked_name(name: &str) -> Result<String, Halt> {
    let fits = (1..=SERIES_NAME_CHARS_MAX).contains(&name.chars().count());
    let fine = name.chars().all(|c| c.is_alphanumeric() || " _-.".contains(c));
    if fits && fine && name.trim() == name && !name.starts_with("ser_") {
        return Ok(name.to_owned());
    }
    let message = format!(
        "A series' name has 1 to {SERIES_NAME_CHARS_MAX} letters, digits, spaces, '_', '-' or '.', \
         no space at its ends, and does not begin with ser_."
    );
    refuse_param(Code::ParameterInvalid, "name", message)
}

fn checked_first(first: u64, param: &str) -> Result<u64, Halt> {
    let max = numbering::limits::ORDINAL_MAX;
    if (1..=max).contains(&first) {
        return Ok(first);
    }
    let message = format!("The {param} is {first}. Give a whole number from 1 to {max}.");
    refuse_param(Code::ParameterInvalid, param, message)
}

fn refuse_format<T>(error: &FormatError) -> Result<T, Halt> {
    match error {
        FormatError::Collision(collision) => refuse_collision(collision, "itself"),
        other => {
            refuse_param(Code::PatternInvalid, "pattern", format!("The pattern is wrong: {other}."))
        }
    }
}

fn refuse_collision<T>(collision: &Collision, with: &str) -> Result<T, Halt> {
    let message = format!(
        "The pattern could print a number twice, against {with}: {collision}. Put what tells \
         them apart into the pattern, or choose another prefix."
    );
    refuse_param(Code::PatternCollision, "pattern", message)
}

/// The reset that a yearly one is under a fiscal year.
pub(super) fn yearly(ledger: &LedgerRow) -> Reset {
    if ledger.settings.fiscal_year_start.is_calendar() { Reset::Yearly } else { Reset::FiscalYear }
}
