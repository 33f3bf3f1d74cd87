//! What becomes of numbers that were given, when their drafts are redated or deleted.

use jiff::civil::Date;
use ledger::Code;
use ledger::command::document::{DocumentAction, DocumentCommand, InvoiceChange, NewInvoice};
use ledger::command::{Action, SeriesChange, SeriesRef, SettingsChange};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::document::Invoice;
use ledger::model::{At, GapCause, NumberOn, Object, State};
use ledger::outcome::Outcome;

use super::sample::{LEDGER, command, done, open, writer};
use super::{Case, Database, drive};
use crate::{GapFilter, NumberFilter, Page, Reader, Writer};

pub(super) const CASES: &[Case] = &[
    ("drafts are given other dates", drafts_are_given_other_dates),
    ("documents with numbers are deleted", documents_with_numbers_are_deleted),
];

const WHY: &str = "made by mistake";

/// A ledger with a customer, whose invoices are numbered by a pattern.
struct Office {
    writer: Box<dyn Writer>,
    ledger: LedgerId,
    customer: ObjectId,
}

impl Office {
    fn open(mut writer: Box<dyn Writer>, ledger: LedgerId, pattern: &str) -> Office {
        let change = SeriesChange { pattern: Some(pattern.to_owned()), ..SeriesChange::default() };
        let series = SeriesRef::Name("invoices".to_owned());
        let change = command(ledger, Action::ChangeSeries(series, change));
        done(&mut *writer, vec![open(ledger), change]);
        let mut office = Office { writer, ledger, customer: ObjectId(0) };
        office.customer = office.made(DocumentAction::CreateCustomer(Box::default()));
        office
    }

    fn ask(&mut self, action: DocumentAction) -> Result<Outcome, (Code, String)> {
        let (request, idempotency_key) = (None, None);
        let asked = DocumentCommand { request, idempotency_key, drafts_numbered: false, action };
        let asked = command(self.ledger, Action::Document(Box::new(asked)));
        let answer = drive(&mut *self.writer, vec![asked]).expect("the store takes it").remove(0);
        answer.result.map_err(|refusal| (refusal.code, refusal.param.unwrap_or_default()))
    }

    fn made(&mut self, action: DocumentAction) -> ObjectId {
        match self.ask(action) {
            Ok(Outcome::Object(view)) => view.row.id,
            other => panic!("{other:?}"),
        }
    }

    fn draft(&mut self, date: &str) -> ObjectId {
        let new = NewInvoice {
            customer: Some(self.customer),
            rest: dated(date),
            ..NewInvoice::default()
        };
        self.made(DocumentAction::CreateInvoice(Box::new(new)))
    }

    fn redate(&mut self, id: ObjectId, date: &str) {
        self.made(DocumentAction::UpdateInvoice(id, Box::new(dated(date))));
    }

    /// A draft that was finalized before.
    fn reset(&mut self, date: &str) -> ObjectId {
        let id = self.draft(date);
        self.made(DocumentAction::Finalize(id, None));
        self.made(DocumentAction::ResetToDraft(id, WHY.to_owned()))
    }

    fn number_on(&mut self, number_on: NumberOn) {
        let change = SettingsChange { number_on: Some(number_on), ..SettingsChange::default() };
        done(&mut *self.writer, vec![command(self.ledger, Action::ChangeSettings(change))]);
    }
}

fn dated(date: &str) -> InvoiceChange {
    let date: Date = date.parse().expect("a date");
    let noon = date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("an instant");
    let at = At(noon.timestamp().as_millisecond());
    InvoiceChange { effective_at: Some(Some(at)), ..InvoiceChange::default() }
}

fn invoice(reader: &mut dyn Reader, ledger: LedgerId, id: ObjectId) -> Invoice {
    let misses = ledger::Misses { objects: vec![(ledger, id)], ..ledger::Misses::default() };
    match reader.load(&misses).expect("read").objects.pop().map(|row| row.body) {
        Some(Object::Invoice(invoice)) => *invoice,
        other => panic!("{other:?}"),
    }
}

/// The register, newest first: text, state, date.
fn register(reader: &mut dyn Reader, ledger: LedgerId) -> Vec<(String, State, String)> {
    let page = Page { limit: 20, ..Page::default() };
    let rows = reader.numbers(ledger, &NumberFilter::default(), page).expect("read").rows;
    rows.into_iter().map(|one| (one.row.text, one.row.state, one.row.date.to_string())).collect()
}

fn drafts_are_given_other_dates(database: &dyn Database) {
    let store = database.open().expect("a store");
    let mut reader = store.reader().expect("a reader");
    let mut office = Office::open(writer(&*store), LEDGER, "MISC/{year}/{month}/{seq:4}");
    office.number_on(NumberOn::Create);
    // Never finalized: to an empty period, and within its own.
    let (first, second) = (office.draft("2026-01-01"), office.draft("2026-02-01"));
    office.redate(first, "2026-05-02");
    office.redate(second, "2026-02-20");
    let number = |reader: &mut dyn Reader, id| invoice(reader, LEDGER, id).number;
    assert_eq!(number(&mut *reader, first).as_deref(), Some("MISC/2026/05/0001"));
    assert_eq!(number(&mut *reader, second).as_deref(), Some("MISC/2026/02/0001"));
    // Finalized before: within its period, and in another one.
    office.number_on(NumberOn::Finalize);
    let third = office.reset("2026-02-02");
    office.redate(third, "2026-02-01");
    office.made(DocumentAction::Finalize(third, None));
    let dated_before = (Code::InvoiceNotEditable, "effective_at".to_owned());
    let change = Box::new(dated("2026-03-01"));
    assert_eq!(office.ask(DocumentAction::UpdateInvoice(third, change)), Err(dated_before));
    let fourth = office.reset("2026-02-03");
    office.redate(fourth, "2026-03-03");
    let mismatch = (Code::NumberDateMismatch, "effective_at".to_owned());
    assert_eq!(office.ask(DocumentAction::Finalize(fourth, None)), Err(mismatch));
    // In another series.
    let series = Some(Some(SeriesRef::Name("credit_notes".to_owned())));
    let moved = InvoiceChange { series, ..InvoiceChange::default() };
    let fixed = (Code::InvoiceNotEditable, "series".to_owned());
    let moved = DocumentAction::UpdateInvoice(fourth, Box::new(moved));
    assert_eq!(office.ask(moved), Err(fixed));
    let row = |text: &str, state, date: &str| (text.to_owned(), state, date.to_owned());
    let expected = [
        row("MISC/2026/02/0003", State::Held, "2026-02-03"),
        row("MISC/2026/02/0002", State::Held, "2026-02-01"),
        row("MISC/2026/05/0001", State::Held, "2026-05-02"),
        row("MISC/2026/02/0001", State::Held, "2026-02-20"),
        row("MISC/2026/01/0001", State::Void, "2026-01-01"),
    ];
    assert_eq!(register(&mut *reader, LEDGER), expected);
}

fn documents_with_numbers_are_deleted(database: &dyn Database) {
    // How many are deleted, by their places among three: the last, the first, the end, all, and
    // what is not the end.
    let cases: [&[usize]; 5] = [&[2], &[0], &[1, 2], &[0, 1, 2], &[0, 1]];
    for (at, deleted) in cases.into_iter().enumerate() {
        let store = database.open().expect("a store");
        let mut reader = store.reader().expect("a reader");
        let ledger = LedgerId(1 + at as u64);
        let mut office = Office::open(writer(&*store), ledger, "TOTO/{year}/{month}/{seq:4}");
        let ids: Vec<ObjectId> = (0..3).map(|_| office.reset("2026-01-15")).collect();
        for place in deleted {
            let why = Some(WHY.to_owned());
            let gone = office.ask(DocumentAction::DeleteInvoice(ids[*place], why));
            assert!(matches!(gone, Ok(Outcome::Deleted(..))), "{gone:?}");
        }
        let page = Page { limit: 20, ..Page::default() };
        let gaps = reader.gaps(ledger, &GapFilter::default(), page).expect("read").rows;
        let mut left: Vec<u64> = gaps.iter().map(|(row, _)| row.from).collect();
        left.sort_unstable();
        assert!(left.into_iter().eq(deleted.iter().map(|place| *place as u64 + 1)));
        assert!(gaps.iter().all(|(row, _)| row.cause == GapCause::Deleted && row.from == row.to));
        let blank: Vec<_> = register(&mut *reader, ledger)
            .into_iter()
            .filter(|(_, state, _)| *state == State::Blank)
            .collect();
        assert_eq!(blank.len(), deleted.len());
        let next = office.draft("2026-01-20");
        office.made(DocumentAction::Finalize(next, None));
        let number = invoice(&mut *reader, ledger, next).number;
        assert_eq!(number.as_deref(), Some("TOTO/2026/01/0004"), "none is given again");
    }
}
