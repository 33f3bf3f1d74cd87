//! Drafts: items that wait, lines, taxes, totals, and how drafts end.

use ledger::Code;
use ledger::command::document::{
    DocumentAction, InvoiceChange, LineChange, MetadataChange, NewInvoice, NewItem, NewLine,
    NewTaxRate, RemovedLine, TaxRateChange, Waiting,
};
use ledger::id::ObjectId;
use ledger::model::HouseStyle::Yearly;
use ledger::model::document::{CollectionMethod, InvoiceStatus};
use ledger::model::{Level, Object};
use ledger::money::Currency;

use crate::office::{Office, decimal, eur, invoice_of};

fn office() -> Office {
    Office::open(Yearly, Level::Account)
}

fn rate(office: &mut Office, percentage: &str, inclusive: bool) -> ObjectId {
    let rest = TaxRateChange { display_name: Some("VAT".to_owned()), ..TaxRateChange::default() };
    let new = NewTaxRate { percentage: decimal(percentage), inclusive, rest };
    office.make(DocumentAction::CreateTaxRate(Box::new(new))).id
}

fn amount(amount: i64) -> LineChange {
    LineChange { amount: Some(amount), ..LineChange::default() }
}

fn new(customer: ObjectId, waiting: Waiting) -> DocumentAction {
    let customer = Some(customer);
    let new = NewInvoice { customer, waiting, ..NewInvoice::default() };
    DocumentAction::CreateInvoice(Box::new(new))
}

fn dollar() -> Currency {
    Currency::parse("usd").expect("a currency")
}

#[test]
fn what_waits_is_pulled_when_it_is_asked_for() {
    let mut office = office();
    let (customer, other) = (office.customer(), office.customer());
    let first = office.item(customer, None, 1000);
    office.item(other, None, 1);
    let dollars =
        NewItem { customer, currency: Some(dollar()), line: amount(5), ..NewItem::default() };
    let dollars = office.make(DocumentAction::CreateItem(Box::new(dollars))).id;
    let row = office.make(new(customer, Waiting::Exclude));
    assert!(invoice_of(&row).lines.is_empty());
    let row = office.make(new(customer, Waiting::Include));
    let invoice = invoice_of(&row);
    assert_eq!((invoice.currency, invoice.totals.total), (eur(), 1000), "the first's currency");
    assert_eq!(invoice.lines[0].item, Some(first));
    let row = office.make(new(customer, Waiting::Require));
    assert_eq!(invoice_of(&row).lines[0].item, Some(dollars), "what is left waits in dollars");
    let none = (Code::InvoiceNoCustomerLineItems, "customer".to_owned());
    assert_eq!(office.refused(new(customer, Waiting::Require)), none);
}

#[test]
fn a_deleted_draft_leaves_nothing_and_lets_go_of_what_waited() {
    let mut office = office();
    let customer = office.customer();
    let waited = office.item(customer, None, 1000);
    let draft = office.make(new(customer, Waiting::Include)).id;
    let own = office.item(customer, Some(draft), 500);
    office.ask(DocumentAction::DeleteInvoice(draft, None)).expect("it is deleted");
    assert!(office.row(draft).deleted && office.row(own).deleted);
    let row = office.make(new(customer, Waiting::Include));
    assert_eq!(invoice_of(&row).lines[0].item, Some(waited), "it waits again");
    let missing = (Code::ResourceMissing, "id".to_owned());
    assert_eq!(office.refused(DocumentAction::Finalize(draft, None)), missing);
    assert_eq!(office.refused(DocumentAction::DeleteInvoice(draft, None)), missing);
    let next = office.draft(customer);
    assert_eq!(office.finalize(next), "INV-2026-00001", "drafts held no number");
    office.prove();
}

#[test]
fn an_item_and_its_line_change_together() {
    let mut office = office();
    let customer = office.customer();
    let draft = office.draft(customer);
    let item = office.item(customer, Some(draft), 1000);
    let change = LineChange {
        quantity: Some(decimal("2.5")),
        unit_amount: Some(decimal("33.3")),
        ..LineChange::default()
    };
    office.make(DocumentAction::UpdateItem(item, Box::new(change)));
    let invoice = office.look(draft);
    assert_eq!((invoice.lines[0].amount, invoice.amount_due), (83, 83), "83.25 is rounded");
    let line = invoice.lines[0].id;
    let changes = vec![(line, amount(70))];
    office.make(DocumentAction::UpdateLines(draft, changes, MetadataChange::default()));
    match office.row(item).body {
        Object::InvoiceItem(item) => assert_eq!((item.amount, item.quantity), (70, decimal("1"))),
        other => panic!("{other:?}"),
    }
    office.ask(DocumentAction::DeleteItem(item)).expect("it is deleted");
    assert_eq!((office.look(draft).lines.len(), office.look(draft).amount_due), (0, 0));
}

#[test]
fn lines_are_added_changed_and_removed_together() {
    let mut office = office();
    let customer = office.customer();
    let draft = office.draft(customer);
    let item = office.item(customer, None, 300);
    let lines = vec![
        NewLine { item: None, line: amount(100) },
        NewLine { item: Some(item), line: LineChange::default() },
    ];
    let none = MetadataChange::default;
    let row = office.make(DocumentAction::AddLines(draft, lines.clone(), none()));
    assert_eq!(invoice_of(&row).totals.total, 400);
    let again = DocumentAction::AddLines(draft, lines[1..].to_vec(), none());
    let refused = office.refused(again);
    assert_eq!(refused, (Code::ParameterInvalid, "lines[0][invoice_item]".to_owned()));
    let ids: Vec<_> = office.look(draft).lines.iter().map(|line| line.id).collect();
    let gone = vec![RemovedLine { line: ids[0], unassign: true }];
    let refused = office.refused(DocumentAction::RemoveLines(draft, gone, none()));
    assert_eq!(refused, (Code::ParameterInvalid, "lines[0][behavior]".to_owned()));
    let gone =
        ids.iter().zip([false, true]).map(|(line, unassign)| RemovedLine { line: *line, unassign });
    let row = office.make(DocumentAction::RemoveLines(draft, gone.collect(), none()));
    assert_eq!(invoice_of(&row).totals.total, 0);
    let row = office.make(new(customer, Waiting::Require));
    assert_eq!(invoice_of(&row).totals.total, 300, "an unassigned item waits again");
    let strange = vec![(ObjectId(99_999), LineChange::default())];
    let refused = office.refused(DocumentAction::UpdateLines(draft, strange, none()));
    assert_eq!(refused, (Code::ResourceMissing, "lines[0][id]".to_owned()));
}

#[test]
fn taxes_come_from_the_line_or_the_invoice() {
    let mut office = office();
    let customer = office.customer();
    let (beside, within) = (rate(&mut office, "19", false), rate(&mut office, "7", true));
    let defaults =
        InvoiceChange { default_tax_rates: Some(vec![beside]), ..InvoiceChange::default() };
    let draft = office.draft_with(customer, defaults);
    office.item(customer, Some(draft), 1000);
    let line = LineChange { tax_rates: Some(vec![within]), ..amount(107) };
    let item = NewItem { customer, currency: None, invoice: Some(draft), line };
    office.make(DocumentAction::CreateItem(Box::new(item)));
    let invoice = office.look(draft);
    let totals = &invoice.totals;
    assert_eq!((totals.subtotal, totals.total), (1107, 1297));
    assert_eq!((totals.subtotal_excluding_tax, totals.total_excluding_tax), (1100, 1100));
    let taxes: Vec<_> = totals.taxes.iter().map(|tax| (tax.rate, tax.amount)).collect();
    assert_eq!(taxes, [(beside, 190), (within, 7)]);
    let off = TaxRateChange { active: Some(false), ..TaxRateChange::default() };
    office.make(DocumentAction::UpdateTaxRate(within, Box::new(off)));
    let line = LineChange { tax_rates: Some(vec![within]), ..amount(1) };
    let item = NewItem { customer, currency: Some(eur()), invoice: None, line };
    let refused = office.refused(DocumentAction::CreateItem(Box::new(item)));
    assert_eq!(refused, (Code::ParameterInvalid, "tax_rates[0]".to_owned()));
    assert_eq!(office.finalize(draft), "INV-2026-00001", "what stands there goes on to count");
    assert_eq!(office.look(draft).amount_due, 1297);
}

#[test]
fn the_first_line_chooses_a_currency_that_nobody_chose() {
    let mut office = office();
    let customer = office.customer();
    let draft = office.make(new(customer, Waiting::Exclude)).id;
    assert_eq!(office.look(draft).currency, dollar());
    office.item(customer, Some(draft), 100);
    assert_eq!(office.look(draft).currency, eur());
    let line = amount(5);
    let item = NewItem { customer, currency: Some(dollar()), invoice: Some(draft), line };
    let refused = office.refused(DocumentAction::CreateItem(Box::new(item)));
    assert_eq!(refused, (Code::ParameterInvalid, "currency".to_owned()));
}

#[test]
fn an_invoice_that_is_sent_says_when_it_is_due_and_to_whom() {
    let mut office = office();
    let (silent, named) = (office.customer(), office.named_customer("ACME"));
    let sent = |days: Option<u32>| InvoiceChange {
        collection_method: Some(CollectionMethod::SendInvoice),
        days_until_due: Some(days),
        ..InvoiceChange::default()
    };
    let new = |customer, rest| {
        let new = NewInvoice { customer: Some(customer), rest, ..NewInvoice::default() };
        DocumentAction::CreateInvoice(Box::new(new))
    };
    let refused = office.refused(new(named, sent(None)));
    assert_eq!(refused, (Code::ParameterMissing, "days_until_due".to_owned()));
    let refused = office.refused(new(silent, sent(Some(14))));
    assert_eq!(refused, (Code::ParameterMissing, "customer".to_owned()));
    let due = InvoiceChange { days_until_due: Some(Some(3)), ..InvoiceChange::default() };
    let refused = office.refused(new(named, due));
    assert_eq!(refused, (Code::ParameterInvalid, "days_until_due".to_owned()));
    let draft = office.make(new(named, sent(Some(14)))).id;
    office.item(named, Some(draft), 1000);
    office.finalize(draft);
    let invoice = office.look(draft);
    assert_eq!(invoice.due_date.map(|at| at.0 - office.now.0), Some(14 * 86_400_000));
}

#[test]
fn what_is_wrong_is_named() {
    let mut office = office();
    let (customer, other) = (office.customer(), office.customer());
    let draft = office.draft(customer);
    let item = |customer, invoice, line| {
        let currency = Some(eur());
        DocumentAction::CreateItem(Box::new(NewItem { customer, currency, invoice, line }))
    };
    let huge = LineChange { unit_amount: Some(decimal("1000000000000")), ..LineChange::default() };
    let many = LineChange {
        quantity: Some(decimal("1000000000")),
        unit_amount: Some(decimal("1000000")),
        ..LineChange::default()
    };
    let negative = LineChange { quantity: Some(decimal("-1")), ..amount(0) };
    let both = LineChange { unit_amount: Some(decimal("1")), ..amount(1) };
    let table = [
        (item(ObjectId(77), None, amount(1)), Code::ResourceMissing, "customer"),
        (item(draft, None, amount(1)), Code::ResourceMissing, "customer"),
        (item(customer, Some(ObjectId(77)), amount(1)), Code::ResourceMissing, "invoice"),
        (item(other, Some(draft), amount(1)), Code::ParameterInvalid, "invoice"),
        (item(customer, None, LineChange::default()), Code::ParameterMissing, "amount"),
        (item(customer, None, huge), Code::ParameterInvalid, "unit_amount_decimal"),
        (item(customer, None, many), Code::ParameterInvalid, "quantity"),
        (item(customer, None, negative), Code::ParameterInvalid, "amount"),
        (item(customer, None, both), Code::ParameterInvalid, "amount"),
        (DocumentAction::CreateInvoice(Box::default()), Code::ParameterMissing, "customer"),
        (DocumentAction::DeleteItem(draft), Code::ResourceMissing, "id"),
        (
            DocumentAction::AddLines(draft, Vec::new(), MetadataChange::default()),
            Code::ParameterInvalid,
            "lines",
        ),
    ];
    for (action, code, param) in table {
        let shown = format!("{action:?}");
        assert_eq!(office.refused(action), (code, param.to_owned()), "{shown}");
    }
}

#[test]
fn an_invoice_takes_so_many_lines() {
    let mut office = office();
    let customer = office.customer();
    let draft = office.draft(customer);
    let lines = vec![NewLine { item: None, line: amount(1) }; 250];
    let none = MetadataChange::default;
    let row = office.make(DocumentAction::AddLines(draft, lines.clone(), none()));
    assert_eq!(invoice_of(&row).totals.total, 250);
    let more = office.refused(DocumentAction::AddLines(draft, lines[..1].to_vec(), none()));
    assert_eq!(more, (Code::ParameterInvalid, "lines".to_owned()));
}

#[test]
fn once_finalized_only_words_change() {
    let mut office = office();
    let customer = office.customer();
    let item = office.item(customer, None, 1000);
    let draft = office.make(new(customer, Waiting::Include)).id;
    office.finalize(draft);
    let words =
        InvoiceChange { description: Some(Some("thanks".to_owned())), ..InvoiceChange::default() };
    office.make(DocumentAction::UpdateInvoice(draft, Box::new(words)));
    assert_eq!(office.look(draft).description.as_deref(), Some("thanks"));
    let number = InvoiceChange { number: Some(Some("X".into())), ..InvoiceChange::default() };
    let dated = InvoiceChange { effective_at: Some(None), ..InvoiceChange::default() };
    let none = MetadataChange::default;
    let line = office.look(draft).lines[0].id;
    let table = [
        (DocumentAction::UpdateInvoice(draft, Box::new(number)), "number"),
        (DocumentAction::UpdateInvoice(draft, Box::new(dated)), "effective_at"),
        (DocumentAction::DeleteInvoice(draft, None), "id"),
        (DocumentAction::Finalize(draft, None), "id"),
        (DocumentAction::DeleteItem(item), "id"),
        (DocumentAction::UpdateItem(item, Box::new(amount(1))), "id"),
        (DocumentAction::AddLines(draft, vec![NewLine::default()], none()), "id"),
        (DocumentAction::UpdateLines(draft, vec![(line, amount(1))], none()), "id"),
        (
            DocumentAction::RemoveLines(draft, vec![RemovedLine { line, unassign: false }], none()),
            "id",
        ),
    ];
    for (action, param) in table {
        let shown = format!("{action:?}");
        let refused = office.refused(action);
        assert_eq!(refused, (Code::InvoiceNotEditable, param.to_owned()), "{shown}");
    }
    assert_eq!(office.look(draft).status, InvoiceStatus::Open);
}
