//! Instants, and dates in stored bytes.

use serde::{Deserialize, Serialize};

/// An instant, in milliseconds since 1970-01-01 UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct At(pub i64);

impl At {
    /// Whole seconds since 1970-01-01 UTC, as the interface shows instants.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// RFC 3339 text in UTC, to the millisecond.
    pub fn rfc3339(self) -> String {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => format!("{timestamp:.3}"),
            Err(_) => format!("@{}ms", self.0),
        }
    }
}

/// Dates as whole days since 1970-01-01 in stored bytes: short, and free of a text format.
pub(crate) mod civil {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    const EPOCH: Date = jiff::civil::date(1970, 1, 1);

    pub(crate) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        days(*date).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Date, D::Error> {
        from_days(i32::deserialize(source)?).ok_or_else(|| D::Error::custom("day out of range"))
    }

    fn days(date: Date) -> i32 {
        EPOCH.until(date).map(|span| span.get_days()).unwrap_or_default()
    }

    fn from_days(days: i32) -> Option<Date> {
        EPOCH.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
    }

    /// The same for a date that may be missing.
    pub(crate) mod option {
        use super::{Date, Deserialize, Deserializer, Error, Serialize, Serializer};

        pub(crate) fn serialize<S: Serializer>(
            date: &Option<Date>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            date.map(super::days).serialize(serializer)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            source: D,
        ) -> Result<Option<Date>, D::Error> {
            Option::<i32>::deserialize(source)?
                .map(|days| super::from_days(days).ok_or_else(|| D::Error::custom("day")))
                .transpose()
        }
    }
}
