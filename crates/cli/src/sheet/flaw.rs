//! What can be wrong with a file, and what to do about it.

use std::fmt;
use std::path::Path;

use crate::failure::Failure;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Nothing in it.
    Empty,
    /// More than is read.
    TooLarge,
    /// A byte that UTF-8 cannot have there.
    NotUtf8(u8),
    /// Two bytes a character.
    Utf16,
    /// A byte 0.
    Nul,
    /// A quote that nothing closes.
    OpenQuote,
    /// A quote inside a field that does not begin with one.
    QuoteInside,
    /// Text between a closing quote and the next separator.
    BehindQuote,
    /// A carriage return alone.
    CarriageReturn,
    /// More or fewer fields than the header.
    FieldCount {
        /// Fields of the header.
        expected: usize,
        /// Fields of the record.
        found: usize,
    },
}

impl Flaw {
    /// The flaw as a failure of reading this file.
    pub(super) fn at(self, path: &Path, line: Option<u64>) -> Failure {
        let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
        let message = format!("{}{line}: {self}", path.display());
        Failure::refused("file_invalid", message).about("file")
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Empty => f.write_str(
                "the file is empty; expected a header with the names of the columns, then a line \
                 for each document",
            ),
            Flaw::TooLarge => f.write_str("the file is over 1 GiB; split it into several"),
            Flaw::NotUtf8(byte) => write!(
                f,
                "byte 0x{byte:02X} is not UTF-8, it looks like Latin-1 (Windows-1252); save the \
                 file as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8",
            ),
            Flaw::Utf16 => f.write_str(
                "the file is UTF-16; save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8",
            ),
            Flaw::Nul => f.write_str("there is a byte 0; a CSV file is text, save it as such"),
            Flaw::OpenQuote => f.write_str(
                "a quote opens here and is never closed; close it, or write \"\" for a quote that \
                 belongs to the text",
            ),
            Flaw::QuoteInside => f.write_str(
                "there is a quote inside a field that does not begin with one; put the whole \
                 field in quotes and write \"\" for a quote that belongs to the text",
            ),
            Flaw::BehindQuote => f.write_str(
                "text follows a closing quote; end the field there, or write \"\" for a quote \
                 that belongs to the text",
            ),
            Flaw::CarriageReturn => f.write_str(
                "there is a carriage return without a line feed; end lines with LF or CR LF",
            ),
            Flaw::FieldCount { expected, found } => write!(
                f,
                "expected {expected} fields like the header, found {found}; put a field that \
                 holds the separator in quotes",
            ),
        }
    }
}

/// The text of a file's bytes; a flaw comes with its line where it has one.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, (Flaw, Option<u64>)> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err((Flaw::Utf16, None));
    }
    let line = |place: usize, bytes: &[u8]| {
        Some(1 + bytes[..place].iter().filter(|byte| **byte == b'\n').count() as u64)
    };
    if let Some(place) = bytes.iter().position(|byte| *byte == 0) {
        return Err((Flaw::Nul, line(place, &bytes)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        (Flaw::NotUtf8(error.as_bytes()[place]), line(place, error.as_bytes()))
    })
}
