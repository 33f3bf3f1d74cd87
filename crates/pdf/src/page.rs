//! A document as a page that reads and prints well, with nothing from elsewhere.

use std::fmt::{Arguments, Display, Formatter, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::paper::{Paper, Party, Sum};

/// A document as a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The page, in HTML.
    pub html: String,
    /// What it may do, as `Content-Security-Policy` says it: show itself, and nothing else.
    pub policy: String,
}

const STYLE: &str = include_str!("page.css");
/// From this brightness on (0 to 255), letters on a colour are dark.
const BRIGHT: u32 = 150;

/// Sets a document as a page. `pdf` is where its PDF is.
pub fn page(paper: &Paper, pdf: &str) -> Page {
    let color = &paper.brand.color;
    let on_color = if brightness(color) >= BRIGHT { "#111" } else { "#fff" };
    let style = format!("{STYLE}:root{{--brand:{color};--on-brand:{on_color}}}");
    let digest = STANDARD.encode(Sha256::digest(style.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    );
    let mut html = String::with_capacity(style.len() + 8192);
    let number = paper.number.as_deref().unwrap_or_default();
    put(
        &mut html,
        format_args!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta \
             name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta \
             name=\"robots\" content=\"noindex\">\n<title>{} {} – {}</title>\n<style>{style}\
             </style>\n</head>\n<body>\n<main>\n",
            paper.language,
            paper.title,
            Escaped(number),
            Escaped(&paper.from.name),
        ),
    );
    if let Some(word) = paper.watermark {
        put(
            &mut html,
            format_args!("<div class=\"watermark\" aria-hidden=\"true\">{word}</div>\n"),
        );
    }
    header(&mut html, paper);
    put(
        &mut html,
        format_args!(
            "<section class=\"owed\"><p>{}</p><a href=\"{}\">{}</a></section>\n",
            Escaped(&paper.headline),
            Escaped(pdf),
            paper.download,
        ),
    );
    parties(&mut html, paper);
    paragraph(&mut html, "head", paper.head.as_deref());
    lines(&mut html, paper);
    sums(&mut html, &paper.sums);
    if !paper.notes.is_empty() {
        html.push_str("<ul class=\"notes\">");
        paper.notes.iter().for_each(|note| put(&mut html, format_args!("<li>{note}</li>")));
        html.push_str("</ul>\n");
    }
    if let Some(foot) = &paper.foot {
        put(&mut html, format_args!("<footer><p dir=\"auto\">{}</p></footer>\n", Escaped(foot)));
    }
    html.push_str("</main>\n</body>\n</html>\n");
    Page { html, policy }
}

fn header(html: &mut String, paper: &Paper) {
    put(html, format_args!("<header>\n<div><h1>{}</h1>", paper.title));
    if let Some(number) = &paper.number {
        put(html, format_args!("<div class=\"number\" dir=\"auto\">{}</div>", Escaped(number)));
    }
    if let Some(stamp) = paper.stamp {
        put(html, format_args!("<span class=\"stamp {}\">{stamp}</span>", paper.status));
    }
    html.push_str("</div>\n<div class=\"issuer\">");
    party(html, &paper.from);
    html.push_str("</div>\n</header>\n");
}

fn parties(html: &mut String, paper: &Paper) {
    html.push_str("<section class=\"parties\">\n");
    for one in std::iter::once(&paper.to).chain(&paper.ship_to) {
        put(html, format_args!("<div><h2>{}</h2>", one.label));
        party(html, one);
        html.push_str("</div>\n");
    }
    html.push_str("<dl>");
    for fact in &paper.facts {
        let (name, value) = (Escaped(&fact.name), Escaped(&fact.value));
        put(html, format_args!("<dt dir=\"auto\">{name}</dt><dd dir=\"auto\">{value}</dd>"));
    }
    html.push_str("</dl>\n</section>\n");
}

fn party(html: &mut String, party: &Party) {
    let name = Escaped(&party.name);
    put(html, format_args!("<div class=\"name\" dir=\"auto\">{name}</div>"));
    for line in &party.lines {
        put(html, format_args!("<div dir=\"auto\">{}</div>", Escaped(line)));
    }
}

fn lines(html: &mut String, paper: &Paper) {
    let columns = &paper.columns;
    html.push_str("<div class=\"scroll\"><table>\n<thead><tr>");
    let heads = [Some(columns.description), Some(columns.quantity), Some(columns.unit)];
    for head in heads.into_iter().chain([columns.tax, Some(columns.amount)]).flatten() {
        put(html, format_args!("<th scope=\"col\">{head}</th>"));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for line in &paper.lines {
        let description = Escaped(&line.description);
        put(html, format_args!("<tr><td><p dir=\"auto\">{description}</p>"));
        if let Some(period) = &line.period {
            put(html, format_args!("<small>{}</small>", Escaped(period)));
        }
        html.push_str("</td>");
        let tax = columns.tax.map(|_| &line.tax);
        let cells = [Some(&line.quantity), Some(&line.unit), tax, Some(&line.amount)];
        for cell in cells.into_iter().flatten() {
            put(html, format_args!("<td>{}</td>", Escaped(cell)));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table></div>\n");
}

fn sums(html: &mut String, sums: &[Sum]) {
    html.push_str("<table class=\"sums\">\n");
    for Sum { name, value, strong } in sums {
        let class = if *strong { " class=\"strong\"" } else { "" };
        let (name, value) = (Escaped(name), Escaped(value));
        put(html, format_args!("<tr{class}><td>{name}</td><td>{value}</td></tr>\n"));
    }
    html.push_str("</table>\n");
}

fn paragraph(html: &mut String, class: &str, text: Option<&str>) {
    if let Some(text) = text {
        put(html, format_args!("<p class=\"{class}\" dir=\"auto\">{}</p>\n", Escaped(text)));
    }
}

fn put(html: &mut String, text: Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = html.write_fmt(text);
}

/// How bright a colour such as `#2b4c7e` looks, from 0 to 255.
fn brightness(color: &str) -> u32 {
    let part =
        |at: usize| color.get(at..at + 2).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let [red, green, blue] = [1, 3, 5].map(|at| part(at).unwrap_or_default());
    (299 * red + 587 * green + 114 * blue) / 1000
}

/// A text that stands in a page as itself, also inside of quotes.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'t>(pub &'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{Brand, Columns, Fact, PaperLine};

    #[test]
    fn what_people_typed_stays_a_text() {
        let evil = || "<script>alert('1')</script>\"&".to_owned();
        let party = || Party { label: "", name: evil(), lines: vec![evil()] };
        let line = PaperLine {
            description: evil(),
            period: Some(evil()),
            quantity: evil(),
            unit: evil(),
            tax: evil(),
            amount: evil(),
        };
        let paper = Paper {
            number: Some(evil()),
            from: party(),
            to: party(),
            ship_to: Some(party()),
            facts: vec![Fact { name: evil(), value: evil() }],
            headline: evil(),
            head: Some(evil()),
            columns: Columns { tax: Some(""), ..Columns::default() },
            lines: vec![line],
            sums: vec![Sum { name: evil(), value: evil(), strong: true }],
            foot: Some(evil()),
            ..Paper::default()
        };
        let html = page(&paper, "a\"b").html;
        assert!(!html.contains("<script") && !html.contains("alert('1')"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 22, "{html}");
        assert!(html.contains("href=\"a&quot;b\""));
    }

    #[test]
    fn the_policy_lets_the_style_in_and_nothing_else() {
        let page = page(&Paper::default(), "pdf");
        let (_, rest) = page.html.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        let digest = STANDARD.encode(Sha256::digest(style.as_bytes()));
        assert!(page.policy.contains(&format!("style-src 'sha256-{digest}';")));
        assert!(page.policy.starts_with("default-src 'none';"));
        for forbidden in ["<style", " style=", "<script", "http:", "https:", "@import", "url("] {
            assert!(!rest.contains(forbidden) && !style.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn letters_on_the_brand_can_be_read() {
        let on = |color: &str| {
            let brand = Brand { color: color.to_owned() };
            let html = page(&Paper { brand, ..Paper::default() }, "").html;
            html.contains("--on-brand:#fff")
        };
        assert!(on(Brand::COLOR) && on("#000000"));
        assert!(!on("#ffdd00") && !on("#ffffff"));
    }
}
