//! From open to the end: paying, voiding, giving up, sending, revising, and who may.

use ledger::Code;
use ledger::command::document::{CustomerChange, DocumentAction, InvoiceChange, NewInvoice};
use ledger::id::ObjectId;
use ledger::model::HouseStyle::Yearly;
use ledger::model::Level;
use ledger::model::document::InvoiceStatus::{self, Draft, Open, Paid, Uncollectible, Void};
use ledger::role::Role;

use crate::office::{Office, invoice_of};

/// The steps of an invoice's life.
#[derive(Clone, Copy, Debug)]
enum Step {
    Finalize,
    Pay,
    Void,
    GiveUp,
    Send,
    Delete,
}

fn action(step: Step, id: ObjectId) -> DocumentAction {
    match step {
        Step::Finalize => DocumentAction::Finalize(id, None),
        Step::Pay => DocumentAction::Pay(id, true),
        Step::Void => DocumentAction::Void(id),
        Step::GiveUp => DocumentAction::MarkUncollectible(id),
        Step::Send => DocumentAction::Send(id),
        Step::Delete => DocumentAction::DeleteInvoice(id, None),
    }
}

/// An invoice that has got to a status.
fn at(office: &mut Office, customer: ObjectId, status: InvoiceStatus) -> ObjectId {
    let id = office.draft(customer);
    office.item(customer, Some(id), 1000);
    let steps: &[Step] = match status {
        Draft => &[],
        Open => &[Step::Finalize],
        Paid => &[Step::Finalize, Step::Pay],
        Void => &[Step::Finalize, Step::Void],
        Uncollectible => &[Step::Finalize, Step::GiveUp],
    };
    for step in steps {
        office.make(action(*step, id));
    }
    id
}

#[test]
fn the_table_of_steps() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let not_editable = Err(Code::InvoiceNotEditable);
    let invalid = Err(Code::StatusTransitionInvalid);
    let statuses = [Draft, Open, Paid, Void, Uncollectible];
    let table = [
        (Step::Finalize, [Ok(Open), not_editable, not_editable, not_editable, not_editable]),
        (Step::Pay, [Ok(Paid), Ok(Paid), invalid, invalid, Ok(Paid)]),
        (Step::Void, [invalid, Ok(Void), invalid, invalid, Ok(Void)]),
        (Step::GiveUp, [invalid, Ok(Uncollectible), invalid, invalid, invalid]),
        (Step::Send, [Ok(Open), Ok(Open), invalid, invalid, invalid]),
        (Step::Delete, [Ok(Draft), not_editable, not_editable, not_editable, not_editable]),
    ];
    for (step, expected) in table {
        for (status, expected) in statuses.into_iter().zip(expected) {
            let id = at(&mut office, customer, status);
            let number = office.look(id).number;
            let came = office.ask(action(step, id)).map_err(|refusal| refusal.code);
            let now = office.look(id);
            assert_eq!(came.map(|_| now.status), expected, "{step:?} of {status:?}");
            assert!(number.is_none() || now.number == number, "a number stays");
        }
    }
    office.prove();
}

#[test]
fn the_moments_are_kept() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let id = office.draft(customer);
    office.item(customer, Some(id), 1000);
    let step = |office: &mut Office, step| {
        office.now.0 += 1000;
        office.make(action(step, id));
        office.now
    };
    let finalized = step(&mut office, Step::Finalize);
    let given_up = step(&mut office, Step::GiveUp);
    let paid = step(&mut office, Step::Pay);
    let invoice = office.look(id);
    let moments = invoice.status_transitions;
    assert_eq!(moments.finalized_at, Some(finalized));
    assert_eq!(moments.marked_uncollectible_at, Some(given_up));
    assert_eq!((moments.paid_at, moments.voided_at), (Some(paid), None));
    assert_eq!((invoice.amount_due, invoice.amount_paid), (1000, 1000));
    assert_eq!((invoice.amount_remaining, invoice.paid_out_of_band), (0, true));
}

#[test]
fn where_nothing_is_to_be_paid_it_is_paid_at_once() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let before = office.ledger().last_object;
    let id = office.invoice(customer, 0);
    let invoice = office.look(id);
    assert_eq!((invoice.status, invoice.number.as_deref()), (Paid, Some("INV-2026-00001")));
    let told = office.told_since(before);
    let paid = ["invoice.finalized", "invoice.paid", "invoice.payment_succeeded"];
    assert_eq!(told[told.len() - 3..], paid);
    let credit = office.draft(customer);
    office.item(customer, Some(credit), -500);
    office.finalize(credit);
    assert_eq!(office.look(credit).status, Paid);
    assert_eq!(office.look_customer(customer).balance, -500, "what is left over is owed");
    office.prove();
}

#[test]
fn a_balance_is_taken_in_and_given_back() {
    let mut office = Office::open(Yearly, Level::Account);
    let credit = CustomerChange { balance: Some(-300), ..CustomerChange::default() };
    let customer = office.make(DocumentAction::CreateCustomer(Box::new(credit))).id;
    let id = office.invoice(customer, 1000);
    let invoice = office.look(id);
    assert_eq!((invoice.starting_balance, invoice.ending_balance), (-300, Some(0)));
    assert_eq!((invoice.totals.total, invoice.amount_due), (1000, 700));
    assert_eq!(office.look_customer(customer).balance, 0);
    office.make(DocumentAction::Void(id));
    assert_eq!(office.look_customer(customer).balance, -300);
    let small = office.invoice(customer, 100);
    assert_eq!((office.look(small).status, office.look(small).amount_due), (Paid, 0));
    assert_eq!(office.look_customer(customer).balance, -200);
}

#[test]
fn a_revision_replaces_its_original() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let revise = |original| {
        let new = NewInvoice { revision_of: Some(original), ..NewInvoice::default() };
        DocumentAction::CreateInvoice(Box::new(new))
    };
    for status in [Draft, Paid, Void] {
        let id = at(&mut office, customer, status);
        let refused = office.refused(revise(id));
        assert_eq!(refused.1, "from_invoice[invoice]", "{status:?}");
        assert_eq!(refused.0, Code::StatusTransitionInvalid);
    }
    office.item(customer, None, 7);
    let original = at(&mut office, customer, Open);
    let row = office.make(revise(original));
    let revision = row.id;
    assert_eq!(invoice_of(&row).totals.total, 1000, "lines are copied, what waits is not pulled");
    assert_eq!(office.look(original).latest_revision, None, "while it is a draft");
    let number = office.look(original).number;
    let new = office.finalize(revision);
    assert_ne!(Some(&new), number.as_ref());
    let before = office.look(original);
    assert_eq!((before.status, before.latest_revision), (Void, Some(revision)));
    assert_eq!(before.number, number, "the void one keeps its number");
    let again = office.make(revise(revision)).id;
    let rival = office.make(revise(revision)).id;
    office.finalize(again);
    assert_eq!(office.look(original).latest_revision, Some(again), "the newest one");
    let late = office.refused(DocumentAction::Finalize(rival, None));
    assert_eq!(late.0, Code::StatusTransitionInvalid, "its original is void already");
    office.prove();
}

#[test]
fn a_revision_is_paid_by_what_its_original_gives_back() {
    let mut office = Office::open(Yearly, Level::Account);
    let credit = CustomerChange { balance: Some(-300), ..CustomerChange::default() };
    let customer = office.make(DocumentAction::CreateCustomer(Box::new(credit))).id;
    let original = office.invoice(customer, 1000);
    let new = NewInvoice { revision_of: Some(original), ..NewInvoice::default() };
    let revision = office.make(DocumentAction::CreateInvoice(Box::new(new))).id;
    office.finalize(revision);
    let now = office.look(revision);
    assert_eq!((now.starting_balance, now.amount_due), (-300, 700));
    assert_eq!(office.look_customer(customer).balance, 0);
    office.prove();
}

#[test]
fn a_draft_of_a_deleted_customer_cannot_be_finalized() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let draft = office.draft(customer);
    let open = office.invoice(customer, 1000);
    office.ask(DocumentAction::DeleteCustomer(customer)).expect("it is deleted");
    let missing = (Code::ResourceMissing, "customer".to_owned());
    assert_eq!(office.refused(DocumentAction::Finalize(draft, None)), missing);
    office.ask(DocumentAction::DeleteInvoice(draft, None)).expect("a draft can go");
    office.make(DocumentAction::Pay(open, false));
    office.prove();
}

#[test]
fn clerks_write_documents_and_auditors_none() {
    let mut office = Office::open(Yearly, Level::Account);
    office.become_role(Role::Clerk);
    let customer = office.customer();
    let open = office.invoice(customer, 1000);
    office.make(DocumentAction::Void(open));
    let draft = office.draft(customer);
    let endpoint = DocumentAction::CreateEndpoint(Box::default(), "whsec_0123456789".to_owned());
    assert_eq!(office.refused(endpoint).0, Code::RoleForbidden);
    assert_eq!(office.refused(DocumentAction::RollBackApiVersion).0, Code::RoleForbidden);
    office.become_role(Role::Auditor);
    let words = DocumentAction::UpdateInvoice(draft, Box::<InvoiceChange>::default());
    for action in [DocumentAction::Finalize(draft, None), words] {
        assert_eq!(office.refused(action).0, Code::RoleForbidden);
    }
    office.prove();
}
