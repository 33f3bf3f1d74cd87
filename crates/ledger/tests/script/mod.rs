//! A little language for rules: one line, one command and what it comes to.
//!
//! ```text
//! issue ref=A date=2026-05-10 -> INV-2026-00001
//! void A reason=wrong -> ok
//! issue ref=A -> err reference_voided
//! ```
//!
//! Words behind the command are `name=value`; `+` in a value stands for a space. A command that
//! prints numbers is compared with them, each with `!` and its warning, `^` and its mark; any other
//! with `ok`, a refusal with `err` and its code.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use ledger::command::{
    Action, Actor, Advance, ClosePeriod, Import, Item, LockMove, NewSeries, Open, SeriesChange,
    SeriesRef, SettingsChange, Void,
};
use ledger::id::{AccountId, CustomerId, GapId, LedgerId, Position};
use ledger::job::JobId;
use ledger::job::import::{ImportJob, ImportStep};
use ledger::model::{At, Cause, DateOrder, GapRow, HouseStyle, Kind, Level, Mode, NumberRow};
use ledger::rehearsal::Rehearsal;
use ledger::{Batch, Command, Loaded, Misses, Outcome, Refusal};

/// A ledger that is rehearsed on nothing: every command runs behind all those before it.
pub struct Script {
    ledger: Rehearsal,
    now: At,
    by_reference: BTreeMap<String, Position>,
}

/// Runs the lines, after opening a ledger of the style, and compares each with what it says.
#[track_caller]
pub fn check(style: HouseStyle, lines: &str) {
    Script::open(style).check(lines);
}

impl Script {
    pub fn open(style: HouseStyle) -> Script {
        let mut script = Script {
            ledger: Rehearsal::default(),
            now: at("2026-11-20"),
            by_reference: BTreeMap::new(),
        };
        let open = Open {
            account: AccountId("acct_test".to_owned()),
            name: "Test".to_owned(),
            mode: Mode::Live,
            style,
            prefix: "7FE1103".to_owned(),
            time_zone: None,
            fiscal_year_start: None,
        };
        script.decide(Action::Open(open)).expect("the ledger opens");
        script
    }

    /// Runs the lines and compares each with what it says.
    #[track_caller]
    pub fn check(&mut self, lines: &str) {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some((command, expected)) = line.split_once("->") else {
                panic!("no '->' in {line:?}");
            };
            let seen = self.run(command.trim());
            assert_eq!(seen, expected.trim(), "\nin: {line}");
        }
    }

    /// Decides one action.
    pub fn decide(&mut self, action: Action) -> Result<Outcome, Refusal> {
        self.decide_by(Actor::Operator("operator".to_owned()), action)
    }

    /// Decides one action of somebody.
    pub fn decide_by(&mut self, actor: Actor, action: Action) -> Result<Outcome, Refusal> {
        let apply = match &action {
            Action::ApplyImport(apply) => Some(apply.clone()),
            _ => None,
        };
        let batch = Batch::new(vec![Command { actor, ..self.command(action) }]);
        let decided = batch.run(|misses| Ok::<_, Refusal>(self.load(misses)))?;
        match apply {
            Some(apply) => self.ledger.note_import(decided.changes, &apply),
            None => self.ledger.note(decided.changes),
        }
        decided.answers.into_iter().next().expect("an answer").result
    }

    /// Imports a list, to the end.
    pub fn import(&mut self, list: Import) -> Result<Outcome, Refusal> {
        let apply = self.take_in(list)?;
        self.decide(apply)
    }

    /// Imports a list but for the command at the end, which is given.
    pub fn take_in(&mut self, list: Import) -> Result<Action, Refusal> {
        let Command { ledger, actor, at, .. } = self.command(Action::Issue(Vec::new()));
        let mut job = ImportJob::new(ledger, actor, at, JobId(1), Arc::new(list));
        let mut staged = 0;
        loop {
            match job.step()? {
                ImportStep::Load(misses) => {
                    let found = self.load(&misses);
                    job.fill(misses, found);
                }
                ImportStep::Stage(part) => staged += part.numbers.len(),
                ImportStep::Apply(apply) => {
                    assert_eq!(staged, apply.checked.count());
                    return Ok(Action::ApplyImport(apply));
                }
            }
        }
    }

    /// The gap with an id, which are given from 1 on.
    pub fn gap(&self, id: u64) -> &GapRow {
        let gaps = &self.ledger.written().gaps;
        gaps.iter().rfind(|row| row.id == GapId(id)).expect("a gap")
    }

    fn load(&self, misses: &Misses) -> Loaded {
        let mut found = Loaded::default();
        self.ledger.answer(misses, &mut found);
        found
    }

    fn command(&self, action: Action) -> Command {
        Command {
            ledger: LedgerId(1),
            actor: Actor::Operator("operator".to_owned()),
            at: self.now,
            idempotency: None,
            action,
        }
    }

    fn run(&mut self, line: &str) -> String {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut words = Words::new(rest);
        let action = match verb {
            "now" => {
                self.now = at(rest.trim());
                return "ok".to_owned();
            }
            "issue" => words.issue(),
            "void" => self.void(&mut words),
            "settings" => words.settings(),
            "series" => words.new_series(),
            "change" => words.change_series(),
            "archive" => Action::ArchiveSeries(words.series(), true),
            "cancel" => Action::CancelPlan(words.series()),
            "advance" => words.advance(),
            "lock" => words.lock(),
            "close" => words.close(),
            "explain" => words.explain(),
            other => panic!("no command {other}"),
        };
        words.finish(line);
        match self.decide(action) {
            Ok(outcome) => self.show(outcome),
            Err(refusal) => format!("err {}", refusal.code.text()),
        }
    }

    fn show(&mut self, outcome: Outcome) -> String {
        let Outcome::Issued(views) = outcome else { return "ok".to_owned() };
        for view in &views {
            if let Some(reference) = &view.row.reference {
                self.by_reference.insert(reference.clone(), view.row.position);
            }
        }
        let texts: Vec<String> = views.iter().map(|view| said(&view.row)).collect();
        texts.join(" ")
    }

    fn void(&self, words: &mut Words) -> Action {
        let reference = words.first();
        Action::Void(Void {
            number: self.by_reference[&reference],
            cause: Cause::Cancelled,
            reason: words.take("reason").unwrap_or_default(),
        })
    }
}

struct Words {
    first: Vec<String>,
    named: BTreeMap<String, String>,
}

impl Words {
    fn new(text: &str) -> Words {
        let (mut first, mut named) = (Vec::new(), BTreeMap::new());
        for word in text.split_whitespace() {
            match word.split_once('=') {
                Some((name, value)) => {
                    named.insert(name.to_owned(), value.replace('+', " "));
                }
                None => first.push(word.to_owned()),
            }
        }
        Words { first, named }
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.named.remove(name)
    }

    fn first(&mut self) -> String {
        self.first.remove(0)
    }

    fn series(&mut self) -> SeriesRef {
        SeriesRef::Name(self.first())
    }

    fn date(&mut self, name: &str) -> Option<Date> {
        self.take(name).map(|text| text.parse().expect("a date"))
    }

    fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(&mut self, name: &str) -> Option<T> {
        self.take(name).map(|text| text.parse().expect("a number"))
    }

    fn kinds(&mut self) -> Option<BTreeMap<Kind, String>> {
        let text = self.take("kinds")?;
        let pairs = text.split(',').map(|pair| {
            let (kind, text) = pair.split_once(':').unwrap_or((pair, ""));
            (Kind::parse(kind).expect("a kind"), text.to_owned())
        });
        Some(pairs.collect())
    }

    fn issue(&mut self) -> Action {
        let item = Item {
            date: self.date("date"),
            reference: self.take("ref"),
            series: self.take("series").map(SeriesRef::Name),
            kind: self.take("kind").map(|kind| Kind::parse(&kind).expect("a kind")),
            customer: self.take("customer").map(CustomerId),
            parent: self.number("parent").map(Position),
            reissue: self.take("reissue").is_some(),
            ..Item::default()
        };
        let count = self.number("count").unwrap_or(1);
        Action::Issue(vec![item; count])
    }

    fn settings(&mut self) -> Action {
        Action::ChangeSettings(SettingsChange {
            level: self.take("mode").map(|mode| Level::parse(&mode).expect("a mode")),
            prefix: self.take("prefix"),
            yearly_reset: self.take("yearly_reset").map(|text| text == "true"),
            padding: self.number("padding"),
            starting_number: self.number("starting_number"),
            time_zone: self.take("time_zone"),
            fiscal_year_start: self.take("fiscal").map(|text| text.parse().expect("a day")),
            date_order: self.take("date_order").and_then(|text| DateOrder::parse(&text)),
            max_future_days: self.number("max_future_days"),
            number_on: None,
            effective_from: self.date("from"),
        })
    }

    fn new_series(&mut self) -> Action {
        Action::CreateSeries(NewSeries {
            name: self.first(),
            pattern: self.take("pattern").expect("a pattern"),
            reset: self.take("reset").map(|reset| reset.parse().expect("a reset")),
            scope: self.take("scope").map(|scope| scope.parse().expect("a scope")),
            prefix: self.take("prefix").unwrap_or_default(),
            kinds: self.kinds().unwrap_or_default(),
            starting_number: self.number("starting_number"),
            default: self.take("default").is_some(),
        })
    }

    fn change_series(&mut self) -> Action {
        let which = self.series();
        let change = SeriesChange {
            name: self.take("name"),
            pattern: self.take("pattern"),
            reset: self.take("reset").map(|reset| reset.parse().expect("a reset")),
            prefix: self.take("prefix"),
            kinds: self.kinds(),
            starting_number: self.number("starting_number"),
            first_ordinal: self.number("first_ordinal"),
            default: self.take("default").map(|_| true),
            effective_from: self.date("from"),
        };
        Action::ChangeSeries(which, change)
    }

    fn advance(&mut self) -> Action {
        Action::Advance(Advance {
            series: self.series(),
            date: self.date("date"),
            customer: self.take("customer").map(CustomerId),
            parent: None,
            next: self.number("next").expect("the next ordinal"),
            reason: self.take("reason").unwrap_or_default(),
        })
    }

    /// Explanations by the numbers of their gaps: `close 2026-10-31 1=lost`.
    fn close(&mut self) -> Action {
        let end = self.first().parse().expect("a date");
        let given = std::mem::take(&mut self.named).into_iter();
        let gap = |(id, text): (String, String)| (GapId(id.parse().expect("a gap")), text);
        Action::ClosePeriod(ClosePeriod { end, explanations: given.map(gap).collect() })
    }

    fn explain(&mut self) -> Action {
        let gap = GapId(self.first().parse().expect("a gap"));
        Action::ExplainGap(gap, self.take("text").unwrap_or_default())
    }

    fn lock(&mut self) -> Action {
        Action::MoveLocks(LockMove {
            lock_date: self.date("date").map(Some),
            hard_lock_date: self.date("hard"),
            reason: self.take("reason"),
        })
    }

    #[track_caller]
    fn finish(&self, line: &str) {
        assert!(self.named.is_empty() && self.first.is_empty(), "not understood in {line:?}");
    }
}

/// A number with its warning and its mark.
fn said(row: &NumberRow) -> String {
    let warning = row.warning.map(|warning| format!("!{}", warning.text()));
    let mark = row.mark.map(|mark| format!("^{}", mark.text()));
    [Some(row.text.clone()), warning, mark].into_iter().flatten().collect()
}

fn at(date: &str) -> At {
    let date: Date = date.parse().expect("a date");
    let noon = date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("an instant");
    At(noon.timestamp().as_millisecond())
}
