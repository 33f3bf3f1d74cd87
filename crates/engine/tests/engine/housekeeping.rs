//! What is done when nothing else is.

use std::time::{Duration, Instant};

use engine::Clock;
use ledger::command::document::{CustomerChange, DocumentAction, DocumentCommand};
use ledger::model::{At, IdempotencyKey, RequestHash};
use ledger::{Action, Command};
use store::{EventFilter, Page};

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

#[test]
fn events_are_forgotten_after_thirty_days() {
    let stage = Stage::with(|options| options.housekeeping = Duration::from_millis(2));
    let create = || {
        let action = DocumentAction::CreateCustomer(Box::<CustomerChange>::default());
        let (request, idempotency_key) = (None, None);
        let command = DocumentCommand { request, idempotency_key, drafts_numbered: false, action };
        stage.run(Action::Document(Box::new(command))).expect("a customer");
    };
    let events = || {
        let page = Page { starting_after: None, ending_before: None, limit: 10 };
        let events = stage.engine.events(stage.live(), EventFilter::default(), page).wait();
        events.expect("a page").rows.len()
    };
    let day = 24 * 60 * 60 * 1000;
    create();
    stage.clock.advance_ms(30 * day);
    create();
    stage.await_forgetting(At(stage.clock.now().0 - day));
    assert_eq!(events(), 2, "thirty days are not over");
    stage.clock.advance_ms(1);
    stage.await_forgetting(At(stage.clock.now().0 - day));
    assert_eq!(events(), 1, "the older one is gone");
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
