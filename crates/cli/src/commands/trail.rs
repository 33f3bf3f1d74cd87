//! `gapless trail`: the record of everything that touched numbering.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use engine::{StoreAccess, TrailHead};
use ledger::trail::Hash;
use serde_json::{Value, json};

use crate::door::{Door, Listed, Place, goes_back};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;

/// Export the trail, print its head, or check a head that was kept
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Export(Export),
    Head(Head),
    Check(Check),
}

/// Write the whole trail as one JSON object a line
///
/// Each entry holds its canonical bytes and its hash, in hexadecimal digits: the hash is SHA-256
/// over the hash of the entry before (32 zero bytes before the first) and then these bytes. Lines
/// kept beside a large entry follow it, and the head stands at the end. `docs/trail-format.md` has
/// the format, and `tools/verify_trail.py` checks it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless trail export --output trail.ndjson")]
pub(crate) struct Export {
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Print how long the trail is, and its last hash
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless trail head")]
pub(crate) struct Head {
    #[command(flatten)]
    place: Place,
}

/// Check that a head that was kept elsewhere is still part of the trail
///
/// Ends with exit code 1 when it is not. That every hash follows from the entries before it is for
/// `gapless verify` to say.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless trail check $(gapless trail head)")]
pub(crate) struct Check {
    /// How many entries the trail had
    #[arg(value_name = "ENTRIES")]
    entries: u64,
    /// The hash that was kept, in 64 hexadecimal digits
    #[arg(value_name = "HASH", value_parser = hash)]
    hash: Hash,
    #[command(flatten)]
    place: Place,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Ending, Failure> {
    match command {
        Command::Export(arguments) => export(arguments, output)?,
        Command::Head(arguments) => head(arguments, output)?,
        Command::Check(arguments) => return check(arguments, output),
    }
    Ok(Ending::Done)
}

fn export(arguments: &Export, output: &mut Output) -> Result<(), Failure> {
    let door = arguments.place.open(StoreAccess::Read)?;
    let Some(path) = &arguments.output else {
        return walk(&door, |line| output.line(line)).map(drop);
    };
    let unwritable = |error| Failure::of_writing(path, &error).about("output");
    let mut file = BufWriter::new(File::create(path).map_err(unwritable)?);
    let entries = walk(&door, |line| writeln!(file, "{line}").map_err(unwritable))?;
    let file = file.into_inner().map_err(|error| unwritable(error.into_error()))?;
    file.sync_all().map_err(unwritable)?;
    output.either(
        || {
            let file = path.display().to_string();
            json!({ "object": "trail_export", "entries": entries, "file": file })
        },
        || format!("{entries} entries are in {}.\n", path.display()),
    )
}

/// Tells each entry, with its lines behind it, and the head; returns how many entries there are.
fn walk(door: &Door, tell: impl FnMut(&str) -> Result<(), Failure>) -> Result<u64, Failure> {
    let spinner = progress::spinner("exporting");
    let entries =
        walk_pages(|after| door.trail(after), |index, from| door.trail_lines(index, from), tell)?;
    spinner.finish_and_clear();
    Ok(entries)
}

fn walk_pages(
    page: impl Fn(Option<u64>) -> Result<Listed, Failure>,
    beside: impl Fn(u64, u64) -> Result<Vec<Vec<u8>>, Failure>,
    mut tell: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let (mut after, mut entries) = (None, 0);
    let mut head = Value::Null;
    loop {
        let page = page(after)?;
        for entry in &page.data {
            let index = entry["index"].as_u64();
            if index <= after {
                return Err(goes_back("entries of the trail"));
            }
            tell(&entry.to_string())?;
            entries += 1;
            head = entry["hash"].clone();
            after = index;
            if let (Some(index), Some(count @ 1..)) = (index, entry["lines"].as_u64()) {
                lines(|from| beside(index, from), index, count, &mut tell)?;
            }
        }
        if !page.has_more || page.data.is_empty() {
            // Of what was exported: entries may have come since.
            let end = json!({ "object": "trail_head", "entries": entries, "head": head });
            tell(&end.to_string())?;
            return Ok(entries);
        }
    }
}

fn lines(
    beside: impl Fn(u64) -> Result<Vec<Vec<u8>>, Failure>,
    index: u64,
    count: u64,
    tell: &mut impl FnMut(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut from = 0;
    while from < count {
        let page = beside(from)?;
        if page.is_empty() || page.len() as u64 > count - from {
            return Err(goes_back(&format!("lines of entry {index}")));
        }
        for bytes in page {
            let line = json!({
                "object": "trail_line", "entry": index, "line": from, "bytes": hexadecimal(&bytes),
            });
            tell(&line.to_string())?;
            from += 1;
        }
    }
    Ok(())
}

fn head(arguments: &Head, output: &mut Output) -> Result<(), Failure> {
    let head: Value = arguments.place.open(StoreAccess::Read)?.trail_head()?;
    let text = || {
        let hash = head["head"].as_str().unwrap_or_default();
        format!("{} {hash}\n", head["entries"])
    };
    output.either(|| head.clone(), text)
}

fn check(arguments: &Check, output: &mut Output) -> Result<Ending, Failure> {
    let kept = TrailHead { count: arguments.entries, hash: arguments.hash };
    let anchor: Value = arguments.place.open(StoreAccess::Read)?.trail_anchor(kept)?;
    let holds = anchor["kept"]["holds"] == true;
    let text = || match (holds, anchor["kept"]["found"].as_str()) {
        (true, _) => {
            format!("The head of {} entries is part of the trail.\n", arguments.entries)
        }
        (false, Some(found)) => format!(
            "The trail was written anew: behind {} entries it has the hash {found}.\n",
            arguments.entries
        ),
        (false, None) => format!(
            "The trail was cut off: it has {} entries, and had {}.\n",
            anchor["entries"], arguments.entries
        ),
    };
    output.either(|| anchor.clone(), text)?;
    Ok(if holds { Ending::Done } else { Ending::Refused })
}

fn hash(text: &str) -> Result<Hash, &'static str> {
    Hash::parse(text).ok_or("expected 64 hexadecimal digits, as `gapless trail head` prints them")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(indexes: &[u64]) -> Listed {
        let lines = |index| if index == 2 { 3 } else { 0 };
        let entry = |index: &u64| json!({ "index": index, "lines": lines(*index) });
        Listed { data: indexes.iter().map(entry).collect(), has_more: true }
    }

    /// What is exported of pages, where each has so many of the three lines of entry 2.
    fn exported(pages: &[&[u64]], lines: usize) -> Result<u64, String> {
        let page = |after: Option<u64>| {
            let next = after.map_or(0, |after| after as usize / 2 + 1);
            Ok(listed(pages.get(next).unwrap_or(&&[][..])))
        };
        let walked = walk_pages(page, |_, _| Ok(vec![vec![7]; lines]), |_| Ok(()));
        walked.map_err(|failure| failure.message)
    }

    #[test]
    fn an_export_that_does_not_go_forward_is_refused() {
        assert_eq!(exported(&[&[0, 1], &[2, 3]], 1), Ok(4));
        assert_eq!(exported(&[&[0, 1], &[2, 3]], 3), Ok(4));
        for (pages, lines, what) in [
            (&[&[0, 1][..], &[0, 1]][..], 1, "entries of the trail"),
            (&[&[0, 1], &[3, 2]], 1, "entries of the trail"),
            (&[&[0, 1], &[2, 3]], 0, "lines of entry 2"),
            (&[&[0, 1], &[2, 3]], 2, "lines of entry 2"),
        ] {
            let told = exported(pages, lines).unwrap_err();
            assert!(told.contains(what) && told.contains("gapless verify"), "{told}");
        }
    }
}
