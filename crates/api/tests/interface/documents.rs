//! Documents, from the first customer to the last credit note.

mod accounts;
mod always;
mod bad_input;
mod events;
mod invoices;
mod kept;
mod postgres;
mod search;
mod versions;

use ledger::model::HouseStyle;
use serde_json::Value;

use crate::app::{App, Got};

/// An account in the `stripe` style, whose numbers look as callers of that interface expect.
pub(crate) async fn app() -> App {
    App::with(HouseStyle::Stripe, api::Limits::default()).await
}

impl App {
    /// A new customer's id.
    pub(crate) async fn customer(&self, form: &str) -> String {
        self.form("/v1/customers", form).await.ok().str("/id").to_owned()
    }

    /// A draft with one line of this amount.
    pub(crate) async fn draft(&self, customer: &str, amount: i64) -> String {
        let form = format!("customer={customer}&currency=eur");
        let invoice = self.form("/v1/invoices", &form).await.ok().str("/id").to_owned();
        let item = format!("customer={customer}&invoice={invoice}&amount={amount}&currency=eur");
        self.form("/v1/invoiceitems", &item).await.ok();
        invoice
    }

    /// An invoice that is open.
    pub(crate) async fn open(&self, customer: &str, amount: i64) -> Got {
        let draft = self.draft(customer, amount).await;
        self.form(&format!("/v1/invoices/{draft}/finalize"), "").await.ok()
    }

    pub(crate) async fn delete(&self, path: &str) -> Got {
        let request = self.request("DELETE", path).body(axum::body::Body::empty());
        self.send(request.unwrap()).await
    }

    /// As [`App::form`], in a version.
    pub(crate) async fn form_in(&self, version: &str, path: &str, body: &str) -> Got {
        let request = self.request("POST", path).header("stripe-version", version);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body.to_owned().into()).unwrap()).await
    }

    /// As [`App::get`], in a version.
    pub(crate) async fn get_in(&self, version: &str, path: &str) -> Got {
        let request = self.request("GET", path).header("stripe-version", version);
        self.send(request.body(axum::body::Body::empty()).unwrap()).await
    }
}

impl Got {
    /// The values of a field of the objects in a list.
    pub(crate) fn each(&self, field: &str) -> Vec<&str> {
        let data = self.body["data"].as_array().unwrap();
        data.iter().map(|object| object[field].as_str().unwrap_or_default()).collect()
    }

    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }
}
