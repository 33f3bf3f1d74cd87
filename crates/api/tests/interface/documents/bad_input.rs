//! Every parameter of every operation about documents, wrong in every way: never a fault of the
//! server, always the parameter's name, and nothing changed.

use serde_json::Value;

use super::app;
use crate::app::{App, Got};

/// What is sent in place of a parameter, in a form: behind its name, and after `=`.
const WRONG: [(&str, &str); 12] = [
    ("", ""),
    ("", "%00"),
    ("", "-1"),
    ("", "1e400"),
    ("", "99999999999999999999999999999999999999999"),
    ("", "%F0%9F%A6%80%E2%80%AE"),
    ("[]", "x"),
    ("[0]", ""),
    ("[nobody]", "1"),
    ("[0][0]", "1"),
    ("[a][b][c][d][e][f][g][h][i]", "1"),
    ("", "LONG"),
];

/// The same in JSON.
const WRONG_JSON: [&str; 9] = [
    "null",
    "true",
    "-1",
    "1.5",
    "1e300",
    "[]",
    "{}",
    "[[[[]]]]",
    "340282366920938463463374607431768211455",
];

#[tokio::test]
async fn no_parameter_makes_the_server_fail() {
    let app = app().await;
    let customer = app.customer("name=Ada").await;
    let open = app.open(&customer, 1_000).await;
    let invoice = open.str("/id").to_owned();
    let line = open.str("/lines/data/0/id").to_owned();
    let before = contents(&app).await;
    let document = api::openapi_document();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation.get("security").is_some() || path.ends_with("/wipe") {
                continue;
            }
            let id = if path.contains("/invoices/") { &invoice } else { "nothing" };
            let address = path.replace("{id}", id).replace("{line}", &line);
            for name in names(operation) {
                ask(&app, method, &address, &name).await;
            }
        }
    }
    assert_eq!(contents(&app).await, before);
}

fn names(operation: &Value) -> Vec<String> {
    let in_query = operation["parameters"].as_array().unwrap().iter();
    let in_query = in_query.filter(|parameter| parameter["in"] == "query");
    let in_query = in_query.map(|parameter| parameter["name"].as_str().unwrap().to_owned());
    let schema = "/requestBody/content/application~1json/schema/properties";
    let body = operation.pointer(schema).and_then(Value::as_object);
    in_query.chain(body.into_iter().flatten().map(|(name, _)| name.clone())).collect()
}

async fn ask(app: &App, method: &str, address: &str, name: &str) {
    let long = "x".repeat(6_000);
    for (behind, value) in WRONG {
        let value = value.replace("LONG", &long);
        let sent = format!("{name}{behind}={value}&nobody_knows=1");
        let got = match method {
            "post" => app.form(address, &sent).await,
            _ => {
                let path = format!("{address}?{sent}");
                let request = app.request(&method.to_uppercase(), &path);
                app.send(request.body(axum::body::Body::empty()).unwrap()).await
            }
        };
        refused(&got, &format!("{method} {address} {name}{behind}"));
    }
    let twice = format!("{name}=1&{name}=1");
    if method == "post" {
        refused(&app.form(address, &twice).await, &twice);
        for value in WRONG_JSON {
            let body = format!("{{\"{name}\":{value},\"nobody_knows\":1}}");
            refused(&app.json(address, &body).await, &format!("{address} {body}"));
        }
    } else {
        refused(&app.get(&format!("{address}?{twice}")).await, &twice);
    }
}

#[track_caller]
fn refused(got: &Got, asked: &str) {
    assert!((400..500).contains(&got.status.as_u16()), "{asked}: {} {}", got.status, got.text);
    assert!(!got.code().is_empty() && !got.str("/error/message").is_empty(), "{asked}");
}

async fn contents(app: &App) -> String {
    let mut contents = app.contents().await;
    for path in ["/v1/customers", "/v1/invoices", "/v1/invoiceitems", "/v1/events?limit=100"] {
        contents.push_str(&app.get(path).await.ok().text);
    }
    contents
}
