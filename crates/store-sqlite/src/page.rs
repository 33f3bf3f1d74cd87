//! Parts of lists, and the conditions that choose their rows.

use rusqlite::types::Value;
use store::Page;

/// Part of a list that stands newest first, that is, by falling key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    edge: Option<i64>,
    order: Order,
    limit: u32,
}

/// How a slice is read: towards older rows, or back towards newer ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Falling,
    Rising,
}

impl Slice {
    pub(crate) fn of<Id>(page: Page<Id>, key: impl Fn(Id) -> i64) -> Slice {
        match (page.starting_after, page.ending_before) {
            (None, Some(edge)) => {
                Slice { edge: Some(key(edge)), order: Order::Rising, limit: page.limit }
            }
            (edge, _) => Slice { edge: edge.map(key), order: Order::Falling, limit: page.limit },
        }
    }

    pub(crate) fn order(&self) -> Order {
        self.order
    }

    /// The id that the slice begins behind.
    pub(crate) fn edge(&self) -> Option<i64> {
        self.edge
    }

    /// How many rows to read: one more than the page holds tells whether more follow.
    pub(crate) fn wanted(&self) -> usize {
        self.limit as usize + 1
    }

    /// Makes the page of rows that were read in the slice's order, and tells whether more follow.
    pub(crate) fn cut<T>(&self, mut rows: Vec<T>) -> (Vec<T>, bool) {
        let has_more = rows.len() >= self.wanted();
        rows.truncate(self.limit as usize);
        if self.order == Order::Rising {
            rows.reverse();
        }
        (rows, has_more)
    }
}

impl Order {
    /// The comparison that holds for ids behind the edge.
    pub(crate) fn beyond(self) -> &'static str {
        match self {
            Order::Falling => "<",
            Order::Rising => ">",
        }
    }

    /// The word for `ORDER BY`.
    pub(crate) fn word(self) -> &'static str {
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

    /// Adds text without a value.
    pub(crate) fn text(&mut self, text: &str) -> &mut Question {
        self.sql.push_str(text);
        self
    }
}
