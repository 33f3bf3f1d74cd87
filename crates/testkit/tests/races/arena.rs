//! Engines on real stores, and two sides that ask them for something at the same moment.

use std::sync::{Arc, Barrier, OnceLock};
use std::thread;

use engine::{Engine, EngineOptions, NewAccount, Progress};
use ledger::command::document::{DocumentAction, DocumentCommand, LineChange, NewInvoice, NewItem};
use ledger::command::{Action, Actor, SettingsChange};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{HouseStyle, Level, Object};
use ledger::money::Currency;
use ledger::outcome::{Answer, ObjectView};
use ledger::{Code, Outcome};
use store::Store;
use store_postgres::PostgresStore;
use store_postgres::connect::Location;
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use testkit::postgres::{Durability, TemporaryCluster};

/// What every invoice that is to be paid comes to.
pub const AMOUNT: i64 = 1_000;

/// Things that both sides are at at once. Of these, one side hands in some before the other may
/// begin, in turn, so that either wins at times.
const WAVE: usize = 8;
const HEAD_START: usize = 3;

/// Customers that invoices are made for.
const CUSTOMERS: usize = 5;

/// The server for tests on PostgreSQL. It ends with the program.
fn cluster() -> &'static TemporaryCluster {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| TemporaryCluster::for_test(Durability::None))
}

/// A database with one engine on it, or with several as of several processes.
pub struct Arena {
    engines: Vec<Engine>,
    _folder: Option<TempDir>,
}

/// An account of its own in an arena.
pub struct Room {
    engines: Vec<Engine>,
    ledger: LedgerId,
    customers: Vec<ObjectId>,
}

impl Arena {
    pub fn on_sqlite() -> Arena {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gapless.db");
        let store = SqliteStore::open(&path, store_sqlite::OpenOptions::default()).expect("open");
        Arena { engines: vec![start(Arc::new(store))], _folder: Some(folder) }
    }

    pub fn on_postgres(engines: usize) -> Arena {
        static NAMES: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let place = NAMES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let url = cluster().create_database(&format!("arena_{place}")).expect("a database");
        let open = |_| {
            let location = Location::parse(&url, &|_| None).expect("a location");
            let options = store_postgres::OpenOptions::default();
            start(Arc::new(PostgresStore::open(location, options).expect("open")))
        };
        Arena { engines: (0..engines).map(open).collect(), _folder: None }
    }

    /// A new account that numbers at a level.
    pub fn room(&self, level: Level) -> Room {
        let new = NewAccount { style: HouseStyle::Stripe, ..NewAccount::default() };
        let opened = engine::wait(self.engines[0].open_account(new)).expect("an account");
        let (engines, ledger) = (self.engines.clone(), opened.live);
        let mut room = Room { engines, ledger, customers: Vec::new() };
        let change = SettingsChange { level: Some(level), ..SettingsChange::default() };
        let command = room.command(Action::ChangeSettings(change));
        self.engines[0].execute_blocking(command).expect("settings");
        room.customers = room.customers(CUSTOMERS);
        room
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.engines.iter().for_each(Engine::shutdown);
    }
}

impl Room {
    fn customers(&self, count: usize) -> Vec<ObjectId> {
        self.make((0..count).map(|_| DocumentAction::CreateCustomer(Box::default())).collect())
    }

    /// Drafts with a line each.
    pub fn drafts(&self, count: usize) -> Vec<ObjectId> {
        let customers: Vec<_> = self.customers.iter().copied().cycle().take(count).collect();
        self.drafts_for(&customers)
    }

    /// Invoices that are to be paid.
    pub fn open_invoices(&self, count: usize) -> Vec<ObjectId> {
        let drafts = self.drafts(count);
        self.make(drafts.into_iter().map(|id| DocumentAction::Finalize(id, None)).collect())
    }

    /// Customers with an invoice each.
    pub fn numbered_customers(&self, count: usize) -> Vec<ObjectId> {
        let customers = self.customers(count);
        let drafts = self.drafts_for(&customers);
        self.make(drafts.into_iter().map(|id| DocumentAction::Finalize(id, None)).collect());
        customers
    }

    /// The ordinal that the next invoice of each of these customers gets.
    pub fn next_ordinals(&self, customers: &[ObjectId]) -> Vec<u64> {
        let drafts = self.drafts_for(customers);
        let finalize = drafts.into_iter().map(|id| DocumentAction::Finalize(id, None)).collect();
        let ordinal = |view: ObjectView| match view.row.body {
            Object::Invoice(invoice) => invoice.numbering.expect("a number").ordinal,
            other => panic!("{other:?}"),
        };
        self.views(finalize).into_iter().map(ordinal).collect()
    }

    /// Lets two sides ask for something of each subject; what each was refused with.
    pub fn race(
        &self,
        subjects: &[ObjectId],
        sides: [fn(ObjectId) -> DocumentAction; 2],
    ) -> Vec<[Option<Code>; 2]> {
        let barrier = Barrier::new(sides.len());
        let [first, second] = thread::scope(|scope| {
            let running = [0, 1].map(|side| {
                let (barrier, wanted) = (&barrier, sides[side]);
                scope.spawn(move || self.take_part(side, subjects, wanted, barrier))
            });
            running.map(|side| side.join().expect("a side"))
        });
        first.into_iter().zip(second).map(|(first, second)| [first, second]).collect()
    }

    fn take_part(
        &self,
        side: usize,
        subjects: &[ObjectId],
        wanted: fn(ObjectId) -> DocumentAction,
        barrier: &Barrier,
    ) -> Vec<Option<Code>> {
        let engine = &self.engines[side % self.engines.len()];
        let hand_in = |id: &ObjectId| engine.answer(self.command(document(wanted(*id))));
        let mut came = Vec::with_capacity(subjects.len());
        for (place, wave) in subjects.chunks(WAVE).enumerate() {
            let early = if place % 2 == side { HEAD_START.min(wave.len()) } else { 0 };
            let mut answers: Vec<_> = wave[..early].iter().map(hand_in).collect();
            barrier.wait();
            answers.extend(wave[early..].iter().map(hand_in));
            let refused = |answer: Answer| answer.result.err().map(|refusal| refusal.code);
            came.extend(answers.into_iter().map(|one| refused(one.wait().expect("an answer"))));
            barrier.wait();
        }
        came
    }

    /// All ten invariants hold, and so many numbers were given, one behind the other.
    pub fn prove(&self, name: &str, numbers: u64) {
        let engine = &self.engines[0];
        let report = engine.verify(self.ledger, &Progress::default()).expect("it can be verified");
        assert!(report.holds(), "{name}: {report:#?}");
        assert_eq!(report.numbers, numbers, "{name}");
    }

    fn drafts_for(&self, customers: &[ObjectId]) -> Vec<ObjectId> {
        let invoice = |customer: &ObjectId| {
            let (customer, secret) = (Some(*customer), "secret".to_owned());
            let new = NewInvoice { customer, currency: eur(), secret, ..NewInvoice::default() };
            DocumentAction::CreateInvoice(Box::new(new))
        };
        let drafts = self.make(customers.iter().map(invoice).collect());
        let item = |(customer, draft): (&ObjectId, &ObjectId)| {
            let line = LineChange { amount: Some(AMOUNT), ..LineChange::default() };
            let (customer, invoice) = (*customer, Some(*draft));
            DocumentAction::CreateItem(Box::new(NewItem {
                customer,
                currency: eur(),
                invoice,
                line,
            }))
        };
        self.make(customers.iter().zip(&drafts).map(item).collect());
        drafts
    }

    /// Carries out what must be allowed; the ids of what comes of it.
    fn make(&self, actions: Vec<DocumentAction>) -> Vec<ObjectId> {
        self.views(actions).into_iter().map(|view| view.row.id).collect()
    }

    fn views(&self, actions: Vec<DocumentAction>) -> Vec<ObjectView> {
        let engine = &self.engines[0];
        let hand_in = |action| engine.answer(self.command(document(action)));
        let answers: Vec<_> = actions.into_iter().map(hand_in).collect();
        let view = |answer: Answer| match answer.result {
            Ok(Outcome::Object(view)) => *view,
            other => panic!("{other:?}"),
        };
        answers.into_iter().map(|answer| view(answer.wait().expect("an answer"))).collect()
    }

    fn command(&self, action: Action) -> ledger::Command {
        let actor = Actor::Operator("tester".to_owned());
        self.engines[0].command(self.ledger, actor, action)
    }
}

fn start(store: Arc<dyn Store>) -> Engine {
    Engine::start(store, EngineOptions::default()).expect("an engine")
}

fn document(action: DocumentAction) -> Action {
    Action::Document(Box::new(DocumentCommand {
        request: None,
        idempotency_key: None,
        drafts_numbered: false,
        action,
    }))
}

fn eur() -> Option<Currency> {
    Currency::parse("eur")
}
