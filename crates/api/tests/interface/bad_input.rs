//! Bad input: each with a clear error, and nothing changed.

use axum::body::Body;

use crate::app::App;

struct Case {
    path: &'static str,
    body: String,
    status: u16,
    code: &'static str,
    param: &'static str,
    says: &'static str,
}

fn case(
    path: &'static str,
    body: impl Into<String>,
    code: &'static str,
    param: &'static str,
    says: &'static str,
) -> Case {
    Case { path, body: body.into(), status: 400, code, param, says }
}

const NUMBERS: &str = "/v1/numbers";
const SERIES: &str = "/v1/series";
const SETTINGS: &str = "/v1/numbering/settings";

fn patterns() -> Vec<Case> {
    let long = format!("name=x&pattern={}{{seq}}", "A".repeat(300));
    vec![
        case(SERIES, "name=x&pattern=INV-{year}", "pattern_invalid", "pattern", "{seq}"),
        case(SERIES, "name=x&pattern=X-{seq}&reset=yearly", "pattern_collision", "pattern", "X-1"),
        case(SERIES, "name=x&pattern=A{customer}{seq}", "pattern_collision", "pattern", ""),
        case(
            SERIES,
            "name=x&pattern=K{kind}{seq}&kinds[a]=&kinds[b]=1",
            "pattern_collision",
            "pattern",
            "",
        ),
        case(SERIES, "name=x&pattern=OLD-{seq}", "pattern_collision", "pattern", "OLD-"),
        case(SERIES, long, "pattern_invalid", "pattern", "120"),
        case(SERIES, "name=x&pattern=A-{sq}", "pattern_invalid", "pattern", "seq"),
        case(
            SERIES,
            "name=x&pattern={prefix}{seq}&prefix=%00",
            "parameter_invalid",
            "prefix",
            "U+0000",
        ),
        case(
            SERIES,
            "name=x&pattern={prefix}{seq}&prefix=%F0%9F%A6%80",
            "parameter_invalid",
            "prefix",
            "",
        ),
        case(SETTINGS, "prefix=%F0%9F%A6%80", "parameter_invalid", "prefix", ""),
        case(SETTINGS, "prefix=a%00b", "parameter_invalid", "prefix", "U+0000"),
        case(SETTINGS, "padding=16", "parameter_invalid_integer", "padding", "0 to 15"),
        case(SETTINGS, "time_zone=Mars/Base", "parameter_invalid", "time_zone", "IANA"),
        case(SETTINGS, "padding=-1", "parameter_invalid_integer", "padding", "0 to 15"),
        case(
            SETTINGS,
            "max_future_days=36526",
            "parameter_invalid_integer",
            "max_future_days",
            "0 to 36525",
        ),
        case(
            SETTINGS,
            "starting_number=-1",
            "parameter_invalid_integer",
            "starting_number",
            "1 to 999999999999999",
        ),
        case(
            SERIES,
            "name=x&pattern=X-{seq}&starting_number=0",
            "parameter_invalid_integer",
            "starting_number",
            "1 to 999999999999999",
        ),
        case(
            SETTINGS,
            "starting_number=1000000000000000",
            "ordinal_overflow",
            "starting_number",
            "",
        ),
    ]
}

fn dates() -> Vec<Case> {
    let date = |text: &str, says| {
        case(NUMBERS, format!("date={text}"), "parameter_invalid_date", "date", says)
    };
    vec![
        date("2026-02-30", "28 days"),
        date("0000-01-01", "0001 to 9999"),
        date("10000-01-01", "0001 to 9999"),
        date("03.05.2026", "YYYY-MM-DD"),
        case(NUMBERS, "date=2062-01-01", "date_too_far", "date", "366"),
    ]
}

/// One pair, with a key and a value of so many characters.
fn metadata(key: usize, value: usize) -> String {
    format!("metadata[{}]={}", "k".repeat(key), "v".repeat(value))
}

fn many_keys(count: usize) -> String {
    let pairs: Vec<String> = (0..count).map(|at| format!("metadata[k{at}]=v")).collect();
    pairs.join("&")
}

fn parameters() -> Vec<Case> {
    vec![
        case(NUMBERS, "dat=2026-01-01", "parameter_unknown", "dat", "date, reference"),
        case(NUMBERS, "reference=a&reference=b", "parameter_duplicate", "reference", "twice"),
        case(NUMBERS, "reference=", "parameter_invalid_empty", "reference", "empty"),
        case(NUMBERS, "reference=%", "body_invalid", "", "hexadecimal"),
        case(NUMBERS, "reference[=1", "body_invalid", "", "not closed"),
        case(NUMBERS, "reference=%ff", "body_invalid", "", "UTF-8"),
        case(
            NUMBERS,
            metadata(1, 501),
            "parameter_invalid",
            "metadata[k]",
            "500 characters. Shorten",
        ),
        case(NUMBERS, metadata(41, 1), "parameter_invalid", "metadata", "40 characters"),
        case(NUMBERS, "metadata[]=v", "parameter_invalid_object", "metadata", "[key]=value"),
        case(NUMBERS, "metadata[%07]=v", "parameter_invalid", "metadata", "Take it out"),
        case(NUMBERS, many_keys(51), "parameter_invalid", "metadata", "50 names. Leave some out"),
        // More than are read at all.
        case(NUMBERS, many_keys(500), "parameter_invalid", "metadata", "50 names. Leave some out"),
        case(NUMBERS, "kind=Invoice", "parameter_invalid", "kind", "lower-case"),
        case(NUMBERS, "series=nowhere", "resource_missing", "series", "nowhere"),
        case("/v1/numbers/batch", "items[0][x]=1", "parameter_unknown", "items[0][x]", ""),
        case("/v1/numbers?date=2026-01-01", "", "parameter_unknown", "", "body"),
        case("/v1/locks", "lock_date=2026-02-30", "parameter_invalid_date", "lock_date", ""),
        case(
            "/v1/series/old/advance",
            "next=1000000000000000&reason=x",
            "ordinal_overflow",
            "next",
            "",
        ),
    ]
}

#[tokio::test]
async fn nothing_changes_and_the_error_says_what_to_do() {
    let app = App::new().await;
    app.form(SERIES, "name=old&pattern=OLD-{seq}").await.ok();
    app.form(NUMBERS, "series=old&reference=1").await.ok();
    app.form("/v1/series/old", "pattern=NEW-{seq}").await.ok();
    let before = app.contents().await;
    for case in patterns().into_iter().chain(dates()).chain(parameters()) {
        let got = app.form(case.path, &case.body).await;
        let shown = format!("{} {} -> {}", case.path, case.body, got.text);
        assert_eq!(got.status.as_u16(), case.status, "{shown}");
        assert_eq!((got.code(), got.param()), (case.code, case.param), "{shown}");
        assert!(got.str("/error/message").contains(case.says), "{shown}");
        assert!(got.header("request-id").starts_with("req_"), "{shown}");
    }
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn broken_json_is_refused_with_its_place() {
    let app = App::new().await;
    let before = app.contents().await;
    for body in ["{", "{\"reference\":}", "[]", "\"a\"", "{\"reference\":\"a\"} x", "nonsense"] {
        let got = app.json(NUMBERS, body).await;
        assert_eq!((got.status.as_u16(), got.code()), (400, "body_invalid"), "{body}");
    }
    let deep = format!("{{\"metadata\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(app.json(NUMBERS, &deep).await.code(), "body_invalid");
    let wide: Vec<_> = (0..50_000).map(|n| format!("a{n}=1")).collect();
    assert_eq!(app.form(NUMBERS, &wide.join("&")).await.code(), "parameter_unknown");
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn bodies_are_bounded() {
    let app = App::new().await;
    let before = app.contents().await;
    let two_megabytes = format!("reference={}", "a".repeat(2 << 20));
    let got = app.form(NUMBERS, &two_megabytes).await;
    assert_eq!((got.status.as_u16(), got.code()), (413, "body_too_large"));
    let nine_megabytes = format!("x={}", "a".repeat(9 << 20));
    let got = app.form("/v1/numbers/batch", &nine_megabytes).await;
    assert_eq!((got.status.as_u16(), got.code()), (413, "body_too_large"));
    // A batch may be larger than other bodies, and its own limits still hold.
    let got = app.form("/v1/numbers/batch", &two_megabytes).await;
    assert_eq!(got.code(), "parameter_unknown");
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn a_list_that_is_too_long_is_named() {
    let app = App::new().await;
    let before = app.contents().await;
    let items = format!("{{\"items\":[{}]}}", vec!["{}"; 10_001].join(","));
    let named = format!("{{\"series\":[{}]}}", vec!["1"; 10_001].join(","));
    let form: Vec<String> = (0..10_001).map(|at| format!("items[{at}][reference]=r{at}")).collect();
    let open = vec!["items[][reference]=r"; 10_001].join("&");
    let kinds = "name=x&pattern={seq}&".to_owned() + &vec!["kinds[]=invoice"; 10_001].join("&");
    let batch = "/v1/numbers/batch";
    for (got, param) in [
        (app.json(batch, &items).await, "items"),
        (app.json("/v1/numbers/batch/preview", &items).await, "items"),
        (app.form(batch, &form.join("&")).await, "items"),
        (app.form(batch, &open).await, "items"),
        (app.form(SERIES, &kinds).await, "kinds"),
    ] {
        let text = &got.text;
        assert_eq!((got.code(), got.param()), ("parameter_invalid", param), "{text}");
        let message = got.str("/error/message");
        assert!(message.contains("more than 10000 entries"), "{message}");
        assert!(message.contains("Split them over several requests"), "{message}");
    }
    // What is no list at all is told as that.
    assert_eq!(app.json(NUMBERS, &named).await.code(), "parameter_invalid_string");
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let app = App::new().await;
    let request = app.request("POST", NUMBERS).header("content-type", "text/csv");
    let got = app.send(request.body(Body::from("a,b")).unwrap()).await;
    assert_eq!((got.status.as_u16(), got.code()), (415, "content_type_unsupported"));
}

#[tokio::test]
async fn an_ordinal_cannot_pass_its_largest() {
    let app = App::new().await;
    app.form(SETTINGS, "starting_number=999999999999999").await.ok();
    let last = app.form(NUMBERS, "reference=a").await.ok();
    assert_eq!(last.str("/number"), "INV-2026-999999999999999");
    let before = app.contents().await;
    assert_eq!(app.form(NUMBERS, "reference=b").await.code(), "ordinal_overflow");
    assert_eq!(app.contents().await, before);
}
