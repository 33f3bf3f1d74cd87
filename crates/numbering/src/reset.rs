//! When a series starts counting again.

use std::{error::Error, fmt, str::FromStr};

/// What makes a period: the stretch of dates that share one counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reset {
    /// One period for all time.
    Never,
    /// Calendar years.
    Yearly,
    /// Fiscal years, from the account's first day.
    FiscalYear,
    /// Calendar quarters.
    Quarterly,
    /// Calendar months; cut at the fiscal year's first day when the pattern has `{end_year}`.
    Monthly,
    /// ISO weeks, Monday to Sunday.
    Weekly,
    /// Days.
    Daily,
}

impl Reset {
    /// Every reset, the rarest first.
    pub const ALL: [Self; 7] = [
        Self::Never,
        Self::Yearly,
        Self::FiscalYear,
        Self::Quarterly,
        Self::Monthly,
        Self::Weekly,
        Self::Daily,
    ];

    /// The word for it in settings and answers.
    ///
    /// ```
    /// assert_eq!(numbering::Reset::FiscalYear.as_str(), "fiscal_year");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Yearly => "yearly",
            Self::FiscalYear => "fiscal_year",
            Self::Quarterly => "quarterly",
            Self::Monthly => "monthly",
            Self::Weekly => "weekly",
            Self::Daily => "daily",
        }
    }
}

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Reset {
    type Err = UnknownReset;

    fn from_str(text: &str) -> Result<Self, UnknownReset> {
        Self::ALL.into_iter().find(|reset| reset.as_str() == text).ok_or(UnknownReset)
    }
}

/// A text names no reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownReset;

impl fmt::Display for UnknownReset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a reset: ")?;
        for (index, reset) in Reset::ALL.into_iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{reset}")?;
        }
        Ok(())
    }
}

impl Error for UnknownReset {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for reset in Reset::ALL {
            assert_eq!(reset.to_string().parse(), Ok(reset));
        }
        assert_eq!(
            "Yearly".parse::<Reset>().unwrap_err().to_string(),
            "expected a reset: never, yearly, fiscal_year, quarterly, monthly, weekly, daily",
        );
    }
}
