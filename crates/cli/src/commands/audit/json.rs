//! An audit for programs.

use numbering::audit::{Counter, CounterPeriod, Dated, FoundFormat, HoleRun, OddOneOut};
use serde_json::{Value, json};

use super::Report;

/// The whole report.
pub(super) fn value(report: &Report<'_>) -> Value {
    let audit = report.audit;
    let (missing, hole_runs) = report.missing();
    json!({
        "object": "audit",
        "file": report.title,
        "rows": audit.rows,
        "time_zone": report.zone,
        "missing": missing,
        "hole_runs": hole_runs,
        "formats": audit.formats.iter().map(format).collect::<Vec<_>>(),
        "counters": audit.counters.iter().map(counter).collect::<Vec<_>>(),
        "duplicates": audit.duplicates.iter().map(|duplicate| {
            json!({ "number": duplicate.number, "lines": duplicate.lines })
        }).collect::<Vec<_>>(),
        "order_breaks": audit.order_breaks.iter().map(|found| {
            json!({ "before": dated(&found.before), "after": dated(&found.after) })
        }).collect::<Vec<_>>(),
        "odd": odd(&audit.odd),
    })
}

/// Numbers that do not fit.
pub(crate) fn odd(all: &[OddOneOut]) -> Value {
    let each = all.iter().map(|odd| {
        json!({
            "number": odd.number,
            "line": odd.line,
            "reason": odd.reason.as_str(),
            "explanation": odd.reason.to_string(),
        })
    });
    each.collect()
}

fn format(format: &FoundFormat) -> Value {
    json!({
        "pattern": format.pattern.to_string(),
        "reset": format.reset.as_str(),
        "kind_text": format.kind_text,
        "kind": format.kind,
        "count": format.count,
        "first_number": format.first_number,
        "last_number": format.last_number,
        "first_date": format.first_date.map(|date| date.to_string()),
        "last_date": format.last_date.map(|date| date.to_string()),
        "counter": format.counter,
    })
}

fn counter(counter: &Counter) -> Value {
    let kind = |(text, count): &(String, u64)| json!({ "text": text, "count": count });
    json!({
        "pattern": counter.pattern.to_string(),
        "reset": counter.reset.as_str(),
        "kinds": counter.kinds.iter().map(kind).collect::<Vec<_>>(),
        "count": counter.count,
        "missing": counter.missing,
        "hole_runs": counter.hole_runs,
        "single_holes": counter.single_holes,
        "longest": counter.longest.as_ref().map(hole),
        "periods": counter.periods.iter().map(period).collect::<Vec<_>>(),
        "next": counter.next.iter().map(|next| {
            json!({
                "number": next.number,
                "date": next.date.map(|date| date.to_string()),
                "period": next.period,
            })
        }).collect::<Vec<_>>(),
    })
}

fn period(period: &CounterPeriod) -> Value {
    json!({
        "label": period.label,
        "from": period.period.from.to_string(),
        "to": period.period.to.to_string(),
        "first": period.first.get(),
        "last": period.last.get(),
        "count": period.count,
        "holes": period.holes.iter().map(hole).collect::<Vec<_>>(),
    })
}

fn hole(hole: &HoleRun) -> Value {
    json!({
        "from": hole.from.get(),
        "to": hole.to.get(),
        "count": hole.count(),
        "first_number": hole.first_number,
        "last_number": hole.last_number,
    })
}

fn dated(dated: &Dated) -> Value {
    json!({ "number": dated.number, "date": dated.date.to_string(), "line": dated.line })
}
