//! The forms of a number's text: folded, as a slug, as a key to sort by.

use crate::limits::ORDINAL_DIGITS_MAX;

/// The form in which numbers are compared: trimmed, ASCII letters made small.
///
/// ```
/// assert_eq!(numbering::fold(" INV-0001 "), "inv-0001");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

/// The number made safe for file names and addresses.
///
/// ASCII letters, digits, `.`, `_` and `-` stay; any run of others becomes one `-`. A slug is
/// never empty, neither starts nor ends with `.` or `-`, never holds `~` (which marks a second
/// slug of the same text), and is no name that some system keeps for its devices.
///
/// ```
/// assert_eq!(numbering::slug("INV/2026/00042"), "INV-2026-00042");
/// assert_eq!(numbering::slug("../№"), "number");
/// ```
#[must_use]
pub fn slug(number: &str) -> String {
    let mut slug = String::with_capacity(number.len());
    for c in number.chars() {
        if c.is_ascii_alphanumeric() || c == '.' || c == '_' {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches(['.', '-']);
    if slug.is_empty() {
        String::from("number")
    } else if is_device(slug) {
        format!("number-{slug}")
    } else {
        slug.to_owned()
    }
}

/// A text whose byte order is the order of the numbers, also where padding has overflowed: each
/// run of ASCII digits is padded to fifteen; a longer one has a `:`, which comes after every
/// digit, for each digit more.
///
/// ```
/// use numbering::sort_key;
///
/// assert!(sort_key("INV-99999") < sort_key("INV-100000"));
/// assert_eq!(sort_key("C7"), "C000000000000007");
/// ```
#[must_use]
pub fn sort_key(number: &str) -> String {
    let mut key = String::with_capacity(number.len() + ORDINAL_DIGITS_MAX);
    let mut rest = number;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from_digits) = rest.split_at(start);
        let end = from_digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(from_digits.len());
        let (run, after) = from_digits.split_at(end);
        let value = run.trim_start_matches('0');
        key.push_str(before);
        key.extend(std::iter::repeat_n('0', ORDINAL_DIGITS_MAX.saturating_sub(value.len())));
        key.extend(std::iter::repeat_n(':', value.len().saturating_sub(ORDINAL_DIGITS_MAX)));
        key.push_str(value);
        rest = after;
    }
    key.push_str(rest);
    key
}

// A device's name is kept with any extension, so the part before the first dot counts.
fn is_device(slug: &str) -> bool {
    let stem = slug.split('.').next().unwrap_or(slug).to_ascii_lowercase();
    matches!(
        stem.as_bytes(),
        b"con"
            | b"prn"
            | b"aux"
            | b"nul"
            | [b'c', b'o', b'm', b'1'..=b'9']
            | [b'l', b'p', b't', b'1'..=b'9']
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for (number, want) in [
            ("INV-2026-00042", "INV-2026-00042"),
            ("INV/2026//42", "INV-2026-42"),
            ("a b\\c?d", "a-b-c-d"),
            ("..", "number"),
            ("", "number"),
            (".hidden", "hidden"),
            ("7~2", "7-2"),
            ("Ä/1", "1"),
            ("COM1", "number-COM1"),
            ("com10", "com10"),
            ("nul.1", "number-nul.1"),
            ("1/", "1"),
        ] {
            assert_eq!(slug(number), want, "{number}");
        }
    }

    #[test]
    fn keys_sort_by_value() {
        let numbers = ["INV-2026-9", "INV-2026-10", "INV-2026-0011", "INV-2027-1", "INV-10000-1"];
        let keys: Vec<_> = numbers.iter().map(|number| sort_key(number)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        let long = ["999999999999999", "2026999999999999", "20261000000000000"];
        let keys: Vec<_> = long.iter().map(|number| sort_key(number)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(sort_key("no digits"), "no digits");
        assert_eq!(sort_key("0"), "000000000000000");
    }
}
