//! Who may do what on which side of a lock: every command that a lock could be about, by every
//! role, under either lock, on the day before it, on the day itself, and behind it.
//!
//! A new command is a row more in [`COMMANDS`].

use jiff::civil::{Date, date};
use ledger::Code;
use ledger::command::{
    Action, Actor, Advance, ClosePeriod, Item, LockMove, NewKey, SeriesRef, Void,
};
use ledger::id::{GapId, KeyId, LedgerId, Position};
use ledger::model::{Cause, KeyHash};
use ledger::role::Role;

use super::sample::{command, done, open, writer};
use super::{Case, Database, drive};
use crate::Writer;

pub(super) const CASES: &[Case] =
    &[("who may do what on which side of a lock", on_which_side_of_a_lock)];

/// The last locked day.
const LOCK: Date = date(2026, 6, 30);

/// One cell of the table.
#[derive(Clone, Copy, Debug)]
struct Cell {
    role: Role,
    is_hard: bool,
    /// The day that the command is about.
    day: Date,
}

/// A command, and what refuses it in a cell.
struct Row {
    name: &'static str,
    action: fn(Cell) -> Action,
    refused: fn(Cell) -> Option<Code>,
}

impl Cell {
    fn locked(self) -> Option<Code> {
        (self.day <= LOCK).then_some(Code::PeriodLocked)
    }

    /// What refuses all but some roles.
    fn only(self, roles: &[Role]) -> Option<Code> {
        (!roles.contains(&self.role)).then_some(Code::RoleForbidden)
    }
}

const ISSUERS: [Role; 3] = [Role::Administrator, Role::Accountant, Role::Clerk];
const KEEPERS: [Role; 2] = [Role::Administrator, Role::Accountant];

/// In each ledger the number 1 and the gap 1, of the ordinals 2 to 4, are dated on the cell's day.
const COMMANDS: &[Row] = &[
    Row {
        name: "issue",
        action: |cell| Action::Issue(vec![Item { date: Some(cell.day), ..Item::default() }]),
        refused: |cell| cell.only(&ISSUERS).or(cell.locked()),
    },
    Row {
        name: "void",
        action: |_| {
            let (number, cause) = (Position(1), Cause::Cancelled);
            Action::Void(Void { number, cause, reason: "twice".to_owned() })
        },
        refused: |cell| cell.only(&ISSUERS).or(cell.locked()),
    },
    Row {
        name: "move a sequence forward",
        action: |cell| advance(cell.day, 9),
        refused: |cell| cell.only(&[Role::Administrator]).or(cell.locked()),
    },
    Row {
        name: "explain a gap",
        action: |_| Action::ExplainGap(GapId(1), "found burnt".to_owned()),
        refused: |cell| cell.only(&KEEPERS),
    },
    Row {
        name: "lock more",
        action: |_| {
            let lock_date = Some(Some(date(2026, 7, 31)));
            Action::MoveLocks(LockMove { lock_date, ..LockMove::default() })
        },
        refused: |cell| cell.only(&KEEPERS),
    },
    Row {
        name: "lock less",
        action: |cell| {
            let (day, reason) = (date(2026, 1, 31), Some("an audit".to_owned()));
            Action::MoveLocks(match cell.is_hard {
                true => LockMove { hard_lock_date: Some(day), reason, ..LockMove::default() },
                false => LockMove { lock_date: Some(Some(day)), reason, ..LockMove::default() },
            })
        },
        refused: |cell| match cell.is_hard {
            // Nobody ever moves the hard one back.
            true => cell
                .only(&KEEPERS)
                .or(cell.only(&[Role::Administrator]))
                .or(Some(Code::LockBackward)),
            false => cell.only(&[Role::Administrator]),
        },
    },
    Row {
        name: "close a month",
        action: |_| close(date(2026, 7, 31)),
        // What is locked was closed; a gap behind it wants an explanation.
        refused: |cell| {
            let open = (cell.day > LOCK).then_some(Code::PeriodUnexplained);
            cell.only(&KEEPERS).or(open)
        },
    },
    Row {
        name: "close what is closed",
        action: |_| close(LOCK),
        refused: |cell| cell.only(&KEEPERS).or(Some(Code::LockBackward)),
    },
];

fn close(end: Date) -> Action {
    Action::ClosePeriod(ClosePeriod { end, explanations: Vec::new() })
}

fn advance(day: Date, next: u64) -> Action {
    Action::Advance(Advance {
        series: SeriesRef::Name("invoices".to_owned()),
        date: Some(day),
        customer: None,
        parent: None,
        next,
        reason: "a book was lost".to_owned(),
    })
}

fn on_which_side_of_a_lock(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut ledger = LedgerId(0);
    for day in [date(2026, 6, 29), LOCK, date(2026, 7, 1)] {
        for role in Role::ALL {
            for is_hard in [false, true] {
                for row in COMMANDS {
                    ledger.0 += 1;
                    let cell = Cell { role, is_hard, day };
                    let seen = tried(&mut *writer, ledger, cell, (row.action)(cell));
                    assert_eq!(seen, (row.refused)(cell), "{} {cell:?}", row.name);
                }
            }
        }
    }
}

/// What refuses an action in a ledger of its own.
fn tried(writer: &mut dyn Writer, ledger: LedgerId, cell: Cell, action: Action) -> Option<Code> {
    let key = KeyId(ledger.0);
    let hash: Vec<u8> = ledger.0.to_be_bytes().repeat(4);
    let new = NewKey {
        id: key,
        hash: KeyHash(hash.try_into().expect("32 bytes")),
        hint: "abcd".to_owned(),
        role: cell.role,
        name: "one of them".to_owned(),
    };
    let item = Item { date: Some(cell.day), ..Item::default() };
    let lock = match cell.is_hard {
        true => LockMove { hard_lock_date: Some(LOCK), ..LockMove::default() },
        false => LockMove { lock_date: Some(Some(LOCK)), ..LockMove::default() },
    };
    let actions = [
        Action::CreateKey(new),
        Action::Issue(vec![item]),
        advance(cell.day, 5),
        Action::MoveLocks(lock),
    ];
    let commands = actions.map(|action| command(ledger, action));
    done(writer, [open(ledger)].into_iter().chain(commands).collect());
    let asked = ledger::Command { actor: Actor::Key(key), ..command(ledger, action) };
    let answers = drive(writer, vec![asked]).expect("drive");
    answers[0].result.as_ref().err().map(|refusal| refusal.code)
}
