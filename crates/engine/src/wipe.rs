//! The test ledger, wiped: an empty one takes its place.

use ledger::command::{NewKey, NewUser, Open, UserChange};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{KeyRow, Kind, LedgerRow, Level, Mode, UserRow};
use ledger::{Action, Actor, Batch, Code, Command, Misses, Refusal};
use store::{Reader, StoreError, Writer};

use crate::account::{described, last_ledger};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::vacancy;

/// Tries, while others write to the ledger or open accounts.
const TRIES: u32 = 10;

impl Engine {
    /// Puts an empty test ledger in the place of one: with its style, its zone and its fiscal year,
    /// and with its keys, but for revoked ones, and its people. What the old one had is deleted.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the ledger is not a test ledger; [`EngineError::Store`].
    pub async fn wipe_test_ledger(&self, ledger: LedgerId) -> Result<LedgerId, EngineError> {
        let (store, at) = (self.store().clone(), self.now());
        let spare = self.ids().prefix();
        let job = move |writer: &mut dyn Writer| {
            for _ in 0..TRIES {
                let mut reader = store.reader()?;
                let old = lookup::ledger(reader.as_mut(), ledger)?;
                if old.mode != Mode::Test {
                    let text = "Only a test ledger can be wiped.";
                    return Err(Refusal::new(Code::ResourceMissing, text).into());
                }
                let fresh = LedgerId(last_ledger(reader.as_mut())?.0 + 1);
                vacancy::check(reader.as_mut(), &[fresh])?;
                let commands = opening(reader.as_mut(), &old, &spare)?;
                let commands = commands.into_iter().map(|action| Command {
                    ledger: fresh,
                    actor: Actor::Operator("wipe".to_owned()),
                    at,
                    idempotency: None,
                    action,
                });
                let own = (old.account.clone(), old.mode);
                let decided = Batch::new(commands.collect())
                    .run(|misses| without(reader.as_mut(), misses, &own))?;
                for answer in decided.answers {
                    answer.result.map_err(EngineError::Refused)?;
                }
                match writer.replace(ledger, old.head(), &decided.changes) {
                    Ok(()) => return Ok(fresh),
                    // Somebody wrote to the ledger, or opened an account, at the same moment.
                    Err(StoreError::Conflict(_)) => writer.rollback()?,
                    Err(error) => return Err(error.into()),
                }
            }
            Err(StoreError::Busy("others write to the test ledger; try again".to_owned()).into())
        };
        // Where all accounts are opened: two could not choose the same ledger id.
        let fresh = self.run_job(LedgerId(0), job).await?;
        self.shared().access.forget_ledger(ledger);
        // Nobody finds the old one any more; what it had only takes room.
        self.run_job(ledger, move |writer| Ok(writer.discard(ledger)?)).await?;
        Ok(fresh)
    }
}

/// What opens a ledger like another one, with its keys and people.
fn opening(
    reader: &mut dyn Reader,
    old: &LedgerRow,
    spare: &str,
) -> Result<Vec<Action>, EngineError> {
    let open = Open {
        account: old.account.clone(),
        name: old.name.clone(),
        mode: old.mode,
        style: old.settings.style,
        prefix: account_prefix(reader, old)?.unwrap_or_else(|| spare.to_owned()),
        time_zone: Some(old.settings.time_zone.clone()),
        fiscal_year_start: Some(old.settings.fiscal_year_start),
    };
    let open = match &old.documents.platform {
        None => Action::Open(open),
        Some(platform) => Action::OpenConnected(open, platform.clone()),
    };
    let keys = reader.keys(old.id)?.into_iter().filter(|key| key.revoked.is_none());
    let key = |key: KeyRow| {
        Action::CreateKey(NewKey {
            id: key.id,
            hash: key.hash,
            hint: key.hint,
            role: key.role,
            name: key.name,
        })
    };
    let described = described(&old.documents.profile);
    let people = reader.people(old.id)?.into_iter().flat_map(entering);
    Ok(std::iter::once(open).chain(keys.map(key)).chain(people).chain(described).collect())
}

/// What enters a person again, as the person is now.
fn entering(row: UserRow) -> impl Iterator<Item = Action> {
    let UserRow { id, name, email, role, disabled, .. } = row;
    let new = NewUser { id, name, email, role, password: None, first: false };
    let out = UserChange { disabled: Some(true), ..UserChange::default() };
    let out = disabled.map(|_| Action::ChangeUser(id, out));
    std::iter::once(Action::CreateUser(new)).chain(out)
}

/// The prefix that the account's own invoices have.
fn account_prefix(reader: &mut dyn Reader, old: &LedgerRow) -> Result<Option<String>, EngineError> {
    let own = old.defaults.get(&(Kind::invoice(), Level::Account)).copied();
    let series = reader.series(old.id)?.into_iter().find(|row| Some(row.id) == own);
    let prefix = series.map(|row| row.newest().format.prefix.clone());
    Ok(prefix.filter(|prefix| !prefix.is_empty()))
}

/// What is there, but for the ledger that goes.
fn without(
    reader: &mut dyn Reader,
    misses: &Misses,
    own: &(AccountId, Mode),
) -> Result<ledger::Loaded, StoreError> {
    let mut loaded = reader.load(misses)?;
    loaded.accounts.retain(|(account, _)| account != own);
    Ok(loaded)
}
