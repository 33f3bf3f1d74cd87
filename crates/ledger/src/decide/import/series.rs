//! The series that numbers are taken into.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use numbering::{Format, Period, Scope, TokenKind};

use super::super::series::{check_formats, reserve_prefixes, write};
use super::super::{Halt, refuse_param};
use crate::books::Books;
use crate::command::{Import, ImportSeries};
use crate::id::SeriesId;
use crate::model::{FormatVersion, Kind, KindText, LedgerRow, Level, SeriesRow};
use crate::refusal::Code;

/// The latest date of a kind, and the place of its series: what decides who goes on with a kind.
type Claim = (Option<Date>, Reverse<usize>);

/// Which series goes on with each kind.
pub(crate) type Claims = BTreeMap<Kind, Claim>;

/// The series of an import, in its order. Each takes over the series that a kind uses by default
/// while that has no numbers, else it is made anew. A series that is archived, or that numbers a
/// kind which the import knows nothing of, stays as it is.
///
/// A kind goes on in the series that has its newest number: of several with the same newest date,
/// and of several without a number of it, in the first. A default series with a later date stays.
pub(super) fn take(
    books: &mut Books,
    ledger: &mut LedgerRow,
    series: &[ImportSeries],
    claims: &Claims,
) -> Result<Vec<SeriesRow>, Halt> {
    let mut list = ledger.default_list();
    let mut rows: Vec<SeriesRow> = Vec::with_capacity(series.len());
    for (place, wanted) in series.iter().enumerate() {
        let (versions, former) = versions(ledger, wanted)?;
        let mut goes_on: Vec<Kind> = Vec::new();
        let mut idle = None;
        let claimed = wanted.kinds.iter().map(|known| (&known.kind, claims.get(&known.kind)));
        for (at, (kind, claim)) in claimed.filter(|(_, claim)| owns(*claim, place)).enumerate() {
            let newest = claim.and_then(|(newest, _)| *newest);
            let present = match ledger.defaults.get(&(kind.clone(), Level::Account)) {
                Some(id) => books.series.read(&(ledger.id, *id))?.cloned(),
                None => None,
            };
            if present.as_ref().is_none_or(|row| row.last_date <= newest) {
                goes_on.push(kind.clone());
            }
            if at == 0 {
                let is_free = |id| rows.iter().all(|taken| taken.id != id);
                let is_known = |known: &KindText| claims.contains_key(&known.kind);
                idle = present.filter(|row| {
                    let is_idle = !row.started() && !row.archived && is_free(row.id);
                    is_idle && row.kinds.iter().all(is_known)
                });
            }
        }
        let mut row = match idle {
            Some(row) => SeriesRow { versions, former, planned: false, ..SeriesRow::clone(&row) },
            None => SeriesRow { former, ..new_series(books, ledger, wanted, versions)? },
        };
        row.kinds.clone_from(&wanted.kinds);
        row.scope = Scope::Account;
        list.retain(|(kind, level, _)| *level != Level::Account || !goes_on.contains(kind));
        list.extend(goes_on.into_iter().map(|kind| (kind, Level::Account, row.id)));
        write(books, row.clone());
        rows.push(row);
    }
    ledger.set_defaults(list);
    for row in &rows {
        check(books, ledger, row)?;
    }
    Ok(rows)
}

fn owns(claim: Option<&Claim>, place: usize) -> bool {
    claim.is_some_and(|(_, Reverse(owner))| *owner == place)
}

/// Which series goes on with each kind.
pub(super) fn claims(import: &Import) -> Claims {
    let mut newest: HashMap<(usize, &Kind), Date> = HashMap::new();
    for line in &import.lines {
        let date = newest.entry((line.series, &line.kind)).or_insert(line.date);
        *date = line.date.max(*date);
    }
    let mut claims = Claims::new();
    for (place, series) in import.series.iter().enumerate() {
        for known in &series.kinds {
            let claim = (newest.get(&(place, &known.kind)).copied(), Reverse(place));
            let best = claims.entry(known.kind.clone()).or_insert(claim);
            *best = claim.max(*best);
        }
    }
    claims
}

/// Refuses a series whose format for new numbers is not sound, or could print a number of another
/// series. The formats before it are history, which is as it is: what a late document would
/// print under them is looked up when its turn comes.
fn check(books: &mut Books, ledger: &LedgerRow, row: &SeriesRow) -> Result<(), Halt> {
    reserve_prefixes(books, row)?;
    let newest = vec![row.newest().clone()];
    check_formats(books, ledger, &SeriesRow { versions: newest, former: Vec::new(), ..row.clone() })
}

fn new_series(
    books: &Books,
    ledger: &mut LedgerRow,
    wanted: &ImportSeries,
    versions: Vec<FormatVersion>,
) -> Result<SeriesRow, Halt> {
    if books.series_names.read(&(ledger.id, wanted.name.clone()))?.is_some() {
        let message = format!("There is a series called {} already.", wanted.name);
        return refuse_param(Code::ResourceAlreadyExists, "name", message);
    }
    ledger.last_series += 1;
    let id = SeriesId(ledger.last_series);
    Ok(SeriesRow::new(ledger.id, id, wanted.name.as_str(), versions))
}

/// The formats of a series by date, and those that another one took the day of: they printed
/// numbers of the period that it goes on with.
fn versions(
    ledger: &LedgerRow,
    wanted: &ImportSeries,
) -> Result<(Vec<FormatVersion>, Vec<Format>), Halt> {
    let texts: Vec<String> = wanted.kinds.iter().map(|known| known.text.clone()).collect();
    let mut formats = wanted.formats.clone();
    formats.sort_by_key(|(from, _)| *from);
    let (mut versions, mut former): (Vec<FormatVersion>, Vec<Format>) = (Vec::new(), Vec::new());
    for (from, format) in formats {
        for scoped in [TokenKind::Customer, TokenKind::Invoice] {
            if format.pattern.has(scoped) {
                return refuse_scoped(&wanted.name, &format);
            }
        }
        let format = Format {
            fiscal_year_start: ledger.settings.fiscal_year_start,
            kind_texts: match format.pattern.has(TokenKind::Kind) {
                true => texts.clone(),
                false => Vec::new(),
            },
            ..format
        };
        let from = from.filter(|_| !versions.is_empty()).unwrap_or(Period::ALL.from);
        if let Some(before) = versions.pop_if(|before| before.from == from) {
            former.push(before.format);
        }
        versions.push(FormatVersion { from, first_period_to: None, first_ordinal: None, format });
    }
    if versions.is_empty() {
        let message = format!("The series {} has no format.", wanted.name);
        return refuse_param(Code::ParameterMissing, "pattern", message);
    }
    former.retain(|format| versions.iter().all(|version| version.format != *format));
    Ok((versions, former))
}

fn refuse_scoped<T>(name: &str, format: &Format) -> Result<T, Halt> {
    let message = format!(
        "The series {name} counts by customer or parent ({}), and such numbers cannot be imported. \
         Import the others, and begin a new series for these.",
        format.pattern
    );
    refuse_param(Code::PatternInvalid, "pattern", message)
}
