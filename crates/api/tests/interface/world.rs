//! One of everything in a ledger, so that every operation of the document can be asked for it.

use axum::body::Body;
use serde_json::Value;

use crate::app::{App, Got};

/// Whoever asks: a key, and the connected account that it asks for.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) key: String,
    pub(crate) account: Option<String>,
}

/// An operation of the document.
pub(crate) struct Operation {
    /// In capitals.
    pub(crate) method: String,
    pub(crate) path: String,
    /// Its parameters outside the address, with their schemas, and whether they must be there.
    pub(crate) params: Vec<(String, Value, bool)>,
}

/// One of everything.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) customer: String,
    pub(crate) tax_rate: String,
    /// An item that waits.
    pub(crate) item: String,
    pub(crate) draft: String,
    /// A line of the draft.
    pub(crate) line: String,
    /// An invoice that is open.
    pub(crate) open: String,
    pub(crate) credit_note: String,
    pub(crate) endpoint: String,
    pub(crate) event: String,
    pub(crate) number: String,
    pub(crate) series: String,
    pub(crate) gap: String,
    pub(crate) account: String,
}

/// Every operation that asks for a key.
pub(crate) fn operations() -> Vec<Operation> {
    let document = api::openapi_document();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation.get("security").is_none() {
                let (method, path) = (method.to_uppercase(), path.clone());
                operations.push(Operation { method, path, params: params(operation) });
            }
        }
    }
    operations
}

fn params(operation: &Value) -> Vec<(String, Value, bool)> {
    let in_query = operation["parameters"].as_array().unwrap().iter();
    let in_query = in_query.filter(|parameter| parameter["in"] == "query").map(|parameter| {
        let name = parameter["name"].as_str().unwrap().to_owned();
        (name, parameter["schema"].clone(), parameter["required"] == true)
    });
    let body = operation.pointer("/requestBody/content/application~1json/schema");
    let needed: Vec<&str> = body
        .and_then(|body| body["required"].as_array())
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let in_body = body.and_then(|body| body["properties"].as_object()).into_iter().flatten();
    let in_body = in_body
        .map(|(name, schema)| (name.clone(), schema.clone(), needed.contains(&name.as_str())));
    in_query.chain(in_body).collect()
}

impl App {
    /// The caller that other tests are: the holder of the key to the test ledger.
    pub(crate) fn caller(&self) -> Caller {
        Caller { key: self.account.test_key.clone(), account: None }
    }

    /// Sends parameters in the query of a `GET` or `DELETE` and in the body of a `POST`.
    pub(crate) async fn by(&self, caller: &Caller, method: &str, path: &str, form: &str) -> Got {
        let is_post = method == "POST";
        let uri = match form {
            form if is_post || form.is_empty() => path.to_owned(),
            form => format!("{path}?{form}"),
        };
        let mut request = axum::http::Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", format!("Bearer {}", caller.key));
        if let Some(account) = &caller.account {
            request = request.header("stripe-account", account);
        }
        if is_post {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let body = if is_post { Body::from(form.to_owned()) } else { Body::empty() };
        self.send(request.body(body).unwrap()).await
    }
}

impl World {
    /// Makes one of everything.
    pub(crate) async fn new(app: &App, caller: &Caller) -> World {
        let post = |path: &str, form: String| {
            let path = path.to_owned();
            async move { app.by(caller, "POST", &path, &form).await.ok() }
        };
        let get = |path: &str| {
            let path = path.to_owned();
            async move { app.by(caller, "GET", &path, "").await.ok() }
        };
        let id = |got: &Got| got.str("/id").to_owned();
        let hook = "url=https://example.com/hook&enabled_events[]=*".to_owned();
        let endpoint = id(&post("/v1/webhook_endpoints", hook).await);
        let rate = "display_name=VAT&inclusive=false&percentage=19".to_owned();
        let tax_rate = id(&post("/v1/tax_rates", rate).await);
        let customer = id(&post("/v1/customers", "name=Ada".to_owned()).await);
        // A series of its own, since the account's may have been put away before.
        let name = customer.rsplit('_').next().unwrap();
        let form = format!("name=w{name}&pattern=W{name}-{{seq}}&default=true");
        let series = post("/v1/series", form).await;
        post(&format!("/v1/series/w{name}/advance"), "next=3&reason=a+test".to_owned()).await;
        let item = format!("customer={customer}&amount=700&currency=eur");
        let draft = async || {
            let form = format!("customer={customer}&currency=eur");
            let invoice = id(&post("/v1/invoices", form).await);
            post("/v1/invoiceitems", format!("{item}&invoice={invoice}")).await;
            invoice
        };
        let (open, kept) = (draft().await, draft().await);
        let open = id(&post(&format!("/v1/invoices/{open}/finalize"), String::new()).await);
        let note = format!("invoice={open}&amount=10");
        let credit_note = id(&post("/v1/credit_notes", note).await);
        let lines = get(&format!("/v1/invoices/{kept}/lines")).await;
        World {
            item: id(&post("/v1/invoiceitems", item.clone()).await),
            draft: kept,
            line: lines.str("/data/0/id").to_owned(),
            open,
            credit_note,
            endpoint,
            event: get("/v1/events").await.str("/data/0/id").to_owned(),
            number: id(&post("/v1/numbers", String::new()).await),
            series: id(&series),
            gap: get("/v1/gaps").await.str("/data/0/id").to_owned(),
            account: id(&get("/v1/account").await),
            tax_rate,
            customer: customer.clone(),
        }
    }

    /// Where an operation finds this ledger's things.
    pub(crate) fn address(&self, operation: &Operation) -> String {
        let path = operation.path.as_str();
        if !path.contains("{id}") {
            return path.to_owned();
        }
        let behind = path.split("{id}").nth(1).unwrap_or_default();
        let id = match path.split('/').nth(2) {
            Some("numbers") => &self.number,
            Some("series") => &self.series,
            Some("gaps") => &self.gap,
            Some("customers") => &self.customer,
            Some("tax_rates") => &self.tax_rate,
            Some("invoiceitems") => &self.item,
            Some("invoices") => match behind {
                "/pay" | "/void" | "/mark_uncollectible" => &self.open,
                _ => &self.draft,
            },
            Some("credit_notes") => &self.credit_note,
            Some("events") => &self.event,
            Some("webhook_endpoints") => &self.endpoint,
            Some("accounts") => &self.account,
            // People are the same in both modes, and the world is of one.
            Some("users") => "user_0000000000000",
            _ => panic!("there is nothing for {path} in the world yet"),
        };
        path.replace("{id}", id).replace("{line}", &self.line)
    }

    /// Right parameters that an operation needs, but for one that is named, as pairs of a form.
    pub(crate) fn needed(&self, operation: &Operation, but: &str) -> Vec<String> {
        let needed =
            operation.params.iter().filter(|(name, _, is_needed)| *is_needed && name != but);
        let mut pairs: Vec<String> =
            needed.map(|(name, schema, _)| self.right(operation, name, schema)).collect();
        let beside = match (operation.method.as_str(), operation.path.as_str()) {
            ("POST", "/v1/invoiceitems") => ["amount=5", "currency=eur"].as_slice(),
            ("POST", "/v1/credit_notes")
            | ("GET", "/v1/credit_notes/preview" | "/v1/credit_notes/preview/lines") => {
                &["amount=5"]
            }
            _ => &[],
        };
        let is_asked = |pair: &&&str| pair.split('=').next() == Some(but);
        pairs.extend(beside.iter().filter(|pair| !is_asked(pair)).map(|pair| (*pair).to_owned()));
        // A revision has the customer of what it revises.
        let has_customer = !matches!(but, "customer" | "from_invoice");
        if operation.path == "/v1/invoices" && operation.method == "POST" && has_customer {
            pairs.push(format!("customer={}", self.customer));
        }
        pairs
    }

    fn right(&self, operation: &Operation, name: &str, schema: &Value) -> String {
        match name {
            "customer" => format!("customer={}", self.customer),
            "invoice" => format!("invoice={}", self.open),
            "items" => "items[0][reference]=world".to_owned(),
            "lines" if operation.path.ends_with("/add_lines") => "lines[0][amount]=5".to_owned(),
            "lines" if operation.path.ends_with("/update_lines") => {
                format!("lines[0][id]={}&lines[0][amount]=5", self.line)
            }
            "lines" => format!("lines[0][id]={}&lines[0][behavior]=delete", self.line),
            "enabled_events" => "enabled_events[]=invoice.paid".to_owned(),
            "url" => "url=https://example.com/other".to_owned(),
            "email" => "email=ada@example.com".to_owned(),
            "role" => "role=clerk".to_owned(),
            "api_version" => "api_version=2025-03-31.basil".to_owned(),
            "pattern" => "pattern=W{seq}".to_owned(),
            "number" => "number=INV-2026-00001".to_owned(),
            "query" => "query=created%3E0".to_owned(),
            name => {
                let value = match (schema["type"].as_str(), schema["format"].as_str()) {
                    (Some("boolean"), _) => "true",
                    (Some("integer"), _) => "90",
                    (_, Some("date")) => "2026-05-03",
                    (_, Some("decimal")) => "7.5",
                    _ => "world",
                };
                format!("{name}={value}")
            }
        }
    }
}
