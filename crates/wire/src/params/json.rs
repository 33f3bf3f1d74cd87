//! JSON bodies, read once and without copying what needs no copy.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Map, Value};
use crate::error::{Problem, RimCode};
use crate::limits::{DEPTH_MAX, LIST_MAX, SIBLINGS_MAX};

pub(super) fn parse(body: &[u8]) -> Result<Map<'_>, Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::default());
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = Nested { depth: 0 }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| broken(&error.to_string()))?;
    match value {
        Value::Map(map) => Ok(map),
        _ => Err(broken("expected an object, such as {\"reference\": \"order-1\"}")),
    }
}

fn broken(why: &str) -> Problem {
    let message = format!("The body cannot be read as JSON: {why}. Correct it there.");
    Problem::new(RimCode::BodyInvalid, message)
}

#[derive(Clone, Copy)]
struct Nested {
    depth: usize,
}

impl Nested {
    fn inside<E: Error>(self) -> Result<Nested, E> {
        if self.depth >= DEPTH_MAX {
            return Err(E::custom(format!("more than {DEPTH_MAX} levels of nesting")));
        }
        Ok(Nested { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value<'de>, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Fraction(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        let inside = self.inside()?;
        let mut list = Vec::new();
        // One more than may be is kept, by which whoever reads the list under its name knows.
        while list.len() <= LIST_MAX {
            let Some(item) = items.next_element_seed(inside)? else { break };
            list.push(item);
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value<'de>, A::Error> {
        let inside = self.inside()?;
        let mut map = Map::default();
        // Here too: so many names hold one that is not known, or one twice.
        while map.0.len() <= SIBLINGS_MAX {
            let Some(name) = entries.next_key_seed(Name)? else { break };
            map.0.push((name, entries.next_value_seed(inside)?));
        }
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Map(map))
    }
}

/// The name before a colon, borrowed where it holds no escape.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Cow<'de, str>, D::Error> {
        source.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_object_is_refused_with_its_place() {
        for (body, says) in [
            ("[1]", "expected an object"),
            ("7", "expected an object"),
            ("{\"a\":1", "line 1 column 6"),
            ("{\"a\":1} x", "trailing characters"),
            ("{\"a\":\"\u{1}\"}", "control character"),
            ("{\"a\":[[[[[[[[[1]]]]]]]]]}", "levels of nesting"),
        ] {
            let problem = parse(body.as_bytes()).unwrap_err();
            assert_eq!(problem.code.text(), "body_invalid");
            assert!(problem.message.contains(says), "{body}: {}", problem.message);
        }
        assert!(parse(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn plain_texts_are_borrowed() {
        let map = parse(br#"{"reference": "order-1", "n": -3, "x": 1.5, "y": null}"#).unwrap();
        assert!(matches!(&map.0[0], (Cow::Borrowed(_), Value::Text(Cow::Borrowed("order-1")))));
        assert_eq!(map.0[1].1, Value::Integer(-3));
        assert_eq!(map.0[2].1, Value::Fraction(1.5));
        assert_eq!(map.0[3].1, Value::Null);
        assert_eq!(parse(b" \n").unwrap(), Map::default());
    }

    #[test]
    fn what_is_kept_of_many_is_bounded() {
        let names = |count: usize| {
            let names: Vec<_> = (0..count).map(|n| format!("\"n{n}\":1")).collect();
            format!("{{{}}}", names.join(","))
        };
        let kept = |count| parse(names(count).as_bytes()).unwrap().0.len();
        assert_eq!(kept(SIBLINGS_MAX), SIBLINGS_MAX);
        assert_eq!(kept(SIBLINGS_MAX + 50), SIBLINGS_MAX + 1);
        let body = format!("{{\"l\":[{}],\"m\":2}}", vec!["7"; LIST_MAX + 50].join(","));
        let map = parse(body.as_bytes()).unwrap();
        assert!(matches!(&map.0[0].1, Value::List(list) if list.len() == LIST_MAX + 1));
        assert_eq!(map.0[1].1, Value::Integer(2), "what stands behind is read");
        assert!(parse(body.replace("],", "]!,").as_bytes()).is_err(), "and must be JSON");
    }
}
