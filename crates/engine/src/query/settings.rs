//! Settings: the plain face of the default series.

use ledger::command::SeriesRef;
use ledger::id::LedgerId;
use ledger::model::{Kind, Settings};
use ledger::outcome::SettingsView;
use ledger::{Code, Refusal};

use super::series::{SeriesView, views};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Settings with the series that invoices use, and its next number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsPage {
    /// The settings with the series, as a change of them answers.
    pub view: SettingsView,
    /// The same series with its next number.
    pub series: SeriesView,
}

impl Engine {
    /// The settings of a ledger, with the series that invoices use.
    pub fn settings(&self, ledger: LedgerId) -> Pending<SettingsPage> {
        let at = self.now();
        self.read(move |reader| {
            let head = lookup::ledger(reader, ledger)?;
            let settings = Settings::clone(&head.settings);
            let Some(id) = head.defaults.get(&(Kind::invoice(), settings.level)) else {
                let text = "No series is the default for invoices. Make one the default.";
                return Err(Refusal::new(Code::ResourceMissing, text).into());
            };
            let row = lookup::series(reader, ledger, &SeriesRef::Id(*id))?;
            let series = views(reader, &head, vec![row.clone()], at)?.pop();
            let none = || EngineError::Defect("settings without a series".to_owned());
            let view = SettingsView { settings, series: row };
            Ok(SettingsPage { view, series: series.ok_or_else(none)? })
        })
    }

    /// The settings alone; the lock dates are in them.
    pub fn locks(&self, ledger: LedgerId) -> Pending<Settings> {
        self.read(move |reader| Ok(Settings::clone(&lookup::ledger(reader, ledger)?.settings)))
    }
}
