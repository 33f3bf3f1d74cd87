//! What is done when nothing else is.

use std::time::{Duration, Instant};

use engine::Clock;
use ledger::model::{At, IdempotencyKey, RequestHash};
use ledger::{Action, Command};

use crate::stage::{Stage, order, text};

#[test]
fn outcomes_are_forgotten_a_day_later_and_no_earlier() {
    let stage = Stage::with(|options| options.housekeeping = Duration::from_millis(2));
    let idempotency = Some((IdempotencyKey([7; 16]), RequestHash([7; 16])));
    let issue = stage.command(Action::Issue(vec![order("a")]));
    let issue = Command { idempotency, ..issue };
    assert_eq!(text(stage.engine.answer(issue.clone()).wait()), "INV-2026-00001");
    let day = 24 * 60 * 60 * 1000;
    let now = stage.clock.now();
    stage.await_forgetting(At(now.0 - day));
    assert!(stage.engine.answer(issue.clone()).wait().expect("an answer").replayed);

    stage.clock.advance_ms(5 * day);
    stage.await_forgetting(At(now.0 + 4 * day));
    let again = stage.engine.answer(issue).wait().expect("an answer");
    assert!(!again.replayed, "the key is free again");
    assert_eq!(text(Ok(again)), "INV-2026-00001", "and the reference is not");
}

impl Stage {
    fn await_forgetting(&self, before: At) {
        let start = Instant::now();
        while !self.store.forgotten().contains(&before) {
            assert!(start.elapsed() < Duration::from_secs(10), "nothing was forgotten");
            std::thread::sleep(Duration::from_millis(2));
        }
        // The answer to this comes after the one that was going on.
        let head = self.engine.run_job(self.live(), |_| Ok(()));
        assert_eq!(head.wait(), Ok(()));
    }
}
