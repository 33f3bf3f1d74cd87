//! Forms and query strings, with brackets for lists and nesting.
//!
//! ```text
//! form    ::= [ pair { "&" pair } ]
//! pair    ::= name { "[" [ key ] "]" } [ "=" value ]
//! ```
//!
//! Names, keys and values are percent-encoded UTF-8, with `+` for a space.

use std::borrow::Cow;

use super::{Map, Value};
use crate::error::{Problem, RimCode};
use crate::limits::{DEPTH_MAX, LIST_MAX, SIBLINGS_MAX};

pub(super) fn parse(text: &str) -> Result<Map<'_>, Problem> {
    let mut root = Map::default();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name)?;
        let value = Value::Text(decode(value)?);
        let path = path(&name)?;
        let whole = Whole(&name);
        let head = match &name {
            Cow::Borrowed(whole) => Cow::Borrowed(&whole[..path.head]),
            Cow::Owned(whole) => Cow::Owned(whole[..path.head].to_owned()),
        };
        whole.insert(&mut root, head, &path.keys, value)?;
    }
    Ok(root)
}

/// The pairs of a form as they came, brackets and all.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .map(|(name, value)| Ok((decode(name)?.into_owned(), decode(value)?.into_owned())))
        .collect()
}

/// A name taken apart: where its head ends, and the keys in brackets behind it.
struct Path<'n> {
    head: usize,
    keys: Vec<&'n str>,
}

fn path(name: &str) -> Result<Path<'_>, Problem> {
    let head = name.find('[').unwrap_or(name.len());
    if head == 0 {
        return Err(undecodable(name, "it has no name before its bracket or its `=`"));
    }
    let mut keys = Vec::new();
    let mut rest = &name[head..];
    while let Some(inside) = rest.strip_prefix('[') {
        let Some((key, behind)) = inside.split_once(']') else {
            return Err(undecodable(name, "a bracket is not closed"));
        };
        keys.push(key);
        rest = behind;
    }
    if !rest.is_empty() {
        return Err(undecodable(name, "there is text behind its closing bracket"));
    }
    if keys.len() >= DEPTH_MAX {
        return Err(broken(name, &format!("it has {DEPTH_MAX} levels of brackets or more")));
    }
    Ok(Path { head, keys })
}

/// The full name of a parameter, as it came.
#[derive(Clone, Copy)]
struct Whole<'n>(&'n str);

impl Whole<'_> {
    fn insert<'a>(
        self,
        map: &mut Map<'a>,
        name: Cow<'a, str>,
        keys: &[&str],
        value: Value<'a>,
    ) -> Result<(), Problem> {
        if let Some((key, deeper)) = keys.split_first()
            && let Some((_, inner)) = map.0.iter_mut().find(|(known, _)| *known == name)
        {
            return match inner {
                Value::Map(inner) if !is_place(key) => {
                    self.insert(inner, Cow::Owned((*key).to_owned()), deeper, value)
                }
                Value::List(list) if is_place(key) => self.push(list, key, deeper, value),
                _ => Err(self.broken("it is given in two different shapes")),
            };
        }
        // One more than may be is kept: among so many is one that is not known, or one twice.
        if map.0.len() > SIBLINGS_MAX {
            return Ok(());
        }
        let value = match keys.split_first() {
            None => value,
            Some((key, deeper)) if is_place(key) => {
                let mut list = Vec::new();
                self.push(&mut list, key, deeper, value)?;
                Value::List(list)
            }
            Some((key, deeper)) => {
                let mut inner = Map::default();
                self.insert(&mut inner, Cow::Owned((*key).to_owned()), deeper, value)?;
                Value::Map(inner)
            }
        };
        map.0.push((name, value));
        Ok(())
    }

    fn push<'a>(
        self,
        list: &mut Vec<Value<'a>>,
        key: &str,
        keys: &[&str],
        value: Value<'a>,
    ) -> Result<(), Problem> {
        let place = if key.is_empty() {
            open_place(list, keys.first().copied())
        } else {
            key.parse().unwrap_or(usize::MAX)
        };
        if place > list.len() && list.len() <= LIST_MAX {
            let entry = list.len();
            return Err(self.broken(&format!("entry {key} comes before entry {entry}")));
        }
        // Here too, by which whoever reads the list under its name knows.
        if place > LIST_MAX {
            return Ok(());
        }
        let Some((key, deeper)) = keys.split_first() else {
            if place < list.len() {
                let message = format!("`{}` is given twice. Send it once.", self.0);
                return Err(Problem::of(RimCode::ParameterDuplicate, self.0, message));
            }
            list.push(value);
            return Ok(());
        };
        if is_place(key) {
            return Err(self.broken("a list inside a list is not understood"));
        }
        if place == list.len() {
            list.push(Value::Map(Map::default()));
        }
        match &mut list[place] {
            Value::Map(inner) => self.insert(inner, Cow::Owned((*key).to_owned()), deeper, value),
            _ => Err(self.broken("it is given in two different shapes")),
        }
    }

    fn broken(self, why: &str) -> Problem {
        broken(self.0, why)
    }
}

/// Whether a key in brackets counts entries of a list.
fn is_place(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where `a[]…` goes: a new entry, unless the last one still lacks the key that follows.
fn open_place(list: &[Value<'_>], key: Option<&str>) -> usize {
    match (list.last(), key) {
        (Some(Value::Map(last)), Some(key)) if last.0.iter().all(|(known, _)| known != key) => {
            list.len() - 1
        }
        _ => list.len(),
    }
}

/// Undoes percent-encoding; borrows where there is nothing to undo.
fn decode(text: &str) -> Result<Cow<'_, str>, Problem> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let Some((high, low)) = rest.first().zip(rest.get(1)) else {
                    return Err(undecodable(text, "a % is not followed by two hexadecimal digits"));
                };
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let Some((high, low)) = digit(high).zip(digit(low)) else {
                    return Err(undecodable(text, "a % is not followed by two hexadecimal digits"));
                };
                bytes.push((high * 16 + low) as u8);
                rest = &rest[2..];
            }
            byte => bytes.push(byte),
        }
    }
    match String::from_utf8(bytes) {
        Ok(decoded) => Ok(Cow::Owned(decoded)),
        Err(_) => Err(undecodable(text, "it is not UTF-8")),
    }
}

const SHOWN_CHARS_MAX: usize = 60;

fn broken(name: &str, why: &str) -> Problem {
    let shown = shown(name);
    Problem { param: Some(shown), ..undecodable(name, why) }
}

/// A problem with a stretch of text of which nobody knows whether it is a name.
fn undecodable(text: &str, why: &str) -> Problem {
    let shown = shown(text);
    let message =
        format!("The parameters cannot be read as a form: at {shown:?}, {why}. Correct it there.");
    Problem::new(RimCode::BodyInvalid, message)
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(text: &str) -> String {
        match parse(text) {
            Ok(map) => show(&Value::Map(map)),
            Err(problem) => format!("{}: {}", problem.code.text(), problem.message),
        }
    }

    fn show(value: &Value<'_>) -> String {
        match value {
            Value::Text(text) => text.to_string(),
            Value::List(list) => {
                format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(" "))
            }
            Value::Map(map) => {
                let pairs: Vec<_> =
                    map.0.iter().map(|(name, value)| format!("{name}:{}", show(value))).collect();
                format!("{{{}}}", pairs.join(" "))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn shapes() {
        for (text, expected) in [
            ("", "{}"),
            ("&&", "{}"),
            ("a", "{a:}"),
            ("a=1&b=", "{a:1 b:}"),
            ("a=1&a=2", "{a:1 a:2}"),
            ("a%5Bb%5D=x+y%2B", "{a:{b:x y+}}"),
            ("d[gte]=1&d[lt]=2", "{d:{gte:1 lt:2}}"),
            ("a[]=1&a[]=2", "{a:[1 2]}"),
            ("a[0]=1&a[1]=2", "{a:[1 2]}"),
            ("i[0][r]=x&i[0][d]=y&i[1][r]=z", "{i:[{r:x d:y} {r:z}]}"),
            ("i[][r]=x&i[][d]=y&i[][r]=z", "{i:[{r:x d:y} {r:z}]}"),
            ("i[0][metadata][k]=v", "{i:[{metadata:{k:v}}]}"),
            ("n=%C3%A4", "{n:ä}"),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn broken_forms_are_refused() {
        for (text, says) in [
            ("a=%", "two hexadecimal digits"),
            ("a=%4", "two hexadecimal digits"),
            ("a=%zz", "two hexadecimal digits"),
            ("a=%ff", "not UTF-8"),
            ("a[b=1", "not closed"),
            ("a[b]c=1", "behind its closing bracket"),
            ("=1", "no name"),
            ("[a]=1", "no name"),
            ("a[1]=x", "entry 1 comes before entry 0"),
            ("a[99999999999999999999999]=x", "comes before"),
            ("a[0]=x&a[0]=y", "twice"),
            ("a=1&a[b]=2", "two different shapes"),
            ("a[0]=1&a[b]=2", "two different shapes"),
            ("a[0][0]=1", "list inside a list"),
            ("a[b][c][d][e][f][g][h][i]=1", "levels of brackets"),
        ] {
            let shape = shape(text);
            assert!(shape.contains(says), "{text}: {shape}");
        }
    }

    #[test]
    fn a_broken_name_is_told_in_full() {
        for (text, param) in [
            ("a[b][0]=x&a[b][0]=y", "a[b][0]"),
            ("a[b][c]=x&a[b][0]=y", "a[b][0]"),
            ("a[b][c][d][e][f][g][h][i]=1", "a[b][c][d][e][f][g][h][i]"),
            ("a[b][3]=x", "a[b][3]"),
        ] {
            assert_eq!(parse(text).unwrap_err().param.as_deref(), Some(param));
        }
    }

    #[test]
    fn what_is_kept_of_many_is_bounded() {
        let kept = |count: usize, pair: fn(usize) -> String| {
            let text = (0..count).map(pair).collect::<Vec<_>>().join("&");
            let map = parse(&text).unwrap();
            match &map.0[0].1 {
                Value::List(list) => list.len(),
                _ => map.0.len(),
            }
        };
        assert_eq!(kept(SIBLINGS_MAX, |n| format!("n{n}=1")), SIBLINGS_MAX);
        assert_eq!(kept(SIBLINGS_MAX + 50, |n| format!("n{n}=1")), SIBLINGS_MAX + 1);
        let (most, many) = (LIST_MAX, LIST_MAX + 50);
        assert_eq!(kept(most, |n| format!("l[{n}]=1")), most);
        for pair in [
            |n| format!("l[{n}]=1"),
            |_| "l[]=1".to_owned(),
            |n| format!("l[{n}][k]=1"),
            |_| "l[][k]=1".to_owned(),
        ] {
            assert_eq!(kept(many, pair), most + 1);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn an_encoded_value_reads_back(value in "\\PC{0,20}") {
            let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let text = format!("a={encoded}");
            prop_assert_eq!(show(&parse(&text).unwrap().0[0].1), value);
        }
    }
}
