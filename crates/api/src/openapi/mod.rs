//! The OpenAPI document, made from the table of routes.

mod page;
mod param;
mod schema;

use serde_json::{Map, Value, json};
use wire::Expand;

pub(crate) use self::page::page;
pub(crate) use self::param::{Kind, Param, needed, optional};
use crate::headers;
use crate::replica::{FINDING, may_answer};
use crate::route::{Method, Route, expandable, routes};

const EXPAND: &str = "expand";

/// The interface as an OpenAPI 3.1 document.
pub fn document() -> Value {
    let mut paths = Map::new();
    for route in routes() {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.text().to_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gapless",
            "description": "Gap-free document numbers: issue them, explain them, prove them.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }, { "basic": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "basic": { "type": "http", "scheme": "basic" },
            },
            "parameters": {
                "stripe_version": {
                    "name": "Stripe-Version", "in": "header", "required": false,
                    "schema": { "type": "string" },
                    "description": "The version of the interface that the caller speaks; the \
                        account's when missing. This document describes the newest.",
                },
                "stripe_account": {
                    "name": "Stripe-Account", "in": "header", "required": false,
                    "schema": { "type": "string" },
                    "description": "A connected account to act for; the key's own when missing.",
                },
                "stripe_context": {
                    "name": "Stripe-Context", "in": "header", "required": false,
                    "schema": { "type": "string" },
                    "description": "The same, as newer libraries send it.",
                },
            },
            // Told by what reads requests, before there is one that could be answered.
            "responses": {
                "414": { "description": "The address is longer than 65,534 bytes. No body." },
                "431": {
                    "description": "There are more than 100 headers, or they are too long. No \
                        body.",
                },
            },
            "schemas": schema::all(),
        },
    })
}

fn operation(route: &Route) -> Value {
    let open = !route.handler.is_keyed();
    let mut operation = json!({
        "operationId": route.operation,
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": {
            "200": answer(route.answer),
            "414": { "$ref": "#/components/responses/414" },
            "431": { "$ref": "#/components/responses/431" },
            "default": {
                "description": "What is wrong, and what to do about it.",
                "content": { "application/json": { "schema": schema::reference("error") } },
            },
        },
    });
    if open {
        operation["security"] = json!([]);
    }
    if may_answer(route) {
        operation["responses"]["200"]["headers"] = json!({
            "Gapless-Read-Age": {
                "required": false,
                "schema": { "type": "string", "pattern": "^[0-9]+\\.[0-9]{3}$" },
                "description": "How many seconds old the answer may be: it was read from a \
                    replica. Missing where it was read from the database that is written to.",
            },
        });
    }
    if route.method == Method::Post {
        let (mut body, encoding) = (param::body(route.params), param::encoding(route.params));
        if let Some(expand) = body["properties"].get_mut(EXPAND) {
            tell_what_expands(expand, route);
        }
        operation["requestBody"] = json!({
            "required": route.params.iter().any(Param::is_needed),
            "content": {
                "application/x-www-form-urlencoded": { "schema": body, "encoding": encoding },
                "application/json": { "schema": body },
            },
        });
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut parameters = Vec::new();
    if route.handler.is_keyed() {
        let shared = ["stripe_version", "stripe_account", "stripe_context"];
        let shared =
            shared.map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
        parameters.extend(shared);
    }
    for (name, says) in [
        ("id", "The id; of a series also its name."),
        ("line", "The id of the line."),
        ("secret", "What opens it, from the document's address."),
    ] {
        if route.path.contains(&format!("{{{name}}}")) {
            parameters.push(json!({
                "name": name, "in": "path", "required": true, "schema": { "type": "string" },
                "description": says,
            }));
        }
    }
    if may_answer(route) {
        let finding: Vec<&str> = FINDING
            .into_iter()
            .filter(|name| route.params.iter().any(|param| param.name == *name))
            .collect();
        let always = match &finding[..] {
            [] => String::new(),
            names => format!(" With {} it always is.", names.join(" or ")),
        };
        parameters.push(json!({
            "name": "Gapless-Read", "in": "header", "required": false,
            "schema": { "type": "string", "enum": [headers::PRIMARY] },
            "description": format!(
                "Has the answer read from the database that is written to, and from no replica, \
                 which may be behind.{always}"
            ),
        }));
    }
    if route.method != Method::Post {
        parameters.extend(route.params.iter().map(|param| {
            let mut told = param.in_query();
            if param.name == EXPAND {
                tell_what_expands(&mut told, route);
            }
            told
        }));
    } else {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": {
                "type": "string", "minLength": 1,
                "maxLength": wire::limits::IDEMPOTENCY_KEY_CHARS_MAX,
            },
            "description": "Makes a repeated request safe: it gets the first one's answer.",
        }));
    }
    parameters
}

/// Says of `expand` what it finds in the answer.
fn tell_what_expands(expand: &mut Value, route: &Route) {
    let names = Expand::first_names(expandable(route.answer));
    let what = match names.is_empty() {
        true => "Nothing can be expanded here".to_owned(),
        false => format!("Here: {}, and what can be expanded in those", names.join(", ")),
    };
    let says = expand["description"].as_str().unwrap_or_default();
    expand["description"] = json!(format!("{says} {what}."));
}

fn answer(name: &str) -> Value {
    match name {
        "text" => json!({
            "description": "Text.",
            "content": { "text/plain": { "schema": { "type": "string" } } },
        }),
        "page" => json!({
            "description": "A page to read.",
            "content": { "text/html": { "schema": { "type": "string" } } },
        }),
        "csv" => json!({
            "description": "A table.",
            "content": { "text/csv": { "schema": { "type": "string" } } },
        }),
        "pdf" => json!({
            "description": "A file to print.",
            "content": { "application/pdf": { "schema": { "type": "string" } } },
        }),
        "openapi" => json!({
            "description": "An OpenAPI document.",
            "content": { "application/json": { "schema": { "type": "object" } } },
        }),
        name => json!({
            "description": "Done.",
            "content": { "application/json": { "schema": schema::reference(name) } },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_a_schema_and_every_schema_is_used() {
        let text = document().to_string();
        let schemas = schema::all();
        for name in schemas.as_object().unwrap().keys() {
            assert!(text.contains(&format!("#/components/schemas/{name}\"")), "{name} is unused");
        }
        for piece in text.split("#/components/schemas/").skip(1) {
            let name = piece.split('"').next().unwrap();
            assert!(schemas.get(name).is_some(), "{name} is not defined");
        }
    }
}
