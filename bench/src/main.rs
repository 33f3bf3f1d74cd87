//! How fast it is, beside what it is measured against.
//!
//! Every part is measured in every round, one after the other, and the median of the rounds
//! counts: whatever else the machine does falls on all of them alike. What a part is stands in
//! [`parts`], what is to be reached in [`goals`].
#![expect(clippy::print_stdout, reason = "a measuring program reports on the terminal")]

mod echo;
mod goals;
mod invoice;
mod machine;
mod naive;
mod options;
mod part;
mod parts;
mod product;
mod report;
mod request;
mod results;
mod server;
mod stage;

use std::fs;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use options::Options;
use results::Results;
use stage::Stage;

/// That of the program itself, since its parts are measured in here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let options = Options::parse();
    let chosen = parts::chosen(&options.only, options.extent())?;
    let stage = Stage::new(options.connections);
    let mut machine = machine::facts(&stage)?;
    for (word, value) in &machine {
        println!("{word}: {value}");
    }
    let mut open = Vec::new();
    for entry in chosen {
        open.push((entry, (entry.open)(&stage).with_context(|| entry.title.to_owned())?));
    }

    machine.push(("load when all was ready to be measured", machine::load()));
    let mut results = Results::default();
    for round in 1..=options.rounds {
        for (entry, part) in &mut open {
            let sample = part.round(options.time()).with_context(|| entry.title.to_owned())?;
            println!("round {round} of {}  {:10} {sample}", options.rounds, entry.key);
            results.add(entry.key, sample);
        }
    }

    machine.push(("load when it ended, its own included", machine::load()));
    let tables = [report::parts_table, report::figures_table, report::goals_table];
    for table in tables {
        println!("\n{}", table(&results));
    }
    if let Some(path) = options.page() {
        fs::write(path, report::page(&options, &machine, &results))
            .with_context(|| format!("{} could not be written", path.display()))?;
        println!("written: {}", path.display());
    }
    let errors = results.errors();
    ensure!(errors == 0, "{errors} requests failed, so the numbers mean nothing");
    Ok(())
}
