//! The cases of `vectors/numbering.json`: what Odoo does with a number, and what we do.
//!
//! A case states its answer at its top level where both do the same. Where we differ, `odoo` is
//! Odoo's answer and `ours` is ours; every such case is a row of `docs/compared-with-odoo.md`.

use jiff::civil::Date;
use numbering::{
    FiscalYearStart, Part, Token, YearDigits,
    infer::{self, Candidate, HistoryRow, InferError},
};
use serde_json::{Map, Value, json};

const VECTORS: &str = include_str!("vectors/numbering.json");

/// Answers every case of a group and compares.
fn check(group: &str, answer: impl Fn(&Value) -> Map<String, Value>) {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = vectors[group].as_array().unwrap();
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for case in cases {
        let got = answer(case);
        let want = case.get("ours").unwrap_or(case);
        for (field, value) in &got {
            if want.get(field) != Some(value) {
                wrong.push(format!(
                    "{}: {field} is {value}, not {:?}",
                    case["case"],
                    want.get(field)
                ));
            }
        }
        let unasked = ["next", "refused", "reset"]
            .iter()
            .find(|field| want.get(**field).is_some() && !got.contains_key(**field));
        if let Some(field) = unasked {
            wrong.push(format!("{}: no {field} in {got:?}", case["case"]));
        }
    }
    assert!(wrong.is_empty(), "{group}:\n{}", wrong.join("\n"));
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{}: no {field}", case["case"]))
}

fn date(case: &Value, field: &str) -> Date {
    text(case, field).parse().unwrap()
}

fn fiscal(case: &Value) -> FiscalYearStart {
    match case.get("fiscal_year_end") {
        Some(end) => FiscalYearStart::from_end(end.as_str().unwrap()).unwrap(),
        None => FiscalYearStart::CALENDAR,
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn refusal(error: &InferError) -> Map<String, Value> {
    object(json!({ "refused": error.code() }))
}

#[test]
fn next() {
    check("next", |case| {
        let fiscal = fiscal(case);
        let mut number = text(case, "number").to_owned();
        let mut of = date(case, "date");
        let mut answers = Vec::new();
        for wanted in case["for"].as_array().unwrap() {
            let wanted: Date = wanted.as_str().unwrap().parse().unwrap();
            match infer::next(&number, of, wanted, fiscal) {
                Ok(next) => number = next,
                Err(error) => return refusal(&error),
            }
            of = wanted;
            answers.push(json!(number));
        }
        object(json!({ "next": answers }))
    });
}

#[test]
fn history() {
    check("history", |case| {
        let rows = case["history"].as_array().unwrap();
        let rows: Vec<HistoryRow<'_>> = rows
            .iter()
            .map(|row| HistoryRow {
                number: row["number"].as_str().unwrap(),
                date: row["date"].as_str().unwrap().parse().unwrap(),
                kind: row.get("kind").and_then(Value::as_str),
            })
            .collect();
        let history = infer::infer_history(&rows, fiscal(case));
        match history.next(date(case, "for"), case.get("kind").and_then(Value::as_str)) {
            Some(Ok(next)) => object(json!({ "next": next })),
            Some(Err(error)) => refusal(&error),
            None => object(json!({ "next": null })),
        }
    });
}

/// The parts of a number as its pattern cuts it, printed values as integers.
fn parts(number: &str, best: &Candidate, digits: usize) -> Map<String, Value> {
    let mut found = object(json!({ "reset": best.reset.as_str(), "counter": best.ordinal.get() }));
    let (mut rest, mut head, mut in_head, mut tail) = (number, String::new(), true, String::new());
    for part in best.pattern.parts() {
        let length = match part {
            Part::Literal(text) => text.len(),
            Part::Token(Token::Seq { .. }) => digits,
            Part::Token(Token::Year(YearDigits::Four) | Token::EndYear(YearDigits::Four)) => 4,
            Part::Token(_) => 2,
        };
        let (printed, left) = rest.split_at(length);
        rest = left;
        let dated = match part {
            Part::Token(Token::Year(digits)) => Some(("year", Some(digits))),
            Part::Token(Token::EndYear(digits)) => Some(("end_year", Some(digits))),
            Part::Token(Token::Month) => Some(("month", None)),
            _ => None,
        };
        in_head &= matches!(part, Part::Literal(_));
        match part {
            Part::Literal(text) if in_head => head.push_str(text),
            Part::Literal(text) => tail.clone_from(text),
            Part::Token(Token::Seq { .. }) => {
                tail.clear();
                found.insert("digits".into(), json!(printed.len()));
            }
            Part::Token(_) => tail.clear(),
        }
        if let Some((name, digits)) = dated {
            found.insert(name.into(), json!(printed.parse::<u16>().unwrap()));
            if let Some(digits) = digits {
                found.insert(format!("{name}_digits"), json!(digits.count()));
            }
        }
    }
    found.insert("head".into(), json!(head));
    if !tail.is_empty() {
        found.insert("tail".into(), json!(tail));
    }
    found
}

#[test]
fn detect() {
    check("detect", |case| {
        let number = text(case, "number");
        match infer::infer(number, date(case, "date"), fiscal(case)) {
            Ok(found) if case.get("ours").is_some() => object(json!({
                "pattern": found.best.pattern.to_string(),
                "reset": found.best.reset.as_str(),
                "asks": !found.alternatives.is_empty(),
            })),
            Ok(found) => {
                let literal = |part: &Part| match part {
                    Part::Literal(text) => text.len(),
                    Part::Token(Token::Seq { .. }) => 0,
                    Part::Token(Token::Year(digits) | Token::EndYear(digits)) => {
                        digits.count().into()
                    }
                    Part::Token(_) => 2,
                };
                let others: usize = found.best.pattern.parts().iter().map(literal).sum();
                parts(number, &found.best, number.len() - others)
            }
            Err(error) => refusal(&error),
        }
    });
}

#[test]
fn reject() {
    check("reject", |case| {
        match infer::infer(text(case, "number"), date(case, "date"), fiscal(case)) {
            Ok(found) => object(json!({
                "pattern": found.best.pattern.to_string(),
                "reset": found.best.reset.as_str(),
            })),
            Err(error) => refusal(&error),
        }
    });
}

#[test]
fn every_difference_is_stated() {
    let stated = include_str!("../../../docs/compared-with-odoo.md");
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = vectors.as_object().unwrap().values().flat_map(|cases| cases.as_array().unwrap());
    let mut differing = 0;
    for case in cases.filter(|case| case.get("ours").is_some()) {
        differing += 1;
        let row = stated
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", text(case, "case"))))
            .unwrap_or_else(|| panic!("{} is not in docs/compared-with-odoo.md", case["case"]));
        let ours = &case["ours"];
        for field in ["pattern", "reset", "refused", "next"] {
            let answers = ours.get(field).map(|answer| match answer {
                Value::Array(each) => each.clone(),
                Value::Null => vec![json!("asks")],
                one => vec![one.clone()],
            });
            for answer in answers.unwrap_or_default() {
                assert!(row.contains(answer.as_str().unwrap()), "{row}\nlacks {answer}");
            }
        }
    }
    let reading = stated.split("\n## ").find(|part| part.starts_with("Reading numbers"));
    let rows = reading.expect("the part about reading").lines();
    let rows = rows.filter(|line| line.starts_with("| ") && line.contains("-0")).count();
    assert_eq!(rows, differing);
}

#[test]
fn explain() {
    check("explain", |case| {
        let (before, after) = (text(case, "before"), text(case, "after"));
        match infer::explain_change(before, after, date(case, "date"), fiscal(case)) {
            Ok(Some(notice)) => {
                let mut told = object(json!({
                    "reset": notice.reset.as_str(),
                    "counter": notice.counter,
                }));
                for (name, value) in
                    [("year", notice.year), ("end_year", notice.end_year), ("month", notice.month)]
                {
                    if let Some(value) = value {
                        told.insert(name.into(), json!(value));
                    }
                }
                told
            }
            Ok(None) => object(json!({ "silent": true })),
            Err(error) => refusal(&error),
        }
    });
}
