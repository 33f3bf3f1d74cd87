//! The version that an account is on, as an object.

use ledger::model::Mode;
use ledger::outcome::VersionView;
use serde::Serialize;

use crate::answer::is_live;
use crate::version::Version;

/// An account's version as a JSON object.
#[derive(Serialize)]
pub struct ApiVersionAnswer<'a> {
    object: &'static str,
    livemode: bool,
    api_version: &'a str,
    newest: &'static str,
    mode: &'static str,
    previous: Option<&'a str>,
    rollback_until: Option<i64>,
}

impl<'a> ApiVersionAnswer<'a> {
    /// The version of a ledger in a mode.
    pub fn new(view: &'a VersionView, mode: Mode) -> ApiVersionAnswer<'a> {
        let former = view.former.as_ref();
        ApiVersionAnswer {
            object: "api_version",
            livemode: is_live(mode),
            api_version: &view.version.name,
            newest: Version::NEWEST.name(),
            mode: view.level.text(),
            previous: former.map(|(version, _)| version.name.as_str()),
            rollback_until: former.map(|(_, until)| until.seconds()),
        }
    }
}
