//! Several servers of one database: that they are, and what became of each.

use serde_json::{Value, json};

use super::seen::{Seen, Tally};
use crate::client::{Client, Trouble, UNREACHABLE};
use crate::failure::Failure;
use crate::table::grouped;

/// What a server has to say of an entry of the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    /// It has the same entry as the others.
    Same,
    /// It has another one, or none.
    Other,
    /// It does not answer.
    Nothing,
}

/// Asks one server; `None` where it does not answer.
type Ask<'a> = dyn Fn(&str) -> Result<Option<Value>, Failure> + 'a;

const MISSING: &str = "resource_missing";

/// The servers, as they were after the last request.
pub(super) struct Servers(Vec<(Client, Sees)>);

impl Servers {
    /// Looks whether the servers have one ledger, before anything is asked of them. One that does
    /// not answer yet may come later.
    pub(super) fn begin(all: &Client) -> Result<(), Failure> {
        let several: Vec<Client> = all.each().collect();
        if several.len() < 2 {
            return Ok(());
        }
        let head = Head::of(all)?;
        for one in &several {
            let ask = |path: &str| once(one, path);
            match head.seen_by(&ask) {
                Ok(Sees::Same | Sees::Nothing) => {}
                Ok(Sees::Other) => {
                    let message = format!(
                        "the server at {} has another ledger than the others; give servers of one \
                         database",
                        one.address()
                    );
                    return Err(Failure::usage("parameter_invalid", message).about("url"));
                }
                Err(mut failure) => {
                    failure.message = format!("{}: {}", one.address(), failure.message);
                    return Err(failure);
                }
            }
        }
        Ok(())
    }

    /// Looks whether they all have what the first one that answers has. Whoever answered before is
    /// given the time that a server takes to be started again.
    pub(super) fn end(all: &Client, seen: &Seen) -> Result<Servers, Failure> {
        let several: Vec<Client> = all.each().collect();
        if several.len() < 2 {
            return Ok(Servers(several.into_iter().map(|one| (one, Sees::Same)).collect()));
        }
        let head = Head::of(all)?;
        let look = |(one, tally): (Client, &Tally)| {
            let ask = |path: &str| {
                if tally.answered == 0 {
                    return once(&one, path);
                }
                match one.get(path) {
                    Ok(value) => Ok(Some(value)),
                    Err(failure) if failure.code == UNREACHABLE => Ok(None),
                    Err(failure) => Err(failure),
                }
            };
            let sees = head.seen_by(&ask)?;
            Ok((one, sees))
        };
        several.into_iter().zip(&seen.tallies).map(look).collect::<Result<_, _>>().map(Servers)
    }

    /// What does not hold.
    pub(super) fn violations(&self) -> Vec<String> {
        let other = self.0.iter().filter(|(_, sees)| *sees == Sees::Other);
        let told = other.map(|(one, _)| {
            format!("servers: {} does not have the trail that the others have", one.address())
        });
        told.collect()
    }

    /// What became of each, for programs.
    pub(super) fn to_json(&self, seen: &Seen, end: u64) -> Vec<Value> {
        let each = self.0.iter().enumerate().map(|(place, (one, sees))| {
            let tally = &seen.tallies[place];
            json!({
                "url": one.address(),
                "answered": tally.answered,
                "retried": tally.retried,
                "errors": tally.failed(),
                "reasons": tally.errors,
                "longest_silence_ms": milliseconds(seen.longest_silence(Some(place), end)),
                "answers_now": *sees != Sees::Nothing,
            })
        });
        each.collect()
    }

    /// What became of each, a line for each; nothing for a single one.
    pub(super) fn to_text(&self, seen: &Seen, end: u64) -> String {
        if self.0.len() < 2 {
            return String::new();
        }
        let each = self.0.iter().enumerate().map(|(place, (one, sees))| {
            let tally = &seen.tallies[place];
            let mut line = format!(
                "  {}: {} answered, {} asked again, {} errors",
                one.address(),
                grouped(tally.answered),
                grouped(tally.retried),
                grouped(tally.failed()),
            );
            let reasons: Vec<String> = tally
                .errors
                .iter()
                .map(|(kind, count)| format!("{} {kind}", grouped(*count)))
                .collect();
            if !reasons.is_empty() {
                line.push_str(&format!(" ({})", reasons.join(", ")));
            }
            let silence = milliseconds(seen.longest_silence(Some(place), end));
            line.push_str(&format!(", longest silence {silence:.0} ms"));
            if *sees == Sees::Nothing {
                line.push_str(", does not answer now");
            }
            line + "\n"
        });
        each.collect()
    }
}

/// Asks a server, which may not be there.
fn once(server: &Client, path: &str) -> Result<Option<Value>, Failure> {
    match server.get_once(path) {
        Ok(value) => Ok(Some(value)),
        Err(Trouble::Later(_)) => Ok(None),
        Err(Trouble::Refused(failure)) => Err(failure),
    }
}

/// Ticks as milliseconds.
pub(super) fn milliseconds(ticks: u64) -> f64 {
    ticks as f64 / 1e6
}

/// An entry of the trail that every server of the database has.
struct Head {
    index: u64,
    hash: String,
}

impl Head {
    /// The newest one that whichever server answers has.
    fn of(all: &Client) -> Result<Head, Failure> {
        let page = all.get("/v1/trail?limit=1")?;
        let newest = &page["data"][0];
        match (newest["index"].as_u64(), newest["hash"].as_str()) {
            (Some(index), Some(hash)) => Ok(Head { index, hash: hash.to_owned() }),
            _ => {
                let message = "the server's trail has no entry with an 'index' and a 'hash'; is it \
                               Gapless, and as new as this?";
                Err(Failure::service("server_strange", message).about("url"))
            }
        }
    }

    /// What a server has in its place. It may have more behind it meanwhile.
    fn seen_by(&self, ask: &Ask<'_>) -> Result<Sees, Failure> {
        let found = match self.index.checked_sub(1) {
            Some(before) => ask(&format!("/v1/trail?limit=1&ending_before=ent_{before}")),
            // The first entry is the one before the second, or the only one.
            None => match ask("/v1/trail?limit=1&starting_after=ent_1") {
                Err(failure) if failure.code == MISSING => ask("/v1/trail?limit=1"),
                found => found,
            },
        };
        match found {
            Ok(Some(page)) if page["data"][0]["hash"] == self.hash.as_str() => Ok(Sees::Same),
            Ok(Some(_)) => Ok(Sees::Other),
            Ok(None) => Ok(Sees::Nothing),
            Err(failure) if failure.code == MISSING => Ok(Sees::Other),
            Err(failure) => Err(failure),
        }
    }
}
