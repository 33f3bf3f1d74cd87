//! Reading parameters one by one, with the full name of each in every error.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use ledger::Code;

use super::{Map, Value};
use crate::error::{Problem, RimCode};
use crate::limits::LIST_MAX;

/// Where a set of named values stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the request itself.
    Top,
    /// Under a full name, such as `items[3]`.
    In(String),
}

/// Named values that are being read. What is read is taken.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    place: Place,
    map: Map<'a>,
}

impl<'a> Fields<'a> {
    /// Refuses names that are not known, and names that stand twice.
    pub(crate) fn new(map: Map<'a>, place: Place, known: &[&str]) -> Result<Fields<'a>, Problem> {
        if let Some((name, _)) = map.0.iter().find(|(name, _)| !known.contains(&name.as_ref())) {
            return Err(unknown(&place.name(&shortened(name)), known));
        }
        for (index, (name, _)) in map.0.iter().enumerate() {
            if map.0[..index].iter().any(|(before, _)| before == name) {
                return Err(duplicate(&place.name(name)));
            }
        }
        Ok(Fields { place, map })
    }

    /// The full name of a field, as errors show it.
    pub(crate) fn name(&self, field: &str) -> String {
        self.place.name(field)
    }

    /// A problem with a field.
    pub(crate) fn refuse<T>(&self, field: &str, message: impl fmt::Display) -> Result<T, Problem> {
        let name = self.name(field);
        Err(Problem::of(Code::ParameterInvalid, &name, format!("`{name}` {message}")))
    }

    /// The problem that a field is missing.
    pub(crate) fn missing(&self, field: &str) -> Problem {
        let name = self.name(field);
        let message = format!("`{name}` is missing. Add it to the request.");
        Problem::of(Code::ParameterMissing, &name, message)
    }

    /// Whether a field came, also with nothing in it.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.map.0.iter().any(|(name, _)| name == field)
    }

    /// Whether a field came as a single text.
    pub(crate) fn is_text(&self, field: &str) -> bool {
        self.value(field).is_some_and(|value| matches!(value, Value::Text(_)))
    }

    /// What came in a field and was not taken yet.
    pub(super) fn value(&self, field: &str) -> Option<&Value<'a>> {
        self.map.0.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// A text that is not empty.
    pub(crate) fn text(
        &mut self,
        field: &str,
        chars_max: usize,
    ) -> Result<Option<String>, Problem> {
        match self.blank_text(field, chars_max)? {
            Some(text) if text.is_empty() => Err(empty(&self.name(field))),
            text => Ok(text),
        }
    }

    /// A text that may be empty.
    pub(crate) fn blank_text(
        &mut self,
        field: &str,
        chars_max: usize,
    ) -> Result<Option<String>, Problem> {
        let Some(value) = self.take(field) else { return Ok(None) };
        plain_text(value, chars_max, || self.name(field)).map(Some)
    }

    /// A text that says something.
    pub(crate) fn needed_text(&mut self, field: &str, chars_max: usize) -> Result<String, Problem> {
        self.text(field, chars_max)?.ok_or_else(|| self.missing(field))
    }

    /// A text with lines, such as a reason; `None` also when it is empty.
    pub(crate) fn prose(&mut self, field: &str) -> Result<Option<String>, Problem> {
        let Some(value) = self.take(field) else { return Ok(None) };
        let max = ledger::limits::REASON_CHARS_MAX;
        let text = checked(value, max, Lines::Several, || self.name(field))?;
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    /// One of some words.
    pub(crate) fn word<T>(
        &mut self,
        field: &str,
        parse: impl Fn(&str) -> Option<T>,
        words: &str,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(field, WORD_CHARS_MAX)? else { return Ok(None) };
        match parse(&text) {
            Some(value) => Ok(Some(value)),
            None => self.refuse(field, format_args!("is {text:?}. Expected {words}.")),
        }
    }

    /// A whole number.
    pub(crate) fn integer(
        &mut self,
        field: &str,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>, Problem> {
        let whole = match self.take(field) {
            None => return Ok(None),
            Some(Value::Integer(whole)) => Some(whole),
            Some(Value::Text(text)) if text.is_empty() => return Err(empty(&self.name(field))),
            Some(Value::Text(text)) => whole(&text),
            Some(_) => None,
        };
        let value = whole.and_then(|whole| u64::try_from(whole).ok());
        match value.filter(|value| range.contains(value)) {
            Some(value) => Ok(Some(value)),
            None => {
                let name = self.name(field);
                let (from, to) = range.into_inner();
                let message = format!("`{name}` must be a whole number from {from} to {to}.");
                Err(Problem::of(RimCode::ParameterInvalidInteger, &name, message))
            }
        }
    }

    /// An ordinal that a number can have.
    pub(crate) fn ordinal(&mut self, field: &str) -> Result<Option<u64>, Problem> {
        let max = numbering::limits::ORDINAL_MAX;
        let beyond = self.map.0.iter().any(|(name, value)| {
            let whole = match value {
                Value::Integer(whole) => Some(*whole),
                Value::Text(text) => whole(text),
                _ => None,
            };
            name == field && whole.is_some_and(|whole| whole > i128::from(max))
        });
        if beyond {
            let name = self.name(field);
            let message = format!(
                "`{name}` is above {max}, the largest ordinal there is. Give a smaller one."
            );
            return Err(Problem::of(Code::OrdinalOverflow, &name, message));
        }
        self.integer(field, 1..=max)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, field: &str) -> Result<Option<bool>, Problem> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(Value::Text(text)) if text == "true" => Ok(Some(true)),
            Some(Value::Text(text)) if text == "false" => Ok(Some(false)),
            Some(_) => {
                let name = self.name(field);
                let message = format!("`{name}` must be `true` or `false`.");
                Err(Problem::of(RimCode::ParameterInvalidBoolean, &name, message))
            }
        }
    }

    /// A civil date.
    pub(crate) fn date(&mut self, field: &str) -> Result<Option<Date>, Problem> {
        let Some(value) = self.take(field) else { return Ok(None) };
        match read_date(&value, || self.name(field))? {
            None => Err(empty(&self.name(field))),
            date => Ok(date),
        }
    }

    /// A civil date; `Some(None)` when it came and is empty, or null.
    pub(crate) fn date_or_blank(&mut self, field: &str) -> Result<Option<Option<Date>>, Problem> {
        if !self.has(field) {
            return Ok(None);
        }
        let Some(value) = self.take(field) else { return Ok(Some(None)) };
        read_date(&value, || self.name(field)).map(Some)
    }

    /// Named values under a name.
    pub(crate) fn nested(
        &mut self,
        field: &str,
        known: &[&str],
    ) -> Result<Option<Fields<'a>>, Problem> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Map(map)) => Fields::new(map, self.place_of(field), known).map(Some),
            Some(_) => Err(no_object(&self.name(field))),
        }
    }

    /// A list of sets of named values.
    pub(crate) fn items(
        &mut self,
        field: &str,
        known: &[&str],
    ) -> Result<Option<Vec<Fields<'a>>>, Problem> {
        let Some(list) = self.list(field)? else { return Ok(None) };
        let name = self.name(field);
        let item = |(index, value)| match value {
            Value::Map(map) => Fields::new(map, Place::In(format!("{name}[{index}]")), known),
            _ => Err(no_object(&format!("{name}[{index}]"))),
        };
        list.into_iter().enumerate().map(item).collect::<Result<_, _>>().map(Some)
    }

    /// A list of texts; `None` also when the field is no list.
    pub(crate) fn words(
        &mut self,
        field: &str,
        chars_max: usize,
    ) -> Result<Option<Vec<String>>, Problem> {
        let is_list = |(name, value): &(Cow<'_, str>, Value<'_>)| {
            name == field && matches!(value, Value::List(_))
        };
        if !self.map.0.iter().any(is_list) {
            return Ok(None);
        }
        let Some(list) = self.list(field)? else { return Ok(None) };
        let word = |(index, value)| {
            plain_text(value, chars_max, || format!("{}[{index}]", self.name(field)))
        };
        list.into_iter().enumerate().map(word).collect::<Result<_, _>>().map(Some)
    }

    /// Texts under names of the caller's own. An empty value leaves its name out.
    pub(crate) fn texts(
        &mut self,
        field: &str,
        limits: TextsLimits,
    ) -> Result<Option<BTreeMap<String, String>>, Problem> {
        let map = match self.take(field) {
            None => return Ok(None),
            Some(Value::Text(text)) if text.is_empty() => return Ok(Some(BTreeMap::new())),
            Some(Value::Map(map)) => map,
            Some(_) => return Err(no_object(&self.name(field))),
        };
        if map.0.len() > limits.count_max {
            let TextsLimits { count_max, .. } = limits;
            return self
                .refuse(field, format_args!("has more than {count_max} names. Leave some out."));
        }
        let mut texts = BTreeMap::new();
        for (key, value) in map.0 {
            let full = || format!("{}[{key}]", self.name(field));
            if key.is_empty() {
                let message = format!("`{}` has an empty name. Give it one.", self.name(field));
                return Err(Problem::of(RimCode::ParameterInvalidEmpty, &full(), message));
            }
            self.check_name(field, &key, limits.key_chars_max)?;
            let value = match value {
                Value::Null => String::new(),
                value => checked(value, limits.value_chars_max, limits.lines, full)?,
            };
            if texts.insert(key.to_string(), value).is_some() {
                return Err(duplicate(&full()));
            }
        }
        Ok(Some(texts))
    }

    /// Refuses a name of the caller's own that is too long or not of one line.
    fn check_name(&self, field: &str, key: &str, chars_max: usize) -> Result<(), Problem> {
        if key.chars().count() > chars_max {
            let shown: String = key.chars().take(chars_max).collect();
            return self.refuse(
                field,
                format_args!(
                    "has a name of more than {chars_max} characters, which begins with {shown:?}. \
                     Shorten it."
                ),
            );
        }
        if key.chars().any(char::is_control) {
            return self.refuse(
                field,
                format_args!("has the name {key:?}, with a control character in it. Take it out."),
            );
        }
        Ok(())
    }

    /// The values of a list.
    pub(super) fn list(&mut self, field: &str) -> Result<Option<Vec<Value<'a>>>, Problem> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::List(list)) => bounded(list, &self.name(field)).map(Some),
            Some(_) => Err(no_list(&self.name(field))),
        }
    }

    /// Where the values under a field stand.
    pub(super) fn place_of(&self, field: &str) -> Place {
        Place::In(self.name(field))
    }

    /// Takes a field; what is null counts as not given.
    pub(super) fn take(&mut self, field: &str) -> Option<Value<'a>> {
        let (_, value) = self.map.0.iter_mut().find(|(name, _)| name == field)?;
        match std::mem::replace(value, Value::Null) {
            Value::Null => None,
            value => Some(value),
        }
    }
}

/// What texts under names of the caller's own may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextsLimits {
    pub(crate) count_max: usize,
    pub(crate) key_chars_max: usize,
    pub(crate) value_chars_max: usize,
    pub(crate) lines: Lines,
}

/// Whether a text may have several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    One,
    Several,
}

const WORD_CHARS_MAX: usize = 100;

impl Place {
    pub(super) fn name(&self, field: &str) -> String {
        match self {
            Place::Top => field.to_owned(),
            Place::In(outer) => format!("{outer}[{field}]"),
        }
    }
}

/// A date; `None` when it is empty.
fn read_date(value: &Value<'_>, name: impl Fn() -> String) -> Result<Option<Date>, Problem> {
    match value {
        Value::Text(text) if text.is_empty() => Ok(None),
        Value::Text(text) => crate::request::civil_date(text, &name()).map(Some),
        _ => {
            let name = name();
            let message = format!(
                "`{name}` must be a text such as \"2026-05-31\". In JSON, put it in quotes."
            );
            Err(Problem::of(RimCode::ParameterInvalidDate, &name, message))
        }
    }
}

pub(crate) fn plain_text(
    value: Value<'_>,
    chars_max: usize,
    name: impl Fn() -> String,
) -> Result<String, Problem> {
    checked(value, chars_max, Lines::One, name)
}

pub(super) fn checked(
    value: Value<'_>,
    chars_max: usize,
    lines: Lines,
    name: impl Fn() -> String,
) -> Result<String, Problem> {
    let Value::Text(text) = value else {
        let name = name();
        let message = format!("`{name}` must be a text. In JSON, put it in quotes.");
        return Err(Problem::of(RimCode::ParameterInvalidString, &name, message));
    };
    if text.len() > chars_max && text.chars().count() > chars_max {
        let name = name();
        let message = format!("`{name}` is longer than {chars_max} characters. Shorten it.");
        return Err(Problem::of(Code::ParameterInvalid, &name, message));
    }
    if let Some(c) =
        text.chars().find(|&c| c.is_control() && !(c == '\n' && lines == Lines::Several))
    {
        let (name, code) = (name(), u32::from(c));
        let message =
            format!("`{name}` contains the control character U+{code:04X}. Take it out.",);
        return Err(Problem::of(Code::ParameterInvalid, &name, message));
    }
    Ok(text.into_owned())
}

pub(super) fn whole(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().unwrap_or(i128::MAX))
}

pub(super) fn empty(name: &str) -> Problem {
    let message = format!("`{name}` is empty. Give it a value, or leave it out.");
    Problem::of(RimCode::ParameterInvalidEmpty, name, message)
}

pub(super) fn duplicate(name: &str) -> Problem {
    Problem::of(
        RimCode::ParameterDuplicate,
        name,
        format!("`{name}` is given twice. Send it once."),
    )
}

pub(super) fn no_object(name: &str) -> Problem {
    let message = format!("`{name}` must be a set of named values, in a form `{name}[key]=value`.");
    Problem::of(RimCode::ParameterInvalidObject, name, message)
}

pub(super) fn no_list(name: &str) -> Problem {
    let message = format!("`{name}` must be a list, in a form `{name}[0]=value`.");
    Problem::of(RimCode::ParameterInvalidArray, name, message)
}

/// A list of no more entries than any list may have. The encodings keep one more than that.
pub(super) fn bounded<'a>(list: Vec<Value<'a>>, name: &str) -> Result<Vec<Value<'a>>, Problem> {
    if list.len() <= LIST_MAX {
        return Ok(list);
    }
    let message =
        format!("`{name}` has more than {LIST_MAX} entries. Split them over several requests.");
    Err(Problem::of(Code::ParameterInvalid, name, message))
}

/// As much of a name as an error repeats.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(WORD_CHARS_MAX).collect()
}

fn unknown(name: &str, known: &[&str]) -> Problem {
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let message = format!("The parameter `{name}` is not known here. Known are: {known}.");
    Problem::of(RimCode::ParameterUnknown, name, message)
}
