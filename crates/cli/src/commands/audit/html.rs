//! An audit as one page, complete in itself and made to be printed.

use std::fmt::{Display, Write as _};

use numbering::audit::{Counter, HoleRun};

use super::{Report, text};
use crate::table::{counted, grouped};

/// The page.
pub(super) fn page(report: &Report<'_>) -> String {
    let mut page = Page(String::new());
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw(&format!("<title>Audit of {}</title>\n", escaped(&report.title)));
    page.raw(&format!("<style>{STYLE}</style>\n</head>\n<body>\n"));
    page.element("h1", format!("Audit of {}", report.title));
    page.element("p", text::summary(report));
    formats(&mut page, report);
    for counter in &report.audit.counters {
        self::counter(&mut page, counter);
    }
    findings(&mut page, report);
    page.raw(
        "<footer>A missing number is no proof of a missing document: this list does not say \
        why. Made by <code>gapless audit</code>.</footer>\n</body>\n</html>\n",
    );
    page.0
}

/// Cells of a table: words on the left, figures on the right.
enum Cell {
    Words(String),
    Figure(String),
}

struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn element(&mut self, name: &str, content: impl Display) {
        let content = escaped(&content.to_string());
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "<{name}>{content}</{name}>");
    }

    fn table(&mut self, headings: &[&str], rows: impl Iterator<Item = Vec<Cell>>) {
        self.raw("<table>\n<thead><tr>");
        for heading in headings {
            let _ = write!(self.0, "<th scope=\"col\">{}</th>", escaped(heading));
        }
        self.raw("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.raw("<tr>");
            for cell in row {
                let _ = match cell {
                    Cell::Words(text) => write!(self.0, "<td>{}</td>", escaped(&text)),
                    Cell::Figure(text) => {
                        write!(self.0, "<td class=\"figure\">{}</td>", escaped(&text))
                    }
                };
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
    }
}

fn formats(page: &mut Page, report: &Report<'_>) {
    page.element("h2", "Formats");
    let headings = ["Format", "Restarts", "Numbers", "First", "Last", "Dates"];
    let rows = report.audit.formats.iter().map(|format| {
        let dates = match (format.first_date, format.last_date) {
            (Some(first), Some(last)) => format!("{first} to {last}"),
            _ => String::new(),
        };
        vec![
            Cell::Words(format.pattern.to_string()),
            Cell::Words(format.reset.to_string()),
            Cell::Figure(grouped(format.count)),
            Cell::Words(format.first_number.clone()),
            Cell::Words(format.last_number.clone()),
            Cell::Words(dates),
        ]
    });
    page.table(&headings, rows);
}

fn counter(page: &mut Page, counter: &Counter) {
    page.element("h2", format!("Counter {}", counter.pattern));
    if counter.kinds.len() > 1 {
        let kinds: Vec<String> = counter
            .kinds
            .iter()
            .map(|(text, count)| format!("“{text}” {}", grouped(*count)))
            .collect();
        page.element("p", format!("Shared by {}.", kinds.join(", ")));
    }
    let periods = counter.periods.iter().map(|period| {
        let missing: u64 = period.holes.iter().map(HoleRun::count).sum();
        vec![
            Cell::Words(period.label.clone()),
            Cell::Figure(period.first.to_string()),
            Cell::Figure(period.last.to_string()),
            Cell::Figure(grouped(period.count)),
            Cell::Figure(grouped(missing)),
            Cell::Figure(grouped(period.holes.len() as u64)),
        ]
    });
    page.table(&["Period", "First", "Last", "Numbers", "Missing", "Runs"], periods);
    for next in &counter.next {
        let date = next.date.map(|date| format!(" from {date} on")).unwrap_or_default();
        page.element("p", format!("Next: {}{date}.", next.number));
    }
    if counter.missing > 0 {
        let runs = counted(counter.hole_runs, "run", "runs");
        page.element("h3", format!("{} missing in {runs}", grouped(counter.missing)));
        let holes = counter.periods.iter().flat_map(|period| &period.holes).map(|hole| {
            vec![
                Cell::Words(hole.first_number.clone()),
                Cell::Words(hole.last_number.clone()),
                Cell::Figure(grouped(hole.count())),
                Cell::Words(String::new()),
            ]
        });
        page.table(&["From", "To", "Numbers", "Explanation"], holes);
    }
}

fn findings(page: &mut Page, report: &Report<'_>) {
    let audit = report.audit;
    if !audit.duplicates.is_empty() {
        page.element("h2", "Used more than once");
        let rows = audit.duplicates.iter().map(|found| {
            let lines: Vec<String> = found.lines.iter().map(u64::to_string).collect();
            vec![Cell::Words(found.number.clone()), Cell::Words(lines.join(", "))]
        });
        page.table(&["Number", "Lines"], rows);
    }
    if !audit.order_breaks.is_empty() {
        page.element("h2", "Dates that go back");
        let rows = audit.order_breaks.iter().map(|found| {
            [&found.before, &found.after]
                .into_iter()
                .flat_map(|dated| {
                    [
                        Cell::Words(dated.number.clone()),
                        Cell::Words(dated.date.to_string()),
                        Cell::Figure(dated.line.to_string()),
                    ]
                })
                .collect()
        });
        page.table(&["Number", "Date", "Line", "Followed by", "Date", "Line"], rows);
    }
    if !audit.odd.is_empty() {
        page.element("h2", "Odd ones out");
        let rows = audit.odd.iter().map(|found| {
            vec![
                Cell::Words(found.number.clone()),
                Cell::Figure(found.line.to_string()),
                Cell::Words(found.reason.to_string()),
            ]
        });
        page.table(&["Number", "Line", "What is odd"], rows);
    }
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(c),
        }
    }
    html
}

const STYLE: &str = "
body { font: 11pt/1.45 system-ui, sans-serif; color: #1a1a1a; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #ddd;
  vertical-align: top; }
.figure { text-align: right; font-variant-numeric: tabular-nums; }
thead { display: table-header-group; } tr { break-inside: avoid; }
h2, h3 { break-after: avoid; }
footer { margin-top: 2rem; color: #555; font-size: .9em; }
@page { margin: 18mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; } }
";

#[cfg(test)]
mod tests {
    #[test]
    fn markup_in_numbers_is_text() {
        assert_eq!(super::escaped("<b>&\"x\""), "&lt;b&gt;&amp;&quot;x&quot;");
    }
}
