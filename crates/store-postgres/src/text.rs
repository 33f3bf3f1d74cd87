//! Texts as stored. PostgreSQL keeps any character but U+0000 in a text.
//!
//! U+0000 is stored as U+0001 and `0`, and U+0001 as U+0001 and `1`. Every other text is stored as
//! it is, two texts are never stored alike, and their order by bytes stays what it was.

use std::borrow::Cow;

const MARK: char = '\u{1}';

/// The text as stored.
pub(crate) fn stored(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte <= 1) {
        return Cow::Borrowed(text);
    }
    let mut stored = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0' => stored.extend([MARK, '0']),
            MARK => stored.extend([MARK, '1']),
            c => stored.push(c),
        }
    }
    Cow::Owned(stored)
}

/// The text that is stored so; `None` when nothing is.
pub(crate) fn read(stored: &str) -> Option<Cow<'_, str>> {
    if !stored.bytes().any(|byte| byte <= 1) {
        return Some(Cow::Borrowed(stored));
    }
    let mut text = String::with_capacity(stored.len());
    let mut chars = stored.chars();
    while let Some(c) = chars.next() {
        match c {
            MARK => text.push(match chars.next()? {
                '0' => '\0',
                '1' => MARK,
                _ => return None,
            }),
            c => text.push(c),
        }
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_keeps_its_place() {
        let texts =
            ["", "\0", "\0\0", "\0\u{1}", "\0a", "\u{1}", "\u{1}\0", "\u{1}0", "\u{2}", "a\0"];
        assert!(texts.is_sorted());
        let kept: Vec<String> = texts.map(|text| stored(text).into_owned()).to_vec();
        assert!(kept.is_sorted_by(|a, b| a < b), "{kept:?}");
        for (text, kept) in texts.iter().zip(&kept) {
            assert!(!kept.contains('\0'));
            assert_eq!(read(kept).as_deref(), Some(*text));
        }
        assert!(matches!(stored("INV-1 ü"), Cow::Borrowed("INV-1 ü")));
        for damaged in ["\u{1}", "\u{1}2"] {
            assert_eq!(read(damaged), None);
        }
    }
}
