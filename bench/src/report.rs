//! The page of results.

use crate::goals::{Bound, GOALS, Goal};
use crate::options::Options;
use crate::part::{Figure, Latency};
use crate::parts::{Entry, PARTS};
use crate::results::{Results, Summary};

const TEMPLATE: &str = include_str!("benchmarks.md");

/// The whole page.
pub(crate) fn page(
    options: &Options,
    machine: &[(&'static str, String)],
    results: &Results,
) -> String {
    TEMPLATE
        .replace("<command>", &options.again())
        .replace("<rounds>", &options.rounds.to_string())
        .replace("<seconds>", &options.seconds.to_string())
        .replace("<warm-up>", &options.warm_up.to_string())
        .replace("<machine>", &facts_table(machine))
        .replace("<parts>", &parts_table(results))
        .replace("<figures>", &figures_table(results))
        .replace("<goals>", &goals_table(results))
}

/// A row for each part that was measured.
pub(crate) fn parts_table(results: &Results) -> String {
    let mut table = String::from(
        "| part | what | per second | lowest–highest | p50 | p99 | slowest |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for entry in PARTS {
        if let Some(summary) = results.summary(entry.key) {
            table.push_str(&part_row(entry, &summary));
        }
    }
    table
}

/// A row for each part and column for each figure that was seen.
pub(crate) fn figures_table(results: &Results) -> String {
    let seen: Vec<Figure> = Figure::ALL
        .into_iter()
        .filter(|figure| PARTS.iter().any(|part| results.figure(part.key, *figure).is_some()))
        .collect();
    let titles: String = seen.iter().map(|figure| format!(" {} |", figure.title())).collect();
    let mut table = format!("| part |{titles}\n| --- |{}\n", " ---: |".repeat(seen.len()));
    for entry in PARTS {
        let cells: Vec<_> = seen.iter().map(|figure| results.figure(entry.key, *figure)).collect();
        if cells.iter().any(Option::is_some) {
            let texts = cells.iter().map(|cell| cell.map_or_else(|| " – |".to_owned(), figure));
            table.push_str(&format!("| {} |{}\n", entry.sign, texts.collect::<String>()));
        }
    }
    table
}

/// A row for each goal.
pub(crate) fn goals_table(results: &Results) -> String {
    let mut table =
        String::from("| what | measured | must | aim |\n| --- | ---: | ---: | ---: |\n");
    for goal in GOALS {
        table.push_str(&goal_row(goal, (goal.measured)(results)));
    }
    table
}

fn part_row(entry: &Entry, summary: &Summary) -> String {
    let (low, high) = summary.spread;
    let latency = match summary.latency {
        Some(Latency { p50, p99, max }) => format!("{p50:.2} ms | {p99:.2} ms | {max:.2} ms"),
        None => "– | – | –".to_owned(),
    };
    let rate = summary.rate;
    let Entry { sign, title, .. } = entry;
    format!("| {sign} | {title} | {rate:.0} | {low:.0}–{high:.0} | {latency} |\n")
}

fn goal_row(goal: &Goal, measured: Option<f64>) -> String {
    let shown = measured.map_or_else(|| "not measured".to_owned(), goal.shown);
    let judged = |bound: Bound| match measured {
        None => bound.text(),
        Some(value) if bound.holds(value) => format!("{}, reached", bound.text()),
        Some(_) => format!("{}, **missed**", bound.text()),
    };
    let (must, aim) = (judged(goal.must), judged(goal.aim));
    format!("| {} | {shown} | {must} | {aim} |\n", goal.what)
}

fn figure(value: f64) -> String {
    if value < 100.0 { format!(" {value:.2} |") } else { format!(" {value:.0} |") }
}

fn facts_table(machine: &[(&'static str, String)]) -> String {
    let rows = machine.iter().map(|(word, value)| format!("| {word} | {value} |\n"));
    std::iter::once("| | |\n| --- | --- |\n".to_owned()).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::part::Sample;

    fn results(naive: f64, reference: f64) -> Results {
        let mut results = Results::default();
        let latency = Some(Latency { p50: 1.0, p99: 2.0, max: 3.5 });
        results.add("b", Sample { rate: naive, latency, ..Sample::default() });
        let figures = [(Figure::LogBytes, 2_000.4)].into();
        results.add("b-pgbench", Sample { rate: reference, figures, ..Sample::default() });
        results
    }

    #[test]
    fn the_page_has_every_place_filled() {
        let options = Options::parse_from(["bench", "--rounds", "3"]);
        let machine = [("cores", "2".to_owned())];
        let page = page(&options, &machine, &results(950.0, 1_000.0));
        let places = ["<command>", "<rounds>", "<seconds>", "<warm-up>", "<machine>", "<parts>"];
        for place in places.into_iter().chain(["<figures>", "<goals>"]) {
            assert!(TEMPLATE.contains(place), "the template lacks {place}");
            assert!(!page.contains(place), "{place} was not filled");
        }
        assert!(page.contains("| cores | 2 |"));
        assert!(page.contains("| 950 | 950–950 | 1.00 ms | 2.00 ms | 3.50 ms |"));
        assert!(page.contains("| 1000 | 1000–1000 | – | – | – |"));
        assert!(page.contains("--rounds 3"));
        assert!(page.contains("| part | bytes of write-ahead log per number |"), "{page}");
        assert!(page.contains("| pgbench | 2000 |"), "{page}");
    }

    #[test]
    fn a_goal_is_reached_missed_or_not_measured() {
        let table = |results: &Results| goals_table(results).lines().nth(2).unwrap().to_owned();
        assert!(table(&results(950.0, 1_000.0)).contains("| 0.95 | 0.8 to 1.2, reached |"));
        assert!(table(&results(500.0, 1_000.0)).contains("| 0.50 | 0.8 to 1.2, **missed** |"));
        assert!(table(&Results::default()).contains("| not measured | 0.8 to 1.2 |"));
    }
}
