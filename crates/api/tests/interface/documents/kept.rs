//! What becomes of a number after it was given, as callers see it.

use ledger::model::HouseStyle;
use serde_json::json;

use crate::app::App;

/// An account in the yearly style, and a customer.
async fn office() -> (App, String) {
    let app = App::with(HouseStyle::Yearly, api::Limits::default()).await;
    let customer = app.customer("email=ada@example.com").await;
    (app, customer)
}

#[tokio::test]
async fn an_invoice_goes_back_to_draft_and_keeps_its_number() {
    let (app, customer) = office().await;
    let open = app.open(&customer, 1_000).await;
    let (id, number) = (open.str("/id"), open.str("/number"));
    let reset = format!("/v1/invoices/{id}/reset_to_draft");
    assert_eq!(app.form(&reset, "").await.code(), "parameter_missing");
    let draft = app.form(&reset, "reason=wrong+address").await.ok();
    assert_eq!((draft.str("/status"), draft.str("/number")), ("draft", number));
    let moments = draft.at("/status_transitions");
    assert!(moments["reset_to_draft_at"].is_i64() && moments["finalized_at"].is_null());
    let told = app.get("/v1/events?type=invoice.reset_to_draft").await.ok();
    assert_eq!(told.str("/data/0/data/object/id"), id);
    let again = app.form(&format!("/v1/invoices/{id}/finalize"), "").await.ok();
    assert_eq!((again.str("/status"), again.str("/number")), ("open", number));
    app.form(&reset, "reason=doubled").await.ok();
    let path = format!("/v1/invoices/{id}");
    let unsaid = app.delete(&path).await;
    assert_eq!((unsaid.code(), unsaid.param()), ("parameter_missing", "reason"));
    app.delete(&format!("{path}?reason=doubled")).await.ok();
    let gap = app.get("/v1/gaps").await.ok();
    assert_eq!(
        (gap.str("/data/0/cause"), gap.at("/data/0/numbers/0")),
        ("deleted", &json!(number))
    );
    let row = app.get(&format!("/v1/numbers?number={number}")).await.ok();
    assert_eq!(row.str("/data/0/state"), "blank");
    let report = app.get("/v1/trail/verify").await.ok();
    assert_eq!(report.at("/valid"), &json!(true), "{}", report.text);
}

#[tokio::test]
async fn a_number_teaches_its_series() {
    let (app, customer) = office().await;
    let today = app.open(&customer, 5).await.str("/numbering/date").to_owned();
    let (year, month) = (&today[..4], &today[5..7]);
    let draft = app.draft(&customer, 7).await;
    let taught = format!("F/{year}/{month}/0002");
    let preview = format!("/v1/invoices/{draft}/teach_preview");
    let shown = app.form(&preview, &format!("number={taught}")).await.ok();
    assert_eq!((shown.str("/object"), shown.str("/series_name")), ("teaching", "invoices"));
    assert_eq!(shown.str("/pattern"), "F/{year}/{month}/{seq:4}");
    assert!(shown.str("/explanation").starts_with("Restarts every month."), "{}", shown.text);
    let path = format!("/v1/invoices/{draft}");
    assert_eq!(app.form(&path, "pattern=X{seq}").await.param(), "pattern");
    let kept = app.form(&path, &format!("number={taught}&teach=true")).await.ok();
    assert_eq!(kept.at("/teaching/pattern"), shown.at("/pattern"));
    assert_eq!(kept.at("/teaching/next"), &json!(format!("F/{year}/{month}/0003")));
    let open = app.form(&format!("{path}/finalize"), "").await.ok();
    assert_eq!((open.str("/number"), open.at("/teaching")), (taught.as_str(), &json!(null)));
    assert_eq!(open.at("/numbering/mark"), &json!("taught"));
    let next = app.open(&customer, 5).await;
    assert_eq!(next.str("/number"), format!("F/{year}/{month}/0003"));
    assert_eq!(next.at("/numbering/mark"), &json!(null));
}

#[tokio::test]
async fn a_change_is_set_ahead_and_taken_back() {
    let (app, _) = office().await;
    app.form("/v1/numbering/settings", "max_future_days=3000").await.ok();
    let plan = "effective_from=2031-01-01&prefix=FAC-";
    let planned = app.form("/v1/series/invoices", plan).await.ok();
    assert_eq!((planned.at("/prefix"), planned.str("/planned/prefix")), (&json!("INV-"), "FAC-"));
    assert_eq!(planned.str("/planned/from"), "2031-01-01");
    let settings = app.get("/v1/numbering/settings").await.ok();
    assert_eq!((settings.str("/prefix"), settings.str("/planned/prefix")), ("INV-", "FAC-"));
    for (date, number) in [("2030-12-31", "INV-2030-00001"), ("2031-01-01", "FAC-2031-00001")] {
        let shown = app.get(&format!("/v1/series/invoices/preview?date={date}")).await.ok();
        assert_eq!(shown.str("/number"), number);
    }
    let waits = app.form("/v1/numbering/settings", "prefix=X-").await;
    assert_eq!((waits.code(), waits.param()), ("parameter_invalid", "effective_from"));
    let back = app.form("/v1/series/invoices/cancel_plan", "").await.ok();
    assert_eq!(back.at("/planned"), &json!(null));
    assert_eq!(app.form("/v1/series/invoices/cancel_plan", "").await.code(), "resource_missing");
    let again =
        app.form("/v1/numbering/settings", "effective_from=2031-01-01&padding=3").await.ok();
    assert_eq!(again.str("/planned/pattern"), "{prefix}{year}-{seq:3}");
}
