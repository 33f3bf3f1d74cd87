//! The first start: whoever has the link that the server printed becomes its first administrator.

use askama::Template;
use engine::NewPerson;
use ledger::command::document::{AccountChange, DocumentAction, DocumentCommand};
use ledger::role::Role;
use ledger::{Action, Actor, Code};
use wire::Problem;

use crate::answer::Answer;
use crate::cookie::Cookie;
use crate::form::Form;
use crate::frame::Frame;
use crate::route::{Handler, Method, Route};
use crate::visit::{Visit, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/start/{id}",
        handler: Handler::Open(|visit| Box::pin(show(visit))),
    },
    Route {
        method: Method::Post,
        path: "/start/{id}",
        handler: Handler::Open(|visit| Box::pin(begin(visit))),
    },
];

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    f: Frame,
    form: Form,
    token: String,
}

async fn show(visit: Visit) -> Result<Answer, Problem> {
    check(&visit)?;
    write(&visit, 200, Form::filled([("time_zone", "UTC")]))
}

async fn begin(visit: Visit) -> Result<Answer, Problem> {
    check(&visit)?;
    match try_begin(&visit).await {
        Ok(session) => {
            let answer = Answer::to("/settings").with_cookie(Cookie::Session, session);
            Ok(answer.with_cookie(Cookie::Guest, ""))
        }
        Err(problem) => {
            let mut form = visit.form.clone();
            form.set("password", "");
            form.refuse(&problem, &[]);
            write(&visit, 422, form)
        }
    }
}

/// Names the business in both of its ledgers, and lets its first administrator in.
async fn try_begin(visit: &Visit) -> Result<String, Problem> {
    let (engine, form) = (visit.engine(), &visit.form);
    let account = engine.first_start_of(visit.id()).ok_or_else(|| over(visit))?;
    let view = engine.account(account).await.map_err(problem)?.ok_or_else(|| over(visit))?;
    let zone = form.text("time_zone").unwrap_or("UTC");
    let change = AccountChange {
        name: form.text("business").map(str::to_owned),
        time_zone: Some((zone.to_owned(), "time_zone")),
        ..AccountChange::default()
    };
    let actor = Actor::Operator("first start".to_owned());
    let change = |drafts_numbered| {
        let action = DocumentAction::UpdateAccount(Box::new(change.clone()));
        let command =
            DocumentCommand { request: None, idempotency_key: None, drafts_numbered, action };
        Action::Document(Box::new(command))
    };
    // Tried first: a zone that is refused does not use the link up.
    let tried = engine.preview_actions(view.live, vec![change(false)]).await.map_err(problem)?;
    if let Some(refusal) = tried.into_iter().find_map(Result::err) {
        return Err(refusal.into());
    }
    let person = NewPerson {
        name: form.get("name").trim().to_owned(),
        email: form.get("email").trim().to_owned(),
        role: Role::Administrator,
        password: Some(form.get("password").to_owned()),
    };
    let session = engine.claim_first_start(visit.id(), person).await.map_err(problem)?;
    for ledger in [view.live, view.test] {
        let command = engine.command(ledger, actor.clone(), change(false));
        engine.execute(command).await.map_err(problem)?;
    }
    Ok(session.token)
}

fn check(visit: &Visit) -> Result<(), Problem> {
    match visit.engine().first_start_of(visit.id()) {
        Some(_) => Ok(()),
        None => Err(over(visit)),
    }
}

fn over(visit: &Visit) -> Problem {
    Problem::new(Code::RoleForbidden, visit.language.text("start.over"))
}

fn write(visit: &Visit, status: u16, form: Form) -> Result<Answer, Problem> {
    let (f, token) = (visit.guest_frame("start.title"), visit.id().to_owned());
    page_with_status(status, &Start { f, form, token })
}
