//! A ledger in which everything happened that can.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use ledger::Action;
use ledger::command::{
    Advance, Import, ImportLine, ImportSeries, Item, NewKey, NewSeries, SeriesRef, Void,
};
use ledger::id::{CustomerId, GapId, KeyId, Position};
use ledger::model::{Cause, KeyHash, Kind, KindText};
use ledger::role::Role;
use numbering::Format;

use super::{TODAY, order};

/// What happened, in order, behind the import of [`import`].
pub fn actions() -> Vec<Action> {
    let reason = || "spoilt".to_owned();
    let void =
        |number, cause| Action::Void(Void { number: Position(number), cause, reason: reason() });
    vec![
        Action::Issue(vec![order("a"), order("b"), early("c")]),
        Action::CreateSeries(customers()),
        Action::Issue(vec![of("cus_a"), of("cus_b")]),
        Action::Issue(vec![of("cus_a"), Item { kind: Some(Kind::credit_note()), ..order("d") }]),
        skip("cus_a", 9),
        Action::ExplainGap(GapId(2), "the pad was burnt".to_owned()),
        void(5, Cause::Unused),
        void(6, Cause::Cancelled),
        Action::Issue(vec![Item { reissue: true, ..order("a") }]),
        Action::CreateKey(key(1)),
        Action::CreateKey(key(2)),
        Action::RevokeKey(KeyId(1)),
    ]
}

/// A key that nobody has the secret of.
pub fn key(n: u64) -> NewKey {
    NewKey {
        id: KeyId(n),
        hash: KeyHash([n as u8; 32]),
        hint: "abcd".to_owned(),
        role: Role::Clerk,
        name: format!("till {n}"),
    }
}

/// A series in which each customer has a counter.
pub fn customers() -> NewSeries {
    NewSeries {
        name: "customers".to_owned(),
        pattern: "C/{customer}/{seq:3}".to_owned(),
        reset: None,
        scope: None,
        prefix: String::new(),
        kinds: BTreeMap::new(),
        starting_number: None,
        default: false,
    }
}

/// A document of a customer, in the series of [`customers`].
pub fn of(customer: &str) -> Item {
    Item {
        date: Some(TODAY),
        customer: Some(CustomerId(customer.to_owned())),
        series: Some(SeriesRef::Name("customers".to_owned())),
        metadata: BTreeMap::from([("till".to_owned(), "3".to_owned())]),
        ..Item::default()
    }
}

/// Moves a customer's counter forward.
pub fn skip(customer: &str, next: u64) -> Action {
    Action::Advance(Advance {
        series: SeriesRef::Name("customers".to_owned()),
        date: Some(TODAY),
        customer: Some(CustomerId(customer.to_owned())),
        parent: None,
        next,
        reason: "a pad of forms was lost".to_owned(),
    })
}

fn early(reference: &str) -> Item {
    Item { date: Some(TODAY.yesterday().expect("a day")), ..order(reference) }
}

/// A list with a hole in it, which comes first.
pub fn import() -> Import {
    let kind = Kind::parse("legacy").expect("a kind");
    let line = |ordinal: u64| ImportLine {
        series: 0,
        text: format!("OLD-{ordinal:04}"),
        ordinal,
        date: OLD,
        kind: kind.clone(),
        reference: None,
        customer: None,
        metadata: BTreeMap::new(),
        line: ordinal,
    };
    let format = Format::of("OLD-{seq:4}".parse().expect("a pattern"));
    Import {
        series: vec![ImportSeries {
            name: "old".to_owned(),
            formats: vec![(None, format)],
            kinds: vec![KindText { kind: kind.clone(), text: String::new() }],
        }],
        lines: [1, 2, 5, 6].map(line).into(),
    }
}

const OLD: Date = date(2019, 3, 1);
