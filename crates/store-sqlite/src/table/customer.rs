//! Customers, and the prefixes that are taken.

use ledger::id::{CustomerId, LedgerId};
use ledger::model::{CustomerRow, PrefixOwner};
use store::StoreError;

use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::Rows;
use crate::session::Session;
use crate::table::Found;

const LOAD: &str = "SELECT c.ledger_id, c.customer, c.prefix FROM rows(?1) k \
    CROSS JOIN customer c ON c.ledger_id = k.c0 AND c.customer = k.c1";

const WRITE: &str = "INSERT INTO customer (ledger_id, customer, prefix) \
    SELECT c0, c1, c2 FROM rows(?1) WHERE true \
    ON CONFLICT (ledger_id, customer) DO UPDATE SET prefix = excluded.prefix";

const LOAD_PREFIXES: &str = "SELECT p.ledger_id, p.prefix, p.series_id, p.customer \
    FROM rows(?1) k CROSS JOIN prefix p ON p.ledger_id = k.c0 AND p.prefix = k.c1";

// A prefix never changes its owner: another owner's row does not fit.
const WRITE_PREFIXES: &str = "INSERT INTO prefix (ledger_id, prefix, series_id, customer) \
    SELECT c0, c1, c2, c3 FROM rows(?1) WHERE true \
    ON CONFLICT (ledger_id, prefix) DO UPDATE SET prefix = excluded.prefix \
    WHERE prefix.series_id IS excluded.series_id AND prefix.customer IS excluded.customer";

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, CustomerId)],
) -> Result<Vec<CustomerRow>, StoreError> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, id) in keys {
        rows.put(*ledger).put(id);
    }
    session.look(LOAD, rows, |fields| {
        Ok(CustomerRow {
            ledger: fields.ledger()?,
            id: CustomerId(fields.string()?),
            prefix: fields.string()?,
        })
    })
}

pub(crate) fn write(session: &Session, customers: &[CustomerRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(3, customers.len());
    for row in customers {
        rows.put(row.ledger).put(&row.id).put(row.prefix.as_str());
    }
    session.write(WRITE, rows)
}

pub(crate) fn load_prefixes(
    session: &Session,
    keys: &[(LedgerId, String)],
) -> Found<(LedgerId, String), PrefixOwner> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, prefix) in keys {
        rows.put(*ledger).put(prefix.as_str());
    }
    session.look(LOAD_PREFIXES, rows, |fields| {
        Ok(((fields.ledger()?, fields.string()?), owner(fields)?))
    })
}

pub(crate) fn write_prefixes(
    session: &Session,
    prefixes: &[(LedgerId, String, PrefixOwner)],
) -> Result<(), StoreError> {
    let mut rows = Rows::new(4, prefixes.len());
    for (ledger, prefix, owner) in prefixes {
        rows.put(*ledger).put(prefix.as_str());
        match owner {
            PrefixOwner::Series(series) => rows.put(*series).put(None::<&str>),
            PrefixOwner::Customer(customer) => rows.put(None::<i64>).put(customer),
        };
    }
    session.write(WRITE_PREFIXES, rows)
}

fn owner(fields: &mut Fields<'_>) -> Result<PrefixOwner, StoreError> {
    let series: Option<u32> = fields.get()?;
    let customer: Option<String> = fields.get()?;
    match (series, customer) {
        (Some(series), None) => Ok(PrefixOwner::Series(ledger::id::SeriesId(series))),
        (None, Some(customer)) => Ok(PrefixOwner::Customer(CustomerId(customer))),
        _ => Err(damaged("a prefix without one owner")),
    }
}
