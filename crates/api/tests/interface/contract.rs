//! The OpenAPI document against the interface itself.

pub(crate) mod answers;

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::ObjectKind;
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
            let address = path.replace("{id}", "nothing").replace("{secret}", "x");
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

/// The parameters that the interface says it knows, when asked for one that nobody knows: at the
/// top, and in every set of parameters inside.
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
        let address = path.replace("{id}", id).replace("{line}", "il_1");
        let in_query = operation["parameters"].as_array().unwrap().iter();
        let in_query = in_query.filter(|parameter| parameter["in"] == "query");
        let mut shown: BTreeMap<_, _> = in_query
            .map(|parameter| (parameter["name"].as_str().unwrap(), &parameter["schema"]))
            .collect();
        let schema = "/requestBody/content/application~1json/schema/properties";
        let in_body = operation.pointer(schema).and_then(Value::as_object);
        shown.extend(in_body.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema)));
        let base = needed(operation["operationId"].as_str().unwrap(), app.account.test);
        let ask = Ask { app: &app, method: &method, address: &address, base: &base };
        // What is expanded is taken off before the other parameters are looked at.
        shown.remove("expand");
        ask.check("", &shown).await;
        for (name, schema) in inside(&shown) {
            ask.check(&name, &schema).await;
        }
    }
}

/// What an operation wants to see before it looks into its sets of parameters.
fn needed(operation: &str, ledger: LedgerId) -> String {
    match operation {
        "create_credit_note" | "preview_credit_note" | "preview_credit_note_lines" => {
            format!("invoice={}&", ObjectId(1).text(ObjectKind::Invoice, ledger))
        }
        "preview_invoice" | "retrieve_upcoming_invoice" => {
            format!("customer={}&", ObjectId(1).text(ObjectKind::Customer, ledger))
        }
        _ => String::new(),
    }
}

type Shown<'s> = BTreeMap<&'s str, &'s Value>;

/// The sets of parameters inside others, one level down, by how their names begin.
fn inside<'s>(shown: &Shown<'s>) -> Vec<(String, Shown<'s>)> {
    let mut sets = Vec::new();
    for (name, schema) in shown {
        let either = schema.get("oneOf").and_then(|either| either.get(1));
        let (name, set) = match either.or(schema.get("items")) {
            Some(set) if either.is_none() => (format!("{name}[0]"), set),
            Some(set) => ((*name).to_owned(), set),
            None => ((*name).to_owned(), *schema),
        };
        let properties = set.get("properties").and_then(Value::as_object);
        if let Some(properties) = properties {
            let fields = properties.iter().map(|(name, schema)| (name.as_str(), schema));
            sets.push((name, fields.collect()));
        }
    }
    sets
}

struct Ask<'a> {
    app: &'a App,
    method: &'a str,
    address: &'a str,
    base: &'a str,
}

impl Ask<'_> {
    async fn check(&self, place: &str, shown: &Shown<'_>) {
        let unknown = match place {
            "" => "nobody_knows".to_owned(),
            place => format!("{place}[nobody_knows]"),
        };
        let sent = format!("{}{unknown}=1", if place.is_empty() { "" } else { self.base });
        let got = match self.method {
            "POST" => self.app.form(self.address, &sent).await,
            method => {
                let request = self.app.request(method, &format!("{}?{sent}", self.address));
                self.app.send(request.body(Body::empty()).unwrap()).await
            }
        };
        let asked = format!("{} {} {sent}: {}", self.method, self.address, got.text);
        assert_eq!((got.code(), got.param()), ("parameter_unknown", unknown.as_str()), "{asked}");
        let said = got.str("/error/message").split("Known are: ").nth(1).unwrap();
        let said: BTreeSet<_> =
            said.trim_end_matches('.').split(", ").filter(|name| *name != "none").collect();
        assert_eq!(said, shown.keys().copied().collect(), "{asked}");
    }
}

/// Checks that an answer is just what its schema says.
#[track_caller]
pub(crate) fn conforms(schemas: &Value, name: &str, answer: &Value) {
    if let Err(why) = object(schemas, name, answer) {
        panic!("{why}\n{answer:#}");
    }
}

/// An answer has the fields of its schema, and no others.
pub(crate) fn object(schemas: &Value, name: &str, answer: &Value) -> Result<(), String> {
    let schema = schemas.get(name).ok_or_else(|| format!("there is no schema {name}"))?;
    let Some(properties) = schema["properties"].as_object() else {
        return fits(schemas, name, schema, answer);
    };
    let fields = answer.as_object().ok_or_else(|| format!("{name} is {answer}"))?;
    for (field, value) in fields {
        let property = properties.get(field);
        let property = property.ok_or_else(|| format!("{name}.{field} is not in the document"))?;
        fits(schemas, &format!("{name}.{field}"), property, value)?;
    }
    for field in schema["required"].as_array().unwrap() {
        if !fields.contains_key(field.as_str().unwrap()) {
            return Err(format!("{name} lacks {field}"));
        }
    }
    Ok(())
}

fn fits(schemas: &Value, place: &str, schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return object(schemas, reference.rsplit('/').next().unwrap(), value);
    }
    if let Some(either) = schema.get("anyOf").and_then(Value::as_array) {
        let tries: Vec<_> = either.iter().map(|one| fits(schemas, place, one, value)).collect();
        if tries.iter().any(Result::is_ok) {
            return Ok(());
        }
        let whys: Vec<_> = tries.into_iter().filter_map(Result::err).collect();
        return Err(format!("{place} fits none: {}", whys.join("; ")));
    }
    if let Some(word) = schema.get("const") {
        let is_word = word == value;
        return is_word.then_some(()).ok_or_else(|| format!("{place} is {value}, not {word}"));
    }
    let fits_type = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("object") => value.as_object().is_some_and(|fields| {
            schema.get("additionalProperties").is_none() || fields.values().all(Value::is_string)
        }),
        Some("array") => {
            let items = value.as_array().ok_or_else(|| format!("{place} is {value}"))?;
            let max = schema.get("maxItems").and_then(Value::as_u64);
            if max.is_some_and(|max| items.len() as u64 > max) {
                return Err(format!("{place} is {value}"));
            }
            items.iter().try_for_each(|item| fits(schemas, place, &schema["items"], item))?;
            true
        }
        other => return Err(format!("{place} has the type {other:?}")),
    };
    if !fits_type {
        return Err(format!("{place} is {value}, expected {schema}"));
    }
    match schema.get("enum").and_then(Value::as_array) {
        Some(words) if !words.contains(value) => Err(format!("{place} is {value}")),
        _ => Ok(()),
    }
}
