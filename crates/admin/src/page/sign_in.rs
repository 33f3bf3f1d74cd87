//! Signing in and out.

use askama::Template;
use wire::Problem;

use super::preferences::own_path;
use crate::answer::Answer;
use crate::cookie::Cookie;
use crate::door::SignIn;
use crate::form::Form;
use crate::frame::Frame;
use crate::route::{Handler, Method, Route};
use crate::visit::{Visit, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    Route { method: Method::Get, path: "/sign-in", handler: Handler::Open(|v| Box::pin(show(v))) },
    Route {
        method: Method::Post,
        path: "/sign-in",
        handler: Handler::Open(|v| Box::pin(sign_in(v))),
    },
    Route {
        method: Method::Post,
        path: "/sign-out",
        handler: Handler::Open(|v| Box::pin(sign_out(v))),
    },
];

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    f: Frame,
    form: Form,
    to: String,
}

async fn show(visit: Visit) -> Result<Answer, Problem> {
    let to = own_path(visit.query.get("to")).to_owned();
    write(&visit, 200, Form::default(), to)
}

async fn sign_in(visit: Visit) -> Result<Answer, Problem> {
    let mut form = visit.form.clone();
    let to = own_path(form.get("to")).to_owned();
    let (email, password) = (form.get("email").trim(), form.get("password"));
    let came = visit.app.door.sign_in(email, password, &visit.from).await.map_err(problem)?;
    let message = match came {
        // The session is a new one, whatever cookie was there before.
        SignIn::In(session) => {
            let answer = Answer::to(to).with_cookie(Cookie::Session, session);
            return Ok(answer.with_cookie(Cookie::Guest, ""));
        }
        SignIn::Wrong => visit.language.text("sign_in.wrong").to_owned(),
        SignIn::Wait(seconds) => visit.language.with("sign_in.wait", &[&seconds]),
    };
    form.set("password", "");
    form.blame("", message);
    write(&visit, 422, form, to)
}

async fn sign_out(visit: Visit) -> Result<Answer, Problem> {
    if let Some(session) = visit.cookies.get(Cookie::Session) {
        visit.app.door.sign_out(session).await.map_err(problem)?;
    }
    Ok(Answer::to("/sign-in").with_cookie(Cookie::Session, ""))
}

fn write(visit: &Visit, status: u16, form: Form, to: String) -> Result<Answer, Problem> {
    page_with_status(status, &SignInPage { f: visit.guest_frame("sign_in.title"), form, to })
}
