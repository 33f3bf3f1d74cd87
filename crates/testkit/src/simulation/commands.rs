//! Drawing commands: mostly such as are sent in earnest, some that must be refused.

use std::collections::BTreeMap;

use jiff::civil::date;
use ledger::command::{
    Action, Actor, Advance, ClosePeriod, Import, ImportLine, ImportSeries, Item, LockMove, NewKey,
    NewSeries, Open, SeriesChange, SeriesRef, SettingsChange, Void,
};
use ledger::id::{AccountId, CustomerId, GapId, KeyId, LedgerId, SeriesId};
use ledger::model::{
    Cause, DateOrder, HouseStyle, KeyHash, Kind, KindText, Level, Metadata, Mode, State,
};
use ledger::role::Role;
use numbering::{Format, Pattern, Reset};

use store::{DateRange, NumberFilter};

use super::world::{LEDGERS, World};
use crate::random::Random;

const NAMES: [&str; 6] = ["shop", "export", "rent", "fees", "old", "repairs"];

const PATTERNS: [&str; 20] = [
    "SHOP/{year}/{month}/{seq:4}",
    "E{year:2}-{seq:4}",
    "W{year}-{week}-{seq:2}",
    "{year}Q{quarter}-{seq}",
    "D{year}{month}{day}/{seq:3}",
    "FY{year}-{end_year:2}/{seq:5}",
    "{kind}{year}-{seq:5}",
    "{prefix}{seq:6}",
    "K/{customer}/{seq:3}",
    "{customer}.{year}.{seq:2}",
    "{invoice}/B{seq:2}",
    "N{seq}",
    "R-{seq:3}",
    "R-{seq:5}",
    "R-{year}-{seq:5}",
    "{seq:5}/{year}",
    "{year}{seq}",
    "X{month}-{seq:3}",
    "{seq}{seq}",
    "broken{",
];

/// A filter for a list of numbers.
pub(super) fn filter(random: &mut Random) -> NumberFilter {
    let kinds = ["invoice", "credit_note", "receipt", "legacy"];
    let (state, kind) = (*random.pick(&State::ALL), *random.pick(&kinds));
    NumberFilter {
        series: random.chance(1, 4).then(|| SeriesId(1 + random.below(5) as u32)),
        period_from: None,
        state: random.chance(1, 4).then_some(state),
        kind: Kind::parse(kind).filter(|_| random.chance(1, 4)),
        customer: random.chance(1, 6).then(|| CustomerId(format!("cus_{}", random.below(5)))),
        reference: random.chance(1, 8).then(|| format!("order-{}", 1 + random.below(20))),
        number: None,
        date: DateRange {
            from: random.chance(1, 4).then(|| date(2026, 12, 1)),
            to: random.chance(1, 4).then(|| date(2026, 12, 31)),
        },
    }
}

impl World {
    pub(super) fn open(&mut self, ledger: LedgerId) -> Action {
        let styles = [HouseStyle::Yearly, HouseStyle::Slashed, HouseStyle::Stripe];
        let zones = [None, Some("Europe/Berlin"), Some("Pacific/Auckland")];
        let starts = [None, Some("04-01"), Some("04-16"), Some("07-01")];
        Action::Open(Open {
            account: AccountId(format!("acct_{}", ledger.0)),
            name: "Simulated".to_owned(),
            mode: if ledger == LEDGERS[0] { Mode::Live } else { Mode::Test },
            style: *self.random.pick(&styles),
            prefix: "A1B2C3D4".to_owned(),
            time_zone: self.random.pick(&zones).map(str::to_owned),
            fiscal_year_start: self.random.pick(&starts).and_then(|day| day.parse().ok()),
        })
    }

    pub(super) fn actor(&mut self, ledger: LedgerId) -> Actor {
        let own: Vec<KeyId> =
            self.keys.iter().filter(|(of, _)| *of == ledger).map(|(_, key)| *key).collect();
        if own.is_empty() || self.random.chance(5, 6) {
            return Actor::Operator("operator".to_owned());
        }
        Actor::Key(*self.random.pick(&own))
    }

    pub(super) fn action(&mut self, ledger: LedgerId) -> Action {
        if self.random.chance(1, 3) {
            return self.document(ledger);
        }
        match self.random.below(100) {
            0..=44 => Action::Issue(vec![self.item(ledger)]),
            45..=56 => {
                let count = 1 + self.random.below(12);
                Action::Issue((0..count).map(|_| self.item(ledger)).collect())
            }
            57..=64 => self.void(ledger),
            65..=69 => self.advance(ledger),
            70..=73 => self.locks(),
            74..=79 => self.create_series(),
            80..=86 => self.change_series(),
            87 => Action::ArchiveSeries(self.series(), self.random.chance(1, 2)),
            88 => Action::CancelPlan(self.series()),
            89..=92 => self.change_settings(),
            93..=94 => self.create_key(ledger),
            95 => match self.keys.is_empty() {
                true => self.create_key(ledger),
                false => Action::RevokeKey(self.random.pick(&self.keys.clone()).1),
            },
            96 => self.close(),
            97 => {
                let gap = GapId(1 + self.random.below(6));
                Action::ExplainGap(gap, self.reason())
            }
            _ => self.open(ledger),
        }
    }

    fn item(&mut self, ledger: LedgerId) -> Item {
        let kinds = ["invoice", "credit_note", "receipt"];
        let kind = Kind::parse(self.random.pick::<&str>(&kinds));
        let mut metadata = Metadata::new();
        if self.random.chance(1, 6) {
            metadata.insert("note".to_owned(), self.random.below(1000).to_string());
        }
        Item {
            date: self.random.chance(5, 6).then(|| self.date()),
            reference: self.reference(),
            series: self.random.chance(1, 3).then(|| self.series()),
            kind: kind.filter(|_| self.random.chance(1, 3)),
            customer: self.random.chance(1, 2).then(|| self.customer()),
            parent: self.random.chance(1, 5).then(|| self.position(ledger)),
            metadata,
            reissue: self.random.chance(1, 8),
        }
    }

    fn close(&mut self) -> Action {
        let gaps = self.random.below(4);
        let gap = |id| (GapId(id), format!("gap {id} was looked into"));
        let explanations = (1..=gaps).map(gap).collect();
        Action::ClosePeriod(ClosePeriod { end: self.date(), explanations })
    }

    fn customer(&mut self) -> CustomerId {
        CustomerId(format!("cus_{}", self.random.below(5)))
    }

    fn series(&mut self) -> SeriesRef {
        match self.random.chance(1, 2) {
            true => SeriesRef::Id(SeriesId(1 + self.random.below(6) as u32)),
            false => SeriesRef::Name((*self.random.pick(&NAMES)).to_owned()),
        }
    }

    fn void(&mut self, ledger: LedgerId) -> Action {
        let cause = *self.random.pick(&[Cause::Unused, Cause::Cancelled]);
        Action::Void(Void { number: self.position(ledger), cause, reason: self.reason() })
    }

    fn advance(&mut self, ledger: LedgerId) -> Action {
        Action::Advance(Advance {
            series: self.series(),
            date: self.random.chance(3, 4).then(|| self.date()),
            customer: self.random.chance(1, 2).then(|| self.customer()),
            parent: self.random.chance(1, 4).then(|| self.position(ledger)),
            next: match self.random.below(12) {
                0 => numbering::limits::ORDINAL_MAX,
                1 => 1 + self.random.below(2_000_000_000),
                _ => 1 + self.random.below(60),
            },
            reason: self.reason(),
        })
    }

    fn locks(&mut self) -> Action {
        let lock_date = match self.random.below(4) {
            0 => None,
            1 => Some(None),
            _ => Some(Some(self.date())),
        };
        // The hard lock never goes back, so it stays where little happens.
        let hard = date(2026, 6, 1 + self.random.below(30) as i8);
        Action::MoveLocks(LockMove {
            lock_date,
            hard_lock_date: self.random.chance(1, 6).then_some(hard),
            reason: self.random.chance(1, 2).then(|| self.reason()),
        })
    }

    fn kinds(&mut self) -> BTreeMap<Kind, String> {
        let all = [("invoice", "I"), ("credit_note", "C"), ("receipt", "R"), ("receipt", "1")];
        let count = self.random.below(3);
        (0..count)
            .filter_map(|_| {
                let (kind, text) = self.random.pick(&all);
                Some((Kind::parse(kind)?, (*text).to_owned()))
            })
            .collect()
    }

    fn create_series(&mut self) -> Action {
        let resets = Reset::ALL;
        Action::CreateSeries(NewSeries {
            name: (*self.random.pick(&NAMES)).to_owned(),
            pattern: (*self.random.pick(&PATTERNS)).to_owned(),
            reset: self.random.chance(1, 4).then(|| *self.random.pick(&resets)),
            scope: None,
            prefix: (*self.random.pick(&["", "P-", "Z", "7"])).to_owned(),
            kinds: self.kinds(),
            starting_number: self.random.chance(1, 4).then(|| self.random.below(200)),
            default: self.random.chance(1, 4),
        })
    }

    fn change_series(&mut self) -> Action {
        let pattern = *self.random.pick(&PATTERNS);
        let reset = *self.random.pick(&Reset::ALL);
        let change = SeriesChange {
            name: self.random.chance(1, 10).then(|| (*self.random.pick(&NAMES)).to_owned()),
            pattern: self.random.chance(1, 2).then(|| pattern.to_owned()),
            reset: self.random.chance(1, 4).then_some(reset),
            prefix: self.random.chance(1, 4).then(|| "Y-".to_owned()),
            kinds: self.random.chance(1, 6).then(|| self.kinds()),
            starting_number: self.random.chance(1, 8).then(|| self.random.below(50)),
            first_ordinal: self.random.chance(1, 8).then(|| 1 + self.random.below(50)),
            default: self.random.chance(1, 8).then_some(true),
            effective_from: None,
        };
        let ahead = self.random.chance(1, 4).then(|| self.date());
        let change = match ahead {
            Some(from) => SeriesChange {
                pattern: change.pattern,
                prefix: change.prefix,
                reset: change.reset,
                effective_from: from.checked_add(jiff::Span::new().days(60)).ok(),
                ..SeriesChange::default()
            },
            None => change,
        };
        Action::ChangeSeries(self.series(), change)
    }

    fn change_settings(&mut self) -> Action {
        let levels = [Level::Account, Level::Customer];
        let orders = [DateOrder::Off, DateOrder::Warn, DateOrder::Refuse];
        let zones = ["UTC", "Asia/Kolkata", "America/New_York", "Nowhere/Land"];
        let starts = ["01-01", "04-01", "04-16", "10-01"];
        let prefixes = ["INV-", "", "SI-", "QX7"];
        let (level, order) = (*self.random.pick(&levels), *self.random.pick(&orders));
        let (zone, start) = (*self.random.pick(&zones), *self.random.pick(&starts));
        let prefix = *self.random.pick(&prefixes);
        Action::ChangeSettings(SettingsChange {
            level: self.random.chance(1, 4).then_some(level),
            prefix: self.random.chance(1, 4).then(|| prefix.to_owned()),
            yearly_reset: self.random.chance(1, 5).then(|| self.random.chance(1, 2)),
            padding: self.random.chance(1, 4).then(|| self.random.below(9) as u8),
            starting_number: self.random.chance(1, 8).then(|| self.random.below(90)),
            time_zone: self.random.chance(1, 5).then(|| zone.to_owned()),
            fiscal_year_start: self.random.chance(1, 6).then(|| start.parse().ok()).flatten(),
            number_on: None,
            date_order: self.random.chance(1, 4).then_some(order),
            max_future_days: self.random.chance(1, 6).then(|| self.random.below(800) as u32),
            effective_from: None,
        })
    }

    fn create_key(&mut self, ledger: LedgerId) -> Action {
        let id = KeyId(self.random.bits());
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&id.0.to_be_bytes());
        self.keys.push((ledger, id));
        Action::CreateKey(NewKey {
            id,
            hash: KeyHash(hash),
            hint: "wxyz".to_owned(),
            role: *self.random.pick(&Role::ALL),
            name: "key".to_owned(),
        })
    }

    /// A list with a hole in it, and now and then a text that a series of the ledger would print.
    pub(super) fn list(&mut self) -> Import {
        let kind = Kind::parse("legacy").unwrap_or_else(Kind::invoice);
        let first = 1 + self.random.below(400);
        let of_another = self.random.chance(1, 2);
        let line = |ordinal: u64| ImportLine {
            series: 0,
            text: match of_another && ordinal == first {
                true => format!("INV-2026-{:05}", 1 + ordinal % 60),
                false => format!("L{ordinal:04}"),
            },
            ordinal,
            date: date(2019, 3, 1 + (ordinal % 28) as i8),
            kind: kind.clone(),
            reference: None,
            customer: None,
            metadata: Metadata::new(),
            line: ordinal,
        };
        let count = 2 + self.random.below(12);
        let lines = (first..first + count).filter(|ordinal| *ordinal != first + 1).map(line);
        Import {
            series: vec![ImportSeries {
                name: (*self.random.pick(&NAMES)).to_owned(),
                formats: "L{seq:4}"
                    .parse::<Pattern>()
                    .map(|pattern| (None, Format::of(pattern)))
                    .into_iter()
                    .collect(),
                kinds: vec![KindText { kind: kind.clone(), text: String::new() }],
            }],
            lines: lines.collect(),
        }
    }

    pub(super) fn reason(&mut self) -> String {
        match self.random.chance(1, 20) {
            true => " ".to_owned(),
            false => format!("reason {}", self.random.below(100)),
        }
    }
}
