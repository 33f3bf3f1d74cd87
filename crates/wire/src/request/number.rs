//! Requests about numbers: give, list, void.

use jiff::civil::Date;
use ledger::command::{Item, SeriesRef, Void};
use ledger::id::{CustomerId, LedgerId, Position};
use ledger::limits as max;
use ledger::model::{Cause, Kind, Metadata, State};

use super::list::{PAGING, Paging, paging};
use super::{number_field, number_id, series_field};
use crate::error::{Problem, RimCode};
use crate::params::{Fields, Lines, Params, TextsLimits};

/// Which numbers a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberList {
    /// Of a series.
    pub series: Option<SeriesRef>,
    /// Of a period, by its label or first day.
    pub period: Option<String>,
    /// In a state.
    pub state: Option<State>,
    /// Of a kind.
    pub kind: Option<Kind>,
    /// Of a customer.
    pub customer: Option<CustomerId>,
    /// With a reference.
    pub reference: Option<String>,
    /// With a text.
    pub number: Option<String>,
    /// Dated on this day or later.
    pub from: Option<Date>,
    /// Dated on this day or earlier.
    pub to: Option<Date>,
    /// The page.
    pub paging: Paging<Position>,
}

const ITEM: [&str; 8] =
    ["date", "reference", "series", "kind", "customer", "parent", "metadata", "reissue"];

/// Reads the document that is to get a number.
///
/// # Errors
/// See [`Problem`].
pub fn item(params: Params<'_>, ledger: LedgerId) -> Result<Item, Problem> {
    read_item(params.fields(&ITEM)?, ledger)
}

/// Reads the documents of a batch, `items[]`.
///
/// # Errors
/// See [`Problem`].
pub fn batch(params: Params<'_>, ledger: LedgerId) -> Result<Vec<Item>, Problem> {
    let mut fields = params.fields(&["items"])?;
    let items = fields.items("items", &ITEM)?.ok_or_else(|| fields.missing("items"))?;
    if items.is_empty() {
        let message = "`items` is empty. Give at least one document.";
        return Err(Problem::of(RimCode::ParameterInvalidEmpty, "items", message));
    }
    items.into_iter().map(|fields| read_item(fields, ledger)).collect()
}

fn read_item(mut fields: Fields<'_>, ledger: LedgerId) -> Result<Item, Problem> {
    Ok(Item {
        date: fields.date("date")?,
        reference: fields.text("reference", max::REFERENCE_CHARS_MAX)?,
        series: series_field(&mut fields, ledger)?,
        kind: kind(&mut fields)?,
        customer: fields.text("customer", max::CUSTOMER_CHARS_MAX)?.map(CustomerId),
        parent: number_field(&mut fields, "parent", ledger)?,
        metadata: metadata(&mut fields)?,
        reissue: fields.flag("reissue")?.unwrap_or(false),
    })
}

/// Reads why the number `id` is voided. Without a cause, its document was cancelled.
///
/// # Errors
/// See [`Problem`].
pub fn void(params: Params<'_>, id: &str, ledger: LedgerId) -> Result<Void, Problem> {
    let mut fields = params.fields(&["cause", "reason"])?;
    let cause = fields.word("cause", Cause::parse, "unused or cancelled")?;
    let reason = fields.prose("reason")?.ok_or_else(|| fields.missing("reason"))?;
    // Parameters first, then what the address names: see the ranks of errors.
    let number = number_id(id, ledger, "id")?;
    Ok(Void { number, cause: cause.unwrap_or(Cause::Cancelled), reason })
}

/// Reads which numbers a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn number_list(params: Params<'_>, ledger: LedgerId) -> Result<NumberList, Problem> {
    const FILTERS: [&str; 8] =
        ["series", "period", "state", "kind", "customer", "reference", "number", "date"];
    let mut fields = params.fields(&[&FILTERS[..], &PAGING[..]].concat())?;
    let mut list = NumberList {
        series: series_field(&mut fields, ledger)?,
        period: fields.text("period", PERIOD_CHARS_MAX)?,
        state: state(&mut fields)?,
        kind: kind(&mut fields)?,
        customer: fields.text("customer", max::CUSTOMER_CHARS_MAX)?.map(CustomerId),
        reference: fields.text("reference", max::REFERENCE_CHARS_MAX)?,
        number: fields.text("number", numbering::limits::NUMBER_CHARS_MAX)?,
        from: None,
        to: None,
        paging: Paging::default(),
    };
    (list.from, list.to) = date_bounds(&mut fields)?;
    list.paging = paging(&mut fields, |text, param| number_id(text, ledger, param))?;
    Ok(list)
}

pub(super) const PERIOD_CHARS_MAX: usize = 40;

fn state(fields: &mut Fields<'_>) -> Result<Option<State>, Problem> {
    match fields.word("state", State::parse, "held, void or occupied")? {
        Some(State::Blank) => fields.refuse(
            "state",
            "is blank. Ordinals that are blank have no number; GET /v1/gaps lists their runs.",
        ),
        state => Ok(state),
    }
}

/// `date=D`, or `date[gte|gt|lte|lt]=D`.
pub(super) fn date_bounds(
    fields: &mut Fields<'_>,
) -> Result<(Option<Date>, Option<Date>), Problem> {
    if fields.is_text("date") {
        let day = fields.date("date")?;
        return Ok((day, day));
    }
    let Some(mut bounds) = fields.nested("date", &["gte", "gt", "lte", "lt"])? else {
        return Ok((None, None));
    };
    let (first, behind) = (bounds.date("gte")?, bounds.date("gt")?);
    let (last, before) = (bounds.date("lte")?, bounds.date("lt")?);
    let next = behind.map(|day| day.tomorrow());
    let previous = before.map(|day| day.yesterday());
    if let Some(Err(_)) = next.as_ref().or(previous.as_ref()) {
        // Nothing is behind the last day or before the first.
        return Ok((Some(Date::MAX), Some(Date::MIN)));
    }
    let (next, previous) = (next.and_then(Result::ok), previous.and_then(Result::ok));
    Ok((first.max(next), earlier(last, previous)))
}

fn earlier(a: Option<Date>, b: Option<Date>) -> Option<Date> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

pub(super) fn kind(fields: &mut Fields<'_>) -> Result<Option<Kind>, Problem> {
    fields.word("kind", Kind::parse, KIND_WORDS)
}

pub(super) const KIND_WORDS: &str =
    "up to 40 lower-case letters, digits and _, such as invoice or credit_note";

fn metadata(fields: &mut Fields<'_>) -> Result<Metadata, Problem> {
    let limits = TextsLimits {
        count_max: max::METADATA_KEYS_MAX,
        key_chars_max: max::METADATA_KEY_CHARS_MAX,
        value_chars_max: max::METADATA_VALUE_CHARS_MAX,
        lines: Lines::Several,
    };
    let mut metadata = fields.texts("metadata", limits)?.unwrap_or_default();
    metadata.retain(|_, value| !value.is_empty());
    Ok(metadata)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const LEDGER: LedgerId = LedgerId(3);

    fn form(text: &str) -> Result<Item, Problem> {
        item(Params::from_form(text)?, LEDGER)
    }

    fn json(body: &str) -> Result<Item, Problem> {
        item(Params::from_json(body.as_bytes())?, LEDGER)
    }

    #[test]
    fn both_encodings_give_one_item() {
        let parent = Position(9).id(LEDGER);
        let body = format!(
            r#"{{"date":"2026-05-03","reference":"o-1","series":"invoices","kind":"credit_note",
                 "customer":"cus_1","parent":"{parent}","metadata":{{"a":"b","c":""}},
                 "reissue":true}}"#,
        );
        let text = format!(
            "date=2026-05-03&reference=o-1&series=invoices&kind=credit_note&customer=cus_1\
             &parent={parent}&metadata[a]=b&metadata[c]=&reissue=true",
        );
        let expected = Item {
            date: Some(date(2026, 5, 3)),
            reference: Some("o-1".into()),
            series: Some(SeriesRef::Name("invoices".into())),
            kind: Some(Kind::credit_note()),
            customer: Some(CustomerId("cus_1".into())),
            parent: Some(Position(9)),
            metadata: [("a".to_owned(), "b".to_owned())].into(),
            reissue: true,
        };
        assert_eq!(json(&body), Ok(expected.clone()));
        assert_eq!(form(&text), Ok(expected));
        assert_eq!(json(""), Ok(Item::default()));
        assert_eq!(json(r#"{"date":null,"metadata":null}"#), Ok(Item::default()));
    }

    #[test]
    fn bad_items_name_the_parameter() {
        let long = |count: usize| "x".repeat(count);
        for (body, code, param) in [
            (r#"{"dat":"2026-05-03"}"#.into(), "parameter_unknown", "dat"),
            (r#"{"date":"2026-02-30"}"#.into(), "parameter_invalid_date", "date"),
            (r#"{"date":20260503}"#.into(), "parameter_invalid_date", "date"),
            (r#"{"date":""}"#.into(), "parameter_invalid_empty", "date"),
            (r#"{"reference":""}"#.into(), "parameter_invalid_empty", "reference"),
            (r#"{"reference":7}"#.into(), "parameter_invalid_string", "reference"),
            (r#"{"reference":"a\u0000"}"#.into(), "parameter_invalid", "reference"),
            (format!(r#"{{"reference":"{}"}}"#, long(256)), "parameter_invalid", "reference"),
            (r#"{"reference":"a","reference":"a"}"#.into(), "parameter_duplicate", "reference"),
            (r#"{"kind":"Invoice"}"#.into(), "parameter_invalid", "kind"),
            (r#"{"reissue":"yes"}"#.into(), "parameter_invalid_boolean", "reissue"),
            (r#"{"parent":"num_1"}"#.into(), "resource_missing", "parent"),
            (r#"{"metadata":[]}"#.into(), "parameter_invalid_object", "metadata"),
            (r#"{"metadata":{"a":1}}"#.into(), "parameter_invalid_string", "metadata[a]"),
            (r#"{"metadata":{"a":"1","a":"2"}}"#.into(), "parameter_duplicate", "metadata[a]"),
            (format!(r#"{{"metadata":{{"{}":"v"}}}}"#, long(41)), "parameter_invalid", "metadata"),
            (
                format!(r#"{{"metadata":{{"k":"{}"}}}}"#, long(501)),
                "parameter_invalid",
                "metadata[k]",
            ),
        ] {
            let problem = json(&body).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
        let unquoted = json(r#"{"date":20260503}"#).unwrap_err();
        assert!(unquoted.message.contains("put it in quotes"), "{unquoted}");
        let keys = |count: usize| {
            (0..count).map(|n| format!("metadata[k{n}]=v")).collect::<Vec<_>>().join("&")
        };
        assert_eq!(form(&keys(50)).unwrap().metadata.len(), 50);
        assert_eq!(form(&keys(51)).unwrap_err().param.as_deref(), Some("metadata"));
        assert!(json(&format!(r#"{{"reference":"{}"}}"#, "ä".repeat(255))).is_ok());
    }

    #[test]
    fn a_batch_names_the_item() {
        let read = |body: &str| batch(Params::from_json(body.as_bytes()).unwrap(), LEDGER);
        let items = read(r#"{"items":[{"reference":"a"},{}]}"#).unwrap();
        assert_eq!(items[0].reference.as_deref(), Some("a"));
        for (body, code, param) in [
            ("{}", "parameter_missing", "items"),
            (r#"{"items":[]}"#, "parameter_invalid_empty", "items"),
            (r#"{"items":{}}"#, "parameter_invalid_array", "items"),
            (r#"{"items":[7]}"#, "parameter_invalid_object", "items[0]"),
            (r#"{"items":[{},{"dat":1}]}"#, "parameter_unknown", "items[1][dat]"),
            (r#"{"items":[{},{"date":"x"}]}"#, "parameter_invalid_date", "items[1][date]"),
        ] {
            let problem = read(body).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
    }

    #[test]
    fn a_series_is_known_by_id_or_name() {
        let id = ledger::id::SeriesId(4).id(LEDGER);
        let read = |series: &str| form(&format!("series={series}")).map(|item| item.series);
        assert_eq!(read(&id), Ok(Some(SeriesRef::Id(ledger::id::SeriesId(4)))));
        assert_eq!(read("invoices"), Ok(Some(SeriesRef::Name("invoices".into()))));
        let foreign = ledger::id::SeriesId(4).id(LedgerId(8));
        assert_eq!(read(&foreign).unwrap_err().param.as_deref(), Some("series"));
    }

    #[test]
    fn filters_of_a_list() {
        let read = |query: &str| number_list(Params::from_form(query).unwrap(), LEDGER);
        let list = read("date[gt]=2026-01-31&date[gte]=2026-01-05&date[lt]=2026-03-01").unwrap();
        assert_eq!((list.from, list.to), (Some(date(2026, 2, 1)), Some(date(2026, 2, 28))));
        let list = read("date=2026-02-03&state=void&number=+inv-1+&period=2026-02").unwrap();
        assert_eq!((list.from, list.to), (Some(date(2026, 2, 3)), Some(date(2026, 2, 3))));
        assert_eq!((list.state, list.number.as_deref()), (Some(State::Void), Some(" inv-1 ")));
        assert_eq!(read("date[before]=2026-02-03").unwrap_err().param.unwrap(), "date[before]");
        assert_eq!(read("date[gt]=x").unwrap_err().param.unwrap(), "date[gt]");
        assert_eq!(read("state=gone").unwrap_err().code.text(), "parameter_invalid");
    }

    #[test]
    fn a_void_needs_its_reason() {
        let read =
            |body: &str| void(Params::from_form(body).unwrap(), &Position(1).id(LEDGER), LEDGER);
        assert_eq!(read("reason=wrong+customer").unwrap().cause, Cause::Cancelled);
        assert_eq!(read("cause=unused&reason=x").unwrap().cause, Cause::Unused);
        assert_eq!(read("cause=unused").unwrap_err().param.as_deref(), Some("reason"));
        assert_eq!(read("cause=unused&reason=+").unwrap_err().code.text(), "parameter_missing");
        assert_eq!(read("cause=lost&reason=x").unwrap_err().param.as_deref(), Some("cause"));
    }
}
