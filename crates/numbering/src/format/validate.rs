//! Whether a format may be used.

use std::{error::Error, fmt};

use super::Format;
use crate::{
    Collision, Part, PatternError, Scope, Token, TokenKind, characters, collision,
    limits::{KIND_CHARS_MAX, KIND_TEXTS_MAX, NUMBER_CHARS_MAX, PREFIX_CHARS_MAX},
};

impl Format {
    /// Whether the format may be used by a series with one counter for the account.
    ///
    /// ```
    /// use numbering::{Format, FormatError, Reset};
    ///
    /// let format = Format { reset: Reset::Yearly, ..Format::of("INV-{seq:5}".parse()?) };
    /// let refused = format.validate().unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "INV-00001 would be ordinal 1 of 2024 for a document of 2024-01-01 and ordinal 1 of \
    ///      2025 for a document of 2025-01-01: counting starts again and the pattern does not \
    ///      print what tells the periods apart",
    /// );
    /// # Ok::<(), numbering::PatternError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Format::validate_for`].
    pub fn validate(&self) -> Result<(), FormatError> {
        self.validate_for(Scope::Account)
    }

    /// Whether the format may be used by a series with counters for this scope.
    ///
    /// # Errors
    /// [`FormatError`]: first the texts, then the length, then numbers that would be the same.
    pub fn validate_for(&self, scope: Scope) -> Result<(), FormatError> {
        self.check_prefix()?;
        self.check_kinds()?;
        self.check_spaces()?;
        let length = self.max_length();
        if length > NUMBER_CHARS_MAX {
            return Err(FormatError::TooLong { length });
        }
        collision::within(self, scope).map_or(Ok(()), |it| Err(FormatError::Collision(it.into())))
    }

    fn check_prefix(&self) -> Result<(), FormatError> {
        check_text("the prefix", &self.prefix, PREFIX_CHARS_MAX)
    }

    fn check_kinds(&self) -> Result<(), FormatError> {
        if self.kind_texts.is_empty() && self.pattern.has(TokenKind::Kind) {
            return Err(FormatError::Kinds {
                message: "{kind} needs a text for each kind of document".into(),
            });
        }
        if self.kind_texts.len() > KIND_TEXTS_MAX {
            let count = self.kind_texts.len();
            let message = format!("{count} texts for {{kind}}; expected at most {KIND_TEXTS_MAX}");
            return Err(FormatError::Kinds { message });
        }
        self.kind_texts
            .iter()
            .try_for_each(|text| check_text("a kind's text", text, KIND_CHARS_MAX))
    }

    fn check_spaces(&self) -> Result<(), FormatError> {
        let parts = self.pattern.parts();
        let first = self.meets_space(parts.iter(), |text| text.starts_with(' '));
        let last = self.meets_space(parts.iter().rev(), |text| text.ends_with(' '));
        if first || last {
            let place = if first { "begin" } else { "end" };
            let message = format!("the number would {place} with a space");
            return Err(FormatError::Characters { message });
        }
        Ok(())
    }

    // Whether the outermost text that is printed can have a space outside; parts that can print
    // nothing uncover the next.
    fn meets_space<'a>(
        &self,
        parts: impl Iterator<Item = &'a Part>,
        outside: impl Fn(&str) -> bool,
    ) -> bool {
        for part in parts {
            let covered = match part {
                Part::Literal(text) if outside(text) => return true,
                Part::Token(Token::Prefix) if outside(&self.prefix) => return true,
                Part::Token(Token::Prefix) => !self.prefix.is_empty(),
                Part::Token(Token::Kind) => {
                    if self.kind_texts.iter().any(|text| outside(text)) {
                        return true;
                    }
                    self.kind_texts.iter().all(|text| !text.is_empty())
                }
                Part::Literal(_) | Part::Token(_) => true,
            };
            if covered {
                return false;
            }
        }
        false
    }
}

/// A format may not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// The pattern's text is no pattern.
    Pattern(PatternError),
    /// A number would hold a character that it may not.
    Characters {
        /// Which text, which character, what was expected.
        message: String,
    },
    /// The texts for `{kind}` are missing or too many.
    Kinds {
        /// What was expected.
        message: String,
    },
    /// The prefix or a kind's text is too long.
    TextTooLong {
        /// Which text, and the most it may have.
        message: String,
    },
    /// The longest number would be longer than [`NUMBER_CHARS_MAX`].
    TooLong {
        /// Its length in characters.
        length: usize,
    },
    /// Two numbers would be the same.
    Collision(Box<Collision>),
}

impl FormatError {
    /// The two numbers that would be the same, when that is the reason.
    #[must_use]
    pub fn collision(&self) -> Option<&Collision> {
        if let Self::Collision(collision) = self { Some(collision) } else { None }
    }
}

impl From<PatternError> for FormatError {
    fn from(error: PatternError) -> Self {
        Self::Pattern(error)
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(error) => error.fmt(f),
            Self::Characters { message }
            | Self::Kinds { message }
            | Self::TextTooLong { message } => f.write_str(message),
            Self::TooLong { length } => write!(
                f,
                "the longest number would have {length} characters; expected at most \
                 {NUMBER_CHARS_MAX}"
            ),
            Self::Collision(collision) => collision.fmt(f),
        }
    }
}

impl Error for FormatError {}

fn check_text(name: &str, text: &str, most: usize) -> Result<(), FormatError> {
    if let Some(c) = characters::first_refused(text) {
        let message = format!("{name}: {}", characters::refusal(c));
        return Err(FormatError::Characters { message });
    }
    let count = text.chars().count();
    if count > most {
        let message = format!("{name} has {count} characters; expected at most {most}");
        return Err(FormatError::TextTooLong { message });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reset;

    fn format(pattern: &str, prefix: &str, kinds: &[&str]) -> Format {
        Format {
            prefix: prefix.into(),
            kind_texts: kinds.iter().map(|&text| text.to_owned()).collect(),
            ..Format::of(pattern.parse().unwrap())
        }
    }

    #[test]
    fn texts_are_checked() {
        let long = "P".repeat(PREFIX_CHARS_MAX + 1);
        for (pattern, prefix, kinds, want) in [
            ("{prefix}{seq}", "INV-", &[][..], ""),
            ("{prefix}{seq}", "É§-", &[], ""),
            (
                "{prefix}{seq}",
                "A\0",
                &[],
                "the prefix: U+0000 is a control character; expected letters, digits or marks",
            ),
            (
                "{prefix}{seq}",
                "A😀",
                &[],
                "the prefix: U+1F600 cannot be in a number; expected letters, digits or marks",
            ),
            ("{prefix}{seq}", &long, &[], "the prefix has 41 characters; expected at most 40"),
            ("{kind}{seq}", "", &[], "{kind} needs a text for each kind of document"),
            ("{kind}{seq}", "", &["", "C"], ""),
            (
                "{kind}{seq}",
                "",
                &["C\n"],
                "a kind's text: U+000A is a control character; expected letters, digits or marks",
            ),
            (" {seq}", "", &[], "the number would begin with a space"),
            ("{prefix}{seq}", " A", &[], "the number would begin with a space"),
            ("{prefix} {seq}", "", &[], "the number would begin with a space"),
            ("{prefix} {seq}", "A", &[], ""),
            ("{seq} ", "", &[], "the number would end with a space"),
            ("{seq} {kind}", "", &["A", ""], "the number would end with a space"),
            ("{seq} {kind}", "", &["A", "B"], ""),
        ] {
            let got = format(pattern, prefix, kinds).validate().map_err(|error| error.to_string());
            assert_eq!(got.err().unwrap_or_default(), want, "{pattern} {prefix:?} {kinds:?}");
        }
    }

    #[test]
    fn kinds_are_counted() {
        let kinds: Vec<String> = (0..=KIND_TEXTS_MAX).map(|n| format!("K{n}-")).collect();
        let most = Format { kind_texts: kinds[1..].to_vec(), ..format("{kind}{seq}", "", &[]) };
        assert_eq!(most.validate(), Ok(()));
        let error = Format { kind_texts: kinds, ..most }.validate().unwrap_err();
        assert_eq!(error.to_string(), "65 texts for {kind}; expected at most 64");
    }

    #[test]
    fn the_longest_number() {
        let prefix = "P".repeat(PREFIX_CHARS_MAX);
        let of = |literal: usize| {
            let pattern = format!("{{prefix}}{{prefix}}{{prefix}}{}{{seq}}", "-".repeat(literal));
            format(&pattern, &prefix, &[])
        };
        assert_eq!(of(65).max_length(), NUMBER_CHARS_MAX);
        assert_eq!(of(65).validate(), Ok(()));
        assert_eq!(of(66).validate(), Err(FormatError::TooLong { length: 201 }));
    }

    #[test]
    fn resets_scopes_and_joins() {
        for (pattern, reset, scope, want) in [
            ("INV-{year}-{seq:5}", Reset::Yearly, Scope::Account, ""),
            ("INV-{seq:5}", Reset::Yearly, Scope::Account, "INV-00001 would be ordinal 1 of 2024"),
            ("INV-{seq:5}", Reset::Never, Scope::Customer, "INV-00001 would be ordinal 1 of ACME"),
            ("{customer}{seq}", Reset::Never, Scope::Customer, "X11 would be ordinal"),
        ] {
            let format = Format { reset, ..format(pattern, "", &[]) };
            let got = format.validate_for(scope).map_err(|error| error.to_string());
            let got = got.err().unwrap_or_default();
            assert!(got.starts_with(want) && got.is_empty() == want.is_empty(), "{pattern} {got}");
        }
    }
}
