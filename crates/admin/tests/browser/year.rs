//! Something to see: customers, invoices in every state, a gap, lock dates.

use engine::wait;
use ledger::command::document::{DocumentAction, DocumentCommand};
use ledger::command::{Advance, LockMove, SeriesRef};
use ledger::id::LedgerId;
use ledger::model::{Mode, Object};
use ledger::outcome::ObjectView;
use ledger::{Action, Actor, Outcome};
use wire::{Params, request};

use crate::stage::Stage;

const NAMES: [&str; 8] = [
    "Alpenblick Hotel AG",
    "Bäckerei Sörensen",
    "Cooper & Sons Ltd",
    "Δέλτα Α.Ε.",
    "Éditions du Lac",
    "Fahrrad Kontor",
    "שלום בע״מ",
    "Zeitung für Ärztinnen und Ärzte im südlichen Oldenburger Münsterland",
];

/// Lives through it, and tells which pages there are to look at.
pub fn live(stage: &Stage) -> Vec<String> {
    let ledger = stage.ledger(Mode::Live);
    let rate = object(stage, ledger, {
        let form = "display_name=VAT&inclusive=false&percentage=19";
        let new = request::new_tax_rate(params(form)).expect("a tax rate");
        DocumentAction::CreateTaxRate(Box::new(new))
    });
    let mut last = None;
    for (place, name) in NAMES.iter().enumerate() {
        let name = name.replace('&', "%26");
        let form = format!("name={name}&email=office{place}@example.com&address[city]=Oldenburg");
        let change = request::customer_change(params(&form)).expect("a customer");
        let customer = object(stage, ledger, DocumentAction::CreateCustomer(Box::new(change)));
        for count in 0..3 {
            let draft = draft(stage, ledger, &customer, &rate, place * 3 + count);
            if place == 7 && count == 2 {
                return finish(stage, ledger, &customer, &draft, &last.expect("an invoice"));
            }
            let open = object(stage, ledger, DocumentAction::Finalize(draft.row.id, None));
            match (place + count) % 5 {
                0 | 1 => drop(object(stage, ledger, DocumentAction::Pay(open.row.id, true))),
                2 => drop(object(stage, ledger, DocumentAction::Send(open.row.id))),
                3 if count == 1 => drop(object(stage, ledger, DocumentAction::Void(open.row.id))),
                _ => {}
            }
            last = Some(open);
        }
    }
    Vec::new()
}

fn draft(
    stage: &Stage,
    ledger: LedgerId,
    customer: &ObjectView,
    rate: &ObjectView,
    place: usize,
) -> ObjectView {
    let form = format!(
        "customer={}&currency=eur&collection_method=send_invoice&days_until_due=30\
         &default_tax_rates[]={}",
        customer.row.text(),
        rate.row.text()
    );
    let behaviour = wire::Version::NEWEST.behaviour();
    let new = request::new_invoice(params(&form), ledger, behaviour, format!("secret{place}"));
    let new = new.expect("an invoice");
    let draft = object(stage, ledger, DocumentAction::CreateInvoice(Box::new(new)));
    let form = format!(
        "lines[0][description]=Consulting, day {place}&lines[0][quantity]=3\
         &lines[0][price_data][currency]=eur&lines[0][price_data][unit_amount]={}\
         &lines[1][description]=Travel&lines[1][amount]=12350",
        9_000 + place * 1_250
    );
    let (lines, metadata) = request::added_lines(params(&form), ledger).expect("lines");
    object(stage, ledger, DocumentAction::AddLines(draft.row.id, lines, metadata))
}

fn finish(
    stage: &Stage,
    ledger: LedgerId,
    customer: &ObjectView,
    draft: &ObjectView,
    open: &ObjectView,
) -> Vec<String> {
    run(
        stage,
        ledger,
        Action::Advance(Advance {
            series: SeriesRef::Name("invoices".to_owned()),
            date: None,
            customer: None,
            parent: None,
            next: 31,
            reason: "A pad of forms was destroyed by water.".to_owned(),
        }),
    );
    let lock_date = Some(Some(jiff::civil::date(2025, 12, 31)));
    run(stage, ledger, Action::MoveLocks(LockMove { lock_date, ..LockMove::default() }));
    let Object::Invoice(invoice) = &open.row.body else { panic!("an invoice") };
    let number = invoice.numbering.as_ref().expect("a number").position.id(ledger);
    let series = wait(stage.engine.series(ledger)).expect("series")[0].row.id.id(ledger);
    [
        "/".to_owned(),
        "/settings".to_owned(),
        "/series".to_owned(),
        "/series/new".to_owned(),
        format!("/series/{series}"),
        "/invoices".to_owned(),
        "/invoices/new".to_owned(),
        format!("/invoices/{}", draft.row.text()),
        format!("/invoices/{}", open.row.text()),
        "/customers".to_owned(),
        format!("/customers/{}", customer.row.text()),
        "/numbers".to_owned(),
        format!("/numbers/{number}"),
        "/gaps".to_owned(),
        "/locks".to_owned(),
        "/trail".to_owned(),
        "/developers".to_owned(),
        "/people".to_owned(),
        "/me".to_owned(),
        "/sign-in".to_owned(),
        "/test".to_owned(),
        "/test/settings".to_owned(),
    ]
    .to_vec()
}

fn params(form: &str) -> Params<'_> {
    Params::from_form(form).expect("a form")
}

fn object(stage: &Stage, ledger: LedgerId, action: DocumentAction) -> ObjectView {
    let command =
        DocumentCommand { request: None, idempotency_key: None, drafts_numbered: false, action };
    match run(stage, ledger, Action::Document(Box::new(command))) {
        Outcome::Object(view) => *view,
        other => panic!("{other:?}"),
    }
}

fn run(stage: &Stage, ledger: LedgerId, action: Action) -> Outcome {
    let actor = Actor::Operator("stage".to_owned());
    let command = stage.engine.command(ledger, actor, action);
    stage.engine.execute_blocking(command).expect("it is done")
}
