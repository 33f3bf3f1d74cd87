//! The head of a ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ApiVersion, FormerVersion, Kind, Level, Metadata, Settings};
use crate::id::{AccountId, LedgerId, SeriesId};
use crate::trail::Hash;

/// Whether a ledger holds real documents or trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Trials.
    Test,
    /// Real documents.
    Live,
}

impl Mode {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Mode::Test => "test",
            Mode::Live => "live",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Mode> {
        [Mode::Test, Mode::Live].into_iter().find(|mode| mode.text() == text)
    }
}

/// One account in one mode: its settings, its counters, the head of its trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its id.
    pub id: LedgerId,
    /// The account.
    pub account: AccountId,
    /// The account's name, as shown to people.
    pub name: String,
    /// Live or test.
    pub mode: Mode,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The series that a kind of document uses when it names none, by level.
    pub defaults: Arc<BTreeMap<(Kind, Level), SeriesId>>,
    /// The last position given; 0 before the first.
    pub last_position: u64,
    /// The last series made.
    pub last_series: u32,
    /// The last sequence opened.
    pub last_sequence: u64,
    /// The last gap recorded.
    pub last_gap: u64,
    /// What its documents need to know.
    pub documents: Arc<Documents>,
    /// The last object, revision or event made; 0 before the first.
    pub last_object: u64,
    /// Entries in the trail.
    pub trail_count: u64,
    /// Hash of the last trail entry; zeros before the first.
    pub trail_hash: Hash,
}

/// By what one knows whether a ledger has changed: nothing is written to it that does not move
/// this, but for remembered outcomes and deliveries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Entries in the trail.
    pub trail_count: u64,
    /// Hash of the last trail entry.
    pub trail_hash: Hash,
    /// The last object, revision or event made.
    pub last_object: u64,
}

/// What holds for the documents of a ledger, beside its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Documents {
    /// The version that the account is on.
    pub version: ApiVersion,
    /// The version before, and when it was left.
    pub former: Option<FormerVersion>,
    /// The series of numbers that were typed by hand, once there is one.
    pub typed_series: Option<SeriesId>,
    /// How many webhook endpoints there are.
    pub endpoints: u32,
    /// Whether an enabled webhook endpoint is there at all.
    pub has_endpoints: bool,
    /// Whether an enabled webhook endpoint asks for events about numbers, series and gaps.
    pub tells_numbers: bool,
    /// What is said of the account beside its name.
    #[serde(skip_serializing_if = "AccountProfile::is_empty")]
    pub profile: AccountProfile,
    /// The account that this one is connected to: its keys open this one too.
    pub platform: Option<AccountId>,
    /// Entries in the trail behind the last change of numbers; 0 when there was none.
    #[serde(skip_serializing_if = "is_zero")]
    pub renumbered: u64,
}

/// What is said of an account beside its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountProfile {
    /// Where it is written to.
    pub email: Option<String>,
    /// Free key-value pairs.
    pub metadata: Metadata,
    /// How its documents look.
    pub branding: Branding,
}

/// How the documents of an account look, and what they say of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Branding {
    /// The colour of headings and lines: `#` and six hexadecimal digits, letters small.
    pub color: Option<String>,
    /// The foot of documents that have none of their own.
    pub footer: Option<String>,
    /// The language of documents for customers who name none that there are words for: one of
    /// [`Branding::LANGUAGES`].
    pub language: Option<String>,
}

/// What of a ledger's head seldom changes, as one stored value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LedgerDefinition {
    pub(crate) name: String,
    pub(crate) settings: Settings,
    pub(crate) defaults: Vec<(Kind, Level, SeriesId)>,
}

impl Branding {
    /// The languages that documents have words for.
    pub const LANGUAGES: [&'static str; 2] = ["en", "de"];
}

impl AccountProfile {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == AccountProfile::default()
    }
}

impl LedgerRow {
    /// The seldom-changing part as bytes, for a store; see [`LedgerRow::with_definition`].
    pub fn definition(&self) -> Vec<u8> {
        let defaults = self.default_list();
        let mut bytes = crate::stored::to_bytes(&LedgerDefinition {
            name: self.name.clone(),
            settings: Settings::clone(&self.settings),
            defaults,
        });
        // Behind the rest, where a version that knows nothing of it does not look.
        if *self.documents != Documents::default() {
            bytes.extend(serde_json::to_vec(&*self.documents).unwrap_or_default());
        }
        bytes
    }

    /// Whether another row of this ledger has the same definition.
    pub(crate) fn is_defined_as(&self, other: &LedgerRow) -> bool {
        self.name == other.name
            && self.settings == other.settings
            && self.defaults == other.defaults
            && self.documents == other.documents
    }

    /// Puts back what [`LedgerRow::definition`] gave.
    ///
    /// # Errors
    /// The bytes are not such a definition.
    pub fn with_definition(mut self, bytes: &[u8]) -> Result<LedgerRow, crate::stored::Damaged> {
        let (definition, rest): (LedgerDefinition, _) = crate::stored::split_bytes(bytes)?;
        self.documents = match rest {
            [] => Arc::default(),
            rest => Arc::new(serde_json::from_slice(rest).map_err(|error| {
                crate::stored::Damaged(format!("what documents need to know: {error}"))
            })?),
        };
        self.name = definition.name;
        self.settings = Arc::new(definition.settings);
        self.set_defaults(definition.defaults);
        Ok(self)
    }

    /// By what one knows whether it has changed.
    pub fn head(&self) -> Head {
        let LedgerRow { trail_count, trail_hash, last_object, .. } = *self;
        Head { trail_count, trail_hash, last_object }
    }

    /// The series that kinds of documents use by default, as a list.
    pub fn default_list(&self) -> Vec<(Kind, Level, SeriesId)> {
        self.defaults.iter().map(|((kind, level), id)| (kind.clone(), *level, *id)).collect()
    }

    /// Replaces the series that kinds of documents use by default.
    pub fn set_defaults(&mut self, list: Vec<(Kind, Level, SeriesId)>) {
        let pairs = list.into_iter().map(|(kind, level, id)| ((kind, level), id));
        self.defaults = Arc::new(pairs.collect());
    }

    /// A ledger's head with nothing in it yet.
    pub fn new(
        id: LedgerId,
        account: AccountId,
        name: String,
        mode: Mode,
        settings: Settings,
    ) -> LedgerRow {
        LedgerRow {
            id,
            account,
            name,
            mode,
            settings: Arc::new(settings),
            defaults: Arc::default(),
            last_position: 0,
            last_series: 0,
            last_sequence: 0,
            last_gap: 0,
            documents: Arc::default(),
            last_object: 0,
            trail_count: 0,
            trail_hash: Hash::ZERO,
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HouseStyle;

    #[test]
    fn what_was_written_before_there_were_documents_is_read() {
        let settings = Settings::new(HouseStyle::Yearly);
        let account = AccountId("acct_1".to_owned());
        let mut row = LedgerRow::new(LedgerId(1), account, "A".to_owned(), Mode::Live, settings);
        let old = crate::stored::to_bytes(&LedgerDefinition {
            name: row.name.clone(),
            settings: Settings::clone(&row.settings),
            defaults: row.default_list(),
        });
        assert_eq!(row.definition(), old, "a ledger without documents is written as ever");
        assert_eq!(row.clone().with_definition(&old), Ok(row.clone()));
        let documents = Documents { typed_series: Some(SeriesId(4)), ..Documents::default() };
        row.documents = Arc::new(documents);
        let new = row.definition();
        assert_eq!(row.clone().with_definition(&new), Ok(row.clone()));
        let definition: Result<LedgerDefinition, _> = crate::stored::from_bytes(&new);
        assert_eq!(definition.map(|read| read.name), Ok(row.name), "as a version before reads it");
    }
}
