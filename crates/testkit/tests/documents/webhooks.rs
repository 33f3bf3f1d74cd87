//! Events, deliveries and endpoints.

use ledger::command::document::{DocumentAction, EndpointChange};
use ledger::command::{Action, Advance, Import, ImportLine, ImportSeries, Item, SeriesRef, Void};
use ledger::id::{ObjectId, Position};
use ledger::model::HouseStyle::Yearly;
use ledger::model::{
    ApiVersion, At, Cause, DeliveryAttempt, DeliveryState, Kind, KindText, Level, Metadata, Mode,
    Object, Subject,
};
use ledger::{Code, Outcome};
use store::{DeliveriesOf, Page};

use crate::office::{LEDGER, Office, invoice_of, noon};

fn endpoint(url: &str, events: &[&str]) -> DocumentAction {
    let change = EndpointChange {
        url: Some(url.to_owned()),
        enabled_events: Some(events.iter().map(|&name| name.to_owned()).collect()),
        ..EndpointChange::default()
    };
    DocumentAction::CreateEndpoint(Box::new(change), "whsec_0123456789abcdef".to_owned())
}

fn listening(office: &mut Office, events: &[&str]) -> ObjectId {
    office.make(endpoint("https://example.com/hook", events)).id
}

fn page() -> Page<ObjectId> {
    Page { limit: 100, ..Page::default() }
}

/// The types of the events that are to be delivered to an endpoint, oldest first.
fn outbox(office: &mut Office, endpoint: ObjectId) -> Vec<String> {
    let found = office.reader().deliveries(LEDGER, DeliveriesOf::Endpoint(endpoint), page());
    let mut rows = found.expect("deliveries").rows;
    rows.reverse();
    let mut kind = |event| office.reader().event(LEDGER, event).expect("it reads");
    rows.into_iter().map(|row| kind(row.event).expect("an event").0.kind).collect()
}

#[test]
fn an_invoices_life_is_told() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let id = office.invoice(customer, 1000);
    office.make(DocumentAction::Send(id));
    office.make(DocumentAction::MarkUncollectible(id));
    office.make(DocumentAction::Void(id));
    let draft = office.draft(customer);
    office.ask(DocumentAction::DeleteInvoice(draft, None)).expect("it is deleted");
    office.ask(DocumentAction::DeleteCustomer(customer)).expect("it is deleted");
    let kinds: Vec<_> = office.events().into_iter().map(|event| event.kind).collect();
    let expected = [
        "customer.created",
        "invoice.created",
        "invoiceitem.created",
        "invoice.updated",
        "invoice.finalized",
        "invoice.sent",
        "invoice.marked_uncollectible",
        "invoice.voided",
        "invoice.created",
        "invoice.deleted",
        "customer.deleted",
    ];
    assert_eq!(kinds, expected);
    let events = office.events();
    assert!(events.iter().all(|event| event.request.as_deref() == Some("req_1")));
    assert!(events.iter().all(|event| event.version == ApiVersion::first().name));
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    assert!(ids.is_sorted() && office.ledger().last_object >= ids[ids.len() - 1].0);
}

#[test]
fn an_event_holds_the_object_as_it_was_and_what_changed() {
    let mut office = Office::open(Yearly, Level::Account);
    let customer = office.customer();
    let draft = office.draft(customer);
    office.item(customer, Some(draft), 1000);
    let updated = office.events().pop().expect("an event");
    assert_eq!(updated.subject, Subject::Object(ledger::model::ObjectKind::Invoice, draft));
    let body = updated.read_body().expect("it reads").expect("a body");
    assert_eq!(body.view.row, office.row(draft));
    let Some(Object::Invoice(before)) = body.before else { panic!("{:?}", body.before) };
    assert_eq!((before.amount_due, invoice_of(&body.view.row).amount_due), (0, 1000));
    assert!(before.lines.is_empty());
    office.finalize(draft);
    let again = updated.read_body().expect("it reads").expect("a body");
    assert_eq!(invoice_of(&again.view.row).number, None, "it stays as it was");
    let finalized = office.events().pop().expect("an event");
    assert_eq!(finalized.read_body().expect("it reads").expect("a body").before, None);
}

#[test]
fn each_endpoint_gets_what_it_asks_for() {
    let mut office = Office::open(Yearly, Level::Account);
    let all = listening(&mut office, &["*"]);
    let family = listening(&mut office, &["invoice.*"]);
    let one = listening(&mut office, &["invoice.finalized", "customer.deleted"]);
    let customer = office.customer();
    office.invoice(customer, 1000);
    assert_eq!(outbox(&mut office, one), ["invoice.finalized"]);
    let invoices = ["invoice.created", "invoice.updated", "invoice.finalized"];
    assert_eq!(outbox(&mut office, family), invoices);
    assert_eq!(outbox(&mut office, all).len(), office.events().len());
    let pending = office.pending();
    assert_eq!(pending[0], ("invoice.finalized".to_owned(), 3), "newest first");
    let off = EndpointChange { disabled: Some(true), ..EndpointChange::default() };
    office.make(DocumentAction::UpdateEndpoint(family, Box::new(off)));
    office.ask(DocumentAction::DeleteEndpoint(all)).expect("it is deleted");
    office.customer();
    assert_eq!(office.pending()[0].1, 0);
    assert_eq!(outbox(&mut office, family), invoices);
    assert!(office.ledger().documents.has_endpoints);
    office.ask(DocumentAction::DeleteEndpoint(one)).expect("it is deleted");
    let documents = office.ledger().documents;
    assert_eq!((documents.has_endpoints, documents.endpoints), (false, 1));
}

#[test]
fn numbers_are_told_of_to_who_asks_and_nobody_else() {
    let mut office = Office::open(Yearly, Level::Account);
    let item = |reference: &str, date: &str| Item {
        reference: Some(reference.to_owned()),
        date: Some(date.parse().expect("a date")),
        ..Item::default()
    };
    listening(&mut office, &["invoice.*"]);
    let before = office.ledger().last_object;
    office.issue(item("a", "2026-11-01"));
    assert_eq!(office.ledger().last_object, before, "nobody asks");
    let own = listening(&mut office, &["number.*", "series.*", "gap.found"]);
    office.issue(item("b", "2026-11-02"));
    office.issue(item("c", "2025-11-02"));
    let void = Void { number: Position(2), cause: Cause::Unused, reason: "x".to_owned() };
    office.act(Action::Void(void)).expect("it is voided");
    let advance = Advance {
        series: SeriesRef::Name("invoices".to_owned()),
        date: None,
        customer: None,
        parent: None,
        next: 10,
        reason: "a pad of forms was lost".to_owned(),
    };
    office.act(Action::Advance(advance)).expect("it moves");
    let customer = office.customer();
    office.invoice(customer, 0);
    let told = [
        "number.issued",
        "series.reset",
        "number.issued",
        "number.voided",
        "series.advanced",
        "gap.found",
        "number.issued",
    ];
    assert_eq!(outbox(&mut office, own), told);
    let events = office.events();
    let issued = events.iter().find(|event| event.kind == "number.issued").expect("an event");
    assert_eq!((issued.subject, &issued.body), (Subject::Number(Position(2)), &None));
    office.prove();
}

#[test]
fn endpoints_are_checked() {
    let mut live = Office::open(Yearly, Level::Account);
    let mut test = Office::of(Yearly, Level::Account, Mode::Test);
    let url = (Code::ParameterInvalid, "url".to_owned());
    assert_eq!(live.refused(endpoint("http://example.com", &["*"])), url);
    test.make(endpoint("http://localhost:4242/", &["*"]));
    for wrong in ["", "example.com", "https://", "https:///x", "ftp://a", "https://a b"] {
        assert_eq!(test.refused(endpoint(wrong, &["*"])), url, "{wrong}");
    }
    let events = |place: &str| (Code::ParameterInvalid, format!("enabled_events{place}"));
    assert_eq!(test.refused(endpoint("https://a", &[])), events(""));
    assert_eq!(test.refused(endpoint("https://a", &["*", "Invoice"])), events("[1]"));
    let none = DocumentAction::CreateEndpoint(Box::default(), "whsec_0123456789".to_owned());
    assert_eq!(test.refused(none), (Code::ParameterMissing, "url".to_owned()));
    for _ in 1..16 {
        listening(&mut test, &["*"]);
    }
    assert_eq!(test.refused(endpoint("https://a", &["*"])), url, "at most 16");
}

#[test]
fn a_secret_rolls_over() {
    let mut office = Office::open(Yearly, Level::Account);
    let id = listening(&mut office, &["*"]);
    let until = At(office.now.0 + 3_600_000);
    let secret = Some(("whsec_another_secret".to_owned(), until));
    let change = EndpointChange { secret, ..EndpointChange::default() };
    let row = office.make(DocumentAction::UpdateEndpoint(id, Box::new(change)));
    let Object::WebhookEndpoint(endpoint) = row.body else { panic!("{row:?}") };
    assert_eq!(endpoint.secret, "whsec_another_secret");
    let former = endpoint.former_secret.expect("the one before");
    assert_eq!((former.secret.as_str(), former.until), ("whsec_0123456789abcdef", until));
}

#[test]
fn an_event_is_delivered_again_by_hand() {
    let mut office = Office::open(Yearly, Level::Account);
    let hook = listening(&mut office, &["*"]);
    office.customer();
    let event = office.events().pop().expect("an event").id;
    let (now, lease) = (office.now, At(office.now.0 + 1000));
    let mut rows = office.writer().claim_deliveries(LEDGER, now, lease, 10).expect("claimed");
    let row = &mut rows[0];
    row.state = DeliveryState::Delivered;
    row.attempted(DeliveryAttempt { at: now, result: Ok(200), milliseconds: 3 });
    office.writer().settle_deliveries(&rows).expect("settled");
    assert_eq!(office.pending()[0].1, 0);
    office.now = noon("2026-11-21");
    let again = office.ask(DocumentAction::Redeliver(event, None)).expect("again");
    assert_eq!(again, Outcome::Redelivered(event, 1));
    let of = DeliveriesOf::Event(event);
    let row = office.reader().deliveries(LEDGER, of, page()).expect("deliveries").rows.remove(0);
    assert_eq!((row.state, row.due, row.attempts), (DeliveryState::Pending, office.now, 0));
    assert_eq!((row.endpoint, row.log.len()), (hook, 1), "the log stays");
    let missing = (Code::ResourceMissing, "id".to_owned());
    assert_eq!(office.refused(DocumentAction::Redeliver(ObjectId(9999), None)), missing);
    let strange = DocumentAction::Redeliver(event, Some(ObjectId(9999)));
    assert_eq!(office.refused(strange), (Code::ResourceMissing, "webhook_endpoint".to_owned()));
}

#[test]
fn what_failed_in_a_version_that_was_taken_back_is_tried_again() {
    let mut office = Office::open(Yearly, Level::Account);
    listening(&mut office, &["customer.created"]);
    office.customer();
    let newer = ApiVersion { name: "2027-01-01.future".to_owned(), drafts_numbered: false };
    office.ask(DocumentAction::SetApiVersion(newer)).expect("it is set");
    office.customer();
    let (now, lease) = (office.now, At(office.now.0 + 1000));
    let mut rows = office.writer().claim_deliveries(LEDGER, now, lease, 10).expect("claimed");
    assert_eq!(rows.len(), 2);
    for row in &mut rows {
        row.state = DeliveryState::GivenUp;
        row.attempted(DeliveryAttempt { at: now, result: Ok(500), milliseconds: 3 });
    }
    office.writer().settle_deliveries(&rows).expect("settled");
    office.now.0 += 60_000;
    office.ask(DocumentAction::RollBackApiVersion).expect("it is taken back");
    let now = office.now;
    let due = office.writer().claim_deliveries(LEDGER, now, At(now.0 + 1), 10).expect("claimed");
    let events: Vec<_> = due.iter().map(|row| row.event).collect();
    assert_eq!(events, [rows[1].event], "only what was told in the newer version");
}

/// A list of numbers that another system gave.
fn list(numbers: &[(u64, Option<&str>)]) -> Import {
    let pattern = "OLD-{seq:3}".parse().expect("a pattern");
    let kinds = vec![KindText { kind: Kind::invoice(), text: String::new() }];
    let line = |(ordinal, reference): &(u64, Option<&str>)| ImportLine {
        series: 0,
        text: format!("OLD-{ordinal:03}"),
        ordinal: *ordinal,
        date: jiff::civil::date(2026, 5, 1),
        kind: Kind::invoice(),
        reference: reference.map(str::to_owned),
        customer: None,
        metadata: Metadata::new(),
        line: *ordinal,
    };
    let formats = vec![(None, numbering::Format::of(pattern))];
    let series = vec![ImportSeries { name: "old".to_owned(), formats, kinds }];
    Import { series, lines: numbers.iter().map(line).collect() }
}

#[test]
fn what_a_list_misses_is_told_and_it_names_no_document_of_this_server() {
    let mut office = Office::open(Yearly, Level::Account);
    let own = ObjectId(3).text(ledger::model::ObjectKind::Invoice, LEDGER);
    let refusal = office.import(list(&[(1, Some(&own))])).expect_err("a document's id");
    assert_eq!(refusal.code, Code::ParameterInvalid);
    let hook = listening(&mut office, &["gap.found"]);
    office
        .import(list(&[(1, None), (2, Some("in_MtHbELkdIwHu7ix")), (5, None), (9, None)]))
        .expect("a list");
    assert_eq!(outbox(&mut office, hook), ["gap.found", "gap.found"]);
    office.prove();
}
