//! Customers, and the prefixes that are taken.

use ledger::id::{CustomerId, LedgerId, SeriesId};
use ledger::model::{CustomerRow, PrefixOwner};
use store::StoreError;

use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::Rows;
use crate::session::Session;
use crate::trip::{Asked, Trip, values};

const LOAD: &str = "SELECT c.ledger_id, c.customer, c.prefix \
    FROM unnest($1::bigint[], $2::text[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
    FROM customer c WHERE c.ledger_id = k.c0 AND c.ledger_id = ANY($3) \
    AND c.customer = k.c1 LIMIT 1) c";

const WRITE: &str = "INSERT INTO customer (ledger_id, customer, prefix) \
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) \
    ON CONFLICT (ledger_id, customer) DO UPDATE SET prefix = excluded.prefix";

const LOAD_PREFIXES: &str = "SELECT p.ledger_id, p.prefix, p.series_id, p.customer \
    FROM unnest($1::bigint[], $2::text[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
    FROM prefix p WHERE p.ledger_id = k.c0 AND p.ledger_id = ANY($3) \
    AND p.prefix = k.c1 LIMIT 1) p";

// A prefix never changes its owner: another owner's row does not fit.
const WRITE_PREFIXES: &str = "INSERT INTO prefix AS p (ledger_id, prefix, series_id, customer) \
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::text[]) \
    ON CONFLICT (ledger_id, prefix) DO UPDATE SET prefix = excluded.prefix \
    WHERE p.series_id IS NOT DISTINCT FROM excluded.series_id \
    AND p.customer IS NOT DISTINCT FROM excluded.customer";

const LIST: &str = "SELECT c.ledger_id, c.customer, c.prefix FROM customer c \
    WHERE c.ledger_id = $1 AND c.customer > $2 ORDER BY c.customer LIMIT $3";

const LIST_PREFIXES: &str = "SELECT p.prefix, p.series_id, p.customer FROM prefix p \
    WHERE p.ledger_id = $1 AND p.prefix > $2 ORDER BY p.prefix LIMIT $3";

pub(crate) fn load(trip: &mut Trip, keys: &[(LedgerId, CustomerId)]) -> Asked<CustomerRow> {
    let mut rows = Rows::new(2);
    for (ledger, id) in keys {
        rows.row(*ledger).put(id);
    }
    trip.look(LOAD, rows, read)
}

pub(crate) fn list(
    session: &Session,
    ledger: LedgerId,
    after: Option<&CustomerId>,
    limit: u32,
) -> Result<Vec<CustomerRow>, StoreError> {
    let after = after.map_or("", |id| id.0.as_str());
    session.all(LIST, values![ledger, after, i64::from(limit)], read)
}

pub(crate) fn write(trip: &mut Trip, customers: &[CustomerRow]) {
    let mut rows = Rows::new(3);
    for row in customers {
        rows.row(row.ledger).put(&row.id).put(row.prefix.as_str());
    }
    trip.write(WRITE, rows);
}

pub(crate) fn load_prefixes(
    trip: &mut Trip,
    keys: &[(LedgerId, String)],
) -> Asked<((LedgerId, String), PrefixOwner)> {
    let mut rows = Rows::new(2);
    for (ledger, prefix) in keys {
        rows.row(*ledger).put(prefix.as_str());
    }
    trip.look(LOAD_PREFIXES, rows, |fields| {
        Ok(((fields.ledger()?, fields.string()?), owner(fields)?))
    })
}

pub(crate) fn list_prefixes(
    session: &Session,
    ledger: LedgerId,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(String, PrefixOwner)>, StoreError> {
    let values = values![ledger, after.unwrap_or(""), i64::from(limit)];
    session.all(LIST_PREFIXES, values, |fields| Ok((fields.string()?, owner(fields)?)))
}

pub(crate) fn write_prefixes(trip: &mut Trip, prefixes: &[(LedgerId, String, PrefixOwner)]) {
    let mut rows = Rows::new(4);
    for (ledger, prefix, owner) in prefixes {
        rows.row(*ledger).put(prefix.as_str());
        match owner {
            PrefixOwner::Series(series) => rows.put(*series).put(None::<&str>),
            PrefixOwner::Customer(customer) => rows.put(None::<SeriesId>).put(customer),
        };
    }
    trip.write(WRITE_PREFIXES, rows);
}

fn read(fields: &mut Fields<'_>) -> Result<CustomerRow, StoreError> {
    Ok(CustomerRow {
        ledger: fields.ledger()?,
        id: CustomerId(fields.string()?),
        prefix: fields.string()?,
    })
}

fn owner(fields: &mut Fields<'_>) -> Result<PrefixOwner, StoreError> {
    let series: Option<i32> = fields.get()?;
    let customer = fields.maybe_string()?;
    match (series, customer) {
        (Some(series), None) => Ok(PrefixOwner::Series(SeriesId(series as u32))),
        (None, Some(customer)) => Ok(PrefixOwner::Customer(CustomerId(customer))),
        _ => Err(damaged("a prefix without one owner")),
    }
}
