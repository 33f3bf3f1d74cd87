//! A format as a machine that reads its own numbers, character by character.

use jiff::civil::Date;

use crate::{
    Format, Part, Token, TokenKind, YearDigits,
    format::YearMeaning,
    limits::{CUSTOMER_PREFIX_CHARS_MAX, ORDINAL_DIGITS_MAX},
};

/// The machine: pieces that are passed one after the other. Letters are folded.
pub(super) struct Automaton {
    pieces: Vec<Piece>,
}

/// A place in the machine. What `detail` holds depends on the piece: the first digit of a date
/// part, whether a year or an ordinal began with zero, which text a kind has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    piece: u16,
    offset: u8,
    detail: u8,
}

/// What a character is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Track {
    /// Fixed text, the prefix or a kind.
    Text,
    Seq,
    Customer,
    Invoice,
    Date(TokenKind, YearMeaning),
}

/// The characters that a place can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Nothing,
    One(char),
    /// Digits of a date part, where each may lead elsewhere, and the most readable one.
    DateDigit(char),
    /// Digits of the ordinal, likewise.
    SeqDigit(char),
    LetterOrDigit,
    Any,
}

enum Piece {
    Char(char),
    /// One character of a date part that is given.
    Given {
        c: char,
        track: Track,
    },
    Seq {
        width: usize,
    },
    Date {
        token: Token,
        track: Track,
    },
    Customer,
    Invoice,
    Kind(Vec<Vec<char>>),
}

/// What one character does: the piece may go on, may be passed, or both.
struct Read {
    stays: Option<Place>,
    passes: bool,
}

impl Automaton {
    /// The machine of the numbers of all days.
    pub(super) fn of(format: &Format) -> Self {
        Self::with_days(format, None)
    }

    /// The machine of the numbers of one day.
    pub(super) fn of_day(format: &Format, day: Date) -> Self {
        Self::with_days(format, Some(day))
    }

    fn with_days(format: &Format, day: Option<Date>) -> Self {
        let mut pieces = Vec::new();
        for part in format.pattern.parts() {
            match part {
                Part::Literal(text) => pieces.extend(folded(text).map(Piece::Char)),
                Part::Token(Token::Prefix) => {
                    pieces.extend(folded(&format.prefix).map(Piece::Char));
                }
                Part::Token(Token::Seq { width }) => {
                    pieces.push(Piece::Seq { width: usize::from(*width).max(1) });
                }
                Part::Token(Token::Customer) => pieces.push(Piece::Customer),
                Part::Token(Token::Invoice) => pieces.push(Piece::Invoice),
                Part::Token(Token::Kind) => {
                    let texts = format.kind_texts.iter().map(|text| folded(text).collect());
                    pieces.push(Piece::Kind(texts.collect()));
                }
                Part::Token(token) => {
                    let track = Track::Date(token.kind(), format.year_meaning());
                    match day.and_then(|day| format.date_value(*token, day)) {
                        None => pieces.push(Piece::Date { token: *token, track }),
                        Some((value, digits)) => {
                            let text = format!("{value:0width$}", width = usize::from(digits));
                            pieces.extend(text.chars().map(|c| Piece::Given { c, track }));
                        }
                    }
                }
            }
        }
        Self { pieces }
    }

    /// Where reading can begin.
    pub(super) fn starts(&self) -> Vec<Place> {
        let mut places = Vec::new();
        self.enter(0, &mut places);
        places
    }

    /// Whether the whole number has been read.
    pub(super) fn is_end(&self, place: Place) -> bool {
        usize::from(place.piece) == self.pieces.len()
    }

    /// What the next character is read as.
    pub(super) fn track(&self, place: Place) -> Track {
        match self.piece(place) {
            Some(Piece::Seq { .. }) => Track::Seq,
            Some(Piece::Date { track, .. } | Piece::Given { track, .. }) => *track,
            Some(Piece::Customer) => Track::Customer,
            Some(Piece::Invoice) => Track::Invoice,
            Some(Piece::Char(_) | Piece::Kind(_)) | None => Track::Text,
        }
    }

    /// The date token that the place is the last character of, and its count of digits.
    pub(super) fn date_token_ending(&self, place: Place) -> Option<(Token, u8)> {
        match self.piece(place) {
            Some(Piece::Date { token, .. }) if place.offset + 1 == digits(*token) => {
                Some((*token, digits(*token)))
            }
            _ => None,
        }
    }

    /// Whether the next character is of a date part that is not given.
    pub(super) fn is_open(&self, place: Place) -> bool {
        matches!(self.piece(place), Some(Piece::Date { .. }))
    }

    /// Which characters can come next.
    pub(super) fn class(&self, place: Place) -> Class {
        let offset = usize::from(place.offset);
        match self.piece(place) {
            None => Class::Nothing,
            Some(Piece::Char(c) | Piece::Given { c, .. }) => Class::One(*c),
            Some(Piece::Kind(texts)) => Class::One(texts[usize::from(place.detail)][offset]),
            Some(Piece::Seq { width }) => {
                Class::SeqDigit(if offset + 1 < *width { '0' } else { '1' })
            }
            Some(Piece::Date { token, .. }) => Class::DateDigit(likely(*token, offset)),
            Some(Piece::Customer) => Class::LetterOrDigit,
            Some(Piece::Invoice) => Class::Any,
        }
    }

    /// Where reading a character leads: nowhere, on, or on and into what follows.
    pub(super) fn step(&self, place: Place, c: char) -> Vec<Place> {
        let mut next = Vec::new();
        let Some(Read { stays, passes }) = self.read(place, c) else { return next };
        next.extend(stays);
        if passes {
            self.enter(place.piece + 1, &mut next);
        }
        next
    }

    fn read(&self, place: Place, c: char) -> Option<Read> {
        let Place { offset, detail, .. } = place;
        let count = offset + 1;
        let digit = c.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
        let inside = |detail| Some(Place { offset: count, detail, ..place });
        match self.piece(place)? {
            Piece::Char(expected) | Piece::Given { c: expected, .. } => {
                (*expected == c).then_some(Read { stays: None, passes: true })
            }
            Piece::Kind(texts) => {
                let text = &texts[usize::from(detail)];
                let passes = usize::from(count) == text.len();
                let stays = if passes { None } else { inside(detail) };
                (text[usize::from(offset)] == c).then_some(Read { stays, passes })
            }
            Piece::Seq { width } => {
                let zero = if offset == 0 { u8::from(digit? == 0) } else { detail };
                let fits = usize::from(count) <= *width || zero == 0;
                (digit.is_some() && fits && usize::from(count) <= ORDINAL_DIGITS_MAX)
                    .then(|| Read { stays: inside(zero), passes: usize::from(count) >= *width })
            }
            Piece::Date { token, .. } => {
                let detail = date_digit(*token, offset, detail, digit?)?;
                let passes = count == digits(*token);
                Some(Read { stays: if passes { None } else { inside(detail) }, passes })
            }
            Piece::Customer => ((c.is_ascii_lowercase() || digit.is_some())
                && usize::from(count) <= CUSTOMER_PREFIX_CHARS_MAX)
                .then(|| Read { stays: inside(0), passes: true }),
            // No space at either end of a parent's number.
            Piece::Invoice => (offset > 0 || c != ' ')
                .then_some(Read { stays: Some(Place { offset: 1, ..place }), passes: c != ' ' }),
        }
    }

    fn piece(&self, place: Place) -> Option<&Piece> {
        self.pieces.get(usize::from(place.piece))
    }

    // The places before the first character of a piece; a kind may print nothing at all.
    fn enter(&self, piece: u16, places: &mut Vec<Place>) {
        let Some(Piece::Kind(texts)) = self.pieces.get(usize::from(piece)) else {
            places.push(Place { piece, offset: 0, detail: 0 });
            return;
        };
        for (detail, text) in (0..=u8::MAX).zip(texts) {
            if !text.is_empty() {
                places.push(Place { piece, offset: 0, detail });
            }
        }
        if texts.iter().any(Vec::is_empty) {
            self.enter(piece + 1, places);
        }
    }
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| c.to_ascii_lowercase())
}

fn digits(token: Token) -> u8 {
    match token {
        Token::Year(digits) | Token::EndYear(digits) => digits.count(),
        Token::Quarter => 1,
        _ => 2,
    }
}

// The digit of an everyday date: years around 2026, the first of January.
fn likely(token: Token, offset: usize) -> char {
    let text = match token {
        Token::Year(YearDigits::Four) => "2026",
        Token::EndYear(YearDigits::Four) => "2027",
        Token::Year(YearDigits::Two) => "26",
        Token::EndYear(YearDigits::Two) => "27",
        Token::Quarter => "1",
        _ => "01",
    };
    text.chars().nth(offset).unwrap_or('1')
}

// Whether the digit can stand there, and the detail to keep.
fn date_digit(token: Token, offset: u8, detail: u8, digit: u8) -> Option<u8> {
    let largest = match token {
        Token::Month => 12,
        Token::Week => 53,
        Token::Day => 31,
        Token::Quarter => return (1..=4).contains(&digit).then_some(0),
        Token::Year(YearDigits::Two) | Token::EndYear(YearDigits::Two) => return Some(0),
        // There is no year 0000.
        _ => {
            let nonzero = detail | u8::from(digit != 0);
            return (offset < 3 || nonzero == 1).then_some(nonzero);
        }
    };
    if offset == 0 {
        (digit <= largest / 10).then_some(digit)
    } else {
        (1..=largest).contains(&(detail * 10 + digit)).then_some(0)
    }
}
