//! A document as a page that prints well, with nothing from elsewhere.

use std::fmt::{Arguments, Write};

use super::Paper;
use crate::openapi::Escaped;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;\
padding:0 1rem}h1{margin:0}table{width:100%;border-collapse:collapse;margin:1.5rem 0}\
td,th{text-align:right;padding:.35rem 0 .35rem 1rem;border-bottom:1px solid #ccc;\
vertical-align:top}td:first-child,th:first-child{text-align:left;padding-left:0;width:50%}\
.sums td{border:0}.sums tr:last-child{font-weight:700}p{white-space:pre-line}\
header{display:flex;justify-content:space-between;gap:2rem}.s{text-transform:capitalize}";

pub(super) fn write(paper: &Paper) -> String {
    let mut page = String::with_capacity(4096);
    let title = Escaped(paper.title);
    put(
        &mut page,
        format_args!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta \
             name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta \
             name=\"robots\" content=\"noindex\"><title>{title} {0}</title><style>{STYLE}</style>\
             </head><body><header><div><h1>{title}</h1><strong>{0}</strong> <span \
             class=\"s\">{1}</span></div><div>{2}</div></header>",
            Escaped(&paper.number),
            Escaped(paper.status),
            Escaped(&paper.from),
        ),
    );
    put(&mut page, format_args!("<p>{}</p><table class=\"sums\">", Escaped(&paper.to.join("\n"))));
    pairs(&mut page, &paper.facts);
    page.push_str("</table>");
    if let Some(head) = &paper.head {
        put(&mut page, format_args!("<p>{}</p>", Escaped(head)));
    }
    page.push_str("<table><tr><th></th><th>Quantity</th><th>Each</th><th>Amount</th></tr>");
    for line in &paper.lines {
        put(
            &mut page,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                Escaped(&line.says),
                Escaped(&line.quantity),
                Escaped(&line.unit),
                Escaped(&line.amount),
            ),
        );
    }
    page.push_str("</table><table class=\"sums\">");
    pairs(&mut page, &paper.sums);
    page.push_str("</table>");
    if let Some(foot) = &paper.foot {
        put(&mut page, format_args!("<p>{}</p>", Escaped(foot)));
    }
    page.push_str("</body></html>");
    page
}

fn pairs(page: &mut String, pairs: &[(String, String)]) {
    for (name, value) in pairs {
        let row = format_args!("<tr><td>{}</td><td>{}</td></tr>", Escaped(name), Escaped(value));
        put(page, row);
    }
}

fn put(page: &mut String, text: Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_customer_is_called_stays_a_text() {
        let paper = Paper { to: vec!["<script>".to_owned()], ..Paper::default() };
        let page = write(&paper);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
    }
}
