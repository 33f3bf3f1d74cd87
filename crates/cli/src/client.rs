//! A running server, or several of one database, asked over HTTP.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use engine::{Ids, SystemIds};
use serde_json::Value;
use ureq::Agent;

use crate::failure::Failure;

/// Servers of one database, mostly one, and the key to them.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    /// Never empty. Where one does not answer, the next one is asked.
    bases: Vec<String>,
    /// The place of the one that answered last, which is asked first: one that is silent costs its
    /// whole timeout.
    answering: Arc<AtomicUsize>,
    authorization: String,
    /// How long an answer is waited for.
    timeout: Duration,
    /// How long it is asked again at least.
    patience: Duration,
}

/// Why there is no good answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There was no answer, or one that says to ask again: it is unknown whether anything was
    /// done.
    Later(Silence),
    /// The server refuses.
    Refused(Failure),
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    /// In a few words, the same for the same reason: `connection refused`,
    /// `503 database_unavailable`.
    pub(crate) kind: String,
    /// Whole.
    message: String,
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The code of a failure to reach any server.
pub(crate) const UNREACHABLE: &str = "server_unreachable";

/// A batch of the largest size has room in an answer of this size.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// How often, and how far apart, a request is sent again that got no answer.
const RETRIES: u32 = 8;
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// Connections that are kept open between requests.
const CONNECTIONS_KEPT: usize = 4_096;

impl Client {
    /// A client of the server at a URL such as `http://127.0.0.1:7447`.
    pub(crate) fn new(url: &str, key: Option<&str>) -> Result<Client, Failure> {
        Client::of_several(&[url], key)
    }

    /// A client of several servers of one database. What one of them does not answer is asked the
    /// next one.
    pub(crate) fn of_several(
        urls: &[impl AsRef<str>],
        key: Option<&str>,
    ) -> Result<Client, Failure> {
        let bases = urls.iter().map(|url| base(url.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let key = key.ok_or_else(|| {
            let message = "a server is asked with an API key: give it with --key or GAPLESS_KEY";
            Failure::usage("parameter_missing", message).about("key")
        })?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .max_idle_connections(CONNECTIONS_KEPT)
            .max_idle_connections_per_host(CONNECTIONS_KEPT)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .build();
        Ok(Client {
            agent: config.into(),
            bases,
            answering: Arc::default(),
            authorization: format!("Bearer {key}"),
            timeout: ANSWER_TIMEOUT,
            patience: Duration::ZERO,
        })
    }

    /// The same, which waits for an answer for so long only.
    pub(crate) fn answering_within(self, timeout: Duration) -> Client {
        Client { timeout, ..self }
    }

    /// The same, which goes on asking where there is no answer for at least so long.
    pub(crate) fn patient(self, patience: Duration) -> Client {
        Client { patience, ..self }
    }

    /// A client of each server alone, which shares its connections with this one.
    pub(crate) fn each(&self) -> impl Iterator<Item = Client> {
        let alone = |base: &String| Client {
            bases: vec![base.clone()],
            answering: Arc::default(),
            patience: Duration::ZERO,
            ..self.clone()
        };
        self.bases.iter().map(alone)
    }

    /// The address of the server; of the first where there are several.
    pub(crate) fn address(&self) -> &str {
        &self.bases[0]
    }

    /// Asks for something to be read, again where there is no answer.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.persist(|base| self.get_at(base, path, Some(self.timeout)))
    }

    /// Asks for something to be read that may take long, again only where there is patience.
    pub(crate) fn get_patiently(&self, path: &str) -> Result<Value, Failure> {
        let ask = |base: &str| self.get_at(base, path, None);
        if self.patience.is_zero() {
            return ask(self.address()).map_err(|trouble| match trouble {
                Trouble::Refused(failure) => failure,
                Trouble::Later(problem) => self.unreachable(&problem),
            });
        }
        self.persist(ask)
    }

    /// Asks for something to be done, again where there is no answer: the idempotency key makes
    /// that safe.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let key = SystemIds.base62(32);
        self.persist(|base| self.post_at(base, path, body, Some(&key)))
    }

    /// Asks the first server once for something to be read.
    pub(crate) fn get_once(&self, path: &str) -> Result<Value, Trouble> {
        self.get_at(self.address(), path, Some(self.timeout))
    }

    /// Asks the first server once for something to be done.
    pub(crate) fn post_once(
        &self,
        path: &str,
        body: &Value,
        idempotency_key: Option<&str>,
    ) -> Result<Value, Trouble> {
        self.post_at(self.address(), path, body, idempotency_key)
    }

    fn get_at(&self, base: &str, path: &str, within: Option<Duration>) -> Result<Value, Trouble> {
        let request = self.agent.get(format!("{base}{path}"));
        // What is proven, or compared with what was answered, must not be a replica's past.
        let request = request.header("gapless-read", "primary");
        let request = request.header("authorization", &self.authorization);
        read(request.config().timeout_global(within).build().call())
    }

    fn post_at(
        &self,
        base: &str,
        path: &str,
        body: &Value,
        idempotency_key: Option<&str>,
    ) -> Result<Value, Trouble> {
        let mut request = self
            .agent
            .post(format!("{base}{path}"))
            .header("authorization", &self.authorization)
            .header("content-type", "application/json");
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let within = request.config().timeout_global(Some(self.timeout));
        read(within.build().send(body.to_string()))
    }

    fn unreachable(&self, problem: &Silence) -> Failure {
        let message = match &self.bases[..] {
            [only] => format!("the server at {only} does not answer: {problem}"),
            several => {
                format!("none of the servers at {} answers: {problem}", several.join(", "))
            }
        };
        Failure::service(UNREACHABLE, message).about("url")
    }

    fn persist(&self, ask: impl Fn(&str) -> Result<Value, Trouble>) -> Result<Value, Failure> {
        let begun = Instant::now();
        let mut round = 0;
        loop {
            let mut silence = None;
            let first = self.answering.load(Ordering::Relaxed);
            for place in (0..self.bases.len()).map(|step| (first + step) % self.bases.len()) {
                match ask(&self.bases[place]) {
                    Ok(value) => {
                        self.answering.store(place, Ordering::Relaxed);
                        return Ok(value);
                    }
                    Err(Trouble::Refused(failure)) => return Err(failure),
                    Err(Trouble::Later(problem)) => silence = Some(problem),
                }
            }
            if let Some(problem) = silence
                && round >= RETRIES
                && begun.elapsed() >= self.patience
            {
                return Err(self.unreachable(&problem));
            }
            std::thread::sleep(RETRY_PAUSE * 2u32.pow(round.min(4)));
            round += 1;
        }
    }
}

/// The address that requests are made to.
fn base(url: &str) -> Result<String, Failure> {
    if url.starts_with("https://") {
        let message = "this command speaks plain HTTP only; give the address of the server \
                       itself, such as http://127.0.0.1:7447";
        return Err(Failure::usage("parameter_invalid", message).about("url"));
    }
    if !url.starts_with("http://") {
        let message = format!("'{url}' is no address; expected http://HOST:PORT");
        return Err(Failure::usage("parameter_invalid", message).about("url"));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Trouble> {
    let mut answer = answer.map_err(no_answer)?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    let text = body.read_to_string().map_err(no_answer)?;
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    if status < 300 && kind.is_some_and(|kind| kind.starts_with("text/")) {
        return Ok(Value::String(text));
    }
    let value = serde_json::from_str::<Value>(&text);
    if matches!(status, 409 | 429 | 500..=599) {
        let code = value.as_ref().ok().and_then(|value| value["error"]["code"].as_str());
        let kind = format!("{status} {}", code.unwrap_or_default()).trim_end().to_owned();
        return Err(Trouble::Later(Silence { kind, message: format!("status {status}: {text}") }));
    }
    let value = value.map_err(|error| {
        let message = format!("the server's answer is not JSON ({error}); is it Gapless?");
        Trouble::Refused(Failure::service("server_strange", message).about("url"))
    })?;
    if status < 300 { Ok(value) } else { Err(Trouble::Refused(refusal(status, &value))) }
}

fn no_answer(error: ureq::Error) -> Trouble {
    let kind = match &error {
        ureq::Error::Io(error) => error.kind().to_string(),
        ureq::Error::Timeout(_) => "timed out".to_owned(),
        _ => "no answer".to_owned(),
    };
    Trouble::Later(Silence { kind, message: error.to_string() })
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

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    use super::*;

    /// A server that takes connections and never answers.
    fn silent() -> (TcpListener, String) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        (listener, url)
    }

    /// A server that answers so many requests; their heads in the end.
    fn answering(requests: usize) -> (JoinHandle<Vec<Vec<String>>>, String) {
        let (listener, url) = silent();
        let server = std::thread::spawn(move || {
            let heads = (0..requests).map(|_| {
                let (mut stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let lines = lines.map(Result::unwrap).take_while(|line| !line.is_empty());
                let head: Vec<String> = lines.map(|line| line.to_ascii_lowercase()).collect();
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                stream.write_all(answer).unwrap();
                head
            });
            heads.collect::<Vec<_>>()
        });
        (server, url)
    }

    #[test]
    fn a_silent_server_is_waited_for_once() {
        let (_silent, first) = silent();
        let (server, second) = answering(3);
        let client = Client::of_several(&[first, second], Some("sk_test_x")).unwrap();
        let client = client.answering_within(Duration::from_secs(1));
        let begun = Instant::now();
        client.get("/v1/trail").unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(1), "the first one was not asked");
        client.post("/v1/numbers", &Value::Null).unwrap();
        // It has no bound of its own, and would never end at the first one.
        client.patient(Duration::from_secs(1)).get_patiently("/v1/trail/verify").unwrap();
        assert_eq!(server.join().unwrap().len(), 3);
    }

    #[test]
    fn whatever_is_read_is_read_where_it_was_written() {
        let (server, url) = answering(3);
        let client = Client::new(&url, Some("sk_test_x")).unwrap();
        client.get("/v1/trail").unwrap();
        client.get_patiently("/v1/trail/verify").unwrap();
        client.get_once("/v1/numbers").unwrap();
        for head in server.join().unwrap() {
            assert!(head.contains(&"gapless-read: primary".to_owned()), "{head:?}");
        }
    }
}
