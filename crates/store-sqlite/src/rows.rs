//! A batch of values as a table.
//!
//! `rows(?1)` in SQL stands for a [`Rows`] bound as the first parameter: its columns are `c0`,
//! `c1` and so on. One statement so reads or writes a whole batch, whatever its size.

#![expect(unsafe_code, reason = "a virtual table hands pointers to and from SQLite")]

use std::borrow::Cow;
use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::rc::Rc;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::vtab::{
    Context, Filters, IndexConstraintOp, IndexInfo, Module, VTab, VTabConnection, VTabCursor,
    sqlite3_vtab, sqlite3_vtab_cursor,
};
use rusqlite::{Connection, Result};

use crate::cell::{Cell, IntoCell};

/// Columns that a row may have.
const WIDTH_MAX: usize = 24;
const SOURCE_COLUMN: c_int = WIDTH_MAX as c_int;
const NAME: &CStr = c"rows";
const SCHEMA: &CStr = c"CREATE TABLE rows (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, \
    c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23, source HIDDEN)";
/// What the planner is told: enough that a table is searched for each row, never scanned.
const ROWS_EXPECTED: i64 = 48;

/// Rows of one width, kept in one piece of memory.
pub(crate) struct Rows {
    width: usize,
    cells: Vec<Cell>,
    bytes: Vec<u8>,
}

impl Rows {
    /// No rows yet, of `width` columns, with room for `count`.
    pub(crate) fn new(width: usize, count: usize) -> Rows {
        debug_assert!((1..=WIDTH_MAX).contains(&width));
        Rows { width, cells: Vec::with_capacity(width * count), bytes: Vec::new() }
    }

    /// Adds the next value, from left to right, row by row.
    pub(crate) fn put(&mut self, value: impl IntoCell) -> &mut Rows {
        let cell = value.into_cell(&mut self.bytes);
        self.cells.push(cell);
        self
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        debug_assert!(self.cells.len().is_multiple_of(self.width), "a row is not full");
        self.cells.len() / self.width
    }

    fn value(&self, row: usize, column: usize) -> ValueRef<'_> {
        if column >= self.width {
            return ValueRef::Null;
        }
        match self.cells.get(row * self.width + column) {
            None | Some(Cell::Null) => ValueRef::Null,
            Some(Cell::Integer(value)) => ValueRef::Integer(*value),
            Some(Cell::Text(range)) => ValueRef::Text(&self.bytes[range.clone()]),
            Some(Cell::Blob(range)) => ValueRef::Blob(&self.bytes[range.clone()]),
        }
    }
}

/// [`Rows`] on their way into a statement.
pub(crate) struct Bound(Rc<Rows>);

impl From<Rows> for Bound {
    fn from(rows: Rows) -> Bound {
        Bound(Rc::new(rows))
    }
}

impl ToSql for Bound {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from_rc(Rc::clone(&self.0), NAME))
    }
}

/// Makes `rows(..)` known to a connection.
pub(crate) fn register(connection: &Connection) -> Result<()> {
    const MODULE: Module<'static, Table> = Module::eponymous_only_module();
    connection.create_module(NAME, &MODULE, None::<()>)
}

#[repr(C)]
struct Table {
    /// SQLite's part; it must come first.
    base: sqlite3_vtab,
}

// SAFETY: `base` is the first field of a `repr(C)` struct, as SQLite asks.
unsafe impl<'vtab> VTab<'vtab> for Table {
    type Aux = ();
    type Cursor = Cursor<'vtab>;

    fn connect(
        _: &mut VTabConnection,
        _: Option<&()>,
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: &[&[u8]],
    ) -> Result<(Cow<'static, CStr>, Table)> {
        Ok((Cow::Borrowed(SCHEMA), Table { base: sqlite3_vtab::default() }))
    }

    fn best_index(&self, info: &mut IndexInfo) -> Result<bool> {
        let mut bound = false;
        for (constraint, mut usage) in info.constraints_and_usages() {
            let source = constraint.is_usable()
                && constraint.column() == SOURCE_COLUMN
                && constraint.operator() == IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_EQ;
            if source {
                usage.set_argv_index(1);
                usage.set_omit(true);
                bound = true;
            }
        }
        info.set_estimated_rows(ROWS_EXPECTED);
        info.set_estimated_cost(ROWS_EXPECTED as f64);
        // Without its source there is nothing to read.
        Ok(bound)
    }

    fn open(&'vtab mut self) -> Result<Cursor<'vtab>> {
        Ok(Cursor { base: sqlite3_vtab_cursor::default(), rows: None, row: 0, table: PhantomData })
    }
}

#[repr(C)]
struct Cursor<'vtab> {
    /// SQLite's part; it must come first.
    base: sqlite3_vtab_cursor,
    rows: Option<&'vtab Rows>,
    row: usize,
    table: PhantomData<&'vtab Table>,
}

// SAFETY: `base` is the first field of a `repr(C)` struct, as SQLite asks.
unsafe impl VTabCursor for Cursor<'_> {
    fn filter(&mut self, _: c_int, _: Option<&str>, args: &Filters<'_>) -> Result<()> {
        // SAFETY: only `Bound` binds a pointer under this name, and what it points to lives as
        // long as the binding, which the statement keeps while a cursor is open.
        self.rows = unsafe { args.get_pointer(0, NAME) };
        self.row = 0;
        Ok(())
    }

    fn next(&mut self) -> Result<()> {
        self.row += 1;
        Ok(())
    }

    fn eof(&self) -> bool {
        self.rows.is_none_or(|rows| self.row >= rows.len())
    }

    fn column(&self, context: &mut Context, column: c_int) -> Result<()> {
        let value = match (self.rows, usize::try_from(column)) {
            (Some(rows), Ok(column)) => rows.value(self.row, column),
            _ => ValueRef::Null,
        };
        context.set_result(ToSqlOutput::Borrowed(value))
    }

    fn rowid(&self) -> Result<i64> {
        Ok(self.row as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().expect("memory");
        register(&connection).expect("module");
        connection
    }

    #[test]
    fn values_come_back_as_they_were_put() {
        let mut rows = Rows::new(3, 2);
        rows.put(1u64).put("one").put(None::<&str>);
        rows.put(2u64).put("").put(Some(&[0u8, 255][..]));
        let connection = connection();
        let mut statement =
            connection.prepare("SELECT c0, c1, c2, c3 FROM rows(?1)").expect("prepare");
        type Row = (i64, String, Option<Vec<u8>>, Option<i64>);
        let found: Vec<Row> = statement
            .query_map([Bound::from(rows)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .expect("query")
            .collect::<Result<_>>()
            .expect("rows");
        assert_eq!(
            found,
            [(1, "one".to_owned(), None, None), (2, String::new(), Some(vec![0, 255]), None),]
        );
    }

    #[test]
    fn nothing_bound_is_an_empty_table_and_no_source_is_an_error() {
        let connection = connection();
        let count: i64 = connection
            .query_row("SELECT count(*) FROM rows(?1)", [None::<i64>], |row| row.get(0))
            .expect("count");
        assert_eq!(count, 0);
        assert!(connection.prepare("SELECT * FROM rows").is_err());
    }
}
