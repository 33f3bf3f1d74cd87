//! Requests that are generated from the OpenAPI document: no answer is a fault of the server, and
//! each has the status, the type and the shape that the document tells of.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::served::{Served, is_full};
use crate::tools::{Tool, finished, sources};

/// What is compared. Whether everything that fits the document is taken is none of it: rules that
/// depend on what is there cannot be told by a document.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

#[test]
fn answers_are_as_the_document_tells() {
    let schemathesis = Tool::Schemathesis.installed();
    Served::on_each_store(|served| {
        let configuration = served.path("schemathesis.toml");
        fs::write(&configuration, Ids::made(served).configuration()).expect("the configuration");
        let mut command = Command::new(schemathesis.join("bin/schemathesis"));
        // It keeps what it found for the next time.
        command.current_dir(served.path(""));
        command.env("SCHEMATHESIS_HOOKS", sources("schemathesis").join("hooks.py"));
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.arg("--config-file").arg(configuration).arg("run");
        command.arg(format!("{}/openapi.json", served.server.url));
        for (name, value) in [
            ("Authorization", format!("Bearer {}", served.test_key)),
            ("Stripe-Account", served.account.clone()),
            ("Stripe-Context", served.account.clone()),
            // Without it the version is the account's, which requests change on the way.
            ("Stripe-Version", wire::Version::NEWEST.name().to_owned()),
        ] {
            command.arg("--header").arg(format!("{name}: {value}"));
        }
        // It would empty the ledger that the ids below are of.
        command.args(["--exclude-path", "/v1/test_ledger/wipe"]);
        let (phases, examples) = match is_full() {
            true => ("coverage,fuzzing,stateful", "30"),
            false => ("fuzzing", "2"),
        };
        command.args(["--phases", phases, "--max-examples", examples, "--seed", "1"]);
        command.args(["--checks", CHECKS, "--warnings", "off", "--no-color"]);
        let report = finished(command);
        assert!(report.contains(" generated, ") && report.contains(" passed"), "{report}");
    });
}

/// Words that rules look for, beside the ids of what is there.
const WORDS: [(&str, &[&str]); 4] = [
    ("currencies", &["eur", "usd", "jpy"]),
    ("event_types", &["*", "invoice.*", "customer.created"]),
    ("links", &["customer"]),
    ("receivers", &["http://127.0.0.1:9/hooks"]),
];

/// The parameters that they and ids are tried in.
const PARAMETERS: [(&str, &str); 14] = [
    ("query.customer", "customers"),
    ("query.invoice", "invoices"),
    ("query.series", "series"),
    ("body.customer", "customers"),
    ("body.invoice", "invoices"),
    ("body.series", "series"),
    ("body.currency", "currencies"),
    ("body.default_tax_rates[*]", "tax_rates"),
    ("body.enabled_events[*]", "event_types"),
    ("body.expand[*]", "links"),
    ("body.lines[*].id", "lines"),
    ("body.lines[*].tax_rates[*]", "tax_rates"),
    ("body.tax_rates[*]", "tax_rates"),
    ("body.url", "receivers"),
];

/// Ids of objects that are there, by the resource in their addresses: what is generated without
/// them is refused before it comes to a rule.
struct Ids<'s> {
    served: &'s Served,
    of: BTreeMap<&'static str, Vec<String>>,
}

impl<'s> Ids<'s> {
    fn made(served: &'s Served) -> Ids<'s> {
        let mut ids = Ids { served, of: BTreeMap::new() };
        for place in 0..4 {
            let customer = ids.make("customers", &json!({ "name": "Ada" }));
            ids.make("invoiceitems", &line(&customer));
            ids.make("numbers", &json!({ "reference": format!("order-{place}") }));
            ids.make_invoice(&customer, place % 2 == 0);
            ids.make_invoice(&customer, true);
        }
        for inclusive in [true, false] {
            let rate = json!({ "display_name": "VAT", "percentage": 19, "inclusive": inclusive });
            ids.make("tax_rates", &rate);
            let to = json!({ "url": "http://127.0.0.1:9/hooks", "enabled_events": ["*"] });
            ids.make("webhook_endpoints", &to);
        }
        ids.ask("/v1/series/invoices/advance", &json!({ "next": 100, "reason": "Moved" }));
        for resource in ["events", "gaps", "series"] {
            let path = format!("/v1/{resource}?limit=20");
            let (status, list) = ids.served.server.ask(&served.test_key, "GET", &path, "");
            assert_eq!(status, 200, "{list}");
            let found = list["data"].as_array().expect("a list").iter().map(|one| text(&one["id"]));
            ids.of.insert(resource, found.collect());
        }
        ids
    }

    fn make_invoice(&mut self, customer: &str, is_finalized: bool) {
        let draft = json!({ "customer": customer, "currency": "eur" });
        let invoice = self.make("invoices", &draft);
        let lines = json!({ "lines": [{ "amount": 1_000 }, { "amount": 500 }] });
        let shown = self.ask(&format!("/v1/invoices/{invoice}/add_lines"), &lines);
        let lines = shown["lines"]["data"].as_array().expect("lines");
        self.of.entry("lines").or_default().extend(lines.iter().map(|line| text(&line["id"])));
        if is_finalized {
            self.ask(&format!("/v1/invoices/{invoice}/finalize"), &json!({}));
            self.make("credit_notes", &json!({ "invoice": invoice, "amount": 10 }));
        }
    }

    fn make(&mut self, resource: &'static str, body: &Value) -> String {
        let id = text(&self.ask(&format!("/v1/{resource}"), body)["id"]);
        self.of.entry(resource).or_default().push(id.clone());
        id
    }

    fn ask(&self, path: &str, body: &Value) -> Value {
        let key = &self.served.test_key;
        let (status, answer) = self.served.server.ask(key, "POST", path, &body.to_string());
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// What is tried where: in addresses, and as parameters.
    fn configuration(&self) -> String {
        let mut text = String::new();
        for (resource, ids) in &self.of {
            let ids = json!(ids);
            text.push_str(&format!("[dictionaries.{resource}]\nvalues = {ids}\n"));
        }
        for (name, words) in WORDS {
            let words = json!(words);
            text.push_str(&format!("[dictionaries.{name}]\nvalues = {words}\n"));
        }
        text.push_str("[parameters]\n");
        for (place, dictionary) in PARAMETERS {
            text.push_str(&format!("\"{place}\" = {}\n", often(dictionary)));
        }
        for resource in self.of.keys().filter(|resource| **resource != "lines") {
            text.push_str(&format!(
                "[[operations]]\ninclude-path-regex = \"^/v1/{resource}/\"\n\
                 [operations.parameters]\n\"path.id\" = {}\n\"path.line\" = {}\n",
                often(resource),
                often("lines"),
            ));
        }
        text
    }
}

fn line(customer: &str) -> Value {
    json!({ "customer": customer, "amount": 100, "currency": "eur" })
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn often(dictionary: &str) -> String {
    format!("{{ dictionary = \"{dictionary}\", probability = 0.9 }}")
}
