//! Series, settings, patterns, gaps, locks, trail.

use ledger::model::HouseStyle;
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_series_from_its_making_to_its_end() {
    let app = App::new().await;
    let made = app.form("/v1/series", "name=shop&pattern=SHOP-{year}-{seq:4}").await.ok();
    let id = made.str("/id").to_owned();
    assert_eq!((made.str("/reset"), made.str("/scope")), ("yearly", "account"));
    let preview = app.get(&format!("/v1/series/{id}/preview?count=2&date=2026-05-03")).await.ok();
    assert_eq!(preview.body["numbers"], json!(["SHOP-2026-0001", "SHOP-2026-0002"]));
    let given = app.form("/v1/numbers", "series=shop&reference=a").await.ok();
    assert_eq!(given.str("/number"), preview.str("/number"));

    let advance = format!("/v1/series/{id}/advance");
    let moved = app.form(&advance, "next=10&reason=lost+book").await.ok();
    assert_eq!((&moved.body["next"], moved.str("/gap/cause")), (&json!(10), "skipped"));
    assert_eq!(moved.body["gap"]["numbers"], json!(["SHOP-2026-0002", "SHOP-2026-0009"]));
    assert_eq!(app.form(&advance, "next=5&reason=x").await.code(), "advance_backward");

    let gap = app.get("/v1/gaps?explained=false").await.ok();
    let gap_id = gap.str("/data/0/id").to_owned();
    let path = format!("/v1/gaps/{gap_id}/explain");
    let told = app.form(&path, "explanation=The+book+was+lost.").await.ok();
    assert_eq!(told.str("/explanation/text"), "The book was lost.");
    assert_eq!(app.get("/v1/gaps?explained=false").await.ok().body["data"], json!([]));

    let changed = app.form("/v1/series/shop", "name=store").await.ok();
    assert_eq!(changed.str("/name"), "store");
    let closed = app.form("/v1/series/store/archive", "").await.ok();
    assert_eq!(closed.body["archived"], json!(true));
    assert_eq!(app.form("/v1/numbers", "series=store").await.code(), "series_archived");
    let opened = app.form("/v1/series/store/archive", "archived=false").await.ok();
    assert_eq!(opened.body["archived"], json!(false));
    for path in ["/v1/series/nowhere", "/v1/series/nowhere/preview"] {
        let got = app.get(path).await;
        assert_eq!((got.status.as_u16(), got.param()), (404, "id"), "{path}");
    }
}

#[tokio::test]
async fn series_page_as_every_list() {
    let app = App::new().await;
    for n in 0..12 {
        app.form("/v1/series", &format!("name=s{n}&pattern=S{n}X-{{seq}}")).await.ok();
    }
    let first = app.get("/v1/series").await.ok();
    assert_eq!((first.str("/data/0/name"), &first.body["has_more"]), ("s11", &json!(true)));
    let last = first.str("/data/9/id").to_owned();
    let rest = app.get(&format!("/v1/series?starting_after={last}")).await.ok();
    assert_eq!((rest.str("/data/0/name"), &rest.body["has_more"]), ("s1", &json!(false)));
    let head = rest.str("/data/0/id").to_owned();
    let back = app.get(&format!("/v1/series?limit=3&ending_before={head}")).await.ok();
    let names: Vec<_> = back.body["data"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["s4", "s3", "s2"]);
    assert_eq!(back.body["has_more"], json!(true));
}

#[tokio::test]
async fn settings_print_the_worked_examples() {
    for (settings, expected) in [
        ("starting_number=42", "INV-2026-00042"),
        ("starting_number=42&yearly_reset=false", "INV-00042"),
        ("starting_number=42&prefix=SI-&padding=6", "SI-2026-000042"),
        ("starting_number=42&prefix=&padding=0", "2026-42"),
        ("starting_number=42&prefix=REC-&padding=0&yearly_reset=false", "REC-42"),
        ("starting_number=99999&prefix=&yearly_reset=false", "99999"),
        ("starting_number=100000&prefix=&yearly_reset=false", "100000"),
        ("prefix=&yearly_reset=false", "00001"),
    ] {
        let app = App::new().await;
        app.form("/v1/numbering/settings", settings).await.ok();
        let shown = app.get("/v1/numbering/settings").await.ok();
        assert_eq!(shown.str("/next_number"), expected, "{settings}");
        let given = app.form("/v1/numbers", "reference=a").await.ok();
        assert_eq!(given.str("/number"), expected, "{settings}");
    }
}

#[tokio::test]
async fn settings_in_each_style() {
    let shown = async |style, body: &str| {
        let app = App::with(style, api::Limits::default()).await;
        app.form("/v1/numbering/settings", body).await.ok();
        app.get("/v1/numbering/settings").await.ok()
    };
    let slashed = shown(HouseStyle::Slashed, "").await;
    assert_eq!((slashed.str("/prefix"), slashed.str("/next_number")), ("INV/", "INV/2026/00001"));
    let slashed = shown(HouseStyle::Slashed, "prefix=SI/&padding=0").await;
    assert_eq!((slashed.str("/prefix"), slashed.str("/next_number")), ("SI/", "SI/2026/1"));
    let stripe = shown(HouseStyle::Stripe, "").await;
    assert_eq!((stripe.str("/prefix").len(), &stripe.body["yearly_reset"]), (8, &json!(false)));
    assert_eq!(stripe.str("/next_number"), format!("{}-0001", stripe.str("/prefix")));
    let customer = shown(HouseStyle::Stripe, "mode=customer").await;
    assert_eq!((&customer.body["prefix"], customer.str("/mode")), (&json!(null), "customer"));
    assert_eq!(customer.body["next_number"], json!(null));
}

#[tokio::test]
async fn patterns_are_learnt_and_checked() {
    let app = App::new().await;
    let body = "number=INV/2024/00001&date=2024-03-01&for=2025-01-01";
    let learnt = app.form("/v1/patterns/infer", body).await.ok();
    assert_eq!((learnt.str("/pattern"), learnt.str("/reset")), ("INV/{year}/{seq:5}", "yearly"));
    assert_eq!((&learnt.body["ordinal"], learnt.str("/next")), (&json!(1), "INV/2025/00001"));
    let wrong = app.form("/v1/patterns/infer", "number=INV/2024/00001&date=2025-03-01").await;
    assert_eq!((wrong.code(), wrong.param()), ("number_date_mismatch", "number"));

    let before = app.contents().await;
    let good = app.form("/v1/patterns/check", "pattern=A/{year}/{seq:3}").await.ok();
    assert_eq!((&good.body["valid"], good.str("/example")), (&json!(true), "A/2026/001"));
    for (body, code) in [
        ("pattern=A-{ye", "pattern_invalid"),
        ("pattern=", "pattern_invalid"),
        ("pattern=A-{seq}&reset=yearly", "pattern_collision"),
        ("pattern=INV-{year}-{seq:5}", "pattern_collision"),
    ] {
        let bad = app.form("/v1/patterns/check", body).await.ok();
        assert_eq!((&bad.body["valid"], bad.str("/error/code")), (&json!(false), code), "{body}");
    }
    let own =
        app.form("/v1/patterns/check", "series=invoices&pattern=INV-{year}-{seq:6}").await.ok();
    assert_eq!(own.body["valid"], json!(true), "{}", own.text);
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn locks_and_the_trail() {
    let app = App::new().await;
    app.form("/v1/numbers", "reference=a&date=2026-03-31").await.ok();
    let locks = app.form("/v1/locks", "lock_date=2026-03-31").await.ok();
    assert_eq!(locks.str("/locked_through"), "2026-03-31");
    let late = app.form("/v1/numbers", "reference=b&date=2026-03-31").await;
    assert_eq!((late.code(), late.param()), ("period_locked", "date"));
    assert_eq!(app.form("/v1/locks", "lock_date=").await.code(), "parameter_missing");
    app.form("/v1/locks", "lock_date=&reason=audit").await.ok();
    assert_eq!(app.get("/v1/locks").await.ok().body["lock_date"], json!(null));

    let trail = app.get("/v1/trail?limit=2").await.ok();
    let newest = trail.body["data"][0]["index"].as_u64().unwrap();
    assert_eq!(
        (trail.str("/data/0/what"), trail.str("/data/1/what")),
        ("locks.moved", "locks.moved")
    );
    let older = app.get(&format!("/v1/trail?starting_after=ent_{}", newest - 1)).await.ok();
    assert_eq!(older.body["data"][0]["index"].as_u64(), Some(newest - 2));
    assert_eq!(older.body["has_more"], json!(false));
    let newer = app.get(&format!("/v1/trail?ending_before=ent_{}&limit=1", newest - 1)).await.ok();
    assert_eq!(newer.body["data"][0]["index"].as_u64(), Some(newest));
    let verified = app.get("/v1/trail/verify").await.ok();
    assert_eq!((&verified.body["valid"], &verified.body["numbers"]), (&json!(true), &json!(1)));
    assert_eq!(verified.body["head"], trail.body["data"][0]["hash"]);
}
