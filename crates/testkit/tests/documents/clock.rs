//! What the clock asks for: drafts that finalize by themselves, and what is due.

use ledger::Code;
use ledger::Outcome;
use ledger::command::document::{DocumentAction, InvoiceChange, NewInvoice};
use ledger::id::ObjectId;
use ledger::model::HouseStyle::Yearly;
use ledger::model::document::{CollectionMethod, FinalizationError, InvoiceStatus};
use ledger::model::{At, Level};

use crate::office::{NOON, Office, noon};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn advancing(advance: bool) -> InvoiceChange {
    InvoiceChange { auto_advance: Some(advance), ..InvoiceChange::default() }
}

fn due_in(days: u32) -> InvoiceChange {
    InvoiceChange {
        collection_method: Some(CollectionMethod::SendInvoice),
        days_until_due: Some(Some(days)),
        ..InvoiceChange::default()
    }
}

fn after(milliseconds: i64) -> At {
    At(NOON.0 + milliseconds)
}

/// Wakes an invoice at an instant; what that told.
fn wake(office: &mut Office, id: ObjectId, at: At) -> Vec<String> {
    let before = office.ledger().last_object;
    office.now = at;
    office.make(DocumentAction::Wake(id));
    office.told_since(before)
}

#[test]
fn a_draft_finalizes_by_itself_once_and_only_when_it_is_to() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let draft = office.draft_with(customer, advancing(true));
    office.item(customer, Some(draft), 1000);
    assert_eq!(office.look(draft).wake(), Some(after(HOUR)));
    let head = office.ledger();
    assert_eq!(wake(&mut office, draft, after(HOUR - 1)), [""; 0]);
    assert_eq!(office.ledger(), head, "nothing happened");
    assert_eq!(wake(&mut office, draft, after(HOUR)), ["invoice.finalized"]);
    let invoice = office.look(draft);
    assert_eq!((invoice.status, invoice.wake()), (InvoiceStatus::Open, None));
    assert_eq!(invoice.number.as_deref(), Some("INV-2026-00001"));
    assert_eq!(wake(&mut office, draft, after(9 * DAY)), [""; 0]);
    office.prove();
}

#[test]
fn auto_advance_is_set_and_taken_away() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let draft = office.draft(customer);
    let update = |office: &mut Office, change| {
        office.make(DocumentAction::UpdateInvoice(draft, Box::new(change)));
        office.look(draft).wake()
    };
    assert_eq!(office.look(draft).wake(), None, "nobody asked for it");
    office.now = after(5 * DAY);
    assert_eq!(update(&mut office, advancing(true)), Some(after(5 * DAY + HOUR)));
    office.now = after(5 * DAY + 10);
    let words = InvoiceChange { description: Some(Some("x".to_owned())), ..advancing(true) };
    assert_eq!(update(&mut office, words), Some(after(5 * DAY + HOUR)), "its time stays");
    assert_eq!(update(&mut office, advancing(false)), None);
    assert_eq!(wake(&mut office, draft, after(9 * DAY)), [""; 0]);
    assert_eq!(office.look(draft).status, InvoiceStatus::Draft);
    let later = after(10 * DAY);
    assert!(update(&mut office, advancing(true)).is_some());
    office.make(DocumentAction::PutOff(draft, later));
    assert_ne!(office.look(draft).wake(), Some(later), "its time has not come yet");
    office.now = after(9 * DAY + HOUR);
    office.make(DocumentAction::PutOff(draft, later));
    assert_eq!(office.look(draft).wake(), Some(later));
    assert_eq!(office.look(draft).status, InvoiceStatus::Draft);
}

#[test]
fn a_revision_waits_for_somebody_to_finalize_it() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let draft = office.draft_with(customer, advancing(true));
    office.item(customer, Some(draft), 1000);
    office.finalize(draft);
    let new = NewInvoice { revision_of: Some(draft), ..NewInvoice::default() };
    let revision = office.make(DocumentAction::CreateInvoice(Box::new(new))).id;
    let revision = office.look(revision);
    assert_eq!((revision.auto_advance, revision.wake()), (false, None));
}

#[test]
fn a_draft_that_fails_to_finalize_says_why_and_is_left_alone() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let draft = office.draft_with(customer, advancing(true));
    office.item(customer, Some(draft), 1000);
    office.lock("2026-11-30");
    office.now = after(HOUR);
    assert_eq!(office.refused(DocumentAction::Wake(draft)).0, Code::PeriodLocked);
    let error = FinalizationError {
        code: "period_locked".to_owned(),
        message: "Locked.".to_owned(),
        param: Some("effective_at".to_owned()),
    };
    let fail = DocumentAction::FailFinalization(draft, error.clone());
    let before = office.ledger().last_object;
    office.make(fail.clone());
    office.make(fail);
    assert_eq!(office.told_since(before), ["invoice.finalization_failed"], "told once");
    let invoice = office.look(draft);
    assert_eq!((invoice.status, invoice.number.as_deref()), (InvoiceStatus::Draft, None));
    assert_eq!(invoice.finalization_error.as_deref(), Some(&error));
    assert_eq!(wake(&mut office, draft, after(9 * HOUR)), [""; 0]);
    // Asked again, and in a month that is open.
    office.make(DocumentAction::UpdateInvoice(draft, Box::new(advancing(true))));
    assert_eq!(wake(&mut office, draft, noon("2026-12-01")), ["invoice.finalized"]);
    assert_eq!(office.look(draft).finalization_error, None);
    office.prove();
}

#[test]
fn what_is_due_is_told_before_and_after_once_each() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.named_customer("ACME");
    let invoice = office.draft_with(customer, due_in(30));
    office.item(customer, Some(invoice), 1000);
    office.finalize(invoice);
    assert_eq!(office.look(invoice).wake(), Some(after(27 * DAY)));
    assert_eq!(wake(&mut office, invoice, after(27 * DAY - 1)), [""; 0]);
    assert_eq!(wake(&mut office, invoice, after(27 * DAY)), ["invoice.will_be_due"]);
    assert_eq!(wake(&mut office, invoice, after(27 * DAY + 1)), [""; 0]);
    assert_eq!(wake(&mut office, invoice, after(30 * DAY)), ["invoice.overdue"]);
    assert_eq!(wake(&mut office, invoice, after(99 * DAY)), [""; 0]);
    assert_eq!(office.look(invoice).status, InvoiceStatus::Open);
    office.prove();
}

#[test]
fn what_is_due_soon_or_was_slept_through_is_told_as_it_is_then() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.named_customer("ACME");
    for (days, waits) in [(0, 0), (2, 2), (3, 3), (4, 1)] {
        let invoice = office.draft_with(customer, due_in(days));
        office.item(customer, Some(invoice), 1000);
        office.finalize(invoice);
        assert_eq!(office.look(invoice).wake(), Some(after(waits * DAY)), "{days}");
        let told = wake(&mut office, invoice, after(9 * DAY));
        assert_eq!(told, ["invoice.overdue"], "nobody looked in time, {days}");
        office.now = NOON;
    }
}

#[test]
fn what_is_done_with_is_not_told_of() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.named_customer("ACME");
    let ends: [fn(ObjectId) -> DocumentAction; 3] = [
        |id| DocumentAction::Pay(id, true),
        DocumentAction::Void,
        DocumentAction::MarkUncollectible,
    ];
    for end in ends {
        let invoice = office.draft_with(customer, due_in(30));
        office.item(customer, Some(invoice), 1000);
        office.finalize(invoice);
        office.make(end(invoice));
        assert_eq!(office.row(invoice).keys().wake_at, None);
        assert_eq!(wake(&mut office, invoice, after(40 * DAY)), [""; 0]);
        office.now = NOON;
    }
    let draft = office.draft_with(customer, advancing(true));
    office.ask(DocumentAction::DeleteInvoice(draft, None)).expect("it is deleted");
    office.now = after(2 * HOUR);
    assert_eq!(office.refused(DocumentAction::Wake(draft)).0, Code::ResourceMissing);
}

#[test]
fn a_payment_is_told_where_there_was_one() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    for (amount, told) in [
        (1000, vec!["invoice.paid", "invoice.payment_succeeded", "invoice_payment.paid"]),
        (0, vec!["invoice.finalized", "invoice.paid", "invoice.payment_succeeded"]),
    ] {
        let draft = office.draft(customer);
        if amount > 0 {
            office.item(customer, Some(draft), amount);
            office.finalize(draft);
        }
        let before = office.ledger().last_object;
        match office.ask(DocumentAction::Pay(draft, true)) {
            Ok(Outcome::Object(_)) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(office.told_since(before), told);
    }
}
