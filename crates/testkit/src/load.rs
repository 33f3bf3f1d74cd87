//! A closed loop of HTTP/1.1 clients that costs little, so that the server gets the processor.
//!
//! Each connection sends a request, waits for the whole answer and sends the next: N connections
//! never have more than N requests under way. The clients share one thread. Requests are bytes
//! that the caller writes, whole with their head, into a buffer that is used again; of an answer
//! only the status and the length are read, and its beginning is shown to whoever asks for it.

mod histogram;
mod meter;
mod response;

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub use histogram::Histogram;
pub use meter::{Meter, Window};
use response::Head;

/// How long a client waits for one answer, and for the stragglers after the end.
const ANSWER_PATIENCE: Duration = Duration::from_secs(30);

/// How long a client waits before it connects again to a server that refused.
const RECONNECT_PAUSE: Duration = Duration::from_millis(20);

/// Bytes of an answer that a client holds at once, its head included.
const HELD_BYTES: usize = 16 * 1024;

/// What is sent. A function that writes requests is one that looks at no answer.
pub trait Requests {
    /// Writes the request of a connection, counted from 0, in its iteration, counted from 0 and
    /// through the warm-up, to the end of an empty buffer.
    fn write(&self, connection: usize, iteration: u64, buffer: &mut Vec<u8>);

    /// Sees the body of a good answer, cut off where head and body are longer than 16 KiB, before
    /// the connection's next request is written.
    fn answered(&self, connection: usize, body: &[u8]) {
        let _ = (connection, body);
    }
}

impl<F: Fn(usize, u64, &mut Vec<u8>)> Requests for F {
    fn write(&self, connection: usize, iteration: u64, buffer: &mut Vec<u8>) {
        self(connection, iteration, buffer);
    }
}

/// What is to be sent, by how many and for how long.
pub struct LoadPlan<R> {
    /// Where the servers listen; the connections are dealt out to them in turn.
    pub addresses: Vec<SocketAddr>,
    /// How many connections are kept open, each with at most one request under way.
    pub connections: usize,
    /// How long requests are sent before anything is counted.
    pub warm_up: Duration,
    /// How long requests are counted.
    pub duration: Duration,
    /// What is sent.
    pub requests: R,
}

/// What came of it. The warm-up counts for errors only: a server that fails then fails.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadReport {
    /// Answers with a status from 200 to 299 that arrived in the measured time.
    pub requests: u64,
    /// Other answers, and requests without one.
    pub errors: u64,
    /// What the first of the errors was.
    pub first_error: Option<String>,
    /// The measured time, in seconds.
    pub seconds: f64,
    /// Requests per second.
    pub rate: f64,
    /// Half of the requests were answered within this many milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 requests were answered within this many milliseconds.
    pub p99_ms: f64,
    /// The slowest answer, in milliseconds.
    pub max_ms: f64,
}

/// Carries the plan out on the calling thread and returns when all its connections are closed.
///
/// # Errors
///
/// When the runtime cannot be made. A server that cannot be reached is counted under
/// [`LoadReport::errors`].
///
/// # Panics
///
/// When called from within an asynchronous runtime.
pub fn run<R>(plan: LoadPlan<R>) -> io::Result<LoadReport>
where
    R: Requests + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let clients = tokio::task::LocalSet::new();
    let tally = clients.block_on(&runtime, drive(plan));
    Ok(tally.report())
}

async fn drive<R>(plan: LoadPlan<R>) -> Tally
where
    R: Requests + 'static,
{
    let window = Window::after(Instant::now(), plan.warm_up, plan.duration);
    let connections = plan.connections;
    let plan = Rc::new(plan);
    let clients: Vec<_> = (0..connections)
        .map(|connection| {
            let plan = Rc::clone(&plan);
            let client = Client::new(connection, window);
            tokio::task::spawn_local(async move { client.run(&plan, window).await })
        })
        .collect();
    let mut tally = Tally::new(window);
    for client in clients {
        match client.await {
            Ok(one) => tally.add(one),
            Err(error) => tally.fail(format!("a client broke: {error}")),
        }
    }
    tally
}

struct Tally {
    meter: Meter,
    errors: u64,
    first_error: Option<String>,
}

impl Tally {
    fn new(window: Window) -> Self {
        Self { meter: Meter::new(window), errors: 0, first_error: None }
    }

    fn fail(&mut self, what: String) {
        self.errors += 1;
        self.first_error.get_or_insert(what);
    }

    fn add(&mut self, other: Self) {
        self.meter.add(&other.meter);
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
    }

    fn report(self) -> LoadReport {
        LoadReport {
            requests: self.meter.answered(),
            errors: self.errors,
            first_error: self.first_error,
            seconds: self.meter.seconds(),
            rate: self.meter.rate(),
            p50_ms: self.meter.quantile_ms(0.50),
            p99_ms: self.meter.quantile_ms(0.99),
            max_ms: self.meter.max_ms(),
        }
    }
}

struct Client {
    connection: usize,
    request: Vec<u8>,
    received: Vec<u8>,
    tally: Tally,
}

impl Client {
    fn new(connection: usize, window: Window) -> Self {
        Self {
            connection,
            request: Vec::with_capacity(1024),
            received: vec![0; HELD_BYTES],
            tally: Tally::new(window),
        }
    }

    async fn run(mut self, plan: &LoadPlan<impl Requests>, window: Window) -> Tally {
        let address = plan.addresses[self.connection % plan.addresses.len()];
        let mut stream = None;
        let mut iteration = 0;
        loop {
            let sent = Instant::now();
            if window.is_over(sent) {
                return self.tally;
            }
            self.request.clear();
            plan.requests.write(self.connection, iteration, &mut self.request);
            iteration += 1;
            let exchange = self.exchange(address, &mut stream, &plan.requests);
            let outcome = match tokio::time::timeout(ANSWER_PATIENCE, exchange).await {
                Ok(outcome) => outcome,
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
            };
            match outcome {
                Ok(200..=299) => self.tally.meter.record(sent, Instant::now()),
                Ok(status) => self.tally.fail(format!("status {status}")),
                Err(error) => {
                    stream = None;
                    self.tally.fail(error.to_string());
                    tokio::time::sleep(RECONNECT_PAUSE).await;
                }
            }
        }
    }

    /// Sends the request and reads the answer to its end; gives the status.
    async fn exchange(
        &mut self,
        address: SocketAddr,
        kept: &mut Option<TcpStream>,
        requests: &impl Requests,
    ) -> io::Result<u16> {
        let stream = match kept {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                kept.insert(stream)
            }
        };
        stream.write_all(&self.request).await?;
        let mut length = 0;
        let head = loop {
            length += receive(stream, &mut self.received[length..]).await?;
            if let Some(head) = Head::read(&self.received[..length])? {
                break head;
            }
            if length == self.received.len() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the head is too long"));
            }
        };
        let total = head.bytes + head.body_bytes;
        let mut missing = total.checked_sub(length).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "more bytes than the answer announced")
        })?;
        let held = total.min(self.received.len());
        while length < held {
            let bytes = receive(stream, &mut self.received[length..held]).await?;
            length += bytes;
            missing -= bytes;
        }
        if (200..300).contains(&head.status) {
            requests.answered(self.connection, &self.received[head.bytes..held]);
        }
        while missing > 0 {
            let room = missing.min(self.received.len());
            missing -= receive(stream, &mut self.received[..room]).await?;
        }
        if head.closes {
            *kept = None;
        }
        Ok(head.status)
    }
}

async fn receive(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    match stream.read(buffer).await? {
        0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed before the answer's end")),
        bytes => Ok(bytes),
    }
}
