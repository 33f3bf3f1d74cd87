//! What runs the ledger on a store: writers, queries, keys and roles, clock and ids.
//!
//! An [`Engine`] takes [`Command`](ledger::Command)s, decides them in batches, and answers each
//! one after the commit that made it durable. Everything that asks the database returns a future;
//! who has no executor blocks with [`wait`].

mod access;
mod account;
mod bell;
mod clock;
mod engine;
mod error;
mod forward;
mod health;
mod ids;
mod importing;
mod keys;
mod lookup;
mod metrics;
mod moving;
mod options;
mod pending;
mod people;
mod query;
mod readers;
mod resequencing;
mod vacancy;
mod waking;
mod wipe;
mod writer;

pub use access::{Access, key_hash};
pub use account::{AccountList, AccountView, NewAccount, OpenedAccount};
pub use bell::Bell;
pub use clock::{Clock, FixedClock, SystemClock};
pub use engine::Engine;
pub use error::{EngineError, StoreFailure, StoreFailureKind};
pub use ids::{Ids, SeededIds, SystemIds};
pub use keys::CreatedKey;
pub use metrics::Metrics;
pub use moving::{MoveError, MovedLedger, Side, move_ledgers};
pub use options::{EngineOptions, StoreAccess};
pub use pending::{Pending, wait};
pub use people::{NewPerson, NewSession, Once, SessionOwner, SignIn, SignedIn};
pub use query::*;
pub use resequencing::{Repeatable, ResequenceLines};
