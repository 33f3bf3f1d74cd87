//! Statements that are sent together, and what came back.
//!
//! A trip costs one time to the server and back, whatever it holds: its statements are sent one
//! behind the other without waiting for answers.

use std::borrow::Cow;
use std::ops::Range;

use store::StoreError;
use tokio_postgres::{Row, Statement};

use crate::cell::Fields;
use crate::route;
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
    /// Whether it can only write all of them or fail.
    pub(crate) is_whole: bool,
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
        self.calls.push(Call { sql: sql.into(), values, expected: None, is_whole: true });
    }

    /// Adds a statement that must write so many rows, else the batch is in conflict with what is
    /// stored.
    pub(crate) fn run_exactly(&mut self, sql: &'static str, values: Vec<Value>, count: u64) {
        let (sql, expected) = (Cow::Borrowed(sql), Some(count));
        self.calls.push(Call { sql, values, expected, is_whole: false });
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

    /// Adds a statement over a batch of rows that fails where they are not as expected; none for
    /// an empty batch.
    pub(crate) fn check(&mut self, sql: &'static str, rows: Rows) {
        for block in rows.blocks() {
            self.run(sql, block.values());
        }
    }

    /// Adds a statement that writes one row, which must be written, as by [`Trip::write`].
    pub(crate) fn write_one(&mut self, sql: &'static str, values: Vec<Value>) {
        let sql = Cow::Borrowed(sql);
        self.calls.push(Call { sql, values, expected: Some(1), is_whole: false });
    }

    /// Adds a statement that writes a batch of rows; none for an empty batch.
    ///
    /// Every row must be written, else the batch is in conflict with what is stored.
    pub(crate) fn write(&mut self, sql: &'static str, rows: Rows) {
        self.write_blocks(sql, rows, false);
    }

    /// As [`Trip::write`], by a statement that adds each row or fails: it neither joins what may
    /// not be there nor passes over anything.
    pub(crate) fn insert(&mut self, sql: &'static str, rows: Rows) {
        self.write_blocks(sql, rows, true);
    }

    fn write_blocks(&mut self, sql: &'static str, rows: Rows, is_whole: bool) {
        for block in rows.blocks() {
            let expected = Some(block.len() as u64);
            let (sql, values) = (Cow::Borrowed(sql), block.values());
            self.calls.push(Call { sql, values, expected, is_whole });
        }
    }
}

impl Call {
    /// Whether the values are of the types that the statement takes.
    pub(crate) fn fits(&self, statement: &Statement) -> bool {
        let takes = statement.params();
        takes.len() <= self.values.len()
            && takes.iter().zip(&self.values).all(|(of, value)| value.own() == *of)
    }

    /// The statement in a form in which the server itself refuses to write fewer rows than it has
    /// to: it divides by zero then. So a commit can be sent behind it without looking first.
    pub(crate) fn guarded(mut self) -> Call {
        let Some(expected) = self.expected.filter(|_| !self.is_whole) else { return self };
        let sql = route::without(&self.sql);
        let taken = parameters(&sql);
        self.values.truncate(taken);
        self.values.push(Value::of(expected));
        let check = format!("SELECT 1 / (count(*) = ${}::bigint)::integer FROM w", taken + 1);
        // What a statement has before itself stays before it: nothing that writes may stand deeper.
        let (before, last) =
            match sql.strip_prefix("WITH ").and_then(|s| s.rsplit_once(") INSERT ")) {
                Some((before, last)) => (format!("{before}), "), format!("INSERT {last}")),
                None => (String::new(), sql.into_owned()),
            };
        Call { sql: format!("WITH {before}w AS ({last} RETURNING 1) {check}").into(), ..self }
    }
}

/// How many values a statement takes.
fn parameters(sql: &str) -> usize {
    let numbers = sql.split('$').skip(1).filter_map(|behind| {
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        behind[..digits].parse().ok()
    });
    numbers.max().unwrap_or(0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_guards_how_many_rows_it_writes() {
        let mut trip = Trip::new();
        let sql = "UPDATE a x SET b = $2 FROM y WHERE x.k = $1 AND x.ledger_id = ANY($3)";
        trip.write_one(sql, values![1_i64, 2_i64, 3_i64]);
        trip.run("SELECT $1", values![1_i64]);
        let [guarded, plain] = trip.calls.try_into().map(|calls: [Call; 2]| calls).expect("two");
        let guarded = guarded.guarded();
        let mut behind = Trip::new();
        behind
            .write_one("WITH g AS (DELETE FROM a x RETURNING 1) INSERT INTO b SELECT 1", values![]);
        let behind = behind.calls.remove(0).guarded();
        let both = "WITH g AS (DELETE FROM a x RETURNING 1), w AS (INSERT INTO b SELECT 1 \
                    RETURNING 1) SELECT";
        assert!(behind.sql.starts_with(both), "{}", behind.sql);
        assert_eq!(
            guarded.sql,
            "WITH w AS (UPDATE a x SET b = $2 FROM y WHERE x.k = $1 RETURNING 1) \
             SELECT 1 / (count(*) = $3::bigint)::integer FROM w"
        );
        assert_eq!(guarded.values.len(), 3);
        assert_eq!(plain.guarded().sql, "SELECT $1");
    }
}
