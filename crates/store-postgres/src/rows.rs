//! What statements take: single values, and batches of rows as one array for each column.
//!
//! `unnest($1::bigint[], $2::text[]) k (c0, c1)` in SQL stands for a [`Rows`]. One statement so
//! reads or writes a whole batch, whatever its size. Values are written as PostgreSQL reads them
//! when they are put in; nothing is copied again until they are sent.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use ledger::id::LedgerId;
use tokio_postgres::types::{IsNull, ToSql, Type};

use crate::cell::{IntoCell, Kind};

/// Rows that one statement takes at most; more are given to several, so that no array grows past
/// what a server takes.
const BLOCK: usize = 16_384;

/// What is sent for one `$n`.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// One value.
    One { kind: Kind, bytes: Option<BytesMut> },
    /// One column of a batch.
    Many(Column),
}

impl Value {
    pub(crate) fn of<T: IntoCell>(cell: T) -> Value {
        let mut bytes = BytesMut::new();
        let is_there = cell.write(&mut bytes);
        Value::One { kind: T::KIND, bytes: is_there.then_some(bytes) }
    }

    /// The type that it has.
    pub(crate) fn own(&self) -> Type {
        match self {
            Value::One { kind, .. } => kind.of_one(),
            Value::Many(column) => column.kind.of_many(),
        }
    }
}

/// Rows of one width. The first column holds their ledgers.
#[derive(Debug)]
pub(crate) struct Rows {
    width: usize,
    full: Vec<Block>,
    block: Block,
    next: usize,
}

/// Rows that go into one statement.
#[derive(Debug, Default)]
pub(crate) struct Block {
    columns: Vec<Column>,
    ledgers: Vec<LedgerId>,
    count: usize,
}

/// An array, in PostgreSQL's binary form but for its head.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    kind: Kind,
    count: usize,
    has_null: bool,
    elements: BytesMut,
}

impl Rows {
    /// No rows yet, of `width` columns.
    pub(crate) fn new(width: usize) -> Rows {
        Rows { width, full: Vec::new(), block: Block::default(), next: 0 }
    }

    /// Begins a row with its ledger, which is the first column.
    pub(crate) fn row(&mut self, ledger: LedgerId) -> &mut Rows {
        debug_assert_eq!(self.next, 0, "a row is not full");
        if self.block.count == BLOCK {
            self.full.push(std::mem::take(&mut self.block));
        }
        self.block.count += 1;
        if self.block.ledgers.last() != Some(&ledger) {
            self.block.ledgers.push(ledger);
        }
        self.put(ledger)
    }

    /// Adds the next value, from left to right.
    pub(crate) fn put<T: IntoCell>(&mut self, value: T) -> &mut Rows {
        if self.block.columns.len() == self.next {
            self.block.columns.push(Column::new(T::KIND));
        }
        self.block.columns[self.next].put(value);
        self.next = (self.next + 1) % self.width;
        self
    }

    /// The rows, in blocks that each fit a statement.
    pub(crate) fn blocks(self) -> impl Iterator<Item = Block> {
        debug_assert_eq!(self.next, 0, "a row is not full");
        let last = (self.block.count > 0).then_some(self.block);
        self.full.into_iter().chain(last)
    }
}

impl Block {
    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// What the statement takes: the columns, and behind them the ledgers, each once.
    pub(crate) fn values(mut self) -> Vec<Value> {
        self.ledgers.sort_unstable();
        self.ledgers.dedup();
        let mut ledgers = Column::new(Kind::Bigint);
        for ledger in self.ledgers {
            ledgers.put(ledger);
        }
        self.columns.into_iter().chain([ledgers]).map(Value::Many).collect()
    }
}

impl Column {
    pub(crate) fn new(kind: Kind) -> Column {
        Column { kind, count: 0, has_null: false, elements: BytesMut::new() }
    }

    /// A column of these values.
    pub(crate) fn of<T: IntoCell>(values: impl IntoIterator<Item = T>) -> Column {
        let mut column = Column::new(T::KIND);
        for value in values {
            column.put(value);
        }
        column
    }

    fn put<T: IntoCell>(&mut self, value: T) {
        debug_assert_eq!(self.kind, T::KIND, "values of a column are of one type");
        let from = self.elements.len();
        self.elements.put_i32(-1);
        if value.write(&mut self.elements) {
            let length = self.elements.len() - from - 4;
            let length = i32::try_from(length).unwrap_or(i32::MAX);
            self.elements[from..from + 4].copy_from_slice(&length.to_be_bytes());
        } else {
            self.has_null = true;
        }
        self.count += 1;
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_i32(i32::from(self.count > 0));
        out.put_i32(i32::from(self.has_null));
        out.put_u32(self.kind.of_one().oid());
        if self.count > 0 {
            out.put_i32(self.count as i32);
            out.put_i32(1);
        }
        out.extend_from_slice(&self.elements);
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let own = self.own();
        if own != *of {
            return Err(format!("a parameter of type {own} where {of} is expected").into());
        }
        match self {
            Value::One { bytes: None, .. } => return Ok(IsNull::Yes),
            Value::One { bytes: Some(bytes), .. } => out.extend_from_slice(bytes),
            Value::Many(column) => column.write(out),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        // Whether it fits is known with the value only.
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_into_blocks_and_name_their_ledgers_once() {
        let mut rows = Rows::new(2);
        for n in 0..BLOCK as u64 + 3 {
            rows.row(LedgerId(2 + n % 2)).put(n);
        }
        let blocks: Vec<Block> = rows.blocks().collect();
        assert_eq!(blocks.iter().map(Block::len).collect::<Vec<_>>(), [BLOCK, 3]);
        for block in blocks {
            let count = block.len();
            let values = block.values();
            let counts: Vec<usize> = values
                .iter()
                .map(|value| match value {
                    Value::Many(column) => column.count,
                    Value::One { .. } => 0,
                })
                .collect();
            assert_eq!(counts, [count, count, 2]);
        }
        assert_eq!(Rows::new(3).blocks().count(), 0);
    }

    #[test]
    fn an_array_is_written_as_postgresql_reads_it() {
        let mut out = BytesMut::new();
        Column::of([Some(7_i16), None]).write(&mut out);
        let head = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1];
        let elements = [0, 0, 0, 2, 0, 7, 255, 255, 255, 255];
        assert_eq!(out[..], [&head[..], &elements].concat());
        let mut none = BytesMut::new();
        Column::of::<i64>([]).write(&mut none);
        assert_eq!(none[..], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20]);
    }
}
