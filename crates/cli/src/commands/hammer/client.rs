//! One of the many clients.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use engine::{Ids, SystemIds};
use jiff::civil::Date;
use ledger::history::{Answer, Observation, Request};

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

/// Asks until the time is up; returns everything that was seen.
pub(super) fn work(client: u32, plan: &Plan, targets: &[Target]) -> Vec<Observation> {
    let mut seen = Vec::new();
    let mut place = client as usize;
    let mut count = 0u64;
    while Instant::now() < plan.until {
        count += 1;
        let name = format!("{}-{client}-{count}", plan.run);
        let request = match SystemIds.bits() % KEYS {
            0 => Request::Key(name),
            _ => Request::Reference(name),
        };
        let order = Order { request: &request, plan };
        let repeats = if SystemIds.bits().is_multiple_of(REPEATS) { 2 } else { 1 };
        for _ in 0..repeats {
            ask_until_answered(client, &order, targets, &mut place, &mut seen);
        }
    }
    seen
}

fn ask_until_answered(
    client: u32,
    order: &Order<'_>,
    targets: &[Target],
    place: &mut usize,
    seen: &mut Vec<Observation>,
) {
    let ticks = || u64::try_from(order.plan.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
    loop {
        let invoked_at = ticks();
        let answer = targets[*place % targets.len()].ask(order);
        let is_answered = answer != Answer::Unknown;
        seen.push(Observation {
            client,
            invoked_at,
            answered_at: is_answered.then(ticks),
            request: order.request.clone(),
            answer,
        });
        if is_answered || Instant::now() > order.plan.give_up {
            return;
        }
        *place += 1;
        sleep(PAUSE);
    }
}
