//! Why a number is what it is.

use jiff::civil::Date;
use ledger::command::SeriesRef;
use ledger::id::{KeyId, LedgerId, Position, SeriesId, UserId};
use ledger::model::{At, LedgerRow, Mark, NumberRow, Receipt, SequenceRow, SeriesRow, State};
use ledger::outcome::NumberView;
use numbering::{Format, Ordinal, Reset, Scope};
use store::{NumberFilter, Page, Reader};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Everything that led to a number, and what happened to it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The number, with its period.
    pub number: NumberView,
    /// The series and the rule that printed the number.
    pub series: WhySeries,
    /// The document's date, which chose the period.
    pub date: Date,
    /// The zone in which "today" is found for documents without a date.
    pub time_zone: String,
    /// Whose counter it is: nobody's apart, a customer's id, or the parent's number id.
    pub scope: Option<String>,
    /// The counter before; `None` when this is the first ordinal of its sequence.
    pub counter_before: Option<u64>,
    /// The counter after.
    pub counter_after: u64,
    /// Who asked for it: the operator's name, or the key's id with its name.
    pub actor: String,
    /// When it was given.
    pub at: At,
    /// The trail entry that recorded it.
    pub receipt: Receipt,
    /// The kind of that entry, such as `numbers.issued`.
    pub what: String,
    /// What happened since, in order.
    pub since: Vec<Since>,
    /// All of it in sentences.
    pub text: String,
}

/// A series as it was when it printed a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhySeries {
    /// Its id.
    pub id: SeriesId,
    /// Its name now.
    pub name: String,
    /// The pattern that printed the number; `None` for an imported text that none of the series'
    /// patterns prints.
    pub pattern: Option<String>,
    /// When that pattern starts counting again.
    pub reset: Option<Reset>,
    /// What is counted apart.
    pub scope: Scope,
    /// The prefix that the pattern printed.
    pub prefix: Option<String>,
}

/// Something that happened to a number after it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// When.
    pub at: At,
    /// Who.
    pub actor: String,
    /// Index of the trail entry.
    pub index: u64,
    /// What, in a sentence.
    pub what: String,
}

impl Engine {
    /// Why a number is what it is; `None` when there is no such number.
    pub fn why(&self, ledger: LedgerId, number: Position) -> Pending<Option<Why>> {
        self.read(move |reader| {
            let head = lookup::ledger(reader, ledger)?;
            let Some(found) = reader.number(ledger, number)? else { return Ok(None) };
            let which = SeriesRef::Id(found.sequence.series);
            let series = lookup::series(reader, ledger, &which)?;
            explain(reader, &head, &series, &found.sequence, found.row).map(Some)
        })
    }
}

fn explain(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    series: &SeriesRow,
    sequence: &SequenceRow,
    row: NumberRow,
) -> Result<Why, EngineError> {
    let given = entry(reader, head.id, row.receipt.index)?;
    let format = printed_by(series, &row);
    let why_series = WhySeries {
        id: series.id,
        name: series.name.clone(),
        pattern: format.map(|format| format.pattern.to_string()),
        reset: format.map(|format| format.reset),
        scope: series.scope,
        prefix: format.map(|format| format.prefix.clone()).filter(|prefix| !prefix.is_empty()),
    };
    let scope = scope_text(head.id, series.scope, sequence);
    let since = since(reader, head, &row)?;
    let first = row.ordinal == sequence.first;
    let mut why = Why {
        date: row.date,
        time_zone: head.settings.time_zone.clone(),
        scope,
        counter_before: (!first).then(|| row.ordinal - 1),
        counter_after: row.ordinal,
        actor: given.actor,
        at: given.at,
        receipt: row.receipt,
        what: given.what,
        number: NumberView::new(row, sequence, series),
        series: why_series,
        since,
        text: String::new(),
    };
    why.text = sentences(&why);
    Ok(why)
}

/// A trail entry, told with the names of keys and people.
struct Told {
    at: At,
    actor: String,
    what: String,
}

fn entry(reader: &mut dyn Reader, ledger: LedgerId, index: u64) -> Result<Told, EngineError> {
    let page = reader.trail(ledger, index, 1)?;
    let stored = page.entries.into_iter().find(|stored| stored.sealed.entry.index == index);
    let Some(stored) = stored else {
        let text = format!("the trail has no entry {index}; run `gapless verify`");
        return Err(EngineError::Defect(text));
    };
    let entry = stored.sealed.entry;
    let actor = named(reader, ledger, entry.actor)?;
    Ok(Told { at: entry.at, actor, what: entry.what })
}

/// Who made an entry of the trail: the operator's name, or the key's id with its name.
pub(super) fn actor_of(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    index: u64,
) -> Result<String, EngineError> {
    entry(reader, ledger, index).map(|told| told.actor)
}

fn named(reader: &mut dyn Reader, ledger: LedgerId, actor: String) -> Result<String, EngineError> {
    let name = match (KeyId::parse(&actor), UserId::parse(&actor)) {
        (Some(id), _) => reader.key(id)?.map(|key| key.name),
        (None, Some(id)) => {
            let people = reader.people(ledger)?;
            people.into_iter().find(|row| row.id == id).map(|row| row.name)
        }
        (None, None) => None,
    };
    Ok(match name.filter(|name| !name.is_empty()) {
        Some(name) => format!("{actor} ({name})"),
        None => actor,
    })
}

/// The format that printed a number: the one in force on its date, if it prints it, else one that
/// the series had before.
fn printed_by<'a>(series: &'a SeriesRow, row: &NumberRow) -> Option<&'a Format> {
    let ordinal = Ordinal::new(row.ordinal).ok()?;
    let prints =
        |format: &&Format| format.read(&row.text).iter().any(|reading| reading.ordinal == ordinal);
    let in_force = Some(&series.version(row.date).format).filter(prints);
    in_force.or_else(|| series.formats().filter(prints).last())
}

fn scope_text(ledger: LedgerId, scope: Scope, sequence: &SequenceRow) -> Option<String> {
    let text = &sequence.scope.0;
    match scope {
        Scope::Account => None,
        Scope::Customer => Some(text.clone()),
        Scope::Parent => match text.parse() {
            Ok(position) => Some(Position(position).id(ledger)),
            Err(_) => Some(text.clone()),
        },
    }
}

fn since(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    row: &NumberRow,
) -> Result<Vec<Since>, EngineError> {
    let mut since = Vec::new();
    if let Some(voided) = &row.voided {
        let told = entry(reader, head.id, voided.index)?;
        let what = format!("It was voided as {}: {}", voided.cause.text(), voided.reason);
        since.push(Since { at: told.at, actor: told.actor, index: voided.index, what });
    }
    if let Some(next) = reissued_as(reader, row)? {
        let told = entry(reader, head.id, next.receipt.index)?;
        let what = format!("Its reference got the new number {}.", next.text);
        since.push(Since { at: told.at, actor: told.actor, index: next.receipt.index, what });
    }
    since.sort_by_key(|since| since.index);
    Ok(since)
}

/// The number that replaces a voided one.
fn reissued_as(reader: &mut dyn Reader, row: &NumberRow) -> Result<Option<NumberRow>, EngineError> {
    let (State::Void, Some(reference)) = (row.state, &row.reference) else { return Ok(None) };
    let filter = NumberFilter {
        reference: Some(reference.clone()),
        kind: Some(row.kind.clone()),
        ..NumberFilter::default()
    };
    let page = Page { limit: 100, ending_before: None, starting_after: None };
    let found = reader.numbers(row.ledger, &filter, page)?.rows.into_iter().map(|one| one.row);
    Ok(found.into_iter().find(|next| next.reissue_of == Some(row.position)))
}

/// What a mark says, for people.
fn marked(mark: Mark) -> &'static str {
    match mark {
        Mark::Taught => "it taught the series its format",
        Mark::Resequenced => "numbers were given anew, from this one on",
        Mark::MovedForward => "the sequence was moved forward",
        Mark::Imported => "the numbers before it were imported",
    }
}

fn sentences(why: &Why) -> String {
    let row = &why.number.row;
    let mut text = vec![holder(row), rule(why), counter(why)];
    if let Some(warning) = row.warning {
        text.push(format!("It was given with the warning {}.", warning.text()));
    }
    if let Some(mark) = row.mark {
        text.push(format!("It is the first behind a change of its sequence: {}.", marked(mark)));
    }
    let at = why.at.rfc3339();
    let (index, hash) = (why.receipt.index, why.receipt.hash);
    text.push(format!(
        "{} asked for it at {at}; entry {index} of the trail ({}, {hash}) records it.",
        why.actor, why.what
    ));
    for since in &why.since {
        let (at, actor) = (since.at.rfc3339(), &since.actor);
        text.push(format!("{} ({actor}, {at}, entry {})", since.what, since.index));
    }
    text.join("\n")
}

fn holder(row: &NumberRow) -> String {
    let what = match row.state {
        State::Held => "is held by",
        State::Void => "is void; it was given to",
        State::Blank => "is blank; it was given to",
        State::Occupied => {
            let text = "is occupied: when its turn came, another number had this text already, \
                        so the counter stepped over it";
            return format!("{} {text}.", row.text);
        }
    };
    let reference = match &row.reference {
        Some(reference) => format!("with the reference {reference:?}"),
        None => "without a reference".to_owned(),
    };
    format!("{} {what} a document of kind {} {reference}.", row.text, row.kind)
}

fn rule(why: &Why) -> String {
    let series = &why.series;
    let printed = match (&series.pattern, series.reset) {
        (Some(pattern), Some(reset)) => {
            format!("its pattern {pattern} (reset: {reset}) printed it")
        }
        _ => "its text was taken over as it was".to_owned(),
    };
    let prefix = match &series.prefix {
        Some(prefix) => format!(" with the prefix {prefix:?}"),
        None => String::new(),
    };
    let period = &why.number.period;
    format!(
        "It belongs to the series {}; {printed}{prefix}. The document's date {} (zone {}) puts it \
         into the period {}, from {} until before {}.",
        series.name, why.date, why.time_zone, why.number.period_label, period.from, period.to
    )
}

fn counter(why: &Why) -> String {
    let whose = match &why.scope {
        Some(scope) => format!(" of {scope}"),
        None => String::new(),
    };
    match why.counter_before {
        Some(before) => {
            format!(
                "The counter{whose} stood at {before} before and at {} after.",
                why.counter_after
            )
        }
        None => format!("It is the first of its counter{whose}, at {}.", why.counter_after),
    }
}
