//! The conditions that choose the rows of a part of a list.

use rusqlite::types::Value;
use store::{Order, Span, Stretch};

use crate::date::to_days;

/// How an order is said in SQL.
pub(crate) trait InSql {
    /// The comparison that holds for keys behind an edge.
    fn beyond(self) -> &'static str;
    /// The word for `ORDER BY`.
    fn word(self) -> &'static str;
}

impl InSql for Order {
    fn beyond(self) -> &'static str {
        match self {
            Order::Falling => "<",
            Order::Rising => ">",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Order::Falling => "DESC",
            Order::Rising => "ASC",
        }
    }
}

/// A statement that grows by conditions, each with its value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Question {
    pub(crate) fn new(sql: String) -> Question {
        Question { sql, values: Vec::new() }
    }

    /// Adds text with one `?` in it, and the value for that.
    pub(crate) fn with(&mut self, text: &str, value: impl Into<Value>) -> &mut Question {
        self.sql.push_str(text);
        self.values.push(value.into());
        self
    }

    /// Adds the bounds of the columns of a day and a key, their order, and how many rows to read.
    pub(crate) fn stretch(&mut self, stretch: &Stretch, day: &str, key: &str) {
        for (order, (date, id)) in stretch.bounds() {
            let beyond = order.beyond();
            self.with(&format!(" AND ({day}, {key}) {beyond} (?"), to_days(date)).with(", ?)", id);
        }
        let word = stretch.order().word();
        let order = format!(" ORDER BY {day} {word}, {key} {word} LIMIT ?");
        self.with(&order, stretch.wanted() as i64);
    }

    /// Adds text without a value.
    pub(crate) fn text(&mut self, text: &str) -> &mut Question {
        self.sql.push_str(text);
        self
    }

    /// Adds the bounds of the columns of time and key, their order, and how many rows to read.
    pub(crate) fn within(&mut self, span: &Span, time: &str, key: &str) {
        for (order, (at, id)) in span.bounds() {
            let beyond = order.beyond();
            self.with(&format!(" AND ({time}, {key}) {beyond} (?"), at).with(", ?)", id);
        }
        let word = span.order().word();
        let order = format!(" ORDER BY {time} {word}, {key} {word} LIMIT ?");
        self.with(&order, span.wanted() as i64);
    }
}
