//! The register: rows as stored, loaded and written.

use std::collections::HashMap;

use jiff::civil::Date;
use ledger::id::{CustomerId, LedgerId, Position, SequenceId, SeriesId};
use ledger::model::{
    Cause, Holder, Kind, Metadata, NumberRow, Receipt, SequenceRow, State, Voided, Warning,
};
use ledger::trail::Hash;
use store::{Irregular, NumberWithPlace, StoreError};

use super::bound;
use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::Rows;
use crate::session::Session;
use crate::table::sequence;
use crate::trip::{Asked, Trip, values};

/// The columns of a number, with the hash of the entry that gave it.
macro_rules! columns {
    () => {
        "n.ledger_id, n.position, n.sequence_id, n.ordinal, n.slug, n.text, n.slug_rank, n.state, \
         n.kind, n.date, n.created, n.entry, t.hash, n.reference, n.customer, n.parent, \
         n.reissue_of, n.warning, n.metadata, n.void_cause, n.void_reason, n.void_at, \
         n.void_entry, n.mark, n.irregular"
    };
}

/// Numbers by their keys.
macro_rules! numbers {
    () => {
        " FROM unnest($1::bigint[], $2::bigint[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
         FROM number n WHERE n.ledger_id = k.c0 AND n.ledger_id = ANY($3) \
         AND n.position BETWEEN k.c1 AND k.c1 ORDER BY n.position LIMIT 1) n"
    };
}

/// The entries that gave numbers. One that is missing shows as a break of the trail, not as an
/// unreadable number.
macro_rules! entries {
    ($named:literal) => {
        concat!(
            " LEFT JOIN LATERAL (SELECT t.hash FROM trail t WHERE t.ledger_id = n.ledger_id",
            $named,
            " AND t.entry = n.entry LIMIT 1) t ON true"
        )
    };
}

const LOAD: &str =
    concat!("SELECT ", columns!(), numbers!(), entries!(" AND t.ledger_id = ANY($3)"));

const LOAD_WITH_PLACE: &str = concat!(
    "SELECT ",
    columns!(),
    ", ",
    sequence::columns!(),
    numbers!(),
    " CROSS JOIN LATERAL (SELECT * FROM sequence s WHERE s.ledger_id = n.ledger_id \
     AND s.ledger_id = ANY($3) AND s.sequence_id BETWEEN n.sequence_id AND n.sequence_id \
     ORDER BY s.sequence_id LIMIT 1) s",
    entries!(" AND t.ledger_id = ANY($3)")
);

// One more than a statement may have tells that there are too many.
const DAYS: &str = concat!(
    "SELECT k.c2, k.c3, ",
    columns!(),
    " FROM unnest($1::bigint[], $2::smallint[], $3::date[], $4::date[]) k (c0, c1, c2, c3) \
     CROSS JOIN LATERAL (SELECT * FROM number n WHERE n.ledger_id = k.c0 \
     AND n.ledger_id = ANY($5) AND n.irregular IS NOT NULL \
     AND (n.irregular, n.date) >= (k.c1, k.c2) AND (n.irregular, n.date) <= (k.c1, k.c3) \
     ORDER BY n.irregular, n.date, n.position LIMIT 10001) n",
    entries!(" AND t.ledger_id = ANY($5)")
);

const REGISTER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM (SELECT * FROM number n WHERE n.ledger_id = $1 AND n.sequence_id = $2 \
     AND n.ordinal >= $3 ORDER BY n.ordinal LIMIT $4) n",
    entries!(" AND t.ledger_id = $1"),
    " ORDER BY n.ordinal"
);

// The bounds say without an equality what is wanted, so that only the index over all three columns
// has the order: the newest number of a reference is never found by walking back over others.
macro_rules! references {
    () => {
        "SELECT n.ledger_id, n.kind, n.reference, n.position \
         FROM unnest($1::bigint[], $2::text[], $3::text[]) k (c0, c1, c2) \
         CROSS JOIN LATERAL (SELECT * FROM number n WHERE n.ledger_id = k.c0 \
         AND n.ledger_id = ANY($4) AND n.reference IS NOT NULL \
         AND (n.reference, n.kind, n.position) >= (k.c2, k.c1, 0) \
         AND (n.reference, n.kind, n.position) <= (k.c2, k.c1, 9223372036854775807) \
         ORDER BY n.reference DESC, n.kind DESC, n.position DESC LIMIT 1) n"
    };
}

const REFERENCES: &str = references!();

/// Fails where one of them is there: it divides by zero.
const REFUSE_REFERENCES: &str =
    concat!("SELECT 1 / (count(*) = 0)::integer FROM (", references!(), ") w");

macro_rules! texts {
    () => {
        "SELECT n.ledger_id, k.c1, n.position, n.slug, n.text, n.slug_rank \
         FROM unnest($1::bigint[], $2::text[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
         FROM number n WHERE n.ledger_id = k.c0 AND n.ledger_id = ANY($3) \
         AND lower(n.slug) BETWEEN k.c1 AND k.c1 AND n.state <> 3 \
         ORDER BY lower(n.slug) OFFSET 0) n"
    };
}

const TEXTS: &str = texts!();

/// Fails where one of them is there: it divides by zero.
const REFUSE_TEXTS: &str = concat!("SELECT 1 / (count(*) = 0)::integer FROM (", texts!(), ") w");

/// The columns that every number has, in the order in which rows hold them.
macro_rules! always {
    () => {
        "ledger_id, position, sequence_id, ordinal, created, entry, series_id, date, kind, slug, \
         reference"
    };
}

/// The columns that most numbers leave empty, in the order in which rows hold them.
macro_rules! seldom {
    () => {
        ", slug_rank, state, text, customer, parent, reissue_of, warning, metadata, void_cause, \
         void_reason, void_at, void_entry, mark, irregular"
    };
}

macro_rules! always_arrays {
    () => {
        "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
         $6::bigint[], $7::integer[], $8::date[], $9::text[], $10::text[], $11::text[]"
    };
}

macro_rules! seldom_arrays {
    () => {
        ", $12::integer[], $13::smallint[], $14::text[], $15::text[], $16::bigint[], \
         $17::bigint[], $18::smallint[], $19::text[], $20::smallint[], $21::text[], \
         $22::bigint[], $23::bigint[], $24::smallint[], \
         $25::smallint[])"
    };
}

/// The rows to write, each with the series of its sequence, which must be there.
macro_rules! with_series {
    () => {
        concat!(
            " SELECT s.ledger_id, k.c1, k.c2, k.c3, k.c4, k.c5, s.series_id, k.c7, k.c8, k.c9, \
             k.c10, k.c11, k.c12, k.c13, k.c14, k.c15, k.c16, k.c17, k.c18, k.c19, k.c20, k.c21, \
             k.c22, k.c23, k.c24 FROM ",
            always_arrays!(),
            seldom_arrays!(),
            " k (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, \
             c18, c19, c20, c21, c22, c23, c24) CROSS JOIN LATERAL (SELECT s.ledger_id, \
             s.series_id FROM sequence s WHERE s.ledger_id = k.c0 AND s.ledger_id = ANY($26) \
             AND s.sequence_id BETWEEN k.c2 AND k.c2 ORDER BY s.sequence_id LIMIT 1) s"
        )
    };
}

// Each array costs the server as much as several values, so those that would hold nothing are left
// out: two thirds of what a number costs that needs none of them.
const INSERT_PLAIN: &str = concat!(
    "INSERT INTO number (",
    always!(),
    ", slug_rank, state) SELECT *, 0, 0::smallint FROM ",
    always_arrays!(),
    ")"
);

const INSERT: &str = concat!(
    "INSERT INTO number (",
    always!(),
    seldom!(),
    ") SELECT * FROM ",
    always_arrays!(),
    seldom_arrays!()
);

const INSERT_PLACED: &str =
    concat!("INSERT INTO number (", always!(), seldom!(), ")", with_series!());

// Written as an insertion whose rows are all there, which goes by the key and nothing else.
const UPDATE: &str = concat!(
    "INSERT INTO number (",
    always!(),
    seldom!(),
    ")",
    with_series!(),
    " CROSS JOIN LATERAL (SELECT 1 FROM number n WHERE n.ledger_id = k.c0 \
     AND n.ledger_id = ANY($26) AND n.position BETWEEN k.c1 AND k.c1 \
     ORDER BY n.position LIMIT 1) n \
     ON CONFLICT (ledger_id, position) DO UPDATE SET sequence_id = excluded.sequence_id, \
     series_id = excluded.series_id, ordinal = excluded.ordinal, slug = excluded.slug, \
     text = excluded.text, slug_rank = excluded.slug_rank, state = excluded.state, \
     kind = excluded.kind, date = excluded.date, created = excluded.created, \
     entry = excluded.entry, reference = excluded.reference, customer = excluded.customer, \
     parent = excluded.parent, reissue_of = excluded.reissue_of, warning = excluded.warning, \
     metadata = excluded.metadata, void_cause = excluded.void_cause, \
     void_reason = excluded.void_reason, void_at = excluded.void_at, \
     void_entry = excluded.void_entry, mark = excluded.mark, irregular = excluded.irregular"
);

/// The width of the rows that `INSERT_PLAIN` takes.
const PLAIN_WIDTH: usize = 11;

/// The width of the rows that the other statements take.
const WIDTH: usize = 25;

pub(crate) fn load(trip: &mut Trip, keys: &[(LedgerId, Position)]) -> Asked<NumberRow> {
    trip.look(LOAD, key_rows(keys.iter().copied()), read)
}

/// Numbers with their sequences, in any order.
pub(crate) fn load_with_place(
    session: &Session,
    ledger: LedgerId,
    positions: &[Position],
) -> Result<Vec<NumberWithPlace>, StoreError> {
    let keys = key_rows(positions.iter().map(|position| (ledger, *position)));
    session.asked(|trip| {
        trip.look(LOAD_WITH_PLACE, keys, |fields| {
            Ok(NumberWithPlace { row: read(fields)?, sequence: sequence::read(fields)? })
        })
    })
}

pub(crate) fn register(
    session: &Session,
    ledger: LedgerId,
    sequence: SequenceId,
    from: u64,
    limit: u32,
) -> Result<Vec<NumberRow>, StoreError> {
    session.all(REGISTER, values![ledger, sequence, bound(from), i64::from(limit)], read)
}

/// Numbers that are irregular from one day to another.
pub(crate) fn load_days(
    trip: &mut Trip,
    keys: &[(LedgerId, Date, Date)],
) -> Asked<((LedgerId, Date, Date), NumberRow)> {
    let mut rows = Rows::new(4);
    for (ledger, from, to) in keys {
        for kind in Irregular::ALL {
            rows.row(*ledger).put(stored_irregular(kind)).put(*from).put(*to);
        }
    }
    trip.look(DAYS, rows, |fields| {
        let (from, to) = (fields.date()?, fields.date()?);
        let row = read(fields)?;
        Ok(((row.ledger, from, to), row))
    })
}

pub(crate) fn load_references(
    trip: &mut Trip,
    keys: &[(LedgerId, Kind, String)],
) -> Asked<((LedgerId, Kind, String), Position)> {
    trip.look(REFERENCES, reference_rows(keys), |fields| {
        let key = (fields.ledger()?, read_kind(fields.get()?)?, fields.string()?);
        Ok((key, fields.position()?))
    })
}

/// Fails with a conflict where a number has one of these references.
pub(crate) fn refuse_references(trip: &mut Trip, keys: &[(LedgerId, Kind, String)]) {
    trip.check(REFUSE_REFERENCES, reference_rows(keys));
}

fn reference_rows(keys: &[(LedgerId, Kind, String)]) -> Rows {
    let mut rows = Rows::new(3);
    for (ledger, kind, reference) in keys {
        rows.row(*ledger).put(stored_kind(kind)).put(reference.as_str());
    }
    rows
}

pub(crate) fn load_texts(
    trip: &mut Trip,
    keys: &[(LedgerId, String)],
) -> Asked<((LedgerId, String), Holder)> {
    trip.look(TEXTS, text_rows(keys), |fields| {
        let key = (fields.ledger()?, fields.string()?);
        let position = fields.position()?;
        let text = read_text(fields)?;
        Ok((key, Holder { position, text, slug_rank: fields.u32()? }))
    })
}

/// Fails with a conflict where the text of a number has one of these slug keys.
pub(crate) fn refuse_texts(trip: &mut Trip, keys: &[(LedgerId, String)]) {
    trip.check(REFUSE_TEXTS, text_rows(keys));
}

fn text_rows(keys: &[(LedgerId, String)]) -> Rows {
    let mut rows = Rows::new(2);
    for (ledger, slug_key) in keys {
        rows.row(*ledger).put(slug_key.as_str());
    }
    rows
}

/// Writes new numbers. The series of a sequence is taken from `sequences`, those that are written
/// with them; of a sequence that is not among those it is looked up.
pub(crate) fn insert(
    trip: &mut Trip,
    numbers: &[NumberRow],
    sequences: &[SequenceRow],
) -> Result<(), StoreError> {
    let series = |row: &SequenceRow| ((row.ledger, row.id), row.series);
    let series: HashMap<(LedgerId, SequenceId), SeriesId> = sequences.iter().map(series).collect();
    let (mut plain, mut full, mut placed) =
        (Rows::new(PLAIN_WIDTH), Rows::new(WIDTH), Rows::new(WIDTH));
    for row in numbers {
        let slug = numbering::slug(&row.text);
        match series.get(&(row.ledger, row.sequence)) {
            Some(series) if is_plain(row, &slug) => put_always(&mut plain, row, *series, &slug),
            Some(series) => put_all(&mut full, row, *series, &slug)?,
            None => put_all(&mut placed, row, SeriesId(0), &slug)?,
        }
    }
    trip.insert(INSERT_PLAIN, plain);
    trip.insert(INSERT, full);
    trip.write(INSERT_PLACED, placed);
    Ok(())
}

pub(crate) fn update(trip: &mut Trip, numbers: &[NumberRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(WIDTH);
    for row in numbers {
        put_all(&mut rows, row, SeriesId(0), &numbering::slug(&row.text))?;
    }
    trip.write(UPDATE, rows);
    Ok(())
}

/// The word of a kind as stored: nothing for the one that most documents have.
pub(crate) fn stored_kind(kind: &Kind) -> &str {
    match kind.text() {
        "invoice" => "",
        other => other,
    }
}

pub(crate) fn stored_state(state: State) -> i16 {
    match state {
        State::Held => 0,
        State::Void => 1,
        State::Blank => 2,
        State::Occupied => 3,
    }
}

/// Reads the slug and the text, where the text is left out when it is the slug.
pub(crate) fn read_text(fields: &mut Fields<'_>) -> Result<String, StoreError> {
    let slug: &str = fields.get()?;
    Ok(fields.maybe_string()?.unwrap_or_else(|| slug.to_owned()))
}

pub(crate) fn stored_irregular(kind: Irregular) -> i16 {
    match kind {
        Irregular::Void => 1,
        Irregular::Draft => 2,
    }
}

fn key_rows(keys: impl Iterator<Item = (LedgerId, Position)>) -> Rows {
    let mut rows = Rows::new(2);
    for (ledger, position) in keys {
        rows.row(ledger).put(position);
    }
    rows
}

/// Whether a number leaves empty what most do.
fn is_plain(row: &NumberRow, slug: &str) -> bool {
    let NumberRow { customer, parent, reissue_of, warning, mark, voided, .. } = row;
    slug == row.text
        && row.slug_rank == 0
        && row.state == State::Held
        && (customer.is_none() && parent.is_none() && reissue_of.is_none())
        && (warning.is_none() && mark.is_none() && voided.is_none() && row.metadata.is_empty())
        && !row.draft
}

fn put_always(rows: &mut Rows, row: &NumberRow, series: SeriesId, slug: &str) {
    rows.row(row.ledger).put(row.position).put(row.sequence).put(row.ordinal);
    rows.put(row.created).put(row.receipt.index).put(series).put(row.date);
    rows.put(stored_kind(&row.kind)).put(slug).put(row.reference.as_deref());
}

fn put_all(
    rows: &mut Rows,
    row: &NumberRow,
    series: SeriesId,
    slug: &str,
) -> Result<(), StoreError> {
    put_always(rows, row, series, slug);
    let text = (slug != row.text).then_some(row.text.as_str());
    rows.put(row.slug_rank).put(stored_state(row.state)).put(text);
    rows.put(row.customer.as_ref()).put(row.parent).put(row.reissue_of);
    rows.put(row.warning.map(stored_warning)).put(stored_metadata(&row.metadata)?.as_deref());
    match &row.voided {
        Some(voided) => rows
            .put(i16::from(voided.cause == Cause::Cancelled))
            .put(voided.reason.as_str())
            .put(voided.at)
            .put(voided.index),
        None => rows.put(None::<i16>).put(None::<&str>).put(None::<i64>).put(None::<i64>),
    };
    rows.put(row.mark.map(|mark| i16::from(mark.code())));
    rows.put(Irregular::of(row).map(stored_irregular));
    Ok(())
}

fn read(fields: &mut Fields<'_>) -> Result<NumberRow, StoreError> {
    Ok(NumberRow {
        ledger: fields.ledger()?,
        position: fields.position()?,
        sequence: fields.sequence()?,
        ordinal: fields.u64()?,
        text: read_text(fields)?,
        slug_rank: fields.u32()?,
        state: read_state(fields.get()?)?,
        kind: read_kind(fields.get()?)?,
        date: fields.date()?,
        created: fields.at()?,
        receipt: Receipt {
            index: fields.u64()?,
            hash: fields.maybe_array()?.map_or(Hash::ZERO, Hash),
        },
        reference: fields.maybe_string()?,
        customer: fields.maybe_string()?.map(CustomerId),
        parent: fields.maybe_u64()?.map(Position),
        reissue_of: fields.maybe_u64()?.map(Position),
        warning: fields.get::<Option<i16>>()?.map(read_warning).transpose()?,
        metadata: read_metadata(fields.get()?)?,
        voided: read_voided(fields)?,
        mark: fields.maybe_mark()?,
        draft: fields.get::<Option<i16>>()? == Some(stored_irregular(Irregular::Draft)),
    })
}

fn read_kind(word: &str) -> Result<Kind, StoreError> {
    match word {
        "" => Ok(Kind::invoice()),
        word => Kind::parse(word).ok_or_else(|| damaged(format!("kind {word:?}"))),
    }
}

fn read_state(state: i16) -> Result<State, StoreError> {
    let known = State::ALL.into_iter().find(|known| stored_state(*known) == state);
    known.ok_or_else(|| damaged(format!("state {state}")))
}

fn stored_warning(warning: Warning) -> i16 {
    match warning {
        Warning::DateOrder => 0,
    }
}

fn read_warning(warning: i16) -> Result<Warning, StoreError> {
    match warning {
        0 => Ok(Warning::DateOrder),
        other => Err(damaged(format!("warning {other}"))),
    }
}

// What JSON may not hold is escaped there, so this text is stored as it is.
pub(crate) fn stored_metadata(metadata: &Metadata) -> Result<Option<String>, StoreError> {
    if metadata.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(metadata).map(Some).map_err(|e| StoreError::Database(e.to_string()))
}

fn read_metadata(json: Option<&str>) -> Result<Metadata, StoreError> {
    json.map_or_else(|| Ok(Metadata::new()), |json| serde_json::from_str(json).map_err(damaged))
}

fn read_voided(fields: &mut Fields<'_>) -> Result<Option<Voided>, StoreError> {
    let cause: Option<i16> = fields.get()?;
    let reason = fields.maybe_string()?;
    let at = fields.maybe_at()?;
    let index = fields.maybe_u64()?;
    match (cause, reason, at, index) {
        (None, ..) => Ok(None),
        (Some(cause @ 0..=1), Some(reason), Some(at), Some(index)) => {
            let cause = if cause == 0 { Cause::Unused } else { Cause::Cancelled };
            Ok(Some(Voided { cause, reason, at, index }))
        }
        _ => Err(damaged("a void without its cause")),
    }
}
