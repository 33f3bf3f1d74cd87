//! Values on their way into the database and out of it.

use std::ops::Range;

use jiff::civil::Date;
use ledger::id::{
    AccountId, CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId, UserId,
};
use ledger::model::{At, Mark, Mode};
use ledger::trail::Hash;
use rusqlite::Row;
use rusqlite::types::{FromSql, ValueRef};
use store::StoreError;

use crate::date;
use crate::error::damaged;

/// One value of a batch; texts and bytes lie beside the cells.
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

/// What can be put into a batch.
pub(crate) trait IntoCell {
    /// Makes the cell, with what does not fit into it behind `bytes`.
    fn into_cell(self, bytes: &mut Vec<u8>) -> Cell;
}

impl IntoCell for i64 {
    fn into_cell(self, _: &mut Vec<u8>) -> Cell {
        Cell::Integer(self)
    }
}

impl IntoCell for &str {
    fn into_cell(self, bytes: &mut Vec<u8>) -> Cell {
        let from = bytes.len();
        bytes.extend_from_slice(self.as_bytes());
        Cell::Text(from..bytes.len())
    }
}

impl IntoCell for &[u8] {
    fn into_cell(self, bytes: &mut Vec<u8>) -> Cell {
        let from = bytes.len();
        bytes.extend_from_slice(self);
        Cell::Blob(from..bytes.len())
    }
}

impl<T: IntoCell> IntoCell for Option<T> {
    fn into_cell(self, bytes: &mut Vec<u8>) -> Cell {
        self.map_or(Cell::Null, |value| value.into_cell(bytes))
    }
}

/// Types that are kept as integers.
macro_rules! integers {
    ($($kind:ty: $value:ident => $integer:expr;)*) => {
        $(impl IntoCell for $kind {
            fn into_cell(self, _: &mut Vec<u8>) -> Cell {
                let $value = self;
                Cell::Integer($integer)
            }
        })*
    };
}

integers! {
    // SQLite's integers are signed; the upper half of the range wraps and comes back the same.
    u64: value => value as i64;
    u32: value => i64::from(value);
    LedgerId: id => id.0 as i64;
    SeriesId: id => i64::from(id.0);
    SequenceId: id => id.0 as i64;
    Position: position => position.0 as i64;
    GapId: id => id.0 as i64;
    KeyId: id => id.0 as i64;
    UserId: id => id.0 as i64;
    ObjectId: id => id.0 as i64;
    At: at => at.0;
    Date: day => date::to_days(day);
    Mode: mode => i64::from(mode == Mode::Live);
}

impl IntoCell for Hash {
    fn into_cell(self, bytes: &mut Vec<u8>) -> Cell {
        self.0.as_slice().into_cell(bytes)
    }
}

impl IntoCell for &CustomerId {
    fn into_cell(self, bytes: &mut Vec<u8>) -> Cell {
        self.0.as_str().into_cell(bytes)
    }
}

impl IntoCell for &AccountId {
    fn into_cell(self, bytes: &mut Vec<u8>) -> Cell {
        self.0.as_str().into_cell(bytes)
    }
}

/// Reads the values of a row from left to right.
pub(crate) struct Fields<'row> {
    row: &'row Row<'row>,
    next: usize,
}

impl<'row> Fields<'row> {
    pub(crate) fn new(row: &'row Row<'row>) -> Fields<'row> {
        Fields { row, next: 0 }
    }

    /// The next value.
    pub(crate) fn get<T: FromSql>(&mut self) -> Result<T, StoreError> {
        let column = self.next;
        self.next += 1;
        self.row.get(column).map_err(|error| damaged(error.to_string()))
    }

    /// The next value, as a text that is not copied.
    pub(crate) fn str(&mut self) -> Result<&'row str, StoreError> {
        match self.raw()? {
            ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_err(damaged),
            other => Err(damaged(format!("{} instead of a text", other.data_type()))),
        }
    }

    /// The next value, as bytes that are not copied.
    pub(crate) fn bytes(&mut self) -> Result<&'row [u8], StoreError> {
        match self.raw()? {
            ValueRef::Blob(bytes) => Ok(bytes),
            other => Err(damaged(format!("{} instead of bytes", other.data_type()))),
        }
    }

    /// The next value, as bytes of a fixed number.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| damaged(format!("{} bytes instead of {N}", bytes.len())))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, StoreError> {
        self.get::<i64>().map(|value| value as u64)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, StoreError> {
        let value: i64 = self.get()?;
        u32::try_from(value).map_err(damaged)
    }

    pub(crate) fn maybe_u64(&mut self) -> Result<Option<u64>, StoreError> {
        Ok(self.get::<Option<i64>>()?.map(|value| value as u64))
    }

    pub(crate) fn string(&mut self) -> Result<String, StoreError> {
        self.str().map(str::to_owned)
    }

    pub(crate) fn ledger(&mut self) -> Result<LedgerId, StoreError> {
        self.u64().map(LedgerId)
    }

    pub(crate) fn series(&mut self) -> Result<SeriesId, StoreError> {
        self.u32().map(SeriesId)
    }

    pub(crate) fn sequence(&mut self) -> Result<SequenceId, StoreError> {
        self.u64().map(SequenceId)
    }

    pub(crate) fn position(&mut self) -> Result<Position, StoreError> {
        self.u64().map(Position)
    }

    pub(crate) fn at(&mut self) -> Result<At, StoreError> {
        self.get().map(At)
    }

    pub(crate) fn maybe_at(&mut self) -> Result<Option<At>, StoreError> {
        Ok(self.get::<Option<i64>>()?.map(At))
    }

    pub(crate) fn date(&mut self) -> Result<Date, StoreError> {
        let days: i64 = self.get()?;
        date::from_days(days).ok_or_else(|| damaged(format!("day {days}")))
    }

    pub(crate) fn maybe_date(&mut self) -> Result<Option<Date>, StoreError> {
        let days: Option<i64> = self.get()?;
        days.map(|days| date::from_days(days).ok_or_else(|| damaged(format!("day {days}"))))
            .transpose()
    }

    pub(crate) fn maybe_mark(&mut self) -> Result<Option<Mark>, StoreError> {
        let code: Option<i64> = self.get()?;
        let known = |code: i64| Mark::of_code(code);
        code.map(|code| known(code).ok_or_else(|| damaged(format!("mark {code}")))).transpose()
    }

    pub(crate) fn hash(&mut self) -> Result<Hash, StoreError> {
        self.array().map(Hash)
    }

    pub(crate) fn mode(&mut self) -> Result<Mode, StoreError> {
        match self.get::<i64>()? {
            0 => Ok(Mode::Test),
            1 => Ok(Mode::Live),
            other => Err(damaged(format!("mode {other}"))),
        }
    }

    fn raw(&mut self) -> Result<ValueRef<'row>, StoreError> {
        let column = self.next;
        self.next += 1;
        self.row.get_ref(column).map_err(|error| damaged(error.to_string()))
    }
}
