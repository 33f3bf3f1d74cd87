//! The words and figures, whatever they are set as.

use pdf::{Around, Paper, Press, page};

use ledger::model::{AccountProfile, Branding, Documents, Object};

use crate::sample;

fn paper(name: &str) -> Paper {
    let found = sample::all().into_iter().find(|(other, _)| *other == name);
    let (_, around): (_, Around) = found.unwrap();
    around.paper().unwrap()
}

/// The sums as `name: value`, spaces that do not break as usual ones.
fn sums(paper: &Paper) -> Vec<String> {
    let told = paper.sums.iter().map(|sum| format!("{}: {}", sum.name, sum.value));
    told.map(|text| text.replace('\u{a0}', " ")).collect()
}

fn facts(paper: &Paper) -> Vec<String> {
    paper.facts.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect()
}

#[test]
fn a_tiny_invoice() {
    let paper = paper("tiny");
    assert_eq!((paper.title, paper.file_name.as_str()), ("Invoice", "INV-2026-00042.pdf"));
    // Due 22:30 in UTC is the next day where the account is.
    let expected = ["Invoice number: INV-2026-00042", "Date of issue: 4 May 2026"];
    assert_eq!(facts(&paper)[..2], expected);
    assert_eq!(facts(&paper)[2..], ["Date due: 18 May 2026"]);
    assert_eq!(paper.headline, "€0.01 due 18 May 2026");
    assert_eq!(sums(&paper), ["Subtotal: €0.01", "Total: €0.01", "Amount due: €0.01"]);
    assert_eq!((paper.stamp, paper.watermark, paper.columns.tax), (None, None, None));
    assert_eq!(paper.to.lines, ["12 Analytical Row", "London, SW1A 1AA", "GB", "ada@example.com"]);
}

#[test]
fn stamps_and_marks() {
    for (name, stamp, watermark, headline) in [
        ("zero", Some("Paid"), None, "€0.00 paid 4 May 2026"),
        ("void", Some("Void"), None, "€10.00 · Void"),
        ("draft", Some("Draft"), Some("TEST"), "€10.00 due 18 May 2026"),
    ] {
        let paper = paper(name);
        assert_eq!((paper.stamp, paper.watermark), (stamp, watermark), "{name}");
        assert_eq!(paper.headline, headline, "{name}");
    }
    let void = sums(&paper("void"));
    assert_eq!(void, ["Subtotal: €10.00", "Total: €10.00"], "nothing is due");
    let draft = paper("draft");
    assert_eq!(draft.notes, ["This is a trial from the test mode. Nothing is owed."]);
    assert!(draft.number.is_none() && draft.file_name.starts_with("in_"), "{}", draft.file_name);
}

#[test]
fn taxes_are_told_apart() {
    let paper = paper("three-rates");
    let expected = [
        "Subtotal: €38.21",
        "Total excluding tax: €38.15",
        "VAT 20% on €20.00: €4.00",
        "Reduced VAT 5.5% on €15.00: €0.83",
        "Eco 2% on €3.15, included: €0.06",
        "Total: €43.04",
        "Amount due: €43.04",
    ];
    assert_eq!(sums(&paper), expected);
    let each: Vec<&str> = paper.lines.iter().map(|line| line.tax.as_str()).collect();
    assert_eq!((each, paper.columns.tax), (vec!["20%", "5.5%", "2%"], Some("Tax")));
}

#[test]
fn a_customer_is_told_in_its_own_language() {
    let paper = paper("german");
    assert_eq!((paper.title, paper.language), ("Rechnung", "de"));
    let expected = [
        "Zwischensumme: 935,50 €",
        "USt. 19 % auf 935,50 €: 177,75 €",
        "Gesamtbetrag: 1.113,25 €",
        "Zu zahlen: 1.113,25 €",
    ];
    assert_eq!(sums(&paper), expected);
    assert_eq!(paper.headline.replace('\u{a0}', " "), "1.113,25 € fällig am 18. Mai 2026");
    assert_eq!(paper.lines[0].quantity, "7,5");
    assert_eq!(paper.lines[0].period.as_deref(), Some("4. April 2026 – 4. Mai 2026"));
    assert_eq!(paper.notes, ["Steuerschuldnerschaft des Leistungsempfängers."]);
}

#[test]
fn an_account_has_its_own_look() {
    let mut around = sample::tiny();
    let branding = Branding {
        color: Some("#aa0000".to_owned()),
        footer: Some("IBAN DE00".to_owned()),
        language: Some("de".to_owned()),
    };
    let profile = AccountProfile { branding, ..AccountProfile::default() };
    around.ledger.documents = Documents { profile, ..Documents::default() }.into();
    let paper = around.paper().unwrap();
    assert_eq!((paper.title, paper.foot.as_deref()), ("Rechnung", Some("IBAN DE00")));
    assert!(page(&paper, "").html.contains("--brand:#aa0000"));
    if let Object::Invoice(invoice) = &mut around.row.body {
        invoice.footer = Some("Thank you".to_owned());
    }
    assert_eq!(around.paper().unwrap().foot.as_deref(), Some("Thank you"));
}

#[test]
fn documents_that_go_together_name_each_other() {
    let credit = paper("credit");
    assert_eq!((credit.kind, credit.title), ("credit_note", "Credit note"));
    assert_eq!(
        facts(&credit),
        [
            "Credit note number: CN-2026-00007",
            "Date of issue: 4 May 2026",
            "Credits invoice: INV-2026-00041",
            "Reason: Product unsatisfactory",
        ],
    );
    assert_eq!(
        sums(&credit),
        [
            "Subtotal: €10.00",
            "VAT 19% on €10.00: €1.90",
            "Total: €11.90",
            "Taken off the amount due: €1.90",
            "Refunded: €6.00",
            "Put on the balance: €3.00",
            "Settled otherwise: €1.00",
        ],
    );
    assert_eq!(credit.to.name, "Ada Lovelace");
    let revision = paper("revision");
    assert!(facts(&revision).contains(&"Replaces invoice: INV-2026-00041".to_owned()));
    let steps = ["Applied balance: -€5.00", "Credited: -€5.00", "Amount paid: -€7.00"];
    assert_eq!(sums(&revision)[2..5], steps);
    assert_eq!(sums(&revision)[5], "Amount due: €13.00");
}

#[test]
fn currencies_have_their_own_places() {
    let shown = |name| paper(name).headline.replace('\u{a0}', " ");
    assert_eq!(shown("yen"), "¥300,000 due 18 May 2026");
    assert_eq!(shown("dinar"), "KWD 2,431.000 due 18 May 2026");
}

#[test]
fn every_document_becomes_a_page_and_a_plain_pdf() {
    for (name, around) in sample::all() {
        let paper = around.paper().unwrap();
        let page = page(&paper, "pdf").html;
        for sum in &paper.sums {
            assert!(page.contains(&sum.value), "{name}: {}", sum.value);
        }
        let printed = Press::plain().print(&paper).unwrap();
        assert!(printed.starts_with(b"%PDF-1.4"), "{name}");
    }
}
