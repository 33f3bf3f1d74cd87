//! People: the same in both modes, so they are changed with live keys only.

use engine::NewPerson;
use ledger::id::UserId;
use ledger::model::{Mode, UserRow};
use ledger::role::Right;
use wire::answer::{self, List, User};
use wire::{Problem, RimCode, request};

use super::series::{get, post};
use super::{check_cursors, not_found};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const ROLES: Kind = Kind::Words(&["administrator", "accountant", "clerk", "auditor"]);
const PASSWORD: &str = "12 to 256 characters; it is kept as a hash alone";

const LIST: &[Param] = &[Param::LIMIT, Param::STARTING_AFTER, Param::ENDING_BEFORE];

const NEW: &[Param] = &[
    needed("email", Kind::Text, "The e-mail address to sign in with"),
    needed("name", Kind::Text, "The name, as shown to people"),
    optional("password", Kind::Text, PASSWORD),
    needed("role", ROLES, "What the person may do"),
];

const CHANGE: &[Param] = &[
    optional("disabled", Kind::Flag, "Whether the person is kept out"),
    optional("email", Kind::Text, "The e-mail address to sign in with"),
    optional("name", Kind::Text, "The name, as shown to people"),
    optional("role", ROLES, "What the person may do"),
];

pub(super) static ROUTES: &[Route] = &[
    post("/v1/users", "create_user", "Enter a person, in both modes", "user", NEW, |call| {
        Box::pin(create(call))
    }),
    get("/v1/users", "list_users", "List people, newest first", "user_list", LIST, |call| {
        Box::pin(list(call))
    }),
    get("/v1/users/{id}", "retrieve_user", "Retrieve a person", "user", &[], |call| {
        Box::pin(retrieve(call))
    }),
    post(
        "/v1/users/{id}",
        "update_user",
        "Change a person, or keep one out, in both modes",
        "user",
        CHANGE,
        |call| Box::pin(update(call)),
    ),
    post(
        "/v1/users/{id}/password",
        "set_user_password",
        "Give a person another password, who is signed out everywhere",
        "user",
        &[needed("password", Kind::Text, PASSWORD)],
        |call| Box::pin(set_password(call)),
    ),
];

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let request::NewUser { name, email, role, password } = request::new_user(params)?;
    require_live(&call)?;
    let person = NewPerson { name, email, role, password };
    let (account, actor) = (call.access.account.clone(), call.actor(Right::Administer)?);
    let (row, replayed) = call.engine.create_user(account, actor, person, once).await?;
    Ok(Reply { replayed, ..shown(&row) })
}

async fn list(call: Call) -> Result<Reply, Failure> {
    let paging = request::user_list(call.params()?)?;
    let mut people = call.engine.users(call.access.account.clone()).await?;
    people.reverse();
    check_cursors(&paging, |id| people.iter().any(|row| row.id == id))?;
    let place = |id: UserId| people.iter().position(|row| row.id == id).unwrap_or(0);
    let limit = paging.limit as usize;
    let (from, to) = match paging.ending_before.map(place) {
        Some(before) => (before.saturating_sub(limit), before),
        None => {
            let from = paging.starting_after.map_or(0, |id| place(id) + 1);
            (from, people.len().min(from + limit))
        }
    };
    let has_more = if paging.ending_before.is_some() { from > 0 } else { to < people.len() };
    let data: Vec<_> = people[from..to].iter().map(User::new).collect();
    Ok(Reply::of(answer::to_json(&List::new("/v1/users", has_more, data))))
}

async fn retrieve(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    Ok(shown(&find(&call).await?))
}

async fn update(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let change = request::user_change(params)?;
    let id = find(&call).await?.id;
    require_live(&call)?;
    let (account, actor) = (call.access.account.clone(), call.actor(Right::Administer)?);
    let (row, replayed) = call.engine.change_user(account, actor, id, change, once).await?;
    Ok(Reply { replayed, ..shown(&row) })
}

/// Repeating it sets the password again, so a key against that is not looked at.
async fn set_password(call: Call) -> Result<Reply, Failure> {
    let password = request::new_password(call.params()?)?;
    let id = find(&call).await?.id;
    require_live(&call)?;
    let (account, actor) = (call.access.account.clone(), call.actor(Right::Administer)?);
    Ok(shown(&call.engine.set_password(account, actor, id, password).await?))
}

/// The person in the address.
async fn find(call: &Call) -> Result<UserRow, Failure> {
    let id = request::user_id(call.id(), "id")?;
    let people = call.engine.users(call.access.account.clone()).await?;
    let found = people.into_iter().find(|row| row.id == id);
    Ok(found.ok_or_else(|| not_found("user"))?)
}

fn shown(row: &UserRow) -> Reply {
    Reply::of(answer::to_json(&User::new(row)))
}

/// Who may do something in the test ledger may not therefore do it to the live one.
fn require_live(call: &Call) -> Result<(), Problem> {
    if call.mode() == Mode::Live {
        return Ok(());
    }
    let message = "People are the same in both modes. Change them with a live key.";
    Err(Problem::new(RimCode::LivemodeMismatch, message))
}
