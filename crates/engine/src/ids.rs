//! Where ids and secrets come from.

use std::sync::atomic::{AtomicU64, Ordering};

use ledger::id::{AccountId, KeyId};
use ledger::model::Mode;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ACCOUNT_CHARS: usize = 16;
const SECRET_CHARS: usize = 32;
const REQUEST_CHARS: usize = 16;

/// A source of randomness, and the ids made from it.
pub trait Ids: Send + Sync + 'static {
    /// Fills the bytes at random.
    fn fill(&self, bytes: &mut [u8]);

    /// A new account's id, `acct_…`.
    fn account(&self) -> AccountId {
        AccountId(format!("acct_{}", self.base62(ACCOUNT_CHARS)))
    }

    /// A new key's id.
    fn key(&self) -> KeyId {
        KeyId(self.bits())
    }

    /// A new key's secret, `sk_test_…` or `sk_live_…`.
    fn secret(&self, mode: Mode) -> String {
        format!("sk_{}_{}", mode.text(), self.base62(SECRET_CHARS))
    }

    /// A new account's prefix in the `stripe` style: eight hexadecimal digits.
    fn prefix(&self) -> String {
        format!("{:08X}", self.bits() >> 32)
    }

    /// A request's id, `req_…`.
    fn request(&self) -> String {
        format!("req_{}", self.base62(REQUEST_CHARS))
    }

    /// 64 random bits.
    fn bits(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    /// So many letters and digits, each as likely as any other.
    fn base62(&self, length: usize) -> String {
        let mut text = String::with_capacity(length);
        let mut bytes = [0; 48];
        while text.len() < length {
            self.fill(&mut bytes);
            let digits = bytes.iter().filter_map(|byte| BASE62.get(usize::from(byte & 63)));
            text.extend(digits.take(length - text.len()).map(|&digit| char::from(digit)));
        }
        text
    }
}

/// The machine's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

/// The same ids again for the same seed.
///
/// ```
/// use engine::{Ids, SeededIds};
///
/// assert_eq!(SeededIds::new(7).account(), SeededIds::new(7).account());
/// ```
#[derive(Debug)]
pub struct SeededIds(AtomicU64);

impl Ids for SystemIds {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Guessable keys would be worse than none.
            panic!("the operating system gives no randomness: {error}");
        }
    }
}

impl SeededIds {
    /// Ids that follow from a seed.
    pub fn new(seed: u64) -> SeededIds {
        SeededIds(AtomicU64::new(seed))
    }
}

impl Ids for SeededIds {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = mix(self.0.fetch_add(STEP, Ordering::Relaxed));
            chunk.copy_from_slice(&word.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// The odd number nearest to 2^64 divided by the golden ratio: its multiples spread evenly.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads the difference of neighbouring inputs over all bits, one to one.
fn mix(input: u64) -> u64 {
    let mut word = input.wrapping_add(STEP);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_shapes_and_differ() {
        let ids = SystemIds;
        let is_base62 = |text: &str| text.bytes().all(|byte| BASE62.contains(&byte));
        let account = ids.account().0;
        assert!(account.strip_prefix("acct_").is_some_and(|rest| rest.len() == 16));
        let secret = ids.secret(Mode::Test);
        let digits = secret.strip_prefix("sk_test_").expect("the mode");
        assert!(digits.len() == 32 && is_base62(digits), "{secret}");
        let prefix = ids.prefix();
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
        assert!(prefix.len() == 8 && prefix.bytes().all(is_hex), "{prefix}");
        assert_ne!(ids.secret(Mode::Live), ids.secret(Mode::Live));
    }

    #[test]
    fn every_digit_is_about_as_likely() {
        let text = SeededIds::new(1).base62(62_000);
        for digit in BASE62 {
            let count = text.bytes().filter(|byte| byte == digit).count();
            assert!((800..1200).contains(&count), "{} {count}", char::from(*digit));
        }
    }
}
