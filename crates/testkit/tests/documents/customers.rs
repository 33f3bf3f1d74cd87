//! Customers and tax rates.

use ledger::Code;
use ledger::command::document::{
    CustomerChange, DocumentAction, MetadataChange, NewTaxRate, TaxRateChange,
};
use ledger::command::{Item, SettingsChange};
use ledger::id::CustomerId;
use ledger::model::HouseStyle::{Stripe, Yearly};
use ledger::model::{GapCause, Level, Object};
use ledger::role::Role;
use ledger::{Outcome, command::Action};

use crate::office::{LEDGER, Office, decimal, noon};

fn create(change: CustomerChange) -> DocumentAction {
    DocumentAction::CreateCustomer(Box::new(change))
}

fn prefix(text: &str) -> CustomerChange {
    CustomerChange { invoice_prefix: Some(text.to_owned()), ..CustomerChange::default() }
}

fn sequence(next: u64) -> CustomerChange {
    CustomerChange { next_invoice_sequence: Some(next), ..CustomerChange::default() }
}

/// What a customer shows as its next sequence.
fn shown(office: &mut Office, action: DocumentAction) -> Option<u64> {
    match office.ask(action) {
        Ok(Outcome::Object(view)) => view.next_invoice_sequence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_prefix_is_made_up_or_chosen_and_nobody_elses_for_ever() {
    let mut office = Office::open(Stripe, Level::Account);
    let first = office.customer();
    let made_up = office.look_customer(first).invoice_prefix;
    assert!((7..=8).contains(&made_up.len()), "{made_up}");
    let acme = office.make(create(prefix("ACME"))).id;
    let taken = (Code::PrefixTaken, "invoice_prefix".to_owned());
    assert_eq!(office.refused(create(prefix("ACME"))), taken);
    assert_eq!(office.refused(create(prefix("7FE1103"))), taken, "the account's own");
    assert_eq!(office.refused(create(prefix(&made_up))), taken);
    for wrong in ["", "acme", "A-1", "ABCDEFGHIJKLM", "Ä"] {
        let code = office.refused(create(prefix(wrong)));
        assert_eq!(code, (Code::ParameterInvalid, "invoice_prefix".to_owned()), "{wrong}");
    }
    office.make(DocumentAction::UpdateCustomer(acme, Box::new(prefix("ZETA"))));
    assert_eq!(office.refused(create(prefix("ACME"))), taken, "no longer in use, and still taken");
    office.make(DocumentAction::UpdateCustomer(acme, Box::new(prefix("ACME"))));
    assert_eq!(office.look_customer(acme).invoice_prefix, "ACME");
    office.ask(DocumentAction::DeleteCustomer(acme)).expect("it is deleted");
    assert_eq!(office.refused(create(prefix("ACME"))), taken, "of a deleted customer");
    let settings = SettingsChange { prefix: Some("ACME".to_owned()), ..SettingsChange::default() };
    let refusal = office.act(Action::ChangeSettings(settings)).expect_err("a customer's prefix");
    assert_eq!(refusal.code, Code::PrefixTaken);
    office.prove();
}

#[test]
fn a_deleted_customer_leaves_a_tombstone() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let deleted = office.ask(DocumentAction::DeleteCustomer(customer)).expect("it is deleted");
    assert_eq!(deleted, Outcome::Deleted(ledger::model::ObjectKind::Customer, customer));
    assert!(office.row(customer).deleted);
    let missing = (Code::ResourceMissing, "id".to_owned());
    assert_eq!(office.refused(DocumentAction::DeleteCustomer(customer)), missing);
    let change = DocumentAction::UpdateCustomer(customer, Box::default());
    assert_eq!(office.refused(change), missing);
}

#[test]
fn the_next_sequence_only_moves_forward_and_leaves_a_recorded_gap() {
    let mut office = Office::open(Stripe, Level::Customer);
    let change = CustomerChange { next_invoice_sequence: Some(124), ..prefix("OLD") };
    let row = office.make(create(change));
    let customer = row.id;
    let of = |change| DocumentAction::UpdateCustomer(customer, Box::new(change));
    assert_eq!(shown(&mut office, of(sequence(124))), Some(124), "the same again is no change");
    let draft = office.draft(customer);
    assert_eq!(office.finalize(draft), "OLD-0124");
    let backward = (Code::AdvanceBackward, "next_invoice_sequence".to_owned());
    assert_eq!(office.refused(of(sequence(124))), backward);
    assert_eq!(shown(&mut office, of(sequence(130))), Some(130));
    let draft = office.draft(customer);
    assert_eq!(office.finalize(draft), "OLD-0130");
    for wrong in [0, 1_000_000_001] {
        assert_eq!(office.refused(of(sequence(wrong))).0, Code::ParameterInvalid);
    }
    let gaps = office.reader().gaps(
        LEDGER,
        &store::GapFilter::default(),
        store::Page { limit: 10, ..store::Page::default() },
    );
    let gaps = gaps.expect("gaps").rows;
    assert_eq!(gaps.len(), 1, "before its first number a counter begins where it is told to");
    let gap = &gaps[0].0;
    assert_eq!((gap.from, gap.to, gap.cause), (125, 129, GapCause::Skipped));
    office.become_role(Role::Clerk);
    assert_eq!(office.refused(of(sequence(140))).0, Code::RoleForbidden);
    office.prove();
}

#[test]
fn at_account_level_a_customers_sequence_is_ignored_and_left_out() {
    let mut office = Office::open(Stripe, Level::Account);
    let customer = office.customer();
    let change = DocumentAction::UpdateCustomer(customer, Box::new(sequence(50)));
    assert_eq!(shown(&mut office, change), None);
    let draft = office.draft(customer);
    assert_eq!(office.finalize(draft), "7FE1103-0001");
    office.prove();
}

#[test]
fn a_customers_counter_begins_again_where_its_series_does() {
    let mut office = Office::open(Yearly, Level::Customer);
    let customer = office.named_customer("ACME");
    let draft = office.draft(customer);
    assert_eq!(office.finalize(draft), "ACME-2026-00001");
    office.now = noon("2027-01-02");
    let same = DocumentAction::UpdateCustomer(customer, Box::default());
    assert_eq!(shown(&mut office, same), Some(1));
    let change = DocumentAction::UpdateCustomer(customer, Box::new(sequence(7)));
    assert_eq!(shown(&mut office, change), Some(7));
    let draft = office.draft(customer);
    assert_eq!(office.finalize(draft), "ACME-2027-00007");
    office.prove();
}

#[test]
fn texts_are_set_taken_away_and_bounded() {
    let mut office = Office::open(Yearly, Level::Account);
    let set = |text: &str| Some(Some(text.to_owned()));
    let change = CustomerChange {
        name: set("Ada"),
        email: set("ada@example.com"),
        metadata: MetadataChange {
            clear: false,
            entries: [("a".to_owned(), Some("1".to_owned())), ("b".to_owned(), Some("2".into()))]
                .into(),
        },
        ..CustomerChange::default()
    };
    let id = office.make(create(change)).id;
    let change = CustomerChange {
        name: Some(None),
        email: set(""),
        metadata: MetadataChange {
            clear: false,
            entries: [("a".to_owned(), None), ("c".to_owned(), Some("3".to_owned()))].into(),
        },
        ..CustomerChange::default()
    };
    office.make(DocumentAction::UpdateCustomer(id, Box::new(change)));
    let customer = office.look_customer(id);
    assert_eq!((customer.name, customer.email), (None, None));
    assert_eq!(customer.metadata.keys().collect::<Vec<_>>(), ["b", "c"]);
    let long = "x".repeat(5001);
    let wrong = [
        (CustomerChange { email: set("nobody"), ..CustomerChange::default() }, "email"),
        (CustomerChange { name: set("a\u{7}"), ..CustomerChange::default() }, "name"),
        (CustomerChange { description: set(&long), ..CustomerChange::default() }, "description"),
        (CustomerChange { balance: Some(i64::MAX), ..CustomerChange::default() }, "balance"),
    ];
    for (change, param) in wrong {
        let refused = office.refused(create(change));
        assert_eq!(refused, (Code::ParameterInvalid, param.to_owned()));
    }
}

#[test]
fn a_tax_rate_changes_in_words_alone() {
    let mut office = Office::open(Yearly, Level::Account);
    let new = |percentage: &str, name: &str| NewTaxRate {
        percentage: decimal(percentage),
        inclusive: false,
        rest: TaxRateChange { display_name: Some(name.to_owned()), ..TaxRateChange::default() },
    };
    let row = office.make(DocumentAction::CreateTaxRate(Box::new(new("19.00", "VAT"))));
    let change = TaxRateChange { active: Some(false), ..TaxRateChange::default() };
    let row = office.make(DocumentAction::UpdateTaxRate(row.id, Box::new(change)));
    match row.body {
        Object::TaxRate(rate) => {
            assert_eq!((rate.percentage, rate.active), (decimal("19"), false));
        }
        other => panic!("{other:?}"),
    }
    for (percentage, name, param) in [
        ("-1", "VAT", "percentage"),
        ("100.1", "VAT", "percentage"),
        ("1.00001", "VAT", "percentage"),
        ("1", " ", "display_name"),
    ] {
        let refused =
            office.refused(DocumentAction::CreateTaxRate(Box::new(new(percentage, name))));
        assert_eq!(refused, (Code::ParameterInvalid, param.to_owned()), "{percentage} {name}");
    }
}

#[test]
fn many_customers_are_asked_for_together() {
    for level in [Level::Account, Level::Customer] {
        let mut office = Office::open(Stripe, level);
        let create = office.command(create(CustomerChange::default()));
        let answers = office.together(vec![create; 200]);
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert!(office.loads <= 4, "{level:?}: {} rounds for 200 customers", office.loads);
        let of = |n: u64| Item {
            customer: Some(CustomerId(format!("outside-{n}"))),
            reference: Some(format!("r{n}")),
            ..Item::default()
        };
        let issue = Action::Issue((0..200).map(of).collect());
        let answers = office.together(vec![issue]);
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert!(office.loads <= 6, "{level:?}: {} rounds for 200 numbers", office.loads);
        office.prove();
    }
}
