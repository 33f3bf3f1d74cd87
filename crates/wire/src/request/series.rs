//! Requests about series.

use std::collections::BTreeMap;

use ledger::command::{Advance, Item, NewSeries, SeriesChange};
use ledger::id::{CustomerId, LedgerId, SeriesId};
use ledger::limits as max;
use ledger::model::Kind;
use numbering::limits::{KIND_CHARS_MAX, PREFIX_CHARS_MAX};
use numbering::{Reset, Scope};

use super::list::{PAGING, Paging, paging};
use super::number::{KIND_WORDS, kind};
use super::{elsewhere, number_field, series_ref};
use crate::error::Problem;
use crate::limits::PREVIEW_MAX;
use crate::params::{Fields, Lines, Params, TextsLimits};

/// What a preview shows: numbers that documents like these would get, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The document.
    pub item: Item,
    /// How many in a row.
    pub count: u32,
}

/// Whether a series is closed to new documents, or opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesArchive {
    /// Close it.
    Close,
    /// Open it again.
    Reopen,
}

/// A page of series.
pub type SeriesList = Paging<SeriesId>;

/// A pattern may be longer than is allowed by this much and still reach the rule that says so.
const PATTERN_CHARS_READ: usize = 10_000;

/// Reads a series that is to be made.
///
/// # Errors
/// See [`Problem`].
pub fn new_series(params: Params<'_>) -> Result<NewSeries, Problem> {
    const KNOWN: [&str; 8] =
        ["name", "pattern", "reset", "scope", "prefix", "kinds", "starting_number", "default"];
    let mut fields = params.fields(&KNOWN)?;
    Ok(NewSeries {
        name: fields.needed_text("name", max::SERIES_NAME_CHARS_MAX)?,
        pattern: fields.needed_text("pattern", PATTERN_CHARS_READ)?,
        reset: reset(&mut fields)?,
        scope: scope(&mut fields)?,
        prefix: prefix(&mut fields)?.unwrap_or_default(),
        kinds: kinds(&mut fields)?.unwrap_or_default(),
        starting_number: fields.ordinal("starting_number")?,
        default: fields.flag("default")?.unwrap_or(false),
    })
}

/// Reads what changes in a series.
///
/// # Errors
/// See [`Problem`].
pub fn series_change(params: Params<'_>) -> Result<SeriesChange, Problem> {
    const KNOWN: [&str; 9] = [
        "name",
        "pattern",
        "reset",
        "prefix",
        "kinds",
        "starting_number",
        "first_ordinal",
        "default",
        "effective_from",
    ];
    let mut fields = params.fields(&KNOWN)?;
    Ok(SeriesChange {
        name: fields.text("name", max::SERIES_NAME_CHARS_MAX)?,
        pattern: fields.text("pattern", PATTERN_CHARS_READ)?,
        reset: reset(&mut fields)?,
        prefix: prefix(&mut fields)?,
        kinds: kinds(&mut fields)?,
        starting_number: fields.ordinal("starting_number")?,
        first_ordinal: fields.ordinal("first_ordinal")?,
        default: fields.flag("default")?,
        effective_from: fields.date("effective_from")?,
    })
}

/// Reads whether a series is closed; without `archived=false`, it is.
///
/// # Errors
/// See [`Problem`].
pub fn series_archive(params: Params<'_>) -> Result<SeriesArchive, Problem> {
    let closed = params.fields(&["archived"])?.flag("archived")?.unwrap_or(true);
    Ok(if closed { SeriesArchive::Close } else { SeriesArchive::Reopen })
}

/// Reads where a sequence of the series `id` moves forward to.
///
/// # Errors
/// See [`Problem`].
pub fn advance(params: Params<'_>, id: &str, ledger: LedgerId) -> Result<Advance, Problem> {
    let mut fields = params.fields(&["date", "customer", "parent", "next", "reason"])?;
    // Parameters first, then what the address names: see the ranks of errors.
    Ok(Advance {
        date: fields.date("date")?,
        customer: fields.text("customer", max::CUSTOMER_CHARS_MAX)?.map(CustomerId),
        parent: number_field(&mut fields, "parent", ledger)?,
        next: fields.ordinal("next")?.ok_or_else(|| fields.missing("next"))?,
        reason: fields.prose("reason")?.ok_or_else(|| fields.missing("reason"))?,
        series: series_ref(id, ledger, "id")?,
    })
}

/// Reads what a preview of the series `id` shows.
///
/// # Errors
/// See [`Problem`].
pub fn preview(params: Params<'_>, id: &str, ledger: LedgerId) -> Result<Preview, Problem> {
    let mut fields = params.fields(&["date", "count", "kind", "customer", "parent"])?;
    let date = fields.date("date")?;
    let count = fields.integer("count", 1..=u64::from(PREVIEW_MAX))?;
    let item = Item {
        date,
        kind: kind(&mut fields)?,
        customer: fields.text("customer", max::CUSTOMER_CHARS_MAX)?.map(CustomerId),
        parent: number_field(&mut fields, "parent", ledger)?,
        series: Some(series_ref(id, ledger, "id")?),
        ..Item::default()
    };
    Ok(Preview { item, count: count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1) })
}

/// Reads the page that a list of series is asked for.
///
/// # Errors
/// See [`Problem`].
pub fn series_list(params: Params<'_>, ledger: LedgerId) -> Result<SeriesList, Problem> {
    let mut fields = params.fields(&PAGING)?;
    paging(&mut fields, |text, param| match SeriesId::parse(text) {
        Some((of, id)) if of == ledger => Ok(id),
        _ => Err(elsewhere("series", text, param)),
    })
}

/// What `{prefix}` prints; it may be empty.
pub(super) fn prefix(fields: &mut Fields<'_>) -> Result<Option<String>, Problem> {
    let prefix = fields.blank_text("prefix", PREFIX_CHARS_MAX)?;
    let odd = prefix.iter().flat_map(|text| text.chars()).find(|&c| !numbering::is_allowed(c));
    match odd.map(u32::from) {
        Some(code) => fields.refuse(
            "prefix",
            format_args!(
                "contains U+{code:04X}, which cannot be in a number. Use letters, digits and marks."
            ),
        ),
        None => Ok(prefix),
    }
}

pub(super) fn reset(fields: &mut Fields<'_>) -> Result<Option<Reset>, Problem> {
    const WORDS: &str = "never, yearly, fiscal_year, quarterly, monthly, weekly or daily";
    fields.word("reset", |word| word.parse().ok(), WORDS)
}

pub(super) fn scope(fields: &mut Fields<'_>) -> Result<Option<Scope>, Problem> {
    fields.word("scope", |word| word.parse().ok(), "account, customer or parent")
}

/// `kinds[invoice]=R`, or `kinds[]=invoice` where `{kind}` prints nothing.
pub(super) fn kinds(fields: &mut Fields<'_>) -> Result<Option<BTreeMap<Kind, String>>, Problem> {
    if let Some(words) = fields.words("kinds", max::KIND_CHARS_MAX)? {
        let mut kinds = BTreeMap::new();
        for (index, word) in words.iter().enumerate() {
            let Some(kind) = Kind::parse(word) else {
                let field = format!("kinds[{index}]");
                return fields.refuse(&field, format_args!("is {word:?}. Expected {KIND_WORDS}."));
            };
            kinds.insert(kind, String::new());
        }
        return Ok(Some(kinds));
    }
    let limits = TextsLimits {
        count_max: KINDS_MAX,
        key_chars_max: max::KIND_CHARS_MAX,
        value_chars_max: KIND_CHARS_MAX,
        lines: Lines::One,
    };
    let Some(texts) = fields.texts("kinds", limits)? else { return Ok(None) };
    let mut kinds = BTreeMap::new();
    for (word, text) in texts {
        let Some(kind) = Kind::parse(&word) else {
            return fields.refuse("kinds", format_args!("has {word:?}. Expected {KIND_WORDS}."));
        };
        kinds.insert(kind, text);
    }
    Ok(Some(kinds))
}

const KINDS_MAX: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Params<'_> {
        Params::from_form(text).unwrap()
    }

    #[test]
    fn a_series_with_kinds() {
        let read = |text| new_series(form(text));
        let series =
            read("name=a&pattern={kind}{seq}&kinds[invoice]=&kinds[credit_note]=C&default=true");
        let series = series.unwrap();
        assert_eq!(series.kinds[&Kind::credit_note()], "C");
        assert_eq!(series.kinds[&Kind::invoice()], "");
        assert!(series.default);
        let listed = read("name=a&pattern={seq}&kinds[]=invoice").unwrap();
        assert_eq!(listed.kinds.len(), 1);
        for (text, code, param) in [
            ("pattern={seq}", "parameter_missing", "name"),
            ("name=a", "parameter_missing", "pattern"),
            ("name=a&pattern=", "parameter_invalid_empty", "pattern"),
            ("name=a&pattern=x&reset=hourly", "parameter_invalid", "reset"),
            ("name=a&pattern=x&scope=world", "parameter_invalid", "scope"),
            ("name=a&pattern=x&kinds[Invoice]=", "parameter_invalid", "kinds"),
            ("name=a&pattern=x&kinds[]=Invoice", "parameter_invalid", "kinds[0]"),
            ("name=a&pattern=x&kinds=invoice", "parameter_invalid_object", "kinds"),
            (
                "name=a&pattern=x&starting_number=1000000000000000",
                "ordinal_overflow",
                "starting_number",
            ),
            ("name=a&pattern=x&starting_number=-1", "parameter_invalid_integer", "starting_number"),
            ("name=a&pattern=x&prefix=%00", "parameter_invalid", "prefix"),
            ("name=a&pattern=x&prefix=%F0%9F%A6%80", "parameter_invalid", "prefix"),
        ] {
            let problem = read(text).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
    }

    #[test]
    fn changes_advances_and_previews() {
        let change = series_change(form("prefix=&first_ordinal=7")).unwrap();
        assert_eq!((change.prefix.as_deref(), change.first_ordinal), (Some(""), Some(7)));
        let advance = |text| super::advance(form(text), "invoices", LedgerId(1));
        assert_eq!(advance("next=9&reason=lost+book").unwrap().next, 9);
        assert_eq!(advance("next=9").unwrap_err().param.as_deref(), Some("reason"));
        assert_eq!(advance("reason=x").unwrap_err().param.as_deref(), Some("next"));
        let preview = |text| super::preview(form(text), "invoices", LedgerId(1));
        assert_eq!(preview("").unwrap().count, 1);
        assert_eq!(preview("count=101").unwrap_err().param.as_deref(), Some("count"));
        assert_eq!(series_archive(form("")), Ok(SeriesArchive::Close));
        assert_eq!(series_archive(form("archived=false")), Ok(SeriesArchive::Reopen));
    }
}
