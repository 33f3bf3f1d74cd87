//! The life of invoices and credit notes.

use serde_json::json;

use super::app;
use crate::app::App;

#[tokio::test]
async fn from_a_draft_to_its_number_and_its_end() {
    life(&app().await).await;
}

pub(super) async fn life(app: &App) {
    let customer = app.customer("email=ada@example.com&name=Ada").await;
    let draft = app.draft(&customer, 1_000).await;
    let got = app.get(&format!("/v1/invoices/{draft}")).await.ok();
    assert_eq!((got.str("/status"), got.at("/number")), ("draft", &json!(null)));
    assert_eq!(got.at("/hosted_invoice_url"), &json!(null));
    assert_eq!((got.str("/customer_name"), got.str("/customer_email")), ("Ada", "ada@example.com"));
    let open = app.form(&format!("/v1/invoices/{draft}/finalize"), "").await.ok();
    assert_eq!((open.str("/status"), open.at("/amount_due")), ("open", &json!(1_000)));
    assert!(open.str("/number").ends_with("-0001"), "{}", open.text);
    assert_eq!(open.at("/numbering/ordinal"), &json!(1));
    assert_eq!(open.str("/customer_name"), "Ada");
    assert!(open.str("/hosted_invoice_url").contains(&draft), "{}", open.text);
    let path = |url: &str| url.strip_prefix("http://localhost").unwrap().to_owned();
    let page = app.get(&path(open.str("/hosted_invoice_url"))).await.ok();
    assert!(page.text.contains(open.str("/number")) && page.text.contains("€10.00 due"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none';"));
    assert!(page.text.contains(&format!("href=\"{}\"", path(open.str("/invoice_pdf")))));
    let pdf = app.get(&path(open.str("/invoice_pdf"))).await.ok();
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.text.starts_with("%PDF-1."));
    let called = format!("inline; filename=\"{}.pdf\"", open.str("/numbering/slug"));
    assert_eq!(pdf.header("content-disposition"), called);
    for answer in [&page, &pdf] {
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "private, no-cache");
    }
    let other = format!("/invoices/{draft}/{}", "x".repeat(24));
    assert_eq!(app.get(&other).await.status.as_u16(), 404);
    let paid = app.form(&format!("/v1/invoices/{draft}/pay"), "paid_out_of_band=true").await.ok();
    assert_eq!((paid.str("/status"), paid.at("/amount_remaining")), ("paid", &json!(0)));
    for step in ["finalize", "pay", "void"] {
        let got = app.form(&format!("/v1/invoices/{draft}/{step}"), "").await;
        assert_eq!(got.status.as_u16(), 400, "{step}: {}", got.text);
    }
    let got = app.delete(&format!("/v1/invoices/{draft}")).await;
    assert_eq!(got.status.as_u16(), 400, "{}", got.text);
    let second = app.open(&customer, 5).await;
    assert!(second.str("/number").ends_with("-0002"), "{}", second.text);
    let void = app.form(&format!("/v1/invoices/{}/void", second.str("/id")), "").await.ok();
    assert_eq!((void.str("/status"), void.str("/number")), ("void", second.str("/number")));
    let report = app.get("/v1/trail/verify").await.ok();
    assert_eq!(report.at("/valid"), &json!(true), "{}", report.text);
}

#[tokio::test]
async fn a_deleted_draft_leaves_nothing_and_a_deleted_customer_a_stub() {
    deletions(&app().await).await;
}

pub(super) async fn deletions(app: &App) {
    let customer = app.customer("name=Ada").await;
    let draft = app.draft(&customer, 10).await;
    let path = format!("/v1/invoices/{draft}");
    let gone = app.delete(&path).await.ok();
    assert_eq!(gone.body, json!({ "id": draft, "object": "invoice", "deleted": true }));
    let again = app.get(&path).await;
    assert_eq!(
        (again.status.as_u16(), again.code(), again.param()),
        (404, "resource_missing", "id")
    );
    assert_eq!(app.delete(&path).await.status.as_u16(), 404);
    assert!(app.open(&customer, 10).await.str("/number").ends_with("-0001"));
    let path = format!("/v1/customers/{customer}");
    let stub = app.delete(&path).await.ok();
    assert_eq!(app.get(&path).await.ok().body, stub.body);
    assert_eq!(app.get("/v1/customers").await.ok().at("/data"), &json!([]));
    let got = app.form("/v1/invoices", &format!("customer={customer}")).await;
    assert_eq!(
        (got.status.as_u16(), got.code(), got.param()),
        (400, "resource_missing", "customer")
    );
}

#[tokio::test]
async fn lines_are_added_changed_and_taken_off() {
    lines(&app().await).await;
}

pub(super) async fn lines(app: &App) {
    let customer = app.customer("name=Ada").await;
    let form = format!("customer={customer}&currency=eur");
    let id = app.form("/v1/invoices", &form).await.ok().str("/id").to_owned();
    let lines: Vec<_> = (0..12).map(|n| format!("lines[{n}][amount]={}", n + 1)).collect();
    let add = format!("/v1/invoices/{id}/add_lines");
    let got = app.form(&add, &lines.join("&")).await.ok();
    assert_eq!((got.at("/total"), got.at("/lines/has_more")), (&json!(78), &json!(true)));
    let list = format!("/v1/invoices/{id}/lines");
    let first = app.get(&format!("{list}?limit=5")).await.ok();
    let ids = first.each("id");
    assert_eq!((ids.len(), first.at("/has_more")), (5, &json!(true)));
    let last = app.get(&format!("{list}?starting_after={}&limit=100", ids[4])).await.ok();
    assert_eq!((last.each("id").len(), last.at("/has_more")), (7, &json!(false)));
    let back = app.get(&format!("{list}?ending_before={}&limit=2", ids[4])).await.ok();
    assert_eq!(back.each("id"), ids[2..4]);
    let one = app.form(&format!("{list}/{}", ids[0]), "amount=100&description=More").await.ok();
    assert_eq!((one.at("/amount"), one.str("/description")), (&json!(100), "More"));
    let wrong = app.form(&format!("{list}/{}", ids[0]), "amount=x").await;
    assert_eq!((wrong.code(), wrong.param()), ("parameter_invalid_integer", "amount"));
    let update = format!("lines[0][id]={}&lines[0][amount]=50&invoice_metadata[k]=v", ids[1]);
    let got = app.form(&format!("/v1/invoices/{id}/update_lines"), &update).await.ok();
    assert_eq!((got.at("/total"), got.str("/metadata/k")), (&json!(78 + 99 + 48), "v"));
    let remove = format!("lines[0][id]={}&lines[0][behavior]=delete", ids[0]);
    let got = app.form(&format!("/v1/invoices/{id}/remove_lines"), &remove).await.ok();
    assert_eq!(got.at("/total"), &json!(78 + 99 + 48 - 100));
    app.form(&format!("/v1/invoices/{id}/finalize"), "").await.ok();
    let got = app.form(&add, "lines[0][amount]=1").await;
    assert_eq!(got.code(), "invoice_not_editable", "{}", got.text);
}

#[tokio::test]
async fn credit_notes_take_back_and_are_shown_before() {
    credit_notes(&app().await).await;
}

pub(super) async fn credit_notes(app: &App) {
    let customer = app.customer("name=Ada").await;
    let open = app.open(&customer, 1_000).await;
    let (invoice, number) = (open.str("/id"), open.str("/number"));
    let form = format!("invoice={invoice}&amount=300&reason=order_change");
    let shown = app.get(&format!("/v1/credit_notes/preview?{form}")).await.ok();
    assert_eq!(shown.at("/amount"), &json!(300));
    let lines = app.get(&format!("/v1/credit_notes/preview/lines?{form}&limit=1")).await.ok();
    assert_eq!(lines.each("object"), ["credit_note_line_item"]);
    assert_eq!(app.get("/v1/credit_notes").await.ok().at("/data"), &json!([]));
    let note = app.form("/v1/credit_notes", &form).await.ok();
    assert_eq!(note.str("/number"), format!("{number}-CN-01"));
    let path = format!("/v1/invoices/{invoice}");
    let after = app.get(&path).await.ok();
    assert_eq!(after.at("/amount_remaining"), &json!(700));
    let of = app.get(&format!("/v1/credit_notes?invoice={invoice}&expand[]=data.invoice")).await;
    assert_eq!(of.ok().at("/data/0/invoice/id"), &json!(invoice));
    let much = app.form("/v1/credit_notes", &format!("invoice={invoice}&amount=701")).await;
    assert_eq!((much.status.as_u16(), much.param()), (400, "amount"), "{}", much.text);
    let id = note.str("/id");
    let changed =
        app.form(&format!("/v1/credit_notes/{id}"), "memo=Sorry&metadata[a]=b").await.ok();
    assert_eq!((changed.str("/memo"), changed.str("/metadata/a")), ("Sorry", "b"));
    let lines = app.get(&format!("/v1/credit_notes/{id}/lines")).await.ok();
    assert_eq!(lines.each("id").len(), 1);
    let void = app.form(&format!("/v1/credit_notes/{id}/void"), "").await.ok();
    assert_eq!((void.str("/status"), void.str("/number")), ("void", note.str("/number")));
    assert_eq!(app.get(&path).await.ok().at("/amount_remaining"), &json!(1_000));
}

#[tokio::test]
async fn a_preview_keeps_nothing() {
    let app = app().await;
    let customer = app.customer("name=Ada").await;
    app.form("/v1/invoiceitems", &format!("customer={customer}&amount=100&currency=eur"))
        .await
        .ok();
    let form = format!(
        "customer={customer}&invoice_items[0][amount]=50&invoice_items[0][currency]=eur\
         &expand[]=customer",
    );
    let shown = app.form("/v1/invoices/create_preview", &form).await.ok();
    assert_eq!((shown.at("/total"), shown.str("/customer/name")), (&json!(150), "Ada"));
    assert!(shown.str("/id").starts_with("upcoming_in_"), "{}", shown.text);
    let items = app.get("/v1/invoiceitems?pending=true").await.ok();
    assert_eq!(items.each("id").len(), 1);
    assert_eq!(app.get("/v1/invoices").await.ok().at("/data"), &json!([]));
    let wrong =
        format!("customer={customer}&invoice_items[0][amount]=5&invoice_items[1][amount]=x");
    let got = app.form("/v1/invoices/create_preview", &wrong).await;
    assert_eq!(got.param(), "invoice_items[1][amount]");
    let path = format!("/v1/invoices/upcoming?customer={customer}");
    assert_eq!(app.get(&path).await.status.as_u16(), 404);
    let old = app.get_in("2024-06-20", &path).await.ok();
    assert_eq!((old.at("/total"), old.at("/paid")), (&json!(100), &json!(false)));
    let other = app.customer("name=Bob").await;
    let none = app.form("/v1/invoices/create_preview", &format!("customer={other}")).await;
    assert_eq!((none.status.as_u16(), none.code()), (404, "invoice_upcoming_none"));
}

#[tokio::test]
async fn lists_have_cursors_both_ways_and_filters() {
    lists(&app().await).await;
}

pub(super) async fn lists(app: &App) {
    let (ada, bob) = (app.customer("email=a@x.example").await, app.customer("name=Bob").await);
    let mut ids = Vec::new();
    for n in 0..5 {
        let customer = if n % 2 == 0 { &ada } else { &bob };
        ids.push(app.draft(customer, 10).await);
    }
    ids.reverse();
    let list = |query: String| {
        let app = &app;
        async move { app.get(&format!("/v1/invoices?{query}")).await.ok() }
    };
    let first = list("limit=2".to_owned()).await;
    assert_eq!((first.each("id"), first.at("/has_more")), (vec![&*ids[0], &ids[1]], &json!(true)));
    let next = list(format!("limit=3&starting_after={}", ids[1])).await;
    assert_eq!((next.each("id").len(), next.at("/has_more")), (3, &json!(false)));
    let back = list(format!("limit=2&ending_before={}", ids[4])).await;
    assert_eq!(back.each("id"), [&*ids[2], &ids[3]]);
    assert_eq!(list(format!("customer={bob}")).await.each("id"), [&*ids[1], &ids[3]]);
    app.form(&format!("/v1/invoices/{}/finalize", ids[0]), "").await.ok();
    assert_eq!(list("status=open".to_owned()).await.each("id"), [&*ids[0]]);
    assert_eq!(list("created[gt]=4000000000".to_owned()).await.each("id").len(), 0);
    let by = list(format!("collection_method=charge_automatically&limit=2&customer={ada}")).await;
    assert_eq!((by.each("id"), by.at("/has_more")), (vec![&*ids[0], &ids[2]], &json!(true)));
    assert_eq!(list("due_date[gt]=1".to_owned()).await.each("id").len(), 0);
    let email = app.get("/v1/customers?email=a@x.example").await.ok();
    assert_eq!(email.each("id"), [&*ada]);
    for (query, param) in [
        (format!("starting_after={ada}"), "starting_after"),
        ("starting_after=in_1".to_owned(), "starting_after"),
        (format!("starting_after={}&ending_before={}", ids[0], ids[1]), "ending_before"),
        ("status=gone".to_owned(), "status"),
        ("limit=101".to_owned(), "limit"),
    ] {
        assert_eq!(app.get(&format!("/v1/invoices?{query}")).await.param(), param, "{query}");
    }
}

#[tokio::test]
async fn a_repeated_key_gives_the_same_invoice() {
    let app = app().await;
    let customer = app.customer("name=Ada").await;
    let body = json!({ "customer": customer, "currency": "eur" }).to_string();
    let first = app.keyed("/v1/invoices", &body, Some("k")).await.ok();
    let again = app.keyed("/v1/invoices", &body, Some("k")).await.ok();
    assert_eq!((&first.text, again.header("idempotent-replayed")), (&again.text, "true"));
    let body = json!({ "customer": customer }).to_string();
    let other = app.keyed("/v1/invoices", &body, Some("k")).await;
    assert_eq!(other.str("/error/type"), "idempotency_error");
    assert_eq!(app.get("/v1/invoices").await.ok().each("id").len(), 1);
}

#[tokio::test]
async fn nothing_of_another_mode_or_account_is_found() {
    let app = app().await;
    let customer = app.customer("name=Ada").await;
    let open = app.open(&customer, 1_000).await;
    let invoice = open.str("/id").to_owned();
    let line = open.str("/lines/data/0/id").to_owned();
    let item = app.get("/v1/invoiceitems").await.ok().str("/data/0/id").to_owned();
    let note = app.form("/v1/credit_notes", &format!("invoice={invoice}&amount=1")).await.ok();
    let rate = "display_name=V&inclusive=true&percentage=1";
    let rate = app.form("/v1/tax_rates", rate).await.ok().str("/id").to_owned();
    let hook = app.form("/v1/webhook_endpoints", "url=http://127.0.0.1/&enabled_events[]=*");
    let hook = hook.await.ok().str("/id").to_owned();
    app.form(&format!("/v1/customers/{customer}"), "name=Bob").await.ok();
    let event = app.get("/v1/events").await.ok().str("/data/0/id").to_owned();
    let note = note.str("/id");
    let paths = [
        ("GET", format!("/v1/customers/{customer}"), ""),
        ("POST", format!("/v1/customers/{customer}"), "name=x"),
        ("DELETE", format!("/v1/customers/{customer}"), ""),
        ("GET", format!("/v1/tax_rates/{rate}"), ""),
        ("POST", format!("/v1/tax_rates/{rate}"), "active=false"),
        ("GET", format!("/v1/invoiceitems/{item}"), ""),
        ("POST", format!("/v1/invoiceitems/{item}"), "amount=1"),
        ("DELETE", format!("/v1/invoiceitems/{item}"), ""),
        ("GET", format!("/v1/invoices/{invoice}"), ""),
        ("POST", format!("/v1/invoices/{invoice}"), "description=x"),
        ("DELETE", format!("/v1/invoices/{invoice}"), ""),
        ("POST", format!("/v1/invoices/{invoice}/finalize"), ""),
        ("POST", format!("/v1/invoices/{invoice}/pay"), ""),
        ("POST", format!("/v1/invoices/{invoice}/void"), ""),
        ("POST", format!("/v1/invoices/{invoice}/send"), ""),
        ("POST", format!("/v1/invoices/{invoice}/mark_uncollectible"), ""),
        ("GET", format!("/v1/invoices/{invoice}/lines"), ""),
        ("POST", format!("/v1/invoices/{invoice}/lines/{line}"), "amount=1"),
        ("POST", format!("/v1/invoices/{invoice}/add_lines"), "lines[0][amount]=1"),
        ("GET", format!("/v1/credit_notes/{note}"), ""),
        ("GET", format!("/v1/credit_notes/{note}/lines"), ""),
        ("POST", format!("/v1/credit_notes/{note}"), "memo=x"),
        ("POST", format!("/v1/credit_notes/{note}/void"), ""),
        ("GET", format!("/v1/events/{event}"), ""),
        ("GET", format!("/v1/events/{event}/deliveries"), ""),
        ("POST", format!("/v1/events/{event}/redeliver"), ""),
        ("GET", format!("/v1/webhook_endpoints/{hook}"), ""),
        ("POST", format!("/v1/webhook_endpoints/{hook}"), "disabled=true"),
        ("DELETE", format!("/v1/webhook_endpoints/{hook}"), ""),
        ("GET", format!("/v1/webhook_endpoints/{hook}/deliveries"), ""),
        ("POST", format!("/v1/webhook_endpoints/{hook}/roll_secret"), ""),
    ];
    let live = format!("Bearer {}", app.account.live_key);
    for (method, path, body) in &paths {
        let request = axum::http::Request::builder().method(*method).uri(path);
        let request = request.header("authorization", &live);
        let got = app.send(request.body((*body).to_owned().into()).unwrap()).await;
        let told = (got.status.as_u16(), got.code(), got.param());
        assert_eq!(told, (404, "resource_missing", "id"), "{method} {path}: {}", got.text);
    }
    for (path, body, param) in [
        ("/v1/invoices", format!("customer={customer}"), "customer"),
        ("/v1/credit_notes", format!("invoice={invoice}&amount=1"), "invoice"),
        ("/v1/invoiceitems", format!("customer={customer}&amount=1&currency=eur"), "customer"),
    ] {
        let request = axum::http::Request::builder().method("POST").uri(path);
        let request = request.header("authorization", &live);
        let got = app.send(request.body(body.into()).unwrap()).await;
        let told = (got.status.as_u16(), got.code(), got.param());
        assert_eq!(told, (400, "resource_missing", param), "{path}: {}", got.text);
    }
    let unchanged: &App = &app;
    assert_eq!(unchanged.get(&format!("/v1/invoices/{invoice}")).await.ok().str("/status"), "open");
}

#[tokio::test]
async fn a_draft_shows_its_customer_as_it_is_now() {
    let app = app().await;
    let customer = app.customer("name=Ada&email=ada@example.com").await;
    let (draft, open) = (app.draft(&customer, 5).await, app.open(&customer, 5).await);
    app.form(&format!("/v1/customers/{customer}"), "name=Bea&address[city]=Kiel").await.ok();
    let path = format!("/v1/invoices/{draft}");
    let shown = app.get(&path).await.ok();
    assert_eq!(shown.str("/customer_name"), "Bea");
    assert_eq!(shown.str("/customer_address/city"), "Kiel");
    let issued = app.get(&format!("/v1/invoices/{}", open.str("/id"))).await.ok();
    assert_eq!(issued.str("/customer_name"), "Ada", "what was issued stays");
    let list = app.get("/v1/invoices?status=draft").await.ok();
    assert_eq!(list.each("customer_name"), ["Bea"]);
    app.form(&path, "description=Tea").await.ok();
    let event = app.get("/v1/events?limit=1").await.ok();
    let before = event.at("/data/0/data/previous_attributes");
    assert_eq!(before, &json!({ "description": null }), "the customer did not change by this");
    app.form(&format!("{path}/finalize"), "").await.ok();
    app.form(&format!("/v1/customers/{customer}"), "name=Cleo").await.ok();
    assert_eq!(app.get(&path).await.ok().str("/customer_name"), "Bea");
}
