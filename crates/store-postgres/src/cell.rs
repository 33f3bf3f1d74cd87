//! Values on their way into the database and out of it.

use bytes::{BufMut, BytesMut};
use jiff::civil::Date;
use ledger::id::{
    AccountId, CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId, UserId,
};
use ledger::model::{At, Mark, Mode};
use ledger::trail::Hash;
use store::StoreError;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use crate::date;
use crate::error::damaged;
use crate::text;

/// The types that columns have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bigint,
    Integer,
    Smallint,
    Boolean,
    Text,
    Bytea,
    Date,
}

/// What can be a value of a row or of a statement.
pub(crate) trait IntoCell {
    /// The column's type.
    const KIND: Kind;

    /// Writes the value as PostgreSQL reads it; `false` for none.
    fn write(self, out: &mut BytesMut) -> bool;
}

impl Kind {
    /// PostgreSQL's name for one value.
    pub(crate) fn of_one(self) -> Type {
        match self {
            Kind::Bigint => Type::INT8,
            Kind::Integer => Type::INT4,
            Kind::Smallint => Type::INT2,
            Kind::Boolean => Type::BOOL,
            Kind::Text => Type::TEXT,
            Kind::Bytea => Type::BYTEA,
            Kind::Date => Type::DATE,
        }
    }

    /// PostgreSQL's name for a column of them.
    pub(crate) fn of_many(self) -> Type {
        match self {
            Kind::Bigint => Type::INT8_ARRAY,
            Kind::Integer => Type::INT4_ARRAY,
            Kind::Smallint => Type::INT2_ARRAY,
            Kind::Boolean => Type::BOOL_ARRAY,
            Kind::Text => Type::TEXT_ARRAY,
            Kind::Bytea => Type::BYTEA_ARRAY,
            Kind::Date => Type::DATE_ARRAY,
        }
    }
}

/// Types that are written as something of a fixed width.
macro_rules! fixed {
    ($($type:ty: $kind:ident, $put:ident, $value:ident => $stored:expr;)*) => {
        $(impl IntoCell for $type {
            const KIND: Kind = Kind::$kind;

            fn write(self, out: &mut BytesMut) -> bool {
                let $value = self;
                out.$put($stored);
                true
            }
        })*
    };
}

fixed! {
    i64: Bigint, put_i64, value => value;
    i32: Integer, put_i32, value => value;
    i16: Smallint, put_i16, value => value;
    bool: Boolean, put_u8, value => u8::from(value);
    // PostgreSQL's integers are signed; the upper half of the range wraps and comes back the same.
    u64: Bigint, put_i64, value => value as i64;
    u32: Integer, put_i32, value => value as i32;
    LedgerId: Bigint, put_i64, id => id.0 as i64;
    SequenceId: Bigint, put_i64, id => id.0 as i64;
    Position: Bigint, put_i64, position => position.0 as i64;
    GapId: Bigint, put_i64, id => id.0 as i64;
    KeyId: Bigint, put_i64, id => id.0 as i64;
    UserId: Bigint, put_i64, id => id.0 as i64;
    ObjectId: Bigint, put_i64, id => id.0 as i64;
    At: Bigint, put_i64, at => at.0;
    SeriesId: Integer, put_i32, id => id.0 as i32;
    Date: Date, put_i32, day => date::to_days(day);
    Mode: Smallint, put_i16, mode => i16::from(mode == Mode::Live);
}

impl IntoCell for &str {
    const KIND: Kind = Kind::Text;

    fn write(self, out: &mut BytesMut) -> bool {
        out.extend_from_slice(text::stored(self).as_bytes());
        true
    }
}

impl IntoCell for &[u8] {
    const KIND: Kind = Kind::Bytea;

    fn write(self, out: &mut BytesMut) -> bool {
        out.extend_from_slice(self);
        true
    }
}

impl IntoCell for Hash {
    const KIND: Kind = Kind::Bytea;

    fn write(self, out: &mut BytesMut) -> bool {
        self.0.as_slice().write(out)
    }
}

impl IntoCell for &CustomerId {
    const KIND: Kind = Kind::Text;

    fn write(self, out: &mut BytesMut) -> bool {
        self.0.as_str().write(out)
    }
}

impl IntoCell for &AccountId {
    const KIND: Kind = Kind::Text;

    fn write(self, out: &mut BytesMut) -> bool {
        self.0.as_str().write(out)
    }
}

impl<T: IntoCell> IntoCell for Option<T> {
    const KIND: Kind = T::KIND;

    fn write(self, out: &mut BytesMut) -> bool {
        self.is_some_and(|value| value.write(out))
    }
}

/// Reads the values of a row from left to right.
pub(crate) struct Fields<'row> {
    row: &'row Row,
    next: usize,
}

impl<'row> Fields<'row> {
    pub(crate) fn new(row: &'row Row) -> Fields<'row> {
        Fields { row, next: 0 }
    }

    /// The next value.
    pub(crate) fn get<T: FromSql<'row>>(&mut self) -> Result<T, StoreError> {
        let column = self.next;
        self.next += 1;
        self.row.try_get(column).map_err(|error| damaged(crate::error::told(&error)))
    }

    /// The next value, as bytes that are not copied.
    pub(crate) fn bytes(&mut self) -> Result<&'row [u8], StoreError> {
        self.get()
    }

    /// The next value, as bytes of a fixed number.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| damaged(format!("{} bytes instead of {N}", bytes.len())))
    }

    /// The next value, as bytes of a fixed number that may be missing.
    pub(crate) fn maybe_array<const N: usize>(&mut self) -> Result<Option<[u8; N]>, StoreError> {
        let Some(bytes) = self.get::<Option<&[u8]>>()? else { return Ok(None) };
        let array = bytes.try_into();
        array.map(Some).map_err(|_| damaged(format!("{} bytes instead of {N}", bytes.len())))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, StoreError> {
        self.get::<i64>().map(|value| value as u64)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, StoreError> {
        self.get::<i32>().map(|value| value as u32)
    }

    pub(crate) fn maybe_u64(&mut self) -> Result<Option<u64>, StoreError> {
        Ok(self.get::<Option<i64>>()?.map(|value| value as u64))
    }

    pub(crate) fn string(&mut self) -> Result<String, StoreError> {
        read_text(self.get()?)
    }

    pub(crate) fn maybe_string(&mut self) -> Result<Option<String>, StoreError> {
        self.get::<Option<&str>>()?.map(read_text).transpose()
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

    pub(crate) fn object(&mut self) -> Result<ObjectId, StoreError> {
        self.u64().map(ObjectId)
    }

    pub(crate) fn at(&mut self) -> Result<At, StoreError> {
        self.get().map(At)
    }

    pub(crate) fn maybe_at(&mut self) -> Result<Option<At>, StoreError> {
        Ok(self.get::<Option<i64>>()?.map(At))
    }

    pub(crate) fn date(&mut self) -> Result<Date, StoreError> {
        let Day(days) = self.get()?;
        date::from_days(days).ok_or_else(|| damaged(format!("day {days}")))
    }

    pub(crate) fn maybe_date(&mut self) -> Result<Option<Date>, StoreError> {
        let days: Option<Day> = self.get()?;
        days.map(|Day(days)| date::from_days(days).ok_or_else(|| damaged(format!("day {days}"))))
            .transpose()
    }

    pub(crate) fn maybe_mark(&mut self) -> Result<Option<Mark>, StoreError> {
        let code: Option<i16> = self.get()?;
        let known = |code: i16| Mark::of_code(code.into());
        code.map(|code| known(code).ok_or_else(|| damaged(format!("mark {code}")))).transpose()
    }

    pub(crate) fn hash(&mut self) -> Result<Hash, StoreError> {
        self.array().map(Hash)
    }

    pub(crate) fn mode(&mut self) -> Result<Mode, StoreError> {
        match self.get::<i16>()? {
            0 => Ok(Mode::Test),
            1 => Ok(Mode::Live),
            other => Err(damaged(format!("mode {other}"))),
        }
    }
}

fn read_text(stored: &str) -> Result<String, StoreError> {
    let text = text::read(stored).ok_or_else(|| damaged(format!("text {stored:?}")))?;
    Ok(text.into_owned())
}

/// A date as PostgreSQL sends it.
struct Day(i32);

impl<'a> FromSql<'a> for Day {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Day, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Day(i32::from_be_bytes(raw.try_into()?)))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::DATE
    }
}
