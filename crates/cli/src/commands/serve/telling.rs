//! Events as the bodies of webhooks.

use engine::{EngineError, SubjectView, subjects};
use ledger::model::LedgerRow;
use store::Reader;
use webhooks::Render;
use wire::Version;
use wire::answer::{Event, EventData, Surroundings, event_body};

/// Writes events as the list of events shows them.
pub(super) struct Telling {
    /// Where the outside finds the server, without a slash at its end.
    pub(super) base: String,
}

impl Render for Telling {
    fn bodies(
        &self,
        reader: &mut dyn Reader,
        ledger: &LedgerRow,
        tellings: &[webhooks::Telling<'_>],
    ) -> Result<Vec<Result<Vec<u8>, String>>, EngineError> {
        let about = subjects(reader, ledger.id, tellings.iter().map(|telling| telling.event))?;
        let around =
            Surroundings { mode: ledger.mode, account_name: &ledger.name, base: &self.base };
        let body = |(telling, subject): (&webhooks::Telling<'_>, SubjectView)| {
            let data = data(subject);
            let version = Version::parse(telling.version).unwrap_or(Version::NEWEST);
            let event =
                Event { row: telling.event, data: &data, pending: telling.pending, account: None };
            Ok(event_body(&event, around, version))
        };
        Ok(tellings.iter().zip(about).map(body).collect())
    }
}

fn data(subject: SubjectView) -> EventData {
    match subject {
        SubjectView::Held => EventData::Own,
        SubjectView::Number(view) => EventData::Number(view),
        SubjectView::Series(row) => EventData::Series(row),
        SubjectView::Gap(view) => EventData::Gap(view),
        SubjectView::Gone => EventData::Gone,
    }
}
