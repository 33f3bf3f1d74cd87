//! A year in the life of a small shop.

use std::collections::BTreeMap;

use engine::{Engine, FixedClock, Ids, Pending, SeededIds};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use ledger::command::{Advance, Item, LockMove, NewSeries, SeriesRef, Void};
use ledger::id::LedgerId;
use ledger::model::{At, Cause, Kind};
use ledger::outcome::NumberView;
use ledger::{Action, Actor, Answer, Outcome};

use crate::door;
use crate::failure::Failure;

/// The same year each time, but for its dates.
const SEED: u64 = 20_261_120;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// The shop, while it lives.
struct Shop<'a> {
    engine: &'a Engine,
    clock: &'a FixedClock,
    ledger: LedgerId,
    ids: SeededIds,
    orders: u64,
    last: Option<NumberView>,
}

/// When the year begins that ends now.
pub(super) fn begin(now: At) -> At {
    let first = today(now).checked_sub(Span::new().years(1)).unwrap_or(today(now));
    opening(first)
}

/// Lives from [`begin`] until now.
pub(super) fn live(
    engine: &Engine,
    clock: &FixedClock,
    ledger: LedgerId,
    now: At,
) -> Result<(), Failure> {
    let ids = SeededIds::new(SEED);
    let mut shop = Shop { engine, clock, ledger, ids, orders: 1000, last: None };
    shop.run(Action::CreateSeries(quotes()))?;
    let (first, last) = (today(begin(now)), today(now));
    let mut month = Vec::new();
    let mut date = first;
    let mut months = 0;
    while date < last {
        month.extend(shop.day(date));
        let tomorrow = date.tomorrow().unwrap_or(last);
        if tomorrow.month() != date.month() || tomorrow >= last {
            shop.settle(std::mem::take(&mut month))?;
            shop.month_end(months, date)?;
            months += 1;
        }
        date = tomorrow;
    }
    let locked = last.checked_sub(Span::new().months(2)).unwrap_or(first).first_of_month();
    let locked = locked.yesterday().unwrap_or(locked);
    let change = LockMove { lock_date: Some(Some(locked)), ..LockMove::default() };
    shop.run(Action::MoveLocks(change)).map(drop)
}

impl Shop<'_> {
    /// The documents of a day, handed in.
    fn day(&mut self, date: Date) -> Vec<Pending<Answer>> {
        self.clock.set(opening(date));
        let mut pending = Vec::new();
        let busy = self.ids.bits() % 4;
        for hour in 0..busy {
            self.clock.set(At(opening(date).0 + HOUR_MS * (hour as i64 + 1)));
            pending.push(self.issue(date, Kind::invoice(), "order"));
        }
        if self.ids.bits().is_multiple_of(11) {
            pending.push(self.issue(date, Kind::credit_note(), "return"));
        }
        if let (true, Some(quote)) = (self.ids.bits().is_multiple_of(6), Kind::parse("quote")) {
            pending.push(self.issue(date, quote, "quote"));
        }
        pending
    }

    fn issue(&mut self, date: Date, kind: Kind, of: &str) -> Pending<Answer> {
        self.orders += 1;
        let amount = format!("{}.{:02}", 10 + self.ids.bits() % 900, self.ids.bits() % 100);
        let item = Item {
            date: Some(date),
            reference: Some(format!("{of}-{}", self.orders)),
            kind: Some(kind),
            metadata: BTreeMap::from([("total".to_owned(), amount)]),
            ..Item::default()
        };
        self.engine.answer(self.command(Action::Issue(vec![item])))
    }

    fn settle(&mut self, pending: Vec<Pending<Answer>>) -> Result<(), Failure> {
        for answer in pending {
            let answer = answer.wait().map_err(|error| door::failure(&error))?;
            let outcome = answer.result.map_err(|error| door::failure(&error.into()))?;
            if let Outcome::Issued(views) = outcome {
                self.last = views
                    .into_iter()
                    .rfind(|view| view.row.kind == Kind::invoice())
                    .or(self.last.take());
            }
        }
        Ok(())
    }

    /// What goes wrong in a year, and how it is put in order.
    fn month_end(&mut self, month: u32, date: Date) -> Result<(), Failure> {
        let Some(last) = self.last.clone() else { return Ok(()) };
        match month {
            2 | 7 => {
                let void = Void {
                    number: last.row.position,
                    cause: Cause::Cancelled,
                    reason: "The customer withdrew the order".to_owned(),
                };
                self.run(Action::Void(void)).map(drop)
            }
            4 => {
                let skipped = self.skip(date, &last, 3, "The market stall wrote three by hand")?;
                let words = "Numbers of the paper book, 3 copies are in the binder".to_owned();
                match skipped {
                    Some(gap) => self.run(Action::ExplainGap(gap, words)).map(drop),
                    None => Ok(()),
                }
            }
            9 => self.skip(date, &last, 1, "A page of the paper book was torn out").map(drop),
            _ => Ok(()),
        }
    }

    fn skip(
        &self,
        date: Date,
        last: &NumberView,
        count: u64,
        reason: &str,
    ) -> Result<Option<ledger::id::GapId>, Failure> {
        let advance = Advance {
            series: SeriesRef::Id(last.series),
            date: Some(date),
            customer: None,
            parent: None,
            next: last.row.ordinal + 1 + count,
            reason: reason.to_owned(),
        };
        match self.run(Action::Advance(advance))? {
            Outcome::Advanced(_, gap) => Ok(gap.map(|gap| gap.row.id)),
            _ => Ok(None),
        }
    }

    fn run(&self, action: Action) -> Result<Outcome, Failure> {
        let outcome = self.engine.execute_blocking(self.command(action));
        outcome.map_err(|error| door::failure(&error))
    }

    fn command(&self, action: Action) -> ledger::Command {
        self.engine.command(self.ledger, Actor::Operator("demo".to_owned()), action)
    }
}

fn quotes() -> NewSeries {
    let kinds = Kind::parse("quote").map(|kind| (kind, String::new()));
    NewSeries {
        name: "quotes".to_owned(),
        pattern: "Q{year:2}{month}-{seq:3}".to_owned(),
        reset: None,
        scope: None,
        prefix: String::new(),
        kinds: kinds.into_iter().collect(),
        starting_number: None,
        default: true,
    }
}

fn today(at: At) -> Date {
    let instant = Timestamp::from_millisecond(at.0).unwrap_or_default();
    TimeZone::UTC.to_datetime(instant).date()
}

/// Nine o'clock.
fn opening(date: Date) -> At {
    let midnight = TimeZone::UTC.to_timestamp(date.at(9, 0, 0, 0));
    At(midnight.map_or(0, Timestamp::as_millisecond))
}
