//! What is hammered.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Engine, EngineError};
use ledger::command::{Item, SeriesRef};
use ledger::history::{Answer, Given, Request};
use ledger::id::LedgerId;
use ledger::model::{IdempotencyKey, RequestHash};
use ledger::{Action, Actor, Outcome};
use serde_json::{Value, json};

use super::client::Plan;
use crate::client::{Client, Trouble};
use crate::door::failure;

/// Metadata that marks the documents of a run.
pub(super) const MARK: &str = "hammer";

/// An answer that is none.
const STRANGE: &str = "no number in the answer";

/// What is hammered.
pub(super) enum Target {
    /// A server.
    Server(Client),
    /// The engine in this process.
    Database(Engine, LedgerId),
}

/// One number that is asked for.
pub(super) struct Order<'a> {
    /// What a retry has in common with it.
    pub(super) request: &'a Request,
    /// What all have in common.
    pub(super) plan: &'a Plan,
}

impl Target {
    /// Asks once.
    ///
    /// # Errors
    /// Why there is no answer, in a few words: it is unknown whether a number was given.
    pub(super) fn ask(&self, order: &Order<'_>) -> Result<Answer, String> {
        match self {
            Target::Server(client) => ask_server(client, order),
            Target::Database(engine, ledger) => ask_engine(engine, *ledger, order),
        }
    }
}

fn ask_server(client: &Client, order: &Order<'_>) -> Result<Answer, String> {
    let mut body = json!({
        "date": order.plan.date.to_string(),
        "metadata": { MARK: &*order.plan.run },
    });
    if let Some(series) = &order.plan.series {
        body["series"] = json!(&**series);
    }
    let key = match order.request {
        Request::Key(key) => Some(key.as_str()),
        Request::Reference(reference) => {
            body["reference"] = json!(reference);
            None
        }
    };
    match client.post_once("/v1/numbers", &body, key) {
        Ok(number) => given(&number).map(Answer::Number).ok_or_else(|| STRANGE.to_owned()),
        Err(Trouble::Refused(failure)) => Ok(Answer::Refused(failure.code)),
        Err(Trouble::Later(silence)) => Err(silence.kind),
    }
}

fn ask_engine(engine: &Engine, ledger: LedgerId, order: &Order<'_>) -> Result<Answer, String> {
    let (reference, key) = match order.request {
        Request::Reference(reference) => (Some(reference.clone()), None),
        Request::Key(key) => (None, Some(key_of(key))),
    };
    let item = Item {
        date: Some(order.plan.date),
        reference,
        series: order.plan.series.as_ref().map(|name| SeriesRef::Name(name.to_string())),
        metadata: BTreeMap::from([(MARK.to_owned(), order.plan.run.to_string())]),
        ..Item::default()
    };
    let actor = Actor::Operator(MARK.to_owned());
    let mut command = engine.command(ledger, actor, Action::Issue(vec![item]));
    command.idempotency = key.map(|key| (key, RequestHash(key.0)));
    match engine.execute_blocking(command) {
        Ok(Outcome::Issued(views)) => {
            let given = views.first().map(|view| Given {
                sequence: label(&view.series_name, &view.period_label),
                ordinal: view.row.ordinal,
                text: view.row.text.clone(),
            });
            given.map(Answer::Number).ok_or_else(|| STRANGE.to_owned())
        }
        Err(EngineError::Refused(refusal)) => Ok(Answer::Refused(refusal.code.text().to_owned())),
        Ok(_) => Err(STRANGE.to_owned()),
        Err(error) => Err(failure(&error).code),
    }
}

/// The key under which an answer is remembered.
fn key_of(key: &str) -> IdempotencyKey {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&engine::key_hash(key).0[..16]);
    IdempotencyKey(bytes)
}

/// The number in a number object.
pub(super) fn given(number: &Value) -> Option<Given> {
    let series = number["series"].as_str()?;
    let period = number["period"]["label"].as_str()?;
    Some(Given {
        sequence: label(series, period),
        ordinal: number["ordinal"].as_u64()?,
        text: number["number"].as_str()?.to_owned(),
    })
}

/// A name for a sequence.
pub(super) fn label(series: &str, period: &str) -> Arc<str> {
    format!("{series} {period}").into()
}
