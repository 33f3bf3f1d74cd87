//! Closing a period: what is irregular is explained, then its last day is locked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Halt, actor_text, checked_text, ledger, record, refuse_param, today};
use crate::books::Books;
use crate::command::{ClosePeriod, Command};
use crate::id::GapId;
use crate::limits::STATEMENT_ROWS_MAX;
use crate::model::{Explanation, LedgerRow, Settings};
use crate::outcome::{ClosedView, Outcome};
use crate::refusal::Code;
use crate::statement::Statement;
use crate::trail::Change;

/// Problems that a refusal names one by one.
const PROBLEMS_TOLD: usize = 5;

/// Closes everything up to a day, or says all that stands in the way.
pub(super) fn close(
    books: &mut Books,
    command: &Command,
    close: &ClosePeriod,
) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    check_end(&ledger, command, close)?;
    let explanations = explanations(close)?;
    let mut statement = irregular(books, &ledger, close)?;
    let mut problems = Vec::new();
    for id in explanations.keys() {
        if !statement.gaps.iter().any(|row| row.id == *id) {
            let id = id.id(ledger.id);
            problems.push(format!("{id} is explained and is no gap of this period"));
        }
    }
    let actor = actor_text(&command.actor);
    for row in &mut statement.gaps {
        if let Some(text) = explanations.get(&row.id) {
            let (text, actor) = (text.clone(), actor.clone());
            row.explanation = Some(Explanation { text, actor, at: command.at });
        }
    }
    problems.extend(statement.unexplained().map(|row| {
        let id = row.id.id(ledger.id);
        match row.from == row.to {
            true => format!("{} ({id}) is not explained", row.first_text),
            false => format!("{} to {} ({id}) are not explained", row.first_text, row.last_text),
        }
    }));
    problems.extend(statement.drafts().map(|row| {
        let document = row.reference.as_deref().unwrap_or("a document");
        format!("{} is held by the draft {document}: finalize or delete it", row.text)
    }));
    refuse_problems(&problems)?;
    keep(books, command, &mut ledger, &statement, explanations)
}

/// Refuses a day that is closed already or still to come.
fn check_end(ledger: &LedgerRow, command: &Command, close: &ClosePeriod) -> Result<(), Halt> {
    let end = close.end;
    if let Some(locked) = ledger.settings.locked_through().filter(|locked| end <= *locked) {
        let message = format!(
            "Everything through {locked} is closed already. Give a later day, or have an \
             administrator move the lock date back first."
        );
        return refuse_param(Code::LockBackward, "end", message);
    }
    let today = today(ledger, command)?;
    if end > today {
        let message = format!("{end} is still to come. Close it when it is over; it is {today}.");
        return refuse_param(Code::ParameterInvalid, "end", message);
    }
    Ok(())
}

fn explanations(close: &ClosePeriod) -> Result<BTreeMap<GapId, String>, Halt> {
    let mut explanations = BTreeMap::new();
    for (gap, text) in &close.explanations {
        let text = checked_text(text.trim(), "explanations")?;
        if text.is_empty() {
            let message = "An explanation is empty. Say why the numbers are missing.";
            return refuse_param(Code::ParameterInvalid, "explanations", message);
        }
        explanations.insert(*gap, text.to_owned());
    }
    Ok(explanations)
}

/// What is irregular from the first free day to the end.
fn irregular(books: &Books, ledger: &LedgerRow, close: &ClosePeriod) -> Result<Statement, Halt> {
    let from = ledger.settings.first_free().unwrap_or(jiff::civil::date(1, 1, 1));
    let key = (ledger.id, from, close.end);
    // Both are asked for before either is missed, so that one round loads them.
    let (gaps, numbers) = (books.gap_days.read(&key), books.irregular_days.read(&key));
    let gaps = gaps?.cloned().unwrap_or_default();
    let numbers = numbers?.cloned().unwrap_or_default();
    if gaps.len() > STATEMENT_ROWS_MAX || numbers.len() > STATEMENT_ROWS_MAX {
        let message = format!(
            "More than {STATEMENT_ROWS_MAX} gaps, voids or numbers of drafts lie up to {}. Close \
             an earlier day first.",
            close.end
        );
        return refuse_param(Code::ParameterInvalid, "end", message);
    }
    Ok(Statement::new(ledger.id, (from, close.end), gaps, numbers))
}

fn refuse_problems(problems: &[String]) -> Result<(), Halt> {
    if problems.is_empty() {
        return Ok(());
    }
    let told = problems.len().min(PROBLEMS_TOLD);
    let more = match problems.len() - told {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let message = format!(
        "The period is not closed: {}{more}. Send what is missing in `explanations`, or explain it \
         first.",
        problems[..told].join("; ")
    );
    refuse_param(Code::PeriodUnexplained, "explanations", message)
}

fn keep(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    statement: &Statement,
    explanations: BTreeMap<GapId, String>,
) -> Result<Outcome, Halt> {
    let (gaps, voids) = (statement.gaps.len() as u64, statement.voids().count() as u64);
    let (missing, digest) = (statement.missing(), statement.digest());
    let explained = explanations.len() as u64;
    let lock_date = Some(statement.to);
    let settings = Settings { lock_date, ..Settings::clone(&ledger.settings) };
    ledger.settings = Arc::new(settings.clone());
    for row in statement.gaps.iter().filter(|row| explanations.contains_key(&row.id)) {
        books.gaps.write((ledger.id, row.id), row.clone());
    }
    let change = Change::PeriodClosed {
        from: statement.from,
        to: statement.to,
        explanations: explanations.into_iter().collect(),
        gaps,
        missing,
        voids,
        digest,
    };
    let receipt = record(books, command, ledger, &change);
    let (from, to) = (statement.from, statement.to);
    let view = ClosedView { settings, from, to, gaps, missing, explained, voids, digest, receipt };
    Ok(Outcome::Closed(Box::new(view)))
}
