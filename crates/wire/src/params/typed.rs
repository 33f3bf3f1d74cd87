//! Parameters of more than one word: money, instants, references, lists, and what can be cleared.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use ledger::id::{LedgerId, ObjectId};
use ledger::limits as max;
use ledger::model::{At, ObjectKind};
use ledger::money::{AMOUNT_MAX, Currency, Decimal};

use super::fields::{checked, duplicate, empty, plain_text, whole};
use super::{Fields, Lines, Map, TextsLimits, Value};
use crate::error::{Problem, RimCode};

/// The last second of the year 9999.
const SECONDS_MAX: i64 = 253_402_300_799;
const WORD_CHARS_MAX: usize = 100;

/// Bounds of instants, each included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instants {
    /// The earliest.
    pub from: Option<At>,
    /// The latest.
    pub to: Option<At>,
}

impl<'a> Fields<'a> {
    /// What can be taken away by sending nothing in it: `Some(None)` when it came empty or null.
    pub(crate) fn clearable<T>(
        &mut self,
        field: &str,
        read: impl FnOnce(&mut Fields<'a>) -> Result<Option<T>, Problem>,
    ) -> Result<Option<Option<T>>, Problem> {
        if !self.has(field) {
            return Ok(None);
        }
        if self.is_blank(field) {
            drop(self.take(field));
            return Ok(Some(None));
        }
        read(self).map(Some)
    }

    /// A text of one line that can be taken away.
    pub(crate) fn clearable_text(
        &mut self,
        field: &str,
        chars_max: usize,
    ) -> Result<Option<Option<String>>, Problem> {
        self.clearable(field, |fields| fields.text(field, chars_max))
    }

    /// A text that may have several lines.
    pub(crate) fn long_text(
        &mut self,
        field: &str,
        chars_max: usize,
    ) -> Result<Option<String>, Problem> {
        let Some(value) = self.take(field) else { return Ok(None) };
        match checked(value, chars_max, Lines::Several, || self.name(field))? {
            text if text.is_empty() => Err(empty(&self.name(field))),
            text => Ok(Some(text)),
        }
    }

    /// A whole number that may be negative.
    pub(crate) fn signed(
        &mut self,
        field: &str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<i64>, Problem> {
        let number = match self.take(field) {
            None => return Ok(None),
            Some(Value::Integer(number)) => Some(number),
            Some(Value::Text(text)) if text.is_empty() => return Err(empty(&self.name(field))),
            Some(Value::Text(text)) => whole(&text),
            Some(_) => None,
        };
        let number = number.and_then(|number| i64::try_from(number).ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                let name = self.name(field);
                let (from, to) = range.into_inner();
                let message = format!("`{name}` must be a whole number from {from} to {to}.");
                Err(Problem::of(RimCode::ParameterInvalidInteger, &name, message))
            }
        }
    }

    /// Money in minor units, of either sign.
    pub(crate) fn amount(&mut self, field: &str) -> Result<Option<i64>, Problem> {
        self.signed(field, -AMOUNT_MAX..=AMOUNT_MAX)
    }

    /// Money in minor units, zero or more.
    pub(crate) fn positive_amount(&mut self, field: &str) -> Result<Option<i64>, Problem> {
        self.signed(field, 0..=AMOUNT_MAX)
    }

    /// An instant in whole seconds since 1970-01-01 UTC.
    pub(crate) fn instant(&mut self, field: &str) -> Result<Option<At>, Problem> {
        let seconds = self.signed(field, 0..=SECONDS_MAX)?;
        Ok(seconds.map(|seconds| At(seconds * 1000)))
    }

    /// `created=S`, or `created[gte|gt|lte|lt]=S`.
    pub(crate) fn instants(&mut self, field: &str) -> Result<Instants, Problem> {
        if !self.is_map(field) {
            let from = self.instant(field)?;
            return Ok(Instants { from, to: from.map(end_of_second) });
        }
        let Some(mut bounds) = self.nested(field, &["gt", "gte", "lt", "lte"])? else {
            return Ok(Instants::default());
        };
        let above = bounds.instant("gt")?.map(|at| At(at.0 + 1000));
        let from = bounds.instant("gte")?;
        let below = bounds.instant("lt")?.map(|at| At(at.0 - 1));
        let to = bounds.instant("lte")?.map(end_of_second);
        let to = match (below, to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Ok(Instants { from: from.max(above), to })
    }

    /// A decimal number with at most so many places, as a text or a whole number.
    pub(crate) fn decimal(
        &mut self,
        field: &str,
        places_max: u32,
    ) -> Result<Option<Decimal>, Problem> {
        let text = match self.take(field) {
            None => return Ok(None),
            Some(Value::Integer(number)) => number.to_string(),
            // What JSON calls a number is read by its shortest text; no float is reckoned with.
            Some(Value::Fraction(number)) => number.to_string(),
            Some(Value::Text(text)) if text.is_empty() => return Err(empty(&self.name(field))),
            Some(Value::Text(text)) => text.into_owned(),
            Some(_) => String::new(),
        };
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
        let read = text.parse::<Decimal>().ok().filter(|_| is_plain).map(|d| d.normalize());
        match read.filter(|decimal| decimal.scale() <= places_max) {
            Some(decimal) => Ok(Some(decimal)),
            None => self.refuse(
                field,
                format_args!(
                    "must be a decimal number such as 12.5, with at most {places_max} places."
                ),
            ),
        }
    }

    /// A currency of ISO 4217.
    pub(crate) fn currency(&mut self, field: &str) -> Result<Option<Currency>, Problem> {
        self.word(field, Currency::parse, "a three-letter code of ISO 4217, such as eur")
    }

    /// An object of this ledger, by its id.
    pub(crate) fn object(
        &mut self,
        field: &str,
        kind: ObjectKind,
        ledger: LedgerId,
    ) -> Result<Option<ObjectId>, Problem> {
        let Some(text) = self.text(field, max::REFERENCE_CHARS_MAX)? else { return Ok(None) };
        crate::request::object_id(&text, kind, ledger, &self.name(field)).map(Some)
    }

    /// Objects of this ledger, by their ids; an empty value is an empty list.
    pub(crate) fn objects(
        &mut self,
        field: &str,
        kind: ObjectKind,
        ledger: LedgerId,
        count_max: usize,
    ) -> Result<Option<Vec<ObjectId>>, Problem> {
        let Some(texts) = self.text_list(field, count_max, max::REFERENCE_CHARS_MAX)? else {
            return Ok(None);
        };
        let id = |(index, text): (usize, &String)| {
            let name = format!("{}[{index}]", self.name(field));
            crate::request::object_id(text, kind, ledger, &name)
        };
        texts.iter().enumerate().map(id).collect::<Result<_, _>>().map(Some)
    }

    /// A list of texts, none of them empty; an empty value is an empty list.
    pub(crate) fn text_list(
        &mut self,
        field: &str,
        count_max: usize,
        chars_max: usize,
    ) -> Result<Option<Vec<String>>, Problem> {
        if !self.has(field) {
            return Ok(None);
        }
        if self.is_blank(field) {
            drop(self.take(field));
            return Ok(Some(Vec::new()));
        }
        let Some(list) = self.list(field)? else { return Ok(None) };
        if list.len() > count_max {
            return self
                .refuse(field, format_args!("has more than {count_max} entries. Leave some out."));
        }
        let text = |(index, value)| {
            let name = format!("{}[{index}]", self.name(field));
            match plain_text(value, chars_max, || name.clone())? {
                text if text.is_empty() => Err(empty(&name)),
                text => Ok(text),
            }
        };
        list.into_iter().enumerate().map(text).collect::<Result<_, _>>().map(Some)
    }

    /// Free key-value pairs that are laid over those that are there: an empty value takes its key
    /// away, and an empty whole takes all away, which is `Some(None)`.
    pub(crate) fn metadata(
        &mut self,
        field: &str,
    ) -> Result<Option<Option<BTreeMap<String, String>>>, Problem> {
        let limits = TextsLimits {
            count_max: max::METADATA_KEYS_MAX,
            key_chars_max: max::METADATA_KEY_CHARS_MAX,
            value_chars_max: max::METADATA_VALUE_CHARS_MAX,
            lines: Lines::Several,
        };
        self.clearable(field, |fields| fields.texts(field, limits))
    }

    /// One of some words that can be taken away.
    pub(crate) fn clearable_word<T>(
        &mut self,
        field: &str,
        parse: impl Fn(&str) -> Option<T>,
        words: &str,
    ) -> Result<Option<Option<T>>, Problem> {
        self.clearable(field, |fields| fields.word(field, parse, words))
    }

    /// Refuses a field beside another one.
    pub(crate) fn exclusive(&self, one: &str, other: &str) -> Result<(), Problem> {
        if !(self.has_value(one) && self.has_value(other)) {
            return Ok(());
        }
        let (one, other) = (self.name(one), self.name(other));
        let message = format!("`{one}` and `{other}` do not go together. Send one of them.");
        Err(Problem::of(RimCode::ParametersExclusive, &other, message))
    }

    /// A two-letter country code, in capitals.
    pub(crate) fn country(&mut self, field: &str) -> Result<Option<String>, Problem> {
        let parse = |text: &str| {
            let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            fits.then(|| text.to_ascii_uppercase())
        };
        self.word(field, parse, "a two-letter country code, such as DE")
    }

    /// An e-mail address, as far as its shape tells.
    pub(crate) fn email(&mut self, field: &str) -> Result<Option<String>, Problem> {
        let Some(text) = self.text(field, EMAIL_CHARS_MAX)? else { return Ok(None) };
        let is_one = text.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.is_empty() && !host.contains('@')
        });
        if !is_one || text.contains(char::is_whitespace) {
            let shown: String = text.chars().take(WORD_CHARS_MAX).collect();
            return self.refuse(
                field,
                format_args!("is {shown:?}, which is no e-mail address such as ada@example.com."),
            );
        }
        Ok(Some(text))
    }

    /// Whether a field came with nothing in it.
    fn is_blank(&self, field: &str) -> bool {
        self.value(field).is_some_and(|value| match value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            _ => false,
        })
    }

    fn is_map(&self, field: &str) -> bool {
        self.value(field).is_some_and(|value| matches!(value, Value::Map(Map(_))))
    }

    fn has_value(&self, field: &str) -> bool {
        self.value(field).is_some() && !self.is_blank(field)
    }
}

const EMAIL_CHARS_MAX: usize = 512;

fn end_of_second(at: At) -> At {
    At(at.0 + 999)
}

/// Refuses a list that names something twice.
pub(crate) fn each_once<T: PartialEq>(list: &[T], field: &str) -> Result<(), Problem> {
    for (index, item) in list.iter().enumerate() {
        if list[..index].contains(item) {
            return Err(duplicate(&format!("{field}[{index}]")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::params::Params;

    use super::*;

    fn fields(form: &str) -> Fields<'_> {
        Params::from_form(form).unwrap().fields(&["a", "b", "metadata"]).unwrap()
    }

    fn json(body: &str) -> Fields<'_> {
        Params::from_json(body.as_bytes()).unwrap().fields(&["a", "b", "metadata"]).unwrap()
    }

    fn told<T: std::fmt::Debug>(result: Result<T, Problem>) -> (&'static str, String) {
        let problem = result.unwrap_err();
        (problem.code.text(), problem.param.unwrap())
    }

    #[test]
    fn what_came_empty_is_taken_away() {
        assert_eq!(fields("").clearable_text("a", 5), Ok(None));
        assert_eq!(fields("a=").clearable_text("a", 5), Ok(Some(None)));
        assert_eq!(json(r#"{"a":null}"#).clearable_text("a", 5), Ok(Some(None)));
        assert_eq!(fields("a=x").clearable_text("a", 5), Ok(Some(Some("x".to_owned()))));
        assert_eq!(told(fields("a=123456").clearable_text("a", 5)).0, "parameter_invalid");
        assert_eq!(fields("metadata=").metadata("metadata"), Ok(Some(None)));
        assert_eq!(fields("").metadata("metadata"), Ok(None));
        let one = fields("metadata[k]=").metadata("metadata").unwrap().unwrap().unwrap();
        assert_eq!(one["k"], "");
    }

    #[test]
    fn amounts_and_instants_are_whole() {
        assert_eq!(fields("a=-12").amount("a"), Ok(Some(-12)));
        assert_eq!(json(r#"{"a":12}"#).amount("a"), Ok(Some(12)));
        for wrong in ["a=1.5", "a=x", "a=1000000000000", "a[b]=1", "a=+1", "a=%201"] {
            let told = told(fields(wrong).amount("a"));
            assert_eq!(told, ("parameter_invalid_integer", "a".to_owned()), "{wrong}");
        }
        assert_eq!(told(fields("a=").amount("a")).0, "parameter_invalid_empty");
        assert_eq!(told(json(r#"{"a":1.0}"#).amount("a")).0, "parameter_invalid_integer");
        assert_eq!(told(fields("a=-1").positive_amount("a")).0, "parameter_invalid_integer");
        assert_eq!(fields("a=1700000000").instant("a"), Ok(Some(At(1_700_000_000_000))));
        assert_eq!(told(fields("a=-1").instant("a")).0, "parameter_invalid_integer");
    }

    #[test]
    fn bounds_of_instants() {
        let read = |form| fields(form).instants("a");
        let of = |from: i64, to: i64| Ok(Instants { from: Some(At(from)), to: Some(At(to)) });
        assert_eq!(read("a=5"), of(5_000, 5_999));
        assert_eq!(read("a[gte]=5&a[gt]=6&a[lt]=9&a[lte]=20"), of(7_000, 8_999));
        assert_eq!(read(""), Ok(Instants::default()));
        assert_eq!(told(read("a[ge]=5")), ("parameter_unknown", "a[ge]".to_owned()));
        assert_eq!(told(read("a[gt]=x")), ("parameter_invalid_integer", "a[gt]".to_owned()));
        assert_eq!(told(read("a[0]=5")).0, "parameter_invalid_integer");
    }

    #[test]
    fn decimals_are_exact() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(fields("a=0.10").decimal("a", 2), Ok(Some(decimal("0.1"))));
        assert_eq!(json(r#"{"a":0.1}"#).decimal("a", 2), Ok(Some(decimal("0.1"))));
        assert_eq!(json(r#"{"a":3}"#).decimal("a", 2), Ok(Some(decimal("3"))));
        for wrong in ["a=0.123", "a=1e5", "a=x", "a=.", "a[b]=1", "a=1_0"] {
            assert_eq!(told(fields(wrong).decimal("a", 2)).0, "parameter_invalid", "{wrong}");
        }
        let long = format!("a={}", "9".repeat(40));
        assert_eq!(told(fields(&long).decimal("a", 2)).0, "parameter_invalid");
    }

    #[test]
    fn references_lists_and_words() {
        let ledger = LedgerId(3);
        let id = ObjectId(8).text(ObjectKind::Customer, ledger);
        let form = format!("a={id}");
        assert_eq!(fields(&form).object("a", ObjectKind::Customer, ledger), Ok(Some(ObjectId(8))));
        let elsewhere = told(fields(&form).object("a", ObjectKind::Customer, LedgerId(4)));
        assert_eq!(elsewhere, ("resource_missing", "a".to_owned()));
        assert_eq!(told(fields(&form).object("a", ObjectKind::Invoice, ledger)).1, "a");
        let list = |form| fields(form).text_list("a", 2, 3);
        assert_eq!(list("a[]=x&a[]=y"), Ok(Some(vec!["x".to_owned(), "y".to_owned()])));
        assert_eq!(list("a="), Ok(Some(Vec::new())));
        assert_eq!(told(list("a=x")).0, "parameter_invalid_array");
        assert_eq!(told(list("a[]=")), ("parameter_invalid_empty", "a[0]".to_owned()));
        assert_eq!(told(list("a[]=long")).1, "a[0]");
        assert_eq!(told(list("a[]=1&a[]=2&a[]=3")).1, "a");
        assert_eq!(fields("a=EUR").currency("a").unwrap().unwrap().text(), "eur");
        assert_eq!(told(fields("a=xyz").currency("a")).0, "parameter_invalid");
        assert_eq!(fields("a=de").country("a"), Ok(Some("DE".to_owned())));
        assert_eq!(told(fields("a=deu").country("a")).0, "parameter_invalid");
        for wrong in ["a=x", "a=@x", "a=x@", "a=a@b@c", "a=a+b@c"] {
            assert_eq!(told(fields(wrong).email("a")).0, "parameter_invalid", "{wrong}");
        }
        assert_eq!(told(fields("a=1&b=2").exclusive("a", "b")).1, "b");
        assert_eq!(fields("a=1&b=").exclusive("a", "b"), Ok(()));
        assert_eq!(told(each_once(&[1, 2, 1], "a").map(drop)).1, "a[2]");
    }
}
