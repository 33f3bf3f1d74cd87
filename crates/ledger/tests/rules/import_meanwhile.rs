//! What may happen to a ledger while a list is taken in, and what may not.

use ledger::command::Import;
use ledger::model::HouseStyle::Yearly;
use ledger::{Code, Outcome};

use super::imports::list;
use crate::script::Script;

const LINES: &str = "0 OLD-0001 1 2024-01-05 invoice
     0 OLD-0004 4 2024-02-05 invoice";

/// A list that goes into the series which the ledger began with, as that has no numbers yet.
fn old() -> Import {
    let mut list = list(&[("old", "invoice", &["- OLD-{seq:4} never"])], LINES);
    list.lines[0].reference = Some("old-1".to_owned());
    list
}

/// A list for a series of its own.
fn receipts() -> Import {
    let lines = LINES.replace("invoice", "receipt");
    let mut list = list(&[("old", "receipt", &["- OLD-{seq:4} never"])], &lines);
    list.lines[0].reference = Some("old-1".to_owned());
    list
}

/// Takes a list in, runs some lines, and then imports it.
#[track_caller]
fn import_around(list: Import, meanwhile: &str) -> (Script, Result<(), Code>) {
    let mut script = Script::open(Yearly);
    let apply = script.take_in(list).expect("it fits");
    script.check(meanwhile);
    let result = match script.decide(apply) {
        Ok(Outcome::Imported(view)) => {
            assert_eq!((view.numbers, view.gaps, view.missing), (2, 1, 2));
            Ok(())
        }
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.code),
    };
    (script, result)
}

#[test]
fn what_has_nothing_to_do_with_the_list_goes_on() {
    let meanwhile = "issue date=2026-05-01 -> INV-2026-00001
         issue kind=credit_note date=2026-05-01 -> CN-2026-00001
         series shop pattern=S{seq} -> ok
         issue series=shop ref=x -> S1
         settings padding=3 -> ok
         lock date=2026-01-31 -> ok";
    let (mut script, imported) = import_around(receipts(), meanwhile);
    assert_eq!(imported, Ok(()));
    script.check(
        "issue -> INV-2026-002
         issue kind=receipt -> OLD-0005^imported
         issue kind=receipt ref=old-1 -> OLD-0001
         issue series=shop -> S2",
    );
    assert_eq!(script.gap(1).first_text, "OLD-0002");
}

#[test]
fn many_numbers_are_given_meanwhile() {
    let mut lines = String::new();
    for n in 1..=1_200 {
        lines += &format!("issue date=2026-05-01 -> INV-2026-{n:05}\n");
    }
    let mut script = Script::open(Yearly);
    let apply = script.take_in(receipts()).expect("it fits");
    script.check(&lines);
    script.decide(apply).expect("it is imported");
    script.check("issue kind=receipt -> OLD-0005^imported\n issue -> INV-2026-01201");
}

#[test]
fn a_series_that_changed_meanwhile_is_told() {
    let changes = [
        "issue date=2026-05-01 -> INV-2026-00001",
        "change invoices name=bills -> ok",
        "archive invoices -> ok",
        "series other pattern=O{seq} default=yes -> ok",
    ];
    for change in changes {
        let (mut script, refused) = import_around(old(), change);
        assert_eq!(refused, Err(Code::ChangedSince), "{change}");
        // Nothing of it is left, and it can be imported again.
        script.check("issue series=old -> err resource_missing");
        assert!(script.import(old()).is_ok(), "{change}");
    }
}

#[test]
fn what_another_one_took_meanwhile_is_told() {
    let series = "series mine pattern=OLD-{seq:4} kinds=receipt -> ok";
    let cases = [
        (series.to_owned(), Err(Code::PatternCollision)),
        (format!("{series}\n issue series=mine kind=receipt -> OLD-0001"), Err(Code::NumberTaken)),
        ("series old pattern=X{seq} -> ok".to_owned(), Err(Code::ResourceAlreadyExists)),
        ("issue kind=credit_note ref=old-1 -> CN-2026-00001".to_owned(), Ok(())),
    ];
    for (meanwhile, expected) in cases {
        assert_eq!(import_around(receipts(), &meanwhile).1, expected, "{meanwhile}");
    }
    let mut script = Script::open(Yearly);
    script.check("series mine pattern=M{seq} kinds=receipt -> ok");
    let apply = script.take_in(receipts()).expect("it fits");
    script.check("issue series=mine kind=receipt ref=old-1 -> M1");
    let refusal = script.decide(apply).expect_err("the reference is used");
    assert_eq!(refusal.code, Code::ReferenceConflict);
    assert!(refusal.message.contains("line 2: the reference old-1 is used already"), "{refusal}");
}

#[test]
fn a_text_with_the_same_slug_is_told() {
    let mut script = Script::open(Yearly);
    script.check("series mine pattern=OLD/{seq:4} kinds=receipt -> ok");
    let apply = script.take_in(receipts()).expect("it fits");
    script.check("issue series=mine kind=receipt -> OLD/0001");
    let refusal = script.decide(apply).expect_err("files of both could be mixed up");
    assert_eq!(refusal.code, Code::ChangedSince);
    // Looked up again, it takes the slug behind that of the other.
    script.import(receipts()).expect("it is imported");
    script.check("issue kind=receipt -> OLD-0005^imported");
}

#[test]
fn a_list_is_not_imported_twice_by_two_at_once() {
    let mut script = Script::open(Yearly);
    let one = script.take_in(receipts()).expect("it fits");
    let other = script.take_in(receipts()).expect("it fits");
    script.decide(one).expect("it is imported");
    assert_eq!(script.decide(other).expect_err("it is there").code, Code::NumberTaken);
}
