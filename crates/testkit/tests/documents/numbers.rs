//! Numbers of documents: when they are given, by whom, and what of them stays.

use ledger::Code;
use ledger::command::document::{DocumentAction, InvoiceChange};
use ledger::command::{Action, Item, SeriesChange, SeriesRef, SettingsChange, Void};
use ledger::id::ObjectId;
use ledger::model::HouseStyle::{Stripe, Yearly};
use ledger::model::document::InvoiceStatus;
use ledger::model::{At, Cause, Level, NumberOn, NumberRow, ObjectKind, SeriesRow, State};
use ledger::trail::Change;
use store::{NumberFilter, Page};

use crate::office::{LEDGER, Office, noon};

fn effective(at: At) -> InvoiceChange {
    InvoiceChange { effective_at: Some(Some(at)), ..InvoiceChange::default() }
}

fn typed(number: &str) -> InvoiceChange {
    InvoiceChange { number: Some(Some(number.to_owned())), ..InvoiceChange::default() }
}

/// The register's entry for a document.
fn held(office: &mut Office, id: ObjectId) -> NumberRow {
    let reference = Some(id.text(ObjectKind::Invoice, LEDGER));
    let filter = NumberFilter { reference, ..NumberFilter::default() };
    let page = Page { limit: 10, ..Page::default() };
    let mut rows = office.reader().numbers(LEDGER, &filter, page).expect("numbers").rows;
    assert_eq!(rows.len(), 1, "one number for each document");
    rows.remove(0).row
}

fn changes(office: &mut Office) -> Vec<Change> {
    let page = office.reader().trail(LEDGER, 0, u32::MAX).expect("the trail");
    let read = |bytes: &[u8]| Change::read(bytes).expect("a change");
    page.entries.iter().map(|entry| read(&entry.sealed.entry.body)).collect()
}

#[test]
fn numbers_come_in_the_order_of_finalizing() {
    let mut office = Office::open(Stripe, Level::Account);
    let customer = office.customer();
    let drafts: Vec<_> = (0..3).map(|_| office.draft(customer)).collect();
    assert!(drafts.iter().all(|draft| office.look(*draft).number.is_none()));
    assert_eq!(office.finalize(drafts[2]), "7FE1103-0001");
    assert_eq!(office.finalize(drafts[0]), "7FE1103-0002");
    let document = Item { reference: Some("order-1".to_owned()), ..Item::default() };
    assert_eq!(office.issue(document), "7FE1103-0003", "one counter for all invoices");
    assert_eq!(office.finalize(drafts[1]), "7FE1103-0004");
    office.prove();
}

#[test]
fn each_level_keeps_its_counters() {
    let mut office = Office::open(Stripe, Level::Account);
    let (first, second) = (office.named_customer("AAA"), office.named_customer("BBB"));
    let level = |level| SettingsChange { level: Some(level), ..SettingsChange::default() };
    let next = |office: &mut Office, customer| {
        let draft = office.draft(customer);
        office.finalize(draft)
    };
    assert_eq!(next(&mut office, first), "7FE1103-0001");
    office.settings(level(Level::Customer));
    assert_eq!(next(&mut office, first), "AAA-0001");
    assert_eq!(next(&mut office, second), "BBB-0001");
    assert_eq!(next(&mut office, first), "AAA-0002");
    office.settings(level(Level::Account));
    assert_eq!(next(&mut office, second), "7FE1103-0002");
    office.settings(level(Level::Customer));
    assert_eq!(next(&mut office, second), "BBB-0002");
    office.prove();
}

#[test]
fn the_date_of_issue_decides_in_the_accounts_zone() {
    let mut office = Office::open(Yearly, Level::Account);
    let zone = Some("Pacific/Kiritimati".to_owned());
    office.settings(SettingsChange { time_zone: zone, ..SettingsChange::default() });
    let customer = office.customer();
    let at = |text: &str| At(text.parse::<jiff::Timestamp>().expect("an instant").as_millisecond());
    let draft = office.draft_with(customer, effective(at("2025-12-31T09:59:59Z")));
    assert_eq!(office.finalize(draft), "INV-2025-00001");
    let draft = office.draft_with(customer, effective(at("2025-12-31T10:00:00Z")));
    assert_eq!(office.finalize(draft), "INV-2026-00001", "the new year has begun there");
    assert_eq!(office.look(draft).effective_at, Some(at("2025-12-31T10:00:00Z")));
    office.now = at("2026-12-31T10:00:00Z");
    let draft = office.draft(customer);
    assert_eq!(office.finalize(draft), "INV-2027-00001");
    assert_eq!(office.look(draft).effective_at, Some(office.now));
    office.prove();
}

#[test]
fn a_locked_date_gets_and_loses_no_number() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let early = effective(noon("2026-03-31"));
    let first = office.draft_with(customer, early.clone());
    office.item(customer, Some(first), 1000);
    let second = office.draft_with(customer, early);
    office.finalize(first);
    office.lock("2026-03-31");
    let locked = |param: &str| (Code::PeriodLocked, param.to_owned());
    assert_eq!(office.refused(DocumentAction::Finalize(second, None)), locked("effective_at"));
    assert_eq!(office.look(second).status, InvoiceStatus::Draft);
    assert_eq!(office.refused(DocumentAction::Void(first)), locked("id"));
    office.make(DocumentAction::MarkUncollectible(first));
    office.make(DocumentAction::Pay(first, true));
    office.prove();
}

#[test]
fn the_register_and_the_trail_know_the_document() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let invoice = office.invoice(customer, 1000);
    let row = held(&mut office, invoice);
    assert_eq!((row.text.as_str(), row.state), ("INV-2026-00001", State::Held));
    let id = customer.text(ObjectKind::Customer, LEDGER);
    assert_eq!(row.customer.map(|customer| customer.0), Some(id));
    let numbering = office.look(invoice).numbering.expect("a place in the register");
    assert_eq!((numbering.position, numbering.receipt), (row.position, row.receipt));
    let other = office.invoice(customer, 1001);
    let digests: Vec<_> = changes(&mut office)
        .into_iter()
        .filter_map(|change| match change {
            Change::DocumentNumbered { document, digest, .. } => Some((document, digest)),
            _ => None,
        })
        .collect();
    assert_eq!(digests.iter().map(|one| one.0).collect::<Vec<_>>(), [invoice, other]);
    assert_ne!(digests[0].1, digests[1].1);
    let text = invoice.text(ObjectKind::Invoice, LEDGER);
    let item = Item { reference: Some(text), ..Item::default() };
    let refusal = office.act(Action::Issue(vec![item])).expect_err("a document's id");
    assert_eq!(refusal.param.as_deref(), Some("reference"));
    let void = Void { number: row.position, cause: Cause::Unused, reason: "x".to_owned() };
    let refusal = office.act(Action::Void(void)).expect_err("a document's number");
    assert_eq!(refusal.code, Code::StatusTransitionInvalid);
    office.prove();
}

#[test]
fn a_typed_number_is_held_and_steps_on_nobodys_toes() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let own = office.draft_with(customer, typed("INV-2026-00002"));
    let taken = (Code::NumberTaken, "number".to_owned());
    let another = |number: &str| DocumentAction::UpdateInvoice(own, Box::new(typed(number)));
    let second = office.draft(customer);
    let same = DocumentAction::UpdateInvoice(second, Box::new(typed(" inv-2026-00002")));
    assert_eq!(office.refused(same).0, Code::ParameterInvalid, "white space");
    let same = DocumentAction::UpdateInvoice(second, Box::new(typed("inv-2026-00002")));
    assert_eq!(office.refused(same), taken, "typed on another draft, in another case");
    assert_eq!(office.finalize(second), "INV-2026-00001");
    assert_eq!(office.refused(another("INV-2026-00001")), taken, "given");
    office.make(another("2026/7"));
    office.make(another("INV-2026-00002"));
    assert_eq!(office.finalize(own), "INV-2026-00002");
    let third = office.draft(customer);
    assert_eq!(office.finalize(third), "INV-2026-00003", "the counter steps on");
    let numbering = office.look(own).numbering.expect("a place in the register");
    assert!(numbering.typed);
    let fourth = office.draft_with(customer, typed("X-1"));
    assert_eq!(office.finalize(fourth), "X-1");
    let fifth = office.draft_with(customer, typed("X-2"));
    let none = InvoiceChange { number: Some(None), ..InvoiceChange::default() };
    office.make(DocumentAction::UpdateInvoice(fifth, Box::new(none)));
    assert_eq!(office.finalize(fifth), "INV-2026-00004");
    let series = SeriesRef::Name(SeriesRow::TYPED.to_owned());
    let item = Item { series: Some(series.clone()), ..Item::default() };
    let refusal = office.act(Action::Issue(vec![item])).expect_err("typed numbers");
    assert_eq!(refusal.param.as_deref(), Some("series"));
    let change = SeriesChange { name: Some("mine".to_owned()), ..SeriesChange::default() };
    assert!(office.act(Action::ChangeSeries(series, change)).is_err());
    office.prove();
}

#[test]
fn a_typed_number_that_was_given_meanwhile_is_refused_when_finalizing() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let own = office.draft_with(customer, typed("INV-2026-00001"));
    let other = office.draft(customer);
    assert_eq!(office.finalize(other), "INV-2026-00001", "what is only typed is not taken");
    let taken = (Code::NumberTaken, "number".to_owned());
    assert_eq!(office.refused(DocumentAction::Finalize(own, None)), taken);
    assert_eq!(office.look(own).status, InvoiceStatus::Draft);
    office.prove();
}

#[test]
fn where_drafts_are_numbered_a_deleted_one_leaves_a_void() {
    let mut office = Office::open(Stripe, Level::Account);
    let number_on = Some(NumberOn::Create);
    office.settings(SettingsChange { number_on, ..SettingsChange::default() });
    let customer = office.customer();
    let first = office.draft(customer);
    let second = office.draft(customer);
    assert_eq!(office.look(first).number.as_deref(), Some("7FE1103-0001"));
    office.ask(DocumentAction::DeleteInvoice(first, None)).expect("it is deleted");
    let row = held(&mut office, first);
    assert_eq!((row.state, row.voided.map(|void| void.cause)), (State::Void, Some(Cause::Unused)));
    let fixed = |param: &str| (Code::InvoiceNotEditable, param.to_owned());
    let other = DocumentAction::UpdateInvoice(second, Box::new(typed("X-1")));
    assert_eq!(office.refused(other), fixed("number"));
    office.item(customer, Some(second), 500);
    assert_eq!(office.finalize(second), "7FE1103-0002");
    let last = changes(&mut office).pop();
    assert!(matches!(last, Some(Change::DocumentFinalized { document, .. }) if document == second));
    office.prove();
}

#[test]
fn an_old_version_numbers_drafts_at_customer_level_alone() {
    let mut office = Office::open(Stripe, Level::Customer);
    let customer = office.named_customer("ACME");
    office.drafts_numbered = true;
    let draft = office.draft(customer);
    assert_eq!(office.look(draft).number.as_deref(), Some("ACME-0001"));
    office.drafts_numbered = false;
    let draft = office.draft(customer);
    assert_eq!(office.look(draft).number, None);
    let level = Some(Level::Account);
    office.settings(SettingsChange { level, ..SettingsChange::default() });
    office.drafts_numbered = true;
    let draft = office.draft(customer);
    assert_eq!(office.look(draft).number, None, "under account level no version numbers drafts");
    office.prove();
}
