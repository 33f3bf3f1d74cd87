//! Documents that are nobody's, to try templates on.

use crate::language::Language;
use crate::paper::{Columns, Fact, Paper, PaperLine, Party, Sum};

/// Each kind of document, with everything that can be on it and with nothing that need not be.
pub fn specimens() -> Vec<(&'static str, Paper)> {
    let words = Language::English.words();
    let full = Paper {
        kind: "invoice",
        title: words.invoice,
        number: Some("INV-2026-00042".to_owned()),
        status: "paid",
        stamp: Some(words.paid),
        watermark: Some(words.test),
        notes: vec![words.test_note],
        ..invoice()
    };
    let note = Paper {
        kind: "credit_note",
        title: words.credit_note,
        number: Some("CN-2026-00007".to_owned()),
        status: "issued",
        ..invoice()
    };
    let bare = Paper { ship_to: None, head: None, foot: None, date: None, ..invoice() };
    vec![("invoice", full), ("credit note", note), ("draft", bare)]
}

fn invoice() -> Paper {
    let words = Language::English.words();
    let pair = |name: &str, value: &str| Fact { name: name.to_owned(), value: value.to_owned() };
    let sum =
        |name: &str, strong| Sum { name: name.to_owned(), value: "€1,190.00".to_owned(), strong };
    let party = |label, name: &str| Party {
        label,
        name: name.to_owned(),
        lines: vec!["12 Analytical Row".to_owned(), "ada@example.com".to_owned()],
    };
    let line = PaperLine {
        description: "Advice on numbering".to_owned(),
        period: Some("1 May 2026 – 31 May 2026".to_owned()),
        quantity: "10".to_owned(),
        unit: "€100.00".to_owned(),
        tax: "19%".to_owned(),
        amount: "€1,000.00".to_owned(),
    };
    Paper {
        kind: "invoice",
        language: Language::English.tag(),
        title: words.invoice,
        status: "draft",
        date: Some("2026-05-04".to_owned()),
        currency: "EUR".to_owned(),
        from: party("", "Brew & Sons"),
        to: party(words.bill_to, "Ada Lovelace"),
        ship_to: Some(party(words.ship_to, "Warehouse")),
        facts: vec![pair(words.date, "4 May 2026"), pair(words.due, "18 May 2026")],
        headline: "€1,190.00 due 18 May 2026".to_owned(),
        head: Some("Thank you for your order.".to_owned()),
        columns: Columns {
            description: words.description,
            quantity: words.quantity,
            unit: words.unit,
            tax: Some(words.tax),
            amount: words.amount,
        },
        lines: vec![line],
        sums: vec![sum(words.subtotal, false), sum(words.amount_due, true)],
        foot: Some("Brew & Sons, Berlin".to_owned()),
        page: words.page,
        ..Paper::default()
    }
}
