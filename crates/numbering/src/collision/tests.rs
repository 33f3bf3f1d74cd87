use super::*;
use crate::{Reset, fold};

fn format(pattern: &str) -> Format {
    Format {
        kind_texts: vec![String::new(), "C".into()],
        prefix: "INV-".into(),
        ..Format::of(pattern.parse().unwrap())
    }
}

fn resetting(pattern: &str, reset: Reset, start: &str) -> Format {
    Format { reset, fiscal_year_start: start.parse().unwrap(), ..format(pattern) }
}

// Whatever is said to collide is printed by both formats.
fn check(collision: Option<Collision>, name: &str, want: Option<(CollisionReason, &str)>) {
    let got = collision.as_ref().map(|it| (it.reason, it.first.text.as_str()));
    assert_eq!(got, want, "{name}");
    if let Some(Collision { first, second, .. }) = collision {
        assert_eq!(fold(&first.text), fold(&second.text), "{name}");
    }
}

#[test]
fn resets_need_their_date_parts() {
    use CollisionReason::Period;
    use Reset::{Daily, FiscalYear, Monthly, Never, Quarterly, Weekly, Yearly};
    for (pattern, reset, start, want) in [
        ("{seq}", Never, "01-01", None),
        ("{year}-{seq}", Never, "01-01", None),
        ("{seq:5}", Yearly, "01-01", Some("00001")),
        ("{year}-{seq}", Yearly, "01-01", None),
        ("{year:2}-{seq}", Yearly, "01-01", None),
        ("{month}-{seq}", Yearly, "01-01", Some("01-1")),
        ("{end_year}-{seq}", Yearly, "01-01", None),
        ("{end_year}-{seq}", Yearly, "04-01", Some("2025-1")),
        ("{year}-{seq}", FiscalYear, "04-16", None),
        ("{end_year:2}-{seq}", FiscalYear, "04-16", None),
        ("{month}-{seq}", FiscalYear, "04-16", Some("04-1")),
        ("{year}/{quarter}-{seq}", Quarterly, "01-01", None),
        ("{year}/{month}-{seq}", Quarterly, "01-01", None),
        ("{year}-{seq}", Quarterly, "01-01", Some("2024-1")),
        ("{year}-{end_year}/{quarter}-{seq}", Quarterly, "04-01", None),
        ("{year}-{end_year}/{quarter}-{seq}", Quarterly, "02-01", Some("2024-2025/1-1")),
        ("{year}/{month}-{seq}", Monthly, "04-16", None),
        ("{month}-{seq}", Monthly, "01-01", Some("01-1")),
        ("{year}-{seq}", Monthly, "01-01", Some("2024-1")),
        ("{year}-{end_year}/{month}-{seq}", Monthly, "04-01", None),
        ("{year}-{end_year}/{month}-{seq}", Monthly, "04-16", Some("2024-2025/04-1")),
        ("{year}-{end_year}/{month}{day}-{seq}", Monthly, "04-16", None),
        ("{year}-W{week}-{seq}", Weekly, "01-01", None),
        ("{year}-{month}-{day}-{seq}", Weekly, "01-01", None),
        ("W{week}-{seq}", Weekly, "01-01", Some("W01-1")),
        ("{year}-W{week}-{seq}", Yearly, "01-01", Some("2025-W01-1")),
        ("{year}{month}{day}-{seq}", Daily, "01-01", None),
        ("{year}-W{week}-{seq}", Daily, "01-01", Some("2024-W01-1")),
        ("{year}-{month}-{seq}", Daily, "01-01", Some("2024-01-1")),
    ] {
        let found = within(&resetting(pattern, reset, start), Scope::Account);
        check(found, &format!("{pattern} {reset} {start}"), want.map(|text| (Period, text)));
    }
}

#[test]
fn scopes_need_their_tokens() {
    use CollisionReason::Scope as Unscoped;
    for (pattern, scope, want) in [
        ("{customer}-{seq:4}", Scope::Customer, None),
        ("INV-{seq:4}", Scope::Customer, Some((Unscoped, "INV-0001"))),
        ("{invoice}-CN-{seq:2}", Scope::Parent, None),
        ("{customer}-{seq:2}", Scope::Parent, Some((Unscoped, "ACME-01"))),
        ("{customer}-{invoice}-{seq:2}", Scope::Account, None),
    ] {
        check(within(&format(pattern), scope), pattern, want);
    }
}

#[test]
fn joins_are_read_in_one_way() {
    use CollisionReason::Join;
    for (pattern, scope, want) in [
        ("{year}{month}{seq}", Scope::Account, None),
        ("{year:2}{seq}{month}", Scope::Account, None),
        ("{seq}{year}", Scope::Account, None),
        ("{seq}0", Scope::Account, None),
        ("{prefix}{seq}", Scope::Account, None),
        ("{customer}{seq:4}", Scope::Customer, Some("X10001")),
        ("{customer}{seq:4}", Scope::Account, Some("X10001")),
        ("{customer}{year}-{seq}", Scope::Customer, None),
        ("{seq}{customer}", Scope::Customer, Some("11X")),
        ("{invoice}{seq:2}", Scope::Parent, Some("X101")),
        ("{invoice}-CN-{seq:2}", Scope::Parent, None),
        ("{invoice}-{customer}-{seq}", Scope::Parent, None),
        ("{kind}{seq}", Scope::Account, None),
        ("{kind}{customer}-{seq}", Scope::Account, None),
        ("{kind}{customer}-{seq}", Scope::Customer, Some("CX-1")),
    ] {
        let found = within(&format(pattern), scope);
        let found_text = found.as_ref().map(|it| it.first.text.clone());
        check(found, pattern, want.map(|_| (Join, found_text.as_deref().unwrap_or_default())));
        assert_eq!(found_text.as_deref(), want, "{pattern} {scope}");
    }
}

#[test]
fn kinds_that_end_in_digits_join_with_the_ordinal() {
    let kinds = Format { kind_texts: vec![String::new(), "1".into()], ..format("{kind}{seq}") };
    let found = within(&kinds, Scope::Account).unwrap();
    assert_eq!(found.reason, CollisionReason::Join);
    assert_eq!(found.first.text, "11");
    assert_ne!(found.first.ordinal, found.second.ordinal);
}

// Too many texts to try one by one.
#[test]
fn long_joins_are_found_on_chosen_days() {
    for pattern in [
        "{year:2}{invoice}{end_year}{month}{seq:2}",
        "{invoice}{end_year}{seq:4}{end_year}2026",
        "{end_year}--{seq:2}{year}{month}{invoice}CN{year}",
    ] {
        let found = within(&format(pattern), Scope::Account).unwrap();
        assert_eq!(found.reason, CollisionReason::Join, "{pattern}");
        assert_eq!(fold(&found.first.text), fold(&found.second.text));
        assert_ne!(found.first.ordinal, found.second.ordinal);
    }
}

#[test]
fn other_series_share_no_text() {
    for (a, b, want) in [
        ("INV-{year}-{seq:5}", "CN-{year}-{seq:5}", None),
        ("INV-{year}-{seq:5}", "inv-{year}-{seq:5}", Some("INV-2026-00001")),
        ("INV-{year}-{seq:5}", "INV-{seq:5}", None),
        ("INV{year}{seq:5}", "INV{seq:5}", Some("INV202600001")),
        ("{year}-{seq}", "{seq}-{month}", Some("2026-11")),
        ("{year}-{month}-{seq}", "{year}-{day}-{seq}", Some("2026-01-1")),
        ("{month}{day}-{seq}", "0230-{seq}", None),
        ("{month}{day}-{seq}", "0229-{seq}", Some("0229-1")),
        ("{year}{month}{day}-{seq}", "20250229-{seq}", None),
        ("{quarter}{month}-{seq}", "401-{seq}", None),
        ("{year}W{week}-{seq}", "2025W53-{seq}", None),
        ("{year}W{week}-{seq}", "2026W53-{seq}", Some("2026W53-1")),
        ("INV-{year}-{seq:5}", "{invoice}-CN-{seq:2}", None),
        ("{customer}-{seq:4}", "{invoice}-CN-{seq:2}", None),
        ("{prefix}{seq:4}", "{customer}-{seq:4}", Some("INV-0001")),
        ("1{seq:3}", "{seq:3}1", Some("1001")),
        ("A{seq:15}", "A{year}{seq}", Some("A202610000000001")),
        ("{kind}{seq}", "C-{seq}", None),
        ("{kind}{seq}", "C{seq:3}", Some("C101")),
    ] {
        let found = collision(&format(a), &format(b), Relation::OtherSeries);
        let text = found.as_ref().map(|it| it.first.text.clone());
        assert_eq!(text.as_deref(), want, "{a} {b}");
        let back = collision(&format(b), &format(a), Relation::OtherSeries);
        assert_eq!(back.is_some(), want.is_some(), "{b} {a}");
    }
}

#[test]
fn one_series_may_change_how_it_prints() {
    use Reset::{Never, Quarterly, Yearly};
    for (a, b, reset, want) in [
        ("INV-{year}-{seq:5}", "INV-{year}-{seq:4}", Yearly, None),
        ("INV-{year}-{seq:5}", "{prefix}{year}-{seq}", Yearly, None),
        ("INV-{year}-{month}-{seq}", "INV-{year}-{day}-{seq}", Yearly, None),
        ("INV-{year}-{seq:5}", "INV-{year:2}-{seq:5}", Yearly, None),
        ("INV2026-{seq}", "INV{year}-{seq}", Never, None),
        ("{year:2}{month}-{seq}", "{month}{year:2}-{seq}", Yearly, Some("1101-1")),
        ("{year}0{quarter}-{seq}", "{year}{month}-{seq}", Quarterly, Some("202602-1")),
        ("1{seq}", "{seq}1", Never, Some("121")),
        ("INV{seq:5}", "INV{year}{seq:5}", Never, Some("INV202600001")),
    ] {
        let (a, b) = (resetting(a, reset, "01-01"), resetting(b, reset, "01-01"));
        let found = collision(&a, &b, Relation::SameSeries);
        let text = found.as_ref().map(|it| it.first.text.clone());
        assert_eq!(text.as_deref(), want, "{} {}", a.pattern, b.pattern);
    }
}

#[test]
fn another_reset_is_another_counter() {
    let yearly = resetting("INV-{year}-{month}-{seq}", Reset::Yearly, "01-01");
    let monthly = resetting("INV-{year}-{month}-{seq}", Reset::Monthly, "01-01");
    let found = collision(&yearly, &monthly, Relation::SameSeries).unwrap();
    assert_eq!(found.first.text, "INV-2026-01-1");

    // The fiscal year matters where it is printed or counted by, and nowhere else.
    let moved = resetting("INV-{year}-{month}-{seq}", Reset::Yearly, "04-01");
    assert_eq!(collision(&yearly, &moved, Relation::SameSeries), None);
    let fiscal = |start| resetting("INV-{year}-{seq}", Reset::FiscalYear, start);
    assert!(collision(&fiscal("04-01"), &fiscal("07-01"), Relation::SameSeries).is_some());
}

#[test]
fn customers_pass_by_what_is_taken() {
    let taken = ["INV", "CN"];
    for (a, b, want) in [
        ("CN-{year}-{seq:5}", "{customer}-{year}-{seq:5}", None),
        ("{prefix}{year}-{seq:5}", "{customer}-{year}-{seq:5}", None),
        ("CN/{year}/{month}/{day}/{seq}", "{customer}/{year}/{month}/{day}/{seq}", None),
        ("{customer}-{seq:4}", "{customer}-{year}-{seq:5}", None),
        ("{customer}-{seq:4}", "{customer}-{seq:5}", Some("X-10001")),
        ("{seq}", "{customer}{seq}", Some("11")),
    ] {
        let (a, b) = (format(a), format(b));
        let found = collision_beside(&a, &b, Relation::OtherSeries, &taken);
        let text = found.map(|it| it.first.text);
        assert_eq!(text.as_deref(), want, "{} {}", a.pattern, b.pattern);
    }
}

#[test]
fn taken_prefixes_are_no_customers() {
    let account = Format { prefix: "inv".into(), ..format("{prefix}{seq:4}") };
    let found = |pattern: &str, taken: &[&str]| {
        let found = collision_beside(&account, &format(pattern), Relation::OtherSeries, taken);
        found.map(|it| it.second.scope)
    };
    assert_eq!(found("{customer}{seq:4}", &[]).as_deref(), Some("INV"));
    assert_eq!(found("{customer}{seq:4}", &["INV"]).as_deref(), Some("INV1"));
}

#[test]
fn a_thousand_others_are_compared() {
    let others: Vec<Format> =
        (0..1000).map(|n| format(&format!("S{n:03}-{{year}}-{{seq:5}}"))).collect();
    let mine = format("S1000-{year}-{seq:5}");
    let hits = others.iter().filter(|it| collision(&mine, it, Relation::OtherSeries).is_some());
    assert_eq!(hits.count(), 0);
    let same = format("s500-{year}-{seq:4}");
    let hits = others.iter().filter(|it| collision(&same, it, Relation::OtherSeries).is_some());
    assert_eq!(hits.count(), 1);
}

#[test]
fn many_long_kinds_are_decided() {
    let kinds = (10..74).map(|n| format!("{}{n}", "K".repeat(38))).collect();
    let format = Format { kind_texts: kinds, ..format("{kind}{customer}{seq:5}-{invoice}") };
    assert_eq!(within(&format, Scope::Account).map(|it| it.reason), Some(CollisionReason::Join));
    let format = Format { pattern: "{kind}-{customer}-{seq}".parse().unwrap(), ..format };
    assert_eq!(within(&format, Scope::Customer), None);
}
