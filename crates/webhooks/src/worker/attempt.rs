//! One attempt, and what it means for its delivery.

use bytes::Bytes;
use engine::Engine;
use ledger::model::{At, DeliveryAttempt, DeliveryRow, DeliveryState, Mode};
use tokio::time::Instant;

use crate::client::{Client, Message, Target};
use crate::schedule;
use crate::signature;

/// Characters kept of why there was no answer.
const PROBLEM_CHARS_MAX: usize = 300;

/// A delivery with all that an attempt needs.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) row: DeliveryRow,
    pub(super) mode: Mode,
    /// Where to, or why that is nowhere.
    pub(super) target: Result<Target, String>,
    /// The secrets to sign with, the newest first.
    pub(super) secrets: Vec<String>,
    /// What is sent, or why there is nothing.
    pub(super) body: Result<Bytes, String>,
    /// Nobody else has the delivery before this, with time for the attempt: later it is not
    /// begun.
    pub(super) begin_by: Instant,
}

impl Ready {
    /// Tries once, and notes it in the row.
    pub(super) async fn attempt(mut self, client: &Client, engine: &Engine) -> DeliveryRow {
        let at = engine.now();
        let begun = Instant::now();
        let result = self.send(client, at).await;
        let milliseconds = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        let attempt = DeliveryAttempt { at, result, milliseconds };
        note(&mut self.row, attempt, self.mode);
        self.row
    }

    async fn send(&self, client: &Client, at: At) -> Result<u16, String> {
        let target = self.target.as_ref().map_err(String::clone)?;
        let body = self.body.as_ref().map_err(String::clone)?.clone();
        let secrets: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        let signature = signature::sign(&secrets, at.seconds(), &body);
        let answered = client.post(target, &Message { signature, body }).await;
        answered.map_err(|failure| shortened(&failure.to_string()))
    }
}

/// Whether the endpoint answered the last attempt of a delivery, with whatever status.
pub(super) fn has_answered(row: &DeliveryRow) -> bool {
    row.log.last().is_some_and(|attempt| attempt.result.is_ok())
}

/// Notes an attempt, and what is to become of the delivery.
fn note(row: &mut DeliveryRow, attempt: DeliveryAttempt, mode: Mode) {
    let DeliveryAttempt { at, result: ref answered, .. } = attempt;
    let is_taken = matches!(answered, Ok(200..=299));
    row.attempted(attempt);
    (row.state, row.due) = match schedule::next(mode, row.attempts, at) {
        _ if is_taken => (DeliveryState::Delivered, row.due),
        Some(due) => (DeliveryState::Pending, due),
        None => (DeliveryState::GivenUp, row.due),
    };
}

fn shortened(problem: &str) -> String {
    problem.chars().take(PROBLEM_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use ledger::id::{LedgerId, ObjectId};

    use super::*;

    fn tried(results: &[Result<u16, &str>], mode: Mode) -> DeliveryRow {
        let mut row = DeliveryRow::new(LedgerId(1), ObjectId(2), ObjectId(3), At(0));
        for result in results {
            let at = row.due;
            let result = result.map_err(str::to_owned);
            note(&mut row, DeliveryAttempt { at, result, milliseconds: 1 }, mode);
        }
        row
    }

    #[test]
    fn only_a_status_of_success_delivers() {
        for status in [200, 201, 204, 299] {
            assert_eq!(tried(&[Ok(status)], Mode::Live).state, DeliveryState::Delivered);
        }
        for result in [Ok(199), Ok(301), Ok(302), Ok(400), Ok(500), Err("no connection")] {
            let row = tried(&[result], Mode::Live);
            assert_eq!((row.state, row.attempts), (DeliveryState::Pending, 1), "{result:?}");
            assert_eq!(row.due, At(30_000));
        }
    }

    #[test]
    fn a_delivery_is_given_up_after_its_last_attempt() {
        let failed = [Ok(500); 19];
        let row = tried(&failed[..18], Mode::Live);
        assert_eq!((row.state, row.due), (DeliveryState::Pending, At(3 * 24 * 3_600_000)));
        assert_eq!(tried(&failed, Mode::Live).state, DeliveryState::GivenUp);
        assert_eq!(tried(&failed[..3], Mode::Test).state, DeliveryState::Pending);
        assert_eq!(tried(&failed[..4], Mode::Test).state, DeliveryState::GivenUp);
        let late = [Ok(500), Ok(500), Ok(500), Ok(200)];
        assert_eq!(tried(&late, Mode::Test).state, DeliveryState::Delivered);
    }

    #[test]
    fn what_went_wrong_is_kept_in_a_few_words() {
        assert_eq!(shortened(&"é".repeat(1_000)).chars().count(), PROBLEM_CHARS_MAX);
    }
}
