//! A ledger with many rows of each kind that lists are made of.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::date;
use ledger::Changes;
use ledger::id::{CustomerId, ObjectId, Position};
use ledger::model::document::{Customer, TaxRate};
use ledger::model::{
    At, DeliveryRow, DeliveryState, EventRow, Kind, NumberRow, Object, ObjectRow, SequenceRow,
    State,
};

use super::sample::{self, LEDGER};
use crate::Store;

/// Fills a ledger of an empty store, so that the plans of its queries can be looked at: so many
/// numbers, objects of two kinds, events of three types, and what became of telling them. There is
/// no head, so no command can be run on it.
///
/// # Panics
/// When the store refuses them.
pub fn fill(store: &dyn Store, count: u64) {
    let mut writer = sample::writer(store);
    for changes in [numbers(count), documents(count)] {
        sample::put(&mut *writer, &changes);
    }
}

fn numbers(count: u64) -> Changes {
    let sequence = SequenceRow { last: count, ..sample::sequence(LEDGER, 1, 1, 2026) };
    let alike = sample::number(1, 1, 1, "");
    let number = |n: u64| NumberRow {
        position: Position(n),
        ordinal: n,
        text: format!("INV-2026-{n:05}"),
        state: State::ALL[usize::from(n.is_multiple_of(17))],
        kind: if n.is_multiple_of(5) { Kind::credit_note() } else { Kind::invoice() },
        date: date(2026, 1, 1).saturating_add((n as i64 / 500).days()),
        reference: Some(format!("order-{n}")),
        customer: Some(CustomerId(format!("cus_{}", n % 100))),
        ..alike.clone()
    };
    Changes {
        sequences: vec![sequence],
        new_numbers: (1..=count).map(number).collect(),
        ..Changes::default()
    }
}

fn documents(count: u64) -> Changes {
    let mut changes = Changes::default();
    for n in 1..=count {
        let (id, at) = (ObjectId(n), At(n as i64 / 3));
        let body = match n % 3 {
            0 => Object::TaxRate(TaxRate { active: n % 9 != 0, ..TaxRate::default() }),
            _ => Object::Customer(Customer {
                email: Some(format!("{}@example.com", n % 1_000)),
                ..Customer::default()
            }),
        };
        let object =
            ObjectRow { created: at, deleted: n.is_multiple_of(11), ..sample::object(n, body) };
        changes.objects.push(Arc::new(object));
        let kinds = ["customer.created", "customer.updated", "tax_rate.created"];
        changes.events.push(EventRow { at, ..sample::event(n, 0, kinds[n as usize % 3]) });
        let state = DeliveryState::ALL[if n % 50 < 3 { n as usize % 3 } else { 1 }];
        let new = DeliveryRow::new(LEDGER, id, ObjectId(n % 7), at);
        changes.deliveries.push(DeliveryRow { state, ..new });
    }
    changes
}
