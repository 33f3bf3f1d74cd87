//! What is irregular: listed, summed up, stated, and closed.

use serde_json::json;

use crate::app::App;

/// Two gaps, of which one is dated in January, a void, and a late date.
async fn filled() -> App {
    let app = App::new().await;
    app.form("/v1/numbers", "reference=a&date=2026-01-05").await.ok();
    let next = "date=2026-01-06&next=4&reason=a pad got wet";
    app.form("/v1/series/invoices/advance", next).await.ok();
    let void = app.form("/v1/numbers", "reference=b&date=2026-01-31").await.ok();
    app.form("/v1/numbers", "reference=c&date=2026-02-01").await.ok();
    let next = "date=2026-02-02&next=8&reason=again";
    app.form("/v1/series/invoices/advance", next).await.ok();
    let void = format!("/v1/numbers/{}/void", void.str("/id"));
    app.form(&void, "reason=<twice>").await.ok();
    app
}

#[tokio::test]
async fn what_is_irregular_is_listed_by_date_and_summed_up() {
    let app = filled().await;
    let all = app.get("/v1/irregularities").await.ok();
    let seen = |at: usize| {
        let one = &all.body["data"][at];
        (one["kind"].clone(), one["date"].clone(), one["count"].clone())
    };
    assert_eq!(seen(0), (json!("gap"), json!("2026-02-01"), json!(2)));
    assert_eq!(seen(1), (json!("void"), json!("2026-01-31"), json!(1)));
    assert_eq!(seen(2), (json!("gap"), json!("2026-01-05"), json!(2)));
    assert_eq!(all.body["data"].as_array().map(Vec::len), Some(3));
    assert_eq!(all.str("/data/1/explanation/text"), "<twice>");

    let mut pages = Vec::new();
    let mut after = String::new();
    loop {
        let page = app.get(&format!("/v1/irregularities?limit=1{after}")).await.ok();
        pages.push(page.str("/data/0/id").to_owned());
        if page.body["has_more"] == json!(false) {
            break;
        }
        after = format!("&starting_after={}", page.str("/data/0/id"));
    }
    let ids: Vec<_> = (0..3).map(|at| all.str(&format!("/data/{at}/id")).to_owned()).collect();
    assert_eq!(pages, ids);
    let back = format!("/v1/irregularities?limit=1&ending_before={}", ids[2]);
    assert_eq!(app.get(&back).await.ok().str("/data/0/id"), ids[1]);
    let january = app.get("/v1/gaps?period=2026-01").await.ok();
    assert_eq!(january.body["data"].as_array().map(Vec::len), Some(1));

    let summary = app.get("/v1/irregularities/summary").await.ok();
    let expected = json!({ "gaps": 2, "missing": 4, "unexplained": 2, "voids": 1, "drafts": 0 });
    assert_eq!(summary.body["data"][0]["open"], expected);
    assert_eq!(summary.str("/data/0/warning"), "Gaps in the sequence");
    app.form("/v1/locks", "lock_date=2026-02-28").await.ok();
    let locked = app.get("/v1/irregularities/summary").await.ok();
    assert_eq!(locked.body["data"][0]["all"], expected, "the report keeps them");
    assert_eq!(locked.body["data"][0]["warning"], json!(null));
    let open = app.get("/v1/irregularities?open=true").await.ok();
    assert_eq!(open.body["data"], json!([]));
}

#[tokio::test]
async fn a_month_is_stated_and_closed() {
    let app = filled().await;
    let days = "date[gte]=0001-01-01&date[lte]=2026-01-31";
    let before = app.get(&format!("/v1/gaps/statement?{days}")).await.ok();
    assert_eq!(before.body["totals"]["unexplained"], json!(1));
    let gap = before.str("/lines/0/id").to_owned();
    let page = app.get(&format!("/v1/gaps/statement/html?{days}")).await.ok();
    assert!(page.text.contains("INV-2026-00002 to INV-2026-00003"), "{}", page.text);
    assert!(page.text.contains("not explained") && page.text.contains("&lt;twice&gt;"));
    assert!(!page.text.contains("<script") && page.text.contains("@media print"));
    let table = app.get(&format!("/v1/gaps/statement/csv?{days}")).await.ok();
    assert_eq!(table.text.lines().count(), 3, "{}", table.text);

    let close = "/v1/periods/close";
    let refused = app.form(close, "end=2026-01-31").await;
    assert_eq!((refused.code(), refused.param()), ("period_unexplained", "explanations"));
    let words = format!("end=2026-01-31&explanations[{gap}]=the pad got wet");
    let rehearsed = app.form(close, &format!("{words}&dry_run=true")).await.ok();
    assert_eq!(rehearsed.body["gaps"], json!(1));
    assert_eq!(app.get("/v1/locks").await.ok().body["lock_date"], json!(null));
    let closed = app.form(close, &words).await.ok();
    assert_eq!((closed.str("/lock_date"), &closed.body["voids"]), ("2026-01-31", &json!(1)));
    let after = app.get(&format!("/v1/gaps/statement?{days}")).await.ok();
    assert_eq!(after.str("/digest"), closed.str("/digest"), "the statement that was closed");
    assert_eq!(after.str("/lines/0/explanation"), "the pad got wet");
    let trail = app.get("/v1/trail?limit=1").await.ok();
    assert_eq!(trail.str("/data/0/what"), "period.closed");
    assert_eq!(trail.str("/data/0/hash"), closed.str("/receipt/hash"));
    let late = app.form("/v1/numbers", "date=2026-01-31").await;
    assert_eq!(late.code(), "period_locked");
}
