//! Lists as other products export them, taken over as they come.

use crate::gapless::Place;

/// Stripe's export of invoices, with some of its columns: a draft, and a number that is not in it.
const STRIPE: &str = "\
id,Amount Due,Billing,Currency,Customer,Date (UTC),Due Date (UTC),Number,Status,Finalized At (UTC)
in_1Qa,12.00,charge_automatically,eur,cus_A1,2025-12-31 22:12,,E5DF0AA2-0001,paid,2025-12-31 23:12
in_1Qb,30.00,send_invoice,eur,cus_A1,2026-02-11 23:50,2026-03-13 23:50,E5DF0AA2-0002,open,\
2026-02-12 00:50
in_1Qc,8.00,send_invoice,eur,cus_A1,2026-03-01 08:00,,,draft,
in_1Qd,8.00,send_invoice,eur,cus_A1,2026-03-02 08:00,,E5DF0AA2-0004,void,2026-03-02 09:00
";

/// Odoo's export of a list of invoices: newest first, with a draft.
const ODOO: &str = r#""Number","Invoice Partner Display Name","Invoice/Bill Date","Status","Type"
"INV/2026/00003","Azure Interior","2026-03-12","Posted","Customer Invoice"
"RINV/2026/00001","Azure Interior","2026-03-13","Posted","Customer Credit Note"
"INV/2026/00002","Deco Addict","2026-02-02","Posted","Customer Invoice"
"INV/2026/00001","Deco Addict","2026-01-20","Posted","Customer Invoice"
"/","Deco Addict","","Draft","Customer Invoice"
"#;

/// The same by the names that Odoo's own import takes again.
const ODOO_NAMES: &str = "\
name,invoice_partner_display_name,invoice_date,state,move_type
INV/2026/00002,Deco Addict,2026-02-02,posted,out_invoice
INV/2026/00001,Deco Addict,2026-01-20,posted,out_invoice
RINV/2026/00001,Azure Interior,2026-03-13,posted,out_refund
/,Deco Addict,,draft,out_invoice
";

#[test]
fn stripes_export_is_taken_over_as_it_comes() {
    let place = Place::new();
    place.json(&["init", "--numbering", "stripe", "--time-zone", "Europe/Berlin"]);
    place.write("invoices.csv", STRIPE);
    let told = place.run(&["import", "invoices.csv", "--dry-run"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.err.contains("1 draft without a number is left out."), "{told:?}");
    assert!(told.out.contains("3 numbers would be imported, 1 missing"), "{told:?}");
    place.ok(&["import", "invoices.csv"]);
    let issued = place.json(&["issue", "--date", "2026-03-03"]);
    assert!(issued.to_string().contains("E5DF0AA2-0005"), "{issued}");
    // Its times are in UTC: the first was finalized on New Year's Day in Berlin.
    let gaps = place.json(&["gaps"]);
    assert!(gaps.to_string().contains("E5DF0AA2-0003"), "{gaps}");
    let first = place.json(&["audit", "invoices.csv", "--time-zone", "Europe/Berlin"]);
    assert!(first.to_string().contains("2026-01-01"), "{first}");
}

#[test]
fn odoos_exports_are_taken_over_as_they_come() {
    for (list, count, next) in [(ODOO, 4, "INV/2026/00004"), (ODOO_NAMES, 3, "INV/2026/00003")] {
        let place = Place::new();
        place.init("slashed");
        place.write("account.move.csv", list);
        let told = place.run(&["import", "account.move.csv"]);
        assert_eq!(told.code, 0, "{told:?}");
        assert!(told.out.contains(&format!("{count} numbers imported")), "{told:?}");
        let issued = place.json(&["issue", "--date", "2026-03-14"]);
        assert!(issued.to_string().contains(next), "{issued}");
        // The kinds are those of the product, so credit notes go on too.
        let preview = place.json(&["preview", "--kind", "credit_note", "--date", "2026-03-14"]);
        assert!(preview.to_string().contains("RINV/2026/00002"), "{preview}");
    }
}
