//! Which requests with an idempotency key are being carried out.
//!
//! A second one with the same key is told so, instead of waiting for the first. Other processes are
//! not known of here: there the second one waits for the ledger, as every command does, and is
//! answered what the first one was.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use ledger::id::LedgerId;
use ledger::model::IdempotencyKey;
use wire::{Problem, RimCode};

/// Requests that are being carried out, by the key that makes them one.
#[derive(Default)]
pub(crate) struct UnderWay {
    shards: [Mutex<HashSet<Key>>; SHARDS],
}

type Key = (LedgerId, IdempotencyKey);

const SHARDS: usize = 16;

/// The right to carry out the request with a key, given back when dropped.
pub(crate) struct Turn<'a> {
    shard: &'a Mutex<HashSet<Key>>,
    key: Key,
}

impl UnderWay {
    /// Takes the turn of a key.
    ///
    /// # Errors
    /// Another request has it.
    pub(crate) fn begin(&self, ledger: LedgerId, key: IdempotencyKey) -> Result<Turn<'_>, Problem> {
        // The bytes come of a hash: any of them spreads well.
        let shard = &self.shards[usize::from(key.0[0]) % SHARDS];
        let key = (ledger, key);
        if shard.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
            return Ok(Turn { shard, key });
        }
        let message = "Another request with this Idempotency-Key is being carried out. Repeat the \
                       request in a moment: it is answered what that one was.";
        Err(Problem::new(RimCode::IdempotencyKeyInUse, message))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.shard.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_turn_at_a_time_in_each_ledger() {
        let under_way = UnderWay::default();
        let key = |byte| IdempotencyKey([byte; 16]);
        let first = under_way.begin(LedgerId(1), key(1)).ok();
        assert!(first.is_some());
        let problem = under_way.begin(LedgerId(1), key(1)).err().unwrap();
        assert_eq!((problem.status(), problem.code.text()), (409, "idempotency_key_in_use"));
        assert!(under_way.begin(LedgerId(2), key(1)).is_ok());
        assert!(under_way.begin(LedgerId(1), key(17)).is_ok(), "another key of the same shard");
        drop(first);
        assert!(under_way.begin(LedgerId(1), key(1)).is_ok());
    }
}
