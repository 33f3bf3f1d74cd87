//! One record of a CSV file, walked byte by byte.
//!
//! ```text
//! record ::= field (separator field)* ("\r\n" | "\n" | end of file)
//! field  ::= '"' (any but '"' | '""')* '"' | (any but separator, '"', "\r", "\n")*
//! ```

use std::borrow::Cow;
use std::ops::Range;

use super::flaw::Flaw;

/// A field, without its quotes.
#[derive(Clone, Debug)]
pub(super) struct Field {
    content: Range<usize>,
    is_quoted: bool,
}

/// Where a record ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Behind its last field.
    pub(super) content: usize,
    /// Behind its line end.
    pub(super) next: usize,
}

impl Field {
    /// What the field says.
    pub(super) fn value<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let content = &text[self.content.clone()];
        if self.is_quoted && content.contains('"') {
            Cow::Owned(content.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(content)
        }
    }
}

/// Walks the record that starts at a byte, and tells each field. A flaw comes with its place.
pub(super) fn walk(
    text: &str,
    start: usize,
    separator: u8,
    mut tell: impl FnMut(Field),
) -> Result<End, (Flaw, usize)> {
    let bytes = text.as_bytes();
    let mut at = start;
    loop {
        let (field, end) = match bytes.get(at) {
            Some(b'"') => quoted_field(bytes, at)?,
            _ => plain_field(bytes, at, separator)?,
        };
        tell(field);
        match bytes.get(end) {
            Some(byte) if *byte == separator => at = end + 1,
            None => return Ok(End { content: end, next: end }),
            Some(b'\n') => return Ok(End { content: end, next: end + 1 }),
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => {
                return Ok(End { content: end, next: end + 2 });
            }
            Some(b'\r') => return Err((Flaw::CarriageReturn, end)),
            Some(_) => return Err((Flaw::BehindQuote, end)),
        }
    }
}

/// A value as a field: in quotes only where it needs them.
pub(super) fn quoted(value: &str, separator: u8) -> Cow<'_, str> {
    let needs = |byte: u8| byte == separator || matches!(byte, b'"' | b'\n' | b'\r');
    if value.bytes().any(needs) {
        Cow::Owned(format!("\"{}\"", value.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(value)
    }
}

fn quoted_field(bytes: &[u8], start: usize) -> Result<(Field, usize), (Flaw, usize)> {
    let mut at = start + 1;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) => return Err((Flaw::OpenQuote, start)),
            (Some(b'"'), Some(b'"')) => at += 2,
            (Some(b'"'), _) => {
                return Ok((Field { content: start + 1..at, is_quoted: true }, at + 1));
            }
            (Some(_), _) => at += 1,
        }
    }
}

fn plain_field(bytes: &[u8], start: usize, separator: u8) -> Result<(Field, usize), (Flaw, usize)> {
    let ends = |byte: &u8| *byte == separator || matches!(byte, b'\n' | b'\r' | b'"');
    let length = bytes[start..].iter().position(ends).unwrap_or(bytes.len() - start);
    match bytes.get(start + length) {
        Some(b'"') if separator != b'"' => Err((Flaw::QuoteInside, start + length)),
        _ => Ok((Field { content: start..start + length, is_quoted: false }, start + length)),
    }
}
