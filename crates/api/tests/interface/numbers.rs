//! Giving, finding, voiding and explaining numbers.

use ledger::id::{GapId, Position, SeriesId};
use ledger::model::HouseStyle;
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn forms_and_json_give_numbers_from_one_counter() {
    let app = App::new().await;
    let first = app.form("/v1/numbers", "reference=a&date=2026-05-03").await.ok();
    let second = app.json("/v1/numbers", r#"{"reference":"b","date":"2026-05-03"}"#).await.ok();
    assert_eq!(first.str("/number"), "INV-2026-00001");
    assert_eq!(second.str("/number"), "INV-2026-00002");
    let today = app.json("/v1/numbers", "").await.ok();
    assert_eq!((today.str("/number"), today.str("/date")), ("INV-2026-00003", "2026-05-03"));
}

#[tokio::test]
async fn the_same_reference_gives_the_same_number() {
    let app = App::new().await;
    let first = app.form("/v1/numbers", "reference=a&date=2026-05-03").await.ok();
    let again = app.form("/v1/numbers", "reference=a").await.ok();
    assert_eq!(first.body, again.body);
    let conflict = app.form("/v1/numbers", "reference=a&date=2026-05-04").await;
    assert_eq!((conflict.status.as_u16(), conflict.code()), (400, "reference_conflict"));
}

#[tokio::test]
async fn a_parent_that_is_asked_for_can_be_given_by_that_name() {
    let app = App::with(HouseStyle::Stripe, api::Limits::default()).await;
    let invoice = app.form("/v1/numbers", "").await.ok();
    let got = app.form("/v1/numbers", "kind=credit_note").await;
    assert_eq!((got.code(), got.param()), ("parameter_missing", "parent"), "{}", got.text);
    assert!(got.str("/error/message").contains("`parent`"), "{}", got.text);
    let body = format!("kind=credit_note&{}={}", got.param(), invoice.str("/id"));
    let note = app.form("/v1/numbers", &body).await.ok();
    assert_eq!(note.str("/number"), format!("{}-CN-01", invoice.str("/number")));
}

#[tokio::test]
async fn a_refused_batch_tells_of_no_number() {
    let app = App::new().await;
    let item = |date: &str| json!({ "reference": "a", "date": date });
    let body = json!({ "items": [item("2026-05-03"), item("2026-05-02")] }).to_string();
    let got = app.json("/v1/numbers/batch", &body).await;
    assert_eq!((got.code(), got.param()), ("reference_conflict", "items[1][reference]"));
    let message = got.str("/error/message");
    assert!(message.contains("with another date") && !message.contains("INV-"), "{message}");
}

#[tokio::test]
async fn a_batch_is_all_or_nothing_and_in_order() {
    let app = App::new().await;
    let items: Vec<_> = (0..300).map(|n| json!({ "reference": format!("o-{n}") })).collect();
    let body = json!({ "items": items }).to_string();
    let got = app.json("/v1/numbers/batch", &body).await.ok();
    assert_eq!(got.body["object"], "list");
    assert_eq!(got.numbers()[299], "INV-2026-00300");
    assert_eq!(app.json("/v1/numbers/batch", &body).await.ok().text, got.text);

    let bad = json!({ "items": [{ "reference": "x" }, { "date": "2062-01-01" }] }).to_string();
    let before = app.contents().await;
    let got = app.json("/v1/numbers/batch", &bad).await;
    assert_eq!((got.code(), got.param()), ("date_too_far", "items[1][date]"));
    assert_eq!(app.contents().await, before);

    let form = "items[0][reference]=f-0&items[1][reference]=f-1";
    let got = app.form("/v1/numbers/batch", form).await.ok();
    assert_eq!(got.numbers(), ["INV-2026-00301", "INV-2026-00302"]);
}

#[tokio::test]
async fn a_batch_is_previewed_as_it_would_be_given_and_nothing_is_consumed() {
    let app = App::new().await;
    app.form("/v1/numbers", "reference=a&date=2026-05-03").await.ok();
    let before = app.contents().await;
    let items = json!([{ "reference": "a" }, { "date": "2026-05-03" }, { "date": "2027-01-01" }]);
    let body = json!({ "items": items }).to_string();
    let got = app.keyed("/v1/numbers/batch/preview", &body, Some("once")).await.ok();
    let want = ["INV-2026-00001", "INV-2026-00002", "INV-2027-00001"];
    assert_eq!((got.str("/object"), got.numbers()), ("list", want.to_vec()));
    let late = json!({ "items": [{ "reference": "x" }, { "date": "2062-01-01" }] }).to_string();
    let refused = app.json("/v1/numbers/batch/preview", &late).await;
    assert_eq!((refused.code(), refused.param()), ("date_too_far", "items[1][date]"));
    assert_eq!(app.contents().await, before);
    let given = app.keyed("/v1/numbers/batch", &body, Some("once")).await.ok();
    assert_eq!(given.numbers(), want);
}

#[tokio::test]
async fn lists_are_newest_first_and_page_both_ways() {
    let app = App::new().await;
    for n in 0..25 {
        app.form("/v1/numbers", &format!("reference=r-{n:02}")).await.ok();
    }
    let first = app.get("/v1/numbers").await.ok();
    assert_eq!(first.numbers().len(), 10);
    assert_eq!((first.numbers()[0], &first.body["has_more"]), ("INV-2026-00025", &json!(true)));
    let last_id = first.str("/data/9/id").to_owned();
    let second = app.get(&format!("/v1/numbers?limit=10&starting_after={last_id}")).await.ok();
    assert_eq!(second.numbers()[0], "INV-2026-00015");
    let head_id = second.str("/data/0/id").to_owned();
    let back = app.get(&format!("/v1/numbers?ending_before={head_id}")).await.ok();
    assert_eq!(back.body["data"], first.body["data"]);
    assert_eq!(back.body["has_more"], json!(false));
}

#[tokio::test]
async fn a_period_keeps_its_name_when_the_reset_changes() {
    let app = App::new().await;
    let first = app.form("/v1/numbers", "reference=a&date=2026-03-05").await.ok();
    let year = json!({ "from": "2026-01-01", "to": "2027-01-01", "label": "2026" });
    assert_eq!(first.body["period"], year);
    let change = "pattern=INV-{year}-{month}-{seq:3}&reset=monthly";
    app.form("/v1/series/invoices", change).await.ok();
    app.form("/v1/numbers", "reference=b&date=2026-04-01").await.ok();
    assert_eq!(app.get("/v1/numbers?reference=a").await.ok().body["data"][0]["period"], year);
    for (label, expected) in [
        ("2026", vec!["INV-2026-00001"]),
        ("2026-03", vec!["INV-2026-00001"]),
        ("2026-02", vec![]),
        ("2026-04", vec!["INV-2026-04-001"]),
    ] {
        let got = app.get(&format!("/v1/numbers?series=invoices&period={label}")).await.ok();
        assert_eq!(got.numbers(), expected, "{label}");
    }
}

#[tokio::test]
async fn filters_narrow_a_list() {
    let app = App::new().await;
    for (reference, date, customer) in
        [("a", "2025-12-31", "c1"), ("b", "2026-01-01", "c2"), ("c", "2026-05-03", "c1")]
    {
        let body = format!("reference={reference}&date={date}&customer={customer}");
        app.form("/v1/numbers", &body).await.ok();
    }
    app.form("/v1/numbers", "kind=credit_note&reference=n&date=2026-05-01").await.ok();
    for (query, expected) in [
        ("customer=c1", vec!["INV-2026-00002", "INV-2025-00001"]),
        ("reference=b", vec!["INV-2026-00001"]),
        ("number=%20inv-2026-00002%20", vec!["INV-2026-00002"]),
        ("kind=credit_note", vec!["CN-2026-00001"]),
        ("series=credit_notes", vec!["CN-2026-00001"]),
        ("series=invoices&period=2025", vec!["INV-2025-00001"]),
        ("period=2025", vec!["INV-2025-00001"]),
        ("period=2026-05", vec!["CN-2026-00001", "INV-2026-00002"]),
        ("series=invoices&period=2026-05", vec!["INV-2026-00002"]),
        ("date=2026-01-01", vec!["INV-2026-00001"]),
        ("date[gte]=2026-01-01&date[lt]=2026-05-03", vec!["CN-2026-00001", "INV-2026-00001"]),
        ("date[gt]=2026-01-01&date[lte]=2026-05-03", vec!["CN-2026-00001", "INV-2026-00002"]),
        ("date[gt]=9999-12-31", vec![]),
        ("state=void", vec![]),
    ] {
        let got = app.get(&format!("/v1/numbers?{query}")).await.ok();
        assert_eq!(got.numbers(), expected, "{query}");
    }
    let got = app.get("/v1/numbers?period=sometime").await;
    assert_eq!((got.code(), got.param()), ("parameter_invalid", "period"));
    let got = app.get("/v1/numbers?series=nowhere").await;
    assert_eq!((got.status.as_u16(), got.param()), (400, "series"));
    let got = app.get("/v1/numbers?state=blank").await;
    assert_eq!((got.code(), got.param()), ("parameter_invalid", "state"));
    assert!(got.str("/error/message").contains("/v1/gaps"), "{}", got.text);
}

#[tokio::test]
async fn a_page_begins_at_what_is_there() {
    let app = App::new().await;
    app.form("/v1/numbers", "").await.ok();
    let skip = "next=9&reason=lost+book";
    app.form("/v1/series/invoices/advance", skip).await.ok();
    let ledger = app.account.test;
    for (list, unknown) in [
        ("/v1/numbers", Position(77).id(ledger)),
        ("/v1/gaps", GapId(77).id(ledger)),
        ("/v1/series", SeriesId(77).id(ledger)),
        ("/v1/trail", "ent_77".to_owned()),
    ] {
        let all = app.get(list).await.ok();
        let known = all.str("/data/0/id");
        for param in ["starting_after", "ending_before"] {
            app.get(&format!("{list}?{param}={known}")).await.ok();
            let got = app.get(&format!("{list}?{param}={unknown}")).await;
            assert_eq!((got.code(), got.param()), ("resource_missing", param), "{list}");
            assert_eq!(got.status.as_u16(), 400, "{list}");
        }
    }
}

#[tokio::test]
async fn a_void_number_stays_and_is_explained() {
    let app = App::new().await;
    let given = app.form("/v1/numbers", "reference=a").await.ok();
    let id = given.str("/id").to_owned();
    let path = format!("/v1/numbers/{id}/void");
    let void = app.form(&path, "cause=unused&reason=printed+twice").await.ok();
    assert_eq!((void.str("/state"), void.str("/cause")), ("void", "unused"));
    assert_eq!(app.get(&format!("/v1/numbers/{id}")).await.ok().body, void.body);
    assert_eq!(app.form(&path, "reason=again").await.code(), "already_void");
    assert_eq!(app.form("/v1/numbers", "reference=a").await.code(), "reference_voided");
    let anew = app.form("/v1/numbers", "reference=a&reissue=true").await.ok();
    assert_eq!(anew.str("/number"), "INV-2026-00002");
    assert_eq!(anew.str("/reissue_of"), id);
    let why = app.get(&format!("/v1/numbers/{id}/why")).await.ok();
    assert!(why.str("/text").contains("printed twice"), "{}", why.text);
    assert_eq!(why.body["since"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = App::new().await;
    let live = app.account.live;
    let foreign = ledger::id::Position(1).id(live);
    let absent = ledger::id::Position(99).id(app.account.test);
    for id in ["num_x", &foreign, &absent, "%ff"] {
        for path in [format!("/v1/numbers/{id}"), format!("/v1/numbers/{id}/why")] {
            let got = app.get(&path).await;
            assert_eq!(
                (got.status.as_u16(), got.code(), got.param()),
                (404, "resource_missing", "id")
            );
        }
        let got = app.form(&format!("/v1/numbers/{id}/void"), "reason=x").await;
        assert_eq!((got.status.as_u16(), got.code()), (404, "resource_missing"), "{}", got.text);
    }
}
