//! A preview prints what issuing prints.

use engine::{Ids, Preview, SeededIds};
use jiff::ToSpan;
use ledger::Action;
use ledger::command::{Item, NewSeries, SeriesRef};
use ledger::id::CustomerId;
use ledger::model::Kind;

use crate::stage::{Stage, TODAY, order};

#[test]
fn whatever_is_previewed_is_what_is_issued() {
    let stage = Stage::new();
    for (name, pattern) in
        [("monthly", "M{year}-{month}-{seq:3}"), ("customers", "{customer}/{seq}")]
    {
        let new = NewSeries {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
            reset: None,
            scope: None,
            prefix: String::new(),
            kinds: [(Kind::invoice(), String::new())].into(),
            starting_number: Some(7),
            default: false,
        };
        stage.run(Action::CreateSeries(new)).expect("a series");
    }
    let ids = SeededIds::new(42);
    for _ in 0..60 {
        let items: Vec<Item> = (0..1 + ids.bits() % 5).map(|_| random_item(&ids)).collect();
        let preview = || stage.engine.preview_items(stage.live(), items.clone()).wait();
        let previewed = preview().map(texts);
        assert_eq!(preview().map(texts), previewed, "previewing consumes nothing");
        let issued = stage.run(Action::Issue(items.clone())).map(|outcome| match outcome {
            ledger::Outcome::Issued(views) => texts(views),
            other => panic!("{other:?}"),
        });
        assert_eq!(previewed, issued, "{items:?}");
    }
    stage.assert_holds();
}

#[test]
fn a_preview_takes_dates_and_a_count() {
    let stage = Stage::new();
    stage.issue(order("a")).expect("a number");
    let january = TODAY.checked_add(2.months()).expect("a date");
    let preview = Preview { dates: vec![TODAY, january], count: 2, ..Preview::default() };
    let previewed = stage.engine.preview(stage.live(), preview).wait().expect("numbers");
    let expected = ["INV-2026-00002", "INV-2026-00003", "INV-2027-00001", "INV-2027-00002"];
    assert_eq!(texts(previewed), expected);
    let today = stage.engine.preview(stage.live(), Preview::default()).wait();
    assert_eq!(today.map(texts), Ok(vec!["INV-2026-00002".to_owned()]));
    let which = Some(SeriesRef::Name("nowhere".to_owned()));
    let missing = Preview { series: which, ..Preview::default() };
    assert!(stage.engine.preview(stage.live(), missing).wait().is_err());
}

fn random_item(ids: &SeededIds) -> Item {
    let days = (ids.bits() % 500) as i64 - 250;
    let series = [None, Some("monthly"), Some("customers")][(ids.bits() % 3) as usize];
    Item {
        date: Some(TODAY.checked_add(days.days()).expect("a date")),
        reference: ids.bits().is_multiple_of(3).then(|| (ids.bits() % 20).to_string()),
        series: series.map(|name| SeriesRef::Name(name.to_owned())),
        customer: Some(CustomerId(format!("cus_{}", ids.bits() % 3))),
        ..Item::default()
    }
}

fn texts(views: Vec<ledger::outcome::NumberView>) -> Vec<String> {
    views.into_iter().map(|view| view.row.text).collect()
}
