//! What a command came to.

use jiff::civil::Date;
use numbering::Period;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, KeyId, LedgerId, ObjectId, SeriesId};
use crate::model::document::Teaching;
use crate::model::{
    AccountProfile, ApiVersion, At, GapRow, KeyRow, LedgerRow, Level, NumberRow, ObjectKind,
    ObjectRow, Receipt, SequenceRow, SeriesRow, Settings, UserRow,
};
use crate::refusal::Refusal;
use crate::trail::Hash;

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The ledger is open.
    Opened(LedgerId),
    /// Settings as they are now.
    Settings(Box<SettingsView>),
    /// A series as it is now.
    Series(Box<SeriesRow>),
    /// Numbers, one for each item, in the order of the items.
    Issued(Vec<NumberView>),
    /// A number that is void now.
    Voided(Box<NumberView>),
    /// A sequence that moved forward, and the gap that this left, if any.
    Advanced(Box<SequenceView>, Option<Box<GapView>>),
    /// A gap with its explanation.
    Explained(Box<GapView>),
    /// Settings with the lock dates as they are now.
    Locks(Box<Settings>),
    /// A key.
    Key(Box<KeyRow>),
    /// A key that was revoked.
    Revoked(KeyId),
    /// Numbers that were taken over.
    Imported(Box<ImportView>),
    /// An object as it is now.
    Object(Box<ObjectView>),
    /// An object that was deleted.
    Deleted(ObjectKind, ObjectId),
    /// The version that the account is on now.
    Version(Box<VersionView>),
    /// An event that is to be delivered again, and how many endpoints it goes to.
    Redelivered(ObjectId, u32),
    /// An account as it is now.
    Account(Box<AccountView>),
    /// A person as now, without the hash of the password.
    User(Box<UserRow>),
    /// What a number would teach.
    Lesson(Box<LessonView>),
    /// A period that was closed.
    Closed(Box<ClosedView>),
}

/// What a number would teach its series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonView {
    /// The number.
    pub number: String,
    /// The series' name.
    pub series_name: String,
    /// What it would teach.
    pub teaching: Teaching,
}

/// What is told to whoever sent a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the command came to.
    pub result: Result<Outcome, Refusal>,
    /// Whether this is the remembered answer to an earlier command with the same idempotency key.
    pub replayed: bool,
}

/// A number with what is needed to show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberView {
    /// The register's entry.
    pub row: NumberRow,
    /// The series.
    pub series: SeriesId,
    /// The series' name.
    pub series_name: String,
    /// The period.
    #[serde(with = "period")]
    pub period: Period,
    /// How people call the period.
    pub period_label: String,
}

/// A sequence with what is needed to show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceView {
    /// The sequence.
    pub row: SequenceRow,
    /// The series' name.
    pub series_name: String,
    /// The period.
    #[serde(with = "period")]
    pub period: Period,
    /// How people call the period.
    pub period_label: String,
}

/// A gap with what is needed to show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapView {
    /// The gap.
    pub row: GapRow,
    /// The series.
    pub series: SeriesId,
    /// The series' name.
    pub series_name: String,
    /// The customer or parent whose counter it is in; empty for the account's.
    pub scope: String,
    /// The period.
    #[serde(with = "period")]
    pub period: Period,
    /// How people call the period.
    pub period_label: String,
}

/// A period that was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedView {
    /// Settings with the lock dates as they are now.
    pub settings: Settings,
    /// Its first day.
    #[serde(with = "crate::model::civil")]
    pub from: Date,
    /// Its last day.
    #[serde(with = "crate::model::civil")]
    pub to: Date,
    /// Gaps dated in it.
    pub gaps: u64,
    /// Ordinals that they cover.
    pub missing: u64,
    /// Gaps that were explained with this.
    pub explained: u64,
    /// Void numbers dated in it.
    pub voids: u64,
    /// That of its statement; see [`crate::statement::Statement::digest`].
    pub digest: Hash,
    /// Where the trail records it.
    pub receipt: Receipt,
}

/// What an import took over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// Numbers.
    pub numbers: u64,
    /// Gaps found in the list.
    pub gaps: u64,
    /// Ordinals that those gaps cover.
    pub missing: u64,
    /// The series, as they are now.
    pub series: Vec<SeriesRow>,
    /// Where the trail records it.
    pub receipt: Receipt,
}

/// The plain face of the default series, with the settings of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    /// The settings.
    pub settings: Settings,
    /// The series that invoices use.
    pub series: SeriesRow,
}

/// An object with what is needed to show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectView {
    /// The object.
    pub row: ObjectRow,
    /// The ordinal that a customer's next invoice gets; `None` for other objects, and where
    /// customers have no counters of their own.
    pub next_invoice_sequence: Option<u64>,
    /// The tax rates that it names, each once, in the order in which they come first.
    pub tax_rates: Vec<ObjectRow>,
}

/// An account in one mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// IANA name of its zone.
    pub time_zone: String,
    /// What is said of it beside its name.
    pub profile: AccountProfile,
    /// The account that it is connected to.
    pub platform: Option<AccountId>,
}

impl AccountView {
    /// The account whose ledger this is.
    pub fn of(row: &LedgerRow) -> AccountView {
        AccountView {
            id: row.account.clone(),
            name: row.name.clone(),
            time_zone: row.settings.time_zone.clone(),
            profile: row.documents.profile.clone(),
            platform: row.documents.platform.clone(),
        }
    }
}

/// The version that an account is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    /// The version.
    pub version: ApiVersion,
    /// The version before, and until when it can be taken back.
    pub former: Option<(ApiVersion, At)>,
    /// Whose counter invoices use.
    pub level: Level,
}

impl ObjectView {
    /// An object of which nothing but itself is shown.
    pub fn new(row: ObjectRow) -> ObjectView {
        ObjectView { row, next_invoice_sequence: None, tax_rates: Vec::new() }
    }
}

impl NumberView {
    /// Puts a number beside the series and period that it is in.
    pub fn new(row: NumberRow, sequence: &SequenceRow, series: &SeriesRow) -> NumberView {
        NumberView {
            row,
            series: series.id,
            series_name: series.name.clone(),
            period: sequence.period(),
            period_label: sequence.period_label.clone(),
        }
    }
}

impl SequenceView {
    /// Puts a sequence beside the series that it is in.
    pub fn new(row: SequenceRow, series: &SeriesRow) -> SequenceView {
        SequenceView {
            series_name: series.name.clone(),
            period: row.period(),
            period_label: row.period_label.clone(),
            row,
        }
    }
}

impl GapView {
    /// Puts a gap beside the series and period that it is in.
    pub fn new(row: GapRow, sequence: &SequenceRow, series: &SeriesRow) -> GapView {
        GapView {
            row,
            series: series.id,
            series_name: series.name.clone(),
            scope: sequence.scope.0.clone(),
            period: sequence.period(),
            period_label: sequence.period_label.clone(),
        }
    }
}

impl SettingsView {
    /// Whose counter invoices use.
    pub fn level(&self) -> Level {
        self.settings.level
    }
}

mod period {
    use numbering::Period;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::model::civil;

    #[derive(Serialize, Deserialize)]
    struct Stored(
        #[serde(with = "civil")] jiff::civil::Date,
        #[serde(with = "civil")] jiff::civil::Date,
    );

    pub(super) fn serialize<S: Serializer>(p: &Period, serializer: S) -> Result<S::Ok, S::Error> {
        Stored(p.from, p.to).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Period, D::Error> {
        Stored::deserialize(source).map(|Stored(from, to)| Period { from, to })
    }
}
