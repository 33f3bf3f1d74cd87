//! A statement as a table for spreadsheets.

use super::{Line, StatementAnswer};

const HEAD: &str = "kind,id,first_number,last_number,count,date,cause,at,actor,explanation,\
                    explained_by\r\n";

pub(super) fn table(answer: &StatementAnswer<'_>) -> String {
    let mut table = HEAD.to_owned();
    for line in &answer.lines {
        row(&mut table, line);
    }
    table
}

fn row(table: &mut String, line: &Line<'_>) {
    let at = jiff::Timestamp::from_second(line.at).map(|at| at.to_string()).unwrap_or_default();
    let cells = [
        line.kind.to_owned(),
        line.id.clone(),
        line.numbers[0].to_owned(),
        line.numbers[1].to_owned(),
        line.count.to_string(),
        line.date.0.to_string(),
        line.cause.unwrap_or_default().to_owned(),
        at,
        line.actor.unwrap_or_default().to_owned(),
        line.explanation.unwrap_or_default().to_owned(),
        line.explained_by.unwrap_or_default().to_owned(),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    table.push_str(&cells.join(","));
    table.push_str("\r\n");
}

/// A cell as it stands between commas. What a spreadsheet would take for a formula is kept a text
/// by a quotation mark before it.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t']);
    let text = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_stay_what_they_are() {
        for (cell, written) in [
            ("INV-1", "INV-1"),
            ("a, b", "\"a, b\""),
            ("the \"old\" book", "\"the \"\"old\"\" book\""),
            ("=1+1", "'=1+1"),
            ("", ""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
