//! Counts of what was delivered, for whoever watches the server.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ledger::model::{DeliveryRow, DeliveryState};

/// Counts since the start, by this process.
#[derive(Debug, Default)]
pub struct Counts {
    delivered: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    in_hand: AtomicU64,
    late_ms: AtomicI64,
}

impl Counts {
    /// Deliveries that the receiver took.
    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    /// Attempts that came to nothing.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Deliveries of which the last attempt came to nothing.
    pub fn given_up(&self) -> u64 {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Attempts that are under way.
    pub fn in_hand(&self) -> u64 {
        self.in_hand.load(Ordering::Relaxed)
    }

    /// How late, in milliseconds, the latest of the deliveries was that were taken in hand last; 0
    /// once nothing is due.
    pub fn late_ms(&self) -> i64 {
        self.late_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn begun(&self) {
        self.in_hand.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn ended(&self, row: &DeliveryRow) {
        self.in_hand.fetch_sub(1, Ordering::Relaxed);
        let counter = match row.state {
            DeliveryState::Delivered => &self.delivered,
            DeliveryState::Pending | DeliveryState::GivenUp => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        if row.state == DeliveryState::GivenUp {
            self.given_up.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn late(&self, milliseconds: i64) {
        self.late_ms.store(milliseconds.max(0), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use ledger::id::{LedgerId, ObjectId};
    use ledger::model::At;

    use super::*;

    #[test]
    fn each_attempt_counts_by_what_it_came_to() {
        let counts = Counts::default();
        let new = DeliveryRow::new(LedgerId(1), ObjectId(2), ObjectId(3), At(0));
        for state in DeliveryState::ALL {
            counts.begun();
            counts.begun();
            counts.ended(&DeliveryRow { state, ..new.clone() });
        }
        assert_eq!((counts.delivered(), counts.failed(), counts.given_up()), (1, 2, 1));
        assert_eq!(counts.in_hand(), 3);
        counts.late(7);
        assert_eq!(counts.late_ms(), 7);
        counts.late(-7);
        assert_eq!(counts.late_ms(), 0);
    }
}
