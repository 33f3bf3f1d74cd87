//! The register: rows as stored, loaded and written.

use ledger::id::{CustomerId, LedgerId, Position, SequenceId};
use ledger::model::{Cause, Holder, Kind, Metadata, NumberRow, Receipt, State, Voided, Warning};
use ledger::trail::Hash;
use store::{Irregular, NumberWithPlace, StoreError};

use crate::cell::Fields;
use crate::error::damaged;
use crate::packed::{self, place};
use crate::rows::Rows;
use crate::session::Session;
use crate::table::{Found, sequence};

/// The columns of a number, with the hash of the entry that gave it.
macro_rules! columns {
    () => {
        "n.number_id, n.sequence_id, n.ordinal, n.slug, n.text, n.slug_rank, n.state, \
         n.kind, n.date, n.created, n.entry, t.hash, n.reference, n.customer, n.parent, \
         n.reissue_of, n.warning, n.metadata, n.void_cause, n.void_reason, n.void_at, \
         n.void_entry, n.mark, n.irregular"
    };
}

macro_rules! joined {
    () => {
        " LEFT JOIN trail t ON t.trail_id = (n.ledger_id << 36) + n.entry"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM rows(?1) k CROSS JOIN number n ON n.number_id = k.c0",
    joined!()
);

const LOAD_WITH_PLACE: &str = concat!(
    "SELECT ",
    columns!(),
    ", ",
    sequence::columns!(),
    " FROM rows(?1) k CROSS JOIN number n ON n.number_id = k.c0 \
     CROSS JOIN sequence s ON s.ledger_id = n.ledger_id AND s.sequence_id = n.sequence_id",
    joined!()
);

const REGISTER: &str = concat!(
    "SELECT ",
    columns!(),
    ", n.slug, n.series_id FROM number n",
    joined!(),
    " WHERE n.ledger_id = ?1 AND n.sequence_id = ?2 AND n.ordinal >= ?3 \
     ORDER BY n.ordinal LIMIT ?4"
);

const REFERENCES: &str = "SELECT k.c0, k.c1, k.c2, (SELECT n.number_id FROM number n \
    WHERE n.ledger_id = k.c0 AND n.kind = k.c1 AND n.reference = k.c2 \
    ORDER BY n.number_id DESC LIMIT 1) FROM rows(?1) k";

const TEXTS: &str = "SELECT k.c0, k.c1, n.number_id, n.slug, n.text, n.slug_rank FROM rows(?1) k \
    CROSS JOIN number n ON n.ledger_id = k.c0 AND n.slug = k.c1 WHERE n.state <> 3";

const INSERT: &str = "INSERT INTO number (number_id, ledger_id, sequence_id, series_id, ordinal, \
    slug, text, slug_rank, state, kind, date, created, entry, reference, customer, parent, \
    reissue_of, warning, metadata, void_cause, void_reason, void_at, void_entry, mark, irregular) \
    SELECT c0, c1, c2, s.series_id, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, \
    c16, c17, c18, c19, c20, c21, c22, c23 FROM rows(?1) k \
    LEFT JOIN sequence s ON s.ledger_id = k.c1 AND s.sequence_id = k.c2";

const UPDATE: &str = "UPDATE number SET sequence_id = c2, \
    series_id = (SELECT s.series_id FROM sequence s \
    WHERE s.ledger_id = c1 AND s.sequence_id = c2), \
    ordinal = c3, slug = c4, text = c5, slug_rank = c6, state = c7, kind = c8, date = c9, \
    created = c10, entry = c11, reference = c12, customer = c13, parent = c14, reissue_of = c15, \
    warning = c16, metadata = c17, void_cause = c18, void_reason = c19, void_at = c20, \
    void_entry = c21, mark = c22, irregular = c23 FROM rows(?1) k \
    WHERE number.number_id = k.c0";

/// The width of the rows that `INSERT` and `UPDATE` take.
const WIDTH: usize = 24;

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, Position)],
) -> Result<Vec<NumberRow>, StoreError> {
    session.look(LOAD, key_rows(keys.iter().copied()), read)
}

/// Numbers with their sequences, in any order.
pub(crate) fn load_with_place(
    session: &Session,
    ledger: LedgerId,
    positions: &[Position],
) -> Result<Vec<NumberWithPlace>, StoreError> {
    let keys = key_rows(positions.iter().map(|position| (ledger, *position)));
    session.look(LOAD_WITH_PLACE, keys, |fields| {
        Ok(NumberWithPlace { row: read(fields)?, sequence: sequence::read(fields)? })
    })
}

pub(crate) fn register(
    session: &Session,
    ledger: LedgerId,
    sequence: SequenceId,
    from: u64,
    limit: u32,
) -> Result<Vec<NumberRow>, StoreError> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let (id, owner) = (sequence.0 as i64, ledger.0 as i64);
    let series = sequence::series_of(session, ledger, sequence)?;
    session.all(REGISTER, (owner, id, from, limit), |fields| {
        let row = read(fields)?;
        // What lists are found by stands beside what it follows from.
        let slug_fits = fields.str()? == numbering::slug(&row.text);
        if !slug_fits || Some(fields.series()?) != series {
            let what = format!("the number {} is found by another slug or series", row.text);
            return Err(damaged(what));
        }
        Ok(row)
    })
}

pub(crate) fn load_references(
    session: &Session,
    keys: &[(LedgerId, Kind, String)],
) -> Found<(LedgerId, Kind, String), Position> {
    let mut rows = Rows::new(3, keys.len());
    for (ledger, kind, reference) in keys {
        rows.put(*ledger).put(stored_kind(kind)).put(reference.as_str());
    }
    let found = session.look(REFERENCES, rows, |fields| {
        let key = (fields.ledger()?, read_kind(fields.str()?)?, fields.string()?);
        Ok((key, fields.get::<Option<i64>>()?))
    })?;
    let known = |(key, id): (_, Option<i64>)| Some((key, Position(packed::count(id?))));
    Ok(found.into_iter().filter_map(known).collect())
}

pub(crate) fn load_texts(
    session: &Session,
    keys: &[(LedgerId, String)],
) -> Found<(LedgerId, String), Holder> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, slug_key) in keys {
        rows.put(*ledger).put(slug_key.as_str());
    }
    session.look(TEXTS, rows, |fields| {
        let key = (fields.ledger()?, fields.string()?);
        let position = Position(packed::count(fields.get()?));
        let text = read_text(fields)?;
        Ok((key, Holder { position, text, slug_rank: fields.u32()? }))
    })
}

pub(crate) fn insert(session: &Session, numbers: &[NumberRow]) -> Result<(), StoreError> {
    session.write(INSERT, rows_of(numbers)?)
}

pub(crate) fn update(session: &Session, numbers: &[NumberRow]) -> Result<(), StoreError> {
    session.write(UPDATE, rows_of(numbers)?)
}

/// The word of a kind as stored: nothing for the one that most documents have.
pub(crate) fn stored_kind(kind: &Kind) -> &str {
    match kind.text() {
        "invoice" => "",
        other => other,
    }
}

pub(crate) fn stored_state(state: State) -> i64 {
    match state {
        State::Held => 0,
        State::Void => 1,
        State::Blank => 2,
        State::Occupied => 3,
    }
}

pub(crate) fn stored_irregular(kind: Irregular) -> i64 {
    match kind {
        Irregular::Void => 1,
        Irregular::Draft => 2,
    }
}

fn key_rows(keys: impl ExactSizeIterator<Item = (LedgerId, Position)>) -> Rows {
    let mut rows = Rows::new(1, keys.len());
    for (ledger, position) in keys {
        rows.put(packed::pack(ledger, position.0));
    }
    rows
}

fn rows_of(numbers: &[NumberRow]) -> Result<Rows, StoreError> {
    let mut rows = Rows::new(WIDTH, numbers.len());
    for row in numbers {
        let slug = numbering::slug(&row.text);
        let text = (slug != row.text).then_some(row.text.as_str());
        rows.put(place(row.ledger, row.position.0)?)
            .put(row.ledger)
            .put(row.sequence)
            .put(row.ordinal);
        rows.put(slug.as_str()).put(text).put(row.slug_rank).put(stored_state(row.state));
        rows.put(stored_kind(&row.kind)).put(row.date).put(row.created).put(row.receipt.index);
        rows.put(row.reference.as_deref()).put(row.customer.as_ref()).put(row.parent);
        rows.put(row.reissue_of).put(row.warning.map(stored_warning));
        rows.put(stored_metadata(&row.metadata)?.as_deref());
        match &row.voided {
            Some(voided) => rows
                .put(i64::from(voided.cause == Cause::Cancelled))
                .put(voided.reason.as_str())
                .put(voided.at)
                .put(voided.index),
            None => rows.put(None::<i64>).put(None::<&str>).put(None::<i64>).put(None::<i64>),
        };
        rows.put(row.mark.map(|mark| i64::from(mark.code())));
        rows.put(Irregular::of(row).map(stored_irregular));
    }
    Ok(rows)
}

fn read(fields: &mut Fields<'_>) -> Result<NumberRow, StoreError> {
    let id: i64 = fields.get()?;
    Ok(NumberRow {
        ledger: packed::ledger(id),
        position: Position(packed::count(id)),
        sequence: fields.sequence()?,
        ordinal: fields.u64()?,
        text: read_text(fields)?,
        slug_rank: fields.u32()?,
        state: read_state(fields.get()?)?,
        kind: read_kind(fields.str()?)?,
        date: fields.date()?,
        created: fields.at()?,
        receipt: Receipt {
            index: fields.u64()?,
            // An entry that is missing shows as a break of the trail, not as an unreadable number.
            hash: fields.get::<Option<[u8; 32]>>()?.map_or(Hash::ZERO, Hash),
        },
        reference: fields.get()?,
        customer: fields.get::<Option<String>>()?.map(CustomerId),
        parent: fields.maybe_u64()?.map(Position),
        reissue_of: fields.maybe_u64()?.map(Position),
        warning: fields.get::<Option<i64>>()?.map(read_warning).transpose()?,
        metadata: read_metadata(fields.get()?)?,
        voided: read_voided(fields)?,
        mark: fields.maybe_mark()?,
        draft: fields.get::<Option<i64>>()? == Some(stored_irregular(Irregular::Draft)),
    })
}

/// Reads the slug and the text, where the text is left out when it is the slug.
fn read_text(fields: &mut Fields<'_>) -> Result<String, StoreError> {
    let slug = fields.str()?;
    Ok(fields.get::<Option<String>>()?.unwrap_or_else(|| slug.to_owned()))
}

fn read_kind(word: &str) -> Result<Kind, StoreError> {
    match word {
        "" => Ok(Kind::invoice()),
        word => Kind::parse(word).ok_or_else(|| damaged(format!("kind {word:?}"))),
    }
}

fn read_state(state: i64) -> Result<State, StoreError> {
    let known = State::ALL.into_iter().find(|known| stored_state(*known) == state);
    known.ok_or_else(|| damaged(format!("state {state}")))
}

fn stored_warning(warning: Warning) -> i64 {
    match warning {
        Warning::DateOrder => 0,
    }
}

fn read_warning(warning: i64) -> Result<Warning, StoreError> {
    match warning {
        0 => Ok(Warning::DateOrder),
        other => Err(damaged(format!("warning {other}"))),
    }
}

pub(crate) fn stored_metadata(metadata: &Metadata) -> Result<Option<String>, StoreError> {
    if metadata.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(metadata).map(Some).map_err(|e| StoreError::Database(e.to_string()))
}

fn read_metadata(json: Option<String>) -> Result<Metadata, StoreError> {
    json.map_or_else(|| Ok(Metadata::new()), |json| serde_json::from_str(&json).map_err(damaged))
}

fn read_voided(fields: &mut Fields<'_>) -> Result<Option<Voided>, StoreError> {
    let cause: Option<i64> = fields.get()?;
    let reason: Option<String> = fields.get()?;
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
