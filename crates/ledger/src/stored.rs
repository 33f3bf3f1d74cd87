//! Values that a store keeps as bytes: a version byte, then the value in postcard's format.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) const VERSION: u8 = 1;

/// Stored bytes that cannot be what they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged(pub String);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "damaged value: {}", self.0)
    }
}

impl std::error::Error for Damaged {}

pub(crate) fn to_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    extend(value, vec![VERSION])
}

/// Writes a value behind bytes that are there, without a version of its own.
pub(crate) fn extend<T: Serialize>(value: &T, bytes: Vec<u8>) -> Vec<u8> {
    match postcard::to_extend(value, bytes) {
        Ok(bytes) => bytes,
        // Writing to a growing buffer has no way to fail for types without custom errors.
        Err(error) => unreachable!("a value of known shape was not written: {error}"),
    }
}

pub(crate) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Damaged> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => postcard::from_bytes(rest).map_err(|e| Damaged(e.to_string())),
        Some((version, _)) => Err(Damaged(format!("unknown version {version}"))),
        None => Err(Damaged("empty".to_owned())),
    }
}

/// A value and the bytes behind it.
pub(crate) fn split_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), Damaged> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => {
            postcard::take_from_bytes(rest).map_err(|error| Damaged(error.to_string()))
        }
        _ => from_bytes(bytes).map(|value| (value, &[][..])),
    }
}
