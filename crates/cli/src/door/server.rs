//! A ledger behind a server.

use engine::TrailHead;
use jiff::civil::Date;
use ledger::command::{Item, LockMove};
use serde_json::{Map, Value, json};

use super::{Format, Listed, PAGE, PreviewRequest, StatementRequest, item};
use crate::client::Client;
use crate::failure::Failure;

pub(super) fn issue(
    client: &Client,
    items: &[Item],
    series: Option<&str>,
) -> Result<Vec<Value>, Failure> {
    let mut items = items.iter().map(|item| item::parameters(item, series)).collect::<Vec<_>>();
    if items.len() == 1 {
        return client.post("/v1/numbers", &items.remove(0)).map(|number| vec![number]);
    }
    let answer = client.post("/v1/numbers/batch", &json!({ "items": items }))?;
    Ok(listed(answer)?.data)
}

pub(super) fn rehearse(
    client: &Client,
    items: &[Item],
    series: Option<&str>,
) -> Result<(), Failure> {
    let items: Vec<_> = items.iter().map(|item| item::parameters(item, series)).collect();
    client.post("/v1/numbers/batch/preview", &json!({ "items": items })).map(drop)
}

pub(super) fn preview(client: &Client, request: &PreviewRequest) -> Result<Value, Failure> {
    let series = match (&request.series, &request.kind) {
        (Some(series), _) => series.clone(),
        (None, kind) => default_series(client, kind.as_deref().unwrap_or("invoice"))?,
    };
    let mut path = format!("/v1/series/{}/preview?count={}", escaped(&series), request.count);
    let date = request.date.map(|date| date.to_string());
    for (name, value) in [("date", &date), ("kind", &request.kind), ("customer", &request.customer)]
    {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", escaped(value)));
        }
    }
    client.get(&path)
}

/// The id of the series that a kind of document uses when it names none.
fn default_series(client: &Client, kind: &str) -> Result<String, Failure> {
    if kind == "invoice" {
        let settings = client.get("/v1/numbering/settings")?;
        return text(&settings, "series");
    }
    let mut after: Option<String> = None;
    loop {
        let page = list(client, "/v1/series", &[("starting_after", after.as_deref())])?;
        let uses = |series: &&Value| {
            let kinds = series["default_for"].as_array().map(Vec::as_slice).unwrap_or_default();
            kinds.iter().any(|entry| entry["kind"] == kind && entry["mode"] == "account")
        };
        if let Some(series) = page.data.iter().find(uses) {
            return text(series, "id");
        }
        after = page.data.last().map(|series| text(series, "id")).transpose()?;
        if !page.has_more || after.is_none() {
            let message = format!("no series is used for documents of the kind {kind}");
            return Err(Failure::refused("resource_missing", message).about("kind"));
        }
    }
}

pub(super) fn time_zone(client: &Client) -> Result<String, Failure> {
    text(&client.get("/v1/numbering/settings")?, "time_zone")
}

pub(super) fn gaps(
    client: &Client,
    series: Option<&str>,
    after: Option<&str>,
) -> Result<Listed, Failure> {
    list(client, "/v1/gaps", &[("series", series), ("starting_after", after)])
}

pub(super) fn statement(client: &Client, asked: &StatementRequest) -> Result<Value, Failure> {
    let path = match asked.format {
        Format::Json => "/v1/gaps/statement",
        Format::Csv => "/v1/gaps/statement/csv",
        Format::Html => "/v1/gaps/statement/html",
    };
    let (from, to) = (asked.from.map(|day| day.to_string()), asked.to.map(|day| day.to_string()));
    let fields = [("series", &asked.series), ("date[gte]", &from), ("date[lte]", &to)];
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let fields: Vec<_> = fields.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    client.get(&format!("{path}?{}", fields.join("&")))
}

pub(super) fn close_period(
    client: &Client,
    end: Date,
    explanations: &Map<String, Value>,
    dry_run: bool,
) -> Result<Value, Failure> {
    let body = json!({ "end": end.to_string(), "explanations": explanations, "dry_run": dry_run });
    client.post("/v1/periods/close", &body)
}

pub(super) fn why(client: &Client, number: &str) -> Result<Value, Failure> {
    let id = match number.starts_with("num_") {
        true => number.to_owned(),
        false => {
            let path = format!("/v1/numbers?number={}&limit=1", escaped(number));
            let found = listed(client.get(&path)?)?.data;
            let found = found.first().ok_or_else(|| super::no_number(number))?;
            text(found, "id")?
        }
    };
    client.get(&format!("/v1/numbers/{}/why", escaped(&id)))
}

pub(super) fn explain_gap(client: &Client, gap: &str, text: &str) -> Result<Value, Failure> {
    let path = format!("/v1/gaps/{}/explain", escaped(gap));
    client.post(&path, &json!({ "explanation": text }))
}

pub(super) fn move_locks(client: &Client, change: &LockMove) -> Result<Value, Failure> {
    let mut fields = Map::new();
    if let Some(date) = change.lock_date {
        fields.insert("lock_date".to_owned(), json!(date.map(|date| date.to_string())));
    }
    if let Some(date) = change.hard_lock_date {
        fields.insert("hard_lock_date".to_owned(), json!(date.to_string()));
    }
    if let Some(reason) = &change.reason {
        fields.insert("reason".to_owned(), json!(reason));
    }
    client.post("/v1/locks", &Value::Object(fields))
}

pub(super) fn trail(client: &Client, after: Option<u64>) -> Result<Listed, Failure> {
    // The interface lists the newest entries first; a trail is read from its start.
    let Some(after) = after else {
        let first = list(client, "/v1/trail", &[("starting_after", Some("ent_1"))])?;
        return Ok(Listed { has_more: true, ..first });
    };
    let after = format!("ent_{after}");
    let mut page = list(client, "/v1/trail", &[("ending_before", Some(&after))])?;
    page.data.reverse();
    Ok(page)
}

pub(super) fn numbers(client: &Client, after: Option<&str>) -> Result<Listed, Failure> {
    list(client, "/v1/numbers", &[("starting_after", after)])
}

pub(super) fn trail_head(client: &Client) -> Result<Value, Failure> {
    let page = listed(client.get("/v1/trail?limit=1")?)?;
    let last = page.data.first().ok_or_else(|| strange("data"))?;
    let entries = last["index"].as_u64().ok_or_else(|| strange("index"))? + 1;
    Ok(json!({ "object": "trail_head", "entries": entries, "head": last["hash"] }))
}

pub(super) fn trail_anchor(client: &Client, kept: TrailHead) -> Result<Value, Failure> {
    let body = json!({ "entries": kept.count, "head": kept.hash.to_string() });
    client.post("/v1/trail/anchors", &body)
}

/// Why an export over the interface ends at an entry with lines beside it.
pub(super) fn lines_stay(index: u64) -> Failure {
    let message = format!(
        "entry {index} has lines beside it, which a server does not hand out; export from the \
         database itself, without --url"
    );
    Failure::usage("parameter_invalid", message).about("url")
}

pub(super) fn list(
    client: &Client,
    path: &str,
    fields: &[(&str, Option<&str>)],
) -> Result<Listed, Failure> {
    let mut path = format!("{path}?limit={PAGE}");
    for (name, value) in fields {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", escaped(value)));
        }
    }
    listed(client.get(&path)?)
}

fn listed(mut answer: Value) -> Result<Listed, Failure> {
    let has_more = answer["has_more"].as_bool().unwrap_or(false);
    match answer["data"].take() {
        Value::Array(data) => Ok(Listed { data, has_more }),
        _ => Err(strange("data")),
    }
}

fn text(value: &Value, field: &str) -> Result<String, Failure> {
    value[field].as_str().map(str::to_owned).ok_or_else(|| strange(field))
}

fn strange(field: &str) -> Failure {
    let message =
        format!("the server's answer has no '{field}'; is it Gapless, and as new as this?");
    Failure::service("server_strange", message).about("url")
}

/// Text in a URL: everything but letters, digits and `-._~` as `%XX`.
pub(super) fn escaped(text: &str) -> String {
    let mut url = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_in_urls() {
        assert_eq!(super::escaped("Credit notes/ä"), "Credit%20notes%2F%C3%A4");
    }
}
