//! Parameters, as the document shows them.

use ledger::limits::{METADATA_KEY_CHARS_MAX, METADATA_KEYS_MAX, METADATA_VALUE_CHARS_MAX};
use ledger::money::AMOUNT_MAX;
use serde_json::{Map, Value, json};
use wire::limits::PAGE_MAX;

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
    /// A set of parameters.
    Object(&'static [Param]),
    /// Texts in order.
    TextList,
    /// A text that an empty one takes away.
    Clearable,
    /// Money in minor units.
    Amount,
    /// A decimal number, as a text.
    Decimal,
    /// An instant in seconds since 1970-01-01 UTC.
    Instant,
    /// How many objects a page holds.
    PageLength,
    /// An instant, or bounds of instants.
    InstantBounds,
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
        optional("limit", Kind::PageLength, "Objects on the page, 1 to 100; 10 when missing");
    pub(crate) const STARTING_AFTER: Param =
        optional("starting_after", Kind::Text, "Only what comes after the object with this id");
    pub(crate) const ENDING_BEFORE: Param = optional(
        "ending_before",
        Kind::Text,
        "Only what comes just before the object with this id",
    );

    pub(crate) const EXPAND: Param =
        optional("expand", Kind::TextList, "Paths of ids to answer as the objects they name");
    pub(crate) const METADATA: Param = optional(
        "metadata",
        Kind::Texts,
        "Up to 50 names with values, laid over those that are there; an empty value takes one away",
    );
    pub(crate) const CREATED: Param =
        optional("created", Kind::InstantBounds, "Made then, or with gte, gt, lte, lt");

    pub(crate) fn is_needed(&self) -> bool {
        self.needed
    }

    pub(crate) fn in_query(&self) -> Value {
        let mut parameter = json!({
            "name": self.name, "in": "query", "required": self.needed,
            "schema": self.kind.schema(), "description": format!("{}.", self.says),
        });
        if self.kind.is_nested() {
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

/// How a form sends what is nested: with names that go on in brackets.
pub(crate) fn encoding(params: &[Param]) -> Value {
    let nested = params.iter().filter(|param| param.kind.is_nested());
    let brackets = json!({ "style": "deepObject", "explode": true });
    nested.map(|param| (param.name.to_owned(), brackets.clone())).collect::<Map<_, _>>().into()
}

impl Kind {
    /// Whether its name goes on in brackets.
    fn is_nested(self) -> bool {
        matches!(
            self,
            Kind::DateBounds
                | Kind::InstantBounds
                | Kind::Texts
                | Kind::TextList
                | Kind::Items(_)
                | Kind::Object(_)
        )
    }

    fn schema(self) -> Value {
        match self {
            Kind::Text => json!({ "type": "string", "minLength": 1 }),
            Kind::Clearable => json!({ "type": "string" }),
            Kind::Amount => json!({
                "type": "integer", "format": "int64", "minimum": -AMOUNT_MAX, "maximum": AMOUNT_MAX,
            }),
            Kind::Instant => json!({ "type": "integer", "format": "int64", "minimum": 0 }),
            Kind::PageLength => json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX }),
            Kind::Decimal => json!({
                "type": "string", "format": "decimal",
                "pattern": "^-?[0-9]{1,12}([.][0-9]{1,12})?$",
            }),
            Kind::TextList => json!({ "type": "array", "items": Kind::Text.schema() }),
            Kind::Object(params) => body(params),
            Kind::InstantBounds => {
                let second = Kind::Instant.schema();
                json!({ "oneOf": [
                    second,
                    {
                        "type": "object",
                        "properties": { "gte": second, "gt": second, "lte": second, "lt": second },
                        "additionalProperties": false,
                    },
                ] })
            }
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
            Kind::Texts => json!({
                "type": "object",
                "propertyNames": { "minLength": 1, "maxLength": METADATA_KEY_CHARS_MAX },
                "maxProperties": METADATA_KEYS_MAX,
                "additionalProperties": {
                    "type": "string", "maxLength": METADATA_VALUE_CHARS_MAX,
                },
            }),
            Kind::Items(params) => json!({
                "type": "array", "items": body(params),
                "minItems": 1, "maxItems": wire::limits::LIST_MAX,
            }),
        }
    }
}
