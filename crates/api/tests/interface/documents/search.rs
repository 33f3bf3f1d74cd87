//! Searching among invoices.

use serde_json::json;

use super::app;
use crate::app::App;

#[tokio::test]
async fn invoices_are_found_by_what_they_are() {
    search(&app().await).await;
}

pub(super) async fn search(app: &App) {
    let customer = app.customer("name=Ada").await;
    let mut open = Vec::new();
    for amount in [100, 200, 300] {
        open.push(app.open(&customer, amount).await);
    }
    let id = open[0].str("/id").to_owned();
    app.form(&format!("/v1/invoices/{id}"), "metadata[order]=17").await.ok();
    app.form(&format!("/v1/invoices/{id}/pay"), "").await.ok();
    let encode = |query: &str| query.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let search = |query: String, rest: &'static str| {
        let (app, path) = (&app, format!("/v1/invoices/search?query={}{rest}", encode(&query)));
        async move { app.get(&path).await }
    };
    let number = open[1].str("/number").to_lowercase();
    for (query, amounts) in [
        (format!("number:\"{number}\""), vec![200]),
        ("status:\"open\"".to_owned(), vec![300, 200]),
        ("-status:\"open\"".to_owned(), vec![100]),
        (format!("customer:\"{customer}\" AND total>=200"), vec![300, 200]),
        ("total:100 OR total:300".to_owned(), vec![300, 100]),
        ("metadata[\"order\"]:\"17\"".to_owned(), vec![100]),
        ("number~\"-000\" currency:\"eur\"".to_owned(), vec![300, 200, 100]),
        ("customer:\"cus_nobody\"".to_owned(), vec![]),
        ("created>4000000000".to_owned(), vec![]),
    ] {
        let got = search(query.clone(), "").await.ok();
        let data = got.at("/data").as_array().unwrap();
        let found: Vec<_> = data.iter().map(|invoice| invoice["total"].as_i64().unwrap()).collect();
        assert_eq!(found, amounts, "{query}");
        assert_eq!((got.str("/object"), got.at("/has_more")), ("search_result", &json!(false)));
    }
    let first = search("total>0".to_owned(), "&limit=2&expand[]=data.customer").await.ok();
    assert_eq!(first.str("/data/0/customer/name"), "Ada");
    let page = first.str("/next_page").to_owned();
    let path = format!("/v1/invoices/search?query=total%3E0&limit=2&page={page}");
    let second = app.get(&path).await.ok();
    assert_eq!((second.each("id"), second.at("/next_page")), (vec![&*id], &json!(null)));
    let wrong = search("status:open".to_owned(), "").await;
    assert_eq!((wrong.status.as_u16(), wrong.param()), (400, "query"));
    let wrong = search("total>0".to_owned(), "&page=in_1").await;
    assert_eq!((wrong.status.as_u16(), wrong.param()), (400, "page"));
}

#[tokio::test]
async fn customers_are_found_by_what_is_said_of_them() {
    let app = app().await;
    for form in [
        "name=Ada Lovelace&email=ada@example.com&metadata[plan]=gold",
        "name=Charles Babbage&email=charles@example.com&phone=17",
        "name=Ada Byron&email=byron@example.org",
    ] {
        app.form("/v1/customers", &form.replace(' ', "%20")).await.ok();
    }
    let gone = app.customer("name=Ada%20Gone").await;
    let request = app.request("DELETE", &format!("/v1/customers/{gone}"));
    app.send(request.body(axum::body::Body::empty()).unwrap()).await.ok();
    let search = async |query: &str, rest: &str| {
        let query: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        app.get(&format!("/v1/customers/search?query={query}{rest}")).await
    };
    for (query, names) in [
        ("name~\"ada\"", vec!["Ada Byron", "Ada Lovelace"]),
        ("email:\"ADA@example.com\"", vec!["Ada Lovelace"]),
        ("-email~\"example.com\"", vec!["Ada Byron"]),
        ("phone:\"17\" OR metadata[\"plan\"]:\"gold\"", vec!["Charles Babbage", "Ada Lovelace"]),
        ("created>4000000000", vec![]),
    ] {
        let got = search(query, "").await.ok();
        assert_eq!(got.each("name"), names, "{query}");
        assert_eq!(
            (got.str("/object"), got.str("/url")),
            ("search_result", "/v1/customers/search")
        );
    }
    let first = search("name~\"ada\"", "&limit=1").await.ok();
    let page = format!("&limit=1&page={}", first.str("/next_page"));
    let second = search("name~\"ada\"", &page).await.ok();
    assert_eq!(
        (second.each("name"), second.at("/next_page")),
        (vec!["Ada Lovelace"], &json!(null))
    );
    let wrong = search("number:\"1\"", "").await;
    assert_eq!((wrong.status.as_u16(), wrong.param()), (400, "query"));
    let wrong = search("name~\"ada\"", "&page=page_in_000000000000000001").await;
    assert_eq!((wrong.status.as_u16(), wrong.param()), (400, "page"));
}
