//! What the simulation remembers, so that its commands meet each other.

use jiff::civil::{Date, date};
use ledger::id::{KeyId, LedgerId, Position};
use ledger::model::{At, IdempotencyKey, RequestHash};
use ledger::{Action, Command};

use super::documents::Known;
use crate::random::Random;

/// Half past eleven in the evening of 30 December 2026, UTC: a year is about to end.
const BEGIN: At = At(1_798_673_400_000);

const HOUR_MS: u64 = 3_600_000;

/// What the simulation remembers.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) random: Random,
    pub(super) at: At,
    /// Positions given so far, by ledger.
    pub(super) newest: [u64; 2],
    pub(super) keys: Vec<(LedgerId, KeyId)>,
    pub(super) known: Known,
    references: u64,
    idempotency_keys: u64,
    /// Commands that may be sent again, as long as their keys are remembered.
    sent: Vec<Command>,
}

pub(super) const LEDGERS: [LedgerId; 2] = [LedgerId(1), LedgerId(2)];

impl World {
    pub(super) fn new(seed: u64) -> World {
        World {
            random: Random::new(seed),
            at: BEGIN,
            newest: [0; 2],
            keys: Vec::new(),
            known: Known::new(),
            references: 0,
            idempotency_keys: 0,
            sent: Vec::new(),
        }
    }

    /// The commands of one batch, in the order in which they come.
    pub(super) fn batch(&mut self) -> Vec<Command> {
        self.wait();
        let count = 1 + self.random.below(8);
        let mut commands: Vec<Command> = (0..count).map(|_| self.command()).collect();
        self.random.shuffle(&mut commands);
        // One that closes a period is alone in its batch.
        let closes = |command: &Command| matches!(command.action, Action::ClosePeriod(_));
        if let Some(place) = commands.iter().position(closes) {
            commands.truncate(place.max(1));
        }
        for command in &mut commands {
            self.at.0 += self.random.below(5000) as i64;
            command.at = self.at;
        }
        commands
    }

    /// Whether a list is imported next; whoever imports it does so by this command, with another
    /// action.
    pub(super) fn importer(&mut self) -> Option<Command> {
        if !self.random.chance(1, 10) {
            return None;
        }
        self.wait();
        let ledger = if self.random.chance(1, 5) { LEDGERS[1] } else { LEDGERS[0] };
        Some(Command {
            ledger,
            actor: self.actor(ledger),
            at: self.at,
            idempotency: self.idempotency(),
            action: Action::Issue(Vec::new()),
        })
    }

    /// A command that repeats an earlier one, or a new one.
    fn command(&mut self) -> Command {
        if self.random.chance(1, 8) && !self.sent.is_empty() {
            return self.again();
        }
        let ledger = if self.random.chance(1, 5) { LEDGERS[1] } else { LEDGERS[0] };
        let command = Command {
            ledger,
            actor: self.actor(ledger),
            at: self.at,
            idempotency: self.idempotency(),
            action: self.action(ledger),
        };
        self.sent.push(command.clone());
        command
    }

    /// The same command later, now and then with another request under the same key.
    fn again(&mut self) -> Command {
        let place = self.random.below(self.sent.len() as u64) as usize;
        let mut command = Command { at: self.at, ..self.sent[place].clone() };
        if let Some((_, request)) = &mut command.idempotency
            && self.random.chance(1, 10)
        {
            *request = RequestHash([0xFF; 16]);
        }
        command
    }

    /// Time goes on between batches, mostly by little. What was sent is forgotten before its key
    /// could be.
    fn wait(&mut self) {
        let step = match self.random.below(16) {
            0 => self.random.below(72) * HOUR_MS,
            1 => self.random.below(6) * HOUR_MS,
            _ => self.random.below(600_000),
        };
        self.at.0 += step as i64;
        let oldest = self.at.0 - 20 * HOUR_MS as i64;
        self.sent.retain(|command| command.at.0 > oldest);
    }

    fn idempotency(&mut self) -> Option<(IdempotencyKey, RequestHash)> {
        if !self.random.chance(1, 3) {
            return None;
        }
        self.idempotency_keys += 1;
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.random.bits().to_be_bytes());
        bytes[8..].copy_from_slice(&self.idempotency_keys.to_be_bytes());
        Some((IdempotencyKey(bytes), RequestHash([1; 16])))
    }

    /// A reference, often one that was used before.
    pub(super) fn reference(&mut self) -> Option<String> {
        match self.random.below(10) {
            0..=3 => None,
            4 if self.references > 0 => {
                Some(format!("order-{}", 1 + self.random.below(self.references)))
            }
            _ => {
                self.references += 1;
                Some(format!("order-{}", self.references))
            }
        }
    }

    /// A number that is there, or the one that comes next.
    pub(super) fn position(&mut self, ledger: LedgerId) -> Position {
        let newest = self.newest[usize::from(ledger == LEDGERS[1])];
        Position(1 + self.random.below(newest + 1))
    }

    /// A date, most often near today or near where periods meet.
    pub(super) fn date(&mut self) -> Date {
        const EDGES: [Date; 10] = [
            date(2026, 12, 31),
            date(2027, 1, 1),
            date(2026, 11, 30),
            date(2026, 12, 1),
            date(2027, 3, 31),
            date(2027, 4, 1),
            date(2027, 4, 16),
            date(2028, 2, 29),
            date(2026, 6, 30),
            date(2026, 7, 1),
        ];
        match self.random.below(30) {
            0 => date(1926, 12, 30),
            1 => date(2062, 1, 1),
            2..=14 => *self.random.pick(&EDGES),
            _ => {
                let days = self.random.below(90) as i64 - 60;
                let today = date(2026, 12, 30);
                let passed = (self.at.0 - BEGIN.0) / (24 * HOUR_MS as i64);
                let span = jiff::Span::new().days(passed + days);
                today.checked_add(span).unwrap_or(today)
            }
        }
    }
}
