//! A pattern cut at its counter, for reading many numbers fast.

use jiff::civil::Date;

use crate::{Format, Ordinal, Part, Token};

/// What stands left and right of the counter: literal text and date tokens, all of fixed length.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub(crate) left: Vec<Part>,
    pub(crate) right: Vec<Part>,
}

/// A number cut as a shape says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut<'t> {
    pub(crate) left: &'t str,
    pub(crate) counter: &'t str,
    pub(crate) right: &'t str,
}

impl Shape {
    /// Cuts a text whose literals are the shape's (but for the case of ASCII letters), whose
    /// tokens stand on digits, and whose counter is a run of digits.
    pub(crate) fn cut<'t>(&self, text: &'t str) -> Option<Cut<'t>> {
        let left = length(&self.left);
        let end = text.len().checked_sub(length(&self.right))?;
        let cut =
            Cut { left: text.get(..left)?, counter: text.get(left..end)?, right: text.get(end..)? };
        let counts = !cut.counter.is_empty() && cut.counter.bytes().all(|b| b.is_ascii_digit());
        let fits = |parts: &[Part], text| pieces(parts, text).all(|piece| piece.is_some());
        (counts && fits(&self.left, cut.left) && fits(&self.right, cut.right)).then_some(cut)
    }

    /// The date tokens of a cut number with the values printed there.
    pub(crate) fn values<'a>(&'a self, cut: Cut<'a>) -> impl Iterator<Item = (Token, i16)> + 'a {
        pieces(&self.left, cut.left).chain(pieces(&self.right, cut.right)).flatten().flatten()
    }

    /// Whether a cut number shows just what the date prints.
    pub(crate) fn agrees(&self, cut: Cut<'_>, format: &Format, date: Date) -> bool {
        self.values(cut).all(|(token, value)| {
            format.date_value(token, date).is_some_and(|(printed, _)| printed == value)
        })
    }

    /// The parts of the pattern with a counter of this width.
    pub(crate) fn parts(&self, width: u8) -> Vec<Part> {
        let counter = Part::Token(Token::Seq { width });
        self.left.iter().cloned().chain([counter]).chain(self.right.iter().cloned()).collect()
    }

    /// Whether a date token is printed.
    pub(crate) fn is_dated(&self) -> bool {
        self.left.iter().chain(&self.right).any(|part| matches!(part, Part::Token(_)))
    }
}

impl Cut<'_> {
    /// The counter's value, if there is such an ordinal.
    pub(crate) fn ordinal(self) -> Option<Ordinal> {
        self.counter.parse().ok().and_then(|value| Ordinal::new(value).ok())
    }

    /// Whether the counter is padded.
    pub(crate) fn is_padded(self) -> bool {
        self.counter.len() > 1 && self.counter.starts_with('0')
    }
}

fn length(parts: &[Part]) -> usize {
    parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.len(),
            Part::Token(token) => digits(*token),
        })
        .sum()
}

fn digits(token: Token) -> usize {
    match token {
        Token::Year(digits) | Token::EndYear(digits) => digits.count().into(),
        Token::Month | Token::Week | Token::Day => 2,
        Token::Quarter => 1,
        Token::Seq { .. } | Token::Prefix | Token::Customer | Token::Invoice | Token::Kind => 0,
    }
}

/// Each part's value in the text: `None` where the text is none of the part's, `Some(None)` for
/// a literal.
fn pieces<'a>(
    parts: &'a [Part],
    mut rest: &'a str,
) -> impl Iterator<Item = Option<Option<(Token, i16)>>> + 'a {
    parts.iter().map(move |part| match part {
        Part::Literal(text) => {
            let (head, tail) = rest.split_at_checked(text.len())?;
            rest = tail;
            head.eq_ignore_ascii_case(text).then_some(None)
        }
        Part::Token(token) => {
            let (head, tail) = rest.split_at_checked(digits(*token))?;
            rest = tail;
            let value = head.bytes().all(|b| b.is_ascii_digit()).then(|| head.parse().ok())??;
            is_plausible(*token, value).then_some(Some((*token, value)))
        }
    })
}

fn is_plausible(token: Token, value: i16) -> bool {
    match token {
        Token::Month => (1..=12).contains(&value),
        Token::Quarter => (1..=4).contains(&value),
        Token::Week => (1..=53).contains(&value),
        Token::Day => (1..=31).contains(&value),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::YearDigits::Four;
    use jiff::civil::date;

    fn shape() -> Shape {
        let literal = |text: &str| Part::Literal(text.into());
        Shape {
            left: vec![literal("INV/"), Part::Token(Token::Year(Four)), literal("/")],
            right: vec![literal("-"), Part::Token(Token::Month)],
        }
    }

    #[test]
    fn cuts() {
        let shape = shape();
        let cut = shape.cut("inv/2024/00042-03").unwrap();
        assert_eq!((cut.left, cut.counter, cut.right), ("inv/2024/", "00042", "-03"));
        assert_eq!(cut.ordinal().unwrap().get(), 42);
        assert!(cut.is_padded());
        let values: Vec<_> = shape.values(cut).map(|(_, value)| value).collect();
        assert_eq!(values, [2024, 3]);
        for text in ["INV/2024/-03", "INV/2O24/1-03", "INV/2024/1-13", "1-03", "ÄNV/024/1-03", ""]
        {
            assert_eq!(shape.cut(text), None, "{text}");
        }
    }

    #[test]
    fn agreement() {
        let shape = shape();
        let format = Format::of(crate::Pattern::from_parts(shape.parts(5)).unwrap());
        assert_eq!(format.pattern.to_string(), "INV/{year}/{seq:5}-{month}");
        let cut = shape.cut("INV/2024/00042-03").unwrap();
        assert!(shape.agrees(cut, &format, date(2024, 3, 31)));
        assert!(!shape.agrees(cut, &format, date(2024, 4, 1)));
    }
}
