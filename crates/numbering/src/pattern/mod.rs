//! Patterns: the text with tokens that numbers are rendered from.

mod diagnostic;
mod parse;
mod token;

use std::{fmt, str::FromStr};

pub use self::{
    diagnostic::{Diagnostic, PatternError, Severity, Span},
    token::{Part, Token, TokenKind, YearDigits},
};
use crate::Reset;

/// A parsed pattern; it holds exactly one `{seq}`.
///
/// ```
/// use numbering::{Pattern, Reset};
///
/// let pattern: Pattern = "INV/{year}/{seq:5}".parse()?;
/// assert_eq!(pattern.default_reset(), Reset::Yearly);
/// assert_eq!(pattern.to_string(), "INV/{year}/{seq:5}");
///
/// let refused = "INV/{yaer}/{seq:5}".parse::<Pattern>().unwrap_err();
/// assert_eq!((refused.span().start, refused.span().end), (5, 9));
/// # Ok::<(), numbering::PatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    parts: Vec<Part>,
}

impl Pattern {
    /// Reads what can be read of a text that may still be half typed.
    ///
    /// The pattern is whole when no diagnostic is an error; otherwise it is what could be made
    /// out, for a preview, and there is none when no `{seq}` could be made out.
    ///
    /// ```
    /// use numbering::Pattern;
    ///
    /// let (pattern, remarks) = Pattern::parse_lossy("INV-{seq:5}-{ye");
    /// assert_eq!(pattern.unwrap().to_string(), "INV-{seq:5}-");
    /// assert_eq!(remarks[0].to_string(), "expected '}' after 'ye' at 12..15");
    /// ```
    #[must_use]
    pub fn parse_lossy(text: &str) -> (Option<Self>, Vec<Diagnostic>) {
        parse::parse(text)
    }

    /// The pattern of these parts; literals side by side are joined, empty ones dropped.
    ///
    /// # Errors
    /// [`PatternError`] as if the parts' text had been parsed.
    pub fn from_parts(parts: impl IntoIterator<Item = Part>) -> Result<Self, PatternError> {
        let loose = Self { parts: parts.into_iter().collect() };
        loose.to_string().parse()
    }

    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The tokens, in order.
    pub fn tokens(&self) -> impl Iterator<Item = Token> + '_ {
        self.parts.iter().filter_map(|part| match part {
            Part::Token(token) => Some(*token),
            Part::Literal(_) => None,
        })
    }

    /// Whether the pattern has a token of this word.
    #[must_use]
    pub fn has(&self, kind: TokenKind) -> bool {
        self.tokens().any(|token| token.kind() == kind)
    }

    /// The width of `{seq}`, 0 for none.
    #[must_use]
    pub fn seq_width(&self) -> u8 {
        self.tokens()
            .find_map(|token| if let Token::Seq { width } = token { Some(width) } else { None })
            .unwrap_or(0)
    }

    /// The reset that the tokens speak of: the shortest stretch that they print.
    #[must_use]
    pub fn default_reset(&self) -> Reset {
        [
            (TokenKind::Day, Reset::Daily),
            (TokenKind::Week, Reset::Weekly),
            (TokenKind::Month, Reset::Monthly),
            (TokenKind::Quarter, Reset::Quarterly),
            (TokenKind::EndYear, Reset::FiscalYear),
            (TokenKind::Year, Reset::Yearly),
        ]
        .into_iter()
        .find_map(|(kind, reset)| self.has(kind).then_some(reset))
        .unwrap_or(Reset::Never)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Token(token) => write!(f, "{token}")?,
                Part::Literal(text) => {
                    for c in text.chars() {
                        match c {
                            '{' => f.write_str("{{")?,
                            '}' => f.write_str("}}")?,
                            _ => write!(f, "{c}")?,
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let (pattern, diagnostics) = parse::parse(text);
        let error = diagnostics.into_iter().find(|remark| remark.severity == Severity::Error);
        match (pattern, error) {
            (Some(pattern), None) => Ok(pattern),
            (_, Some(error)) => Err(PatternError::new(error.span, error.message)),
            (None, None) => {
                let span = Span { start: 0, end: text.len() };
                Err(PatternError::new(span, String::from("expected a pattern with {seq}")))
            }
        }
    }
}

#[cfg(test)]
mod tests;
