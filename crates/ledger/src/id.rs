//! Typed ids, and the text they have outside.
//!
//! Ids of things inside a ledger carry the ledger and a count within it, so they are unique in
//! the database without a random number and rise in the order in which things were made.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::ObjectKind;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LEDGER_CHARS: usize = 7;
const LOCAL_CHARS: usize = 11;

/// One account in one mode.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct LedgerId(pub u64);

/// A business that issues documents, as `acct_…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub String);

/// An API key's id, as `key_…`; not the secret.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct KeyId(pub u64);

/// A person's id, as `user_…`, the same in both ledgers of the account.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct UserId(pub u64);

/// A series within its ledger, counted from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct SeriesId(pub u32);

/// A sequence within its ledger, counted from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct SequenceId(pub u64);

/// The place of a number in the order in which its ledger gave them, counted from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position(pub u64);

/// A gap within its ledger, counted from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct GapId(pub u64);

/// The place of an object, a revision of one, an event or a line in the order in which its ledger
/// made them, counted from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ObjectId(pub u64);

/// A customer's id, given by whoever asks for numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CustomerId(pub String);

/// What is counted apart inside a series: nothing (the account), a customer's id, or the parent's
/// number id.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScopeKey(pub String);

impl Position {
    /// The outside text, `num_…`.
    pub fn id(self, ledger: LedgerId) -> String {
        encode("num_", ledger, self.0)
    }

    /// Reads `num_…`; `None` when it is no such id.
    pub fn parse(text: &str) -> Option<(LedgerId, Position)> {
        decode("num_", text).map(|(ledger, local)| (ledger, Position(local)))
    }
}

impl SeriesId {
    /// The outside text, `ser_…`.
    pub fn id(self, ledger: LedgerId) -> String {
        encode("ser_", ledger, u64::from(self.0))
    }

    /// Reads `ser_…`; `None` when it is no such id.
    pub fn parse(text: &str) -> Option<(LedgerId, SeriesId)> {
        let (ledger, local) = decode("ser_", text)?;
        Some((ledger, SeriesId(u32::try_from(local).ok()?)))
    }
}

impl SequenceId {
    /// The outside text, `seq_…`.
    pub fn id(self, ledger: LedgerId) -> String {
        encode("seq_", ledger, self.0)
    }

    /// Reads `seq_…`; `None` when it is no such id.
    pub fn parse(text: &str) -> Option<(LedgerId, SequenceId)> {
        decode("seq_", text).map(|(ledger, local)| (ledger, SequenceId(local)))
    }
}

impl GapId {
    /// The outside text, `gap_…`.
    pub fn id(self, ledger: LedgerId) -> String {
        encode("gap_", ledger, self.0)
    }

    /// Reads `gap_…`; `None` when it is no such id.
    pub fn parse(text: &str) -> Option<(LedgerId, GapId)> {
        decode("gap_", text).map(|(ledger, local)| (ledger, GapId(local)))
    }
}

impl ObjectId {
    /// The outside text of an object, such as `in_…`.
    pub fn text(self, kind: ObjectKind, ledger: LedgerId) -> String {
        encode(kind.prefix(), ledger, self.0)
    }

    /// The outside text of an event, `evt_…`.
    pub fn event_text(self, ledger: LedgerId) -> String {
        encode("evt_", ledger, self.0)
    }

    /// Reads `evt_…`; `None` when it is no such id.
    pub fn parse_event(text: &str) -> Option<(LedgerId, ObjectId)> {
        decode("evt_", text).map(|(ledger, local)| (ledger, ObjectId(local)))
    }

    /// The outside text of a line of an invoice, `il_…`.
    pub fn line_text(self, ledger: LedgerId) -> String {
        encode("il_", ledger, self.0)
    }

    /// Reads `il_…`; `None` when it is no such id.
    pub fn parse_line(text: &str) -> Option<(LedgerId, ObjectId)> {
        decode("il_", text).map(|(ledger, local)| (ledger, ObjectId(local)))
    }

    /// The outside text of a line of a credit note, `cnli_…`.
    pub fn credit_line_text(self, ledger: LedgerId) -> String {
        encode("cnli_", ledger, self.0)
    }
}

impl ObjectKind {
    /// Reads the outside text of an object of this kind; `None` when it is no such id.
    pub fn parse_id(self, text: &str) -> Option<(LedgerId, ObjectId)> {
        decode(self.prefix(), text).map(|(ledger, local)| (ledger, ObjectId(local)))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key_")?;
        f.write_str(&base32(self.0, 13))
    }
}

impl KeyId {
    /// Reads `key_…`; `None` when it is no such id.
    pub fn parse(text: &str) -> Option<KeyId> {
        let digits = text.strip_prefix("key_")?;
        (digits.len() == 13).then(|| unbase32(digits).map(KeyId)).flatten()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("user_")?;
        f.write_str(&base32(self.0, 13))
    }
}

impl UserId {
    /// Reads `user_…`; `None` when it is no such id.
    pub fn parse(text: &str) -> Option<UserId> {
        let digits = text.strip_prefix("user_")?;
        (digits.len() == 13).then(|| unbase32(digits).map(UserId)).flatten()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn encode(prefix: &str, ledger: LedgerId, local: u64) -> String {
    let mut text = String::with_capacity(prefix.len() + LEDGER_CHARS + LOCAL_CHARS);
    text.push_str(prefix);
    text.push_str(&base32(ledger.0, LEDGER_CHARS));
    text.push_str(&base32(local, LOCAL_CHARS));
    text
}

fn decode(prefix: &str, text: &str) -> Option<(LedgerId, u64)> {
    let digits = text.strip_prefix(prefix)?;
    if !digits.is_ascii() || digits.len() != LEDGER_CHARS + LOCAL_CHARS {
        return None;
    }
    let (ledger, local) = digits.split_at(LEDGER_CHARS);
    Some((LedgerId(unbase32(ledger)?), unbase32(local)?))
}

fn base32(value: u64, width: usize) -> String {
    (0..width)
        .rev()
        .map(|place| {
            let digit = value.checked_shr(5 * place as u32).unwrap_or(0) & 31;
            char::from(ALPHABET[digit as usize])
        })
        .collect()
}

fn unbase32(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0u64, |value, byte| {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)? as u64;
        Some(value.checked_mul(32)? | digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_and_rise_as_text() {
        let ledger = LedgerId(7);
        let (first, later) = (Position(31).id(ledger), Position(32).id(ledger));
        assert!(first < later, "{first} < {later}");
        assert_eq!(Position::parse(&later), Some((ledger, Position(32))));
        assert_eq!(Position::parse("num_zz"), None);
        assert_eq!(Position::parse(&later.replace("num_", "gap_")), None);
    }

    #[test]
    fn an_objects_id_says_its_kind() {
        let (ledger, id) = (LedgerId(7), ObjectId(32));
        for kind in ObjectKind::ALL {
            let text = id.text(kind, ledger);
            let read: Vec<_> = ObjectKind::ALL
                .into_iter()
                .filter_map(|other| Some((other, other.parse_id(&text)?)))
                .collect();
            assert_eq!(read, [(kind, (ledger, id))], "{text}");
        }
        assert_eq!(ObjectId::parse_event(&id.event_text(ledger)), Some((ledger, id)));
        assert_eq!(ObjectId::parse_line(&id.line_text(ledger)), Some((ledger, id)));
    }

    #[test]
    fn ids_of_keys_and_people_keep_all_sixty_four_bits() {
        let (key, user) = (KeyId(u64::MAX), UserId(u64::MAX));
        assert_eq!(KeyId::parse(&key.to_string()), Some(key));
        assert_eq!(UserId::parse(&user.to_string()), Some(user));
        assert_eq!(UserId::parse(&key.to_string()), None);
    }
}
