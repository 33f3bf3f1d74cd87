//! A statement as a page, complete in itself and made to be printed.

use std::fmt::{Arguments, Display, Formatter, Result, Write};

use super::{Line, StatementAnswer};

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;\
padding:0 1rem;color:#111}h1{font-size:1.5rem;margin:0}table{width:100%;border-collapse:collapse;\
margin:1rem 0}td,th{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #bbb;\
vertical-align:top}.n{text-align:right}.open{font-weight:700}code{overflow-wrap:anywhere}\
.sign{margin-top:3rem;display:flex;gap:3rem}.sign div{flex:1;border-top:1px solid #111;\
padding-top:.3rem}@media print{body{margin:0;max-width:none;font-size:10pt}thead{display:\
table-header-group}tr,.sign{break-inside:avoid}@page{margin:18mm}}";

/// A text in which nothing is markup.
struct Plain<'a>(&'a str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

pub(super) fn page(answer: &StatementAnswer<'_>) -> String {
    let mut page = String::with_capacity(4096 + 256 * answer.lines.len());
    head(&mut page, answer);
    totals(&mut page, answer);
    sequences(&mut page, answer);
    lines(&mut page, answer);
    foot(&mut page, answer);
    page
}

fn head(page: &mut String, answer: &StatementAnswer<'_>) {
    let series = answer.series.unwrap_or("all series");
    let name = Plain(answer.account_name);
    put(
        page,
        format_args!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta \
             name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Statement of \
             missing numbers, {name}, {1} to {2}</title><style>{STYLE}</style></head><body>\
             <h1>Statement of missing numbers</h1><p><strong>{name}</strong> ({0}{3})<br>{4}, \
             {1} to {2}</p>",
            Plain(answer.account),
            answer.from.0,
            answer.to.0,
            if answer.livemode { "" } else { ", test" },
            Plain(series),
        ),
    );
}

fn totals(page: &mut String, answer: &StatementAnswer<'_>) {
    let totals = &answer.totals;
    let rows = [
        ("Gaps", totals.gaps),
        ("Missing numbers", totals.missing),
        ("Gaps not explained", totals.unexplained),
        ("Void numbers", totals.voids),
        ("Numbers held by drafts", totals.drafts),
    ];
    page.push_str("<table><tbody>");
    for (name, count) in rows {
        put(page, format_args!("<tr><td>{name}</td><td class=\"n\">{count}</td></tr>"));
    }
    page.push_str("</tbody></table>");
}

fn sequences(page: &mut String, answer: &StatementAnswer<'_>) {
    if answer.sequences.is_empty() {
        return;
    }
    page.push_str(
        "<h2>Sequences</h2><table><thead><tr><th>Series</th><th>Period</th><th>Customer</th>\
         <th class=\"n\">First</th><th class=\"n\">Last</th><th class=\"n\">Missing</th></tr>\
         </thead><tbody>",
    );
    for line in &answer.sequences {
        put(
            page,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td>\
                 <td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                Plain(line.series),
                Plain(line.period),
                Plain(line.customer.unwrap_or_default()),
                line.first,
                line.last,
                line.missing,
            ),
        );
    }
    page.push_str("</tbody></table>");
}

fn lines(page: &mut String, answer: &StatementAnswer<'_>) {
    if answer.lines.is_empty() {
        page.push_str("<p>No number is missing, void, or held by a draft.</p>");
        return;
    }
    page.push_str(
        "<h2>Numbers</h2><table><thead><tr><th>Numbers</th><th class=\"n\">Count</th>\
         <th>Date</th><th>What</th><th>Who and when</th><th>Explanation</th></tr></thead><tbody>",
    );
    for line in &answer.lines {
        row(page, line);
    }
    page.push_str("</tbody></table>");
}

fn row(page: &mut String, line: &Line<'_>) {
    let at = jiff::Timestamp::from_second(line.at).map(|at| at.to_string()).unwrap_or_default();
    let what = match line.cause {
        Some(cause) => format!("{}, {cause}", line.kind),
        None => line.kind.to_owned(),
    };
    put(
        page,
        format_args!(
            "<tr><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{what}</td><td>{}<br>{at}</td>",
            Plain(&line.numbers_text()),
            line.count,
            line.date.0,
            Plain(line.actor.unwrap_or_default()),
        ),
    );
    match (line.explanation, line.explained_by) {
        (Some(text), by) => {
            let by = Plain(by.unwrap_or_default());
            put(page, format_args!("<td>{}<br>{by}</td></tr>", Plain(text)));
        }
        (None, _) => page.push_str("<td class=\"open\">not explained</td></tr>"),
    }
}

fn foot(page: &mut String, answer: &StatementAnswer<'_>) {
    let generated =
        jiff::Timestamp::from_second(answer.generated).map(|at| at.to_string()).unwrap_or_default();
    put(
        page,
        format_args!(
            "<p>Made {generated} at {} entries of the trail, the last with the hash \
             <code>{}</code>.",
            answer.trail.entries, answer.trail.head,
        ),
    );
    if let Some(digest) = &answer.digest {
        put(page, format_args!(" Digest of this statement: <code>{digest}</code>."));
    }
    page.push_str(
        "</p><div class=\"sign\"><div>Place and date</div><div>Signature</div></div></body></html>",
    );
}

fn put(page: &mut String, text: Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::Plain;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let text = Plain("<script>\"A & B\"</script>").to_string();
        assert_eq!(text, "&lt;script&gt;&quot;A &amp; B&quot;&lt;/script&gt;");
    }
}
