//! The key that comes with a request.

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{Access, Engine};
use wire::{Problem, RimCode};

use crate::failure::Failure;

const SECRET_BYTES_MAX: usize = 255;
/// How secrets begin.
const KNOWN: [&str; 4] = ["sk_test_", "sk_live_", "rk_test_", "rk_live_"];

/// What the request's key opens.
pub(crate) async fn authenticate(engine: &Engine, headers: &HeaderMap) -> Result<Access, Failure> {
    let secret = secret(headers)?;
    match engine.authenticate(&secret).await? {
        Some(access) => Ok(access),
        None => Err(unknown("No account has this API key. Check it for missing letters.").into()),
    }
}

/// `Bearer KEY`, or Basic authentication with the key as the user.
fn secret(headers: &HeaderMap) -> Result<Cow<'_, str>, Problem> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Err(Problem::new(
            RimCode::ApiKeyMissing,
            "No API key came with the request. Send it as `Authorization: Bearer sk_…`, or as the \
             user of Basic authentication.",
        ));
    };
    let value = value.to_str().map_err(|_| unknown("The API key is no plain text."))?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    let rest = rest.trim();
    let secret = if scheme.eq_ignore_ascii_case("bearer") {
        Cow::Borrowed(rest)
    } else if scheme.eq_ignore_ascii_case("basic") {
        basic(rest).ok_or_else(|| unknown("The Basic authentication cannot be read."))?.into()
    } else {
        return Err(unknown("The authentication is neither Bearer nor Basic."));
    };
    let known_shape = KNOWN.iter().any(|known| secret.starts_with(known));
    if !known_shape || secret.len() > SECRET_BYTES_MAX {
        return Err(unknown("An API key begins with sk_test_, sk_live_, rk_test_ or rk_live_."));
    }
    Ok(secret)
}

fn basic(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, _) = decoded.split_once(':').unwrap_or((&decoded, ""));
    Some(user.to_owned())
}

fn unknown(message: &str) -> Problem {
    Problem::new(RimCode::ApiKeyInvalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        secret(&headers).map(Cow::into_owned).map_err(|problem| problem.code.text())
    }

    #[test]
    fn bearer_and_basic() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(read("Bearer sk_test_1").as_deref(), Ok("sk_test_1"));
        assert_eq!(read("bearer  sk_live_1").as_deref(), Ok("sk_live_1"));
        assert_eq!(read(&basic("sk_test_1:")).as_deref(), Ok("sk_test_1"));
        assert_eq!(read(&basic("sk_test_1")).as_deref(), Ok("sk_test_1"));
        for bad in ["Bearer", "Bearer pk_test_1", "Digest x", "Basic %", "sk_test_1"] {
            assert_eq!(read(bad), Err("api_key_invalid"), "{bad}");
        }
        assert_eq!(secret(&HeaderMap::new()).unwrap_err().code.text(), "api_key_missing");
    }
}
