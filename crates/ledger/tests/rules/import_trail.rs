//! What an import writes, to the byte: the entry that it leaves holds the digest of every line, its
//! series, its sequences and its gaps, so its hash stands for all of them. A ledger that was
//! imported long ago is proven by these bytes, so they do not change.

use std::collections::BTreeMap;

use ledger::command::{Import, ImportLine};
use ledger::id::CustomerId;
use ledger::model::HouseStyle::Yearly;

use super::imports::{Wanted, list, take};
use crate::script::Script;

/// The first bytes of the hash that the import leaves at the end of the trail, behind commands.
fn written(before: &str, import: Import) -> String {
    let mut script = Script::open(Yearly);
    script.check(before);
    let view = take(&mut script, import).unwrap();
    format!("{} {}", view.receipt.index, &view.receipt.hash.to_string()[..16])
}

fn of(before: &str, series: &[Wanted<'_>], lines: &str) -> String {
    written(before, list(series, lines))
}

const CHANGED: [&str; 2] = ["- F-{seq:4} never", "2024-01-01 INV/{year}/{seq:5} yearly"];
const REPEATED: [&str; 2] = ["- {seq:4} yearly", "2023-01-01 {seq:4} never"];

/// Lines with everything that a line may carry, out of order.
fn laden() -> Import {
    let mut import = list(
        &[("x", "invoice,receipt", &["- R-{seq} never"])],
        "0 R-7 7 2024-03-01 invoice
         0 R-3 3 2024-01-09 receipt
         0 R-300 300 2025-01-09 receipt
         0 R-5 5 2024-01-09 invoice",
    );
    let with = |line: &mut ImportLine, reference: &str, customer: &str| {
        line.reference = Some(reference.to_owned());
        line.customer = Some(CustomerId(customer.to_owned()));
        line.metadata = BTreeMap::from([("till".to_owned(), "3".to_owned())]);
    };
    with(&mut import.lines[0], "order-1", "cus_a");
    with(&mut import.lines[2], "order-1", "cus_b");
    import
}

#[test]
fn an_entry_is_written_as_it_always_was() {
    let two = [("a", "invoice", &["- A-{seq} never"][..]), ("b", "receipt", &["- B-{seq} never"])];
    let told = [
        of(
            "",
            &[("x", "invoice", &CHANGED)],
            "0 F-0001 1 2023-03-01 invoice
             0 F-0003 3 2023-12-31 invoice
             0 INV/2024/00001 1 2024-01-01 invoice",
        ),
        of(
            "",
            &[("x", "invoice", &REPEATED)],
            "0 0001 1 2022-01-05 invoice
             0 0002 2 2022-02-05 invoice
             0 0001 1 2023-01-05 invoice
             0 0002 2 2023-02-05 invoice
             0 0003 3 2023-03-05 invoice",
        ),
        of(
            "issue date=2026-05-01 -> INV-2026-00001\n issue kind=credit_note -> CN-2026-00001",
            &two,
            "1 B-9 9 2024-01-02 receipt
             0 A-1 1 2024-01-01 invoice
             0 A/4 4 2024-01-03 invoice
             0 a-4 5 2024-01-04 invoice
             1 B-2 2 2023-01-02 receipt",
        ),
        of(
            "issue date=2026-05-01 -> INV-2026-00001",
            &[("slashes", "receipt", &["- INV/{year}/{seq:5} yearly"])],
            "0 INV/2026/00001 1 2026-01-02 receipt\n 0 INV/2025/00009 9 2025-01-02 receipt",
        ),
        written("advance invoices next=5 reason=lost -> ok", laden()),
    ];
    let always = [
        "1 aba7317d097d3139",
        "1 7accf9b21972b73d",
        "3 f9f3c81f97c2c76a",
        "2 152a423a3747a1f8",
        "2 5b87a7b3a6a62825",
    ];
    assert_eq!(told, always);
}
