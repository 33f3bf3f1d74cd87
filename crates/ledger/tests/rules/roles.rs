//! Roles: the table of `docs/roles.md`, held against every action by every role.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;

use jiff::civil::date;
use ledger::Code;
use ledger::command::document::{
    DocumentAction as Document, DocumentCommand, MetadataChange, TeachingAsked,
};
use ledger::command::{
    Action, Actor, Advance, ApplyResequence, ClosePeriod, Import, ImportLine, ImportSeries, Item,
    LockMove, NewKey, NewSeries, NewUser, Open, SeriesChange, SeriesRef, SettingsChange,
    UserChange, Void,
};
use ledger::id::{AccountId, GapId, KeyId, LedgerId, ObjectId, Position, UserId};
use ledger::job::resequence::Plan;
use ledger::model::document::FinalizationError;
use ledger::model::{
    ApiVersion, At, Cause, HouseStyle, KeyHash, Kind, KindText, Mode, PasswordHash,
};
use ledger::role::Role;
use numbering::Format;

use crate::script::Script;

const TABLE: &str = include_str!("../../../../docs/roles.md");

/// Rows that no command is about.
const NO_COMMAND: [&str; 1] = ["read everything, verify, export"];

const SETTINGS: &str = "change the numbering settings";
const SERIES: &str = "make, change and close series, and move them forward";
const NUMBERS: &str = "give numbers to outside documents, and void them";
const IMPORT: &str = "import numbers";
const GAPS: &str = "explain gaps";
const RESEQUENCE: &str = "number documents anew";
const LOCK: &str = "set the lock date, forward";
const CLOSE: &str = "close a period";
const LOCK_BACK: &str = "move the lock date back or away, and set the hard lock date";
const OPEN: &str = "open a ledger";
const KEYS: &str = "make and revoke keys";
const PEOPLE: &str = "enter people, change their roles and passwords, and keep them out";
const OWN_PASSWORD: &str = "change one's own password";
const DRAFTS: &str = "make, change and delete customers, tax rates, invoice items and drafts";
const INVOICES: &str = "finalize, send, pay and void invoices, and give them up";
const RESET: &str = "reset invoices to draft, and delete those that were finalized";
const TEACH: &str = "teach a series by a number";
const CREDIT_NOTES: &str = "make, change and void credit notes";
const ENDPOINTS: &str = "make, change and delete webhook endpoints";
const ACCOUNT: &str = "change what is said of the account, and its API version";
const REDELIVER: &str = "have an event delivered again";

/// How many kinds of actions there are.
const ACTIONS: usize = 23;
const DOCUMENT_ACTIONS: usize = 34;

/// What each action is in the table. Whoever adds one is reminded here.
fn row(action: &Action, actor: UserId) -> &'static str {
    match action {
        Action::Open(_) | Action::OpenConnected(..) => OPEN,
        Action::ChangeSettings(_) => SETTINGS,
        Action::CreateSeries(_)
        | Action::ChangeSeries(..)
        | Action::Advance(_)
        | Action::CancelPlan(_)
        | Action::ArchiveSeries(..) => SERIES,
        Action::Issue(_) | Action::Void(_) => NUMBERS,
        Action::ApplyImport(_) => IMPORT,
        Action::ExplainGap(..) => GAPS,
        Action::ClosePeriod(_) => CLOSE,
        Action::PreviewResequence(_) | Action::ApplyResequence(_) | Action::CancelResequence(_) => {
            RESEQUENCE
        }
        Action::MoveLocks(LockMove { hard_lock_date: Some(_), .. }) => LOCK_BACK,
        Action::MoveLocks(LockMove { lock_date: Some(None), .. }) => LOCK_BACK,
        Action::MoveLocks(_) => LOCK,
        Action::CreateKey(_) | Action::RevokeKey(_) => KEYS,
        Action::CreateUser(_) | Action::ChangeUser(..) => PEOPLE,
        Action::SetPassword(user, _) if *user == actor => OWN_PASSWORD,
        Action::SetPassword(..) => PEOPLE,
        Action::Document(document) => row_of_document(&document.action),
    }
}

fn row_of_document(action: &Document) -> &'static str {
    match action {
        Document::CreateCustomer(_)
        | Document::UpdateCustomer(..)
        | Document::DeleteCustomer(_)
        | Document::CreateTaxRate(_)
        | Document::UpdateTaxRate(..)
        | Document::CreateItem(_)
        | Document::UpdateItem(..)
        | Document::DeleteItem(_)
        | Document::CreateInvoice(_)
        | Document::UpdateInvoice(..)
        | Document::DeleteInvoice(..)
        | Document::AddLines(..)
        | Document::UpdateLines(..)
        | Document::RemoveLines(..) => DRAFTS,
        // What the clock asks for is asked by the program itself, and is what a clerk may do.
        Document::Finalize(..)
        | Document::Pay(..)
        | Document::Void(_)
        | Document::MarkUncollectible(_)
        | Document::Send(_)
        | Document::Wake(_)
        | Document::PutOff(..)
        | Document::FailFinalization(..) => INVOICES,
        Document::CreateCreditNote(_)
        | Document::UpdateCreditNote(..)
        | Document::VoidCreditNote(_) => CREDIT_NOTES,
        Document::CreateEndpoint(..)
        | Document::UpdateEndpoint(..)
        | Document::DeleteEndpoint(_) => ENDPOINTS,
        Document::UpdateAccount(_) | Document::SetApiVersion(_) | Document::RollBackApiVersion => {
            ACCOUNT
        }
        Document::ResetToDraft(..) => RESET,
        Document::PreviewTeaching(..) => TEACH,
        Document::Redeliver(..) => REDELIVER,
    }
}

/// The table of the page: what, and who may, in the order of [`Role::ALL`].
fn table() -> BTreeMap<&'static str, [bool; 4]> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let may = |cell: &str| match cell {
            "yes" => true,
            "no" => false,
            other => panic!("{other:?} in {line}"),
        };
        (cells[1], [may(cells[2]), may(cells[3]), may(cells[4]), may(cells[5])])
    })
    .collect()
}

/// The person with a role.
fn person(place: usize) -> UserId {
    UserId(place as u64 + 1)
}

/// A ledger with a person of each role, and a lock date.
fn ledger() -> Script {
    let mut script = Script::open(HouseStyle::Yearly);
    for (place, role) in Role::ALL.into_iter().enumerate() {
        script.decide(Action::CreateUser(new_user(person(place), role))).expect("entered");
    }
    script.check("lock date=2026-01-31 -> ok");
    script
}

fn new_user(id: UserId, role: Role) -> NewUser {
    let (name, password) = (format!("person {}", id.0), None);
    let email = format!("person{}@example.com", id.0);
    NewUser { id, name, email, role, password, first: false }
}

fn open() -> Open {
    Open {
        account: AccountId("acct_other".to_owned()),
        name: "Other".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    }
}

/// One of each action, by each kind of one that asks for another right.
fn actions(actor: UserId) -> Vec<Action> {
    let hash = || PasswordHash("$argon2id$".to_owned());
    let somebody = UserId(99);
    let series = || SeriesRef::Name("invoices".to_owned());
    let mut actions = vec![
        Action::Open(open()),
        Action::OpenConnected(open(), AccountId("acct_test".to_owned())),
        Action::ChangeSettings(SettingsChange { padding: Some(6), ..SettingsChange::default() }),
        Action::CreateSeries(NewSeries {
            name: "receipts".to_owned(),
            pattern: "R-{seq}".to_owned(),
            reset: None,
            scope: None,
            prefix: String::new(),
            kinds: BTreeMap::from([(Kind::invoice(), String::new())]),
            starting_number: None,
            default: false,
        }),
        Action::ChangeSeries(series(), SeriesChange::default()),
        Action::ArchiveSeries(series(), true),
        Action::CancelPlan(series()),
        Action::Advance(Advance {
            series: series(),
            date: None,
            customer: None,
            parent: None,
            next: 70,
            reason: "a pad was lost".to_owned(),
        }),
        Action::Issue(vec![Item::default()]),
        Action::Void(Void {
            number: Position(1),
            cause: Cause::Unused,
            reason: "wrong".to_owned(),
        }),
        apply_import(),
        Action::ExplainGap(GapId(1), "lost".to_owned()),
        Action::ClosePeriod(ClosePeriod { end: date(2026, 1, 31), explanations: Vec::new() }),
        Action::CreateKey(NewKey {
            id: KeyId(1),
            hash: KeyHash([1; 32]),
            hint: "abcd".to_owned(),
            role: Role::Auditor,
            name: "till".to_owned(),
        }),
        Action::RevokeKey(KeyId(1)),
        Action::CreateUser(new_user(somebody, Role::Auditor)),
        Action::ChangeUser(
            actor,
            UserChange { name: Some("X".to_owned()), ..UserChange::default() },
        ),
        Action::SetPassword(actor, hash()),
        Action::SetPassword(somebody, hash()),
    ];
    actions.extend(lock_actions());
    actions.extend(resequence_actions());
    actions.extend(document_actions().into_iter().map(|action| {
        let command = DocumentCommand {
            request: None,
            idempotency_key: None,
            drafts_numbered: false,
            action,
        };
        Action::Document(Box::new(command))
    }));
    actions
}

fn resequence_actions() -> [Action; 3] {
    let (id, plan) = (ObjectId(1), Plan::of_nothing(LedgerId(1)).into());
    [
        Action::PreviewResequence(Box::default()),
        Action::ApplyResequence(ApplyResequence { id, plan, seen: 0 }),
        Action::CancelResequence(id),
    ]
}

fn lock_actions() -> [Action; 3] {
    [
        LockMove { lock_date: Some(Some(date(2026, 3, 31))), ..LockMove::default() },
        LockMove {
            lock_date: Some(None),
            reason: Some("a mistake".to_owned()),
            ..LockMove::default()
        },
        LockMove { hard_lock_date: Some(date(2026, 1, 31)), ..LockMove::default() },
    ]
    .map(Action::MoveLocks)
}

fn document_actions() -> Vec<Document> {
    let id = ObjectId(1);
    vec![
        Document::CreateCustomer(Box::default()),
        Document::UpdateCustomer(id, Box::default()),
        Document::DeleteCustomer(id),
        Document::CreateTaxRate(Box::default()),
        Document::UpdateTaxRate(id, Box::default()),
        Document::CreateItem(Box::default()),
        Document::UpdateItem(id, Box::default()),
        Document::DeleteItem(id),
        Document::CreateInvoice(Box::default()),
        Document::UpdateInvoice(id, Box::default()),
        Document::DeleteInvoice(id, None),
        Document::AddLines(id, Vec::new(), MetadataChange::default()),
        Document::UpdateLines(id, Vec::new(), MetadataChange::default()),
        Document::RemoveLines(id, Vec::new(), MetadataChange::default()),
        Document::Finalize(id, None),
        Document::Pay(id, false),
        Document::Void(id),
        Document::MarkUncollectible(id),
        Document::Send(id),
        Document::Wake(id),
        Document::PutOff(id, At(0)),
        Document::FailFinalization(id, FinalizationError::default()),
        Document::CreateCreditNote(Box::default()),
        Document::UpdateCreditNote(id, None, MetadataChange::default()),
        Document::VoidCreditNote(id),
        Document::CreateEndpoint(Box::default(), "whsec_1".to_owned()),
        Document::UpdateEndpoint(id, Box::default()),
        Document::DeleteEndpoint(id),
        Document::UpdateAccount(Box::default()),
        Document::SetApiVersion(ApiVersion {
            name: "2019-12-03".to_owned(),
            drafts_numbered: false,
        }),
        Document::RollBackApiVersion,
        Document::ResetToDraft(id, "wrong".to_owned()),
        Document::PreviewTeaching(id, "F-1".to_owned(), TeachingAsked::default()),
        Document::Redeliver(id, None),
    ]
}

/// The end of an import of one number.
fn apply_import() -> Action {
    let format = Format::of("OLD-{seq:3}".parse().expect("a pattern"));
    let series = ImportSeries {
        name: "old".to_owned(),
        formats: vec![(None, format)],
        kinds: vec![KindText { kind: Kind::credit_note(), text: String::new() }],
    };
    let line = ImportLine {
        series: 0,
        text: "OLD-001".to_owned(),
        ordinal: 1,
        date: date(2026, 3, 1),
        kind: Kind::credit_note(),
        reference: None,
        customer: None,
        metadata: BTreeMap::new(),
        line: 2,
    };
    ledger().take_in(Import { series: vec![series], lines: vec![line] }).expect("it fits")
}

#[test]
fn the_page_says_who_may_do_what() {
    let table = table();
    let mut seen = BTreeSet::from(NO_COMMAND);
    for (place, role) in Role::ALL.into_iter().enumerate() {
        let actor = person(place);
        for action in actions(actor) {
            let row = row(&action, actor);
            let result = ledger().decide_by(Actor::User(actor), action);
            let is_forbidden = result.as_ref().is_err_and(|r| r.code == Code::RoleForbidden);
            let may = *table.get(row).and_then(|may| may.get(place)).expect(row);
            assert_eq!(!is_forbidden, may, "{row}, by the {}: {result:?}", role.text());
            seen.insert(row);
        }
    }
    let rows: BTreeSet<&str> = table.keys().copied().collect();
    assert_eq!(seen, rows, "rows of the page, and what was tried");
}

#[test]
fn every_action_is_tried() {
    let tried: Vec<Action> = actions(person(0));
    let mut kinds: Vec<_> = tried.iter().map(discriminant).collect();
    let mut of_documents: Vec<_> = document_actions().iter().map(discriminant).collect();
    kinds.sort_by_key(|kind| format!("{kind:?}"));
    kinds.dedup();
    let count = of_documents.len();
    of_documents.sort_by_key(|kind| format!("{kind:?}"));
    of_documents.dedup();
    assert_eq!(of_documents.len(), count, "one is there twice");
    // As many as `row` and `row_of_document` tell apart.
    assert_eq!((kinds.len(), count), (ACTIONS, DOCUMENT_ACTIONS));
}
