//! Two who want what cannot both be had of one document, at the same moment, on real stores: one
//! gets it, the other is told why not, and the numbers have no hole.

#[path = "races/arena.rs"]
mod arena;

use ledger::Code;
use ledger::command::document::{CustomerChange, DocumentAction, NewCreditNote};
use ledger::id::ObjectId;
use ledger::model::Level;

use arena::{Arena, Room};

/// What each side was refused with; `None` for whoever was not.
type Came = [Option<Code>; 2];

/// What two sides want of one thing, and all that may come of it.
struct Contest {
    name: &'static str,
    level: Level,
    /// Makes as many things as asked for.
    subjects: fn(&Room, usize) -> Vec<ObjectId>,
    sides: [fn(ObjectId) -> DocumentAction; 2],
    /// Each of these has to come at times, and nothing else ever.
    possible: [Came; 2],
    /// How many numbers were given when things came so.
    numbers: fn(&Came) -> u64,
}

fn finalize(id: ObjectId) -> DocumentAction {
    DocumentAction::Finalize(id, None)
}

fn pay(id: ObjectId) -> DocumentAction {
    DocumentAction::Pay(id, true)
}

/// Credits all of an invoice that [`Room::open_invoices`] made.
fn credit(id: ObjectId) -> DocumentAction {
    let amount = Some(arena::AMOUNT);
    let new = NewCreditNote { invoice: id, amount, ..NewCreditNote::default() };
    DocumentAction::CreateCreditNote(Box::new(new))
}

fn raise(id: ObjectId, next: u64) -> DocumentAction {
    let change = CustomerChange { next_invoice_sequence: Some(next), ..CustomerChange::default() };
    DocumentAction::UpdateCustomer(id, Box::new(change))
}

fn contests() -> [Contest; 6] {
    let editable = Some(Code::InvoiceNotEditable);
    let step = Some(Code::StatusTransitionInvalid);
    [
        Contest {
            name: "finalize and delete",
            level: Level::Account,
            subjects: Room::drafts,
            sides: [finalize, |id| DocumentAction::DeleteInvoice(id, None)],
            possible: [[None, editable], [Some(Code::ResourceMissing), None]],
            numbers: |came| u64::from(came[0].is_none()),
        },
        Contest {
            name: "finalize and finalize",
            level: Level::Customer,
            subjects: Room::drafts,
            sides: [finalize, finalize],
            possible: [[None, editable], [editable, None]],
            numbers: |_| 1,
        },
        Contest {
            name: "void and pay",
            level: Level::Account,
            subjects: Room::open_invoices,
            sides: [DocumentAction::Void, pay],
            possible: [[None, step], [step, None]],
            numbers: |_| 1,
        },
        Contest {
            name: "pay and give up",
            level: Level::Account,
            subjects: Room::open_invoices,
            sides: [pay, DocumentAction::MarkUncollectible],
            // What was given up can still be paid.
            possible: [[None, step], [None, None]],
            numbers: |_| 1,
        },
        Contest {
            name: "credit and void",
            level: Level::Account,
            subjects: Room::open_invoices,
            sides: [credit, DocumentAction::Void],
            possible: [[None, step], [step, None]],
            numbers: |came| 1 + u64::from(came[0].is_none()),
        },
        Contest {
            name: "two rises of a customer's sequence",
            level: Level::Customer,
            subjects: Room::numbered_customers,
            sides: [|id| raise(id, 10), |id| raise(id, 20)],
            possible: [[None, None], [Some(Code::AdvanceBackward), None]],
            numbers: |_| 1,
        },
    ]
}

fn play(arena: &Arena) {
    let count = if std::env::var_os("GAPLESS_TEST_FULL").is_some() { 4_000 } else { 200 };
    for contest in contests() {
        let room = arena.room(contest.level);
        let subjects = (contest.subjects)(&room, count);
        let came = room.race(&subjects, contest.sides);
        let name = contest.name;
        for one in &came {
            assert!(contest.possible.contains(one), "{name}: {one:?}");
        }
        for possible in contest.possible {
            assert!(came.contains(&possible), "{name}: it never came to {possible:?}");
        }
        room.prove(name, came.iter().map(contest.numbers).sum());
    }
}

#[test]
fn one_wins_on_sqlite() {
    play(&Arena::on_sqlite());
}

#[test]
fn one_wins_on_postgres() {
    play(&Arena::on_postgres(1));
}

#[test]
fn one_wins_between_two_servers_on_postgres() {
    play(&Arena::on_postgres(2));
}

/// Whoever came first, the next invoice goes on where the higher rise led.
#[test]
fn the_higher_rise_is_what_stays() {
    for arena in [Arena::on_sqlite(), Arena::on_postgres(2)] {
        let room = arena.room(Level::Customer);
        let customers = room.numbered_customers(40);
        room.race(&customers, [|id| raise(id, 10), |id| raise(id, 20)]);
        for ordinal in room.next_ordinals(&customers) {
            assert_eq!(ordinal, 20);
        }
        room.prove("after the rises", 80);
    }
}
