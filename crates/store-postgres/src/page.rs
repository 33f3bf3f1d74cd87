//! The conditions that choose the rows of a part of a list.

use store::{Order, Span, Stretch};

use crate::cell::IntoCell;
use crate::rows::Value;

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

    /// The same of rows in which a column has a value.
    ///
    /// It says so without an equality, so that only the index over all three columns lies in the
    /// order: whatever the statistics say, no other index is walked.
    pub(crate) fn within_of<T: IntoCell + Copy>(
        &mut self,
        span: &Span,
        (column, value): (&str, T),
        time: &str,
        key: &str,
    ) {
        for (order, (at, id)) in span.bounds() {
            let text = format!(" AND ({column}, {time}, {key}) {} (?", order.beyond());
            self.with(&text, value).with(", ?", at).with(", ?)", id);
        }
        let word = span.order().word();
        let order = format!(" ORDER BY {column} {word}, {time} {word}, {key} {word} LIMIT ?");
        self.with(&order, span.wanted() as i64);
    }

    /// Adds the bounds of the columns of a day and a key in rows in which other columns have
    /// values, their order, and how many rows to read.
    ///
    /// It says so without an equality, so that only the index over all these columns lies in the
    /// order: whatever the statistics say, no other index is walked.
    pub(crate) fn stretch(
        &mut self,
        stretch: &Stretch,
        of: &[(&str, Value)],
        day: &str,
        key: &str,
    ) {
        self.within_days(stretch, of, day, key);
        let word = stretch.order().word();
        let columns = of.iter().map(|(column, _)| *column).chain([day]);
        let columns: String = columns.map(|column| format!("{column} {word}, ")).collect();
        self.with(&format!(" ORDER BY {columns}{key} {word} LIMIT ?"), stretch.wanted() as i64);
    }

    /// Adds these bounds alone.
    pub(crate) fn within_days(
        &mut self,
        stretch: &Stretch,
        of: &[(&str, Value)],
        day: &str,
        key: &str,
    ) {
        let columns: String = of.iter().map(|(column, _)| format!("{column}, ")).collect();
        for (order, (date, id)) in stretch.bounds() {
            self.text(&format!(" AND ({columns}{day}, {key}) {} (", order.beyond()));
            for (_, value) in of {
                self.value(value.clone()).text(", ");
            }
            self.with("?, ", date).with("?)", id);
        }
    }

    /// Adds the place of a value.
    fn value(&mut self, value: Value) -> &mut Question {
        self.values.push(value);
        let place = format!("${}", self.values.len());
        self.text(&place)
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
