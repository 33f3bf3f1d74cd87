//! The deliveries of one ledger.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use engine::EngineError;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, DeliveryRow};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::Shared;
use super::attempt::{Ready, has_answered};
use super::lane::Lane;
use super::load::{Prepared, load};
use super::ring::Ring;

/// Deliveries of a ledger that are in hand at most.
const IN_HAND_MAX: usize = 1_024;
/// Ended deliveries that are written at once without waiting for more.
const ENDED_MAX: usize = 256;
/// How long an ended delivery waits for others to be written with it.
const ENDED_PATIENCE: Duration = Duration::from_millis(50);
/// How long the next deliveries wait to be taken in hand, where the last time brought all there
/// were: a busy ledger is not to be asked for each event.
const CLAIM_SPACING: Duration = Duration::from_millis(20);
/// How long is waited when the database failed, and how often.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSES_MAX: u32 = 60;
/// How long a delivery is put off that waits behind requests which do not end.
const PUT_OFF_MS: i64 = 15_000;
/// One part in so many of a lease is left for writing what came of an attempt.
const MARGIN_SHARE: u32 = 10;

/// Takes deliveries of a ledger in hand, makes them, and writes what came of them.
pub(super) struct Pump {
    shared: Arc<Shared>,
    ledger: LedgerId,
    ring: Arc<Ring>,
    lanes: HashMap<ObjectId, Lane<Ready>>,
    under_way: JoinSet<DeliveryRow>,
    endpoints: HashMap<Id, ObjectId>,
    /// What is done with and not yet written, and since when.
    ended: Vec<DeliveryRow>,
    ended_since: Option<Instant>,
    /// Whether there may be more to take in hand, and from when on.
    more: bool,
    more_at: Instant,
    /// How often the database has failed in a row.
    pauses: u32,
}

impl Pump {
    pub(super) fn new(shared: Arc<Shared>, ledger: LedgerId, ring: Arc<Ring>) -> Pump {
        Pump {
            shared,
            ledger,
            ring,
            lanes: HashMap::new(),
            under_way: JoinSet::new(),
            endpoints: HashMap::new(),
            ended: Vec::new(),
            ended_since: None,
            more: true,
            more_at: Instant::now(),
            pauses: 0,
        }
    }

    /// Works until nothing is due any more, or until told to stop.
    pub(super) async fn run(mut self) {
        while self.pauses < PAUSES_MAX {
            let now = Instant::now();
            self.begin(now);
            self.put_off(now);
            if self.is_round_due(now) {
                self.round(now).await;
            } else if self.is_done() {
                return;
            } else {
                self.wait().await;
            }
        }
        // What was not written comes again when its lease ends.
        tracing::warn!(ledger = %self.ledger, "what became of webhooks cannot be written");
    }

    fn is_stopping(&self) -> bool {
        *self.shared.stopping.borrow()
    }

    fn is_done(&self) -> bool {
        let idle = self.in_hand() == 0 && self.ended.is_empty();
        idle && (!self.more || self.is_stopping())
    }

    fn in_hand(&self) -> usize {
        self.waiting() + self.under_way.len()
    }

    fn waiting(&self) -> usize {
        self.lanes.values().map(Lane::waiting).sum()
    }

    /// Puts off what waits behind requests that do not end; when told to stop, lets go of all that
    /// waits.
    fn put_off(&mut self, now: Instant) {
        let is_stopping = self.is_stopping();
        let due = At(self.shared.engine.now().0.saturating_add(PUT_OFF_MS));
        for lane in self.lanes.values_mut() {
            let is_stuck = lane.is_stuck(now);
            if !is_stuck && !is_stopping {
                continue;
            }
            for mut ready in lane.take_waiting() {
                if !is_stopping {
                    ready.row.due = due;
                }
                self.ended.push(ready.row);
                self.ended_since.get_or_insert(now);
            }
        }
    }

    /// Begins as many requests as the endpoints have windows for.
    fn begin(&mut self, now: Instant) {
        if self.is_stopping() {
            return;
        }
        for (endpoint, lane) in &mut self.lanes {
            while let Some(ready) = lane.begin(now) {
                let shared = Arc::clone(&self.shared);
                let attempt = self.under_way.spawn(async move {
                    let Ok(_permit) = shared.room.acquire().await else { return ready.row };
                    if Instant::now() > ready.begin_by {
                        return ready.row;
                    }
                    shared.counts.begun();
                    let row = ready.attempt(&shared.client, &shared.engine).await;
                    shared.counts.ended(&row);
                    row
                });
                self.endpoints.insert(attempt.id(), *endpoint);
            }
        }
    }

    /// When the next round is due; `None` while nothing calls for one.
    fn round_at(&self) -> Option<Instant> {
        let write_at = self.ended_since.map(|since| match self.ended.len() {
            ..ENDED_MAX => since + ENDED_PATIENCE,
            _ => since,
        });
        let has_room = self.in_hand() <= IN_HAND_MAX / 2 && !self.is_stopping();
        let claim_at = (self.more && has_room).then_some(self.more_at);
        let at = write_at.into_iter().chain(claim_at).min()?;
        Some(if self.pauses > 0 { at.max(self.more_at) } else { at })
    }

    fn is_round_due(&self, now: Instant) -> bool {
        self.round_at().is_some_and(|at| at <= now)
    }

    /// Writes what has ended and takes more in hand, in one go.
    async fn round(&mut self, now: Instant) {
        let limit = match self.is_stopping() || !self.more || self.more_at > now {
            true => 0,
            false => IN_HAND_MAX.saturating_sub(self.in_hand()),
        };
        if limit > 0 {
            // What comes from here on may not be among what is found.
            self.ring.take();
        }
        let ended: Arc<[DeliveryRow]> = std::mem::take(&mut self.ended).into();
        self.ended_since = None;
        match self.exchange(Arc::clone(&ended), limit).await {
            Ok(rows) => {
                self.pauses = 0;
                if limit > 0 {
                    self.more = rows.len() >= limit;
                    self.more_at =
                        Instant::now() + if self.more { Duration::ZERO } else { CLAIM_SPACING };
                }
                if let Some(longest) = rows.iter().map(|row| row.due.0).min() {
                    self.shared.counts.late(self.shared.engine.now().0.saturating_sub(longest));
                    self.take_in_hand(rows, now).await;
                }
            }
            Err(error) => self.failed(&error, &ended),
        }
    }

    /// Keeps what was not written, and waits before the database is asked again.
    fn failed(&mut self, error: &EngineError, ended: &[DeliveryRow]) {
        tracing::warn!(ledger = %self.ledger, %error, "webhooks wait for the database");
        let now = Instant::now();
        self.ended.extend_from_slice(ended);
        self.ended_since = (!self.ended.is_empty()).then_some(now);
        self.more_at = now + PAUSE;
        self.pauses = match error {
            EngineError::Stopped => PAUSES_MAX,
            _ => self.pauses + 1,
        };
    }

    async fn exchange(
        &self,
        ended: Arc<[DeliveryRow]>,
        limit: usize,
    ) -> Result<Vec<DeliveryRow>, EngineError> {
        let ledger = self.ledger;
        let now = self.shared.engine.now();
        let lease_ms = i64::try_from(self.shared.lease.as_millis()).unwrap_or(i64::MAX);
        let lease_until = At(now.0.saturating_add(lease_ms));
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let job = self.shared.engine.run_job(ledger, move |writer| {
            if !ended.is_empty() {
                writer.settle_deliveries(&ended)?;
            }
            match limit {
                0 => Ok(Vec::new()),
                _ => Ok(writer.claim_deliveries(ledger, now, lease_until, limit)?),
            }
        });
        job.await
    }

    /// Lines deliveries up at their endpoints. `since` is when their leases began at the earliest.
    async fn take_in_hand(&mut self, rows: Vec<DeliveryRow>, since: Instant) {
        let (ledger, render) = (self.ledger, Arc::clone(&self.shared.render));
        let lease = self.shared.lease;
        let needed = self.shared.client.whole_limit() + lease / MARGIN_SHARE;
        let begin_by = since + lease.saturating_sub(needed);
        let now = self.shared.engine.now();
        let rows: Arc<[DeliveryRow]> = rows.into();
        let asked = Arc::clone(&rows);
        let loading = self
            .shared
            .engine
            .read(move |reader| load(reader, &*render, ledger, &asked, now, begin_by));
        let prepared = loading.await.unwrap_or_else(|error| {
            tracing::warn!(%ledger, %error, "webhooks cannot be read; they are put off");
            let due = At(now.0.saturating_add(PUT_OFF_MS));
            let put_off = |row: &DeliveryRow| DeliveryRow { due, ..row.clone() };
            rows.iter().map(put_off).map(Prepared::Ended).collect()
        });
        let now = Instant::now();
        for one in prepared {
            match one {
                Prepared::Ready(ready) => {
                    let lane = self.lanes.entry(ready.row.endpoint);
                    lane.or_insert_with(|| Lane::new(now)).push(*ready);
                }
                Prepared::Ended(row) => {
                    self.ended.push(row);
                    self.ended_since.get_or_insert(now);
                }
            }
        }
    }

    /// Waits until something has ended, something is new, or the time for something has come.
    async fn wait(&mut self) {
        let stuck_at = self.lanes.values().filter_map(Lane::stuck_at).min();
        let until = self.round_at().into_iter().chain(stuck_at).min();
        let is_stopping = self.is_stopping();
        let mut stopping = self.shared.stopping.clone();
        tokio::select! {
            Some(ended) = self.under_way.join_next_with_id() => {
                self.note(ended);
                while let Some(ended) = self.under_way.try_join_next_with_id() {
                    self.note(ended);
                }
            }
            () = self.ring.heard() => self.more |= self.ring.is_rung(),
            () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {}
            _ = stopping.wait_for(|stopping| *stopping), if !is_stopping => {}
        }
    }

    /// Takes note of an attempt that has ended; one that panicked comes again with its lease.
    fn note(&mut self, ended: Result<(Id, DeliveryRow), JoinError>) {
        let now = Instant::now();
        let (id, row) = match ended {
            Ok((id, row)) => (id, Some(row)),
            Err(error) => (error.id(), None),
        };
        if let Some(lane) = self.endpoints.remove(&id).and_then(|id| self.lanes.get_mut(&id)) {
            lane.ended(row.as_ref().is_some_and(has_answered), now);
        }
        if let Some(row) = row {
            self.ended.push(row);
            self.ended_since.get_or_insert(now);
        }
    }
}
