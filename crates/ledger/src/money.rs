//! Money: whole minor units of a currency, never a fraction of one and never a float.
//!
//! What is finer (a unit amount with decimals, a percentage) is a [`Decimal`], and becomes an
//! amount in one place: [`rounded`], half away from zero, line by line.

use std::fmt;

pub use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// The largest amount of one line or document, in minor units, in either direction. A thousand
/// lines of it still fit many times over into what an amount is counted in.
pub const AMOUNT_MAX: i64 = 999_999_999_999;
/// Decimal places of a unit amount, at most.
pub const UNIT_AMOUNT_PLACES: u32 = 12;
/// Decimal places of a percentage, at most.
pub const PERCENTAGE_PLACES: u32 = 4;
/// Decimal places of a quantity, at most.
pub const QUANTITY_PLACES: u32 = 12;

/// A currency of ISO 4217 in which amounts can be stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Reads a code in either case; `None` for what ISO 4217 does not list, or lists without minor
    /// units (gold, test codes and the like).
    pub fn parse(code: &str) -> Option<Currency> {
        let upper = code.to_ascii_uppercase();
        let currency = iso_currency::Currency::from_code(&upper)?;
        currency.exponent().map(|_| Currency(currency))
    }

    /// The code in lower case, as the interface shows it.
    pub fn text(self) -> String {
        self.0.code().to_ascii_lowercase()
    }

    /// How many decimal places its minor unit makes: 2 for the euro, 0 for the yen, 3 for the
    /// Kuwaiti dinar.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Currency, D::Error> {
        let code = String::deserialize(source)?;
        Currency::parse(&code).ok_or_else(|| D::Error::custom(format!("currency {code}")))
    }
}

/// Whether an amount is at most [`AMOUNT_MAX`] in either direction.
pub fn is_amount(amount: i64) -> bool {
    (-AMOUNT_MAX..=AMOUNT_MAX).contains(&amount)
}

/// The amount in whole minor units, half away from zero; `None` beyond [`AMOUNT_MAX`].
pub fn rounded(exact: Decimal) -> Option<i64> {
    let whole = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    whole.to_i64().filter(|amount| is_amount(*amount))
}

/// What a quantity of something costs; `None` when that is beyond [`AMOUNT_MAX`].
pub fn product(unit_amount: Decimal, quantity: Decimal) -> Option<i64> {
    rounded(unit_amount.checked_mul(quantity)?)
}

/// A percentage of an amount; `None` when that is beyond [`AMOUNT_MAX`].
pub fn share(amount: i64, percentage: Decimal) -> Option<i64> {
    rounded(Decimal::from(amount).checked_mul(percentage)?.checked_div(Decimal::ONE_HUNDRED)?)
}

/// The part of an amount that several percentages within it, taken together, leave: the amount
/// without the taxes that it includes. Not rounded; `None` for percentages of -100 and less.
pub fn without(amount: i64, percentages: Decimal) -> Option<Decimal> {
    let whole = Decimal::ONE_HUNDRED.checked_add(percentages)?;
    if whole <= Decimal::ZERO {
        return None;
    }
    Decimal::from(amount).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn halves_go_away_from_zero() {
        let table = [
            ("0.5", 1),
            ("0.49999999", 0),
            ("-0.5", -1),
            ("1.5", 2),
            ("2.5", 3),
            ("-2.5", -3),
            ("0", 0),
            ("-0.1", 0),
        ];
        for (exact, expected) in table {
            assert_eq!(rounded(decimal(exact)), Some(expected), "{exact}");
        }
    }

    #[test]
    fn what_does_not_fit_is_no_amount() {
        assert_eq!(rounded(Decimal::from(AMOUNT_MAX)), Some(AMOUNT_MAX));
        assert_eq!(rounded(Decimal::from(AMOUNT_MAX + 1)), None);
        assert_eq!(rounded(Decimal::from(-AMOUNT_MAX)), Some(-AMOUNT_MAX));
        // The one that has no positive counterpart.
        assert_eq!(rounded(Decimal::from(i64::MIN)), None);
        assert_eq!(rounded(Decimal::MAX), None);
        assert_eq!(product(Decimal::MAX, Decimal::TEN), None);
        assert_eq!(without(100, decimal("-100")), None);
    }

    #[test]
    fn units_shares_and_what_is_included() {
        assert_eq!(product(decimal("0.333"), decimal("3")), Some(1));
        assert_eq!(product(decimal("12.5"), decimal("2.5")), Some(31));
        assert_eq!(product(decimal("-12.5"), decimal("3")), Some(-38));
        assert_eq!(share(1050, decimal("19")), Some(200));
        assert_eq!(share(-1050, decimal("19")), Some(-200));
        assert_eq!(share(1000, decimal("8.8750")), Some(89));
        assert_eq!(without(1190, decimal("19")), Some(decimal("1000")));
    }

    #[test]
    fn exponents_are_those_of_iso_4217() {
        for (code, exponent) in [("eur", 2), ("USD", 2), ("jpy", 0), ("kwd", 3), ("clf", 4)] {
            let currency = Currency::parse(code).expect("a currency");
            assert_eq!(currency.exponent(), exponent, "{code}");
            assert_eq!(Currency::parse(&currency.text()), Some(currency));
        }
        for code in ["", "xau", "xts", "euro", "e", "zzz"] {
            assert_eq!(Currency::parse(code), None, "{code}");
        }
    }
}
