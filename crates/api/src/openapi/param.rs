//! Parameters, as the document shows them.

use serde_json::{Map, Value, json};

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    needed: bool,
    says: &'static str,
}

/// What a parameter may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Integer,
    Flag,
    Date,
    /// A date, or bounds of dates.
    DateBounds,
    /// One of some words.
    Words(&'static [&'static str]),
    /// Names of the caller's own with texts.
    Texts,
    /// A list of sets of parameters.
    Items(&'static [Param]),
}

/// A parameter that must be sent.
pub(crate) const fn needed(name: &'static str, kind: Kind, says: &'static str) -> Param {
    Param { name, kind, needed: true, says }
}

/// A parameter that may be sent.
pub(crate) const fn optional(name: &'static str, kind: Kind, says: &'static str) -> Param {
    Param { name, kind, needed: false, says }
}

impl Param {
    pub(crate) const LIMIT: Param =
        optional("limit", Kind::Integer, "Objects on the page, 1 to 100; 10 when missing");
    pub(crate) const STARTING_AFTER: Param =
        optional("starting_after", Kind::Text, "Only what comes after the object with this id");
    pub(crate) const ENDING_BEFORE: Param = optional(
        "ending_before",
        Kind::Text,
        "Only what comes just before the object with this id",
    );

    pub(crate) fn is_needed(&self) -> bool {
        self.needed
    }

    pub(crate) fn in_query(&self) -> Value {
        let mut parameter = json!({
            "name": self.name, "in": "query", "required": self.needed,
            "schema": self.kind.schema(), "description": format!("{}.", self.says),
        });
        if matches!(self.kind, Kind::DateBounds) {
            parameter["style"] = json!("deepObject");
            parameter["explode"] = json!(true);
        }
        parameter
    }

    fn in_body(&self) -> Value {
        let mut schema = self.kind.schema();
        schema["description"] = json!(format!("{}.", self.says));
        schema
    }
}

/// The schema of a body with these parameters.
pub(crate) fn body(params: &[Param]) -> Value {
    let properties: Map<String, Value> =
        params.iter().map(|param| (param.name.to_owned(), param.in_body())).collect();
    let required: Vec<_> =
        params.iter().filter(|param| param.needed).map(|param| param.name).collect();
    let mut schema =
        json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Kind::Text => json!({ "type": "string" }),
            Kind::Integer => json!({ "type": "integer" }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Date => json!({ "type": "string", "format": "date" }),
            Kind::DateBounds => {
                let day = json!({ "type": "string", "format": "date" });
                json!({ "oneOf": [
                    day,
                    {
                        "type": "object",
                        "properties": { "gte": day, "gt": day, "lte": day, "lt": day },
                        "additionalProperties": false,
                    },
                ] })
            }
            Kind::Words(words) => json!({ "type": "string", "enum": words }),
            Kind::Texts => {
                json!({ "type": "object", "additionalProperties": { "type": "string" } })
            }
            Kind::Items(params) => json!({
                "type": "array", "items": body(params),
                "minItems": 1, "maxItems": wire::limits::LIST_MAX,
            }),
        }
    }
}
