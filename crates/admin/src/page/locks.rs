//! Lock dates: what lies on or before them stays as it is.

use askama::Template;
use ledger::Action;
use ledger::model::Settings;
use ledger::role::Right;
use wire::{Problem, request};

use crate::answer::Answer;
use crate::form::{Form, Sent};
use crate::frame::Frame;
use crate::route::{Route, get, post};
use crate::visit::{Call, page_with_status};

pub(super) const ROUTES: &[Route] = &[
    get("/locks", |call| Box::pin(show(call))),
    post(Right::KeepBooks, "/locks", |call| Box::pin(save(call))),
];

#[derive(Template)]
#[template(path = "locks.html")]
struct Locks {
    f: Frame,
    form: Form,
    through: Option<String>,
    is_fixed: bool,
    is_hard_fixed: bool,
}

async fn show(call: Call) -> Result<Answer, Problem> {
    let form = filled(&call.head.row.settings);
    write(&call, 200, form)
}

async fn save(call: Call) -> Result<Answer, Problem> {
    let before = filled(&call.head.row.settings);
    let mut sent = Sent::default();
    // What stays is not sent: moving a date to where it is would still be asked for.
    for name in ["lock_date", "hard_lock_date"] {
        let value = call.form.get(name).trim();
        if call.form.has(name) && value != before.get(name) {
            sent.put(name, value);
        }
    }
    if sent.query().is_empty() {
        return Ok(call.done("/locks", "locks.same", &[]));
    }
    sent.filled(&call.form, &["reason"]);
    let tried = match sent.params().and_then(request::lock_move) {
        Ok(moved) => call.execute(Action::MoveLocks(moved)).await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = tried else { return Ok(call.done("/locks", "locks.saved", &[])) };
    let mut form = call.form.clone();
    form.refuse(&problem, &[]);
    write(&call, 422, form)
}

fn filled(settings: &Settings) -> Form {
    let day =
        |date: Option<jiff::civil::Date>| date.map(|date| date.to_string()).unwrap_or_default();
    Form::filled([
        ("lock_date", day(settings.lock_date)),
        ("hard_lock_date", day(settings.hard_lock_date)),
    ])
}

fn write(call: &Call, status: u16, form: Form) -> Result<Answer, Problem> {
    let f = call.frame_of("nav.locks", "locks");
    let through = call.head.row.settings.locked_through().map(|date| f.date(&date));
    let (is_fixed, is_hard_fixed) = (!f.may_keep_books(), !f.may_administer());
    page_with_status(status, &Locks { f, form, through, is_fixed, is_hard_fixed })
}
