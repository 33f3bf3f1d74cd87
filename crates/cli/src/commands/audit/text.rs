//! An audit for a terminal or a printer.

use numbering::audit::{Counter, HoleRun, OddOneOut};

use super::Report;
use crate::table::{Align, Table, counted, grouped};

/// Findings of one sort that are printed; the rest is counted.
pub(crate) const SHOWN: usize = 20;

/// The report.
pub(super) fn page(report: &Report<'_>) -> String {
    let mut text = format!("{}\n\n", summary(report));
    text.push_str(&formats(report));
    for (place, counter) in report.audit.counters.iter().enumerate() {
        text.push('\n');
        text.push_str(&self::counter(counter, place + 1, report.audit.counters.len()));
    }
    text.push_str(&findings(report));
    text
}

/// The report in one paragraph.
pub(super) fn summary(report: &Report<'_>) -> String {
    let audit = report.audit;
    let (missing, runs) = report.missing();
    let holes = match missing {
        0 => "no number missing".to_owned(),
        _ => format!("{} missing in {}", grouped(missing), counted(runs, "run", "runs")),
    };
    let duplicates = match audit.duplicates.len() {
        0 => "no duplicate".to_owned(),
        count => counted(count as u64, "number used twice", "numbers used more than once"),
    };
    let order = match audit.order_breaks.len() {
        _ if !report.has_dates => "no dates to compare".to_owned(),
        0 => "no date-order break".to_owned(),
        count => counted(count as u64, "date-order break", "date-order breaks"),
    };
    let odd = match audit.odd.len() {
        0 => String::new(),
        count => format!(", {}", counted(count as u64, "odd one out", "odd ones out")),
    };
    let zone = match report.zone {
        None => String::new(),
        Some(zone) => format!(" Dates with an offset are days in {zone}."),
    };
    format!(
        "{}: {}, {}; {holes}, {duplicates}, {order}{odd}.{zone}",
        report.title,
        counted(audit.rows as u64, "number", "numbers"),
        shape(report),
    )
}

/// How many kinds on how many counters.
fn shape(report: &Report<'_>) -> String {
    let (formats, counters) = (report.audit.formats.len(), report.audit.counters.len());
    let sharing: usize = report.audit.counters.iter().map(|counter| counter.kinds.len()).sum();
    match (formats, counters) {
        (_, 1) if sharing > 1 => format!("{sharing} kinds on one counter"),
        (1, 1) => "one format".to_owned(),
        (formats, 1) => format!("{formats} formats on one counter"),
        (formats, counters) => format!("{formats} formats on {counters} counters"),
    }
}

fn formats(report: &Report<'_>) -> String {
    let columns = [
        ("format", Align::Left),
        ("restarts", Align::Left),
        ("numbers", Align::Right),
        ("first", Align::Left),
        ("last", Align::Left),
        ("dates", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for format in &report.audit.formats {
        let dates = match (format.first_date, format.last_date) {
            (Some(first), Some(last)) => format!("{first} to {last}"),
            _ => String::new(),
        };
        table.row([
            format.pattern.to_string(),
            format.reset.to_string(),
            grouped(format.count),
            format.first_number.clone(),
            format.last_number.clone(),
            dates,
        ]);
    }
    table.render()
}

fn counter(counter: &Counter, place: usize, of: usize) -> String {
    let name = if of == 1 { "Counter".to_owned() } else { format!("Counter {place}") };
    let mut text = format!("{name} {}, restarts: {}\n", counter.pattern, counter.reset);
    if counter.kinds.len() > 1 {
        let kinds: Vec<String> = counter
            .kinds
            .iter()
            .map(|(text, count)| format!("'{text}' {}", grouped(*count)))
            .collect();
        text.push_str(&format!("  shared by  {}\n", kinds.join(", ")));
    }
    for period in counter.periods.iter().take(SHOWN) {
        let missing: u64 = period.holes.iter().map(HoleRun::count).sum();
        text.push_str(&format!(
            "  {:<9}  {} to {}: {}, {} missing\n",
            period.label,
            period.first,
            period.last,
            counted(period.count, "number", "numbers"),
            grouped(missing)
        ));
    }
    text.push_str(&rest(counter.periods.len(), "periods"));
    text.push_str(&holes(counter));
    for next in &counter.next {
        let date = next.date.map(|date| format!(" from {date} on")).unwrap_or_default();
        text.push_str(&format!("  next       {}{date}\n", next.number));
    }
    text
}

fn holes(counter: &Counter) -> String {
    let Some(longest) = &counter.longest else {
        return "  missing    none\n".to_owned();
    };
    let mut text = format!(
        "  missing    {} in {}; {} of one number, the longest {}\n",
        grouped(counter.missing),
        counted(counter.hole_runs, "run", "runs"),
        grouped(counter.single_holes),
        run(longest)
    );
    let runs: Vec<&HoleRun> = counter.periods.iter().flat_map(|period| &period.holes).collect();
    for hole in runs.iter().take(SHOWN) {
        text.push_str(&format!("               {}\n", run(hole)));
    }
    text.push_str(&rest(runs.len(), "runs"));
    text
}

fn run(hole: &HoleRun) -> String {
    match hole.count() {
        1 => hole.first_number.clone(),
        count => format!("{} to {} ({})", hole.first_number, hole.last_number, grouped(count)),
    }
}

fn findings(report: &Report<'_>) -> String {
    let audit = report.audit;
    let duplicates: Vec<String> = audit
        .duplicates
        .iter()
        .map(|found| {
            let lines: Vec<String> = found.lines.iter().map(u64::to_string).collect();
            format!("{} in lines {}", found.number, lines.join(", "))
        })
        .collect();
    let order: Vec<String> = audit
        .order_breaks
        .iter()
        .map(|found| {
            let (before, after) = (&found.before, &found.after);
            format!(
                "{} of {} (line {}), then {} of {} (line {})",
                before.number, before.date, before.line, after.number, after.date, after.line
            )
        })
        .collect();
    let told = |title, found: &[String]| listed(title, found, &rest(found.len(), "of them"));
    told("Used more than once", &duplicates)
        + &told("Dates that go back", &order)
        + &told("Odd ones out", &odd(&audit.odd))
}

/// Numbers that do not fit, each with its line and reason.
pub(crate) fn odd(all: &[OddOneOut]) -> Vec<String> {
    let told =
        |found: &OddOneOut| format!("'{}' in line {}: {}", found.number, found.line, found.reason);
    all.iter().map(told).collect()
}

/// Findings under a title, as many as are shown, and what is said of the rest.
pub(crate) fn listed(title: &str, found: &[String], rest: &str) -> String {
    if found.is_empty() {
        return String::new();
    }
    let shown: Vec<&str> = found.iter().take(SHOWN).map(String::as_str).collect();
    format!("\n{title}\n  {}\n{rest}", shown.join("\n  "))
}

fn rest(count: usize, what: &str) -> String {
    match count.checked_sub(SHOWN) {
        None | Some(0) => String::new(),
        Some(more) => format!(
            "  … and {} more {what}; all of them with --json or --html FILE\n",
            grouped(more as u64)
        ),
    }
}
