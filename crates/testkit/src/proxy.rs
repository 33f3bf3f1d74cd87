//! A way to PostgreSQL that breaks where it hurts.
//!
//! Stands between a client and a server and understands just enough of the protocol to cut a
//! connection exactly at `COMMIT`, whether that is sent as a plain query or as a prepared
//! statement, and to have a whole transaction arrive late. It speaks unencrypted connections only:
//! who asks for TLS is told that there is none.

mod message;

use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use message::{Asked, Message, Opening};

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The next `COMMIT` does not reach the server.
    BeforeCommit,
    /// The next `COMMIT` reaches the server, which does it; the answer does not reach the client.
    AfterCommit,
    /// The next transaction, from its plain `BEGIN` on, reaches the server only so long after the
    /// client has lost its connection, which it does at `COMMIT`. For clients that wait for no
    /// answer in between: there is none.
    Late(Duration),
    /// So many more bytes pass, in both directions and on all connections together.
    AtByte(u64),
}

/// How long the answer to what arrived late is waited for.
const LATE_ANSWER: Duration = Duration::from_secs(10);

/// A proxy on a port of its own, for as long as the value lives.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Listens on this machine, and leads every connection on to `server`.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let acceptor = thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if own.is_over.load(Ordering::SeqCst) {
                    return;
                }
                // A server that is down closes the door, as it would without a proxy.
                if let Ok(server) = TcpStream::connect(server) {
                    let _ = lead(&own, &client, &server);
                }
            }
        });
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// Where clients connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts one connection, once. Said again before that happened, the last word holds.
    pub fn cut_next(&self, cut: Cut) {
        self.shared.state().armed = Some(cut);
    }

    /// Takes back what was said and has not happened; says whether there was something.
    pub fn spare(&self) -> bool {
        self.shared.state().armed.take().is_some()
    }

    /// How many connections were cut so far, by [`Self::cut_next`].
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.shared.state().cuts
    }

    /// How many transactions were delivered late so far, by [`Cut::Late`], and answered by the
    /// server or met by nobody any more.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.shared.state().late
    }

    /// How many connections were led on so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.state().connections
    }

    /// Cuts all connections that there are.
    pub fn sever(&self) {
        for line in self.shared.state().lines.values() {
            line.cut();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        self.sever();
    }
}

#[derive(Debug, Default)]
struct Shared {
    is_over: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    armed: Option<Cut>,
    cuts: u64,
    /// Transactions that arrived late.
    late: u64,
    connections: u64,
    /// Those that there are, by number.
    lines: HashMap<u64, Line>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Both ends of one connection.
#[derive(Debug)]
struct Line {
    client: TcpStream,
    server: TcpStream,
}

impl Line {
    fn of(client: &TcpStream, server: &TcpStream) -> io::Result<Self> {
        Ok(Self { client: client.try_clone()?, server: server.try_clone()? })
    }

    fn cut(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

/// Leads one connection, on two threads.
fn lead(shared: &Arc<Shared>, client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let line = Line::of(client, server)?;
    let number = {
        let mut state = shared.state();
        state.connections += 1;
        let number = state.connections;
        state.lines.insert(number, line);
        number
    };
    let asked = Arc::new(Mutex::new(Asked::default()));
    for is_up in [true, false] {
        let side = Side { shared: Arc::clone(shared), line: Line::of(client, server)? };
        let asked = Arc::clone(&asked);
        thread::spawn(move || {
            let _ = if is_up { side.ask(&asked) } else { side.answer(&asked) };
            // Whichever side ends, the other has nobody to talk to.
            side.line.cut();
            side.shared.state().lines.remove(&number);
        });
    }
    Ok(())
}

fn lock(asked: &Mutex<Asked>) -> MutexGuard<'_, Asked> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One direction of a connection.
struct Side {
    shared: Arc<Shared>,
    line: Line,
}

impl Side {
    /// Leads what the client says to the server.
    fn ask(&self, asked: &Mutex<Asked>) -> io::Result<()> {
        let mut client = BufReader::new(&self.line.client);
        loop {
            match Opening::read(&mut client)? {
                // Neither TLS nor GSSAPI is to be had.
                Opening::Encryption => (&self.line.client).write_all(b"N")?,
                Opening::Startup(bytes) => {
                    self.pass(&self.line.server, &bytes)?;
                    break;
                }
                Opening::Other(bytes) => {
                    self.pass(&self.line.server, &bytes)?;
                    return io::copy(&mut client, &mut &self.line.server).map(|_| ());
                }
            }
        }
        let mut late = None;
        loop {
            let message = Message::read(&mut client)?;
            let is_commit = lock(asked).note(&message);
            if late.is_none() && message.is_begin() {
                late = self.meet_begin().map(|pause| (pause, Vec::new()));
            }
            if let Some((pause, bytes)) = &mut late {
                bytes.extend_from_slice(message.bytes());
                if is_commit {
                    return self.deliver(asked, *pause, bytes);
                }
                continue;
            }
            if is_commit && !self.meet_commit(asked) {
                return Ok(());
            }
            self.pass(&self.line.server, message.bytes())?;
        }
    }

    /// A `BEGIN` is about to be sent on; says by how much it is to be late, if it is.
    fn meet_begin(&self) -> Option<Duration> {
        let mut state = self.shared.state();
        let Some(Cut::Late(pause)) = state.armed else { return None };
        state.armed = None;
        Some(pause)
    }

    /// Lets go of the client, and brings the server later what it said.
    fn deliver(&self, asked: &Mutex<Asked>, pause: Duration, bytes: &[u8]) -> io::Result<()> {
        lock(asked).keep_all();
        self.shared.state().cuts += 1;
        let _ = self.line.client.shutdown(Shutdown::Both);
        thread::sleep(pause);
        // A server that has ended the connection takes nothing, and answers nothing.
        let sent = (&self.line.server).write_all(bytes);
        let begin = Instant::now();
        while sent.is_ok() && !lock(asked).is_answered() && begin.elapsed() < LATE_ANSWER {
            thread::sleep(Duration::from_millis(2));
        }
        self.shared.state().late += 1;
        Ok(())
    }

    /// A `COMMIT` is about to be sent on; says whether it may be.
    fn meet_commit(&self, asked: &Mutex<Asked>) -> bool {
        let mut state = self.shared.state();
        match state.armed {
            Some(Cut::BeforeCommit) => {
                state.armed = None;
                state.cuts += 1;
                self.line.cut();
                false
            }
            Some(Cut::AfterCommit) => {
                state.armed = None;
                lock(asked).keep_answer();
                true
            }
            Some(Cut::AtByte(_) | Cut::Late(_)) | None => true,
        }
    }

    /// Leads what the server says to the client.
    fn answer(&self, asked: &Mutex<Asked>) -> io::Result<()> {
        let mut server = BufReader::new(&self.line.server);
        loop {
            let message = Message::read(&mut server).inspect_err(|_| lock(asked).ended())?;
            let is_kept = lock(asked).is_kept();
            if !is_kept {
                self.pass(&self.line.client, message.bytes())?;
            }
            if message.is_ready() {
                if is_kept && !lock(asked).is_late() {
                    self.shared.state().cuts += 1;
                    return Ok(());
                }
                lock(asked).answered();
            }
        }
    }

    /// Sends bytes on, or only those before the cut.
    fn pass(&self, mut to: &TcpStream, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.shared.state();
        let Some(Cut::AtByte(left)) = state.armed else {
            drop(state);
            return to.write_all(bytes);
        };
        match usize::try_from(left).ok().and_then(|left| bytes.get(..left)) {
            Some(last) if last.len() < bytes.len() => {
                state.armed = None;
                state.cuts += 1;
                drop(state);
                to.write_all(last)?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            _ => {
                state.armed = Some(Cut::AtByte(left - bytes.len() as u64));
                drop(state);
                to.write_all(bytes)
            }
        }
    }
}

/// Reads exactly so many bytes behind those that are there.
fn extend(from: &mut impl Read, bytes: &mut Vec<u8>, count: usize) -> io::Result<()> {
    let begin = bytes.len();
    bytes.resize(begin + count, 0);
    from.read_exact(&mut bytes[begin..])
}
