//! One of the many clients.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use engine::{Ids, SystemIds};
use jiff::civil::Date;
use ledger::history::{Answer, Observation, Request};

use super::seen::Seen;
use super::target::{Order, Target};

/// What all clients do alike.
pub(super) struct Plan {
    /// A name for this run, so that its documents are known again.
    pub(super) run: Arc<str>,
    /// The series; that of invoices when missing.
    pub(super) series: Option<Arc<str>>,
    /// The date of all documents.
    pub(super) date: Date,
    /// When the clock starts that all clients share.
    pub(super) begun: Instant,
    /// When the last new request is made.
    pub(super) until: Instant,
    /// When a request is given up that nobody answers.
    pub(super) give_up: Instant,
}

/// A request in so many is known by an idempotency key instead of a reference.
const KEYS: u64 = 4;
/// A request in so many is repeated although it was answered.
const REPEATS: u64 = 16;
const PAUSE: Duration = Duration::from_millis(20);
/// How long a server that did not answer is left alone while another one answers.
const SHUN: Duration = Duration::from_millis(500);

/// Asks until the time is up; returns everything that was seen.
pub(super) fn work(client: u32, plan: &Plan, targets: &[Target]) -> Seen {
    let mut asker = Asker {
        client,
        targets,
        home: client as usize % targets.len(),
        shunned: vec![plan.begun; targets.len()],
        seen: Seen::of(targets.len()),
    };
    let mut count = 0u64;
    while Instant::now() < plan.until {
        count += 1;
        let name = format!("{}-{client}-{count}", plan.run);
        let request = match SystemIds.bits() % KEYS {
            0 => Request::Key(name),
            _ => Request::Reference(name),
        };
        let order = Order { request: &request, plan };
        asker.ask_until_answered(&order, asker.home, false);
        if SystemIds.bits().is_multiple_of(REPEATS) {
            // Whichever server is asked, the answer is the same.
            asker.ask_until_answered(&order, asker.home + 1, true);
        }
    }
    asker.seen
}

/// A client on its way from server to server.
struct Asker<'a> {
    client: u32,
    targets: &'a [Target],
    /// Where it asks while it is answered there.
    home: usize,
    /// Until when each target is left alone.
    shunned: Vec<Instant>,
    seen: Seen,
}

impl Asker<'_> {
    fn ask_until_answered(&mut self, order: &Order<'_>, first: usize, mut is_retry: bool) {
        let begun = order.plan.begun;
        let ticks = || u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        loop {
            let target = self.choose(first);
            let invoked_at = ticks();
            let answer = self.targets[target].ask(order);
            let is_answered = answer.is_ok();
            self.seen.note(target, is_retry, answer.as_ref().err());
            self.seen.observations.push(Observation {
                client: self.client,
                invoked_at,
                answered_at: is_answered.then(ticks),
                request: order.request.clone(),
                answer: answer.unwrap_or(Answer::Unknown),
            });
            if is_answered || Instant::now() > order.plan.give_up {
                return;
            }
            is_retry = true;
            self.shunned[target] = Instant::now() + SHUN;
            sleep(PAUSE);
        }
    }

    /// The first target from one on that is not left alone; where all are, the one that has been
    /// for longest.
    fn choose(&self, first: usize) -> usize {
        let count = self.targets.len();
        let now = Instant::now();
        let mut in_turn = (0..count).map(|step| (first + step) % count);
        let free = in_turn.find(|target| self.shunned[*target] <= now);
        let longest = || (0..count).min_by_key(|target| self.shunned[*target]);
        free.or_else(longest).unwrap_or_default()
    }
}
