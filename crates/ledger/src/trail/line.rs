//! The line of a number whose position and sequence are not known yet.
//!
//! A line begins with them ([`super::IssuedLine`]), so what comes behind can be made before, and
//! the line is the version byte, both as they are then known, and that.

use jiff::civil::Date;
use serde::Serialize;

use crate::id::{CustomerId, Position, SequenceId};
use crate::model::{Kind, Metadata, Warning, civil};
use crate::stored;

/// The first byte of every line. Behind it stand position and sequence, each as seven bits a byte,
/// the lowest first, with the highest bit set in all but the last byte.
pub const LINE_VERSION: u8 = stored::VERSION;

/// What a line says behind its position and sequence; the fields of [`super::IssuedLine`], in their
/// order.
#[derive(Serialize)]
pub(crate) struct LineTail<'a> {
    pub(crate) ordinal: u64,
    pub(crate) text: &'a str,
    pub(crate) occupied: bool,
    pub(crate) kind: &'a Kind,
    #[serde(with = "civil")]
    pub(crate) date: Date,
    pub(crate) reference: Option<&'a str>,
    pub(crate) customer: Option<&'a CustomerId>,
    pub(crate) parent: Option<Position>,
    pub(crate) metadata: &'a Metadata,
    pub(crate) reissue_of: Option<Position>,
    pub(crate) slug_rank: u32,
    pub(crate) warning: Option<Warning>,
}

impl LineTail<'_> {
    /// The bytes, behind those that are there.
    pub(crate) fn write(&self, bytes: Vec<u8>) -> Vec<u8> {
        stored::extend(self, bytes)
    }
}

/// Begins a line: what its tail comes behind.
pub(crate) fn head(position: Position, sequence: SequenceId) -> Vec<u8> {
    stored::to_bytes(&(position, sequence))
}

/// A line as it is kept, from its tail, once its position and sequence are known.
pub fn placed_line(position: Position, sequence: SequenceId, tail: &[u8]) -> Vec<u8> {
    let mut bytes = head(position, sequence);
    bytes.extend_from_slice(tail);
    bytes
}
