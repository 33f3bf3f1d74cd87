//! A running server, asked over HTTP.

use std::time::Duration;

use engine::{Ids, SystemIds};
use serde_json::Value;
use ureq::Agent;

use crate::failure::Failure;

/// A server and the key to it.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    authorization: String,
}

/// Why there is no good answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There was no answer, or one that says to ask again: it is unknown whether anything was
    /// done.
    Later(String),
    /// The server refuses.
    Refused(Failure),
}

/// A batch of the largest size has room in an answer of this size.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// How often, and how far apart, a request is sent again that got no answer.
const RETRIES: u32 = 8;
const RETRY_PAUSE: Duration = Duration::from_millis(100);

impl Client {
    /// A client of the server at a URL such as `http://127.0.0.1:7447`.
    pub(crate) fn new(url: &str, key: Option<&str>) -> Result<Client, Failure> {
        if url.starts_with("https://") {
            let message = "this command speaks plain HTTP only; give the address of the server \
                           itself, such as http://127.0.0.1:7447";
            return Err(Failure::usage("parameter_invalid", message).about("url"));
        }
        if !url.starts_with("http://") {
            let message = format!("'{url}' is no address; expected http://HOST:PORT");
            return Err(Failure::usage("parameter_invalid", message).about("url"));
        }
        let key = key.ok_or_else(|| {
            let message = "a server is asked with an API key: give it with --key or GAPLESS_KEY";
            Failure::usage("parameter_missing", message).about("key")
        })?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(ANSWER_TIMEOUT))
            .build();
        Ok(Client {
            agent: config.into(),
            base: url.trim_end_matches('/').to_owned(),
            authorization: format!("Bearer {key}"),
        })
    }

    /// Asks for something to be read, again where there is no answer.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.persist(|| self.get_once(path))
    }

    /// Asks for something to be read that may take long, once.
    pub(crate) fn get_patiently(&self, path: &str) -> Result<Value, Failure> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = request.header("authorization", &self.authorization);
        let request = request.config().timeout_global(None).build();
        read(request.call()).map_err(|trouble| match trouble {
            Trouble::Refused(failure) => failure,
            Trouble::Later(problem) => self.unreachable(&problem),
        })
    }

    /// Asks for something to be done, again where there is no answer: the idempotency key makes
    /// that safe.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let key = SystemIds.base62(32);
        self.persist(|| self.post_once(path, body, Some(&key)))
    }

    /// Asks once for something to be read.
    pub(crate) fn get_once(&self, path: &str) -> Result<Value, Trouble> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = request.header("authorization", &self.authorization);
        read(request.call())
    }

    /// Asks once for something to be done.
    pub(crate) fn post_once(
        &self,
        path: &str,
        body: &Value,
        idempotency_key: Option<&str>,
    ) -> Result<Value, Trouble> {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", &self.authorization)
            .header("content-type", "application/json");
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        read(request.send(body.to_string()))
    }

    fn unreachable(&self, problem: &str) -> Failure {
        let message = format!("the server at {} does not answer: {problem}", self.base);
        Failure::service("server_unreachable", message).about("url")
    }

    fn persist(&self, ask: impl Fn() -> Result<Value, Trouble>) -> Result<Value, Failure> {
        let mut tries = 0;
        loop {
            match ask() {
                Ok(value) => return Ok(value),
                Err(Trouble::Refused(failure)) => return Err(failure),
                Err(Trouble::Later(problem)) if tries == RETRIES => {
                    return Err(self.unreachable(&problem));
                }
                Err(Trouble::Later(_)) => {
                    std::thread::sleep(RETRY_PAUSE * 2u32.pow(tries.min(4)));
                    tries += 1;
                }
            }
        }
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Trouble> {
    let later = |error: ureq::Error| Trouble::Later(error.to_string());
    let mut answer = answer.map_err(later)?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    let text = body.read_to_string().map_err(later)?;
    if matches!(status, 409 | 429 | 500..=599) {
        return Err(Trouble::Later(format!("status {status}: {text}")));
    }
    let value = serde_json::from_str::<Value>(&text).map_err(|error| {
        let message = format!("the server's answer is not JSON ({error}); is it Gapless?");
        Trouble::Refused(Failure::service("server_strange", message).about("url"))
    })?;
    if status < 300 { Ok(value) } else { Err(Trouble::Refused(refusal(status, &value))) }
}

fn refusal(status: u16, answer: &Value) -> Failure {
    let error = &answer["error"];
    let word = |name: &str| error[name].as_str();
    let code = word("code").or(word("type")).unwrap_or("server_strange");
    let message = word("message").unwrap_or("the server refused without saying why");
    let failure = match status {
        401 => Failure::usage(code, message).about("key"),
        _ => Failure::refused(code, message),
    };
    match word("param") {
        Some(param) => failure.about(param),
        None => failure,
    }
}
