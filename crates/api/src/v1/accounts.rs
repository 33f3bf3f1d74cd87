//! Accounts: one's own, those connected to it, and the version that one is on.

use engine::NewAccount;
use ledger::command::document::DocumentAction;
use ledger::id::AccountId;
use ledger::model::Mode;
use ledger::outcome::{AccountView, VersionView};
use ledger::role::Right;
use ledger::{Code, Outcome};
use sha2::{Digest, Sha256};
use wire::answer::{self, Account, ApiVersionAnswer, List};
use wire::{Problem, request};

use super::document::act;
use super::series::{get, post};
use super::{not_found, page};
use crate::call::{Call, Once, unexpected};
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const PROFILE: &[Param] = &[optional("name", Kind::Text, "The name")];

const NEW: &[Param] = &[
    optional("business_profile", Kind::Object(PROFILE), "The name, as other libraries send it"),
    optional("email", Kind::Clearable, "Where it is written to"),
    optional("fiscal_year_start", Kind::Text, "First day of the fiscal year, MM-DD"),
    Param::METADATA,
    optional("name", Kind::Text, "The name"),
    optional(
        "numbering",
        Kind::Words(&["yearly", "slashed", "stripe"]),
        "The style that its numbers start with; yearly when missing",
    ),
    optional("time_zone", Kind::Text, "IANA name of its zone; UTC when missing"),
    optional("type", Kind::Words(&["standard"]), "The only type there is"),
];

const DASHBOARD: &[Param] = &[optional("timezone", Kind::Text, "IANA name of its zone")];

const BRANDING: &[Param] = &[
    optional("footer", Kind::Clearable, "The foot of documents that have none of their own"),
    optional("language", Kind::Clearable, "The language of documents: en or de"),
    optional("primary_color", Kind::Clearable, "The colour of documents, such as #2b4c7e"),
];

const SHOWN: &[Param] = &[
    optional("branding", Kind::Object(BRANDING), "How its documents look"),
    optional("dashboard", Kind::Object(DASHBOARD), "The zone, where an account shows it"),
];

const CHANGE: &[Param] = &[
    optional("business_profile", Kind::Object(PROFILE), "The name, as other libraries send it"),
    optional("email", Kind::Clearable, "Where it is written to"),
    Param::METADATA,
    optional("name", Kind::Text, "The name"),
    optional("settings", Kind::Object(SHOWN), "Its zone, and how its documents look"),
    optional("time_zone", Kind::Text, "IANA name of its zone"),
];

const PAGE: &[Param] = &[Param::LIMIT, Param::STARTING_AFTER, Param::ENDING_BEFORE];

const URL: &str = "/v1/accounts";
const VERSION: &str = "/v1/account/api_version";

pub(super) static ROUTES: &[Route] = &[
    get("/v1/account", "retrieve_own_account", "Retrieve the account", "account", &[], |call| {
        Box::pin(own(call))
    }),
    post(
        URL,
        "create_account",
        "Open an account that is connected to this one, with numbers of its own",
        "account",
        NEW,
        |call| Box::pin(create(call)),
    ),
    get(
        URL,
        "list_accounts",
        "List the accounts that are connected to this one, those opened last first",
        "account_list",
        PAGE,
        |call| Box::pin(list(call)),
    ),
    get(
        "/v1/accounts/{id}",
        "retrieve_account",
        "Retrieve the account, or one that is connected to it",
        "account",
        &[],
        |call| Box::pin(retrieve(call)),
    ),
    post(
        "/v1/accounts/{id}",
        "update_account",
        "Change the account, or one that is connected to it, in this mode",
        "account",
        CHANGE,
        |call| Box::pin(update(call)),
    ),
    get(
        VERSION,
        "retrieve_api_version",
        "Retrieve the version that the account is on",
        "api_version",
        &[],
        |call| Box::pin(version(call)),
    ),
    post(
        VERSION,
        "change_api_version",
        "Put the account on another version; within 72 hours this can be taken back",
        "api_version",
        &[needed("api_version", Kind::Text, "The version, such as 2025-03-31.basil")],
        |call| Box::pin(set_version(call)),
    ),
    post(
        "/v1/account/api_version/rollback",
        "roll_back_api_version",
        "Put the account back on the version that it was on before",
        "api_version",
        &[],
        |call| Box::pin(roll_back(call)),
    ),
];

async fn own(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let account = call.access.account.clone();
    show(&call, account).await
}

async fn list(call: Call) -> Result<Reply, Failure> {
    let asked = page(request::account_list(call.params()?)?);
    let platform = call.access.account.clone();
    let found = call.engine.connected_accounts(platform, call.mode(), asked).await?;
    let data: Vec<_> = found.data.iter().map(Account::new).collect();
    Ok(Reply::of(answer::to_json(&List::new(URL, found.has_more, data))))
}

async fn retrieve(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let call = within(call).await?;
    let account = call.access.account.clone();
    show(&call, account).await
}

async fn update(call: Call) -> Result<Reply, Failure> {
    // What is asked, before whom: a request reads the same wherever it is carried out.
    let change = request::account_change(call.params()?)?;
    let call = within(call).await?;
    let (_, once) = call.params_once()?;
    match act(&call, DocumentAction::UpdateAccount(Box::new(change)), once).await? {
        (Outcome::Account(view), replayed) => {
            Ok(Reply { replayed, ..Reply::of(answer::to_json(&Account::new(&view))) })
        }
        _ => Err(unexpected()),
    }
}

/// The call in the account that the address names: the caller's own, or one connected to it.
async fn within(call: Call) -> Result<Call, Failure> {
    let account = AccountId(call.id().to_owned());
    if account == call.access.account {
        return Ok(call);
    }
    let Some(access) = call.engine.connected(&call.access, account).await? else {
        return Err(not_found("account").into());
    };
    let platform = Some(call.access.account.clone());
    Ok(Call { access, platform, ..call })
}

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let new = request::new_connected(params)?;
    if !call.access.may(Right::Administer) {
        let message = "Only an administrator's key opens accounts.";
        return Err(Problem::new(Code::RoleForbidden, message).into());
    }
    if call.platform.is_some() {
        let message = "A connected account has no accounts of its own. Leave Stripe-Account out.";
        return Err(Problem::of(Code::ParameterInvalid, "Stripe-Account", message).into());
    }
    let account = id_of_new(&call, once);
    let new = NewAccount {
        name: new.name,
        style: new.style.unwrap_or_default(),
        time_zone: new.time_zone,
        fiscal_year_start: new.fiscal_year_start,
        profile: new.profile,
    };
    let platform = call.access.account.clone();
    let opened = call.engine.open_connected(new.clone(), account.clone(), platform).await;
    match opened {
        Ok(_) => show(&call, account).await,
        // The key was used before: the account that it opened is told again.
        Err(engine::EngineError::Refused(refusal))
            if refusal.code == Code::ResourceAlreadyExists && once.is_some() =>
        {
            check_same(&call, &account, &new).await?;
            Ok(Reply { replayed: true, ..show(&call, account).await? })
        }
        Err(error) => Err(error.into()),
    }
}

/// The id of a new account. It follows from the idempotency key, if there is one: an account is
/// opened beside all ledgers, where no outcome of one of them can be remembered.
fn id_of_new(call: &Call, once: Once) -> AccountId {
    const CHARS: usize = 16;
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let Some((key, _)) = once else { return call.engine.ids().account() };
    let mut digest = Sha256::new();
    digest.update(b"connected account");
    digest.update(&call.access.account.0);
    digest.update(key.0);
    let digest: [u8; 32] = digest.finalize().into();
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    AccountId(format!("acct_{}", digest.iter().take(CHARS).map(letter).collect::<String>()))
}

async fn check_same(call: &Call, account: &AccountId, new: &NewAccount) -> Result<(), Failure> {
    let (id, mode) = (account.clone(), call.mode());
    let row = call.engine.read(move |reader| Ok(reader.ledger_of(&id, mode)?)).await?;
    let is_same = row.is_some_and(|row| {
        row.name == new.name
            && row.settings.style == new.style
            && row.documents.profile == new.profile
            && new.time_zone.as_ref().is_none_or(|zone| *zone == row.settings.time_zone)
    });
    if is_same {
        return Ok(());
    }
    let message = "The Idempotency-Key was used for another request. Use a new key for a new \
                   request, or repeat the first request unchanged.";
    Err(Problem::new(Code::IdempotencyError, message).into())
}

async fn show(call: &Call, account: AccountId) -> Result<Reply, Failure> {
    let (id, mode) = (account, call.mode());
    let row = call.engine.read(move |reader| Ok(reader.ledger_of(&id, mode)?)).await?;
    let row = row.ok_or_else(|| not_found("account"))?;
    Ok(Reply::of(answer::to_json(&Account::new(&AccountView::of(&row)))))
}

async fn version(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let view = call.engine.api_version(call.ledger()).await?;
    Ok(Reply::of(shown(&view, call.mode())))
}

async fn set_version(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let version = request::api_version(params)?;
    changed(&call, DocumentAction::SetApiVersion(version), once).await
}

async fn roll_back(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    request::none(params)?;
    changed(&call, DocumentAction::RollBackApiVersion, once).await
}

async fn changed(call: &Call, action: DocumentAction, once: Once) -> Result<Reply, Failure> {
    match act(call, action, once).await? {
        (Outcome::Version(view), replayed) => {
            Ok(Reply { replayed, ..Reply::of(shown(&view, call.mode())) })
        }
        _ => Err(unexpected()),
    }
}

fn shown(view: &VersionView, mode: Mode) -> Vec<u8> {
    answer::to_json(&ApiVersionAnswer::new(view, mode))
}
