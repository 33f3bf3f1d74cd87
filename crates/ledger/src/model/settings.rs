//! An account's numbering settings.

use jiff::civil::Date;
use numbering::FiscalYearStart;
use serde::{Deserialize, Serialize};

use super::civil;

/// The style that a new account starts with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HouseStyle {
    /// `INV-2026-00042`.
    #[default]
    Yearly,
    /// `INV/2026/00042`.
    Slashed,
    /// `7FE1103-0042`.
    Stripe,
}

/// Whether the account or each customer has a counter of its own.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Level {
    /// One counter for the account.
    #[default]
    Account,
    /// One counter for each customer.
    Customer,
}

/// When a document gets its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NumberOn {
    /// When it is finalized.
    #[default]
    Finalize,
    /// When it is created.
    Create,
}

/// What happens when an earlier date follows a later one in a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateOrder {
    /// Nothing.
    Off,
    /// The number is given with a warning.
    #[default]
    Warn,
    /// The document is refused.
    Refuse,
}

/// What holds for a whole ledger, beside what each series says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The style chosen at the start.
    pub style: HouseStyle,
    /// Whose counter invoices use.
    pub level: Level,
    /// IANA name of the zone in which "today" is found.
    pub time_zone: String,
    /// First day of the fiscal year, `MM-DD`.
    #[serde(with = "fiscal")]
    pub fiscal_year_start: FiscalYearStart,
    /// When a document gets its number.
    pub number_on: NumberOn,
    /// What a date out of order does.
    pub date_order: DateOrder,
    /// How many days after today a document may be dated.
    pub max_future_days: u32,
    /// Nothing dated on or before it may get, change or lose a number.
    #[serde(with = "civil::option")]
    pub lock_date: Option<Date>,
    /// Like `lock_date`, and it only ever moves forward.
    #[serde(with = "civil::option")]
    pub hard_lock_date: Option<Date>,
}

impl HouseStyle {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            HouseStyle::Yearly => "yearly",
            HouseStyle::Slashed => "slashed",
            HouseStyle::Stripe => "stripe",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<HouseStyle> {
        [HouseStyle::Yearly, HouseStyle::Slashed, HouseStyle::Stripe]
            .into_iter()
            .find(|style| style.text() == text)
    }

    /// Whether a void counts as an irregularity.
    pub fn void_is_irregular(self) -> bool {
        self == HouseStyle::Slashed
    }
}

impl Level {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Level::Account => "account",
            Level::Customer => "customer",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Level> {
        [Level::Account, Level::Customer].into_iter().find(|level| level.text() == text)
    }
}

impl NumberOn {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            NumberOn::Finalize => "finalize",
            NumberOn::Create => "create",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<NumberOn> {
        [NumberOn::Finalize, NumberOn::Create].into_iter().find(|on| on.text() == text)
    }
}

impl DateOrder {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            DateOrder::Off => "off",
            DateOrder::Warn => "warn",
            DateOrder::Refuse => "refuse",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<DateOrder> {
        [DateOrder::Off, DateOrder::Warn, DateOrder::Refuse]
            .into_iter()
            .find(|order| order.text() == text)
    }
}

impl Settings {
    /// The settings of a new account: UTC, calendar years, a warning for dates out of order.
    pub fn new(style: HouseStyle) -> Settings {
        Settings {
            style,
            level: Level::Account,
            time_zone: "UTC".to_owned(),
            fiscal_year_start: FiscalYearStart::CALENDAR,
            number_on: NumberOn::Finalize,
            date_order: DateOrder::Warn,
            max_future_days: 366,
            lock_date: None,
            hard_lock_date: None,
        }
    }

    /// The later of both lock dates: on or before it is locked.
    pub fn locked_through(&self) -> Option<Date> {
        self.lock_date.max(self.hard_lock_date)
    }

    /// The first day behind both lock dates.
    pub fn first_free(&self) -> Option<Date> {
        self.locked_through().map(|locked| locked.tomorrow().unwrap_or(locked))
    }
}

pub(crate) mod fiscal {
    use numbering::FiscalYearStart;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(
        start: &FiscalYearStart,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(start)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        source: D,
    ) -> Result<FiscalYearStart, D::Error> {
        String::deserialize(source)?.parse().map_err(D::Error::custom)
    }
}
