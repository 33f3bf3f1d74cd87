//! The worker: takes due deliveries in hand, makes them, and writes what came of them.
//!
//! Each ledger with something due gets a [`Pump`], for as long as there is something. Several
//! processes share the work by leases: whoever has a delivery in hand holds it for a bounded time,
//! so what a killed process held comes again when that ends. A delivery may therefore be made
//! twice, and receivers tell by the event's id; none is forgotten.

mod attempt;
mod dispatcher;
mod lane;
mod load;
mod pump;
mod ring;

use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinHandle;

use crate::client::{Client, ClientOptions};
use crate::counts::Counts;
use crate::render::Render;
use dispatcher::Dispatcher;

/// How a worker is set up. The default is what a server uses.
#[derive(Clone)]
pub struct WorkerOptions {
    /// How requests are made.
    pub client: ClientOptions,
    /// How often is looked for what is due, beside what this process has written itself.
    pub poll: Duration,
    /// How long a delivery is held by whoever has it in hand: longer than a request may take.
    pub lease: Duration,
    /// Requests at once, to all endpoints together.
    pub requests_max: usize,
    /// How long requests that are under way may take after the worker was told to stop.
    pub stop_patience: Duration,
    /// Where is counted what was delivered.
    pub counts: Arc<Counts>,
}

/// A running worker. Dropping it gives up whatever is under way.
pub struct Worker {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    dispatcher: Option<JoinHandle<()>>,
}

/// What the parts of a worker share.
struct Shared {
    engine: Engine,
    client: Arc<Client>,
    render: Arc<dyn Render>,
    lease: Duration,
    poll: Duration,
    /// Requests that may still be made at once.
    room: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
    look: Notify,
    counts: Arc<Counts>,
}

impl Default for WorkerOptions {
    fn default() -> WorkerOptions {
        WorkerOptions {
            client: ClientOptions::default(),
            poll: Duration::from_secs(1),
            lease: Duration::from_secs(120),
            requests_max: 1_024,
            stop_patience: Duration::from_secs(30),
            counts: Arc::default(),
        }
    }
}

impl Worker {
    /// Starts on an engine that writes, in the runtime that this is called in.
    pub fn start(engine: Engine, render: Arc<dyn Render>, options: WorkerOptions) -> Worker {
        let (stop, stopping) = watch::channel(false);
        // A lease that ends before its request may would have every delivery made twice.
        let lease = options.lease.max(options.client.whole_limit * 2);
        let shared = Arc::new(Shared {
            engine,
            client: Arc::new(Client::new(options.client)),
            render,
            lease,
            poll: options.poll,
            room: Arc::new(Semaphore::new(options.requests_max.max(1))),
            stopping,
            look: Notify::new(),
            counts: options.counts,
        });
        let dispatcher = Dispatcher::new(Arc::clone(&shared), options.stop_patience);
        let dispatcher = Some(tokio::spawn(dispatcher.run()));
        Worker { shared, stop, dispatcher }
    }

    /// Looks now for what is due, without waiting for its time.
    pub fn look(&self) {
        self.shared.look.notify_one();
    }

    /// Takes nothing new in hand, finishes the requests that are under way, and writes what came of
    /// them. What was in hand and not begun is there for others at once.
    pub async fn stop(mut self) {
        // Nobody hears it when the dispatcher is gone already.
        let _ = self.stop.send(true);
        if let Some(dispatcher) = self.dispatcher.take() {
            // A panic was reported where it happened.
            let _ = dispatcher.await;
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(dispatcher) = &self.dispatcher {
            dispatcher.abort();
        }
    }
}
