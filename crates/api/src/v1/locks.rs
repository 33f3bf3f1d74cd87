//! Lock dates.

use ledger::{Action, Outcome};
use wire::answer::{self, Locks};
use wire::request;

use super::series::{get, post};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, optional};
use crate::reply::Reply;
use crate::route::Route;

const MOVE: &[Param] = &[
    optional("lock_date", Kind::Date, "The last locked day; empty takes the lock away"),
    optional("hard_lock_date", Kind::Date, "The same, and never back"),
    optional("reason", Kind::Text, "Why; needed to move the lock date back"),
];

pub(super) static ROUTES: &[Route] = &[
    get("/v1/locks", "retrieve_locks", "Retrieve the lock dates", "locks", &[], |call| {
        Box::pin(retrieve(call))
    }),
    post("/v1/locks", "move_locks", "Move the lock dates", "locks", MOVE, |call| {
        Box::pin(move_locks(call))
    }),
];

async fn retrieve(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let settings = call.engine.locks(call.ledger()).await?;
    Ok(Reply::of(answer::to_json(&Locks::new(&settings, call.mode()))))
}

async fn move_locks(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let locks = request::lock_move(params)?;
    let mode = call.mode();
    call.execute(Action::MoveLocks(locks), once, |outcome| match outcome {
        Outcome::Locks(settings) => Some(answer::to_json(&Locks::new(&settings, mode))),
        _ => None,
    })
    .await
}
