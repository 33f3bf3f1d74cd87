//! Random patterns, formats and documents. Literals and texts are chosen so that they run into
//! one another: digits beside digits, prefixes of prefixes.

use jiff::{
    Span,
    civil::{Date, date},
};
use numbering::{
    Format, Ordinal, Part, Pattern, Period, Reading, Reset, Scope, Texts, Token, YearDigits,
};
use proptest::prelude::*;

/// A document and the ordinal it got.
#[derive(Clone, Debug)]
pub struct Sample {
    pub date: Date,
    pub ordinal: Ordinal,
    pub customer: String,
    pub invoice: String,
    pub kind: String,
}

impl Sample {
    pub fn number(&self, format: &Format) -> String {
        let texts = Texts { customer: &self.customer, invoice: &self.invoice, kind: &self.kind };
        format.render(self.date, self.ordinal, &texts).unwrap()
    }

    /// What makes the number the one it is.
    pub fn identity(&self, format: &Format, scope: Scope) -> Identity {
        let scope = match scope {
            Scope::Account => "",
            Scope::Customer => &self.customer,
            Scope::Parent => &self.invoice,
        };
        (format.period(self.date), self.ordinal, scope.to_ascii_lowercase())
    }
}

/// What the reading of a number says that the number is, for each day of some years on which it
/// could have been given; empty when it names no such day.
pub fn identities(format: &Format, reading: &Reading, scope: Scope) -> Vec<Identity> {
    let scope = match scope {
        Scope::Account => None,
        Scope::Customer => reading.customer.as_deref(),
        Scope::Parent => reading.invoice.as_deref(),
    };
    let scope = scope.unwrap_or_default().to_ascii_lowercase();
    let days = date(2020, 1, 1).series(Span::new().days(1)).take(15 * 366);
    let mut all: Vec<_> = days
        .filter(|day| format.agrees(reading, *day))
        .map(|day| (format.period(day), reading.ordinal, scope.clone()))
        .collect();
    all.dedup();
    all
}

/// Period, ordinal and whose counter.
pub type Identity = (Period, Ordinal, String);

pub fn any_sample() -> impl Strategy<Value = Sample> {
    let ordinals = prop_oneof![
        4 => 1_u64..13,
        2 => prop::sample::select(vec![
            26, 99, 100, 101, 111, 1101, 2026, 2601, 99_999, 100_000, 202_601, 260_101, 20_260_101,
        ]),
        1 => 0..=Ordinal::MAX.get(),
    ];
    let customers = prop::sample::select(vec!["A", "A1", "1", "11", "C", "CA"]);
    let invoices = prop::sample::select(vec!["1", "11", "A-1", "A-1-CN-01", "C1"]);
    let kinds = prop::sample::select(KINDS.to_vec());
    (0_i32..4000, ordinals, customers, invoices, kinds).prop_map(
        |(day, ordinal, customer, invoice, kind)| Sample {
            date: date(2022, 1, 1) + Span::new().days(day),
            ordinal: Ordinal::new(ordinal).unwrap(),
            customer: customer.into(),
            invoice: invoice.into(),
            kind: kind.into(),
        },
    )
}

pub fn any_pattern() -> impl Strategy<Value = Pattern> {
    let pieces = || prop::collection::vec(any_piece(), 0..6);
    (pieces(), any_width(), pieces()).prop_filter_map("a token twice", |(head, width, tail)| {
        let seq = Part::Token(Token::Seq { width });
        Pattern::from_parts(head.into_iter().chain([seq]).chain(tail)).ok()
    })
}

/// Formats that are valid but for numbers that may be one text.
pub fn any_format() -> impl Strategy<Value = Format> {
    let resets = prop_oneof![
        3 => Just(None),
        1 => prop::sample::select(Reset::ALL.to_vec()).prop_map(Some),
    ];
    let starts = prop::sample::select(vec!["01-01", "04-01", "04-16", "12-31"]);
    let prefixes = prop::sample::select(vec!["", "A", "1", "INV-"]);
    (any_pattern(), resets, starts, prefixes).prop_map(|(pattern, reset, start, prefix)| Format {
        reset: reset.unwrap_or(pattern.default_reset()),
        pattern,
        fiscal_year_start: start.parse().unwrap(),
        prefix: prefix.into(),
        kind_texts: KINDS.iter().map(|&text| text.to_owned()).collect(),
    })
}

const KINDS: [&str; 3] = ["", "C", "CN"];

fn any_width() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0), 0_u8..6, Just(15)]
}

fn any_piece() -> impl Strategy<Value = Part> {
    let literals = ["-", "/", ".", "1", "A", "C", "{", "}}", "CN", "2026", "é"];
    let tokens = [
        Token::Year(YearDigits::Four),
        Token::Year(YearDigits::Four),
        Token::Year(YearDigits::Two),
        Token::EndYear(YearDigits::Four),
        Token::EndYear(YearDigits::Two),
        Token::Month,
        Token::Quarter,
        Token::Week,
        Token::Day,
        Token::Prefix,
        Token::Customer,
        Token::Invoice,
        Token::Kind,
    ];
    prop_oneof![
        prop::sample::select(literals.to_vec()).prop_map(|text| Part::Literal(text.into())),
        prop::sample::select(tokens.to_vec()).prop_map(Part::Token),
    ]
}
