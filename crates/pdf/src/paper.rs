//! What a document prints: every word and figure, ready to be set.

use serde::Serialize;

/// What a document prints. As JSON this is what templates are handed; `docs/pdf.md` tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// `invoice` or `credit_note`.
    pub kind: &'static str,
    /// The tag of its language, such as `en`.
    pub language: &'static str,
    /// What it calls itself: "Invoice".
    pub title: &'static str,
    /// Its number; `None` for a draft that has none.
    pub number: Option<String>,
    /// What its PDF is called, such as `INV-2026-00042.pdf`: ASCII letters, digits, `.`, `_`, `-`
    /// and `~` only.
    pub file_name: String,
    /// Its status, a word of the interface.
    pub status: &'static str,
    /// What is stamped on it: that it is a draft, paid or void.
    pub stamp: Option<&'static str>,
    /// What stands across every sheet.
    pub watermark: Option<&'static str>,
    /// Its date, as in ISO 8601.
    pub date: Option<String>,
    /// The code of its currency, in upper case.
    pub currency: String,
    /// How the account looks.
    pub brand: Brand,
    /// Whoever issues it.
    pub from: Party,
    /// Whoever it is for.
    pub to: Party,
    /// Where the goods go.
    pub ship_to: Option<Party>,
    /// Its number, its dates, the documents that it goes with, and what else is printed as a pair.
    pub facts: Vec<Fact>,
    /// What it comes to, in one line.
    pub headline: String,
    /// Words before the lines.
    pub head: Option<String>,
    /// What stands above the lines.
    pub columns: Columns,
    /// The lines.
    pub lines: Vec<PaperLine>,
    /// What they add up to, with each tax.
    pub sums: Vec<Sum>,
    /// Sentences that must be there, such as that the customer owes the tax.
    pub notes: Vec<&'static str>,
    /// Words after everything else.
    pub foot: Option<String>,
    /// The foot of each sheet, with `{page}` and `{pages}` to be filled in.
    pub page: &'static str,
    /// What the link to the PDF says.
    #[serde(skip)]
    pub download: &'static str,
}

/// How the documents of an account look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Brand {
    /// The colour of lines and headings, as in `#2b4c7e`.
    pub color: String,
}

/// A party with what is known of where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Party {
    /// What stands above it: "Bill to". Empty for whoever issues the document.
    pub label: &'static str,
    /// Its name.
    pub name: String,
    /// Address, e-mail address and the like, line by line.
    pub lines: Vec<String>,
}

/// A pair that is printed as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is called.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// What stands above the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Columns {
    /// Above what they are for.
    pub description: &'static str,
    /// Above how many.
    pub quantity: &'static str,
    /// Above what one costs.
    pub unit: &'static str,
    /// Above their taxes; `None` where no line has one.
    pub tax: Option<&'static str>,
    /// Above what they come to.
    pub amount: &'static str,
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PaperLine {
    /// What it is for.
    pub description: String,
    /// The time that it is for.
    pub period: Option<String>,
    /// How many.
    pub quantity: String,
    /// What one costs.
    pub unit: String,
    /// The percentages of its taxes.
    pub tax: String,
    /// What it comes to.
    pub amount: String,
}

/// One of the sums below the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// What it is.
    pub name: String,
    /// What it comes to.
    pub value: String,
    /// Whether it is one that is looked for: the total, and what is to be paid.
    pub strong: bool,
}

impl Brand {
    /// The colour where the account has chosen none.
    pub const COLOR: &'static str = "#2b4c7e";
}

impl Default for Brand {
    fn default() -> Brand {
        Brand { color: Brand::COLOR.to_owned() }
    }
}
