//! Rows and commands for the cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use ledger::books::LedgerChange;
use ledger::command::{Action, Actor, Item, Open};
use ledger::id::{
    AccountId, CustomerId, LedgerId, ObjectId, Position, ScopeKey, SequenceId, SeriesId,
};
use ledger::model::{
    At, EventRow, FormatVersion, HouseStyle, Kind, KindText, LedgerRow, Mode, NumberRow, Object,
    ObjectKind, ObjectRow, Receipt, SequenceRow, SeriesRow, Settings, State, Subject,
};
use ledger::outcome::Outcome;
use ledger::trail::{Entry, Hash, Sealed};
use ledger::{Changes, Command};
use numbering::Format;

use super::drive;
use crate::{Store, Writer};

/// The ledger of most cases.
pub(super) const LEDGER: LedgerId = LedgerId(1);
/// 20 November 2026, noon.
pub(super) const NOON: At = At(1_795_176_000_000);

/// A command by the operator, without an idempotency key.
pub(super) fn command(ledger: LedgerId, action: Action) -> Command {
    let actor = Actor::Operator("tester".to_owned());
    Command { ledger, actor, at: NOON, idempotency: None, action }
}

/// Opens a ledger in the yearly style: the live one of an account named after it.
pub(super) fn open(ledger: LedgerId) -> Command {
    let open = Open {
        account: account(ledger),
        name: "Müller & Söhne".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    };
    command(ledger, Action::Open(open))
}

/// The account of a ledger that [`open`] opened.
pub(super) fn account(ledger: LedgerId) -> AccountId {
    AccountId(format!("acct_{ledger}"))
}

/// Asks for one number for a document of a day in 2026 with a reference.
pub(super) fn issue(ledger: LedgerId, reference: &str) -> Command {
    let item = Item {
        date: Some(date(2026, 11, 20)),
        reference: Some(reference.to_owned()),
        ..Item::default()
    };
    command(ledger, Action::Issue(vec![item]))
}

/// Runs commands that must all be done, and gives their outcomes.
pub(super) fn done(writer: &mut dyn Writer, commands: Vec<Command>) -> Vec<Outcome> {
    let answers = drive(writer, commands).expect("the store takes the batch");
    answers.into_iter().map(|answer| answer.result.expect("the command is done")).collect()
}

/// Runs one command that gives numbers, and gives their texts.
pub(super) fn texts(writer: &mut dyn Writer, command: Command) -> Vec<String> {
    match done(writer, vec![command]).pop() {
        Some(Outcome::Issued(views)) => views.into_iter().map(|view| view.row.text).collect(),
        other => panic!("numbers, not {other:?}"),
    }
}

/// The writer of a store.
pub(super) fn writer(store: &dyn Store) -> Box<dyn Writer> {
    store.writer().expect("the store gives its writer")
}

/// Commits rows as they are.
pub(super) fn put(writer: &mut dyn Writer, changes: &Changes) {
    writer.begin(&[LEDGER]).expect("begin");
    writer.commit(changes).expect("commit");
}

/// The head of a new ledger, with an entry that opens its trail.
pub(super) fn head(ledger: LedgerId, mode: Mode) -> (LedgerRow, Sealed) {
    let settings = Settings::new(HouseStyle::Slashed);
    let name = "Sample".to_owned();
    let mut row = LedgerRow::new(ledger, account(ledger), name, mode, settings);
    row.set_defaults(vec![(Kind::invoice(), Default::default(), SeriesId(1))]);
    let sealed = entry(ledger, 0).seal(Hash::ZERO);
    row.trail_count = 1;
    row.trail_hash = sealed.hash;
    (row, sealed)
}

/// An entry of a trail, not chained yet.
pub(super) fn entry(ledger: LedgerId, index: u64) -> Entry {
    Entry {
        ledger,
        index,
        at: At(NOON.0 + index as i64),
        actor: "tester".to_owned(),
        what: "numbers.issued".to_owned(),
        body: vec![index as u8; 40],
    }
}

/// A series with one format.
pub(super) fn series(ledger: LedgerId, id: u32, name: &str) -> SeriesRow {
    let format = Format::of("INV/{year}/{seq:5}".parse().expect("pattern"));
    let version = FormatVersion { from: Date::MIN, ..FormatVersion::always(format) };
    SeriesRow {
        kinds: vec![KindText { kind: Kind::invoice(), text: String::new() }],
        ..SeriesRow::new(ledger, SeriesId(id), name, vec![version])
    }
}

/// A sequence of a year.
pub(super) fn sequence(ledger: LedgerId, id: u64, series: u32, year: i16) -> SequenceRow {
    SequenceRow {
        ledger,
        id: SequenceId(id),
        series: SeriesId(series),
        scope: ScopeKey(String::new()),
        period_from: date(year, 1, 1),
        period_to: date(year + 1, 1, 1),
        period_label: year.to_string(),
        first: 1,
        last: 0,
        last_date: None,
        mark: None,
    }
}

/// A held number with nothing beside it.
pub(super) fn number(position: u64, sequence: u64, ordinal: u64, text: &str) -> NumberRow {
    NumberRow {
        ledger: LEDGER,
        position: Position(position),
        sequence: SequenceId(sequence),
        ordinal,
        text: text.to_owned(),
        slug_rank: 0,
        state: State::Held,
        kind: Kind::invoice(),
        date: date(2026, 11, 20),
        created: NOON,
        reference: None,
        customer: None,
        parent: None,
        metadata: BTreeMap::new(),
        receipt: Receipt { index: 0, hash: head(LEDGER, Mode::Live).1.hash },
        voided: None,
        reissue_of: None,
        warning: None,
        mark: None,
        draft: false,
    }
}

/// A new ledger with two series, of which the first has a sequence in 2025 and in 2026 (1 and 2)
/// and the second one in 2026 (3).
pub(super) fn ledger() -> Changes {
    let (mut row, sealed) = head(LEDGER, Mode::Live);
    row.last_series = 2;
    row.last_sequence = 3;
    Changes {
        ledgers: vec![LedgerChange { row, expected: None }],
        series: vec![
            Arc::new(series(LEDGER, 1, "invoices")),
            Arc::new(series(LEDGER, 2, "orders")),
        ],
        sequences: vec![
            sequence(LEDGER, 1, 1, 2025),
            sequence(LEDGER, 2, 1, 2026),
            sequence(LEDGER, 3, 2, 2026),
        ],
        trail: vec![sealed],
        ..Changes::default()
    }
}

/// An object of the ledger of most cases, as new.
pub(super) fn object(id: u64, body: Object) -> ObjectRow {
    ObjectRow {
        ledger: LEDGER,
        id: ObjectId(id),
        created: NOON,
        revision: id,
        deleted: false,
        body,
    }
}

/// An event some milliseconds after noon, with nothing beside it.
pub(super) fn event(id: u64, ms: i64, kind: &str) -> EventRow {
    EventRow {
        ledger: LEDGER,
        id: ObjectId(id),
        at: At(NOON.0 + ms),
        kind: kind.to_owned(),
        subject: Subject::Object(ObjectKind::Customer, ObjectId(1)),
        version: "2026-11-20.test".to_owned(),
        request: None,
        idempotency_key: None,
        body: None,
    }
}

/// A customer's id.
pub(super) fn customer(id: &str) -> CustomerId {
    CustomerId(id.to_owned())
}

/// Numbers that look random, the same each time.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// One of the numbers below `n`.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % n
    }
}
