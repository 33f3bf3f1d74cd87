//! One request, within bounds.
//!
//! A receiver may be slow, broken or hostile. So every step has a time limit, an answer is read as
//! far as its status and a little more, no redirect is followed, and what a name leads to is
//! checked before it is connected to.

mod connect;
mod failure;
mod pool;
mod resolve;
mod target;

pub use connect::Roots;
pub use failure::{Awaited, Failure};
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use target::{Target, check_url};

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Response};
use tokio::time::{Instant, timeout_at};

use crate::address::AddressRules;
use crate::signature;
use connect::{Connector, broken};
use pool::{Connection, Pool};

/// Bytes of an answer that are read, so that the connection can be used again; of a longer one
/// nothing more is read, and the connection is closed.
const ANSWER_BYTES_MAX: u64 = 8 * 1024;
/// How long the rest of an answer is waited for, once its status is known.
const REST_PATIENCE: Duration = Duration::from_millis(500);
const AGENT: &str = concat!("Gapless/", env!("CARGO_PKG_VERSION"), " (webhooks)");

/// How a client is set up. The default is what a server uses.
#[derive(Clone)]
pub struct ClientOptions {
    /// What may be reached beyond public addresses.
    pub rules: AddressRules,
    /// Finds the addresses of names.
    pub resolver: Arc<dyn Resolve>,
    /// Who says who a receiver is.
    pub roots: Roots,
    /// How long the name, the connection and its encryption may take together.
    pub connect_limit: Duration,
    /// How long all of it may take, until the status of the answer is known.
    pub whole_limit: Duration,
}

/// Sends requests, and keeps connections for the next ones.
pub struct Client {
    connector: Connector,
    pool: Pool,
    connect_limit: Duration,
    whole_limit: Duration,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// The value of the header [`signature::HEADER`].
    pub signature: String,
    /// JSON.
    pub body: Bytes,
}

impl Default for ClientOptions {
    fn default() -> ClientOptions {
        ClientOptions {
            rules: AddressRules::default(),
            resolver: Arc::new(SystemResolver),
            roots: Roots::Machine,
            connect_limit: Duration::from_secs(10),
            whole_limit: Duration::from_secs(30),
        }
    }
}

impl Client {
    /// A client without connections.
    pub fn new(options: ClientOptions) -> Client {
        Client {
            connector: Connector::new(options.rules, options.resolver, options.roots),
            pool: Pool::default(),
            connect_limit: options.connect_limit,
            whole_limit: options.whole_limit,
        }
    }

    /// Sends a message once; answers the status of whatever came back, redirects included.
    ///
    /// A kept connection may have been closed by the receiver just now; then the message is sent
    /// again over a new one.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn post(&self, target: &Target, message: &Message) -> Result<u16, Failure> {
        let deadline = Instant::now() + self.whole_limit;
        if let Some(kept) = self.pool.take(&target.origin) {
            match self.exchange(kept, target, message, deadline).await {
                Err(Ended::Gone(_)) => {}
                Err(Ended::Failed(failure)) => return Err(failure),
                Ok(status) => return Ok(status),
            }
        }
        let fresh = self.connect(target, deadline).await?;
        self.exchange(fresh, target, message, deadline).await.map_err(Ended::failure)
    }

    /// How long all of a request may take.
    pub fn whole_limit(&self) -> Duration {
        self.whole_limit
    }

    /// Closes connections that were not used for a while. To be called every few seconds.
    pub fn tidy(&self) {
        self.pool.tidy();
    }

    async fn connect(&self, target: &Target, deadline: Instant) -> Result<Connection, Failure> {
        let limit = self.connect_limit.min(self.whole_limit);
        let until = (Instant::now() + limit).min(deadline);
        let connecting = self.connector.connect(&target.origin, until);
        let connected = timeout_at(until, connecting).await;
        let late = Failure::TimedOut { what: Awaited::Connection, limit };
        Ok(Connection::new(connected.map_err(|_| late)??))
    }

    async fn exchange(
        &self,
        mut connection: Connection,
        target: &Target,
        message: &Message,
        deadline: Instant,
    ) -> Result<u16, Ended> {
        let request = request(target, message).map_err(Ended::Failed)?;
        let sender = &mut connection.sender;
        let answering = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        match timeout_at(deadline, answering).await {
            Ok(Ok(answer)) => {
                let status = answer.status().as_u16();
                if is_read(answer).await {
                    self.pool.put(&target.origin, connection);
                }
                Ok(status)
            }
            Ok(Err(error)) if error.is_parse() => Err(Ended::Failed(broken(error))),
            Ok(Err(error)) => Err(Ended::Gone(broken(error))),
            Err(_) => {
                let limit = self.whole_limit;
                Err(Ended::Failed(Failure::TimedOut { what: Awaited::Answer, limit }))
            }
        }
    }
}

/// Why there is no status.
enum Ended {
    /// The connection ended before anything came back.
    Gone(Failure),
    /// It makes no sense to send the same again at once.
    Failed(Failure),
}

impl Ended {
    fn failure(self) -> Failure {
        match self {
            Ended::Gone(failure) | Ended::Failed(failure) => failure,
        }
    }
}

fn request(target: &Target, message: &Message) -> Result<Request<Full<Bytes>>, Failure> {
    Request::post(target.path.as_str())
        .header(HOST, target.authority.as_str())
        .header(USER_AGENT, HeaderValue::from_static(AGENT))
        .header(ACCEPT, HeaderValue::from_static("*/*"))
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))
        .header(signature::HEADER, message.signature.as_str())
        .body(Full::new(message.body.clone()))
        .map_err(|error| Failure::Broken(error.to_string()))
}

/// Reads the rest of an answer; says whether the connection can be used again. What a receiver
/// says beside its status is of no matter.
async fn is_read(answer: Response<Incoming>) -> bool {
    let mut body = answer.into_body();
    if body.is_end_stream() {
        return true;
    }
    let fits = |read: u64| read <= ANSWER_BYTES_MAX;
    if !fits(body.size_hint().lower()) {
        return false;
    }
    let reading = async {
        let mut read = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            read += frame.data_ref().map_or(0, |data| data.len() as u64);
            if !fits(read) {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(REST_PATIENCE, reading).await.unwrap_or(false)
}
