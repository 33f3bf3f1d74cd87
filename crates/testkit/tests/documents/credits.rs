//! Credit notes.

use ledger::Code;
use ledger::command::document::{
    DocumentAction, LineChange, MetadataChange, NewCreditLine, NewCreditNote, NewItem, NewTaxRate,
    TaxRateChange,
};
use ledger::id::ObjectId;
use ledger::model::HouseStyle::{Slashed, Stripe, Yearly};
use ledger::model::document::{CreditNoteStatus, InvoiceStatus};
use ledger::model::{HouseStyle, Level};

use crate::office::{Office, decimal, eur};

fn credit(invoice: ObjectId, amount: i64) -> NewCreditNote {
    NewCreditNote { invoice, amount: Some(amount), ..NewCreditNote::default() }
}

fn create(new: NewCreditNote) -> DocumentAction {
    DocumentAction::CreateCreditNote(Box::new(new))
}

fn number(style: HouseStyle) -> (String, String) {
    let mut office = Office::open(style, Level::Account);
    let customer = office.customer();
    let invoice = office.invoice(customer, 1000);
    let mut next = || {
        let id = office.make(create(credit(invoice, 10))).id;
        office.look_note(id).number
    };
    let numbers = (next(), next());
    office.prove();
    numbers
}

#[test]
fn each_style_numbers_them_its_own_way() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(number(Stripe), pair("7FE1103-0001-CN-01", "7FE1103-0001-CN-02"));
    assert_eq!(number(Yearly), pair("CN-2026-00001", "CN-2026-00002"));
    assert_eq!(number(Slashed), pair("CN/2026/00001", "CN/2026/00002"));
}

#[test]
fn an_open_invoice_has_less_to_pay_until_it_is_paid() {
    let mut office = Office::open(Stripe, Level::Customer);
    let customer = office.named_customer("ACME");
    let invoice = office.invoice(customer, 1000);
    let note = office.make(create(credit(invoice, 400))).id;
    assert_eq!(office.look_note(note).number, "ACME-0001-CN-01");
    let now = office.look(invoice);
    assert_eq!((now.amount_due, now.amount_remaining), (600, 600));
    assert_eq!((now.pre_payment_credited, now.status), (400, InvoiceStatus::Open));
    let over = (Code::ParameterInvalid, "amount".to_owned());
    assert_eq!(office.refused(create(credit(invoice, 601))), over);
    assert_eq!(office.refused(create(credit(invoice, 0))), over);
    let before = office.ledger().last_object;
    office.make(create(credit(invoice, 600)));
    assert_eq!(office.look(invoice).status, InvoiceStatus::Paid);
    let told = office.told_since(before);
    let expected =
        ["credit_note.created", "invoice.updated", "invoice.paid", "invoice.payment_succeeded"];
    assert_eq!(told, expected);
    assert_eq!(office.refused(create(credit(invoice, 1))), over);
    office.prove();
}

#[test]
fn of_what_was_paid_it_is_said_where_it_goes() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let invoice = office.invoice(customer, 1000);
    office.make(DocumentAction::Pay(invoice, false));
    let unsaid = (Code::ParameterInvalid, "refund_amount".to_owned());
    assert_eq!(office.refused(create(credit(invoice, 400))), unsaid);
    let short = NewCreditNote { refund_amount: Some(399), ..credit(invoice, 400) };
    assert_eq!(office.refused(create(short)), unsaid);
    let negative = NewCreditNote {
        refund_amount: Some(-1),
        out_of_band_amount: Some(401),
        ..credit(invoice, 400)
    };
    assert_eq!(office.refused(create(negative)), unsaid);
    let split = NewCreditNote {
        refund_amount: Some(100),
        credit_amount: Some(200),
        out_of_band_amount: Some(100),
        ..credit(invoice, 400)
    };
    let id = office.make(create(split)).id;
    let note = office.look_note(id);
    assert_eq!((note.pre_payment_amount, note.post_payment_amount), (0, 400));
    assert_eq!(office.look_customer(customer).balance, -200);
    let now = office.look(invoice);
    assert_eq!((now.post_payment_credited, now.amount_paid, now.amount_due), (400, 1000, 1000));
    let void = office.refused(DocumentAction::VoidCreditNote(id));
    assert_eq!(void.0, Code::StatusTransitionInvalid);
    let next = office.invoice(customer, 1000);
    assert_eq!(office.look(next).amount_due, 800, "the balance pays for the next one");
    office.prove();
}

#[test]
fn a_void_one_gives_back_what_it_credited_and_keeps_its_number() {
    let mut office = Office::open(Stripe, Level::Account);
    let customer = office.customer();
    let invoice = office.invoice(customer, 1000);
    let id = office.make(create(credit(invoice, 400))).id;
    office.make(DocumentAction::VoidCreditNote(id));
    let note = office.look_note(id);
    assert_eq!((note.status, note.number.as_str()), (CreditNoteStatus::Void, "7FE1103-0001-CN-01"));
    let now = office.look(invoice);
    assert_eq!((now.amount_remaining, now.pre_payment_credited), (1000, 0));
    let again = office.refused(DocumentAction::VoidCreditNote(id));
    assert_eq!(again, (Code::StatusTransitionInvalid, "id".to_owned()));
    let next = office.make(create(credit(invoice, 1000))).id;
    assert_eq!(office.look_note(next).number, "7FE1103-0001-CN-02");
    office.prove();
}

#[test]
fn lines_are_taken_back_with_their_taxes_and_never_twice() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let rest = TaxRateChange { display_name: Some("VAT".to_owned()), ..TaxRateChange::default() };
    let rate = NewTaxRate { percentage: decimal("19"), inclusive: false, rest };
    let rate = office.make(DocumentAction::CreateTaxRate(Box::new(rate))).id;
    let draft = office.draft(customer);
    let line = LineChange {
        quantity: Some(decimal("3")),
        unit_amount: Some(decimal("333.5")),
        tax_rates: Some(vec![rate]),
        ..LineChange::default()
    };
    let item = NewItem { customer, currency: Some(eur()), invoice: Some(draft), line };
    office.make(DocumentAction::CreateItem(Box::new(item)));
    office.finalize(draft);
    let invoice = office.look(draft);
    assert_eq!((invoice.totals.subtotal, invoice.totals.total), (1001, 1191), "1000.5 is rounded");
    let line = invoice.lines[0].id;
    let of = |quantity: Option<&str>, amount| NewCreditNote {
        invoice: draft,
        lines: vec![NewCreditLine {
            invoice_line: Some(line),
            quantity: quantity.map(decimal),
            amount,
            ..NewCreditLine::default()
        }],
        ..NewCreditNote::default()
    };
    let id = office.make(create(of(Some("1"), None))).id;
    let note = office.look_note(id);
    assert_eq!((note.totals.subtotal, note.totals.total), (334, 397));
    assert_eq!(note.lines[0].taxes[0].amount, 63);
    let over = (Code::ParameterInvalid, "lines[0][amount]".to_owned());
    assert_eq!(office.refused(create(of(Some("3"), None))), over, "a part is taken back already");
    assert_eq!(office.refused(create(of(None, Some(668)))), over);
    office.make(DocumentAction::VoidCreditNote(id));
    let id = office.make(create(of(None, Some(1001)))).id;
    assert_eq!(office.look_note(id).totals.total, 1191, "all of it, to the cent");
    assert_eq!(office.look(draft).status, InvoiceStatus::Paid);
    office.prove();
}

#[test]
fn what_is_wrong_is_named() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let draft = office.draft(customer);
    let open = office.invoice(customer, 1000);
    let void = office.invoice(customer, 1000);
    office.make(DocumentAction::Void(void));
    let lines = |line: NewCreditLine| NewCreditNote {
        invoice: open,
        lines: vec![line],
        ..NewCreditNote::default()
    };
    let strange = NewCreditLine { invoice_line: Some(ObjectId(9999)), ..NewCreditLine::default() };
    let twice = NewCreditNote {
        amount: Some(3),
        ..lines(NewCreditLine { amount: Some(2), ..NewCreditLine::default() })
    };
    let table = [
        (credit(draft, 1), Code::StatusTransitionInvalid, "invoice"),
        (credit(void, 1), Code::StatusTransitionInvalid, "invoice"),
        (credit(customer, 1), Code::ResourceMissing, "invoice"),
        (NewCreditNote { amount: None, ..credit(open, 0) }, Code::ParameterMissing, "amount"),
        (lines(NewCreditLine::default()), Code::ParameterMissing, "lines[0][amount]"),
        (lines(strange), Code::ResourceMissing, "lines[0][invoice_line_item]"),
        (twice, Code::ParameterInvalid, "amount"),
        (
            NewCreditNote { credit_amount: Some(1), ..credit(open, 1) },
            Code::ParameterInvalid,
            "refund_amount",
        ),
    ];
    for (new, code, param) in table {
        let shown = format!("{new:?}");
        assert_eq!(office.refused(create(new)), (code, param.to_owned()), "{shown}");
    }
    assert_eq!(office.look(open).amount_due, 1000, "nothing was credited");
}

#[test]
fn words_of_a_credit_note_change() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let invoice = office.invoice(customer, 1000);
    let id = office.make(create(credit(invoice, 1))).id;
    let memo = Some(Some("for the scratch".to_owned()));
    office.make(DocumentAction::UpdateCreditNote(id, memo, MetadataChange::default()));
    assert_eq!(office.look_note(id).memo.as_deref(), Some("for the scratch"));
    assert_eq!(office.events().pop().map(|event| event.kind), Some("credit_note.updated".into()));
}
