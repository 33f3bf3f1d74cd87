//! Parts of lists, and the conditions that choose their rows.

use store::Page;

use crate::cell::IntoCell;
use crate::rows::Value;

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

    /// The id that the slice begins behind; without one, one that is before every other.
    pub(crate) fn edge(&self) -> i64 {
        self.edge.unwrap_or(match self.order {
            Order::Falling => i64::MAX,
            Order::Rising => i64::MIN,
        })
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
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Question {
    pub(crate) fn new(sql: String) -> Question {
        Question { sql, values: Vec::new() }
    }

    /// Adds text with one `?` in it, and the value for that.
    pub(crate) fn with<T: IntoCell>(&mut self, text: &str, value: T) -> &mut Question {
        self.values.push(Value::of(value));
        let place = format!("${}", self.values.len());
        self.sql.push_str(&text.replacen('?', &place, 1));
        self
    }

    /// Adds text without a value.
    pub(crate) fn text(&mut self, text: &str) -> &mut Question {
        self.sql.push_str(text);
        self
    }

    /// Adds that a column has a value and that a key lies behind `edge` or, with `or_at`, on it.
    ///
    /// It says so without an equality, so that only the index over both columns lies in the order
    /// of [`Question::in_order_of`]: whatever the statistics say, no other index is walked.
    pub(crate) fn behind<T: IntoCell + Copy>(
        &mut self,
        (column, value): (&str, T),
        (key, edge): (&str, i64),
        order: Order,
        or_at: bool,
    ) -> &mut Question {
        let at = if or_at { "=" } else { "" };
        let beyond = order.beyond();
        self.with(&format!(" AND ({column}, {key}) {beyond}{at} (?, "), value);
        self.with("?)", edge);
        let within = if order == Order::Falling { ">=" } else { "<=" };
        self.with(&format!(" AND {column} {within} ?"), value)
    }

    /// Adds the order of a column and a key, and how many rows are wanted.
    pub(crate) fn in_order_of(
        &mut self,
        column: Option<&str>,
        key: &str,
        order: Order,
        limit: i64,
    ) -> &mut Question {
        let word = order.word();
        let column = column.map(|column| format!("{column} {word}, ")).unwrap_or_default();
        self.with(&format!(" ORDER BY {column}{key} {word} LIMIT ?"), limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_through() {
        let mut question = Question::new("SELECT 1 FROM t WHERE".to_owned());
        question.with(" t.a = ?", 1_i64).behind(("t.b", 2_i32), ("t.c", 9), Order::Falling, false);
        question.in_order_of(Some("t.b"), "t.c", Order::Falling, 5);
        let expected = "SELECT 1 FROM t WHERE t.a = $1 AND (t.b, t.c) < ($2, $3) AND t.b >= $4 \
                        ORDER BY t.b DESC, t.c DESC LIMIT $5";
        assert_eq!((question.sql.as_str(), question.values.len()), (expected, 5));
    }
}
