//! How statements name their ledgers.
//!
//! A database of many servers (Citus) sends a statement where its ledgers lie only if it names them
//! by a parameter: `AND n.ledger_id = ANY($3)`, beside the join with the rows that name each its
//! ledger. One server needs no such clause, and each look-up in an index would run through all of
//! them, so there statements are sent without it.

use std::borrow::Cow;

const BEGIN: &str = " AND ";
const MIDDLE: &str = ".ledger_id = ANY($";

/// A statement without the clauses that only route it.
pub(crate) fn without(sql: &str) -> Cow<'_, str> {
    let Some(first) = clause(sql) else { return Cow::Borrowed(sql) };
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut next = Some(first);
    while let Some((from, to)) = next {
        text.push_str(&rest[..from]);
        rest = &rest[to..];
        next = clause(rest);
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Where the first such clause begins and ends.
fn clause(sql: &str) -> Option<(usize, usize)> {
    let mut searched = 0;
    loop {
        let middle = searched + sql[searched..].find(MIDDLE)?;
        let behind = middle + MIDDLE.len();
        let digits = sql[behind..].bytes().take_while(u8::is_ascii_digit).count();
        let to = behind + digits + 1;
        let name = sql[..middle].bytes().rev().take_while(|b| b.is_ascii_lowercase()).count();
        let from = (middle - name).checked_sub(BEGIN.len());
        match from.filter(|from| sql[*from..].starts_with(BEGIN)) {
            Some(from) => return Some((from, to)),
            None => searched = behind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clauses_beside_others_are_left_out() {
        let sql = "SELECT 1 FROM a x, b y WHERE x.k = $1 AND x.ledger_id = ANY($12) AND x.m = 1 \
                   AND y.ledger_id = ANY($12) LIMIT 1";
        assert_eq!(without(sql), "SELECT 1 FROM a x, b y WHERE x.k = $1 AND x.m = 1 LIMIT 1");
        let sql = "SELECT 1 FROM l WHERE l.ledger_id = ANY($1) AND l.ledger_id = k.c0";
        assert_eq!(without(sql), sql);
    }
}
