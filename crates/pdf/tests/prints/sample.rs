//! Documents that are hard to print, each with what is around it.

use jiff::civil::date;
use ledger::id::{AccountId, LedgerId, ObjectId, Position, SeriesId};
use ledger::model::document::{
    Address, CreditLine, CreditNote, CreditNoteStatus, CreditReason, CustomField, Customer,
    Invoice, InvoiceStatus, IssuedTo, Line, LineTax, Numbering, Shipping, Span, TaxExempt, TaxRate,
    Totals,
};
use ledger::model::{At, HouseStyle, LedgerRow, Mode, Object, ObjectRow, Receipt, Settings};
use ledger::money::{Currency, Decimal, product};
use ledger::trail::Hash;
use pdf::Around;

const LEDGER: LedgerId = LedgerId(1);
const CUSTOMER: ObjectId = ObjectId(2);
const DOCUMENT: ObjectId = ObjectId(20);
const ORIGINAL: ObjectId = ObjectId(19);
/// 3 May 2026, 22:30 UTC: the fourth in Berlin.
const LATE: At = At(1_777_847_400_000);
const DAY_MS: i64 = 86_400_000;

/// A document by its name in the tests.
pub(crate) fn all() -> Vec<(&'static str, Around)> {
    vec![
        ("tiny", tiny()),
        ("long", long()),
        ("zero", zero()),
        ("credit", credit()),
        ("right-to-left", right_to_left()),
        ("emoji", emoji()),
        ("sixty-lines", sixty_lines()),
        ("three-rates", three_rates()),
        ("yen", in_currency("jpy", 150_000)),
        ("dinar", in_currency("kwd", 1_215_500)),
        ("german", german()),
        ("void", void()),
        ("draft", draft()),
        ("revision", revision()),
    ]
}

pub(crate) fn tiny() -> Around {
    around(open(vec![line("Tea", "1", "1")]), &[])
}

pub(crate) fn zero() -> Around {
    let mut invoice = open(vec![line("Sample, free of charge", "1", "0")]);
    invoice.status = InvoiceStatus::Paid;
    invoice.status_transitions.paid_at = Some(LATE);
    around(invoice, &[])
}

fn long() -> Around {
    let word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    let address = "https://files.example.com/".to_owned() + &"0123456789abcdef".repeat(12);
    let text = "Consulting on the numbering of documents, with everything that comes of it. ";
    let mut lines = vec![line(word, "12345.678", "99.5"), line(&address, "1", "100")];
    lines.push(line(&text.repeat(12), "10000", "9999999"));
    lines.push(line("First line\nSecond line\n\nFourth line", "-1", "2500"));
    let mut invoice = open(lines);
    invoice.description = Some(text.repeat(6));
    invoice.footer = Some(text.repeat(8));
    invoice.custom_fields = (1..=4)
        .map(|n| CustomField { name: format!("Field {n}"), value: word.repeat(n) })
        .collect();
    let mut to = customer(&format!("{word} & Co.").repeat(2));
    to.shipping = Some(Shipping {
        address: Some(Address { city: Some("Town".repeat(30)), ..Address::default() }),
        name: Some("Warehouse".to_owned()),
        phone: Some("+49 30 123456".to_owned()),
    });
    invoice.issued_to = Some(to);
    around(invoice, &[])
}

fn right_to_left() -> Around {
    let mut invoice =
        open(vec![line("ייעוץ בנושא מספור", "2", "15000"), line("شاي أخضر", "3", "999")]);
    let mut to = customer("شركة النور للتجارة");
    to.address = Some(Address {
        line1: Some("רחוב הרצל 12".to_owned()),
        city: Some("תל אביב".to_owned()),
        country: Some("IL".to_owned()),
        ..Address::default()
    });
    invoice.issued_to = Some(to);
    invoice.footer = Some("תודה! شكرا لكم".to_owned());
    let mut around = around(invoice, &[]);
    around.ledger.name = "Ελληνικά & Кириллица ООО".to_owned();
    around
}

fn emoji() -> Around {
    let mut invoice =
        open(vec![line("🍵 Tea ☕ and 🎂 cake", "2", "450"), line("❤️ ✅ ➡️", "1", "100")]);
    invoice.issued_to = Some(customer("🦄 Unicorn 🚀 Ltd"));
    around(invoice, &[])
}

fn sixty_lines() -> Around {
    let lines = (1..=60).map(|n| line(&format!("Position {n} of sixty"), "2", "1050"));
    around(open(lines.collect()), &[(30, "VAT", "19", false)])
}

fn three_rates() -> Around {
    let mut lines = vec![line("Book", "1", "2000"), line("Pen", "3", "500")];
    lines.push(line("Bread", "1", "321"));
    let rates =
        [(30, "VAT", "20", false), (31, "Reduced VAT", "5.5", false), (32, "Eco", "2", true)];
    around(open(lines), &rates)
}

fn in_currency(code: &str, unit: i64) -> Around {
    let currency = Currency::parse(code).unwrap();
    let mut around = around(open(vec![line("Rice", "2", &unit.to_string())]), &[]);
    if let Object::Invoice(invoice) = &mut around.row.body {
        invoice.currency = currency;
    }
    around
}

fn german() -> Around {
    let mut invoice = open(vec![line("Beratung", "7.5", "12000"), line("Anfahrt", "1", "3550")]);
    invoice.lines[0].period = Span { start: At(LATE.0 - 30 * DAY_MS), end: LATE };
    if let Some(to) = &mut invoice.issued_to {
        to.tax_exempt = TaxExempt::Reverse;
    }
    let mut around = around(invoice, &[(30, "USt.", "19", false)]);
    let locales = vec!["fr".to_owned(), "de-AT".to_owned()];
    let customer = Customer { preferred_locales: locales, ..Customer::default() };
    around.others.push(object(CUSTOMER, Object::Customer(customer)));
    around
}

fn void() -> Around {
    let mut invoice = open(vec![line("Tea", "1", "1000")]);
    invoice.status = InvoiceStatus::Void;
    around(invoice, &[])
}

fn draft() -> Around {
    let mut invoice = open(vec![line("Tea", "1", "1000")]);
    invoice.status = InvoiceStatus::Draft;
    (invoice.number, invoice.numbering) = (None, None);
    let mut around = around(invoice, &[]);
    around.ledger.mode = Mode::Test;
    around
}

fn revision() -> Around {
    let mut invoice = open(vec![line("Tea", "3", "1000")]);
    invoice.revision_of = Some(ORIGINAL);
    let mut around = around(invoice, &[]);
    if let Object::Invoice(invoice) = &mut around.row.body {
        invoice.amount_due = 2_500;
        invoice.pre_payment_credited = 500;
        invoice.amount_paid = 700;
        invoice.amount_remaining = 1_300;
    }
    around.others.push(original());
    around
}

fn credit() -> Around {
    let tax = tax(30, "19", false, 1_000);
    let note = CreditNote {
        invoice: ORIGINAL,
        customer: CUSTOMER,
        currency: Currency::parse("eur").unwrap(),
        status: CreditNoteStatus::Issued,
        number: "CN-2026-00007".to_owned(),
        numbering: Some(numbering("CN-2026-00007")),
        reason: Some(CreditReason::ProductUnsatisfactory),
        memo: Some("We are sorry.".to_owned()),
        metadata: Default::default(),
        effective_at: None,
        lines: vec![CreditLine {
            amount: 1_000,
            description: Some("Tea, which was cold".to_owned()),
            quantity: Some(Decimal::ONE),
            unit_amount: Some(Decimal::from(1_000)),
            taxes: vec![tax],
            ..CreditLine::default()
        }],
        totals: Totals {
            subtotal: 1_000,
            subtotal_excluding_tax: 1_000,
            total: 1_190,
            total_excluding_tax: 1_000,
            taxes: vec![tax],
        },
        pre_payment_amount: 190,
        post_payment_amount: 1_000,
        refund_amount: 600,
        credit_amount: 300,
        out_of_band_amount: 100,
        voided_at: None,
        secret: "s".repeat(24),
    };
    let others = vec![original(), rate(30, "VAT", "19", false)];
    Around { row: object(DOCUMENT, Object::CreditNote(Box::new(note))), ledger: ledger(), others }
}

fn original() -> ObjectRow {
    let mut invoice = open(vec![line("Tea", "1", "1000")]);
    invoice.number = Some("INV-2026-00041".to_owned());
    object(ORIGINAL, Object::Invoice(Box::new(invoice)))
}

/// An invoice with its totals reckoned for taxes: id, name, percentage, whether it is included.
/// Each line has one of them in turn.
fn around(mut invoice: Invoice, rates: &[(u64, &str, &str, bool)]) -> Around {
    let mut totals = Totals::default();
    for (index, line) in invoice.lines.iter_mut().enumerate() {
        totals.subtotal += line.amount;
        totals.total += line.amount;
        totals.total_excluding_tax += line.amount;
        if rates.is_empty() {
            continue;
        }
        let (id, _, percentage, is_included) = rates[index % rates.len()];
        let tax = tax(id, percentage, is_included, line.amount);
        line.taxes = vec![tax];
        match is_included {
            true => totals.total_excluding_tax -= tax.amount,
            false => totals.total += tax.amount,
        }
        match totals.taxes.iter_mut().find(|sum| sum.rate == tax.rate) {
            Some(sum) => {
                sum.amount += tax.amount;
                sum.taxable += tax.taxable;
            }
            None => totals.taxes.push(tax),
        }
    }
    totals.subtotal_excluding_tax = totals.total_excluding_tax;
    invoice.amount_due = totals.total;
    invoice.amount_remaining = totals.total;
    invoice.totals = totals;
    let others = rates.iter().map(|(id, name, share, within)| rate(*id, name, share, *within));
    Around {
        row: object(DOCUMENT, Object::Invoice(Box::new(invoice))),
        ledger: ledger(),
        others: others.collect(),
    }
}

fn ledger() -> LedgerRow {
    let mut settings = Settings::new(HouseStyle::Yearly);
    settings.time_zone = "Europe/Berlin".to_owned();
    let account = AccountId("acct_1".to_owned());
    LedgerRow::new(LEDGER, account, "Brew & Sons".to_owned(), Mode::Live, settings)
}

fn object(id: ObjectId, body: Object) -> ObjectRow {
    ObjectRow { ledger: LEDGER, id, created: LATE, revision: id.0, deleted: false, body }
}

fn rate(id: u64, name: &str, percentage: &str, inclusive: bool) -> ObjectRow {
    let rate = TaxRate {
        display_name: name.to_owned(),
        percentage: percentage.parse().unwrap(),
        inclusive,
        ..TaxRate::default()
    };
    object(ObjectId(id), Object::TaxRate(rate))
}

fn tax(rate: u64, percentage: &str, inclusive: bool, line: i64) -> LineTax {
    let percentage: Decimal = percentage.parse().unwrap();
    let taxable = match inclusive {
        true => ledger::money::without(line, percentage).and_then(ledger::money::rounded),
        false => Some(line),
    };
    let taxable = taxable.unwrap();
    let amount = match inclusive {
        true => line - taxable,
        false => ledger::money::share(line, percentage).unwrap(),
    };
    LineTax { rate: ObjectId(rate), percentage, inclusive, amount, taxable }
}

fn open(lines: Vec<Line>) -> Invoice {
    let mut invoice = Invoice::draft(CUSTOMER, Currency::parse("eur").unwrap(), LATE);
    invoice.status = InvoiceStatus::Open;
    invoice.number = Some("INV-2026-00042".to_owned());
    invoice.numbering = Some(numbering("INV-2026-00042"));
    invoice.due_date = Some(At(LATE.0 + 14 * DAY_MS));
    invoice.issued_to = Some(customer("Ada Lovelace"));
    invoice.secret = "s".repeat(24);
    invoice.lines = lines;
    invoice
}

fn numbering(slug: &str) -> Numbering {
    Numbering {
        position: Position(42),
        series: SeriesId(1),
        ordinal: 42,
        slug: slug.to_owned(),
        date: date(2026, 5, 4),
        period_from: date(2026, 1, 1),
        period_to: date(2027, 1, 1),
        period_label: "2026".to_owned(),
        receipt: Receipt { index: 1, hash: Hash::ZERO },
        warning: None,
        mark: None,
        typed: false,
    }
}

fn customer(name: &str) -> IssuedTo {
    IssuedTo {
        name: Some(name.to_owned()),
        email: Some("ada@example.com".to_owned()),
        address: Some(Address {
            line1: Some("12 Analytical Row".to_owned()),
            city: Some("London".to_owned()),
            postal_code: Some("SW1A 1AA".to_owned()),
            country: Some("GB".to_owned()),
            ..Address::default()
        }),
        ..IssuedTo::default()
    }
}

fn line(description: &str, quantity: &str, unit: &str) -> Line {
    let (quantity, unit_amount) = (quantity.parse().unwrap(), unit.parse().unwrap());
    Line {
        amount: product(unit_amount, quantity).unwrap(),
        description: Some(description.to_owned()),
        quantity,
        unit_amount,
        ..Line::default()
    }
}
