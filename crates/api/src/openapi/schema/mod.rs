//! Answers, as the document shows them.

mod document;

use serde_json::{Map, Value, json};

/// A reference to a schema by its name.
pub(crate) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Every schema, by name.
pub(crate) fn all() -> Value {
    let mut all = Map::new();
    for (name, fields) in OBJECTS.iter().chain(document::OBJECTS) {
        let properties: Map<String, Value> =
            fields.iter().map(|(field, kind)| ((*field).to_owned(), kind.schema())).collect();
        let always: Vec<_> = fields
            .iter()
            .filter(|(_, kind)| !kind.is_sometimes())
            .map(|(field, _)| field)
            .collect();
        let schema = json!({ "type": "object", "properties": properties, "required": always });
        all.insert((*name).to_owned(), schema);
    }
    for (name, inner) in LISTS.iter().chain(document::LISTS) {
        all.insert((*name).to_owned(), list(inner));
    }
    for (name, either) in document::EITHER {
        let either: Vec<_> = either.iter().map(|name| reference(name)).collect();
        all.insert((*name).to_owned(), json!({ "anyOf": either }));
    }
    Value::Object(all)
}

fn list(inner: &str) -> Value {
    json!({
        "type": "object",
        "properties": {
            "object": { "const": "list" },
            "url": { "type": "string" },
            "has_more": { "type": "boolean" },
            "data": { "type": "array", "items": reference(inner) },
        },
        "required": ["object", "url", "has_more", "data"],
    })
}

const LISTS: &[(&str, &str)] = &[
    ("number_list", "number"),
    ("previewed_list", "previewed_number"),
    ("series_list", "series"),
    ("gap_list", "gap"),
    ("trail_list", "trail_entry"),
    ("user_list", "user"),
    ("irregularity_list", "irregularity"),
    ("irregularity_summary_list", "irregularity_summary"),
];

/// What a field of an answer holds.
enum Field {
    Text,
    Integer,
    Flag,
    Date,
    /// Always this word.
    Object(&'static str),
    /// One of these words.
    Words(&'static [&'static str]),
    /// Texts by name.
    Texts,
    /// Another object.
    One(&'static str),
    /// Other objects.
    Many(&'static str),
    /// Texts in order.
    TextList,
    /// The same, or null.
    Null(&'static Field),
    /// The same, in some answers only.
    Sometimes(&'static Field),
    /// Always null: what this server has nothing to say of.
    Nothing,
    /// Always an empty list, for the same reason.
    NoList,
    /// A number that may have decimals.
    Number,
    /// A decimal number, as a text.
    Decimal,
    /// An instant in seconds since 1970-01-01 UTC.
    Instant,
    /// Any object.
    AnyObject,
    /// An id, or the object that it names where that is expanded.
    Named(&'static str),
    /// Objects of a list inside an object.
    Inner(&'static str),
}

impl Field {
    fn schema(&self) -> Value {
        match self {
            Field::Text => json!({ "type": "string" }),
            Field::Integer => json!({ "type": "integer" }),
            Field::Flag => json!({ "type": "boolean" }),
            Field::Date => json!({ "type": "string", "format": "date" }),
            Field::Object(word) => json!({ "const": word }),
            Field::Words(words) => json!({ "type": "string", "enum": words }),
            Field::Texts => {
                json!({ "type": "object", "additionalProperties": { "type": "string" } })
            }
            Field::One(name) => reference(name),
            Field::Many(name) => json!({ "type": "array", "items": reference(name) }),
            Field::TextList => json!({ "type": "array", "items": { "type": "string" } }),
            Field::Null(inner) => json!({ "anyOf": [inner.schema(), { "type": "null" }] }),
            Field::Sometimes(inner) => inner.schema(),
            Field::Nothing => json!({ "type": "null" }),
            Field::NoList => json!({ "type": "array", "maxItems": 0 }),
            Field::Number => json!({ "type": "number" }),
            Field::Decimal => json!({ "type": "string", "format": "decimal" }),
            Field::Instant => json!({ "type": "integer", "format": "int64" }),
            Field::AnyObject => json!({ "type": "object" }),
            Field::Named(name) => json!({ "anyOf": [{ "type": "string" }, reference(name)] }),
            Field::Inner(name) => reference(name),
        }
    }

    fn is_sometimes(&self) -> bool {
        matches!(self, Field::Sometimes(_))
    }
}

use Field::{
    Date, Flag, Integer, Many, Null, Object, One, Sometimes, Text, TextList, Texts, Words,
};

const RESET: Field =
    Words(&["never", "yearly", "fiscal_year", "quarterly", "monthly", "weekly", "daily"]);
const SCOPE: Field = Words(&["account", "customer", "parent"]);
const MARK: Field = Words(&["taught", "resequenced", "moved_forward", "imported"]);
const MODE: Field = Words(&["account", "customer"]);

/// The objects, their fields in the order in which they are written.
const OBJECTS: &[(&str, &[(&str, Field)])] = &[
    (
        "number",
        &[
            ("id", Text),
            ("object", Object("number")),
            ("livemode", Flag),
            ("created", Integer),
            ("number", Text),
            ("ordinal", Integer),
            ("state", Words(&["held", "void", "blank", "occupied"])),
            ("cause", Null(&Words(&["unused", "cancelled"]))),
            ("kind", Text),
            ("reference", Null(&Text)),
            ("date", Date),
            ("series", Text),
            ("customer", Null(&Text)),
            ("parent", Null(&Text)),
            ("period", One("period")),
            ("slug", Text),
            ("sort_key", Text),
            ("receipt", One("receipt")),
            ("metadata", Texts),
            ("mark", Null(&MARK)),
            ("warnings", TextList),
            ("voided", Null(&One("voided"))),
            ("reissue_of", Null(&Text)),
        ],
    ),
    ("period", &[("from", Date), ("to", Date), ("label", Text)]),
    ("receipt", &[("index", Integer), ("hash", Text)]),
    ("voided", &[("cause", Text), ("reason", Text), ("at", Integer), ("index", Integer)]),
    (
        "why",
        &[
            ("object", Object("why")),
            ("text", Text),
            ("number", One("number")),
            ("series", One("why_series")),
            ("date", Date),
            ("time_zone", Text),
            ("period", One("period")),
            ("scope", Null(&Text)),
            ("counter", One("why_counter")),
            ("actor", Text),
            ("at", Text),
            ("receipt", One("receipt")),
            ("what", Text),
            ("since", Many("why_event")),
        ],
    ),
    (
        "why_series",
        &[
            ("id", Text),
            ("name", Text),
            ("pattern", Null(&Text)),
            ("reset", Null(&RESET)),
            ("scope", SCOPE),
            ("prefix", Null(&Text)),
        ],
    ),
    ("why_counter", &[("before", Null(&Integer)), ("after", Integer)]),
    ("why_event", &[("at", Text), ("actor", Text), ("index", Integer), ("what", Text)]),
    (
        "series",
        &[
            ("id", Text),
            ("object", Object("series")),
            ("livemode", Flag),
            ("name", Text),
            ("kinds", Texts),
            ("pattern", Text),
            ("reset", RESET),
            ("scope", SCOPE),
            ("prefix", Text),
            ("starting_number", Integer),
            ("fiscal_year_start", Text),
            ("started", Flag),
            ("first_date", Null(&Date)),
            ("last_date", Null(&Date)),
            ("archived", Flag),
            ("formats", Many("series_format")),
            ("planned", Null(&One("series_format"))),
            ("default", Sometimes(&Flag)),
            ("default_for", Sometimes(&Many("series_use"))),
            ("next_number", Sometimes(&Null(&Text))),
        ],
    ),
    ("series_format", &[("from", Date), ("pattern", Text), ("reset", RESET), ("prefix", Text)]),
    ("series_use", &[("kind", Text), ("mode", MODE)]),
    (
        "preview",
        &[
            ("object", Object("preview")),
            ("livemode", Flag),
            ("series", Text),
            ("date", Date),
            ("period", One("period")),
            ("number", Text),
            ("numbers", TextList),
            ("data", Many("previewed_number")),
        ],
    ),
    (
        "previewed_number",
        &[
            ("object", Object("previewed_number")),
            ("number", Text),
            ("ordinal", Integer),
            ("slug", Text),
            ("warnings", TextList),
        ],
    ),
    (
        "sequence",
        &[
            ("object", Object("sequence")),
            ("livemode", Flag),
            ("series", Text),
            ("series_id", Text),
            ("scope", Text),
            ("period", One("period")),
            ("first", Integer),
            ("last", Integer),
            ("next", Integer),
            ("gap", Null(&One("gap"))),
        ],
    ),
    (
        "settings",
        &[
            ("object", Object("numbering_settings")),
            ("livemode", Flag),
            ("numbering", Words(&["yearly", "slashed", "stripe"])),
            ("mode", MODE),
            ("prefix", Null(&Text)),
            ("yearly_reset", Null(&Flag)),
            ("padding", Integer),
            ("starting_number", Integer),
            ("time_zone", Text),
            ("fiscal_year_start", Text),
            ("number_on", Words(&["finalize", "create"])),
            ("date_order", Words(&["off", "warn", "refuse"])),
            ("max_future_days", Integer),
            ("lock_date", Null(&Date)),
            ("hard_lock_date", Null(&Date)),
            ("series", Text),
            ("pattern", Text),
            ("reset", RESET),
            ("planned", Null(&One("series_format"))),
            ("next_number", Sometimes(&Null(&Text))),
        ],
    ),
    (
        "pattern_inference",
        &[
            ("object", Object("pattern_inference")),
            ("number", Text),
            ("pattern", Text),
            ("reset", RESET),
            ("ordinal", Integer),
            ("reason", Text),
            ("consistent", Flag),
            ("explanation", Text),
            ("next", Null(&Text)),
            ("alternatives", Many("inferred_pattern")),
        ],
    ),
    (
        "lesson",
        &[
            ("series", Text),
            ("pattern", Text),
            ("reset", RESET),
            ("ordinal", Integer),
            ("reason", Text),
            ("explanation", Text),
            ("next", Null(&Text)),
            ("first_of_next_period", Null(&Text)),
            ("skipped", Integer),
            ("alternatives", Many("inferred_pattern")),
        ],
    ),
    (
        "teaching",
        &[
            ("object", Object("teaching")),
            ("livemode", Flag),
            ("number", Text),
            ("series_name", Text),
            ("series", Text),
            ("pattern", Text),
            ("reset", RESET),
            ("ordinal", Integer),
            ("reason", Text),
            ("explanation", Text),
            ("next", Null(&Text)),
            ("first_of_next_period", Null(&Text)),
            ("skipped", Integer),
            ("alternatives", Many("inferred_pattern")),
        ],
    ),
    (
        "inferred_pattern",
        &[("pattern", Text), ("reset", RESET), ("ordinal", Integer), ("reason", Text)],
    ),
    (
        "pattern_check",
        &[
            ("object", Object("pattern_check")),
            ("valid", Flag),
            ("pattern", Null(&Text)),
            ("reset", Null(&RESET)),
            ("scope", Null(&SCOPE)),
            ("max_length", Null(&Integer)),
            ("example", Null(&Text)),
            ("diagnostics", Many("diagnostic")),
            ("error", Null(&One("check_error"))),
        ],
    ),
    (
        "diagnostic",
        &[
            ("severity", Words(&["warning", "error"])),
            ("message", Text),
            ("start", Integer),
            ("end", Integer),
        ],
    ),
    ("check_error", &[("code", Text), ("message", Text), ("param", Null(&Text))]),
    (
        "gap",
        &[
            ("id", Text),
            ("object", Object("gap")),
            ("livemode", Flag),
            ("series", Text),
            ("period", One("period")),
            ("customer", Null(&Text)),
            ("from", Integer),
            ("to", Integer),
            ("count", Integer),
            ("numbers", TextList),
            ("date", Date),
            ("cause", Words(&["skipped", "deleted", "renumbered", "imported"])),
            ("at", Integer),
            ("actor", Text),
            ("index", Integer),
            ("explanation", Null(&One("explanation"))),
        ],
    ),
    (
        "irregularity",
        &[
            ("id", Text),
            ("object", Object("irregularity")),
            ("livemode", Flag),
            ("kind", Words(&["gap", "void", "draft", "late_start"])),
            ("series", Text),
            ("period", One("period")),
            ("customer", Null(&Text)),
            ("numbers", Null(&TextList)),
            ("from", Integer),
            ("to", Integer),
            ("count", Integer),
            ("date", Date),
            ("cause", Null(&Text)),
            ("at", Null(&Integer)),
            ("actor", Null(&Text)),
            ("index", Null(&Integer)),
            ("reference", Null(&Text)),
            ("explanation", Null(&One("explanation"))),
        ],
    ),
    (
        "irregularity_summary",
        &[
            ("object", Object("irregularity_summary")),
            ("livemode", Flag),
            ("series", Text),
            ("lock_date", Null(&Date)),
            ("all", One("irregularity_counts")),
            ("open", One("irregularity_counts")),
            ("warning", Null(&Text)),
        ],
    ),
    (
        "irregularity_counts",
        &[
            ("gaps", Integer),
            ("missing", Integer),
            ("unexplained", Integer),
            ("voids", Integer),
            ("drafts", Integer),
        ],
    ),
    (
        "gap_statement",
        &[
            ("object", Object("gap_statement")),
            ("livemode", Flag),
            ("account", Text),
            ("account_name", Text),
            ("series", Null(&Text)),
            ("from", Date),
            ("to", Date),
            ("generated", Integer),
            ("trail", One("statement_trail")),
            ("digest", Null(&Text)),
            ("totals", One("irregularity_counts")),
            ("sequences", Many("statement_sequence")),
            ("lines", Many("statement_line")),
        ],
    ),
    ("statement_trail", &[("entries", Integer), ("head", Text)]),
    (
        "statement_sequence",
        &[
            ("series", Text),
            ("period", Text),
            ("customer", Null(&Text)),
            ("first", Integer),
            ("last", Integer),
            ("missing", Integer),
        ],
    ),
    (
        "statement_line",
        &[
            ("id", Text),
            ("kind", Words(&["gap", "void", "draft"])),
            ("numbers", TextList),
            ("count", Integer),
            ("date", Date),
            ("cause", Null(&Text)),
            ("at", Integer),
            ("actor", Null(&Text)),
            ("explanation", Null(&Text)),
            ("explained_by", Null(&Text)),
        ],
    ),
    (
        "closed_period",
        &[
            ("object", Object("closed_period")),
            ("livemode", Flag),
            ("from", Date),
            ("end", Date),
            ("lock_date", Null(&Date)),
            ("gaps", Integer),
            ("missing", Integer),
            ("explained", Integer),
            ("voids", Integer),
            ("digest", Text),
            ("receipt", One("receipt")),
        ],
    ),
    ("explanation", &[("text", Text), ("actor", Text), ("at", Integer)]),
    (
        "user",
        &[
            ("id", Text),
            ("object", Object("user")),
            ("name", Text),
            ("email", Text),
            ("role", Words(&["administrator", "accountant", "clerk", "auditor"])),
            ("disabled", Flag),
            ("disabled_at", Null(&Integer)),
            ("has_password", Flag),
            ("created", Integer),
        ],
    ),
    (
        "locks",
        &[
            ("object", Object("locks")),
            ("livemode", Flag),
            ("lock_date", Null(&Date)),
            ("hard_lock_date", Null(&Date)),
            ("locked_through", Null(&Date)),
        ],
    ),
    (
        "trail_entry",
        &[
            ("id", Text),
            ("object", Object("trail_entry")),
            ("index", Integer),
            ("at", Text),
            ("actor", Text),
            ("what", Text),
            ("lines", Integer),
            ("bytes", Text),
            ("hash", Text),
        ],
    ),
    (
        "trail_anchor",
        &[
            ("object", Object("trail_anchor")),
            ("at", Text),
            ("entries", Integer),
            ("head", Text),
            ("kept", Null(&One("kept_head"))),
        ],
    ),
    ("kept_head", &[("entries", Integer), ("head", Text), ("holds", Flag), ("found", Null(&Text))]),
    (
        "trail_verification",
        &[
            ("object", Object("trail_verification")),
            ("valid", Flag),
            ("entries", Integer),
            ("sequences", Integer),
            ("numbers", Integer),
            ("gaps", Integer),
            ("head", Text),
            ("violations", Many("violation")),
        ],
    ),
    ("violation", &[("invariant", Text), ("message", Text)]),
    ("health", &[("status", Words(&["alive", "ready"]))]),
    ("error", &[("error", One("error_inside"))]),
    (
        "error_inside",
        &[
            ("type", Words(&["invalid_request_error", "idempotency_error", "api_error"])),
            ("code", Text),
            ("message", Text),
            ("param", Null(&Text)),
        ],
    ),
];
