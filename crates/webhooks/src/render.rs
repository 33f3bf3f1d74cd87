//! How an event becomes the bytes that an endpoint gets.

use engine::EngineError;
use ledger::model::{EventRow, LedgerRow};
use store::Reader;

/// An event to be told in a version.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// The event.
    pub event: &'a EventRow,
    /// The version of the interface.
    pub version: &'a str,
    /// How many endpoints have not taken it yet.
    pub pending: u32,
}

/// Writes events; whoever runs the worker knows how.
pub trait Render: Send + Sync + 'static {
    /// The bodies of events of one ledger, each as JSON, in the order of the tellings. What an
    /// event does not hold itself is read. A text in place of a body says why there is none.
    /// Called on a thread that may block.
    ///
    /// # Errors
    /// The database failed: all of them are asked for again later.
    fn bodies(
        &self,
        reader: &mut dyn Reader,
        ledger: &LedgerRow,
        tellings: &[Telling<'_>],
    ) -> Result<Vec<Result<Vec<u8>, String>>, EngineError>;
}
