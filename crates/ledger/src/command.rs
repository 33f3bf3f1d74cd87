//! What can be asked of a ledger.

pub mod document;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use numbering::{FiscalYearStart, Format, Reset, Scope};

use self::document::DocumentCommand;
use crate::id::{AccountId, CustomerId, KeyId, LedgerId, ObjectId, Position, SeriesId, UserId};
use crate::job::import::CheckedImport;
use crate::job::resequence::Plan;
use crate::model::{
    At, Cause, DateOrder, HouseStyle, IdempotencyKey, KeyHash, Kind, KindText, Level, Metadata,
    Mode, NumberOn, PasswordHash, RequestHash, Resequence,
};
use crate::role::{Right, Role};

/// A request to one ledger, complete: nothing else is looked at but what the ledger holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// The ledger.
    pub ledger: LedgerId,
    /// Who asks.
    pub actor: Actor,
    /// Now.
    pub at: At,
    /// The key and the request behind it, when the caller wants retries to be safe.
    pub idempotency: Option<(IdempotencyKey, RequestHash)>,
    /// What is asked.
    pub action: Action,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The holder of an API key; the role is the key's.
    Key(KeyId),
    /// A person who signed in; the role is what the person has in the ledger.
    User(UserId),
    /// Whoever has the database itself, with the rights of an administrator.
    Operator(String),
}

impl Actor {
    /// Who it is, as the trail says it: the id of a key or a person, or the operator's name.
    pub fn text(&self) -> String {
        match self {
            Actor::Key(id) => id.to_string(),
            Actor::User(id) => id.to_string(),
            Actor::Operator(name) => name.clone(),
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open the ledger.
    Open(Open),
    /// Open the ledger of an account that is connected to another one, whose keys open it too.
    OpenConnected(Open, AccountId),
    /// Change the settings.
    ChangeSettings(SettingsChange),
    /// Make a series.
    CreateSeries(NewSeries),
    /// Change a series.
    ChangeSeries(SeriesRef, SeriesChange),
    /// Move a sequence forward.
    Advance(Advance),
    /// Close a series to new documents, or open it again.
    ArchiveSeries(SeriesRef, bool),
    /// Take back a change of a series that was set ahead.
    CancelPlan(SeriesRef),
    /// Give numbers, all or none.
    Issue(Vec<Item>),
    /// Void a number.
    Void(Void),
    /// Take over the numbers of a list that was checked and staged by a job.
    ApplyImport(ApplyImport),
    /// Keep a resequence that was worked out and staged by a job.
    PreviewResequence(Box<Resequence>),
    /// Apply a resequence that was worked out again.
    ApplyResequence(ApplyResequence),
    /// Give a resequence up.
    CancelResequence(ObjectId),
    /// Explain a gap.
    ExplainGap(crate::id::GapId, String),
    /// Close everything up to a day.
    ClosePeriod(ClosePeriod),
    /// Move the lock dates.
    MoveLocks(LockMove),
    /// Make an API key.
    CreateKey(NewKey),
    /// Revoke an API key.
    RevokeKey(KeyId),
    /// Enter a person.
    CreateUser(NewUser),
    /// Change a person's name, e-mail address or role, or whether the person may come in.
    ChangeUser(UserId, UserChange),
    /// Give a person a password: the person, or an administrator, does.
    SetPassword(UserId, PasswordHash),
    /// Make, change or end a document, or what documents refer to.
    Document(Box<DocumentCommand>),
}

/// How a ledger is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Live or test.
    pub mode: Mode,
    /// The house style.
    pub style: HouseStyle,
    /// The account prefix of the `stripe` style.
    pub prefix: String,
    /// IANA name of the zone; UTC when missing.
    pub time_zone: Option<String>,
    /// First day of the fiscal year; 1 January when missing.
    pub fiscal_year_start: Option<FiscalYearStart>,
}

/// A series by id or by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SeriesRef {
    /// By id.
    Id(SeriesId),
    /// By name.
    Name(String),
}

/// A document that is to get a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// The document's date; today in the account's zone when missing.
    pub date: Option<Date>,
    /// The document's name in its own system.
    pub reference: Option<String>,
    /// The series; that of the kind when missing.
    pub series: Option<SeriesRef>,
    /// The kind; an invoice when missing.
    pub kind: Option<Kind>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The number of the parent document.
    pub parent: Option<Position>,
    /// Free key-value pairs.
    pub metadata: Metadata,
    /// Give a new number when the reference's number was voided.
    pub reissue: bool,
}

/// A number that is to be void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Void {
    /// The number.
    pub number: Position,
    /// Never used, or cancelled.
    pub cause: Cause,
    /// Why; must say something.
    pub reason: String,
}

/// Settings that change; what is missing stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// Whose counter invoices use.
    pub level: Option<Level>,
    /// The prefix of the default series, its separator included.
    pub prefix: Option<String>,
    /// Whether the default series starts again each year.
    pub yearly_reset: Option<bool>,
    /// Width of the ordinal; 0 for none.
    pub padding: Option<u8>,
    /// The very first ordinal of the default series.
    pub starting_number: Option<u64>,
    /// IANA name of the zone.
    pub time_zone: Option<String>,
    /// First day of the fiscal year.
    pub fiscal_year_start: Option<FiscalYearStart>,
    /// When a document gets its number.
    pub number_on: Option<NumberOn>,
    /// What a date out of order does.
    pub date_order: Option<DateOrder>,
    /// How many days ahead of today a document may be dated.
    pub max_future_days: Option<u32>,
    /// The day from which prefix, padding and yearly reset hold; the next document on when missing.
    pub effective_from: Option<Date>,
}

/// A series that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSeries {
    /// Its name.
    pub name: String,
    /// The pattern's text.
    pub pattern: String,
    /// When it starts again; what the pattern's tokens say when missing.
    pub reset: Option<Reset>,
    /// What is counted apart; what the pattern's tokens say when missing.
    pub scope: Option<Scope>,
    /// What `{prefix}` prints.
    pub prefix: String,
    /// The kinds it takes, with what `{kind}` prints; invoices when empty.
    pub kinds: BTreeMap<Kind, String>,
    /// The very first ordinal; 1 when missing.
    pub starting_number: Option<u64>,
    /// Whether documents of its kinds use it unless they name another.
    pub default: bool,
}

/// What changes in a series; what is missing stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeriesChange {
    /// Its name.
    pub name: Option<String>,
    /// The pattern's text.
    pub pattern: Option<String>,
    /// When it starts again.
    pub reset: Option<Reset>,
    /// What `{prefix}` prints.
    pub prefix: Option<String>,
    /// The kinds it takes, with what `{kind}` prints.
    pub kinds: Option<BTreeMap<Kind, String>>,
    /// The very first ordinal.
    pub starting_number: Option<u64>,
    /// Start the new reset at once, with this ordinal, instead of at the next boundary.
    pub first_ordinal: Option<u64>,
    /// Whether documents of its kinds use it unless they name another.
    pub default: Option<bool>,
    /// The first day of documents that pattern, reset and prefix hold for; the next document on
    /// when missing.
    pub effective_from: Option<Date>,
}

/// A sequence that is to move forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The series.
    pub series: SeriesRef,
    /// A date in the period; today when missing.
    pub date: Option<Date>,
    /// The customer, in a series that counts by customer.
    pub customer: Option<CustomerId>,
    /// The parent, in a series that counts by parent.
    pub parent: Option<Position>,
    /// The ordinal that the next document gets.
    pub next: u64,
    /// Why; must say something.
    pub reason: String,
}

/// A period that is to be closed: from the first day that is not locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosePeriod {
    /// Its last day, which is over or today.
    pub end: Date,
    /// Why gaps are there; those that have none yet need one.
    pub explanations: Vec<(crate::id::GapId, String)>,
}

/// Lock dates that are to move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockMove {
    /// `Some(None)` takes the lock away.
    pub lock_date: Option<Option<Date>>,
    /// Only ever forward.
    pub hard_lock_date: Option<Date>,
    /// Needed to move the lock date back or away.
    pub reason: Option<String>,
}

/// Numbers that another system gave, and the series that they are taken into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The series. One whose kinds' default series has no numbers yet takes that one over; any
    /// other is made anew. A kind goes on in the series that has its newest number.
    pub series: Vec<ImportSeries>,
    /// The numbers, in any order.
    pub lines: Vec<ImportLine>,
}

/// The end of an import: its list was held against the ledger, and its rows are staged.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplyImport {
    /// The list, and what it comes to.
    pub checked: Arc<CheckedImport>,
    /// The last position whose number the list was compared with.
    pub seen: u64,
}

/// The end of a resequence: its changes are staged, and what they rest on was looked at just now.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplyResequence {
    /// The resequence.
    pub id: ObjectId,
    /// What it comes to, or what taking it back comes to.
    pub plan: Arc<Plan>,
    /// The last position whose number the new texts were compared with.
    pub seen: u64,
}

/// A series to take numbers into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSeries {
    /// Its name, if it is made anew.
    pub name: String,
    /// The formats that its numbers had, by the first day of each; the last one goes on. Of
    /// several with one day the last holds from then on, and the others are known to have printed
    /// numbers before it. The fiscal year and the texts of kinds are filled in.
    pub formats: Vec<(Option<Date>, Format)>,
    /// The kinds that it takes, with what `{kind}` prints.
    pub kinds: Vec<KindText>,
}

/// A number to take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLine {
    /// Place in [`Import::series`].
    pub series: usize,
    /// Its text, as printed.
    pub text: String,
    /// Its ordinal.
    pub ordinal: u64,
    /// The document's date.
    pub date: Date,
    /// The document's kind.
    pub kind: Kind,
    /// The document's name in its own system.
    pub reference: Option<String>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// Free key-value pairs.
    pub metadata: Metadata,
    /// Line in the list that it comes from, for messages.
    pub line: u64,
}

/// A key that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Its id.
    pub id: KeyId,
    /// SHA-256 of the secret.
    pub hash: KeyHash,
    /// The last four characters of the secret.
    pub hint: String,
    /// What it may do.
    pub role: Role,
    /// A name for people.
    pub name: String,
}

/// A person who is to be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// The person's id.
    pub id: UserId,
    /// The name, as shown to people.
    pub name: String,
    /// The e-mail address, in any case.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// The password; whoever has none cannot sign in.
    pub password: Option<PasswordHash>,
    /// Refuse where there are people already.
    pub first: bool,
}

/// What changes about a person; what is missing stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// What the person may do.
    pub role: Option<Role>,
    /// Whether the person is kept out.
    pub disabled: Option<bool>,
}

impl Action {
    /// What the actor must be allowed to do. Moving a lock date back and
    /// another one's password need more; see the commands.
    pub fn right(&self) -> Right {
        match self {
            Action::Issue(_) | Action::Void(_) => Right::Issue,
            Action::Document(document) => document.action.right(),
            // One's own; that of others needs more, see the command.
            Action::SetPassword(..) => Right::Read,
            Action::ApplyImport(_)
            | Action::PreviewResequence(_)
            | Action::ApplyResequence(_)
            | Action::CancelResequence(_)
            | Action::ExplainGap(..)
            | Action::ClosePeriod(_)
            | Action::MoveLocks(_) => Right::KeepBooks,
            Action::Open(_)
            | Action::OpenConnected(..)
            | Action::ChangeSettings(_)
            | Action::CreateSeries(_)
            | Action::ChangeSeries(..)
            | Action::Advance(_)
            | Action::ArchiveSeries(..)
            | Action::CancelPlan(_)
            | Action::CreateKey(_)
            | Action::CreateUser(_)
            | Action::ChangeUser(..)
            | Action::RevokeKey(_) => Right::Administer,
        }
    }
}
