//! What the clock asks of documents is done, once, whatever else happens.

use ledger::Action;
use ledger::command::LockMove;
use ledger::command::document::{DocumentAction, InvoiceChange};
use ledger::id::ObjectId;
use ledger::model::document::{CollectionMethod, InvoiceStatus};
use ledger::model::{At, DeliveryAttempt, DeliveryState};
use store::{EventFilter, EventKinds, Page, Store as _};

use crate::stage::papers::endpoint;
use crate::stage::{Fault, Stage};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn advancing() -> InvoiceChange {
    InvoiceChange { auto_advance: Some(true), ..InvoiceChange::default() }
}

fn wake(stage: &Stage) -> usize {
    engine::wait(stage.engine.wake()).expect("the database is there")
}

/// How often events of a type were told.
fn told(stage: &Stage, kind: &str) -> usize {
    let filter =
        EventFilter { kinds: vec![EventKinds::Exactly(kind.to_owned())], ..EventFilter::default() };
    let page = Page { limit: 1_000, ..Page::default() };
    let mut reader = stage.store.reader().expect("a reader");
    reader.events(stage.live(), &filter, page).expect("events").rows.len()
}

#[test]
fn drafts_finalize_by_themselves_after_an_hour() {
    let stage = Stage::new();
    let customer = stage.customer();
    let drafts: Vec<ObjectId> = (0..300).map(|_| stage.draft(customer, advancing())).collect();
    let waits = stage.draft(customer, InvoiceChange::default());
    stage.clock.advance_ms(HOUR - 1);
    assert_eq!(wake(&stage), 0);
    stage.clock.advance_ms(1);
    assert_eq!(wake(&stage), 300, "more than are looked at together");
    assert_eq!(wake(&stage), 0);
    assert!(drafts.iter().all(|id| stage.invoice(*id).status == InvoiceStatus::Open));
    assert_eq!(stage.invoice(waits).status, InvoiceStatus::Draft);
    assert_eq!(told(&stage, "invoice.finalized"), 300);
    stage.assert_holds();
}

#[test]
fn a_draft_waits_for_those_who_are_to_hear_of_it() {
    let stage = Stage::new();
    stage.make(endpoint("https://example.com/hook"));
    let customer = stage.customer();
    let draft = stage.draft(customer, advancing());
    let created = stage.engine.now();
    let at = |milliseconds| At(created.0 + milliseconds);
    stage.clock.advance_ms(HOUR);
    wake(&stage);
    assert_eq!(stage.invoice(draft).wake(), Some(at(HOUR + 10 * MINUTE)), "looked at again");
    stage.clock.advance_ms(5 * MINUTE);
    let ledger = stage.live();
    let heard = stage.engine.now();
    let deliver = move |writer: &mut dyn store::Writer| {
        let lease = At(heard.0 + MINUTE);
        let mut rows = writer.claim_deliveries(ledger, heard, lease, 100)?;
        for row in &mut rows {
            let attempt = DeliveryAttempt { at: heard, result: Ok(200), milliseconds: 1 };
            row.attempted(attempt);
            row.state = DeliveryState::Delivered;
        }
        Ok(writer.settle_deliveries(&rows)?)
    };
    stage.engine.run_job(ledger, deliver).wait().expect("delivered");
    stage.clock.advance_ms(5 * MINUTE);
    wake(&stage);
    let invoice = stage.invoice(draft);
    let then = Some(at(2 * HOUR + 5 * MINUTE));
    assert_eq!((invoice.status, invoice.wake()), (InvoiceStatus::Draft, then));
    stage.clock.advance_ms(55 * MINUTE);
    wake(&stage);
    assert_eq!(stage.invoice(draft).status, InvoiceStatus::Open);
}

#[test]
fn a_receiver_that_hears_nothing_holds_a_draft_up_for_three_days() {
    let stage = Stage::new();
    stage.make(endpoint("https://example.com/hook"));
    let draft = stage.draft(stage.customer(), advancing());
    for _ in 0..71 {
        stage.clock.advance_ms(HOUR);
        wake(&stage);
    }
    assert_eq!(stage.invoice(draft).status, InvoiceStatus::Draft);
    stage.clock.advance_ms(HOUR);
    wake(&stage);
    assert_eq!(stage.invoice(draft).status, InvoiceStatus::Open);
}

#[test]
fn what_fails_is_told_and_holds_nothing_else_up() {
    let stage = Stage::new();
    let customer = stage.customer();
    let locked = stage.draft(customer, advancing());
    let effective_at = Some(Some(At(stage.engine.now().0 + 30 * DAY)));
    let later = stage.draft(customer, InvoiceChange { effective_at, ..advancing() });
    let lock_date = Some(Some(crate::stage::TODAY));
    stage.run(Action::MoveLocks(LockMove { lock_date, ..LockMove::default() })).expect("locked");
    stage.clock.advance_ms(HOUR);
    assert_eq!((wake(&stage), wake(&stage)), (2, 0));
    let failed = stage.invoice(locked);
    assert_eq!((failed.status, failed.number), (InvoiceStatus::Draft, None));
    let error = failed.finalization_error.expect("why");
    assert_eq!(error.code, "period_locked");
    assert_eq!(error.param.as_deref(), Some("effective_at"));
    assert_eq!(stage.invoice(later).status, InvoiceStatus::Open);
    assert_eq!(told(&stage, "invoice.finalization_failed"), 1);
    stage.assert_holds();
}

#[test]
fn what_is_due_is_told_once_by_however_many_look() {
    let stage = Stage::new();
    let rest = InvoiceChange {
        collection_method: Some(CollectionMethod::SendInvoice),
        days_until_due: Some(Some(10)),
        ..InvoiceChange::default()
    };
    let invoice = stage.draft(stage.customer(), rest);
    stage.make(DocumentAction::Finalize(invoice, None));
    let look = || {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| wake(&stage));
            }
        });
        (told(&stage, "invoice.will_be_due"), told(&stage, "invoice.overdue"))
    };
    stage.clock.advance_ms(7 * DAY - 1);
    assert_eq!(look(), (0, 0));
    stage.clock.advance_ms(1);
    assert_eq!(look(), (1, 0));
    stage.clock.advance_ms(3 * DAY);
    assert_eq!((look(), look()), ((1, 1), (1, 1)));
    stage.clock.advance_ms(30 * DAY);
    assert_eq!(wake(&stage), 0);
}

#[test]
fn what_the_database_did_not_do_is_done_the_next_time() {
    let stage = Stage::new();
    let draft = stage.draft(stage.customer(), advancing());
    stage.clock.advance_ms(HOUR);
    stage.store.plan(Fault::RequestLost);
    stage.store.close(1_000_000);
    assert!(engine::wait(stage.engine.wake()).is_err());
    stage.store.close(0);
    assert_eq!(engine::wait(stage.engine.ready()), Ok(()));
    wake(&stage);
    assert_eq!(stage.invoice(draft).status, InvoiceStatus::Open);
    assert_eq!(told(&stage, "invoice.finalized"), 1);
}
