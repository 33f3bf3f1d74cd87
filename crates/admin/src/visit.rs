//! One request, read and ready to be answered.

use std::fmt::Display;
use std::ops::Deref;
use std::sync::Arc;

use askama::Template;
use engine::{Engine, EngineError, LedgerView};
use jiff::civil::Date;
use ledger::id::LedgerId;
use ledger::model::Mode;
use ledger::{Action, Outcome};
use sha2::{Digest, Sha256};
use wire::Problem;

use crate::answer::Answer;
use crate::app::App;
use crate::catalogue::Language;
use crate::cookie::{Cookie, Cookies};
use crate::door::Member;
use crate::form::{Form, encode};
use crate::frame::{Frame, Who, address};
use crate::shown::Writing;

/// A request of anybody.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) app: Arc<App>,
    pub(crate) cookies: Cookies,
    pub(crate) language: Language,
    /// Where the outside finds this server.
    pub(crate) base: String,
    /// The address that they come from.
    pub(crate) from: String,
    /// Path and query, as asked for.
    pub(crate) path: String,
    /// The ids in the path, in order.
    pub(crate) ids: Vec<String>,
    /// What stands behind the `?`.
    pub(crate) query: Form,
    /// What was sent.
    pub(crate) form: Form,
    /// What proves that a form came from one of our pages.
    pub(crate) csrf: String,
}

/// A request of somebody who is signed in, in one mode of their account.
#[derive(Clone)]
pub(crate) struct Call {
    visit: Visit,
    pub(crate) member: Member,
    pub(crate) mode: Mode,
    /// The ledger's head, as it was when the request came.
    pub(crate) head: LedgerView,
}

impl Deref for Call {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl Visit {
    pub(crate) fn engine(&self) -> &Engine {
        &self.app.engine
    }

    /// The id in the path.
    pub(crate) fn id(&self) -> &str {
        self.ids.first().map(String::as_str).unwrap_or_default()
    }

    /// The frame for somebody who is not signed in.
    pub(crate) fn guest_frame(&self, title: &str) -> Frame {
        self.frame(Writing::new(self.language, "UTC"), None, self.language.text(title).to_owned())
    }

    fn frame(&self, writing: Writing, who: Option<Who>, title: String) -> Frame {
        let theme =
            self.cookies.get(Cookie::Theme).filter(|theme| ["light", "dark"].contains(theme));
        Frame {
            theme: theme.unwrap_or_default().to_owned(),
            csrf: self.csrf.clone(),
            path: self.path.clone(),
            message: self.message(),
            who,
            title,
            section: "",
            writing,
        }
    }

    /// The message that the page before left: a key, and what is to be put into its text.
    fn message(&self) -> Option<String> {
        let left = Form::read(self.cookies.get(Cookie::Message)?).ok()?;
        let values: Vec<&str> = left.all("v").collect();
        let values: Vec<&dyn Display> = values.iter().map(|value| value as &dyn Display).collect();
        let text = self.language.find(left.get("k"))?;
        Some(if values.is_empty() {
            text.to_owned()
        } else {
            self.language.with(left.get("k"), &values)
        })
    }
}

impl Call {
    pub(crate) async fn new(visit: Visit, member: Member, mode: Mode) -> Result<Call, EngineError> {
        let head = visit.engine().ledger(member.ledger(mode)).await?;
        Ok(Call { visit, member, mode, head })
    }

    pub(crate) fn ledger(&self) -> LedgerId {
        self.head.row.id
    }

    pub(crate) fn writing(&self) -> Writing {
        Writing::new(self.language, &self.head.row.settings.time_zone)
    }

    /// Today in the account's zone.
    pub(crate) fn today(&self) -> Date {
        self.writing().day_of(self.engine().now())
    }

    /// The frame around a page whose title is the text of a key.
    pub(crate) fn frame_of(&self, title: &str, section: &'static str) -> Frame {
        let who = Who::new(&self.member.name, self.member.role, &self.head);
        let title = self.language.text(title).to_owned();
        Visit::frame(self, self.writing(), Some(who), title.clone()).titled(title, section)
    }

    /// Carries out an action as whoever is signed in.
    pub(crate) async fn execute(&self, action: Action) -> Result<Outcome, Problem> {
        let actor = self.member.actor(self.mode);
        let command = self.engine().command(self.ledger(), actor, action);
        self.engine().execute(command).await.map_err(problem)
    }

    /// Another page of the same mode.
    pub(crate) fn to(&self, path: &str) -> Answer {
        Answer::to(address(self.mode, path))
    }

    /// Another page of the same mode, which says what happened.
    pub(crate) fn done(&self, path: &str, key: &str, values: &[&str]) -> Answer {
        self.to(path).with_cookie(Cookie::Message, left(key, values))
    }
}

fn left(key: &str, values: &[&str]) -> String {
    let mut text = String::from("k=");
    encode(&mut text, key);
    for value in values {
        text.push_str("&v=");
        encode(&mut text, value);
    }
    text
}

/// What proves that a form came from a page that was shown to whoever holds the secret cookie:
/// nobody who does not know the cookie can reckon it.
pub(crate) fn csrf_of(secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"gapless form\0");
    hash.update(secret.as_bytes());
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a page.
pub(crate) fn page(template: &impl Template) -> Result<Answer, Problem> {
    page_with_status(200, template)
}

/// Writes a page that says that something is wrong.
pub(crate) fn page_with_status(status: u16, template: &impl Template) -> Result<Answer, Problem> {
    match template.render() {
        Ok(html) => Ok(Answer::with_status(status, html)),
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            Err(internal())
        }
    }
}

pub(crate) fn internal() -> Problem {
    Problem::new(
        wire::RimCode::InternalError,
        "The server has a fault. Try again, and tell whoever runs it when it stays.",
    )
}

/// What a failure is told as.
pub(crate) fn problem(error: EngineError) -> Problem {
    api::problem(error)
}
