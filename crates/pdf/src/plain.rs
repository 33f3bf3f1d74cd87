//! A document as a PDF without a typesetter: text in the fonts that every reader has, on as many
//! pages as it takes. It stands in where the program was built without one.
//!
//! Those fonts know the letters of western Europe. Any other letter is printed as `?`; the page
//! behind the same link shows them all.

use std::fmt::Write;

use crate::paper::{Fact, Paper, Party, Sum};

/// An A4 sheet in points, and what of it stays free.
const WIDTH: u32 = 595;
const HEIGHT: u32 = 842;
const MARGIN: u32 = 56;
const STEP: u32 = 15;
/// Characters of usual width in a whole line of text, and in the column of what lines say.
const LINE_CHARS: usize = 88;
const COLUMN_CHARS: usize = 42;
const RIGHT: u32 = WIDTH - MARGIN;
/// The width of a letter of the fixed font, in hundredths of a point at its size of 9.
const FIXED: u32 = 540;

/// Fonts by their names in the file: usual, bold, and one of fixed width for amounts.
const PLAIN: &str = "F1 10";
const BOLD: &str = "F2 10";
const LARGE: &str = "F2 18";
const AMOUNTS: &str = "F3 9";

/// Sets a document as a PDF without fonts of its own.
pub fn plain(paper: &Paper) -> Vec<u8> {
    let mut sheets = Sheets { done: Vec::new(), content: Vec::new(), y: HEIGHT - MARGIN };
    sheets.text(MARGIN, LARGE, paper.title);
    sheets.right(RIGHT, paper.watermark.unwrap_or_default());
    sheets.down(STEP * 2);
    sheets.party(&paper.from);
    for party in std::iter::once(&paper.to).chain(&paper.ship_to) {
        sheets.paragraph(BOLD, party.label);
        sheets.party(party);
    }
    for Fact { name, value } in &paper.facts {
        sheets.paragraph(PLAIN, &format!("{name}: {value}"));
    }
    sheets.down(STEP);
    let stamp = paper.stamp.map(|stamp| format!(" ({stamp})")).unwrap_or_default();
    sheets.paragraph(BOLD, &format!("{}{stamp}", paper.headline));
    if let Some(head) = &paper.head {
        sheets.down(STEP);
        sheets.paragraph(PLAIN, head);
    }
    sheets.down(STEP);
    let columns = &paper.columns;
    sheets.row(columns.description, columns.quantity, columns.unit, columns.amount);
    for line in &paper.lines {
        sheets.row(&line.description, &line.quantity, &line.unit, &line.amount);
    }
    sheets.down(STEP);
    for Sum { name, value, .. } in &paper.sums {
        sheets.row(name, "", "", value);
    }
    for text in paper.notes.iter().copied().chain(paper.foot.as_deref()) {
        sheets.down(STEP);
        sheets.paragraph(PLAIN, text);
    }
    file(&sheets.finish())
}

/// What is drawn on each page, as operators.
struct Sheets {
    done: Vec<Vec<u8>>,
    content: Vec<u8>,
    y: u32,
}

impl Sheets {
    fn text(&mut self, x: u32, font: &str, text: &str) {
        let start = format!("BT /{font} Tf {x} {} Td (", self.y);
        self.content.extend_from_slice(start.as_bytes());
        for byte in text.chars().map(western) {
            if matches!(byte, b'(' | b')' | b'\\') {
                self.content.push(b'\\');
            }
            self.content.push(byte);
        }
        self.content.extend_from_slice(b") Tj ET\n");
    }

    /// A text that ends at `x`.
    fn right(&mut self, x: u32, text: &str) {
        let width = text.chars().count() as u32 * FIXED / 100;
        self.text(x.saturating_sub(width), AMOUNTS, text);
    }

    fn party(&mut self, party: &Party) {
        self.paragraph(PLAIN, &party.name);
        for line in &party.lines {
            self.paragraph(PLAIN, line);
        }
        self.down(STEP);
    }

    fn paragraph(&mut self, font: &str, text: &str) {
        for line in wrapped(text, LINE_CHARS) {
            self.text(MARGIN, font, &line);
            self.down(STEP);
        }
    }

    fn row(&mut self, says: &str, quantity: &str, unit: &str, amount: &str) {
        self.right(340, quantity);
        self.right(440, unit);
        self.right(RIGHT, amount);
        for line in wrapped(says, COLUMN_CHARS) {
            self.text(MARGIN, PLAIN, &line);
            self.down(STEP);
        }
    }

    /// Goes on further down, or on the next page.
    fn down(&mut self, by: u32) {
        self.y = self.y.saturating_sub(by);
        if self.y < MARGIN {
            self.done.push(std::mem::take(&mut self.content));
            self.y = HEIGHT - MARGIN;
        }
    }

    fn finish(mut self) -> Vec<Vec<u8>> {
        self.done.push(self.content);
        self.done
    }
}

/// A text in lines of at most so many characters; an empty one is one empty line.
fn wrapped(text: &str, chars_max: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for whole in text.split('\n') {
        let mut line = String::new();
        for word in whole.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > chars_max {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            for letter in word.chars() {
                if line.chars().count() == chars_max {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
        }
        lines.push(line);
    }
    lines
}

/// A letter as a byte of the encoding of western Europe.
fn western(letter: char) -> u8 {
    match letter {
        '€' => 0x80,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '–' => 0x96,
        '—' => 0x97,
        ' '..='~' | '\u{a0}'..='ÿ' => letter as u8,
        _ => b'?',
    }
}

/// The pages as a file: objects one after the other, and where each begins.
fn file(pages: &[Vec<u8>]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = Vec::new();
    let first_page = 6;
    let kids: String = (0..pages.len()).map(|n| format!("{} 0 R ", first_page + 2 * n)).collect();
    objects.push(b"<< /Type /Catalog /Pages 2 0 R >>".to_vec());
    let count = pages.len();
    objects.push(format!("<< /Type /Pages /Kids [{kids}] /Count {count} >>").into_bytes());
    for name in ["Helvetica", "Helvetica-Bold", "Courier"] {
        let font = "/Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding";
        objects.push(format!("<< {font} /BaseFont /{name} >>").into_bytes());
    }
    for (index, content) in pages.iter().enumerate() {
        let content_id = first_page + 2 * index + 1;
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << /Font << \
             /F1 3 0 R /F2 4 0 R /F3 5 0 R >> >> /Contents {content_id} 0 R >>",
        );
        objects.push(page.into_bytes());
        let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
        stream.extend_from_slice(content);
        stream.extend_from_slice(b"\nendstream");
        objects.push(stream);
    }
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut index = String::new();
    for (number, object) in objects.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(index, "{:010} 00000 n ", bytes.len());
        bytes.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        bytes.extend_from_slice(object);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let (size, begin) = (objects.len() + 1, bytes.len());
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{index}trailer\n<< /Size {size} /Root 1 0 R >>\n\
         startxref\n{begin}\n%%EOF\n",
    );
    bytes.extend_from_slice(end.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::PaperLine;

    #[test]
    fn a_long_document_takes_several_pages_and_its_index_is_right() {
        let description = "Tea (green) \\".to_owned();
        let line = PaperLine { description, ..PaperLine::default() };
        let paper = Paper { title: "Invoice", lines: vec![line; 100], ..Paper::default() };
        let bytes = plain(&paper);
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        assert!(text.contains("/Count 3"), "three pages");
        assert_eq!(text.matches("(Tea \\(green\\) \\\\) Tj").count(), 100);
        let begin: usize =
            text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(text[begin..].starts_with("xref\n0 12\n"));
        for (number, entry) in text[begin..].lines().skip(3).take(11).enumerate() {
            let place: usize = entry[..10].parse().unwrap();
            assert!(text[place..].starts_with(&format!("{} 0 obj\n", number + 1)), "{entry}");
        }
    }

    #[test]
    fn letters_that_the_fonts_have_not_are_marked() {
        let shown: Vec<u8> = "Aä€ж".chars().map(western).collect();
        assert_eq!(shown, [b'A', 0xe4, 0x80, b'?']);
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("a\n\nb", 9), ["a", "", "b"]);
    }
}
