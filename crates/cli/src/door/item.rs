//! Documents as parameters of a request.

use ledger::command::Item;
use serde_json::{Map, Value, json};

/// The parameters that say the same as an item, for a series by its id or name.
pub(super) fn parameters(item: &Item, series: Option<&str>) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), Value::String(value));
        }
    };
    put("date", item.date.map(|date| date.to_string()));
    put("reference", item.reference.clone());
    put("series", series.map(str::to_owned));
    put("kind", item.kind.as_ref().map(|kind| kind.text().to_owned()));
    put("customer", item.customer.as_ref().map(|customer| customer.0.clone()));
    if !item.metadata.is_empty() {
        fields.insert("metadata".to_owned(), json!(item.metadata));
    }
    if item.reissue {
        fields.insert("reissue".to_owned(), Value::Bool(true));
    }
    Value::Object(fields)
}
