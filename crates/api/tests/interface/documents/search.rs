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
