//! How a receiver knows that an event is ours and fresh.
//!
//! The header `Stripe-Signature` is `t=<seconds>,v1=<hex>`, where the hexadecimal digits are
//! HMAC-SHA256 over the seconds, a full stop and the body as it is sent, keyed with the whole
//! text of the endpoint's secret. While a secret is being replaced there is a `v1` for the new one
//! and one for the old one, and either satisfies a receiver. Every attempt is signed anew.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that carries the signature.
pub const HEADER: &str = "stripe-signature";

/// The value of the header for a body sent at `seconds` since 1970, by each of the secrets.
///
/// ```
/// let header = webhooks::signature::sign(&["whsec_new", "whsec_old"], 1_492_774_577, b"{}");
/// let parts: Vec<&str> = header.split(',').map(|part| &part[..3]).collect();
/// assert_eq!(parts, ["t=1", "v1=", "v1="]);
/// ```
pub fn sign(secrets: &[&str], seconds: i64, body: &[u8]) -> String {
    let mut header = format!("t={seconds}");
    for secret in secrets {
        header.push_str(",v1=");
        for byte in code(secret, seconds, body) {
            // A String takes whatever is written to it.
            let _ = write!(header, "{byte:02x}");
        }
    }
    header
}

fn code(secret: &str, seconds: i64, body: &[u8]) -> [u8; 32] {
    let Ok(mut code) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("HMAC takes a key of any length")
    };
    code.update(seconds.to_string().as_bytes());
    code.update(b".");
    code.update(body);
    code.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by another implementation, Python's `hmac` over `hashlib.sha256`.
    const KNOWN: [(&str, i64, &str, &str); 4] = [
        (
            "whsec_test_secret",
            1_492_774_577,
            r#"{"id":"evt_1"}"#,
            "799c4ba7bb339f3c8601adfd112f0e477c930a268be1243d341abb8286501c2f",
        ),
        (
            "whsec_old",
            1_492_774_577,
            r#"{"id":"evt_1"}"#,
            "0747100650652ef72323d15ecf021fcf28463e6c3f46c75d091a00c9fbb46a37",
        ),
        // A secret that is longer than a block of the hash, and a body beyond ASCII.
        (
            LONG,
            0,
            "{\"name\":\"Zoë €\"}",
            "dc3446aa17b09629a080a29bcb8412f38529c1afb8a784be3abe85d2829db650",
        ),
        (
            "whsec_test_secret",
            1_795_190_400,
            "",
            "913b73c7ac8123f594ff61be4999186b66115f0b744c4efd9d1ae6994f53d76f",
        ),
    ];
    const LONG: &str = "whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
                        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    #[test]
    fn signatures_are_those_of_other_implementations() {
        assert_eq!(LONG.len(), 106);
        for (secret, seconds, body, expected) in KNOWN {
            let header = sign(&[secret], seconds, body.as_bytes());
            assert_eq!(header, format!("t={seconds},v1={expected}"));
        }
    }

    /// What the official libraries do with a header: the time is the last `t`, every `v1` is a
    /// candidate, one match is enough, and what is older than the tolerance is refused.
    fn is_accepted(header: &str, body: &[u8], secret: &str, now: i64) -> bool {
        let items = || header.split(',').filter_map(|item| item.split_once('='));
        let Some(time) = items().rfind(|(key, _)| *key == "t") else { return false };
        let Ok(seconds) = time.1.parse::<i64>() else { return false };
        let expected = code(secret, seconds, body);
        let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        let found = items().any(|(key, value)| key == "v1" && value == expected);
        found && seconds >= now - 300
    }

    #[test]
    fn either_secret_is_accepted_while_one_replaces_the_other() {
        let body = br#"{"id":"evt_1"}"#;
        let header = sign(&["whsec_new", "whsec_old"], 1_000, body);
        assert!(is_accepted(&header, body, "whsec_new", 1_000));
        assert!(is_accepted(&header, body, "whsec_old", 1_300));
        assert!(!is_accepted(&header, body, "whsec_other", 1_000), "a stranger's secret");
        assert!(!is_accepted(&header, body, "whsec_new", 1_301), "too old");
        assert!(!is_accepted(&header, b"{}", "whsec_new", 1_000), "another body");
        let replayed = header.replace("t=1000", "t=1200");
        assert!(!is_accepted(&replayed, body, "whsec_new", 1_200), "another time");
    }
}
