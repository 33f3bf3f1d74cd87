//! The OpenAPI document against the interface itself.

use std::collections::BTreeSet;

use axum::body::Body;
use serde_json::Value;

use crate::app::App;

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn the_document_is_as_it_was_agreed() {
    insta::assert_json_snapshot!("openapi", api::openapi_document());
}

#[tokio::test]
async fn every_operation_of_the_document_is_routed_and_no_other() {
    let app = App::new().await;
    let document = app.get("/openapi.json").await.ok().body;
    let known: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let paths: BTreeSet<_> = known.iter().map(|(_, path)| path.clone()).collect();
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let address = path.replace("{id}", "nothing");
            let got = app.send(app.request(method, &address).body(Body::empty()).unwrap()).await;
            let routed = !matches!(got.code(), "url_unknown" | "method_not_allowed");
            assert_eq!(
                routed,
                known.contains(&(method.to_owned(), path.clone())),
                "{method} {path}"
            );
        }
    }
}

/// The parameters that the interface says it knows, when asked for one that nobody knows.
#[tokio::test]
async fn every_parameter_of_the_document_is_read_and_no_other() {
    let app = App::new().await;
    let number = app.form("/v1/numbers", "reference=a").await.ok().str("/id").to_owned();
    app.form("/v1/series/invoices/advance", "next=9&reason=x").await.ok();
    let gap = app.get("/v1/gaps").await.ok().str("/data/0/id").to_owned();
    for (method, path, operation) in operations(&api::openapi_document()) {
        if operation.get("security").is_some() {
            continue;
        }
        let id = match path.split('/').nth(2) {
            Some("numbers") => number.as_str(),
            Some("gaps") => gap.as_str(),
            _ => "invoices",
        };
        let address = path.replace("{id}", id);
        let got = match method.as_str() {
            "GET" => app.get(&format!("{address}?nobody_knows=1")).await,
            _ => app.form(&address, "nobody_knows=1").await,
        };
        assert_eq!((got.code(), got.param()), ("parameter_unknown", "nobody_knows"), "{path}");
        let said = got.str("/error/message").split("Known are: ").nth(1).unwrap();
        let said: BTreeSet<_> =
            said.trim_end_matches('.').split(", ").filter(|name| *name != "none").collect();
        let in_query = operation["parameters"].as_array().unwrap().iter();
        let in_query = in_query.filter(|parameter| parameter["in"] == "query");
        let schema = "/requestBody/content/application~1json/schema/properties";
        let in_body = operation.pointer(schema).and_then(Value::as_object);
        let shown: BTreeSet<_> = in_query
            .map(|parameter| parameter["name"].as_str().unwrap())
            .chain(in_body.into_iter().flat_map(|body| body.keys().map(String::as_str)))
            .collect();
        assert_eq!(said, shown, "{method} {path}");
    }
}

/// Checks that an answer has just the fields of its schema.
pub(crate) fn conforms(schemas: &Value, name: &str, answer: &Value) {
    let schema = &schemas[name];
    let properties = schema["properties"].as_object().unwrap();
    let fields = answer.as_object().unwrap_or_else(|| panic!("{name} is {answer}"));
    for (field, value) in fields {
        let property = properties.get(field);
        let property = property.unwrap_or_else(|| panic!("{name}.{field} is not in the document"));
        matches(schemas, &format!("{name}.{field}"), property, value);
    }
    for field in schema["required"].as_array().unwrap() {
        assert!(fields.contains_key(field.as_str().unwrap()), "{name} lacks {field}");
    }
}

fn matches(schemas: &Value, place: &str, schema: &Value, value: &Value) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return conforms(schemas, reference.rsplit('/').next().unwrap(), value);
    }
    if let Some(either) = schema.get("anyOf") {
        return if value.is_null() {
            assert_eq!(either[1]["type"], "null", "{place}");
        } else {
            matches(schemas, place, &either[0], value);
        };
    }
    if let Some(word) = schema.get("const") {
        return assert_eq!(word, value, "{place}");
    }
    let fits = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("object") => value.as_object().unwrap().values().all(Value::is_string),
        Some("array") => {
            let items = value.as_array().unwrap();
            items.iter().for_each(|item| matches(schemas, place, &schema["items"], item));
            true
        }
        other => panic!("{place} has the type {other:?}"),
    };
    assert!(fits, "{place} is {value}, expected {schema}");
    if let Some(words) = schema.get("enum") {
        assert!(words.as_array().unwrap().contains(value), "{place} is {value}");
    }
}
