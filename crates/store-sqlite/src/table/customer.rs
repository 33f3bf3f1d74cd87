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

// Nothing is below the empty text, and no id and no prefix is empty.
const LIST: &str = "SELECT c.ledger_id, c.customer, c.prefix FROM customer c \
    WHERE c.ledger_id = ?1 AND c.customer > ?2 ORDER BY c.customer LIMIT ?3";

const LIST_PREFIXES: &str = "SELECT p.prefix, p.series_id, p.customer FROM prefix p \
    WHERE p.ledger_id = ?1 AND p.prefix > ?2 ORDER BY p.prefix LIMIT ?3";

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, CustomerId)],
) -> Result<Vec<CustomerRow>, StoreError> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, id) in keys {
        rows.put(*ledger).put(id);
    }
    session.look(LOAD, rows, read)
}

pub(crate) fn list(
    session: &Session,
    ledger: LedgerId,
    after: Option<&CustomerId>,
    limit: u32,
) -> Result<Vec<CustomerRow>, StoreError> {
    let after = after.map_or("", |id| id.0.as_str());
    session.all(LIST, (ledger.0 as i64, after, limit), read)
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

pub(crate) fn list_prefixes(
    session: &Session,
    ledger: LedgerId,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(String, PrefixOwner)>, StoreError> {
    let params = (ledger.0 as i64, after.unwrap_or(""), limit);
    session.all(LIST_PREFIXES, params, |fields| Ok((fields.string()?, owner(fields)?)))
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

fn read(fields: &mut Fields<'_>) -> Result<CustomerRow, StoreError> {
    Ok(CustomerRow {
        ledger: fields.ledger()?,
        id: CustomerId(fields.string()?),
        prefix: fields.string()?,
    })
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
