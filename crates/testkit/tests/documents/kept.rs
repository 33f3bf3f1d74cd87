//! What becomes of a number that was given: its document goes back to draft, is deleted, or moves
//! to another date.

use ledger::Code;
use ledger::command::document::{
    CustomerChange, DocumentAction, InvoiceChange, NewCreditNote, NewInvoice,
};
use ledger::command::{SeriesRef, SettingsChange};
use ledger::id::ObjectId;
use ledger::model::HouseStyle::{Slashed, Yearly};
use ledger::model::document::InvoiceStatus;
use ledger::model::{Cause, GapCause, GapRow, Level, NumberOn, NumberRow, ObjectKind, State};
use ledger::role::Role;
use store::{GapFilter, NumberFilter, Page};

use crate::office::{LEDGER, Office, noon};

const WHY: &str = "the address was wrong";

fn reset(id: ObjectId) -> DocumentAction {
    DocumentAction::ResetToDraft(id, WHY.to_owned())
}

fn delete(id: ObjectId) -> DocumentAction {
    DocumentAction::DeleteInvoice(id, Some("made by mistake".to_owned()))
}

fn dated(id: ObjectId, date: &str) -> DocumentAction {
    let effective_at = Some(Some(noon(date)));
    DocumentAction::UpdateInvoice(
        id,
        Box::new(InvoiceChange { effective_at, ..InvoiceChange::default() }),
    )
}

/// An open invoice of a day.
fn issued(office: &mut Office, customer: ObjectId, date: &str) -> ObjectId {
    let effective_at = Some(Some(noon(date)));
    let draft =
        office.draft_with(customer, InvoiceChange { effective_at, ..InvoiceChange::default() });
    office.item(customer, Some(draft), 1000);
    office.make(DocumentAction::Finalize(draft, None));
    draft
}

/// The register's entries for a document, oldest first.
fn held(office: &mut Office, id: ObjectId) -> Vec<NumberRow> {
    let reference = Some(id.text(ObjectKind::Invoice, LEDGER));
    let filter = NumberFilter { reference, ..NumberFilter::default() };
    let page = Page { limit: 10, ..Page::default() };
    let rows = office.reader().numbers(LEDGER, &filter, page).expect("numbers").rows;
    rows.into_iter().rev().map(|one| one.row).collect()
}

fn gaps(office: &mut Office) -> Vec<GapRow> {
    let page = Page { limit: 10, ..Page::default() };
    let rows = office.reader().gaps(LEDGER, &GapFilter::default(), page).expect("gaps").rows;
    rows.into_iter().map(|(row, _)| row).collect()
}

fn number(office: &mut Office, id: ObjectId) -> String {
    office.look(id).number.unwrap_or_default()
}

#[test]
fn a_reset_invoice_keeps_its_number_and_gives_back_what_it_took() {
    let mut office = Office::open(Yearly, Level::Account);
    let credit = CustomerChange { balance: Some(-300), ..CustomerChange::default() };
    let customer = office.make(DocumentAction::CreateCustomer(Box::new(credit))).id;
    let id = office.invoice(customer, 1000);
    assert_eq!(office.look_customer(customer).balance, 0);
    let before = office.ledger().last_object;
    office.make(reset(id));
    let told = office.told_since(before);
    assert_eq!(told, ["invoice.reset_to_draft", "customer.updated"]);
    let draft = office.look(id);
    assert_eq!(
        (draft.status, draft.number.as_deref()),
        (InvoiceStatus::Draft, Some("INV-2026-00001"))
    );
    assert_eq!((draft.reset_at, draft.status_transitions.finalized_at), (Some(office.now), None));
    assert_eq!((draft.amount_due, draft.starting_balance, draft.ending_balance), (1000, 0, None));
    assert_eq!(office.look_customer(customer).balance, -300);
    assert_eq!(held(&mut office, id)[0].state, State::Held);
    office.prove();
    office.item(customer, Some(id), 500);
    let next = office.draft(customer);
    assert_eq!(office.finalize(next), "INV-2026-00002", "it is not given again");
    office.now.0 += 40 * 24 * 3_600_000;
    assert_eq!(office.finalize(id), "INV-2026-00001");
    let again = office.look(id);
    assert_eq!((again.totals.total, again.amount_due), (1500, 1200));
    assert_eq!(again.numbering.map(|numbering| numbering.date), "2026-11-20".parse().ok());
    assert_eq!(gaps(&mut office), []);
    office.prove();
}

/// What makes an invoice known outside.
type Way = fn(ObjectId) -> DocumentAction;

#[test]
fn what_somebody_knows_only_an_administrator_resets() {
    let ways: [(&str, Way); 3] = [
        ("sent", DocumentAction::Send),
        ("paid", |id| DocumentAction::Pay(id, true)),
        ("credited", |invoice| {
            let new = NewCreditNote { invoice, amount: Some(200), ..NewCreditNote::default() };
            DocumentAction::CreateCreditNote(Box::new(new))
        }),
    ];
    for (name, way) in ways {
        let mut office = Office::open(Yearly, Level::Account);
        let customer = office.customer();
        let id = office.invoice(customer, 1000);
        office.become_role(Role::Clerk);
        assert_eq!(office.refused(reset(id)).0, Code::RoleForbidden, "{name}");
        office.become_role(Role::Accountant);
        office.make(reset(id));
        office.finalize(id);
        office.make(way(id));
        let step = (Code::StatusTransitionInvalid, "id".to_owned());
        assert_eq!(office.refused(reset(id)), step, "{name}");
        office.become_role(Role::Administrator);
        let blank = DocumentAction::ResetToDraft(id, "  ".to_owned());
        assert_eq!(office.refused(blank).0, Code::ParameterMissing);
        office.make(reset(id));
        let again = office.make(DocumentAction::Finalize(id, None));
        let due = office.look(again.id).amount_remaining;
        assert_eq!(due, if name == "credited" { 800 } else { 1000 }, "{name}");
        office.prove();
    }
}

#[test]
fn what_is_void_or_a_draft_or_locked_is_not_reset() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let step = (Code::StatusTransitionInvalid, "id".to_owned());
    let draft = office.draft(customer);
    assert_eq!(office.refused(reset(draft)), step);
    let void = office.invoice(customer, 1000);
    office.make(DocumentAction::Void(void));
    assert_eq!(office.refused(reset(void)), step);
    let (early, late) =
        (issued(&mut office, customer, "2026-03-31"), issued(&mut office, customer, "2026-04-01"));
    let open = issued(&mut office, customer, "2026-03-30");
    office.make(reset(open));
    office.lock("2026-03-31");
    let locked = (Code::PeriodLocked, "id".to_owned());
    assert_eq!(office.refused(reset(early)), locked);
    assert_eq!(office.refused(DocumentAction::Finalize(open, None)), locked);
    assert_eq!(office.refused(delete(open)), locked);
    assert_eq!(office.refused(dated(open, "2026-04-02")), locked);
    office.make(reset(late));
    office.prove();
}

#[test]
fn a_revision_that_is_reset_has_replaced_its_original_already() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let original = office.invoice(customer, 1000);
    let new = NewInvoice { revision_of: Some(original), ..NewInvoice::default() };
    let revision = office.make(DocumentAction::CreateInvoice(Box::new(new))).id;
    let given = office.finalize(revision);
    office.make(reset(revision));
    assert_eq!(office.finalize(revision), given);
    assert_eq!(office.look(original).status, InvoiceStatus::Void);
    office.prove();
}

#[test]
fn deleting_what_had_a_number_leaves_a_gap_that_says_why() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let ids: Vec<_> = (0..3).map(|_| office.invoice(customer, 1000)).collect();
    office.make(reset(ids[1]));
    let unsaid = office.refused(DocumentAction::DeleteInvoice(ids[1], None));
    assert_eq!(unsaid, (Code::ParameterMissing, "reason".to_owned()));
    office.become_role(Role::Clerk);
    assert_eq!(office.refused(delete(ids[1])).0, Code::RoleForbidden);
    office.become_role(Role::Accountant);
    office.ask(delete(ids[1])).expect("it is deleted");
    let gone = held(&mut office, ids[1]).remove(0);
    assert_eq!((gone.state, gone.text.as_str()), (State::Blank, "INV-2026-00002"));
    let gap = gaps(&mut office).remove(0);
    assert_eq!((gap.from, gap.to, gap.cause), (2, 2, GapCause::Deleted));
    assert_eq!(
        (gap.first_text.as_str(), gap.last_text.as_str()),
        ("INV-2026-00002", "INV-2026-00002")
    );
    office.prove();
    // The last number is not given again either, and its text stays taken.
    office.make(reset(ids[2]));
    office.ask(delete(ids[2])).expect("it is deleted");
    let next = office.draft(customer);
    assert_eq!(office.finalize(next), "INV-2026-00004");
    let number = Some(Some("inv-2026-00003".to_owned()));
    let typed = InvoiceChange { number, ..InvoiceChange::default() };
    let draft = office.draft(customer);
    let taken = office.refused(DocumentAction::UpdateInvoice(draft, Box::new(typed)));
    assert_eq!(taken, (Code::NumberTaken, "number".to_owned()));
    office.prove();
}

#[test]
fn a_sent_invoice_is_deleted_by_an_administrator_alone() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let id = office.invoice(customer, 1000);
    office.make(DocumentAction::Send(id));
    office.make(reset(id));
    office.become_role(Role::Accountant);
    assert_eq!(office.refused(delete(id)).0, Code::StatusTransitionInvalid);
    office.become_role(Role::Administrator);
    office.ask(delete(id)).expect("it is deleted");
    office.prove();
}

/// How a draft got its number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Had {
    /// When it was made.
    AtCreation,
    /// It was finalized before.
    Finalized,
    /// It was finalized before with a number that was typed.
    Typed,
}

#[test]
fn the_table_of_drafts_that_are_given_another_date() {
    use Had::{AtCreation, Finalized, Typed};
    // Style, how the number was had, the dates before and behind, the number before and behind,
    // and whether finalizing it is refused.
    let table = [
        (Yearly, Finalized, "2026-02-02", "2026-01-02", "INV-2026-00001", "INV-2026-00001", false),
        (Yearly, Finalized, "2026-02-02", "2027-01-02", "INV-2026-00001", "INV-2026-00001", true),
        (Yearly, Finalized, "2026-02-02", "2025-12-31", "INV-2026-00001", "INV-2026-00001", true),
        (Yearly, AtCreation, "2026-02-02", "2026-02-20", "INV-2026-00001", "INV-2026-00001", false),
        (Yearly, AtCreation, "2026-02-02", "2027-01-02", "INV-2026-00001", "INV-2027-00001", false),
        (Yearly, AtCreation, "2026-02-02", "2025-12-31", "INV-2026-00001", "INV-2025-00001", false),
        (
            Slashed,
            AtCreation,
            "2026-02-02",
            "2025-01-01",
            "INV/2026/00001",
            "INV/2025/00001",
            false,
        ),
        (Yearly, Typed, "2026-02-02", "2027-01-02", "X-1", "X-1", false),
    ];
    for (style, had, from, to, before, behind, is_refused) in table {
        let mut office = Office::open(style, Level::Account);
        let customer = office.customer();
        if had == AtCreation {
            let number_on = Some(NumberOn::Create);
            office.settings(SettingsChange { number_on, ..SettingsChange::default() });
        }
        let number_typed = (had == Typed).then(|| Some("X-1".to_owned()));
        let effective_at = Some(Some(noon(from)));
        let draft = office.draft_with(
            customer,
            InvoiceChange { effective_at, number: number_typed, ..InvoiceChange::default() },
        );
        office.item(customer, Some(draft), 700);
        if had != AtCreation {
            office.make(DocumentAction::Finalize(draft, None));
            office.make(reset(draft));
        }
        let name = format!("{had:?} {from} {to}");
        assert_eq!(number(&mut office, draft), before, "{name}");
        office.make(dated(draft, to));
        assert_eq!(number(&mut office, draft), behind, "{name}");
        let rows = held(&mut office, draft);
        if before != behind {
            let void = (rows[0].state, rows[0].voided.as_ref().map(|void| void.cause));
            assert_eq!(void, (State::Void, Some(Cause::Unused)), "{name}");
            assert_eq!(rows[1].reissue_of, Some(rows[0].position), "{name}");
        }
        let last = rows.last().expect("a number");
        assert_eq!(last.date.to_string() == to, !is_refused, "{name}");
        office.prove();
        if is_refused {
            let mismatch = (Code::NumberDateMismatch, "effective_at".to_owned());
            assert_eq!(office.refused(DocumentAction::Finalize(draft, None)), mismatch, "{name}");
            office.make(dated(draft, from));
        }
        assert_eq!(office.finalize(draft), behind, "{name}");
        office.prove();
    }
}

#[test]
fn a_number_that_prints_the_day_does_not_fit_another_one() {
    let mut office = Office::open(Yearly, Level::Account);
    let change = ledger::command::SeriesChange {
        pattern: Some("R{year}-{month}-{seq:3}".to_owned()),
        reset: Some(numbering::Reset::Yearly),
        ..ledger::command::SeriesChange::default()
    };
    let series = SeriesRef::Name("invoices".to_owned());
    office.act(ledger::Action::ChangeSeries(series, change)).expect("a pattern");
    let customer = office.customer();
    let id = issued(&mut office, customer, "2026-05-10");
    office.make(reset(id));
    office.make(dated(id, "2026-05-31"));
    assert_eq!(held(&mut office, id)[0].date.to_string(), "2026-05-31");
    office.make(dated(id, "2026-06-01"));
    let mismatch = (Code::NumberDateMismatch, "effective_at".to_owned());
    assert_eq!(office.refused(DocumentAction::Finalize(id, None)), mismatch);
    office.make(dated(id, "2026-05-12"));
    assert_eq!(office.finalize(id), "R2026-05-001");
    office.prove();
}

#[test]
fn a_draft_with_a_number_stays_in_its_series_and_keeps_a_date() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let id = office.invoice(customer, 1000);
    office.make(reset(id));
    let update = |change| DocumentAction::UpdateInvoice(id, Box::new(change));
    let name = || SeriesRef::Name("credit_notes".to_owned());
    let series = InvoiceChange { series: Some(Some(name())), ..InvoiceChange::default() };
    let fixed = |param: &str| (Code::InvoiceNotEditable, param.to_owned());
    assert_eq!(office.refused(update(series)), fixed("series"));
    let undated = InvoiceChange { effective_at: Some(None), ..InvoiceChange::default() };
    assert_eq!(office.refused(update(undated)), fixed("effective_at"));
    let far = noon("2030-01-01");
    let late = InvoiceChange { effective_at: Some(Some(far)), ..InvoiceChange::default() };
    assert_eq!(office.refused(update(late)), (Code::DateTooFar, "effective_at".to_owned()));
    office.prove();
}
