//! The outbox: which event is still to be told to which endpoint.

use serde::{Deserialize, Serialize};

use super::At;
use crate::id::{LedgerId, ObjectId};
use crate::stored::{Damaged, from_bytes, to_bytes};

/// Attempts that a delivery keeps a record of; older ones are dropped.
pub const ATTEMPTS_KEPT: usize = 10;

/// Where a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// To be tried, or tried again.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// It will not be tried again by itself.
    GivenUp,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryAttempt {
    /// When it began.
    pub at: At,
    /// The status that the endpoint answered, or why there was no answer.
    pub result: Result<u16, String>,
    /// How long it took.
    pub milliseconds: u32,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// The event.
    pub event: ObjectId,
    /// The endpoint.
    pub endpoint: ObjectId,
    /// Where it is.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is to be tried next.
    pub due: At,
    /// Until when a process has it in hand; nobody else tries it before.
    pub leased_until: Option<At>,
    /// The last attempts, at most [`ATTEMPTS_KEPT`], oldest first.
    pub log: Vec<DeliveryAttempt>,
}

/// Deliveries that failed and are to be tried again at once: those of a ledger that were tried and
/// not delivered, of events behind one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The ledger.
    pub ledger: LedgerId,
    /// Only of events with ids over this one.
    pub after: ObjectId,
    /// When they are due.
    pub due: At,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [DeliveryState; 3] =
        [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::GivenUp];

    /// The number that stands for it in a database; it never changes.
    pub fn code(self) -> i16 {
        match self {
            DeliveryState::Pending => 0,
            DeliveryState::Delivered => 1,
            DeliveryState::GivenUp => 2,
        }
    }

    /// Reads the number that stands for it.
    pub fn of_code(code: i16) -> Option<DeliveryState> {
        DeliveryState::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::GivenUp => "given_up",
        }
    }
}

impl DeliveryRow {
    /// A delivery that was not tried yet, and is due at once.
    pub fn new(ledger: LedgerId, event: ObjectId, endpoint: ObjectId, due: At) -> DeliveryRow {
        DeliveryRow {
            ledger,
            event,
            endpoint,
            state: DeliveryState::Pending,
            attempts: 0,
            due,
            leased_until: None,
            log: Vec::new(),
        }
    }

    /// Takes note of an attempt.
    pub fn attempted(&mut self, attempt: DeliveryAttempt) {
        self.attempts = self.attempts.saturating_add(1);
        self.log.push(attempt);
        let surplus = self.log.len().saturating_sub(ATTEMPTS_KEPT);
        self.log.drain(..surplus);
    }

    /// The log as bytes, for a store.
    pub fn log_bytes(&self) -> Vec<u8> {
        to_bytes(&self.log)
    }

    /// Reads what [`DeliveryRow::log_bytes`] gave.
    ///
    /// # Errors
    /// The bytes are no such log.
    pub fn read_log(bytes: &[u8]) -> Result<Vec<DeliveryAttempt>, Damaged> {
        from_bytes(bytes)
    }
}
