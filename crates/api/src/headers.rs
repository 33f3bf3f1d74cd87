//! The headers that a request may carry, beside its key.

use axum::http::{HeaderMap, HeaderValue};
use ledger::model::IdempotencyKey;
use sha2::{Digest, Sha256};
use wire::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use wire::{Problem, RimCode};

pub(crate) const STRIPE_VERSION: &str = "stripe-version";
/// How many seconds old an answer may be that was read from a replica.
pub(crate) const READ_AGE: &str = "gapless-read-age";
/// Where an answer is to be read.
pub(crate) const READ: &str = "gapless-read";
/// What [`READ`] says for the database that is written to.
pub(crate) const PRIMARY: &str = "primary";
const STRIPE_ACCOUNT: &str = "stripe-account";
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The hash of the idempotency key.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        let message = "The request has several Idempotency-Key headers. Send one.";
        return Err(Problem::new(RimCode::IdempotencyKeyInvalid, message));
    }
    let fits = (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&value.len()) && value.to_str().is_ok();
    if !fits {
        let message = format!(
            "The Idempotency-Key is not 1 to {IDEMPOTENCY_KEY_CHARS_MAX} printable ASCII \
             characters. A random UUID does well.",
        );
        return Err(Problem::new(RimCode::IdempotencyKeyInvalid, message));
    }
    let whole: [u8; 32] = Sha256::digest(value.as_bytes()).into();
    let mut first = [0; 16];
    first.copy_from_slice(&whole[..16]);
    Ok(Some(IdempotencyKey(first)))
}

/// The version of the interface that the caller speaks, to be repeated in the answer.
pub(crate) fn version(headers: &HeaderMap) -> Result<Option<HeaderValue>, Problem> {
    let Some(value) = headers.get(STRIPE_VERSION) else { return Ok(None) };
    if value.to_str().is_ok_and(is_version) {
        return Ok(Some(value.clone()));
    }
    Err(Problem::new(
        RimCode::ApiVersionInvalid,
        "Stripe-Version is not a date such as 2026-05-27 or 2026-05-27.name. Leave it out to use \
         the account's version.",
    ))
}

/// Refuses to act for another account than the key's.
pub(crate) fn same_account(headers: &HeaderMap, account: &str) -> Result<(), Problem> {
    match headers.get(STRIPE_ACCOUNT) {
        Some(value) if value.as_bytes() != account.as_bytes() => Err(Problem::of(
            ledger::Code::ResourceMissing,
            "Stripe-Account",
            "The key does not open the account in Stripe-Account. Use that account's own key.",
        )),
        _ => Ok(()),
    }
}

/// Whether the answer is to be read from the database that is written to.
pub(crate) fn asks_for_primary(headers: &HeaderMap) -> Result<bool, Problem> {
    let mut asks = false;
    for value in headers.get_all(READ) {
        // A word that is mistyped would be answered with what may be old.
        if value.as_bytes() != PRIMARY.as_bytes() {
            let message = "Gapless-Read is not `primary`. Leave it out to be answered by a \
                           replica where there is one.";
            return Err(Problem::of(ledger::Code::ParameterInvalid, "Gapless-Read", message));
        }
        asks = true;
    }
    Ok(asks)
}

// version ::= YYYY "-" MM "-" DD [ "." name ]
fn is_version(text: &str) -> bool {
    let (date, name) = text.split_once('.').unwrap_or((text, "x"));
    let named = (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    named && wire::request::civil_date(date, STRIPE_VERSION).is_ok()
}

const MAX_NAME: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for good in ["2026-05-27", "2020-03-02", "2025-03-31.basil"] {
            assert!(is_version(good), "{good}");
        }
        for bad in ["", "latest", "2026-13-01", "2026-05-27.", "2026-05-27.a b", "20260527"] {
            assert!(!is_version(bad), "{bad}");
        }
    }

    #[test]
    fn idempotency_keys() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_str(value).unwrap());
            idempotency_key(&headers).map_err(|problem| problem.code.text())
        };
        assert_eq!(idempotency_key(&HeaderMap::new()), Ok(None));
        assert_ne!(read("a"), read("b"));
        assert!(read(&"k".repeat(255)).is_ok_and(|key| key.is_some()));
        assert_eq!(read(&"k".repeat(256)), Err("idempotency_key_invalid"));
        assert_eq!(read(""), Err("idempotency_key_invalid"));
        assert_eq!(read("ä"), Err("idempotency_key_invalid"));
        let mut several = HeaderMap::new();
        several.append(IDEMPOTENCY_KEY, HeaderValue::from_static("a"));
        several.append(IDEMPOTENCY_KEY, HeaderValue::from_static("b"));
        let problem = idempotency_key(&several).unwrap_err();
        assert_eq!(problem.code.text(), "idempotency_key_invalid");
    }
}
