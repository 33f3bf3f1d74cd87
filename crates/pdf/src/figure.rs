//! Amounts, quantities and dates as a language writes them.

use jiff::civil::Date;
use ledger::money::{Currency, Decimal};

use crate::language::Language;

/// A space at which no line ends.
const FIXED_SPACE: char = '\u{a0}';

/// Currencies whose sign means no other currency, by the code.
const SIGNS: [(&str, &str); 17] = [
    ("aud", "A$"),
    ("brl", "R$"),
    ("cad", "CA$"),
    ("cny", "CN¥"),
    ("eur", "€"),
    ("gbp", "£"),
    ("hkd", "HK$"),
    ("ils", "₪"),
    ("inr", "₹"),
    ("jpy", "¥"),
    ("krw", "₩"),
    ("mxn", "MX$"),
    ("nzd", "NZ$"),
    ("php", "₱"),
    ("twd", "NT$"),
    ("usd", "$"),
    ("vnd", "₫"),
];

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

impl Language {
    /// An amount in minor units, with the places of its currency: 121500 is `€1,215.00`.
    pub fn money(self, amount: i64, currency: Currency) -> String {
        self.unit_amount(Decimal::from(amount), currency)
    }

    /// What one costs, in minor units with decimals: as [`Language::money`], with as many places
    /// more as it has.
    pub fn unit_amount(self, amount: Decimal, currency: Currency) -> String {
        let places = currency.exponent();
        let mut whole = amount.normalize();
        // Moving the point is exact; it fails only beyond any amount that there can be.
        let moved = whole.set_scale(whole.scale() + places).is_ok();
        let exact = if moved { whole.normalize() } else { amount };
        let digits = self.grouped(exact.abs(), places);
        let minus = if exact.is_sign_negative() && !exact.is_zero() { "-" } else { "" };
        let code = currency.text();
        let sign = SIGNS.iter().find(|(known, _)| *known == code).map(|(_, sign)| *sign);
        let upper = code.to_uppercase();
        match (self, sign) {
            (Language::English, Some(sign)) => format!("{minus}{sign}{digits}"),
            (Language::English, None) => format!("{minus}{upper}{FIXED_SPACE}{digits}"),
            (Language::German, sign) => {
                format!("{minus}{digits}{FIXED_SPACE}{}", sign.unwrap_or(&upper))
            }
        }
    }

    /// How many: `1,000.5`.
    pub fn quantity(self, quantity: Decimal) -> String {
        let exact = quantity.normalize();
        let minus = if exact.is_sign_negative() && !exact.is_zero() { "-" } else { "" };
        format!("{minus}{}", self.grouped(exact.abs(), 0))
    }

    /// A percentage: `8.875%`.
    pub fn percentage(self, percentage: Decimal) -> String {
        let digits = self.quantity(percentage);
        match self {
            Language::English => format!("{digits}%"),
            Language::German => format!("{digits}{FIXED_SPACE}%"),
        }
    }

    /// A date, its month as a word: `3 May 2026`.
    pub fn date(self, date: Date) -> String {
        let (day, year) = (date.day(), date.year());
        let month = usize::try_from(date.month() - 1).unwrap_or_default();
        match self {
            Language::English => format!("{day} {} {year}", ENGLISH_MONTHS[month]),
            Language::German => format!("{day}. {} {year}", GERMAN_MONTHS[month]),
        }
    }

    /// A decimal that is not negative, with at least so many places.
    fn grouped(self, decimal: Decimal, places: u32) -> String {
        let (comma, point) = match self {
            Language::English => (',', '.'),
            Language::German => ('.', ','),
        };
        let places = decimal.scale().max(places) as usize;
        let plain = format!("{decimal:.places$}");
        let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut grouped = String::with_capacity(plain.len() * 4 / 3 + 1);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(comma);
            }
            grouped.push(digit);
        }
        if !rest.is_empty() {
            grouped.push(point);
            grouped.push_str(rest);
        }
        grouped
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use Language::{English, German};

    fn shown(language: Language, amount: i64, code: &str) -> String {
        let currency = Currency::parse(code).unwrap();
        language.money(amount, currency).replace(FIXED_SPACE, " ")
    }

    #[test]
    fn money_has_the_places_of_its_currency_and_the_marks_of_its_language() {
        for (amount, code, english, german) in [
            (1215, "eur", "€12.15", "12,15 €"),
            (-5, "eur", "-€0.05", "-0,05 €"),
            (0, "usd", "$0.00", "0,00 $"),
            (100_000, "eur", "€1,000.00", "1.000,00 €"),
            (123_456_789_000, "eur", "€1,234,567,890.00", "1.234.567.890,00 €"),
            (1215, "jpy", "¥1,215", "1.215 ¥"),
            (-1_215_000, "kwd", "-KWD 1,215.000", "-1.215,000 KWD"),
            (99_999, "chf", "CHF 999.99", "999,99 CHF"),
        ] {
            assert_eq!(shown(English, amount, code), english);
            assert_eq!(shown(German, amount, code), german);
        }
    }

    #[test]
    fn a_unit_amount_shows_every_place_that_it_has() {
        let eur = Currency::parse("eur").unwrap();
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(English.unit_amount(decimal("12.5"), eur), "€0.125");
        assert_eq!(English.unit_amount(decimal("1200.0"), eur), "€12.00");
        assert_eq!(English.unit_amount(decimal("0.0001"), eur), "€0.000001");
        assert_eq!(English.quantity(decimal("1000.500")), "1,000.5");
        assert_eq!(German.quantity(decimal("-1000.500")), "-1.000,5");
        assert_eq!(English.quantity(decimal("0")), "0");
        assert_eq!(English.percentage(decimal("8.8750")), "8.875%");
        assert_eq!(German.percentage(decimal("19")), "19\u{a0}%");
    }

    #[test]
    fn a_month_is_a_word() {
        assert_eq!(English.date(date(2026, 5, 3)), "3 May 2026");
        assert_eq!(German.date(date(2026, 3, 31)), "31. März 2026");
        assert_eq!(German.date(date(2026, 12, 1)), "1. Dezember 2026");
    }
}
