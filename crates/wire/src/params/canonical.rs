//! A request as bytes that do not depend on its encoding, so that a retry is recognised.

use ledger::model::RequestHash;
use sha2::{Digest, Sha256};

use super::{Map, Params, Value};

/// A parameter that is left out of the hash: a hash this fast would let a password be guessed by
/// whoever sees the database.
const SECRET: &str = "password";

/// The first 16 bytes of SHA-256 over method, path and parameters, but for passwords. The order of
/// parameters does not matter, nor whether a value came as JSON or in a form.
pub fn request_hash(method: &str, path: &str, params: &Params<'_>) -> RequestHash {
    let mut digest = Sha256::new();
    text(&mut digest, method);
    text(&mut digest, path);
    map(&mut digest, &params.root);
    let whole: [u8; 32] = digest.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&whole[..16]);
    RequestHash(first)
}

fn value(digest: &mut Sha256, of: &Value<'_>) {
    match of {
        Value::Null => text(digest, ""),
        Value::Bool(value) => text(digest, if *value { "true" } else { "false" }),
        Value::Integer(value) => text(digest, &value.to_string()),
        Value::Fraction(value) => text(digest, &value.to_string()),
        Value::Text(value) => text(digest, value),
        Value::List(list) => {
            count(digest, b'l', list.len());
            list.iter().for_each(|item| value(digest, item));
        }
        Value::Map(inner) => map(digest, inner),
    }
}

fn map(digest: &mut Sha256, of: &Map<'_>) {
    let mut entries: Vec<_> = of.0.iter().filter(|(name, _)| name != SECRET).collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    count(digest, b'm', entries.len());
    for (name, inner) in entries {
        text(digest, name);
        value(digest, inner);
    }
}

fn text(digest: &mut Sha256, of: &str) {
    count(digest, b't', of.len());
    digest.update(of);
}

fn count(digest: &mut Sha256, tag: u8, of: usize) {
    digest.update([tag]);
    digest.update((of as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn json(body: &str) -> RequestHash {
        request_hash("POST", "/v1/numbers", &Params::from_json(body.as_bytes()).unwrap())
    }

    fn form(body: &str) -> RequestHash {
        request_hash("POST", "/v1/numbers", &Params::from_form(body).unwrap())
    }

    #[test]
    fn encodings_and_orders_are_one() {
        assert_eq!(json(r#"{"a":"1","b":true}"#), json(r#"{"b":true,"a":1}"#));
        assert_eq!(json(r#"{"m":{"k":"v"},"l":["x"]}"#), form("l[]=x&m[k]=v"));
        assert_eq!(form("a=%41"), form("a=A"));
    }

    #[test]
    fn what_differs_differs() {
        let base = form("a=1&b=2");
        for other in ["a=1&b=3", "a=1", "a=1&b=2&c=", "ab=12", "a=1b=2", "a[]=1&b=2"] {
            assert_ne!(base, form(other), "{other}");
        }
        let params = Params::from_form("a=1&b=2").unwrap();
        assert_ne!(base, request_hash("POST", "/v1/series", &params));
        assert_ne!(base, request_hash("GET", "/v1/numbers", &params));
    }

    fn encoded(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02x}")).collect()
    }

    proptest! {
        #[test]
        fn a_form_and_the_same_json_are_one(
            texts in prop::collection::btree_map("[a-z]{1,5}", "\\PC{0,10}", 0..6),
            items in prop::collection::vec("\\PC{0,10}", 1..4),
        ) {
            let texts: BTreeMap<String, String> = texts;
            let body = serde_json::json!({ "m": texts, "l": items });
            let of_texts = texts.iter().map(|(key, text)| format!("m[{key}]={}", encoded(text)));
            let of_items = items.iter().enumerate();
            let of_items = of_items.map(|(at, text)| format!("l[{at}]={}", encoded(text)));
            let pairs: Vec<_> = of_items.chain(of_texts).collect();
            let written = form(&pairs.join("&"));
            // A form cannot say that a set is empty.
            prop_assert_eq!(written == json(&body.to_string()), !texts.is_empty());
        }
    }
}
