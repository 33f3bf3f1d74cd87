//! An account whose documents are renumbered, on each store.

use std::sync::{Arc, OnceLock};

use engine::{Engine, EngineError, EngineOptions, NewAccount, NumberQuery, Progress};
use jiff::civil::Date;
use ledger::command::document::{
    DocumentAction, DocumentCommand, InvoiceChange, LineChange, NewInvoice, NewItem,
};
use ledger::command::{Import, ImportLine, ImportSeries, SettingsChange};
use ledger::id::{LedgerId, ObjectId, Position};
use ledger::model::document::Invoice;
use ledger::model::{
    GapRow, Kind, KindText, Metadata, Object, ObjectKind, Ordering, Resequence, Resequencing,
};
use ledger::money::Currency;
use ledger::outcome::{NumberView, ObjectView};
use ledger::{Action, Actor, Code, Outcome};
use numbering::{FiscalYearStart, Format};
use store::{Page, Store};
use store_postgres::PostgresStore;
use store_postgres::connect::Location;
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use testkit::model::Model;
use testkit::postgres::{Durability, TemporaryCluster};

/// An engine on a database of its own, and an account.
pub struct Shop {
    pub engine: Engine,
    pub ledger: LedgerId,
    _folder: Option<TempDir>,
}

/// Does the same on a store in maps, on SQLite and on PostgreSQL.
pub fn on_every_store(test: impl Fn(&Shop)) {
    test(&Shop::on(|_| Arc::new(Model::default())));
    test(&Shop::on(|folder| {
        let path = folder.path().join("shop.db");
        let options = store_sqlite::OpenOptions::default();
        Arc::new(SqliteStore::open(&path, options).expect("a new file"))
    }));
    test(&Shop::on(|_| {
        static NAMES: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let place = NAMES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let url = cluster().create_database(&format!("shop_{place}")).expect("a database");
        let location = Location::parse(&url, &|_| None).expect("a location");
        let options = store_postgres::OpenOptions::default();
        Arc::new(PostgresStore::open(location, options).expect("it opens"))
    }));
}

/// The server for tests on PostgreSQL. It ends with the program.
fn cluster() -> &'static TemporaryCluster {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| TemporaryCluster::for_test(Durability::None))
}

pub fn actor() -> Actor {
    Actor::Operator("operator".to_owned())
}

pub fn kind() -> Kind {
    Kind::parse("paper").expect("a kind")
}

/// The code and the words of a refusal.
pub fn refused<T: std::fmt::Debug>(result: Result<T, EngineError>) -> (Code, String) {
    match result {
        Err(EngineError::Refused(refusal)) => (refusal.code, refusal.message),
        other => panic!("{other:?}"),
    }
}

impl Shop {
    fn on(store: impl FnOnce(&TempDir) -> Arc<dyn Store>) -> Shop {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let engine = Engine::start(store, EngineOptions::default()).expect("it starts");
        let account = engine::wait(engine.open_account(NewAccount::default())).expect("an account");
        Shop { engine, ledger: account.live, _folder: Some(folder) }
    }

    /// Another account in the same database.
    pub fn another(&self) -> Shop {
        let account = engine::wait(self.engine.open_account(NewAccount::default()));
        let ledger = account.expect("an account").live;
        Shop { engine: self.engine.clone(), ledger, _folder: None }
    }

    /// The text that a number has now.
    pub fn text(&self, position: Position) -> String {
        let found = self.engine.number(self.ledger, position).wait().expect("it reads");
        found.expect("a number").row.text
    }

    pub fn run(&self, action: Action) -> Result<Outcome, EngineError> {
        self.engine.execute_blocking(self.engine.command(self.ledger, actor(), action))
    }

    pub fn fiscal_year(&self, start: FiscalYearStart) {
        let fiscal_year_start = Some(start);
        let change = SettingsChange { fiscal_year_start, ..SettingsChange::default() };
        self.run(Action::ChangeSettings(change)).expect("settings");
    }

    /// Takes over numbers with the days of their documents, in one series.
    pub fn import(&self, format: &Format, numbers: &[(&str, Date)]) {
        let line = |(at, (text, date)): (usize, &(&str, Date))| ImportLine {
            series: 0,
            text: (*text).to_owned(),
            ordinal: format.read(text).first().expect("it reads").ordinal.get(),
            date: *date,
            kind: kind(),
            reference: Some(format!("paper-{at}")),
            customer: None,
            metadata: Metadata::new(),
            line: at as u64 + 1,
        };
        let kinds = vec![KindText { kind: kind(), text: String::new() }];
        let formats = vec![(None, format.clone())];
        let series = vec![ImportSeries { name: "papers".to_owned(), formats, kinds }];
        let lines = numbers.iter().enumerate().map(line).collect();
        let list = Arc::new(Import { series, lines });
        let progress = Progress::default();
        self.engine.import(self.ledger, actor(), list, &progress).expect("it is imported");
    }

    /// What has, or had, a text.
    pub fn with_text(&self, text: &str) -> Vec<NumberView> {
        let query = NumberQuery { number: Some(text.to_owned()), ..NumberQuery::default() };
        let page = Page { limit: 10, ..Page::default() };
        self.engine.numbers(self.ledger, query, page).wait().expect("a list").data
    }

    pub fn position(&self, text: &str) -> Position {
        let found = self.with_text(text);
        found.first().unwrap_or_else(|| panic!("{text} is not there")).row.position
    }

    pub fn asked(&self, texts: &[&str], first: &str) -> Resequencing {
        Resequencing {
            numbers: texts.iter().map(|text| self.position(text)).collect(),
            first: first.to_owned(),
            reason: "put in order".to_owned(),
            ..Resequencing::default()
        }
    }

    pub fn preview(&self, asked: Resequencing) -> Result<(ObjectId, Resequence), EngineError> {
        let progress = Progress::default();
        let view = self.engine.preview_resequence(self.ledger, actor(), None, asked, &progress)?;
        Ok(body(view))
    }

    pub fn confirm(&self, id: ObjectId) -> Result<Resequence, EngineError> {
        let progress = Progress::default();
        let view = self.engine.confirm_resequence(self.ledger, actor(), None, id, &progress)?;
        Ok(body(view).1)
    }

    pub fn revert(&self, id: ObjectId) -> Result<Resequence, EngineError> {
        let progress = Progress::default();
        let view = self.engine.revert_resequence(self.ledger, actor(), None, id, &progress)?;
        Ok(body(view).1)
    }

    pub fn cancel(&self, id: ObjectId) -> Result<Resequence, EngineError> {
        let view = self.engine.cancel_resequence(self.ledger, actor(), None, id)?;
        Ok(body(view).1)
    }

    /// Previews and confirms.
    pub fn renumber(&self, asked: Resequencing) -> ObjectId {
        let (id, known) = self.preview(asked).expect("a preview");
        assert_eq!(known.problems, [], "nothing keeps it from being applied");
        self.confirm(id).expect("it is confirmed");
        self.assert_holds();
        id
    }

    /// The changed numbers of a resequence, before and behind.
    pub fn lines(&self, id: ObjectId) -> Vec<(String, String)> {
        let found = self.engine.resequence_lines(self.ledger, id, 0, 100).wait().expect("lines");
        assert!(!found.has_more);
        let texts =
            |(_, line): (u64, ledger::trail::RenumberedLine)| (line.from.text, line.to.text);
        found.data.into_iter().map(texts).collect()
    }

    /// The gaps of the ledger by their first texts, each with its last.
    pub fn gaps(&self) -> Vec<GapRow> {
        let page = Page { limit: 100, ..Page::default() };
        let query = engine::GapQuery::default();
        let found = self.engine.gaps(self.ledger, query, page).wait().expect("gaps").data;
        let mut rows: Vec<GapRow> = found.into_iter().map(|view| view.row).collect();
        rows.sort_by_key(|row| (row.sequence, row.from));
        rows
    }

    /// Everything holds, or the test fails with what does not.
    pub fn assert_holds(&self) {
        let report = self.engine.verify(self.ledger, &Progress::default()).expect("it verifies");
        assert!(report.holds(), "{report:#?}");
    }

    fn document(&self, action: DocumentAction) -> ObjectId {
        let command = DocumentCommand {
            request: None,
            idempotency_key: None,
            drafts_numbered: false,
            action,
        };
        match self.run(Action::Document(Box::new(command))).expect("an object") {
            Outcome::Object(view) => view.row.id,
            other => panic!("{other:?}"),
        }
    }

    /// A finalized invoice, dated today.
    pub fn invoice(&self) -> ObjectId {
        let change = ledger::command::document::CustomerChange {
            email: Some(Some("a@example.com".to_owned())),
            ..ledger::command::document::CustomerChange::default()
        };
        let customer = self.document(DocumentAction::CreateCustomer(Box::new(change)));
        let currency = Currency::parse("eur");
        let rest = InvoiceChange::default();
        let new = NewInvoice { customer: Some(customer), currency, rest, ..NewInvoice::default() };
        let invoice = self.document(DocumentAction::CreateInvoice(Box::new(new)));
        let line = LineChange { amount: Some(1_000), ..LineChange::default() };
        let item = NewItem { customer, currency, invoice: Some(invoice), line };
        self.document(DocumentAction::CreateItem(Box::new(item)));
        self.document(DocumentAction::Finalize(invoice, None))
    }

    pub fn send(&self, invoice: ObjectId) {
        self.document(DocumentAction::Send(invoice));
    }

    pub fn shown(&self, id: ObjectId) -> Invoice {
        let found = self.engine.object(self.ledger, ObjectKind::Invoice, id).wait();
        match found.expect("it reads").expect("an invoice").row.body {
            Object::Invoice(invoice) => *invoice,
            other => panic!("{other:?}"),
        }
    }
}

/// By date, of one date by number.
pub fn by_date(asked: Resequencing) -> Resequencing {
    Resequencing { ordering: Ordering::Date, ..asked }
}

fn body(view: ObjectView) -> (ObjectId, Resequence) {
    match view.row.body {
        Object::Resequence(body) => (view.row.id, *body),
        other => panic!("{other:?}"),
    }
}
