//! Every parameter of every operation, wrong in every way, beside parameters that are right: never
//! a fault of the server, and always an error that names what is wrong.

use axum::body::Body;
use ledger::model::HouseStyle;
use serde_json::{Map, Value, json};

use crate::app::{App, Got};
use crate::world::{Operation, World, operations};

/// Sent in place of any parameter in a form: behind its name, and after `=`.
const ODD: [(&str, &str); 14] = [
    ("", ""),
    ("", "-1"),
    ("", "0"),
    ("", "9223372036854775807"),
    ("", "-9223372036854775808"),
    ("", "9223372036854775808"),
    ("", "%00"),
    ("", "a%00b"),
    ("", "%F0%9F%A6%80%E2%80%AE"),
    ("", "'%22;--%5C"),
    ("", "LONG"),
    ("[]", "x"),
    ("[0]", ""),
    ("[nobody]", "1"),
];

/// What nothing takes, whatever its type.
const NEVER: [(&str, &str); 2] = [("[0][0]", "1"), ("[a][b][c][d][e][f][g][h][i]", "1")];

/// Sent in place of any parameter in JSON.
const ODD_JSON: [&str; 12] = [
    "null",
    "true",
    "-1",
    "1.5",
    "1e300",
    "9223372036854775808",
    "340282366920938463463374607431768211455",
    "\"\"",
    "[]",
    "{}",
    "[[[[]]]]",
    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}",
];

/// What a type does not take, in a form and in JSON.
fn mistyped(schema: &Value) -> (&'static [&'static str], &'static [&'static str]) {
    if schema.get("enum").is_some() {
        return (&["nobody", "-1", "%00", "LONG"], &["1", "true", "\"nobody\"", "[]", "{}"]);
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("integer"), _) => (
            &["x", "1.5", "0x10", "1e400", "99999999999999999999", "-99999999999999999999", "LONG"],
            &["\"x\"", "true", "1.5", "99999999999999999999", "[1]", "{}"],
        ),
        (Some("boolean"), _) => (&["x", "2", "-1", "LONG"], &["\"x\"", "2", "[true]", "{}"]),
        (_, Some("date")) => (
            &["x", "2026-02-30", "2026-13-01", "99999999999", "2026-01-01T00:00:00", "LONG"],
            &["1", "true", "\"2026-02-30\"", "[]", "{}"],
        ),
        (_, Some("decimal")) => (
            &["x", "1,5", "1e400", "1.2.3", "99999999999999999999999999999999999999999", "LONG"],
            &["true", "\"x\"", "1e300", "[1]", "{}"],
        ),
        (Some("string"), _) => (&["LONG"], &["true", "[\"x\"]", "{}"]),
        _ => (&[], &["true", "1"]),
    }
}

#[tokio::test]
async fn no_parameter_makes_the_server_fail() {
    let app = App::with(HouseStyle::Stripe, api::Limits::default()).await;
    Asker::new(app).await.ask_all().await;
}

#[tokio::test]
async fn no_parameter_makes_the_server_fail_on_postgres() {
    Asker::new(App::on_postgres("every_parameter").await).await.ask_all().await;
}

struct Asker {
    app: App,
    world: World,
    long: String,
    /// Requests so far, and those that were carried out.
    asked: u32,
    carried_out: u32,
    /// What should not have been answered so.
    wrong: Vec<String>,
}

impl Asker {
    async fn new(app: App) -> Asker {
        let world = World::new(&app, &app.caller()).await;
        Asker { app, world, long: "x".repeat(6_000), asked: 0, carried_out: 0, wrong: Vec::new() }
    }

    async fn ask_all(mut self) {
        // The newest version has an address of its own for what this one did.
        for operation in operations().iter().filter(|one| !one.path.ends_with("/upcoming")) {
            for (top, schema, _) in &operation.params {
                for (name, schema) in leaves(top, schema) {
                    self.ask(operation, top, &name, &schema).await;
                }
            }
        }
        let shown = &self.wrong[..self.wrong.len().min(50)];
        assert!(shown.is_empty(), "{} answers: {shown:#?}", self.wrong.len());
        // Both are far from what they are.
        assert!(self.asked > 10_000, "{} were asked", self.asked);
        assert!(self.carried_out > 100, "{} were carried out", self.carried_out);
        assert!(self.app.get("/v1/trail/verify").await.ok().body["valid"] == true);
    }

    async fn ask(&mut self, operation: &Operation, top: &str, name: &str, schema: &Value) {
        let (mistyped, mistyped_json) = mistyped(schema);
        for value in mistyped {
            let got = self.send(operation, top, &format!("{name}={value}")).await;
            let asked = format!("{} {} {name}={value}", operation.method, operation.path);
            self.judge(names(&got, name), &got, &asked);
        }
        let is_word = !matches!(schema["type"].as_str(), Some("array" | "object"));
        for (behind, value) in NEVER {
            let got = self.send(operation, top, &format!("{name}{behind}={value}")).await;
            let asked = format!("{} {} {name}{behind}", operation.method, operation.path);
            if is_word {
                self.judge(names(&got, name), &got, &asked);
            }
        }
        for (behind, value) in ODD {
            self.send(operation, top, &format!("{name}{behind}={value}")).await;
        }
        let twice = format!("{name}=1&{name}=1");
        let got = self.send(operation, top, &twice).await;
        let asked = format!("{} {} {twice}", operation.method, operation.path);
        self.judge(names(&got, name), &got, &asked);
        if operation.method == "POST" && top == name {
            for value in mistyped_json {
                let got = self.send_json(operation, name, value).await;
                let asked = format!("{} {{\"{name}\":{value}}}", operation.path);
                self.judge(names(&got, name), &got, &asked);
            }
            for value in ODD_JSON {
                self.send_json(operation, name, value).await;
            }
        }
    }

    /// Sends a pair beside the right ones, and makes sure that the answer is a sound one.
    async fn send(&mut self, operation: &Operation, top: &str, pair: &str) -> Got {
        let mut form = self.world.needed(operation, top);
        form.push(pair.replace("LONG", &self.long));
        let (address, form) = (self.world.address(operation), form.join("&"));
        let caller = self.app.caller();
        let got = self.app.by(&caller, &operation.method, &address, &form).await;
        self.note(operation, got, &format!("{} {address} {pair}", operation.method)).await
    }

    async fn send_json(&mut self, operation: &Operation, name: &str, value: &str) -> Got {
        let address = self.world.address(operation);
        let needed = self.world.needed(operation, name).join("&");
        let mut object = Value::Object(Map::new());
        for (name, value) in needed.split('&').filter_map(|pair| pair.split_once('=')) {
            set(&mut object, name, value);
        }
        let needed = object.to_string();
        let comma = if needed == "{}" { "" } else { "," };
        // As text, since no value of JSON is as odd as some that are sent.
        let body = format!("{}{comma}\"{name}\":{value}}}", &needed[..needed.len() - 1]);
        let request = self.app.request("POST", &address).header("content-type", "application/json");
        let got = self.app.send(request.body(Body::from(body.clone())).unwrap()).await;
        self.note(operation, got, &format!("POST {address} {body}")).await
    }

    fn judge(&mut self, is_good: bool, got: &Got, asked: &str) {
        if !is_good {
            let asked = asked.replace(&self.long, "LONG");
            self.wrong.push(format!("{asked}: {} {}", got.status, got.text));
        }
    }

    /// What was carried out may have used up what it was asked of.
    async fn note(&mut self, operation: &Operation, got: Got, asked: &str) -> Got {
        self.judge(is_sound(&got), &got, asked);
        self.asked += 1;
        if got.status == 200 {
            self.carried_out += 1;
            let is_consuming = operation.method == "DELETE" || ends(&operation.path);
            if is_consuming {
                let caller = self.app.caller();
                let used_up = format!("/v1/webhook_endpoints/{}", self.world.endpoint);
                // Of these an account has a few only.
                self.app.by(&caller, "DELETE", &used_up, "").await;
                self.world = World::new(&self.app, &caller).await;
            }
        }
        got
    }
}

/// Puts a pair of a form where it belongs in an object: below lists and objects in brackets.
fn set(object: &mut Value, name: &str, value: &str) {
    let mut place = object;
    for step in name.split(['[', ']']).filter(|step| !step.is_empty()) {
        place = match step.parse::<usize>() {
            Ok(index) => {
                if place.is_null() {
                    *place = json!([null]);
                }
                &mut place[index]
            }
            Err(_) => &mut place[step],
        };
    }
    if name.ends_with("[]") {
        *place = json!([value]);
        return;
    }
    *place = match serde_json::from_str(value) {
        Ok(word @ (Value::Bool(_) | Value::Number(_))) => word,
        _ => json!(value),
    };
}

/// Whether an operation ends something, so that it can be asked for once only.
fn ends(path: &str) -> bool {
    let steps = [
        "/finalize",
        "/pay",
        "/void",
        "/mark_uncollectible",
        "/send",
        "/archive",
        "/remove_lines",
        "/update_lines",
    ];
    steps.iter().any(|step| path.ends_with(step))
}

/// The parameters inside a parameter, itself included, by their whole names.
fn leaves(name: &str, schema: &Value) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    let either = schema["oneOf"].as_array();
    for schema in either.map_or(std::slice::from_ref(schema), Vec::as_slice) {
        let inner = match schema["type"].as_str() {
            Some("array") => {
                leaves.push((name.to_owned(), schema.clone()));
                (format!("{name}[0]"), &schema["items"])
            }
            _ => (name.to_owned(), schema),
        };
        match inner.1["properties"].as_object() {
            None => leaves.push((inner.0, inner.1.clone())),
            Some(fields) => {
                for (field, schema) in fields {
                    leaves.extend(self::leaves(&format!("{}[{field}]", inner.0), schema));
                }
            }
        }
    }
    leaves
}

/// An answer is no fault of the server, and where it is an error, has all that an error has.
fn is_sound(got: &Got) -> bool {
    let status = got.status.as_u16();
    if status < 400 {
        return !got.body.is_null() || got.header("content-type").starts_with("text/");
    }
    let kinds = ["invalid_request_error", "idempotency_error"];
    let message = got.str("/error/message");
    let param = got.body.pointer("/error/param");
    status < 500
        && kinds.contains(&got.str("/error/type"))
        && !got.code().is_empty()
        && (10..1_000).contains(&message.len())
        && param.is_some_and(|param| param.is_null() || param.is_string())
}

/// An answer refuses a parameter, and says which: it, what is inside it, or what it is inside; or
/// what is missing beside it.
fn names(got: &Got, name: &str) -> bool {
    if got.str("/object") == "pattern_check" {
        // What is wrong with a pattern is what it answers.
        return got.body["valid"] == false;
    }
    let param = got.param();
    let is_about = param.starts_with(name) || (name.starts_with(param) && !param.is_empty());
    got.status.as_u16() == 400 && (is_about || got.code() == "parameter_missing")
}
