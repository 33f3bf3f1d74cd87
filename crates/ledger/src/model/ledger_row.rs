//! The head of a ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Kind, Level, Settings};
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
    /// Entries in the trail.
    pub trail_count: u64,
    /// Hash of the last trail entry; zeros before the first.
    pub trail_hash: Hash,
}

/// What of a ledger's head seldom changes, as one stored value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LedgerDefinition {
    pub(crate) name: String,
    pub(crate) settings: Settings,
    pub(crate) defaults: Vec<(Kind, Level, SeriesId)>,
}

impl LedgerRow {
    /// The seldom-changing part as bytes, for a store; see [`LedgerRow::with_definition`].
    pub fn definition(&self) -> Vec<u8> {
        let defaults = self.default_list();
        crate::stored::to_bytes(&LedgerDefinition {
            name: self.name.clone(),
            settings: Settings::clone(&self.settings),
            defaults,
        })
    }

    /// Puts back what [`LedgerRow::definition`] gave.
    ///
    /// # Errors
    /// The bytes are not such a definition.
    pub fn with_definition(mut self, bytes: &[u8]) -> Result<LedgerRow, crate::stored::Damaged> {
        let definition: LedgerDefinition = crate::stored::from_bytes(bytes)?;
        self.name = definition.name;
        self.settings = Arc::new(definition.settings);
        self.set_defaults(definition.defaults);
        Ok(self)
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
            trail_count: 0,
            trail_hash: Hash::ZERO,
        }
    }
}
