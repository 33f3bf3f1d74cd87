//! A ledger in plain maps, and documents in it.

use ledger::command::document::{
    CustomerChange, DocumentAction, DocumentCommand, InvoiceChange, LineChange, NewInvoice, NewItem,
};
use ledger::command::{Action, Actor, Import, Item, LockMove, Open, SettingsChange};
use ledger::id::{AccountId, KeyId, LedgerId, ObjectId};
use ledger::invariants::check;
use ledger::job::JobId;
use ledger::model::document::{CreditNote, Customer, Invoice};
use ledger::model::{At, EventRow, HouseStyle, LedgerRow, Level, Mode, Object, ObjectRow};
use ledger::money::{Currency, Decimal};
use ledger::{Batch, Code, Command, Misses, Outcome, Refusal};
use store::contract::take_in;
use store::{EventFilter, Page, Reader, Store, Writer};
use testkit::model::Model;

pub const LEDGER: LedgerId = LedgerId(1);

/// Noon of 20 November 2026, UTC.
pub const NOON: At = At(1_795_176_000_000);

pub struct Office {
    model: Model,
    writer: Box<dyn Writer>,
    reader: Box<dyn Reader>,
    pub now: At,
    pub actor: Actor,
    pub drafts_numbered: bool,
    /// How often the last batch had something loaded.
    pub loads: u32,
}

impl Office {
    /// A live ledger of a style, at a level.
    pub fn open(style: HouseStyle, level: Level) -> Office {
        Office::of(style, level, Mode::Live)
    }

    pub fn of(style: HouseStyle, level: Level, mode: Mode) -> Office {
        let model = Model::default();
        let mut office = Office {
            writer: model.writer().expect("a writer"),
            reader: model.reader().expect("a reader"),
            now: NOON,
            actor: Actor::Operator("tester".to_owned()),
            drafts_numbered: false,
            loads: 0,
            model,
        };
        let open = Open {
            account: AccountId("acct_1".to_owned()),
            name: "Test".to_owned(),
            mode,
            style,
            prefix: "7FE1103".to_owned(),
            time_zone: None,
            fiscal_year_start: None,
        };
        office.act(Action::Open(open)).expect("it opens");
        if level == Level::Customer {
            office.settings(SettingsChange { level: Some(level), ..SettingsChange::default() });
        }
        office
    }

    /// Decides and commits one command in a batch of its own.
    #[track_caller]
    pub fn act(&mut self, action: Action) -> Result<Outcome, Refusal> {
        self.together(vec![action]).pop().expect("an answer")
    }

    /// Decides and commits commands in one batch.
    #[track_caller]
    pub fn together(&mut self, actions: Vec<Action>) -> Vec<Result<Outcome, Refusal>> {
        let command = |action| Command {
            ledger: LEDGER,
            actor: self.actor.clone(),
            at: self.now,
            idempotency: None,
            action,
        };
        let commands = actions.into_iter().map(command).collect();
        let mut loads = 0;
        let decided = Batch::new(commands).run(|misses| {
            loads += 1;
            self.writer.load(misses)
        });
        self.loads = loads;
        let decided = decided.expect("it loads");
        assert!(decided.put_off.is_empty(), "the batch was too long");
        self.writer.commit(&decided.changes).expect("it is committed");
        decided.answers.into_iter().map(|answer| answer.result).collect()
    }

    /// Imports a list.
    pub fn import(&mut self, list: Import) -> Result<Outcome, Refusal> {
        let template = Command {
            ledger: LEDGER,
            actor: self.actor.clone(),
            at: self.now,
            idempotency: None,
            action: Action::Issue(Vec::new()),
        };
        let taken = take_in(&self.model, &mut *self.writer, &template, JobId(1), list);
        let apply = taken.expect("it is staged")?;
        self.act(Action::ApplyImport(apply))
    }

    pub fn command(&self, action: DocumentAction) -> Action {
        Action::Document(Box::new(DocumentCommand {
            request: Some("req_1".to_owned()),
            idempotency_key: None,
            drafts_numbered: self.drafts_numbered,
            action,
        }))
    }

    #[track_caller]
    pub fn ask(&mut self, action: DocumentAction) -> Result<Outcome, Refusal> {
        let action = self.command(action);
        self.act(action)
    }

    /// Does what must be allowed; the object that comes of it.
    #[track_caller]
    pub fn make(&mut self, action: DocumentAction) -> ObjectRow {
        match self.ask(action) {
            Ok(Outcome::Object(view)) => view.row,
            other => panic!("{other:?}"),
        }
    }

    /// Asks for what must be refused: the code and the parameter.
    #[track_caller]
    pub fn refused(&mut self, action: DocumentAction) -> (Code, String) {
        match self.ask(action) {
            Err(refusal) => (refusal.code, refusal.param.unwrap_or_default()),
            Ok(outcome) => panic!("{outcome:?}"),
        }
    }

    pub fn settings(&mut self, change: SettingsChange) {
        self.act(Action::ChangeSettings(change)).expect("settings");
    }

    pub fn lock(&mut self, date: &str) {
        let lock_date = Some(Some(date.parse().expect("a date")));
        let locks = LockMove { lock_date, ..LockMove::default() };
        self.act(Action::MoveLocks(locks)).expect("a lock");
    }

    pub fn customer(&mut self) -> ObjectId {
        self.make(DocumentAction::CreateCustomer(Box::default())).id
    }

    pub fn named_customer(&mut self, prefix: &str) -> ObjectId {
        let invoice_prefix = Some(prefix.to_owned());
        let email = Some(Some("a@example.com".to_owned()));
        let change = CustomerChange { invoice_prefix, email, ..CustomerChange::default() };
        self.make(DocumentAction::CreateCustomer(Box::new(change))).id
    }

    pub fn draft(&mut self, customer: ObjectId) -> ObjectId {
        self.draft_with(customer, InvoiceChange::default())
    }

    pub fn draft_with(&mut self, customer: ObjectId, rest: InvoiceChange) -> ObjectId {
        let new = NewInvoice {
            customer: Some(customer),
            currency: Some(eur()),
            secret: "secret".to_owned(),
            rest,
            ..NewInvoice::default()
        };
        self.make(DocumentAction::CreateInvoice(Box::new(new))).id
    }

    /// An item on a draft, or one that waits.
    pub fn item(&mut self, customer: ObjectId, invoice: Option<ObjectId>, amount: i64) -> ObjectId {
        let line = LineChange { amount: Some(amount), ..LineChange::default() };
        let new = NewItem { customer, currency: Some(eur()), invoice, line };
        self.make(DocumentAction::CreateItem(Box::new(new))).id
    }

    /// A finalized invoice over an amount.
    pub fn invoice(&mut self, customer: ObjectId, amount: i64) -> ObjectId {
        let draft = self.draft(customer);
        if amount != 0 {
            self.item(customer, Some(draft), amount);
        }
        self.make(DocumentAction::Finalize(draft, None));
        draft
    }

    /// The number that finalizing gives.
    #[track_caller]
    pub fn finalize(&mut self, draft: ObjectId) -> String {
        let row = self.make(DocumentAction::Finalize(draft, None));
        invoice_of(&row).number.clone().expect("a number")
    }

    /// The number of an outside document.
    pub fn issue(&mut self, item: Item) -> String {
        match self.act(Action::Issue(vec![item])) {
            Ok(Outcome::Issued(views)) => views[0].row.text.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub fn row(&mut self, id: ObjectId) -> ObjectRow {
        let misses = Misses { objects: vec![(LEDGER, id)], ..Misses::default() };
        self.reader.load(&misses).expect("it loads").objects.pop().expect("an object")
    }

    pub fn look(&mut self, id: ObjectId) -> Invoice {
        invoice_of(&self.row(id)).clone()
    }

    pub fn look_customer(&mut self, id: ObjectId) -> Customer {
        match self.row(id).body {
            Object::Customer(customer) => customer,
            other => panic!("{other:?}"),
        }
    }

    pub fn look_note(&mut self, id: ObjectId) -> CreditNote {
        match self.row(id).body {
            Object::CreditNote(note) => *note,
            other => panic!("{other:?}"),
        }
    }

    pub fn ledger(&mut self) -> LedgerRow {
        let misses = Misses { ledgers: vec![LEDGER], ..Misses::default() };
        self.reader.load(&misses).expect("it loads").ledgers.pop().expect("the ledger")
    }

    /// All events, oldest first.
    pub fn events(&mut self) -> Vec<EventRow> {
        self.reader.all_events(LEDGER, ObjectId(0), u32::MAX).expect("events")
    }

    /// The types of the events since an id, oldest first.
    pub fn told_since(&mut self, after: u64) -> Vec<String> {
        let events = self.reader.all_events(LEDGER, ObjectId(after), u32::MAX).expect("events");
        events.into_iter().map(|event| event.kind).collect()
    }

    pub fn pending(&mut self) -> Vec<(String, u32)> {
        let page = Page { limit: 100, ..Page::default() };
        let page = self.reader.events(LEDGER, &EventFilter::default(), page).expect("events");
        page.rows.into_iter().map(|(event, pending)| (event.kind, pending)).collect()
    }

    pub fn reader(&mut self) -> &mut dyn Reader {
        &mut *self.reader
    }

    pub fn writer(&mut self) -> &mut dyn Writer {
        &mut *self.writer
    }

    /// Makes a key with a role, and is its holder from now on.
    pub fn become_role(&mut self, role: ledger::role::Role) {
        self.actor = Actor::Operator("tester".to_owned());
        let id = KeyId(role as u64 + 1);
        let new = ledger::command::NewKey {
            id,
            hash: ledger::model::KeyHash([role as u8; 32]),
            hint: "abcd".to_owned(),
            role,
            name: role.text().to_owned(),
        };
        self.act(Action::CreateKey(new)).expect("a key");
        self.actor = Actor::Key(id);
    }

    /// Proves all ten invariants, the replay of the trail among them.
    #[track_caller]
    pub fn prove(&mut self) {
        let snapshot = testkit::snapshot::take(&mut *self.reader, LEDGER).expect("it reads");
        let violations = check(&snapshot.expect("the ledger"), &[]);
        assert!(violations.is_empty(), "{violations:#?}");
    }
}

pub fn eur() -> Currency {
    Currency::parse("eur").expect("a currency")
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

/// Noon of a day, UTC.
pub fn noon(date: &str) -> At {
    let date: jiff::civil::Date = date.parse().expect("a date");
    let noon = date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("an instant");
    At(noon.timestamp().as_millisecond())
}

pub fn invoice_of(row: &ObjectRow) -> &Invoice {
    match &row.body {
        Object::Invoice(invoice) => invoice,
        other => panic!("{other:?}"),
    }
}
