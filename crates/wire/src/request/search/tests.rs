use ledger::model::Metadata;
use ledger::model::document::Totals;
use ledger::money::Currency;

use super::*;

const LEDGER: LedgerId = LedgerId(3);

fn invoice(change: impl FnOnce(&mut Invoice)) -> ObjectRow {
    let body = serde_json::json!({ "customer": 7, "currency": "eur" });
    let mut invoice: Invoice = serde_json::from_value(body).unwrap();
    invoice.currency = Currency::parse("eur").unwrap();
    invoice.number = Some("INV-2026-00042".to_owned());
    invoice.status = InvoiceStatus::Open;
    invoice.metadata = Metadata::from([("order".to_owned(), "a \"quoted\" one".to_owned())]);
    invoice.totals = Totals { total: 1190, ..Totals::default() };
    change(&mut invoice);
    ObjectRow {
        ledger: LEDGER,
        id: ObjectId(9),
        created: At(1_700_000_000_500),
        revision: 9,
        deleted: false,
        body: Object::Invoice(Box::new(invoice)),
    }
}

fn finds(query: &str) -> bool {
    Query::parse(ObjectKind::Invoice, query)
        .unwrap_or_else(|problem| panic!("{problem}"))
        .finds(&invoice(|_| {}))
}

#[test]
fn every_field_and_every_test() {
    let customer = ObjectId(7).text(ObjectKind::Customer, LEDGER);
    for query in [
        "number:\"inv-2026-00042\"",
        "number~'2026'",
        "status:\"open\" AND total>1000",
        "status:'open' total<=1190 total>=1190 total:1190 total<'1191'",
        "status:\"paid\" OR currency:\"EUR\"",
        "-status:\"paid\"",
        "created:1700000000",
        "created>1699999999 and created<1700000001",
        "metadata[\"order\"]:\"a \\\"quoted\\\" one\"",
        "metadata['order']~\"quoted\" AND -metadata['order']:null",
        "metadata[\"other\"]:null",
        "subscription:null",
        &format!("customer:\"{customer}\""),
    ] {
        assert!(finds(query), "{query}");
    }
    for query in [
        "number:\"INV-2026-0004\"",
        "status:\"paid\"",
        "-status:\"open\"",
        "total>1190",
        "status:\"open\" AND total<0",
        "status:\"paid\" OR total:-1",
        "metadata[\"other\"]:\"x\"",
        "customer:\"cus_1\"",
    ] {
        assert!(!finds(query), "{query}");
    }
}

#[test]
fn what_customers_are_found_by() {
    let customer = Customer {
        email: Some("Ada@example.com".to_owned()),
        name: Some("Ada Lovelace".to_owned()),
        metadata: Metadata::from([("plan".to_owned(), "gold".to_owned())]),
        ..Customer::default()
    };
    let row = ObjectRow { body: Object::Customer(customer), ..invoice(|_| {}) };
    let parse = |query: &str| Query::parse(ObjectKind::Customer, query);
    for (query, found) in [
        ("email:\"ada@EXAMPLE.com\"", true),
        ("email~\"example\" AND -phone:\"1\"", true),
        ("name~'love' OR phone:'2'", true),
        ("phone:null metadata['plan']:\"gold\" created>=1700000000", true),
        ("email:\"example.com\"", false),
        ("-name:\"ada lovelace\"", false),
        ("metadata['plan']:\"silver\"", false),
    ] {
        let query = parse(query).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(query.finds(&row), found, "{query:?}");
        assert!(!query.finds(&invoice(|_| {})), "{query:?} finds an invoice");
    }
    for (query, says) in [
        ("number:\"x\"", "expected email, name, phone, created or metadata"),
        ("name>1", "only created can be compared"),
    ] {
        let problem = parse(query).unwrap_err().to_string();
        assert!(problem.contains(says), "{problem}");
    }
    assert!(Query::parse(ObjectKind::Invoice, "email:\"x\"").is_err());
}

#[test]
fn what_cannot_be_read_says_where() {
    for (query, says) in [
        ("nothing:\"x\"", "character 1, there is no such field"),
        ("", "character 1, expected the name"),
        ("status", "character 7, expected one of"),
        ("status:", "expected a text in quotes"),
        ("status:open", "expected a text in quotes"),
        ("status:\"open", "a quote is not closed"),
        ("status>\"open\"", "only created and total"),
        ("total~\"100\"", "only texts"),
        ("total:\"x\"", "a whole number"),
        ("total:99999999999999999999", "a whole number"),
        ("number~\"ab\"", "at least 3"),
        ("status:\"a\" AND total:1 OR total:2", "cannot be mixed"),
        ("status:\"a\" total:1 OR total:2", "cannot be mixed"),
        ("metadata:\"x\"", "expected a key"),
        ("metadata[\"x\":\"y\"", "expected ]"),
        ("status:\"a\" AND", "expected the name of a field"),
        (&["total:1"; 11].join(" "), "at most 10"),
    ] {
        let problem = Query::parse(ObjectKind::Invoice, query).unwrap_err();
        assert!(problem.message.contains(says), "{query}: {problem}");
        assert_eq!(problem.param.as_deref(), Some("query"));
    }
}

#[test]
fn what_an_index_can_find_is_told() {
    let narrowed = |query: &str| Query::parse(ObjectKind::Invoice, query).unwrap().narrowed(LEDGER);
    let customer = ObjectId(7).text(ObjectKind::Customer, LEDGER);
    let of = narrowed(&format!("customer:\"{customer}\" status:\"open\" number:\"A-1\""));
    assert_eq!((of.customer, of.status), (Some(ObjectId(7)), Some(InvoiceStatus::Open)));
    assert_eq!(of.number_key, Some(NumberRow::slug_key("A-1")));
    assert_eq!(narrowed("-status:\"open\""), Narrowed::default());
    assert_eq!(narrowed("status:\"open\" OR status:\"paid\""), Narrowed::default());
    assert!(narrowed("customer:\"cus_1\"").nothing);
    assert!(narrowed("status:\"gone\"").nothing);
    let of = narrowed("created>=10 created<20");
    assert_eq!((of.from, of.to), (Some(At(10_000)), Some(At(19_999))));
}

#[test]
fn a_page_is_taken_from_the_page_before() {
    let read = |form: &str| invoice_search(Params::from_form(form).unwrap(), LEDGER);
    let cursor = search_cursor(&invoice(|_| {}));
    let page = read(&format!("query=total>1&limit=5&page={cursor}")).unwrap();
    assert_eq!((page.limit, page.after), (5, Some(ObjectId(9))));
    for (form, param) in [
        ("limit=5", "query"),
        ("query=total>1&page=x", "page"),
        ("query=total>1&limit=101", "limit"),
        ("query=x", "query"),
        ("query=total>1&starting_after=x", "starting_after"),
    ] {
        assert_eq!(read(form).unwrap_err().param.as_deref(), Some(param), "{form}");
    }
}
