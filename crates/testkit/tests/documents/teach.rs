//! Numbers that teach their series how numbers are written.

use ledger::Code;
use ledger::command::document::{DocumentAction, InvoiceChange, TeachingAsked};
use ledger::command::{Item, NewSeries};
use ledger::id::ObjectId;
use ledger::model::HouseStyle::Yearly;
use ledger::model::document::Teaching;
use ledger::model::{Level, Mark, SeriesRow};
use ledger::role::Role;
use ledger::{Action, Outcome};
use store::{GapFilter, Page};

use crate::office::{LEDGER, Office, noon};

fn taught(date: &str, number: &str, asked: TeachingAsked) -> InvoiceChange {
    InvoiceChange {
        effective_at: Some(Some(noon(date))),
        number: Some(Some(number.to_owned())),
        teach: Some(Some(asked)),
        ..InvoiceChange::default()
    }
}

fn plainly() -> TeachingAsked {
    TeachingAsked::default()
}

fn because(reason: &str) -> TeachingAsked {
    TeachingAsked { pattern: None, reason: Some(reason.to_owned()) }
}

fn read_as(pattern: &str) -> TeachingAsked {
    TeachingAsked { pattern: Some(pattern.to_owned()), reason: None }
}

/// The number of a document of a day.
fn issue(office: &mut Office, date: &str) -> String {
    office.issue(Item { date: date.parse().ok(), ..Item::default() })
}

/// A draft that teaches.
fn draft(office: &mut Office, customer: ObjectId, change: InvoiceChange) -> ObjectId {
    office.draft_with(customer, change)
}

fn teaching(office: &mut Office, id: ObjectId) -> Teaching {
    *office.look(id).teaching.expect("it teaches")
}

fn series(office: &mut Office) -> SeriesRow {
    let rows = office.reader().series(LEDGER).expect("series");
    rows.into_iter().find(|row| row.name == "invoices").expect("it is there")
}

#[test]
fn a_number_teaches_its_format_and_is_marked() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    assert_eq!(issue(&mut office, "2026-11-01"), "INV-2026-00001");
    let id = draft(&mut office, customer, taught("2026-11-20", "F/2026/11/0002", plainly()));
    let told = teaching(&mut office, id);
    assert_eq!(
        (told.chosen.pattern.as_str(), told.chosen.reset.as_str()),
        ("F/{year}/{month}/{seq:4}", "monthly")
    );
    assert_eq!((told.next.as_deref(), told.skipped), (Some("F/2026/11/0003"), 0));
    assert_eq!(told.first_of_next_period.as_deref(), Some("F/2026/12/0001"));
    assert!(told.explanation.starts_with("Restarts every month."), "{}", told.explanation);
    assert_eq!(issue(&mut office, "2025-11-01"), "INV-2025-00001", "nothing changed yet");
    assert_eq!(office.finalize(id), "F/2026/11/0002");
    let held = office.look(id);
    let numbering = held.numbering.expect("a number");
    assert_eq!((numbering.mark, numbering.typed, held.teaching), (Some(Mark::Taught), false, None));
    assert_eq!(issue(&mut office, "2026-11-21"), "F/2026/11/0003");
    assert_eq!(issue(&mut office, "2026-12-01"), "F/2026/12/0001");
    assert_eq!(issue(&mut office, "2025-12-01"), "INV-2025-00002");
    office.prove();
}

#[test]
fn the_first_number_of_a_series_sets_its_start() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let id = draft(&mut office, customer, taught("2026-11-20", "RE-26-0500", plainly()));
    assert_eq!(teaching(&mut office, id).skipped, 0);
    assert_eq!(office.finalize(id), "RE-26-0500");
    assert_eq!(issue(&mut office, "2026-11-20"), "RE-26-0501");
    assert_eq!(issue(&mut office, "2027-01-02"), "RE-27-0001");
    assert_eq!(series(&mut office).starting_number, 500);
    office.prove();
}

#[test]
fn what_is_left_out_needs_a_reason_and_is_a_gap() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    issue(&mut office, "2026-11-01");
    let id = draft(&mut office, customer, taught("2026-11-20", "INV-2026-00010", plainly()));
    assert_eq!(teaching(&mut office, id).skipped, 8);
    let unsaid = (Code::ParameterMissing, "reason".to_owned());
    assert_eq!(office.refused(DocumentAction::Finalize(id, None)), unsaid);
    let with =
        InvoiceChange { teach: Some(Some(because("lost forms"))), ..InvoiceChange::default() };
    office.make(DocumentAction::UpdateInvoice(id, Box::new(with)));
    assert_eq!(office.finalize(id), "INV-2026-00010");
    let page = Page { limit: 10, ..Page::default() };
    let gaps = office.reader().gaps(LEDGER, &GapFilter::default(), page).expect("gaps").rows;
    assert_eq!((gaps[0].0.from, gaps[0].0.to), (2, 9));
    assert_eq!(issue(&mut office, "2026-11-20"), "INV-2026-00011");
    office.prove();
}

#[test]
fn another_reading_can_be_meant() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let id = draft(&mut office, customer, taught("2024-05-01", "S24/0001", plainly()));
    let told = teaching(&mut office, id);
    assert_eq!(told.chosen.pattern, "S{year:2}/{seq:4}");
    let fixed = told.alternatives.iter().find(|one| one.pattern == "S24/{seq:4}");
    assert_eq!(fixed.map(|one| one.reset.as_str()), Some("never"));
    let again = taught("2024-05-01", "S24/0001", read_as("S24/{seq:4}"));
    office.make(DocumentAction::UpdateInvoice(id, Box::new(again)));
    let none = taught("2024-05-01", "S24/0001", read_as("X{seq}"));
    let unknown = office.refused(DocumentAction::UpdateInvoice(id, Box::new(none)));
    assert_eq!(unknown, (Code::ParameterInvalid, "pattern".to_owned()));
    assert_eq!(office.finalize(id), "S24/0001");
    assert_eq!(issue(&mut office, "2025-05-01"), "S24/0002");
    office.prove();
}

#[test]
fn a_new_reset_may_begin_at_once_behind_the_latest_date() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    issue(&mut office, "2026-11-01");
    issue(&mut office, "2026-11-10");
    let back = taught("2026-11-10", "M/2026/11/001", plainly());
    let new = ledger::command::document::NewInvoice {
        customer: Some(customer),
        rest: back,
        ..ledger::command::document::NewInvoice::default()
    };
    let refused = office.refused(DocumentAction::CreateInvoice(Box::new(new)));
    assert_eq!(refused, (Code::AdvanceBackward, "number".to_owned()));
    let id = draft(&mut office, customer, taught("2026-11-11", "M/2026/11/001", plainly()));
    assert_eq!(office.finalize(id), "M/2026/11/001");
    assert_eq!(issue(&mut office, "2026-11-12"), "M/2026/11/002");
    assert_eq!(issue(&mut office, "2026-11-10"), "INV-2026-00003");
    office.prove();
}

#[test]
fn what_cannot_be_taught_is_refused() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    issue(&mut office, "2026-11-01");
    let other = NewSeries {
        name: "other".to_owned(),
        pattern: "X/{seq:3}".to_owned(),
        reset: None,
        scope: None,
        prefix: String::new(),
        kinds: Default::default(),
        starting_number: None,
        default: false,
    };
    office.act(Action::CreateSeries(other)).expect("a series");
    let id = office.draft(customer);
    let refused = |office: &mut Office, date: &str, number: &str| {
        let change = taught(date, number, plainly());
        office.refused(DocumentAction::UpdateInvoice(id, Box::new(change)))
    };
    let number = |code| (code, "number".to_owned());
    for (date, text, expected) in [
        ("2026-11-20", "INV-2026-00001", number(Code::NumberTaken)),
        ("2026-11-20", "N/2025/00002", number(Code::NumberDateMismatch)),
        ("2026-11-20", "N/2026/00001", number(Code::AdvanceBackward)),
        ("2026-11-20", "N/2026/", number(Code::ParameterInvalid)),
        ("2026-11-20", "X/002", (Code::PatternCollision, "pattern".to_owned())),
        ("2030-01-01", "N/2030/00002", (Code::DateTooFar, "effective_at".to_owned())),
    ] {
        assert_eq!(refused(&mut office, date, text), expected, "{text}");
    }
    office.become_role(Role::Accountant);
    let change = taught("2026-11-20", "N/2026/00002", plainly());
    let forbidden = office.refused(DocumentAction::UpdateInvoice(id, Box::new(change.clone())));
    assert_eq!(forbidden.0, Code::RoleForbidden);
    office.become_role(Role::Administrator);
    office.make(DocumentAction::UpdateInvoice(id, Box::new(change)));
    office.become_role(Role::Clerk);
    let forbidden = office.refused(DocumentAction::Finalize(id, None));
    assert_eq!(forbidden.0, Code::RoleForbidden, "who finalizes it teaches");
    office.prove();
}

#[test]
fn it_is_checked_again_when_it_takes_effect() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    issue(&mut office, "2026-11-01");
    let id = draft(&mut office, customer, taught("2026-11-20", "N/2026/00002", plainly()));
    assert_eq!(issue(&mut office, "2026-11-02"), "INV-2026-00002");
    let late = (Code::AdvanceBackward, "number".to_owned());
    assert_eq!(office.refused(DocumentAction::Finalize(id, None)), late);
    let off = InvoiceChange { teach: Some(None), ..InvoiceChange::default() };
    office.make(DocumentAction::UpdateInvoice(id, Box::new(off)));
    assert_eq!(office.finalize(id), "N/2026/00002", "a number of its own");
    assert_eq!(issue(&mut office, "2026-11-02"), "INV-2026-00003");
    office.prove();
}

#[test]
fn a_preview_says_the_same_and_changes_nothing() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    issue(&mut office, "2026-11-01");
    let id = draft(&mut office, customer, taught("2026-11-20", "F/2026/11/0002", plainly()));
    let plain = office.draft(customer);
    let before = office.ledger();
    let asked = DocumentAction::PreviewTeaching(plain, "F/2026/11/0002".to_owned(), plainly());
    let Ok(Outcome::Lesson(view)) = office.ask(asked) else { panic!("no lesson") };
    assert_eq!(view.teaching, teaching(&mut office, id));
    assert_eq!((view.series_name.as_str(), office.ledger()), ("invoices", before));
}
