//! The PDFs as others read them: Poppler's programs, which know nothing of how they were made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pdf::{Paper, Press};
use tempfile::TempDir;

use crate::sample;

const POINTS_PER_MM: f64 = 72.0 / 25.4;
/// The sheet is A4, and nothing is printed nearer to its sides.
const WIDTH: f64 = 210.0 * POINTS_PER_MM;
const MARGIN: f64 = 20.0 * POINTS_PER_MM;

/// A PDF in a directory of its own.
struct Printed {
    paper: Paper,
    directory: TempDir,
}

fn press() -> &'static Press {
    static PRESS: OnceLock<Press> = OnceLock::new();
    PRESS.get_or_init(Press::new)
}

fn printed(name: &str) -> Printed {
    let (_, around) = sample::all().into_iter().find(|(other, _)| *other == name).unwrap();
    let paper = around.paper().unwrap();
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("it.pdf"), press().print(&paper).unwrap()).unwrap();
    Printed { paper, directory }
}

impl Printed {
    fn path(&self) -> PathBuf {
        self.directory.path().join("it.pdf")
    }

    /// What one of Poppler's programs says of it.
    fn told_by(&self, program: &str, before: &[&str], after: &[&str]) -> String {
        let mut command = Command::new(program);
        let output = command.args(before).arg(self.path()).args(after).output();
        let output = output.unwrap_or_else(|error| panic!("{program}, of Poppler: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Its text as a reader copies it, with usual spaces.
    fn text(&self) -> String {
        let text = self.told_by("pdftotext", &["-layout"], &["-"]);
        text.replace('\u{a0}', " ").replace('\u{200b}', "")
    }

    /// Its text in the order in which it is printed: what stands aslant is told in one piece.
    fn in_order(&self) -> String {
        self.told_by("pdftotext", &["-raw"], &["-"])
    }

    /// Each word with its left and right edge, in points.
    fn words(&self) -> Vec<(String, f64, f64)> {
        let boxes = self.told_by("pdftotext", &["-bbox"], &["-"]);
        let words = boxes.lines().filter_map(|line| {
            let rest = line.trim().strip_prefix("<word ")?;
            let (edges, text) = rest.split_once('>')?;
            let edge = |name: &str| {
                let (_, value) = edges.split_once(&format!("{name}=\""))?;
                value.split('"').next()?.parse().ok()
            };
            let text = text.trim_end_matches("</word>").to_owned();
            Some((text, edge("xMin")?, edge("xMax")?))
        });
        words.collect()
    }
}

/// What is printed of a text, but for spaces and where lines end.
fn packed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

#[test]
fn every_word_and_figure_is_there() {
    for (name, _) in sample::all() {
        let printed = printed(name);
        let text = packed(&printed.text());
        let paper = &printed.paper;
        let sums = paper.sums.iter().flat_map(|sum| [&sum.name, &sum.value]);
        let lines = paper.lines.iter().flat_map(|line| [&line.quantity, &line.unit, &line.amount]);
        for told in sums.chain(lines).chain([&paper.headline]) {
            assert!(text.contains(&packed(told)), "{name}: {told}\n{text}");
        }
        if let Some(stamp) = paper.stamp {
            assert!(text.contains(stamp), "{name}: {stamp}\n{text}");
        }
        if let Some(mark) = paper.watermark {
            let text = packed(&printed.in_order());
            assert!(text.contains(mark), "{name}: {mark}\n{text}");
        }
        assert!(text.starts_with(paper.title) || text.contains(&packed(paper.title)), "{name}");
    }
}

#[test]
fn a_table_goes_on_under_its_heads() {
    let printed = printed("sixty-lines");
    let text = printed.text();
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!((2..=3).contains(&pages.len()), "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate() {
        let foot = format!("Page {} of {}", index + 1, pages.len());
        assert!(page.contains(&foot) && page.contains("Invoice INV-2026-00042"), "{page}");
        assert!(page.contains("Description") && page.contains("Unit price"), "{page}");
    }
    let last = |n: usize| format!("Position {n} of sixty");
    assert!((1..=60).all(|n| text.matches(&last(n)).count() == 1));
}

#[test]
fn amounts_stand_under_each_other() {
    let printed = printed("sixty-lines");
    let amounts = printed.words().into_iter().filter(|(text, _, _)| text == "€21.00");
    let edges: Vec<f64> = amounts.map(|(_, _, right)| right).collect();
    assert_eq!(edges.len(), 60);
    let right = WIDTH - MARGIN;
    assert!(edges.iter().all(|edge| (edge - right).abs() < 1.0), "{edges:?}, not {right}");
}

#[test]
fn nothing_leaves_the_sheet() {
    for (name, _) in sample::all() {
        let printed = printed(name);
        let mark = printed.paper.watermark.unwrap_or("no mark");
        for (word, left, right) in printed.words().iter().filter(|(word, ..)| word != mark) {
            let is_inside = *left > MARGIN - 1.0 && *right < WIDTH - MARGIN + 1.0;
            assert!(is_inside, "{name}: {word} from {left} to {right}");
        }
    }
}

#[test]
fn letters_of_five_scripts_can_be_copied() {
    let text = printed("right-to-left").text();
    for word in ["Ελληνικά", "Кириллица"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    // Poppler may tell them in the order in which they stand, or in the one in which they are read.
    for word in ["ייעוץ", "הרצל", "أخضر"] {
        let backwards: String = word.chars().rev().collect();
        assert!(text.contains(word) || text.contains(&backwards), "{word}: {text}");
    }
    assert!(printed("emoji").text().contains('🦄'));
}

#[test]
fn it_can_be_kept_for_ever_and_read_aloud() {
    for (name, _) in sample::all() {
        let printed = printed(name);
        let about = printed.told_by("pdfinfo", &[], &[]);
        let title = printed.paper.title;
        assert!(about.contains("Tagged:          yes"), "{name}: {about}");
        assert!(about.contains(&format!("Title:           {title}")), "{name}: {about}");
        assert!(about.contains("Creator:         Gapless"), "{name}: {about}");
        let standards = printed.told_by("pdfinfo", &["-meta"], &[]);
        let is_kept = standards.contains("<pdfaid:part>3</pdfaid:part>");
        // A draft has no date, which archives ask for.
        assert_eq!(is_kept, printed.paper.date.is_some(), "{name}: {standards}");
        assert_eq!(is_kept, name != "draft", "{name}: {standards}");
        assert!(standards.contains("<pdfuaid:part>1</pdfuaid:part>"), "{name}: {standards}");
        let fonts = printed.told_by("pdffonts", &[], &[]);
        for font in fonts.lines().skip(2) {
            let columns: Vec<&str> = font.split_whitespace().rev().collect();
            assert_eq!(columns[4], "yes", "{name}: not embedded: {font}");
        }
    }
}

#[test]
fn a_letter_that_no_font_has_stops_nothing() {
    let mut around = sample::tiny();
    around.ledger.name = "漢字 Trading".to_owned();
    let printed = press().print(&around.paper().unwrap()).unwrap();
    assert!(printed.starts_with(b"%PDF-"));
}

/// Templates in a directory of their own: the built-in ones, with these files in place of theirs.
fn templates(changed: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    pdf::write_templates(directory.path()).unwrap();
    for (name, text) in changed {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

fn refusal(directory: &Path) -> String {
    Press::with_templates(directory).unwrap_err().to_string()
}

#[test]
fn a_template_of_ones_own_is_used_and_none_else() {
    let own = templates(&[(
        "invoice.typ",
        "#set document(title: [x])\nOwn #json(\"paper.json\").number",
    )]);
    let press = Press::with_templates(own.path()).unwrap();
    let paper = sample::tiny().paper().unwrap();
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("it.pdf"), press.print(&paper).unwrap()).unwrap();
    let text = Printed { paper, directory }.text();
    assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["Own", "INV-2026-00042"]);
    fs::remove_file(own.path().join("credit_note.typ")).unwrap();
    let why = refusal(own.path());
    assert!(why.contains("credit_note.typ"), "{why}");
    let again = pdf::write_templates(own.path()).unwrap_err().to_string();
    assert!(again.contains("there already"), "{again}");
}

#[test]
fn a_broken_template_is_told_by_file_and_line() {
    for (file, text, told) in [
        ("invoice.typ", "#let a = 1\n#b", "invoice.typ:2:2: unknown variable: b"),
        ("invoice.typ", "= Title\n\n#(", "invoice.typ:3:2: unclosed delimiter"),
        ("credit_note.typ", "\n#json(\"paper.json\").nope", "credit_note.typ:2:"),
        ("sheet.typ", "#let sheet = 1 +", "sheet.typ:1:"),
        ("invoice.typ", "#read(\"/etc/passwd\")", "invoice.typ:1:"),
        ("invoice.typ", "#read(\"../secret\")", "invoice.typ:1:"),
        ("invoice.typ", "#import \"@preview/tablex:0.0.8\": *", "invoice.typ:1:"),
    ] {
        let why = refusal(templates(&[(file, text)]).path());
        assert!(why.contains(told), "{text}: {why}");
    }
    let why = refusal(templates(&[("paper.json", "{}")]).path());
    assert!(why.contains("handed to templates"), "{why}");
    let why = refusal(Path::new("no-such-directory"));
    assert!(why.contains("no-such-directory"), "{why}");
}
