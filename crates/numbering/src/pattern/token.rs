//! The parts that a pattern is made of.

use std::fmt;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Text that is printed as it is; never empty, never beside another literal.
    Literal(String),
    /// Something that differs from number to number.
    Token(Token),
}

/// What a token prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// The ordinal, padded with zeros to the width; 0 is no padding.
    Seq {
        /// The least count of digits, `0..=`[`SEQ_WIDTH_MAX`](crate::limits::SEQ_WIDTH_MAX).
        width: u8,
    },
    /// The year, or the start year of the fiscal year, or the ISO year.
    Year(YearDigits),
    /// The end year of the fiscal year.
    EndYear(YearDigits),
    /// 01–12.
    Month,
    /// 1–4.
    Quarter,
    /// The ISO week, 01–53.
    Week,
    /// The day of the month, 01–31.
    Day,
    /// The series' prefix.
    Prefix,
    /// The customer's invoice prefix.
    Customer,
    /// The number of the parent invoice.
    Invoice,
    /// A text for the kind of document.
    Kind,
}

/// How many digits of a year are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum YearDigits {
    /// 2026.
    Four,
    /// 26.
    Two,
}

/// The word of a token, whatever follows its colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// `{seq}`.
    Seq,
    /// `{year}`.
    Year,
    /// `{end_year}`.
    EndYear,
    /// `{month}`.
    Month,
    /// `{quarter}`.
    Quarter,
    /// `{week}`.
    Week,
    /// `{day}`.
    Day,
    /// `{prefix}`.
    Prefix,
    /// `{customer}`.
    Customer,
    /// `{invoice}`.
    Invoice,
    /// `{kind}`.
    Kind,
}

impl Token {
    /// The token's word.
    #[must_use]
    pub const fn kind(self) -> TokenKind {
        match self {
            Self::Seq { .. } => TokenKind::Seq,
            Self::Year(_) => TokenKind::Year,
            Self::EndYear(_) => TokenKind::EndYear,
            Self::Month => TokenKind::Month,
            Self::Quarter => TokenKind::Quarter,
            Self::Week => TokenKind::Week,
            Self::Day => TokenKind::Day,
            Self::Prefix => TokenKind::Prefix,
            Self::Customer => TokenKind::Customer,
            Self::Invoice => TokenKind::Invoice,
            Self::Kind => TokenKind::Kind,
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.kind().word();
        match self {
            Self::Seq { width: 1.. }
            | Self::Year(YearDigits::Two)
            | Self::EndYear(YearDigits::Two) => {
                let argument = if let Self::Seq { width } = self { *width } else { 2 };
                write!(f, "{{{word}:{argument}}}")
            }
            _ => write!(f, "{{{word}}}"),
        }
    }
}

impl YearDigits {
    /// The count of digits, 4 or 2.
    #[must_use]
    pub const fn count(self) -> u8 {
        match self {
            Self::Four => 4,
            Self::Two => 2,
        }
    }
}

impl TokenKind {
    /// Every word, in the order in which errors list them.
    pub const ALL: [Self; 11] = [
        Self::Seq,
        Self::Year,
        Self::EndYear,
        Self::Month,
        Self::Quarter,
        Self::Week,
        Self::Day,
        Self::Prefix,
        Self::Customer,
        Self::Invoice,
        Self::Kind,
    ];

    /// The word between the braces.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Seq => "seq",
            Self::Year => "year",
            Self::EndYear => "end_year",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Week => "week",
            Self::Day => "day",
            Self::Prefix => "prefix",
            Self::Customer => "customer",
            Self::Invoice => "invoice",
            Self::Kind => "kind",
        }
    }

    /// Whether the document's date alone decides what is printed.
    #[must_use]
    pub const fn is_date(self) -> bool {
        matches!(
            self,
            Self::Year | Self::EndYear | Self::Month | Self::Quarter | Self::Week | Self::Day
        )
    }

    /// Whether a pattern can have the token once only.
    pub(super) const fn is_single(self) -> bool {
        matches!(self, Self::Seq | Self::Customer | Self::Invoice | Self::Kind)
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.word())
    }
}
