//! What an entry of the trail says: enough to build the register from nothing.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::MovedGap;
use crate::id::{
    AccountId, CustomerId, GapId, KeyId, ObjectId, Position, ScopeKey, SequenceId, SeriesId, UserId,
};
use crate::model::{
    Cause, GapRow, KeyHash, Kind, Level, Metadata, Mode, SequenceEnds, SeriesRow, Settings,
    UserRow, Warning, civil,
};
use crate::role::Role;
use crate::stored::{Damaged, from_bytes, to_bytes};

/// A recorded change.
///
/// Bytes of it tell fields by their order alone, so a shape that was written never changes, nor
/// does that of anything in it: no field comes, goes or moves. What is to say more is a new
/// variant, behind the last one. The bytes of one value of each stand in `shapes.txt`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The ledger was opened.
    LedgerOpened {
        /// The account.
        account: AccountId,
        /// Its name.
        name: String,
        /// Live or test.
        mode: Mode,
        /// The first settings.
        settings: Settings,
        /// The first series.
        series: Vec<SeriesRow>,
        /// What kinds of documents use by default.
        defaults: Vec<(Kind, Level, SeriesId)>,
    },
    /// Settings, and the series that follow from them.
    SettingsChanged {
        /// The settings now.
        settings: Settings,
        /// The series that changed with them.
        series: Vec<SeriesRow>,
        /// What kinds of documents use by default.
        defaults: Vec<(Kind, Level, SeriesId)>,
    },
    /// A series was made, changed, archived or opened again.
    SeriesChanged {
        /// The series now.
        series: Box<SeriesRow>,
        /// What kinds of documents use by default.
        defaults: Vec<(Kind, Level, SeriesId)>,
    },
    /// Numbers were given, and ordinals found occupied on the way.
    NumbersIssued {
        /// Sequences that this opened.
        opened: Vec<OpenedSequence>,
        /// Prefixes that customers got by this.
        prefixes: Vec<(CustomerId, String)>,
        /// The numbers, in the order of their positions.
        lines: Vec<IssuedLine>,
    },
    /// A number was voided.
    NumberVoided {
        /// The number.
        position: Position,
        /// Never used, or cancelled.
        cause: Cause,
        /// Why.
        reason: String,
    },
    /// A sequence moved forward.
    SequenceAdvanced {
        /// Set when this opened the sequence.
        opened: Option<OpenedSequence>,
        /// Prefix that a customer got by this.
        prefixes: Vec<(CustomerId, String)>,
        /// The sequence.
        sequence: SequenceId,
        /// The gap that this left.
        gap: Option<LeftGap>,
        /// Why.
        reason: String,
        /// The day whose period it is.
        #[serde(with = "civil")]
        date: Date,
    },
    /// A gap was explained.
    GapExplained {
        /// The gap.
        gap: GapId,
        /// The words.
        text: String,
    },
    /// The lock dates moved.
    LocksMoved {
        /// The lock date now.
        #[serde(with = "civil::option")]
        lock_date: Option<Date>,
        /// The hard lock date now.
        #[serde(with = "civil::option")]
        hard_lock_date: Option<Date>,
        /// Why.
        reason: Option<String>,
    },
    /// A key was made.
    KeyCreated {
        /// The key.
        key: KeyId,
        /// What it may do.
        role: Role,
        /// Its name.
        name: String,
        /// SHA-256 of its secret, which nobody finds from it.
        hash: KeyHash,
        /// What it is recognised by.
        hint: String,
    },
    /// A key was revoked.
    KeyRevoked {
        /// The key.
        key: KeyId,
    },
    /// Existing numbers were taken over. Their lines are kept beside the entry.
    NumbersImported {
        /// The series now.
        series: Vec<SeriesRow>,
        /// What kinds of documents use by default.
        defaults: Vec<(Kind, Level, SeriesId)>,
        /// Sequences that this opened.
        opened: Vec<OpenedSequence>,
        /// Gaps found in the list.
        gaps: Vec<LeftGap>,
        /// Number of lines.
        count: u64,
        /// SHA-256 over the lines, each with its length before it.
        digest: super::Hash,
    },
    /// A document of this server got its number, and ordinals were found occupied on the way.
    DocumentNumbered {
        /// The series of typed numbers, when this made it.
        series: Option<Box<SeriesRow>>,
        /// Sequences that this opened.
        opened: Vec<OpenedSequence>,
        /// Prefixes that customers got by this.
        prefixes: Vec<(CustomerId, String)>,
        /// The numbers, in the order of their positions; the document's is the last.
        lines: Vec<IssuedLine>,
        /// The document's id in its ledger.
        document: ObjectId,
        /// What the document says; see [`super::DocumentDigest`].
        digest: super::Hash,
        /// Whether the document is a draft still.
        draft: bool,
    },
    /// A document that had its number as a draft was finalized.
    DocumentFinalized {
        /// The number.
        position: Position,
        /// The document's id in its ledger.
        document: ObjectId,
        /// What the document says; see [`super::DocumentDigest`].
        digest: super::Hash,
    },
    /// A customer got a prefix, or another one.
    CustomerNamed {
        /// The customer.
        customer: CustomerId,
        /// The prefix.
        prefix: String,
        /// The prefix before, which stays the customer's for ever.
        former: Option<String>,
    },
    /// The account was put on another version of the interface.
    VersionChanged {
        /// The version.
        version: String,
        /// Whether drafts get their number when they are made, and the account has no counter.
        drafts_numbered: bool,
    },
    /// A webhook endpoint was made, changed or deleted.
    EndpointChanged {
        /// Its id in its ledger.
        endpoint: ObjectId,
        /// Where events go; the same as before when something else was changed.
        url: String,
        /// Whether any go there now.
        enabled: bool,
    },
    /// What is said of the account was changed.
    AccountChanged {
        /// Its name; the same as before when something else was changed.
        name: String,
    },
    /// A person was entered.
    UserCreated {
        /// The person.
        user: UserId,
        /// What is said of the person.
        person: Person,
        /// Whether the person has a password, which the trail does not hold, nor its hash.
        has_password: bool,
    },
    /// What is said of a person was changed, or whether the person may come in.
    UserChanged {
        /// The person.
        user: UserId,
        /// What was said before.
        former: Person,
        /// What is said now.
        now: Person,
    },
    /// A person got a password, or another one.
    PasswordSet {
        /// The person.
        user: UserId,
    },
    /// A document was made a draft again, and keeps its number.
    DocumentReset {
        /// The number.
        position: Position,
        /// The document's id in its ledger.
        document: ObjectId,
        /// Why.
        reason: String,
    },
    /// A draft that was finalized before was deleted: its number is blank.
    DocumentDeleted {
        /// The number.
        position: Position,
        /// The document's id in its ledger.
        document: ObjectId,
        /// The gap that this left.
        gap: LeftGap,
        /// Why.
        reason: String,
    },
    /// A number told its series how numbers are written, and is the next one from then on.
    SeriesTaught {
        /// The series now.
        series: Box<SeriesRow>,
        /// Set when this opened the sequence.
        opened: Option<OpenedSequence>,
        /// The sequence whose next number it is.
        sequence: SequenceId,
        /// The gap that this left.
        gap: Option<LeftGap>,
        /// The document's id in its ledger.
        document: ObjectId,
        /// Why.
        reason: Option<String>,
    },
    /// A draft was given another date, and its number with it.
    NumberRedated {
        /// The number.
        position: Position,
        /// The sequence that it counts in.
        sequence: SequenceId,
        /// The document's id in its ledger.
        document: ObjectId,
        /// The date before.
        #[serde(with = "civil")]
        before: Date,
        /// The date now.
        #[serde(with = "civil")]
        date: Date,
    },
    /// A period was closed, and its last day locked.
    PeriodClosed {
        /// Its first day.
        #[serde(with = "civil")]
        from: Date,
        /// Its last day, which is the lock date now.
        #[serde(with = "civil")]
        to: Date,
        /// Gaps that were explained with it.
        explanations: Vec<(GapId, String)>,
        /// Gaps dated in it.
        gaps: u64,
        /// Ordinals that they cover.
        missing: u64,
        /// Void numbers dated in it.
        voids: u64,
        /// That of its statement; see [`crate::statement::Statement::digest`].
        digest: super::Hash,
    },
    /// Numbers were changed, or changed back. Their lines are kept beside the entry.
    NumbersRenumbered {
        /// The resequence.
        resequence: ObjectId,
        /// Whether this takes it back.
        reverted: bool,
        /// Why.
        reason: String,
        /// The series now, where its formats changed.
        series: Option<Box<SeriesRow>>,
        /// The ends of the sequences, before and now.
        sequences: Vec<SequenceEnds>,
        /// Gaps that were left, changed or closed.
        gaps: Vec<MovedGap>,
        /// Number of lines.
        count: u64,
        /// SHA-256 over the lines, each with its length before it.
        digest: super::Hash,
    },
}

/// What is said of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The e-mail address, folded.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// Whether the person is kept out.
    pub disabled: bool,
}

/// A sequence that a change opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedSequence {
    /// Its id.
    pub id: SequenceId,
    /// The series.
    pub series: SeriesId,
    /// What is counted apart.
    pub scope: ScopeKey,
    /// First day of the period.
    #[serde(with = "civil")]
    pub period_from: Date,
    /// The day after the period's last.
    #[serde(with = "civil")]
    pub period_to: Date,
    /// Its first ordinal.
    pub first: u64,
}

/// A gap that a change left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftGap {
    /// Its id.
    pub id: GapId,
    /// The sequence.
    pub sequence: SequenceId,
    /// First blank ordinal.
    pub from: u64,
    /// Last blank ordinal.
    pub to: u64,
    /// The text that `from` would have had.
    pub first_text: String,
    /// The text that `to` would have had.
    pub last_text: String,
    /// The day that it counts as.
    #[serde(with = "civil")]
    pub date: Date,
}

/// One ordinal that was given, imported, or found occupied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedLine {
    /// Its place in the order of giving.
    pub position: Position,
    /// The sequence.
    pub sequence: SequenceId,
    /// The integer.
    pub ordinal: u64,
    /// The text.
    pub text: String,
    /// Set when the text was taken already: no document holds this ordinal.
    pub occupied: bool,
    /// The document's kind.
    pub kind: Kind,
    /// The document's date.
    #[serde(with = "civil")]
    pub date: Date,
    /// The document's name in its own system.
    pub reference: Option<String>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The number of the parent document.
    pub parent: Option<Position>,
    /// Free key-value pairs.
    pub metadata: Metadata,
    /// The voided number that this one replaces.
    pub reissue_of: Option<Position>,
    /// 0 for the plain slug, n for the slug with `~n` behind it.
    pub slug_rank: u32,
    /// What was said beside it.
    pub warning: Option<Warning>,
}

impl Change {
    /// The word that the entry shows.
    pub fn what(&self) -> &'static str {
        match self {
            Change::LedgerOpened { .. } => "ledger.opened",
            Change::SettingsChanged { .. } => "settings.changed",
            Change::SeriesChanged { .. } => "series.changed",
            Change::NumbersIssued { .. } => "numbers.issued",
            Change::NumberVoided { .. } => "number.voided",
            Change::SequenceAdvanced { .. } => "sequence.advanced",
            Change::GapExplained { .. } => "gap.explained",
            Change::LocksMoved { .. } => "locks.moved",
            Change::KeyCreated { .. } => "key.created",
            Change::KeyRevoked { .. } => "key.revoked",
            Change::NumbersImported { .. } => "numbers.imported",
            Change::DocumentNumbered { .. } => "document.numbered",
            Change::DocumentFinalized { .. } => "document.finalized",
            Change::CustomerNamed { .. } => "customer.named",
            Change::VersionChanged { .. } => "version.changed",
            Change::EndpointChanged { .. } => "endpoint.changed",
            Change::AccountChanged { .. } => "account.changed",
            Change::UserCreated { .. } => "user.created",
            Change::UserChanged { .. } => "user.changed",
            Change::PasswordSet { .. } => "user.password_set",
            Change::DocumentReset { .. } => "document.reset_to_draft",
            Change::DocumentDeleted { .. } => "document.deleted",
            Change::SeriesTaught { .. } => "series.taught",
            Change::NumberRedated { .. } => "number.redated",
            Change::PeriodClosed { .. } => "period.closed",
            Change::NumbersRenumbered { .. } => "numbers.renumbered",
        }
    }

    /// The body of the entry.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Reads the body of an entry.
    ///
    /// # Errors
    /// The bytes are no change that this version knows.
    pub fn read(bytes: &[u8]) -> Result<Change, Damaged> {
        from_bytes(bytes)
    }
}

impl LeftGap {
    /// What is recorded of a gap when it arises.
    pub fn of(row: &GapRow) -> LeftGap {
        LeftGap {
            id: row.id,
            sequence: row.sequence,
            from: row.from,
            to: row.to,
            first_text: row.first_text.clone(),
            last_text: row.last_text.clone(),
            date: row.date,
        }
    }
}

impl Person {
    /// What a row says of a person.
    pub fn of(row: &UserRow) -> Person {
        Person {
            name: row.name.clone(),
            email: row.email.clone(),
            role: row.role,
            disabled: row.disabled.is_some(),
        }
    }
}

impl IssuedLine {
    /// The line as bytes, as it is kept beside an entry and digested.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(self)
    }

    /// Reads what [`IssuedLine::to_bytes`] gave.
    ///
    /// # Errors
    /// The bytes are no such line.
    pub fn read(bytes: &[u8]) -> Result<IssuedLine, Damaged> {
        from_bytes(bytes)
    }
}
