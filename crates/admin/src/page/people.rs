//! People: who may come in, and what they may do; and what each does about their own sign-in.

use askama::Template;
use engine::{NewPerson, SessionOwner};
use ledger::Code;
use ledger::command::UserChange;
use ledger::id::UserId;
use ledger::model::{Mode, UserRow};
use ledger::role::{Right, Role};
use wire::Problem;

use crate::answer::Answer;
use crate::cookie::Cookie;
use crate::field::Choice;
use crate::form::Form;
use crate::frame::Frame;
use crate::route::{Route, get, get_as, post};
use crate::visit::{Call, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get_as(Right::Administer, "/people", |call| Box::pin(list(call))),
    post(Right::Administer, "/people", |call| Box::pin(add(call))),
    post(Right::Administer, "/people/{id}/role", |call| Box::pin(role(call))),
    post(Right::Administer, "/people/{id}/access", |call| Box::pin(access(call))),
    get("/me", |call| Box::pin(me(call))),
    post(Right::Read, "/me/password", |call| Box::pin(password(call))),
    post(Right::Read, "/me/sign-out-everywhere", |call| Box::pin(sign_out_everywhere(call))),
];

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    f: Frame,
    form: Form,
    rows: Vec<Person>,
    roles: Vec<Choice>,
}

struct Person {
    id: String,
    name: String,
    email: String,
    role: &'static str,
    created: String,
    disabled: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct Me {
    f: Frame,
    form: Form,
    /// Where they are signed in: since when, and when it was used last.
    sessions: Vec<(String, String)>,
}

async fn list(call: Call) -> Result<Answer, Problem> {
    write(&call, 200, Form::default()).await
}

async fn write(call: &Call, status: u16, form: Form) -> Result<Answer, Problem> {
    let f = call.frame_of("nav.people", "people");
    let account = call.member.account.account.clone();
    let rows = call.engine().users(account).await.map_err(problem)?;
    let row = |row: UserRow| Person {
        id: row.id.to_string(),
        name: row.name,
        email: row.email,
        role: row.role.text(),
        created: f.day(&row.created),
        disabled: row.disabled.is_some(),
    };
    let rows = rows.into_iter().map(row).collect();
    let roles = Choice::of(&f, "role", &Role::ALL.map(Role::text));
    page_with_status(status, &People { f, form, rows, roles })
}

async fn add(call: Call) -> Result<Answer, Problem> {
    let form = &call.form;
    let person = NewPerson {
        name: form.get("name").trim().to_owned(),
        email: form.get("email").trim().to_owned(),
        role: Role::parse(form.get("role")).unwrap_or(Role::Auditor),
        password: form.text("new_password").map(str::to_owned),
    };
    let account = call.member.account.account.clone();
    let made = call.engine().create_user(account, call.member.live.clone(), person, None).await;
    match made.map_err(problem) {
        Ok((row, _)) => Ok(call.done("/people", "people.added", &[&row.name])),
        Err(problem) => refused(&call, &problem).await,
    }
}

async fn refused(call: &Call, problem: &Problem) -> Result<Answer, Problem> {
    let mut form = call.form.clone();
    form.set("new_password", "");
    form.refuse(problem, &[("password", "new_password")]);
    write(call, 422, form).await
}

async fn role(call: Call) -> Result<Answer, Problem> {
    let role = Role::parse(call.form.get("role"));
    changed(&call, UserChange { role, ..UserChange::default() }).await
}

async fn access(call: Call) -> Result<Answer, Problem> {
    let disabled = Some(call.form.get("disabled") == "true");
    changed(&call, UserChange { disabled, ..UserChange::default() }).await
}

async fn changed(call: &Call, change: UserChange) -> Result<Answer, Problem> {
    let user = UserId::parse(call.id()).ok_or_else(|| {
        Problem::of(Code::ResourceMissing, "id", call.language.text("people.gone"))
    })?;
    let (account, actor) = (call.member.account.account.clone(), call.member.live.clone());
    match call.engine().change_user(account, actor, user, change, None).await.map_err(problem) {
        Ok((row, _)) => Ok(call.done("/people", "people.changed", &[&row.name])),
        Err(problem) => refused(call, &problem).await,
    }
}

async fn owner(call: &Call) -> Result<Option<SessionOwner>, Problem> {
    let Some(session) = call.cookies.get(Cookie::Session) else { return Ok(None) };
    call.engine().session(session, Mode::Live).await.map_err(problem)
}

async fn me(call: Call) -> Result<Answer, Problem> {
    write_me(&call, 200, Form::default()).await
}

async fn write_me(call: &Call, status: u16, form: Form) -> Result<Answer, Problem> {
    let f = call.frame_of("nav.me", "me");
    let rows = match owner(call).await? {
        Some(owner) => call.engine().sessions(owner.user.id).await.map_err(problem)?,
        None => Vec::new(),
    };
    let sessions = rows.iter().map(|row| (f.time(&row.created), f.time(&row.seen))).collect();
    page_with_status(status, &Me { f, form, sessions })
}

async fn password(call: Call) -> Result<Answer, Problem> {
    let Some(owner) = owner(&call).await? else { return Ok(call.to("/me")) };
    let (present, new) = (call.form.get("present_password"), call.form.get("new_password"));
    let came = call.engine().change_password(&owner, present.into(), new.into(), &call.from).await;
    match came.map_err(problem) {
        // Every session ended with the old password; this is the new one.
        Ok(session) => {
            let answer = call.done("/me", "people.password_changed", &[]);
            Ok(answer.with_cookie(Cookie::Session, session.token))
        }
        Err(problem) => {
            let mut form = Form::default();
            form.refuse(&problem, &[("password", "new_password")]);
            write_me(&call, 422, form).await
        }
    }
}

async fn sign_out_everywhere(call: Call) -> Result<Answer, Problem> {
    let Some(owner) = owner(&call).await? else { return Ok(call.to("/me")) };
    let own = call.cookies.get(Cookie::Session);
    call.engine().sign_out_everywhere(owner.user.id, own).await.map_err(problem)?;
    Ok(call.done("/me", "people.signed_out", &[]))
}
