//! Which characters a number may be made of.

/// Whether a number may print the character: letters and digits of any script, the marks of
/// ASCII, the space and a few marks of print.
///
/// What cannot be seen (controls, zero-width and direction marks) and pictures are not allowed:
/// such numbers cannot be read aloud, typed or compared.
#[must_use]
pub fn is_allowed(c: char) -> bool {
    c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() || "§°№·–—".contains(c)
}

/// Whether a file or address cannot carry the character as it is.
#[must_use]
pub fn breaks_file_names(c: char) -> bool {
    "/\\?%*:|\"<>#".contains(c)
}

/// Why a character is refused, in words.
pub(crate) fn refusal(c: char) -> String {
    let code = u32::from(c);
    if c.is_control() {
        format!("U+{code:04X} is a control character; expected letters, digits or marks")
    } else {
        format!("U+{code:04X} cannot be in a number; expected letters, digits or marks")
    }
}

/// The first character of a text that a number may not print.
pub(crate) fn first_refused(text: &str) -> Option<char> {
    text.chars().find(|c| !is_allowed(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_pass_and_pictures_do_not() {
        for c in ['A', '0', '~', ' ', 'É', 'ß', '中', '№', '–'] {
            assert!(is_allowed(c), "{c:?}");
        }
        for c in ['\0', '\n', '\u{7f}', '\u{200b}', '\u{202e}', '\u{a0}', '😀', '\u{feff}'] {
            assert!(!is_allowed(c), "{c:?}");
        }
    }
}
