//! A named family of numbers and the formats it had, has and will have.

use jiff::civil::Date;
use numbering::{Format, Period, Scope};
use serde::{Deserialize, Serialize};

use super::{Kind, civil, settings};
use crate::id::{LedgerId, SeriesId};

/// A kind of document in a series, and what `{kind}` prints for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindText {
    /// The kind.
    pub kind: Kind,
    /// What `{kind}` prints.
    pub text: String,
}

/// The format of a series from a date on.
///
/// Together the versions of a series divide all days into periods, and nothing else does: a
/// period is fixed because versions that were used are never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatVersion {
    /// First day it holds for.
    #[serde(with = "civil")]
    pub from: Date,
    /// Where its first period ends, when that is not where the format alone would end it. The day
    /// on which it begins: it goes on with the period that it falls into.
    #[serde(with = "civil::option")]
    pub first_period_to: Option<Date>,
    /// The ordinal that its first period starts with, when that is not 1.
    pub first_ordinal: Option<u64>,
    /// Pattern, reset, fiscal year and prefix.
    #[serde(with = "format")]
    pub format: Format,
}

/// A series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its id.
    pub id: SeriesId,
    /// Its name, unique in the ledger.
    pub name: String,
    /// The kinds of documents it takes, with their texts.
    pub kinds: Vec<KindText>,
    /// What is counted apart.
    #[serde(with = "scope")]
    pub scope: Scope,
    /// Its formats by date, never empty.
    pub versions: Vec<FormatVersion>,
    /// Formats that printed numbers once and no longer stand in `versions`.
    #[serde(with = "format::list")]
    pub former: Vec<Format>,
    /// The first ordinal of each scope in the first period; fixed once `last_date` is set.
    pub starting_number: u64,
    /// Earliest date that a document of it has.
    #[serde(with = "civil::option")]
    pub first_date: Option<Date>,
    /// First day of the period that its very first own number is in, or that it was first moved
    /// forward in: there every scope begins with the starting number. `None` for imported ones.
    #[serde(with = "civil::option")]
    pub first_period: Option<Date>,
    /// Latest date that a document of it has; `None` until the first number.
    #[serde(with = "civil::option")]
    pub last_date: Option<Date>,
    /// Whether it gave a number itself, not only took imported ones.
    pub own: bool,
    /// Whether it takes no more documents.
    pub archived: bool,
    /// Whether the last of `versions` was set ahead, and nothing is dated since it begins.
    pub planned: bool,
}

impl FormatVersion {
    /// A format that holds on every date.
    pub fn always(format: Format) -> FormatVersion {
        FormatVersion { from: Period::ALL.from, first_period_to: None, first_ordinal: None, format }
    }

    /// Whether it prints otherwise in the middle of a period, whose counter goes on.
    pub fn counts_on(&self) -> bool {
        self.first_period_to == Some(self.from)
    }
}

impl SeriesRow {
    /// A series that counts for the whole account from 1 on, takes no kind of document by itself
    /// and has given nothing. `versions` must not be empty.
    pub fn new(
        ledger: LedgerId,
        id: SeriesId,
        name: impl Into<String>,
        versions: Vec<FormatVersion>,
    ) -> SeriesRow {
        SeriesRow {
            ledger,
            id,
            name: name.into(),
            kinds: Vec::new(),
            scope: Scope::Account,
            versions,
            former: Vec::new(),
            starting_number: 1,
            first_date: None,
            first_period: None,
            last_date: None,
            own: false,
            archived: false,
            planned: false,
        }
    }

    /// The name of the series that holds numbers typed on documents by hand. Nobody can give this
    /// name to a series of his own.
    pub const TYPED: &'static str = "(typed numbers)";

    /// Whether its numbers were typed by hand: its format prints none of them.
    pub fn is_typed(&self) -> bool {
        self.name == SeriesRow::TYPED
    }

    /// Whether a number was given or imported.
    pub fn started(&self) -> bool {
        self.last_date.is_some()
    }

    /// The version that holds on a date.
    pub fn version(&self, date: Date) -> &FormatVersion {
        let after = self.versions.partition_point(|version| version.from <= date);
        &self.versions[after.saturating_sub(1)]
    }

    /// The newest version: what new periods use. One that was set ahead is not, until it is used.
    pub fn newest(&self) -> &FormatVersion {
        &self.versions[self.versions.len() - 1 - usize::from(self.planned)]
    }

    /// The version that was set ahead.
    pub fn plan(&self) -> Option<&FormatVersion> {
        self.versions.last().filter(|_| self.planned)
    }

    /// Notes the date of a document of it. What was set ahead is in use from its day on.
    pub(crate) fn see(&mut self, date: Date) {
        self.first_date = Some(self.first_date.map_or(date, |first| first.min(date)));
        self.last_date = Some(self.last_date.map_or(date, |last| last.max(date)));
        self.planned = self.plan().is_some_and(|plan| plan.from > date);
    }

    /// The period that a date is in.
    pub fn period(&self, date: Date) -> Period {
        let after = self.versions.partition_point(|version| version.from <= date).max(1);
        // What only prints otherwise is in the periods of the version before it.
        let begins = self.versions[1..after].iter().rposition(|version| !version.counts_on());
        let version = &self.versions[begins.map_or(0, |place| place + 1)];
        if let Some(to) = version.first_period_to
            && date < to
        {
            return Period { from: version.from, to };
        }
        let natural = version.format.period(date);
        let from = natural.from.max(version.first_period_to.unwrap_or(version.from));
        let next = self.versions[after..].iter().find(|version| !version.counts_on());
        let next = next.map(|version| version.from);
        Period { from, to: next.map_or(natural.to, |next| natural.to.min(next)) }
    }

    /// The ordinal that a new sequence in this period starts with.
    pub fn first_ordinal(&self, period: &Period) -> u64 {
        let version = self.version(period.from);
        match version.first_ordinal {
            Some(first) if version.from == period.from => first,
            _ if !self.started() || self.first_period == Some(period.from) => self.starting_number,
            _ => 1,
        }
    }

    /// How people call a period of this series, such as `2026` or `2026-05`.
    ///
    /// A period that a changed reset cut or stretched is called after the one that its last day
    /// would be in.
    pub fn period_label(&self, period: &Period) -> String {
        let format = &self.version(period.from).format;
        let last_day = period.to.yesterday().unwrap_or(period.from);
        format.period(last_day).label(format)
    }

    /// What `{kind}` prints for a kind; `None` when the series does not take it.
    pub fn kind_text(&self, kind: &Kind) -> Option<&str> {
        self.kinds.iter().find(|known| known.kind == *kind).map(|known| known.text.as_str())
    }

    /// Every format that printed, prints or will print numbers.
    pub fn formats(&self) -> impl Iterator<Item = &Format> {
        self.former.iter().chain(self.versions.iter().map(|version| &version.format))
    }

    /// The series as bytes, for a store.
    pub fn definition(&self) -> Vec<u8> {
        crate::stored::to_bytes(self)
    }

    /// Reads what [`SeriesRow::definition`] gave.
    ///
    /// # Errors
    /// The bytes are no such series.
    pub fn read(bytes: &[u8]) -> Result<SeriesRow, crate::stored::Damaged> {
        let row: SeriesRow = crate::stored::from_bytes(bytes)?;
        if row.versions.len() <= usize::from(row.planned) {
            return Err(crate::stored::Damaged("a series without a format".to_owned()));
        }
        Ok(row)
    }
}

mod scope {
    use numbering::Scope;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        scope: &Scope,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(scope)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Scope, D::Error> {
        String::deserialize(source)?.parse().map_err(|_| D::Error::custom("scope"))
    }
}

mod format {
    use numbering::{FiscalYearStart, Format};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::settings;

    #[derive(Serialize, Deserialize)]
    struct Stored {
        pattern: String,
        reset: String,
        #[serde(with = "settings::fiscal")]
        fiscal_year_start: FiscalYearStart,
        prefix: String,
        kind_texts: Vec<String>,
    }

    impl Stored {
        fn of(format: &Format) -> Stored {
            Stored {
                pattern: format.pattern.to_string(),
                reset: format.reset.to_string(),
                fiscal_year_start: format.fiscal_year_start,
                prefix: format.prefix.clone(),
                kind_texts: format.kind_texts.clone(),
            }
        }

        fn format<E: Error>(self) -> Result<Format, E> {
            Ok(Format {
                pattern: self.pattern.parse().map_err(|_| E::custom("pattern"))?,
                reset: self.reset.parse().map_err(|_| E::custom("reset"))?,
                fiscal_year_start: self.fiscal_year_start,
                prefix: self.prefix,
                kind_texts: self.kind_texts,
            })
        }
    }

    pub(super) fn serialize<S: Serializer>(
        format: &Format,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Stored::of(format).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Format, D::Error> {
        Stored::deserialize(source)?.format()
    }

    pub(super) mod list {
        use super::{Deserialize, Deserializer, Format, Serialize, Serializer, Stored};

        pub(in super::super) fn serialize<S: Serializer>(
            formats: &[Format],
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            formats.iter().map(Stored::of).collect::<Vec<_>>().serialize(serializer)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            source: D,
        ) -> Result<Vec<Format>, D::Error> {
            Vec::<Stored>::deserialize(source)?.into_iter().map(Stored::format).collect()
        }
    }
}
