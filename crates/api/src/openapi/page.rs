//! The interface as one page to read: made from the same document, with nothing from elsewhere.

use std::fmt::Write;

use pdf::Escaped;
use serde_json::{Map, Value};

/// The page, in HTML.
pub(crate) fn page(document: &Value) -> String {
    let mut page = String::with_capacity(512 << 10);
    let empty = Map::new();
    let paths = document["paths"].as_object().unwrap_or(&empty);
    let schemas = document["components"]["schemas"].as_object().unwrap_or(&empty);
    page.push_str(HEAD);
    contents(&mut page, paths);
    page.push_str("<main>");
    page.push_str(INTRODUCTION);
    let mut resource = "";
    for (path, methods) in paths {
        if resource != resource_of(path) {
            resource = resource_of(path);
            put(&mut page, format_args!("<h2 id=\"{0}\">{0}</h2>", Escaped(resource)));
        }
        for (method, operation) in methods.as_object().unwrap_or(&empty) {
            operation_section(&mut page, path, method, operation);
        }
    }
    page.push_str("<h2 id=\"objects\">Objects</h2>");
    for (name, schema) in schemas {
        put(&mut page, format_args!("<h3 id=\"object-{0}\">{0}</h3>", Escaped(name)));
        object(&mut page, schema);
    }
    page.push_str("</main></body></html>");
    page
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Gapless: the \
interface</title><style>\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;margin:0;display:flex}\
nav{flex:none;width:15rem;height:100vh;position:sticky;top:0;overflow:auto;padding:1rem;\
border-right:1px solid #8884;box-sizing:border-box}\
nav a{display:block;text-decoration:none}main{padding:1rem 2rem;max-width:56rem;min-width:0}\
h2{margin-top:3rem}h3{margin:2rem 0 .5rem}table{border-collapse:collapse;width:100%}\
td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;\
border-top:1px solid #8884}code{font:0.9em ui-monospace,monospace}\
.m{font-weight:600;display:inline-block;min-width:4rem}.d{opacity:.75}\
@media(max-width:50rem){body{display:block}nav{width:auto;height:auto;position:static}}\
</style></head><body>";

const INTRODUCTION: &str = "<h1>Gapless</h1><p>Requests are forms or JSON, answers are JSON. A \
key comes as <code>Authorization: Bearer sk_…</code>, or as the user of Basic authentication. \
<code>Idempotency-Key</code> on a POST makes repeating it safe; <code>Stripe-Version</code> \
chooses the version of the interface, else it is the account's; <code>Stripe-Account</code> acts \
for a connected account. The same as a document for programs: <a \
href=\"/openapi.json\">/openapi.json</a>.</p>";

/// What an address is about: the first name behind the version.
fn resource_of(path: &str) -> &str {
    let rest = path.strip_prefix("/v1/").unwrap_or(path).trim_start_matches('/');
    rest.split('/').next().unwrap_or_default()
}

fn contents(page: &mut String, paths: &Map<String, Value>) {
    page.push_str("<nav><strong>Gapless</strong>");
    let mut before = "";
    for path in paths.keys() {
        let resource = resource_of(path);
        if resource != before {
            before = resource;
            put(page, format_args!("<a href=\"#{0}\">{0}</a>", Escaped(resource)));
        }
    }
    page.push_str("<a href=\"#objects\">Objects</a></nav>");
}

fn operation_section(page: &mut String, path: &str, method: &str, operation: &Value) {
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let method = method.to_uppercase();
    put(
        page,
        format_args!(
            "<h3 id=\"{}\"><span class=\"m\">{method}</span> <code>{}</code></h3><p>{}.</p>",
            Escaped(text("operationId")),
            Escaped(path),
            Escaped(text("summary")),
        ),
    );
    let own = operation["parameters"].as_array().into_iter().flatten();
    let own: Vec<_> = own.filter(|parameter| parameter.get("name").is_some()).collect();
    let body = "/requestBody/content/application~1json/schema";
    let body = operation.pointer(body).unwrap_or(&Value::Null);
    let fields = body["properties"].as_object();
    if !own.is_empty() || fields.is_some_and(|fields| !fields.is_empty()) {
        page.push_str("<table>");
        for parameter in own {
            let name = parameter["name"].as_str().unwrap_or_default();
            let needed = parameter["required"] == true;
            row(page, name, needed, &parameter["schema"], parameter["description"].as_str());
        }
        members(page, "", body);
        page.push_str("</table>");
    }
    let answer = "/responses/200/content/application~1json/schema/$ref";
    if let Some(name) = operation.pointer(answer).and_then(Value::as_str).and_then(schema_name) {
        put(page, format_args!("<p>Answers <a href=\"#object-{0}\">{0}</a>.</p>", Escaped(name)));
    }
}

/// The parameters of a set, and of the sets inside it.
fn members(page: &mut String, place: &str, schema: &Value) {
    let needed = schema["required"].as_array();
    let is_needed = |name: &str| needed.is_some_and(|list| list.iter().any(|one| one == name));
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let full = if place.is_empty() { name.clone() } else { format!("{place}[{name}]") };
        row(page, &full, is_needed(name), inner, inner["description"].as_str());
        members(page, &full, inner);
        if let Some(items) = inner.get("items") {
            members(page, &format!("{full}[0]"), items);
        }
    }
}

fn object(page: &mut String, schema: &Value) {
    page.push_str("<table>");
    let needed = schema["required"].as_array();
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let always = needed.is_some_and(|list| list.iter().any(|one| one == name));
        row(page, name, false, inner, Some(if always { "" } else { "In some answers only." }));
    }
    for one in schema["anyOf"].as_array().into_iter().flatten() {
        row(page, "", false, one, None);
    }
    page.push_str("</table>");
}

fn row(page: &mut String, name: &str, needed: bool, schema: &Value, says: Option<&str>) {
    let star = if needed { " <strong>needed</strong>" } else { "" };
    put(page, format_args!("<tr><td><code>{}</code>{star}</td><td class=\"d\">", Escaped(name)));
    kind(page, schema);
    put(page, format_args!("</td><td>{}</td></tr>", Escaped(says.unwrap_or_default())));
}

/// What a value may be, in a few words.
fn kind(page: &mut String, schema: &Value) {
    if let Some(name) = schema["$ref"].as_str().and_then(schema_name) {
        return put(page, format_args!("<a href=\"#object-{0}\">{0}</a>", Escaped(name)));
    }
    for either in ["anyOf", "oneOf"] {
        if let Some(list) = schema[either].as_array() {
            for (index, one) in list.iter().enumerate() {
                page.push_str(if index == 0 { "" } else { " or " });
                kind(page, one);
            }
            return;
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
        return put(page, format_args!("{}", Escaped(&words.join(" | "))));
    }
    if let Some(word) = schema["const"].as_str() {
        return put(page, format_args!("“{}”", Escaped(word)));
    }
    let name = schema["format"].as_str().or(schema["type"].as_str()).unwrap_or("anything");
    put(page, format_args!("{}", Escaped(name)));
    if let Some(items) = schema.get("items") {
        page.push_str(" of ");
        kind(page, items);
    }
}

fn schema_name(reference: &str) -> Option<&str> {
    reference.rsplit('/').next()
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_every_object_has_its_place() {
        let document = crate::openapi::document();
        let page = page(&document);
        for (_, methods) in document["paths"].as_object().unwrap() {
            for (_, operation) in methods.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(page.contains(&format!("<h3 id=\"{id}\">")), "{id}");
            }
        }
        for link in page.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id} leads nowhere");
        }
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        let page = page(&crate::openapi::document());
        for elsewhere in ["src=", "//", "@import", "url(", "<script", "<link"] {
            assert!(!page.contains(elsewhere), "{elsewhere}");
        }
        assert_eq!(Escaped("<a href='\"&'>").to_string(), "&lt;a href=&#39;&quot;&amp;&#39;&gt;");
    }
}
