//! Events and their deliveries.

use ledger::id::{LedgerId, ObjectId};
use ledger::model::EventRow;
use store::{DeliveriesOf, DeliveryPage, EventFilter, EventPage, Page};

use crate::engine::Engine;
use crate::lookup;
use crate::pending::Pending;

impl Engine {
    /// One event, with the number of its deliveries that are pending.
    pub fn event(&self, ledger: LedgerId, event: ObjectId) -> Pending<Option<(EventRow, u32)>> {
        self.read(move |reader| Ok(reader.event(ledger, event)?))
    }

    /// Events of a ledger, newest first. The answer refuses a cursor that is not there.
    pub fn events(
        &self,
        ledger: LedgerId,
        filter: EventFilter,
        page: Page<ObjectId>,
    ) -> Pending<EventPage> {
        self.read(move |reader| {
            lookup::cursors(&page, |id| Ok(reader.event(ledger, id)?.is_some()))?;
            Ok(reader.events(ledger, &filter, page)?)
        })
    }

    /// The deliveries of an event or to an endpoint, the newest first.
    pub fn deliveries(
        &self,
        ledger: LedgerId,
        of: DeliveriesOf,
        page: Page<ObjectId>,
    ) -> Pending<DeliveryPage> {
        self.read(move |reader| Ok(reader.deliveries(ledger, of, page)?))
    }
}
