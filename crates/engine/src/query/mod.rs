//! What can be asked without changing anything. Nothing here scans a ledger but [`verify`].
//!
//! [`verify`]: crate::Engine::verify

mod dashboard;
mod events;
mod gaps;
mod irregular;
mod numbers;
mod objects;
mod overview;
mod part;
mod preview;
mod series;
mod settings;
mod statement;
mod subjects;
mod trail;
mod verify;
mod why;

pub use dashboard::SeriesStanding;
pub use gaps::{GapList, GapQuery};
pub use irregular::{
    IrregularId, IrregularKind, IrregularList, IrregularQuery, IrregularSummary, IrregularView,
};
pub use numbers::{NumberList, NumberQuery};
pub use objects::{ObjectList, Sieve, object, views};
pub use overview::LedgerView;
pub use part::Part;
pub use preview::Preview;
pub use series::SeriesView;
pub use settings::SettingsPage;
pub use statement::StatementView;
pub use subjects::{SubjectView, subjects};
pub use trail::{Kept, TrailHead, TrailLines};
pub use verify::{Progress, TrailReport, VerifyReport};
pub use why::{Since, Why, WhySeries};
