//! A receiver of webhooks that behaves as it is told.
//!
//! It listens on this machine, keeps what it receives, and answers each request as a script says:
//! with a status, late, never, with a gigabyte, or by hanging up. Its connections share one thread,
//! so that it can take thousands of requests a second beside what is measured.

mod connection;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// What a sink does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Answers with a status.
    Status(u16),
    /// Answers with a redirect to a URL.
    Redirect(String),
    /// Answers with a status after a time.
    Late(u16, Duration),
    /// Never answers, and keeps the connection open.
    Hang,
    /// Ends the connection without an answer.
    HangUp,
    /// Ends the connection in the middle of an answer's head.
    HangUpInHead,
    /// Ends the connection in the middle of an answer's body, behind this status.
    HangUpInBody(u16),
    /// Answers with a status and a gigabyte.
    Gigabyte(u16),
    /// Answers with a head that never ends.
    EndlessHead,
    /// Answers with a status and a body that comes byte by byte, without end.
    Trickle(u16),
    /// Answers with what is not HTTP.
    Nonsense,
}

/// A request that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// How many requests had arrived before it.
    pub index: u64,
    /// Which connection brought it, counted from 0.
    pub connection: u64,
    /// The path with the query.
    pub path: String,
    /// Names, in small letters, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// When it had arrived.
    pub at: Instant,
}

impl Received {
    /// The value of a header, its name in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Answers requests by a rule.
type Script = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

/// Whether what is received is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    All,
    CountOnly,
}

/// A receiver, for as long as the value lives.
pub struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    /// Listens on a free port, and answers as the script says.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> io::Result<Sink> {
        Sink::listen(([127, 0, 0, 1], 0).into(), Box::new(script), Keep::All)
    }

    /// Listens again where another one did, which was dropped.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub fn start_at(
        address: SocketAddr,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> io::Result<Sink> {
        Sink::listen(address, Box::new(script), Keep::All)
    }

    /// Listens on a free port, answers 200 to everything, and keeps only the count: for measuring.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn counting() -> io::Result<Sink> {
        let address = ([127, 0, 0, 1], 0).into();
        Sink::listen(address, Box::new(|_| Reply::Status(200)), Keep::CountOnly)
    }

    fn listen(address: SocketAddr, script: Script, keep: Keep) -> io::Result<Sink> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared =
            Arc::new(Shared { script, keep, state: Mutex::default(), arrived: Condvar::new() });
        let (stop, stopped) = oneshot::channel();
        let own = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = connection::accept(listener, own) => {}
                    _ = stopped => {}
                }
            });
            // Ends every connection, also those that hang.
            drop(runtime);
        });
        Ok(Sink { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL of it with a path that begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many requests arrived whole.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.shared.state().count
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.state().connections
    }

    /// How many requests were at most waiting for their answer at once.
    #[must_use]
    pub fn busiest(&self) -> u64 {
        self.shared.state().busiest
    }

    /// What arrived, in the order in which it did.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shared.state().received.clone()
    }

    /// Waits until so many requests have arrived; says whether they did in time.
    #[must_use]
    pub fn wait_for(&self, count: u64, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.shared.state();
        while state.count < count {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let woken = self.shared.arrived.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Shared {
    script: Script,
    keep: Keep,
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    count: u64,
    connections: u64,
    waiting: u64,
    busiest: u64,
    received: Vec<Received>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connected(&self) -> u64 {
        let mut state = self.state();
        state.connections += 1;
        state.connections - 1
    }

    /// Takes a request, and says what is to be done with it.
    fn take(&self, mut received: Received) -> Reply {
        let mut state = self.state();
        received.index = state.count;
        state.count += 1;
        state.waiting += 1;
        state.busiest = state.busiest.max(state.waiting);
        if self.keep == Keep::All {
            state.received.push(received.clone());
        }
        drop(state);
        self.arrived.notify_all();
        (self.script)(&received)
    }

    fn answered(&self) {
        self.state().waiting -= 1;
    }
}
