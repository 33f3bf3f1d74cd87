//! Statements that are sent together, and what came back.
//!
//! A trip costs one time to the server and back, whatever it holds: its statements are sent one
//! behind the other without waiting for answers.

use std::borrow::Cow;
use std::ops::Range;

use store::StoreError;
use tokio_postgres::Row;

use crate::cell::Fields;
use crate::rows::{Rows, Value};

/// Makes the values of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::rows::Value::of($value)),*] };
}
pub(crate) use values;

/// Statements that go together.
#[derive(Debug, Default)]
pub(crate) struct Trip {
    pub(crate) ahead: Option<&'static str>,
    pub(crate) calls: Vec<Call>,
}

/// One statement with its values.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) sql: Cow<'static, str>,
    /// May be more than the statement takes: those behind are left out.
    pub(crate) values: Vec<Value>,
    /// How many rows it must write.
    pub(crate) expected: Option<u64>,
}

/// Where the answer to a question will be, and how its rows are read.
pub(crate) struct Asked<T> {
    calls: Range<usize>,
    read: fn(&mut Fields<'_>) -> Result<T, StoreError>,
}

/// What came back for one statement.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<Row>,
    pub(crate) written: u64,
}

/// What came back, statement by statement.
#[derive(Debug)]
pub(crate) struct Answers(pub(crate) Vec<Answer>);

impl Trip {
    /// Nothing yet.
    pub(crate) fn new() -> Trip {
        Trip::default()
    }

    /// Begins a transaction with words that take no values.
    pub(crate) fn begin(words: &'static str) -> Trip {
        Trip { ahead: Some(words), calls: Vec::new() }
    }

    /// Adds a statement.
    pub(crate) fn run(&mut self, sql: impl Into<Cow<'static, str>>, values: Vec<Value>) {
        self.calls.push(Call { sql: sql.into(), values, expected: None });
    }

    /// Adds a statement that must write so many rows, else the batch is in conflict with what is
    /// stored.
    pub(crate) fn run_exactly(&mut self, sql: &'static str, values: Vec<Value>, count: u64) {
        self.calls.push(Call { sql: Cow::Borrowed(sql), values, expected: Some(count) });
    }

    /// Adds a statement whose rows are read.
    pub(crate) fn ask<T>(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
        read: fn(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Asked<T> {
        let at = self.calls.len();
        self.run(sql, values);
        Asked { calls: at..at + 1, read }
    }

    /// Adds a statement over a batch of rows whose own rows are read; none for an empty batch.
    pub(crate) fn look<T>(
        &mut self,
        sql: &'static str,
        rows: Rows,
        read: fn(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Asked<T> {
        let at = self.calls.len();
        for block in rows.blocks() {
            self.run(sql, block.values());
        }
        Asked { calls: at..self.calls.len(), read }
    }

    /// Adds a statement that writes a batch of rows; none for an empty batch.
    ///
    /// Every row must be written, else the batch is in conflict with what is stored.
    pub(crate) fn write(&mut self, sql: &'static str, rows: Rows) {
        for block in rows.blocks() {
            let expected = Some(block.len() as u64);
            self.calls.push(Call { sql: Cow::Borrowed(sql), values: block.values(), expected });
        }
    }
}

impl Answers {
    /// The rows that answer a question.
    pub(crate) fn read<T>(&self, asked: &Asked<T>) -> Result<Vec<T>, StoreError> {
        let rows = self.0[asked.calls.clone()].iter().flat_map(|answer| &answer.rows);
        rows.map(|row| (asked.read)(&mut Fields::new(row))).collect()
    }

    /// How many rows the last statement wrote.
    pub(crate) fn written(&self) -> u64 {
        self.0.last().map_or(0, |answer| answer.written)
    }
}
