//! One request with a key, read and ready to be carried out.

use axum::body::Bytes;
use engine::{Access, Engine};
use ledger::command::SeriesRef;
use ledger::id::LedgerId;
use ledger::model::{IdempotencyKey, Mode, RequestHash};
use ledger::{Action, Command, Outcome};
use wire::{Params, Problem, RimCode, request_hash};

use crate::body::Encoding;
use crate::failure::{Failure, internal};
use crate::reply::Reply;
use crate::route::Method;

/// A request as a handler gets it.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) engine: Engine,
    pub(crate) access: Access,
    pub(crate) method: Method,
    /// The path as it was asked for.
    pub(crate) path: String,
    /// The id or name in the path.
    pub(crate) id: Option<String>,
    pub(crate) query: String,
    pub(crate) body: Bytes,
    pub(crate) encoding: Encoding,
    pub(crate) idempotency_key: Option<IdempotencyKey>,
}

/// The key and the hash of a request that is to be carried out once.
pub(crate) type Once = Option<(IdempotencyKey, RequestHash)>;

impl Call {
    pub(crate) fn ledger(&self) -> LedgerId {
        self.access.ledger
    }

    pub(crate) fn mode(&self) -> Mode {
        self.access.mode
    }

    /// The id or name in the path.
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    /// The series in the path.
    pub(crate) fn series(&self) -> Result<SeriesRef, Problem> {
        wire::request::series_ref(self.id(), self.ledger(), "id")
    }

    /// The parameters: of a GET its query, of a POST its body.
    pub(crate) fn params(&self) -> Result<Params<'_>, Problem> {
        match (self.method, self.encoding) {
            (Method::Get, _) => Params::from_form(&self.query),
            (Method::Post, _) if !self.query.is_empty() => Err(Problem::new(
                RimCode::ParameterUnknown,
                "A POST takes its parameters in the body, not behind a `?` in the address.",
            )),
            (Method::Post, Encoding::Json) => Params::from_json(&self.body),
            (Method::Post, Encoding::Form) => match std::str::from_utf8(&self.body) {
                Ok(text) => Params::from_form(text),
                Err(error) => {
                    let at = error.valid_up_to();
                    let message = format!("The body is no form: byte {at} is not UTF-8.");
                    Err(Problem::new(RimCode::BodyInvalid, message))
                }
            },
        }
    }

    /// The parameters of a request that is carried out once for each idempotency key.
    pub(crate) fn params_once(&self) -> Result<(Params<'_>, Once), Problem> {
        let params = self.params()?;
        let hash = |key| (key, request_hash(self.method.text(), &self.path, &params));
        let once = self.idempotency_key.map(hash);
        Ok((params, once))
    }

    /// Runs a command to its commit, and writes its outcome.
    pub(crate) async fn execute<F>(
        &self,
        action: Action,
        once: Once,
        write: F,
    ) -> Result<Reply, Failure>
    where
        F: FnOnce(Outcome) -> Option<Vec<u8>>,
    {
        let command = Command {
            ledger: self.ledger(),
            actor: self.access.actor(),
            at: self.engine.now(),
            idempotency: once,
            action,
        };
        let answer = self.engine.answer(command).await?;
        let replayed = answer.replayed;
        match answer.result {
            Err(refusal) => Err(Failure { problem: refusal.into(), replayed }),
            Ok(outcome) => match write(outcome) {
                Some(body) => Ok(Reply { replayed, ..Reply::of(body) }),
                None => {
                    tracing::error!("a command came to an outcome of another kind");
                    Err(internal().into())
                }
            },
        }
    }
}
