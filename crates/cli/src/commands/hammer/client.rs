//! One of the many clients.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use engine::{Ids, SystemIds};
use jiff::civil::Date;
use ledger::history::{Answer, Observation, Request};

use super::again::Repeats;
use super::seen::{Asked, Seen};
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
pub(super) fn work(client: u32, plan: &Plan, targets: &[Target], repeats: &Repeats) -> Seen {
    let home = client as usize % targets.len();
    let mut asker = Asker {
        client,
        targets,
        home,
        shunned: vec![plan.begun; targets.len()],
        seen: Seen::of(targets.len()),
    };
    let mut count = 0u64;
    while Instant::now() < plan.until {
        if let Some(request) = repeats.take(home) {
            // Whichever server is asked, the answer is the same.
            asker.ask_until_answered(&Order { request: &request, plan }, true);
            continue;
        }
        count += 1;
        let name = format!("{}-{client}-{count}", plan.run);
        let request = match SystemIds.bits() % KEYS {
            0 => Request::Key(name),
            _ => Request::Reference(name),
        };
        asker.ask_until_answered(&Order { request: &request, plan }, false);
        if SystemIds.bits().is_multiple_of(REPEATS) {
            repeats.hand_on(home, request);
        }
    }
    asker.seen
}

/// A client, which leaves its own target only while that one does not answer.
struct Asker<'a> {
    client: u32,
    targets: &'a [Target],
    /// Its own target.
    home: usize,
    /// Until when each target is left alone.
    shunned: Vec<Instant>,
    seen: Seen,
}

impl Asker<'_> {
    fn ask_until_answered(&mut self, order: &Order<'_>, mut is_retry: bool) {
        let begun = order.plan.begun;
        let ticks = || u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        loop {
            let target = self.choose();
            let invoked_at = ticks();
            let answer = self.targets[target].ask(order);
            let is_answered = answer.is_ok();
            let ended_at = ticks();
            self.seen.note(Asked { target, ended_at }, is_retry, answer.as_ref().err());
            self.seen.observations.push(Observation {
                client: self.client,
                invoked_at,
                answered_at: is_answered.then_some(ended_at),
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

    /// The first target from its own on that is not left alone; where all are, the one that has
    /// been for longest.
    fn choose(&self) -> usize {
        let count = self.targets.len();
        let now = Instant::now();
        let mut in_turn = (0..count).map(|step| (self.home + step) % count);
        let free = in_turn.find(|target| self.shunned[*target] <= now);
        let longest = || (0..count).min_by_key(|target| self.shunned[*target]);
        free.or_else(longest).unwrap_or_default()
    }
}
