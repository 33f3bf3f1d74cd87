//! Numbers in pieces, and the ones that come after: what the pages show of a series before it
//! issues.

use jiff::civil::Date;
use ledger::model::SeriesRow;
use numbering::{Format, Ordinal, Part, Reset, Texts, Token, breaks_file_names, slug};

use crate::frame::Frame;

/// A piece of a number, and which part of the pattern printed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// `seq`, `date`, `prefix`, `text`, `customer`, `invoice` or `kind`: the piece's colour.
    pub(crate) class: &'static str,
    pub(crate) text: String,
    /// What it is, for the legend; empty for plain text.
    pub(crate) says: String,
}

/// A number that will come, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) when: String,
    pub(crate) pieces: Vec<Piece>,
}

/// What is shown of a series.
#[derive(Clone, Debug)]
pub(crate) struct NumberPreview {
    /// The next number, or why there is none.
    pub(crate) next: Result<Vec<Piece>, String>,
    /// Which date and zone it holds for, in words.
    pub(crate) caption: String,
    pub(crate) following: Vec<Sample>,
    /// How long the next one is, and the longest that there can be.
    pub(crate) length: usize,
    pub(crate) longest: usize,
    /// The file name of the next one, where the number itself would break it.
    pub(crate) slug: Option<String>,
    /// What a change means, in plain words.
    pub(crate) warnings: Vec<String>,
    /// Whether the customer in it is made up.
    pub(crate) made_up: bool,
}

/// The customer and the invoice that samples are made with.
const CUSTOMER: &str = "ACME";
const INVOICE: &str = "INV-1";

/// What the next number is, as far as it was decided: its ordinal, its date and its text.
pub(crate) type Decided = Result<(u64, Date, String), String>;

impl NumberPreview {
    pub(crate) fn new(f: &Frame, row: &SeriesRow, decided: Decided, today: Date) -> NumberPreview {
        let format = &row.version(today).format;
        let texts = texts(row);
        let own = matches!(&decided, Ok((_, _, text)) if !text.is_empty());
        let (ordinal, date) = match &decided {
            Ok((ordinal, date, _)) => (*ordinal, *date),
            Err(_) => (row.first_ordinal(&row.period(today)), today),
        };
        let next = match decided {
            Ok((_, _, text)) if own => Ok(whole(f, format, date, ordinal, &texts, &text)),
            Ok(_) => pieces(f, format, date, ordinal, &texts)
                .ok_or_else(|| f.t("preview.nothing").to_owned()),
            Err(why) => Err(why),
        };
        let text: String = next.iter().flatten().map(|piece| piece.text.as_str()).collect();
        let breaks = text.chars().any(breaks_file_names);
        NumberPreview {
            caption: String::new(),
            following: following(f, row, date, ordinal, &texts),
            length: text.chars().count(),
            longest: format.max_length(),
            slug: breaks.then(|| slug(&text)),
            warnings: Vec::new(),
            made_up: !own && next.is_ok(),
            next,
        }
    }

    /// Shows why there is none.
    pub(crate) fn refused(f: &Frame, why: &str) -> NumberPreview {
        let why = if why.is_empty() { f.t("preview.nothing") } else { why };
        NumberPreview {
            next: Err(why.to_owned()),
            caption: String::new(),
            following: Vec::new(),
            length: 0,
            longest: 0,
            slug: None,
            warnings: Vec::new(),
            made_up: false,
        }
    }

    /// What the pieces are, each once.
    pub(crate) fn legend(&self) -> Vec<&Piece> {
        let mut seen: Vec<&Piece> = Vec::new();
        for piece in self.next.iter().flatten().filter(|piece| !piece.says.is_empty()) {
            if !seen.iter().any(|other| other.says == piece.says) {
                seen.push(piece);
            }
        }
        seen
    }
}

fn texts(row: &SeriesRow) -> Texts<'_> {
    let kind = row.kinds.first().map(|known| known.text.as_str()).unwrap_or_default();
    Texts { customer: CUSTOMER, invoice: INVOICE, kind }
}

/// The number as it was decided, in pieces where it is made of the format's parts.
fn whole(
    f: &Frame,
    format: &Format,
    date: Date,
    ordinal: u64,
    texts: &Texts<'_>,
    text: &str,
) -> Vec<Piece> {
    let made = pieces(f, format, date, ordinal, texts);
    let same = made.filter(|pieces| {
        pieces.iter().map(|piece| piece.text.as_str()).collect::<String>() == text
    });
    same.unwrap_or_else(|| {
        vec![Piece { class: "text", text: text.to_owned(), says: String::new() }]
    })
}

fn pieces(
    f: &Frame,
    format: &Format,
    date: Date,
    ordinal: u64,
    texts: &Texts<'_>,
) -> Option<Vec<Piece>> {
    let parts = format.render_parts(date, Ordinal::new(ordinal).ok()?, texts).ok()?;
    let piece = |(part, text): (&Part, String)| {
        let (class, word) = class(part);
        let says = if word.is_empty() { String::new() } else { f.word("part", word) };
        Piece { class, text, says }
    };
    Some(parts.into_iter().map(piece).filter(|piece| !piece.text.is_empty()).collect())
}

fn class(part: &Part) -> (&'static str, &'static str) {
    match part {
        Part::Literal(_) => ("text", ""),
        Part::Token(token) => match token {
            Token::Seq { .. } => ("seq", "seq"),
            Token::Year(_) => ("date", "year"),
            Token::EndYear(_) => ("date", "end_year"),
            Token::Month => ("date", "month"),
            Token::Quarter => ("date", "quarter"),
            Token::Week => ("date", "week"),
            Token::Day => ("date", "day"),
            Token::Prefix => ("prefix", "prefix"),
            Token::Customer => ("customer", "customer"),
            Token::Invoice => ("invoice", "invoice"),
            Token::Kind => ("kind", "kind"),
        },
    }
}

/// The ones after the next: in a row, where digits are added, where the width runs over, and
/// across the end of the period.
fn following(
    f: &Frame,
    row: &SeriesRow,
    date: Date,
    ordinal: u64,
    texts: &Texts<'_>,
) -> Vec<Sample> {
    let format = &row.version(date).format;
    let mut samples = Vec::new();
    let mut add = |when: String, date: Date, ordinal: u64| {
        let format = &row.version(date).format;
        if let Some(pieces) = pieces(f, format, date, ordinal, texts) {
            samples.push(Sample { when, pieces });
        }
    };
    add(f.t("preview.then").to_owned(), date, ordinal + 1);
    add(f.t("preview.then").to_owned(), date, ordinal + 2);
    let width = u32::from(format.pattern.seq_width());
    if width != 1 && ordinal + 2 < 9 {
        add(f.t1("preview.at", 9), date, 9);
        add(f.t1("preview.at", 10), date, 10);
    }
    let over = 10_u64.pow(width.min(15));
    if width > 1 && ordinal + 2 < over - 1 {
        add(f.t1("preview.at", f.count(&(over - 1))), date, over - 1);
        add(f.t1("preview.overflow", f.count(&over)), date, over);
    }
    let period = row.period(date);
    if format.reset != Reset::Never
        && let Ok(last) = period.to.yesterday()
    {
        let first = row.first_ordinal(&row.period(period.to));
        add(f.t1("preview.last_day", f.date(&last)), last, ordinal + 3);
        add(f.t1("preview.first_day", f.date(&period.to)), period.to, first);
    }
    samples
}
