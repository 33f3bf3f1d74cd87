//! One request with a key, read and ready to be carried out.

use axum::body::Bytes;
use engine::{Access, Engine};
use ledger::command::SeriesRef;
use ledger::id::{AccountId, LedgerId};
use ledger::model::{IdempotencyKey, Mode, RequestHash};
use ledger::role::Right;
use ledger::{Action, Actor, Code, Command, Outcome, Refusal};
use wire::{Expand, Params, Problem, RimCode, Version, request_hash};

use crate::app::UrlRefusal;
use crate::body::Encoding;
use crate::failure::{Failure, internal};
use crate::reply::Reply;
use crate::route::{Method, expandable};

/// A request as a handler gets it.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) engine: Engine,
    pub(crate) access: Access,
    pub(crate) method: Method,
    /// The name of the operation.
    pub(crate) operation: &'static str,
    /// The name of what it answers.
    pub(crate) answer: &'static str,
    /// The path as it was asked for.
    pub(crate) path: String,
    /// The request's own id, `req_…`.
    pub(crate) request_id: String,
    /// The version that the caller speaks.
    pub(crate) version: Version,
    /// Where the caller found this server, without a slash at its end.
    pub(crate) base: String,
    /// The ids and names in the path, in order.
    pub(crate) ids: Vec<String>,
    pub(crate) query: String,
    pub(crate) body: Bytes,
    pub(crate) encoding: Encoding,
    pub(crate) idempotency_key: Option<IdempotencyKey>,
    /// The text of that key.
    pub(crate) idempotency_text: Option<String>,
    /// The account whose key it is, where it acts for a connected one.
    pub(crate) platform: Option<AccountId>,
    /// What tells why events would never be sent to a URL.
    pub(crate) url_refusal: Option<UrlRefusal>,
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
        self.ids.first().map(String::as_str).unwrap_or_default()
    }

    /// The second id in the path, of what belongs to the first.
    pub(crate) fn inner_id(&self) -> &str {
        self.ids.get(1).map(String::as_str).unwrap_or_default()
    }

    /// The series in the path.
    pub(crate) fn series(&self) -> Result<SeriesRef, Problem> {
        wire::request::series_ref(self.id(), self.ledger(), "id")
    }

    /// The parameters: of a POST its body, of everything else its query.
    pub(crate) fn params(&self) -> Result<Params<'_>, Problem> {
        match (self.method, self.encoding) {
            (Method::Get | Method::Delete, _) => Params::from_form(&self.query),
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

    /// The parameters in the newest version, and what is to be expanded in the answer.
    pub(crate) fn modern_params(&self) -> Result<(Params<'_>, Expand), Problem> {
        self.modern(self.params()?)
    }

    /// As [`Call::modern_params`], of a request that is carried out once for each idempotency key.
    pub(crate) fn modern_params_once(&self) -> Result<(Params<'_>, Once, Expand), Problem> {
        let (params, once) = self.params_once()?;
        let (params, expand) = self.modern(params)?;
        Ok((params, once, expand))
    }

    fn modern<'p>(&self, mut params: Params<'p>) -> Result<(Params<'p>, Expand), Problem> {
        let expand = Expand::take(&mut params, expandable(self.answer))?;
        self.version.modernize(self.operation, &mut params)?;
        Ok((params, expand))
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
        let (outcome, replayed) = self.outcome(action, once).await?;
        match write(outcome) {
            Some(body) => Ok(Reply { replayed, ..Reply::of(body) }),
            None => Err(unexpected()),
        }
    }

    /// What an action would come to, with nothing written.
    pub(crate) async fn rehearse(&self, action: Action) -> Result<Outcome, Failure> {
        let command = Command {
            ledger: self.ledger(),
            actor: self.actor(action.right())?,
            at: self.engine.now(),
            idempotency: None,
            action,
        };
        Ok(self.engine.rehearse(command).await?)
    }

    /// Runs a command to its commit: what it came to, and whether it is a replay.
    pub(crate) async fn outcome(
        &self,
        action: Action,
        once: Once,
    ) -> Result<(Outcome, bool), Failure> {
        let command = Command {
            ledger: self.ledger(),
            actor: self.actor(action.right())?,
            at: self.engine.now(),
            idempotency: once,
            action,
        };
        let answer = self.engine.answer(command).await?;
        let replayed = answer.replayed;
        let failure = |refusal: Refusal| Failure { replayed, ..Problem::from(refusal).into() };
        answer.result.map(|outcome| (outcome, replayed)).map_err(failure)
    }

    /// Who asks. The ledger knows its own keys only: that a platform's key may do something in a
    /// connected account is found here.
    pub(crate) fn actor(&self, right: Right) -> Result<Actor, Problem> {
        let Some(platform) = &self.platform else { return Ok(self.access.actor()) };
        if self.access.may(right) {
            return Ok(Actor::Operator(format!("{} of {platform}", self.access.actor.text())));
        }
        let message = format!(
            "A key with the role {} may not do that. Use a key of a role that may.",
            self.access.role.text(),
        );
        Err(Problem::new(Code::RoleForbidden, message))
    }
}

/// The problem that a command came to what it cannot come to.
pub(crate) fn unexpected() -> Failure {
    tracing::error!("a command came to an outcome of another kind");
    internal().into()
}
