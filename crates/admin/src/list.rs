//! Lists by pages: what is asked for, and the ways to the pages beside it.

use store::Page;
use wire::Problem;

use crate::form::{Form, Sent};
use crate::frame::Frame;

/// Rows of a page.
pub(crate) const ROWS: u32 = 50;
/// Rows of a file that is exported; who needs more takes the interface for programs.
pub(crate) const EXPORTED_MAX: u32 = 10_000;
/// Rows of an export that are read at once.
pub(crate) const EXPORTED_AT_ONCE: u32 = 500;

const AFTER: &str = "after";
const BEFORE: &str = "before";

/// The ways to the pages beside the one that is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pager {
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
}

/// The part of a list that an address asks for; `id` reads its cursors.
pub(crate) fn asked<Id>(
    query: &Form,
    id: impl Fn(&str) -> Result<Id, Problem>,
) -> Result<Page<Id>, Problem> {
    Ok(Page {
        starting_after: query.text(AFTER).map(&id).transpose()?,
        // Never both: the first one wins.
        ending_before: match query.text(AFTER) {
            Some(_) => None,
            None => query.text(BEFORE).map(&id).transpose()?,
        },
        limit: ROWS,
    })
}

impl Pager {
    /// The ways from a page whose first and last rows have these ids.
    pub(crate) fn new(
        f: &Frame,
        path: &str,
        query: &Form,
        ends: Option<(String, String)>,
        has_more: bool,
    ) -> Pager {
        let Some((first, last)) = ends else { return Pager::default() };
        let is_backward = !query.has(AFTER) && query.has(BEFORE);
        let way = |name: &str, id: &str| {
            let mut sent = filters(query);
            sent.put(name, id);
            format!("{}?{}", f.at(path), sent.query())
        };
        let has_older = is_backward || has_more;
        let has_newer = if is_backward { has_more } else { query.has(AFTER) };
        Pager {
            newer: has_newer.then(|| way(BEFORE, &first)),
            older: has_older.then(|| way(AFTER, &last)),
        }
    }
}

/// What filters a list, without the place in it.
pub(crate) fn filters(query: &Form) -> Sent {
    let mut sent = Sent::default();
    for (name, value) in query.pairs() {
        if ![AFTER, BEFORE].contains(&name) && !value.trim().is_empty() {
            sent.put(name, value);
        }
    }
    sent
}

/// A table as a file for spreadsheets. What a spreadsheet would take for a formula is made a text.
pub(crate) fn csv(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut file = String::new();
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                file.push(',');
            }
            file.push('"');
            if cell.starts_with(['=', '+', '@', '\t'])
                || (cell.starts_with('-') && cell.len() > 1 && cell.parse::<f64>().is_err())
            {
                file.push('\'');
            }
            file.push_str(&cell.replace('"', "\"\""));
            file.push('"');
        }
        file.push_str("\r\n");
    }
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        let row = ["=1+1", "say \"hi\", you", "-5.00", "-cmd", "@x", "plain"];
        let file = csv([row.map(str::to_owned).to_vec()]);
        let expected =
            "\"'=1+1\",\"say \"\"hi\"\", you\",\"-5.00\",\"'-cmd\",\"'@x\",\"plain\"\r\n";
        assert_eq!(String::from_utf8(file).unwrap(), expected);
    }
}
