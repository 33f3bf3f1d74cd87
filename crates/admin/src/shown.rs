//! Dates, instants, amounts and counts as people of a language write them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use ledger::model::At;
use ledger::money::{Currency, Decimal};

use crate::catalogue::Language;

/// How things are written for one reader.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    pub(crate) language: Language,
    /// The account's zone.
    pub(crate) zone: TimeZone,
}

impl Writing {
    pub(crate) fn new(language: Language, zone: &str) -> Writing {
        Writing { language, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }

    /// `3 May 2026`, `3. Mai 2026`.
    pub(crate) fn date(&self, date: Date) -> String {
        let (day, year) = (date.day(), date.year());
        let month = self.month(date.month());
        match self.language {
            Language::English => format!("{day} {month} {year}"),
            Language::German => format!("{day}. {month} {year}"),
        }
    }

    /// `May`, `Mai`.
    pub(crate) fn month(&self, month: i8) -> &str {
        const KEYS: [&str; 12] = [
            "month.1", "month.2", "month.3", "month.4", "month.5", "month.6", "month.7", "month.8",
            "month.9", "month.10", "month.11", "month.12",
        ];
        let place = usize::try_from(month).unwrap_or(1).clamp(1, KEYS.len()) - 1;
        self.language.text(KEYS[place])
    }

    /// The day that an instant is in, in the account's zone.
    pub(crate) fn day_of(&self, at: At) -> Date {
        self.zoned(at).date()
    }

    pub(crate) fn day(&self, at: At) -> String {
        self.date(self.day_of(at))
    }

    /// `3 May 2026, 14:05`.
    pub(crate) fn time(&self, at: At) -> String {
        let zoned = self.zoned(at);
        format!("{}, {:02}:{:02}", self.date(zoned.date()), zoned.hour(), zoned.minute())
    }

    /// The first moment of a day, in the account's zone.
    pub(crate) fn start_of(&self, date: Date) -> Option<At> {
        let start = date.to_zoned(self.zone.clone()).ok()?;
        Some(At(start.timestamp().as_millisecond()))
    }

    /// An amount in minor units: `EUR 1,234.50`, `1.234,50 EUR`.
    pub(crate) fn money(&self, amount: i64, currency: Currency) -> String {
        let places = currency.exponent();
        let text = plain_amount(Decimal::from(amount), places, places);
        self.with_code(&self.localized(&text), currency)
    }

    /// What one costs, which may have more places than the currency.
    pub(crate) fn unit(&self, amount: Decimal, currency: Currency) -> String {
        let places = currency.exponent();
        let text = plain_amount(amount, places, places);
        self.with_code(&self.localized(&text), currency)
    }

    /// A quantity or a percentage.
    pub(crate) fn decimal(&self, number: Decimal) -> String {
        self.localized(&number.normalize().to_string())
    }

    /// `1,234`, `1.234`.
    pub(crate) fn count(&self, count: u64) -> String {
        self.localized(&count.to_string())
    }

    fn with_code(&self, amount: &str, currency: Currency) -> String {
        let code = currency.text().to_ascii_uppercase();
        match self.language {
            Language::English => format!("{code}\u{a0}{amount}"),
            Language::German => format!("{amount}\u{a0}{code}"),
        }
    }

    /// Groups thousands, and puts the language's marks for the point and the groups.
    fn localized(&self, plain: &str) -> String {
        let (group, point) = match self.language {
            Language::English => (',', '.'),
            Language::German => ('.', ','),
        };
        let (sign, digits) = match plain.strip_prefix('-') {
            Some(digits) => ("\u{2212}", digits),
            None => ("", plain),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut text = String::from(sign);
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(point);
            text.push_str(fraction);
        }
        text
    }

    fn zoned(&self, at: At) -> Zoned {
        let instant = Timestamp::from_millisecond(at.0).unwrap_or_default();
        instant.to_zoned(self.zone.clone())
    }
}

/// An amount in minor units as people type it, with a point: 1250 is `12.50`.
pub(crate) fn typed_amount(amount: Decimal, currency: Currency) -> String {
    plain_amount(amount, currency.exponent(), currency.exponent())
}

/// Reads an amount as people type it, with a point or a comma, into minor units with decimals;
/// `None` for what is no amount.
pub(crate) fn read_amount(text: &str, currency: Currency) -> Option<Decimal> {
    let mut amount = read_decimal(text)?;
    let places = currency.exponent();
    if amount.scale() >= places {
        amount.set_scale(amount.scale() - places).ok()?;
        return Some(amount.normalize());
    }
    let factor = Decimal::from(10_i64.checked_pow(places)?);
    Some(amount.checked_mul(factor)?.normalize())
}

/// Reads a number as people type it: a comma is a point where there is no point.
pub(crate) fn read_decimal(text: &str) -> Option<Decimal> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let commas = text.matches(',').count();
    let text = match (commas, text.rfind('.'), text.rfind(',')) {
        (1, None, _) => text.replace(',', "."),
        (_, Some(point), Some(comma)) if comma < point => text.replace(',', ""),
        (1, Some(_), Some(_)) => text.replace('.', "").replace(',', "."),
        _ => text,
    };
    text.parse().ok()
}

fn plain_amount(amount: Decimal, moved: u32, places_min: u32) -> String {
    let mut shown = amount.normalize();
    // Moving the point is exact; it fails only beyond any amount that there can be.
    if shown.set_scale(shown.scale() + moved).is_err() {
        return amount.to_string();
    }
    let mut text = shown.normalize().to_string();
    let places = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let wanted = usize::try_from(places_min).unwrap_or_default();
    if places < wanted {
        if places == 0 {
            text.push('.');
        }
        text.push_str(&"0".repeat(wanted - places));
    }
    text
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn money_and_dates_by_language() {
        let english = Writing::new(Language::English, "UTC");
        let german = Writing::new(Language::German, "Europe/Berlin");
        for (amount, code, in_english, in_german) in [
            (123_450, "eur", "EUR\u{a0}1,234.50", "1.234,50\u{a0}EUR"),
            (-5, "eur", "EUR\u{a0}\u{2212}0.05", "\u{2212}0,05\u{a0}EUR"),
            (1_000_000, "jpy", "JPY\u{a0}1,000,000", "1.000.000\u{a0}JPY"),
            (1_234, "kwd", "KWD\u{a0}1.234", "1,234\u{a0}KWD"),
        ] {
            assert_eq!(english.money(amount, currency(code)), in_english);
            assert_eq!(german.money(amount, currency(code)), in_german);
        }
        assert_eq!(english.date(date(2026, 5, 3)), "3 May 2026");
        assert_eq!(german.date(date(2026, 5, 3)), "3. Mai 2026");
        // An hour before midnight in UTC is the next day in Berlin.
        let at = At(1_798_759_800_000);
        assert_eq!((english.day_of(at), german.day_of(at)), (date(2026, 12, 31), date(2027, 1, 1)));
        assert_eq!(german.count(1_234_567), "1.234.567");
    }

    #[test]
    fn amounts_as_people_type_them() {
        for (text, code, expected) in [
            ("12.50", "eur", Some("1250")),
            ("12,5", "eur", Some("1250")),
            ("1.234,50", "eur", Some("123450")),
            ("1,234.50", "eur", Some("123450")),
            ("0.001", "eur", Some("0.1")),
            ("500", "jpy", Some("500")),
            ("-3", "kwd", Some("-3000")),
            ("1 000", "eur", Some("100000")),
            ("", "eur", None),
            ("a", "eur", None),
        ] {
            let read = read_amount(text, currency(code)).map(|amount| amount.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        assert_eq!(typed_amount(Decimal::from(1250), currency("eur")), "12.50");
        assert_eq!(typed_amount("12.5".parse().unwrap(), currency("eur")), "0.125");
    }
}
