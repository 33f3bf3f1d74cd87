//! Passwords: what one must be, and its hash.

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use ledger::model::PasswordHash;
use ledger::{Code, Refusal};

use crate::error::EngineError;

/// Characters of a password. The least is what OWASP's cheat sheet on authentication asks for where
/// there is no second factor, but for three, which the wait between tries makes up for.
pub(super) const CHARS_MIN: usize = 12;
const CHARS_MAX: usize = 256;

/// Argon2id with 19 MiB, two passes and one lane: the second of the settings that OWASP's cheat
/// sheet on storing passwords holds to be equal. One password takes some 30 ms of a core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of salt, as RFC 9106 recommends them (3.1).
pub(super) const SALT_BYTES: usize = 16;

/// Refuses a password that is too short or easily guessed. `words` are what anybody knows of the
/// person.
pub(super) fn check(password: &str, words: &[&str]) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::of(Code::ParameterInvalid, "password", message));
    let count = password.chars().count();
    if !(CHARS_MIN..=CHARS_MAX).contains(&count) {
        return refuse(format!(
            "A password has {CHARS_MIN} to {CHARS_MAX} characters. Several words make a good one."
        ));
    }
    let folded = password.trim().to_lowercase();
    if words.iter().any(|word| word.trim().to_lowercase() == folded) {
        return refuse(
            "The password is the name or the e-mail address. Choose another.".to_owned(),
        );
    }
    let first = password.chars().next();
    if password.chars().all(|c| Some(c) == first) {
        return refuse("The password is one character again and again. Choose another.".to_owned());
    }
    Ok(())
}

/// The hash of a password, in the PHC string format.
pub(super) fn hash(password: &str, salt: [u8; SALT_BYTES]) -> Result<PasswordHash, EngineError> {
    let hashed: Result<Phc, _> = argon2()?.hash_password_with_salt(password.as_bytes(), &salt);
    let hashed = hashed.map_err(|error| EngineError::Defect(format!("a password: {error}")))?;
    Ok(PasswordHash(hashed.to_string()))
}

/// Whether a password has a hash, made with these parameters or with those of an older release.
pub(super) fn is_of(password: &str, hash: &PasswordHash) -> bool {
    let argon2 = Argon2::default();
    let Ok(parsed) = Phc::new(&hash.0) else { return false };
    argon2.verify_password(password.as_bytes(), &parsed).is_ok()
}

fn argon2() -> Result<Argon2<'static>, EngineError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| EngineError::Defect(format!("argon2: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_its_hash_and_no_other() {
        let kept = hash("correct horse battery", [7; SALT_BYTES]).expect("a hash");
        assert!(kept.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.0);
        assert!(is_of("correct horse battery", &kept));
        assert!(!is_of("correct horse batterz", &kept));
        assert!(!is_of("correct horse battery", &PasswordHash(String::new())));
        let salted = hash("correct horse battery", [8; SALT_BYTES]).expect("a hash");
        assert_ne!(kept, salted);
    }

    #[test]
    fn what_is_easily_guessed_is_refused() {
        let words = ["Ann Example-Person", "ann.example@example.com"];
        let short = "a".repeat(CHARS_MIN - 1);
        let long = "ab".repeat(CHARS_MAX);
        for bad in
            [&short, &long, "ann example-person ", "Ann.Example@example.com", "aaaaaaaaaaaaaa"]
        {
            let refusal = check(bad, &words).expect_err(bad);
            assert_eq!(refusal.param.as_deref(), Some("password"));
        }
        assert_eq!(check("correct horse battery", &words), Ok(()));
    }
}
