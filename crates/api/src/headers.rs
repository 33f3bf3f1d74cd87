//! The headers that a request may carry, beside its key.

use axum::http::HeaderMap;
use ledger::id::AccountId;
use ledger::model::IdempotencyKey;
use sha2::{Digest, Sha256};
use wire::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use wire::{Problem, RimCode, Version};

pub(crate) const STRIPE_VERSION: &str = "stripe-version";
/// How many seconds old an answer may be that was read from a replica.
pub(crate) const READ_AGE: &str = "gapless-read-age";
/// Where an answer is to be read.
pub(crate) const READ: &str = "gapless-read";
/// What [`READ`] says for the database that is written to.
pub(crate) const PRIMARY: &str = "primary";
const STRIPE_ACCOUNT: &str = "stripe-account";
/// What newer libraries send in its place.
const STRIPE_CONTEXT: &str = "stripe-context";
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

/// The text of the idempotency key, for the events of the request.
pub(crate) fn idempotency_text(headers: &HeaderMap) -> Option<String> {
    headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The version of the interface that the caller speaks, if the request says it.
pub(crate) fn version(headers: &HeaderMap) -> Result<Option<Version>, Problem> {
    let Some(value) = headers.get(STRIPE_VERSION) else { return Ok(None) };
    // Behind a semicolon stand names of previews, of which there are none here.
    let text = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    Version::read(text.trim(), "Stripe-Version").map(Some)
}

/// The account that the request acts for, if it says one.
pub(crate) fn account(headers: &HeaderMap) -> Option<AccountId> {
    let named = [STRIPE_ACCOUNT, STRIPE_CONTEXT].into_iter().filter_map(|name| headers.get(name));
    // What is no text is nobody's id.
    let mut named = named.map(|value| value.to_str().unwrap_or_default());
    let account = named.next()?;
    // Who names two means neither alone.
    let is_one = named.all(|other| other == account);
    Some(AccountId(if is_one { account.to_owned() } else { String::new() }))
}

/// The problem that the key does not open the account.
pub(crate) fn no_such_account() -> Problem {
    Problem::of(
        ledger::Code::ResourceMissing,
        "Stripe-Account",
        "The key does not open the account in Stripe-Account or Stripe-Context. Use that account's \
         own key, or the key of the account that it is connected to, and name one account.",
    )
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

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn versions() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(STRIPE_VERSION, HeaderValue::from_static(value));
            version(&headers)
        };
        for good in ["2026-05-27.dahlia", "2020-03-02", "2025-03-31.basil; some_preview=v1"] {
            assert!(read(good).is_ok_and(|version| version.is_some()), "{good}");
        }
        for bad in ["", "latest", "2026-13-01", "2026-05-27.", "2026-05-27", "20260527"] {
            let problem = read(bad).unwrap_err();
            assert_eq!(problem.code.text(), "api_version_invalid", "{bad}");
        }
        assert_eq!(version(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn an_account_has_two_headers_and_one_name() {
        let read = |named: &[(&'static str, &'static str)]| {
            let named = named.iter().map(|(name, value)| {
                (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            account(&named.collect()).map(|account| account.0)
        };
        assert_eq!(read(&[]), None);
        let one = Some("acct_1".to_owned());
        assert_eq!(read(&[(STRIPE_ACCOUNT, "acct_1")]), one);
        assert_eq!(read(&[(STRIPE_CONTEXT, "acct_1")]), one);
        assert_eq!(read(&[(STRIPE_ACCOUNT, "acct_1"), (STRIPE_CONTEXT, "acct_1")]), one);
        let nobody = Some(String::new());
        assert_eq!(read(&[(STRIPE_ACCOUNT, "acct_1"), (STRIPE_CONTEXT, "acct_2")]), nobody);
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
