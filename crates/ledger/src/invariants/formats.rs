//! *Collision-free*: no two formats of a ledger can print one text.

use std::collections::BTreeSet;

use numbering::{Format, Relation, collision_beside};

use super::violation::{Invariant, Log};
use crate::id::SeriesId;
use crate::model::SeriesRow;

/// Proves the formats of all series, each by itself and each against each.
///
/// Series without a number are left out: what they would print is proved when they are first
/// used or changed, and until then they have nothing to collide with. Imported history is as it
/// is, so of a series in `importing` only the newest format counts.
pub(super) fn check(all: &[SeriesRow], importing: &BTreeSet<SeriesId>, log: &mut Log) {
    let heads: Vec<String> =
        all.iter().flat_map(SeriesRow::formats).filter_map(Format::leading_word).collect();
    let taken: Vec<&str> = heads.iter().map(String::as_str).collect();
    let prints = |series: &&SeriesRow| series.started() && !series.is_typed();
    let started: Vec<&SeriesRow> = all.iter().filter(prints).collect();
    for (place, series) in started.iter().enumerate() {
        let formats = distinct(series, importing);
        for (at, format) in formats.iter().enumerate() {
            if let Err(error) = format.validate_for(series.scope) {
                let what = format!("the series {} has a format that fails: {error}", series.name);
                log.say(Invariant::CollisionFree, what);
            }
            for other in &formats[at + 1..] {
                if !same_text(format, other) {
                    against(series, format, series, other, &taken, log);
                }
            }
            for other in &started[place + 1..] {
                for theirs in distinct(other, importing) {
                    against(series, format, other, theirs, &taken, log);
                }
            }
        }
    }
}

fn against(
    series: &SeriesRow,
    format: &Format,
    other: &SeriesRow,
    theirs: &Format,
    taken: &[&str],
    log: &mut Log,
) {
    let relation = if series.id == other.id { Relation::SameSeries } else { Relation::OtherSeries };
    if let Some(collision) = collision_beside(format, theirs, relation, taken) {
        let what = format!("the series {} and {} collide: {collision}", series.name, other.name);
        log.say(Invariant::CollisionFree, what);
    }
}

fn distinct<'a>(series: &'a SeriesRow, importing: &BTreeSet<SeriesId>) -> Vec<&'a Format> {
    if importing.contains(&series.id) {
        return vec![&series.newest().format];
    }
    let mut formats: Vec<&Format> = Vec::new();
    for format in series.formats() {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}

/// The same text under another reset or fiscal year: whether days of both meet depends on when it
/// changed and on the counter that went on, so the texts themselves, each looked at, are the proof.
fn same_text(a: &Format, b: &Format) -> bool {
    (&a.pattern, &a.prefix, &a.kind_texts) == (&b.pattern, &b.prefix, &b.kind_texts)
}
