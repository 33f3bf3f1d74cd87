//! The rules: one file for each family of commands.

mod close;
mod defaults;
mod document;
mod gaps;
pub(crate) mod import;
mod issue;
mod keys;
mod locks;
mod metadata;
mod open;
mod plan;
pub(crate) mod resequence;
mod revise;
mod sequence;
mod series;
mod settings;
mod tell;
mod users;
mod void;

use std::sync::Arc;

use jiff::civil::Date;

use crate::books::{Books, Missing};
use crate::command::{Action, Actor, Command, SeriesRef};
use crate::id::{KeyId, LedgerId, ObjectId, UserId};
use crate::model::{At, LedgerRow, ObjectKind, OutcomeRow, Receipt, SeriesRow};
use crate::outcome::{Answer, Outcome};
use crate::refusal::{Code, Refusal};
use crate::role::{Right, Role};
use crate::trail::{Change, Entry};

#[cfg(test)]
pub(crate) use issue::line;

pub use document::view as view_object;

/// Why a command stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// Something is not loaded; it is noted in the books.
    Missing,
    /// It is refused.
    Refused(Refusal),
}

/// Decides one command. A refused command leaves nothing in the books but, with an idempotency
/// key, its remembered outcome.
///
/// # Errors
/// [`Missing`] when something must be loaded first: it is noted in the books, and nothing that the
/// command wrote remains.
pub fn decide(books: &mut Books, command: &Command) -> Result<Answer, Missing> {
    let decided = match remembered(books, command) {
        Ok(Some(result)) => return Ok(Answer { result, replayed: true }),
        Ok(None) => permitted(books, command),
        Err(halt) => Err(halt),
    };
    let result = match decided {
        Ok(outcome) => Ok(outcome),
        Err(halt) => {
            books.undo();
            match halt {
                Halt::Missing => return Err(Missing),
                Halt::Refused(refusal) => Err(refusal),
            }
        }
    };
    remember(books, command, &result);
    books.keep();
    Ok(Answer { result, replayed: false })
}

fn permitted(books: &mut Books, command: &Command) -> Result<Outcome, Halt> {
    let role = role(books, command)?;
    permit(role, command.action.right(), "do this")?;
    act(books, command, role)
}

/// Remembers what a command with an idempotency key came to.
fn remember(books: &mut Books, command: &Command, result: &Result<Outcome, Refusal>) {
    let Some((key, request)) = command.idempotency else { return };
    let unkept = |refusal: &Refusal| {
        matches!(refusal.code, Code::IdempotencyError | Code::ApiKeyExpired | Code::RoleForbidden)
    };
    if result.as_ref().is_err_and(unkept) {
        return;
    }
    let row =
        OutcomeRow { ledger: command.ledger, key, request, at: command.at, result: result.clone() };
    books.outcomes.write((command.ledger, key), row);
}

/// What a command with the same key came to before, if anybody with a good key asks.
fn remembered(books: &Books, command: &Command) -> Result<Option<Result<Outcome, Refusal>>, Halt> {
    let Some((key, request)) = command.idempotency else { return Ok(None) };
    let Some(row) = books.outcomes.probe(&(command.ledger, key)) else { return Ok(None) };
    role(books, command)?;
    if row.request != request {
        return refuse(
            Code::IdempotencyError,
            "This idempotency key was used for a request with other parameters. Use a new key \
             for a new request, or repeat the first request unchanged.",
        );
    }
    Ok(Some(row.result.clone()))
}

fn act(books: &mut Books, command: &Command, role: Role) -> Result<Outcome, Halt> {
    match &command.action {
        Action::Open(open) => open::open(books, command, open, None),
        Action::OpenConnected(open, platform) => open::open(books, command, open, Some(platform)),
        Action::ChangeSettings(change) => settings::change(books, command, change),
        Action::CreateSeries(new) => series::create(books, command, new),
        Action::ChangeSeries(which, change) => series::change(books, command, which, change),
        Action::ArchiveSeries(which, closed) => series::archive(books, command, which, *closed),
        Action::CancelPlan(which) => plan::cancel(books, command, which),
        Action::Advance(advance) => sequence::advance(books, command, advance),
        Action::Issue(items) => issue::issue(books, command, items),
        Action::Void(void) => void::void(books, command, void),
        Action::ApplyImport(apply) => import::apply(books, command, apply),
        Action::PreviewResequence(body) => resequence::preview(books, command, role, body),
        Action::ApplyResequence(apply) => resequence::apply(books, command, role, apply),
        Action::CancelResequence(id) => resequence::cancel(books, command, *id),
        Action::ExplainGap(gap, text) => gaps::explain(books, command, *gap, text),
        Action::ClosePeriod(period) => close::close(books, command, period),
        Action::MoveLocks(locks) => locks::move_locks(books, command, role, locks),
        Action::CreateKey(new) => keys::create(books, command, new),
        Action::RevokeKey(key) => keys::revoke(books, command, *key),
        Action::CreateUser(new) => users::create(books, command, new),
        Action::ChangeUser(user, change) => users::change(books, command, *user, change),
        Action::SetPassword(user, hash) => users::set_password(books, command, role, *user, hash),
        Action::Document(document) => document::act(books, command, role, document),
    }
}

/// The head of a ledger in which an actor may do something, for work that ends with a command.
pub(crate) fn entitled(
    books: &Books,
    id: LedgerId,
    actor: &Actor,
    right: Right,
) -> Result<LedgerRow, Halt> {
    let role = role_of(books, id, actor)?;
    permit(role, right, "do this")?;
    ledger(books, id)
}

/// The actor's role; keys and people are read again for every command, so one that was revoked or
/// kept out writes nothing.
fn role(books: &Books, command: &Command) -> Result<Role, Halt> {
    role_of(books, command.ledger, &command.actor)
}

fn role_of(books: &Books, ledger: LedgerId, actor: &Actor) -> Result<Role, Halt> {
    match actor {
        Actor::Key(id) => role_of_key(books, ledger, *id),
        Actor::User(id) => role_of_user(books, ledger, *id),
        Actor::Operator(_) => Ok(Role::Administrator),
    }
}

fn role_of_key(books: &Books, ledger: LedgerId, id: KeyId) -> Result<Role, Halt> {
    match books.keys.read(&(ledger, id))? {
        Some(key) if key.revoked.is_none() => Ok(key.role),
        Some(_) => refuse(
            Code::ApiKeyExpired,
            "This API key was revoked. Use another key; an administrator can make one.",
        ),
        None => refuse(Code::ApiKeyExpired, "This API key is not known to the ledger."),
    }
}

fn role_of_user(books: &Books, ledger: LedgerId, id: UserId) -> Result<Role, Halt> {
    let people = books.people.read(&ledger)?;
    match people.and_then(|people| people.iter().find(|row| row.id == id)) {
        Some(row) if row.disabled.is_none() => Ok(row.role),
        Some(_) => refuse(
            Code::RoleForbidden,
            "This person is kept out of the account. An administrator can change that.",
        ),
        None => refuse(Code::RoleForbidden, "This person does not work for the account."),
    }
}

fn permit(role: Role, right: Right, what: &str) -> Result<(), Halt> {
    if role.may(right) {
        return Ok(());
    }
    let able: Vec<_> = Role::ALL.iter().filter(|role| role.may(right)).map(|r| r.text()).collect();
    refuse(
        Code::RoleForbidden,
        format!("The role {} may not {what}. Ask one of: {}.", role.text(), able.join(", ")),
    )
}

impl From<Missing> for Halt {
    fn from(_: Missing) -> Halt {
        Halt::Missing
    }
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Halt {
        Halt::Refused(refusal)
    }
}

fn refuse<T>(code: Code, message: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Refused(Refusal::new(code, message)))
}

fn refuse_param<T>(code: Code, param: &str, message: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Refused(Refusal::of(code, param, message)))
}

fn ledger(books: &Books, id: LedgerId) -> Result<LedgerRow, Halt> {
    match books.ledgers.read(&id)? {
        Some(row) => Ok(row.clone()),
        None => refuse(Code::ResourceMissing, "There is no such ledger."),
    }
}

fn today(ledger: &LedgerRow, command: &Command) -> Result<Date, Halt> {
    today_at(ledger, command.at)
}

/// The day that it is in the account's zone at a moment.
pub(crate) fn today_at(ledger: &LedgerRow, at: At) -> Result<Date, Halt> {
    let zone = jiff::tz::TimeZone::get(&ledger.settings.time_zone);
    let now = jiff::Timestamp::from_millisecond(at.0);
    match (zone, now) {
        (Ok(zone), Ok(now)) => Ok(zone.to_datetime(now).date()),
        _ => refuse(Code::ParameterInvalid, "The account's time zone is not known."),
    }
}

fn series_of(books: &Books, id: LedgerId, which: &SeriesRef) -> Result<Arc<SeriesRow>, Halt> {
    let series = match which {
        SeriesRef::Id(series) => Some(*series),
        SeriesRef::Name(name) => books.series_names.read(&(id, name.clone()))?.copied(),
    };
    let row = match series {
        Some(series) => books.series.read(&(id, series))?,
        None => None,
    };
    match row {
        Some(row) if row.is_typed() => refuse_param(
            Code::ParameterInvalid,
            "series",
            "This series holds the numbers that were typed on documents by hand. Type a number on \
             a draft to add to it; it cannot be used or changed otherwise.",
        ),
        Some(row) => Ok(Arc::clone(row)),
        None => {
            let all = books.ledger_series.read(&id)?.map(Vec::as_slice).unwrap_or_default();
            Err(Halt::Refused(unknown_series(which, all)))
        }
    }
}

/// Series that a refusal names, at most.
const SERIES_NAMED: usize = 10;

/// Refuses a series that is not there, and names those that are.
pub fn unknown_series(which: &SeriesRef, all: &[Arc<SeriesRow>]) -> Refusal {
    let name = match which {
        SeriesRef::Id(series) => format!("with the number {}", series.0),
        SeriesRef::Name(name) => format!("called {name:?}"),
    };
    let usable = all.iter().filter(|row| !row.is_typed() && !row.archived);
    let named = usable.clone().take(SERIES_NAMED).map(|row| format!("{:?}", row.name));
    let named: Vec<String> = named.collect();
    let more = match usable.count().saturating_sub(SERIES_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more, which `GET /v1/series` lists"),
    };
    let text = match named.is_empty() {
        true => format!("There is no series {name}, nor another one in use. Make one first."),
        false => format!("There is no series {name}. There are {}{more}.", named.join(", ")),
    };
    Refusal::of(Code::ResourceMissing, "series", text)
}

/// Records a change: the entry is chained behind the ledger's head, and the head moves.
fn record(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    change: &Change,
) -> Receipt {
    if books.is_missing_any() {
        // The round is lost, so nobody will see this entry: sealing it would be work for nothing.
        let receipt = Receipt { index: ledger.trail_count, hash: ledger.trail_hash };
        ledger.trail_count += 1;
        books.ledgers.write(ledger.id, ledger.clone());
        return receipt;
    }
    let entry = Entry {
        ledger: ledger.id,
        index: ledger.trail_count,
        at: command.at,
        actor: command.actor.text(),
        what: change.what().to_owned(),
        body: change.to_bytes(),
    };
    let sealed = entry.seal(ledger.trail_hash);
    let receipt = Receipt { index: ledger.trail_count, hash: sealed.hash };
    ledger.trail_count += 1;
    ledger.trail_hash = sealed.hash;
    books.append(sealed);
    books.ledgers.write(ledger.id, ledger.clone());
    receipt
}

fn actor_text(actor: &Actor) -> String {
    actor.text()
}

/// The document of this server that a number's reference names.
pub(crate) fn document_of(reference: &str) -> Option<ObjectId> {
    let kinds = [ObjectKind::Invoice, ObjectKind::CreditNote];
    kinds.into_iter().find_map(|kind| kind.parse_id(reference)).map(|(_, id)| id)
}

/// Refuses to go on with a series that is gone.
pub(crate) fn missing_series<T>() -> Result<T, Halt> {
    refuse_param(Code::ResourceMissing, "series", "There is no such series any more. Run verify.")
}

/// Refuses to go on with what has changed since it was looked at.
pub(crate) fn changed_since<T>(what: &str) -> Result<T, Halt> {
    let message = format!("Nothing was taken back: {what} since it was confirmed.");
    refuse_param(Code::ChangedSince, "id", message)
}

/// A reason that must be given, for work that ends with a command.
pub(crate) fn checked_reason(text: &str, what: &str) -> Result<String, Halt> {
    reason(text, what).map(str::to_owned)
}

/// A reason that must be given.
fn reason<'a>(text: &'a str, what: &str) -> Result<&'a str, Halt> {
    let text = text.trim();
    if text.is_empty() {
        return refuse_param(
            Code::ParameterMissing,
            "reason",
            format!("A reason is needed to {what}. Say it in `reason`."),
        );
    }
    checked_text(text, "reason")
}

fn checked_text<'a>(text: &'a str, param: &str) -> Result<&'a str, Halt> {
    let max = crate::limits::REASON_CHARS_MAX;
    if text.chars().count() > max {
        return refuse_param(
            Code::ParameterInvalid,
            param,
            format!("The {param} is longer than {max} characters. Shorten it."),
        );
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return refuse_param(
            Code::ParameterInvalid,
            param,
            format!("The {param} contains a control character. Take it out."),
        );
    }
    Ok(text)
}
