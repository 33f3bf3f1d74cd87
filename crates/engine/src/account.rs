//! Accounts: opening one, and finding the one that is meant.

use std::collections::BTreeMap;

use ledger::command::document::{AccountChange, DocumentAction, DocumentCommand, MetadataChange};
use ledger::command::{NewKey, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{AccountProfile, At, HouseStyle, LedgerRow, Mode};
use ledger::role::Role;
use ledger::{Action, Actor, Batch, Code, Command, Misses, Refusal};
use numbering::FiscalYearStart;
use store::{LedgerPage, Page, Reader, StoreError, Writer};

use crate::access::key_hash;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;
use crate::vacancy;

/// Accounts that are named when several are there and none was chosen.
const SHOWN_MAX: usize = 20;
/// Ledgers read at once.
const LEDGERS: u32 = 1_000;
/// Tries at new ledger ids, when another process takes them first.
const TRIES: u32 = 5;

/// An account that is to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAccount {
    /// Its name, as shown to people.
    pub name: String,
    /// The style that its numbers start with.
    pub style: HouseStyle,
    /// IANA name of the zone; UTC when missing.
    pub time_zone: Option<String>,
    /// First day of the fiscal year; 1 January when missing.
    pub fiscal_year_start: Option<FiscalYearStart>,
    /// What is said of it beside its name.
    pub profile: AccountProfile,
}

/// An account that was opened, with the secrets of its first keys: they are told only now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedAccount {
    /// The account.
    pub account: AccountId,
    /// Its live ledger.
    pub live: LedgerId,
    /// Its test ledger.
    pub test: LedgerId,
    /// Secret of an administrator's key to the live ledger.
    pub live_key: String,
    /// Secret of an administrator's key to the test ledger.
    pub test_key: String,
}

/// A page of accounts, those opened last first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountList {
    /// The accounts, as they are in one mode.
    pub data: Vec<ledger::outcome::AccountView>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// An account with its ledgers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its live ledger.
    pub live: LedgerId,
    /// Its test ledger.
    pub test: LedgerId,
}

impl NewAccount {
    /// Refuses what opening the account would refuse of its fields, before there is a database.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when a field does not hold, for example an unknown time zone.
    pub fn check(&self) -> Result<(), EngineError> {
        let account = AccountId("acct_new".to_owned());
        let command = Command {
            ledger: LedgerId(1),
            actor: Actor::Operator("operator".to_owned()),
            at: ledger::model::At(0),
            idempotency: None,
            action: Action::Open(open(self, &account, Mode::Live, "NEW")),
        };
        let nothing = |_: &ledger::Misses| Ok::<_, EngineError>(ledger::Loaded::default());
        let decided = Batch::new(vec![command]).run(nothing)?;
        let refused = decided.answers.into_iter().find_map(|answer| answer.result.err());
        refused.map_or(Ok(()), |refusal| Err(refusal.into()))
    }
}

impl AccountView {
    /// The ledger of a mode.
    pub fn ledger(&self, mode: Mode) -> LedgerId {
        match mode {
            Mode::Live => self.live,
            Mode::Test => self.test,
        }
    }
}

impl Engine {
    /// Opens an account: a live and a test ledger with an administrator's key each, in one
    /// commit.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when a field does not hold, for example an unknown time zone;
    /// [`EngineError::Store`], unusable, when a move into the database was stopped half-way.
    pub async fn open_account(&self, new: NewAccount) -> Result<OpenedAccount, EngineError> {
        self.open_account_where(new, None, |_| true).await
    }

    /// As [`Engine::open_account`], for an account that is connected to another one: that one's
    /// keys open it too.
    ///
    /// # Errors
    /// As [`Engine::open_account`]; [`EngineError::Refused`] with `resource_already_exists` when
    /// there is an account with that id.
    pub async fn open_connected(
        &self,
        new: NewAccount,
        account: AccountId,
        platform: AccountId,
    ) -> Result<OpenedAccount, EngineError> {
        self.open_account_where(new, Some((account, platform)), |_| true).await
    }

    /// As [`Engine::open_account`], where the database has no account yet, also when several
    /// processes try at once.
    ///
    /// # Errors
    /// As [`Engine::open_account`]; [`EngineError::Refused`] with `resource_already_exists` when
    /// there is an account.
    pub async fn open_first_account(&self, new: NewAccount) -> Result<OpenedAccount, EngineError> {
        self.open_account_where(new, None, |last| last == LedgerId(0)).await
    }

    async fn open_account_where(
        &self,
        new: NewAccount,
        connected: Option<(AccountId, AccountId)>,
        may_follow: fn(LedgerId) -> bool,
    ) -> Result<OpenedAccount, EngineError> {
        let (account, platform) = connected.unzip();
        let opened = OpenedAccount {
            account: account.unwrap_or_else(|| self.ids().account()),
            live: LedgerId(0),
            test: LedgerId(0),
            live_key: self.ids().secret(Mode::Live),
            test_key: self.ids().secret(Mode::Test),
        };
        let keys = [self.ids().key(), self.ids().key()];
        let prefix = self.ids().prefix();
        let (engine, at) = (self.store().clone(), self.now());
        let job = move |writer: &mut dyn Writer| {
            for _ in 0..TRIES {
                let mut reader = engine.reader()?;
                let last = last_ledger(reader.as_mut())?;
                if !may_follow(last) {
                    let text = "The database has an account already.";
                    return Err(Refusal::new(Code::ResourceAlreadyExists, text).into());
                }
                let opened = OpenedAccount {
                    live: LedgerId(last.0 + 1),
                    test: LedgerId(last.0 + 2),
                    ..opened.clone()
                };
                vacancy::check(reader.as_mut(), &[opened.live, opened.test])?;
                let mut commands = Vec::with_capacity(4);
                for (mode, key) in [(Mode::Live, keys[0]), (Mode::Test, keys[1])] {
                    let open = open(&new, &opened.account, mode, &prefix);
                    let open = match &platform {
                        None => Action::Open(open),
                        Some(platform) => Action::OpenConnected(open, platform.clone()),
                    };
                    let key = Action::CreateKey(first_key(&opened, mode, key));
                    let ledger = opened.ledger(mode);
                    let actions = [open, key].into_iter().chain(described(&new.profile));
                    commands.extend(actions.map(|action| by_operator(ledger, at, action)));
                }
                match run(writer, commands) {
                    Ok(()) => return Ok(opened),
                    // Another process opened an account at the same moment.
                    Err(Unopened::Conflict) => writer.rollback()?,
                    Err(Unopened::Failed(error)) => return Err(error),
                }
            }
            Err(StoreError::Busy("other processes open accounts; try again".to_owned()).into())
        };
        // All accounts are opened by one writer: two could not choose the same ledger ids.
        self.run_job(LedgerId(0), job).await
    }

    /// The only account of the database.
    ///
    /// # Errors
    /// [`EngineError::NoAccount`], or [`EngineError::SeveralAccounts`] with the first of them.
    pub async fn default_account(&self) -> Result<AccountView, EngineError> {
        let mut accounts = self.accounts(SHOWN_MAX).await?;
        match (accounts.pop(), accounts.is_empty()) {
            (None, _) => Err(EngineError::NoAccount),
            (Some(account), true) => Ok(account),
            (Some(last), false) => {
                accounts.push(last);
                Err(EngineError::SeveralAccounts(accounts))
            }
        }
    }

    /// The first accounts of the database, in the order in which they were opened, at most
    /// `limit`.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn accounts(&self, limit: usize) -> Result<Vec<AccountView>, EngineError> {
        self.read(move |reader| accounts(reader, limit)).await
    }

    /// The accounts that are connected to another one, as they are in a mode, those opened last
    /// first. The answer refuses a cursor that is none of them.
    pub fn connected_accounts(
        &self,
        platform: AccountId,
        mode: Mode,
        page: Page<AccountId>,
    ) -> Pending<AccountList> {
        self.read(move |reader| connected(reader, &platform, mode, &page))
    }

    /// An account by its id.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn account(&self, account: AccountId) -> Result<Option<AccountView>, EngineError> {
        let find = move |reader: &mut dyn Reader| {
            let live = reader.ledger_of(&account, Mode::Live)?;
            let test = reader.ledger_of(&account, Mode::Test)?;
            Ok(live.zip(test).map(|(live, test)| AccountView {
                account: account.clone(),
                name: live.name,
                live: live.id,
                test: test.id,
            }))
        };
        self.read(find).await
    }
}

impl OpenedAccount {
    /// The ledger of a mode.
    pub fn ledger(&self, mode: Mode) -> LedgerId {
        match mode {
            Mode::Live => self.live,
            Mode::Test => self.test,
        }
    }

    /// The secret of the key of a mode.
    pub fn key(&self, mode: Mode) -> &str {
        match mode {
            Mode::Live => &self.live_key,
            Mode::Test => &self.test_key,
        }
    }
}

fn open(new: &NewAccount, account: &AccountId, mode: Mode, prefix: &str) -> Open {
    Open {
        account: account.clone(),
        name: new.name.clone(),
        mode,
        style: new.style,
        prefix: prefix.to_owned(),
        time_zone: new.time_zone.clone(),
        fiscal_year_start: new.fiscal_year_start,
    }
}

/// What says of an account what it has beside its name.
pub(crate) fn described(profile: &AccountProfile) -> Option<Action> {
    if profile.is_empty() {
        return None;
    }
    let entries = profile.metadata.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
    let change = AccountChange {
        email: profile.email.clone().map(Some),
        metadata: MetadataChange { clear: false, entries: entries.collect() },
        ..AccountChange::default()
    };
    Some(Action::Document(Box::new(DocumentCommand {
        request: None,
        idempotency_key: None,
        drafts_numbered: false,
        action: DocumentAction::UpdateAccount(Box::new(change)),
    })))
}

fn first_key(opened: &OpenedAccount, mode: Mode, id: ledger::id::KeyId) -> NewKey {
    let secret = opened.key(mode);
    NewKey {
        id,
        hash: key_hash(secret),
        hint: crate::keys::hint(secret),
        role: Role::Administrator,
        name: "first key".to_owned(),
    }
}

fn by_operator(ledger: LedgerId, at: At, action: Action) -> Command {
    let actor = Actor::Operator("operator".to_owned());
    Command { ledger, actor, at, idempotency: None, action }
}

enum Unopened {
    Conflict,
    Failed(EngineError),
}

impl From<StoreError> for Unopened {
    fn from(error: StoreError) -> Unopened {
        match error {
            StoreError::Conflict(_) => Unopened::Conflict,
            error => Unopened::Failed(error.into()),
        }
    }
}

/// All of the commands in one commit, or none.
fn run(writer: &mut dyn Writer, commands: Vec<Command>) -> Result<(), Unopened> {
    let mut ledgers: Vec<LedgerId> = commands.iter().map(|command| command.ledger).collect();
    ledgers.dedup();
    writer.begin(&ledgers)?;
    let decided = Batch::new(commands).run(|misses| writer.load(misses))?;
    for answer in decided.answers {
        if let Err(refusal) = answer.result {
            return Err(Unopened::Failed(refusal.into()));
        }
    }
    Ok(writer.commit(&decided.changes)?)
}

/// The highest ledger id in use, found by halving what lies between used and unused.
pub(crate) fn last_ledger(reader: &mut dyn Reader) -> Result<LedgerId, StoreError> {
    let (mut used, mut step) = (LedgerId(0), 1u64);
    while let Some(row) = reader.ledgers(LedgerId(used.0 + step - 1), 1)?.first() {
        used = row.id;
        step *= 2;
    }
    while step > 1 {
        step /= 2;
        if let Some(row) = reader.ledgers(LedgerId(used.0 + step - 1), 1)?.first() {
            used = row.id;
        }
    }
    Ok(used)
}

fn accounts(reader: &mut dyn Reader, limit: usize) -> Result<Vec<AccountView>, EngineError> {
    let mut accounts: Vec<AccountView> = Vec::new();
    let mut halves: BTreeMap<AccountId, LedgerRow> = BTreeMap::new();
    let mut after = LedgerId(0);
    loop {
        let rows = reader.ledgers(after, LEDGERS)?;
        let Some(last) = rows.last() else { return Ok(accounts) };
        after = last.id;
        for row in rows {
            match halves.remove(&row.account) {
                Some(other) => accounts.push(whole(row, other)),
                None => drop(halves.insert(row.account.clone(), row)),
            }
            if accounts.len() >= limit {
                return Ok(accounts);
            }
        }
    }
}

fn connected(
    reader: &mut dyn Reader,
    platform: &AccountId,
    mode: Mode,
    page: &Page<AccountId>,
) -> Result<AccountList, EngineError> {
    let mut place = |param: &str, account: &Option<AccountId>| {
        let Some(account) = account else { return Ok(None) };
        let found = reader.ledger_of(account, Mode::Live)?;
        let found = found.filter(|row| row.documents.platform.as_ref() == Some(platform));
        found.map(|row| Some(row.id)).ok_or_else(|| lookup::no_cursor(param))
    };
    let starting_after = place("starting_after", &page.starting_after)?;
    let ending_before = place("ending_before", &page.ending_before)?;
    let page = Page { starting_after, ending_before, limit: page.limit };
    let LedgerPage { rows, has_more } = reader.connected(platform, page)?;
    let data = match mode {
        Mode::Live => rows.iter().map(ledger::outcome::AccountView::of).collect(),
        Mode::Test => in_test(reader, &rows)?,
    };
    Ok(AccountList { data, has_more })
}

/// The accounts of live ledgers as they are in test mode, in the same order.
fn in_test(
    reader: &mut dyn Reader,
    live: &[LedgerRow],
) -> Result<Vec<ledger::outcome::AccountView>, EngineError> {
    let accounts = live.iter().map(|row| (row.account.clone(), Mode::Test)).collect();
    let found = reader.load(&Misses { accounts, ..Misses::default() })?.accounts;
    let ledgers = found.into_iter().map(|(_, id)| id).collect();
    let rows = reader.load(&Misses { ledgers, ..Misses::default() })?.ledgers;
    let test: BTreeMap<&AccountId, &LedgerRow> =
        rows.iter().map(|row| (&row.account, row)).collect();
    let of =
        |row: &LedgerRow| test.get(&row.account).map(|row| ledger::outcome::AccountView::of(row));
    Ok(live.iter().filter_map(of).collect())
}

fn whole(one: LedgerRow, other: LedgerRow) -> AccountView {
    let (live, test) = if one.mode == Mode::Live { (one, other) } else { (other, one) };
    AccountView { account: live.account, name: live.name, live: live.id, test: test.id }
}
