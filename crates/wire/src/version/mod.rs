//! Versions of the interface: one shape is written and read, and small dated gates make of it what
//! older callers know.
//!
//! A gate is one file. It says from which version on its newer behaviour holds, and what is to be
//! done for a caller of before: to the parameters that come, to the objects that go, and to what a
//! command does. Gates are in the order of their dates; parameters pass them upwards, objects
//! downwards.

mod names;
mod v2019_10_17;
mod v2020_03_02;
mod v2022_08_01;
mod v2025_03_31;

use std::fmt;

use serde_json::{Map, Value};

use self::names::NAMES;
use crate::error::{Problem, RimCode};
use crate::params::Params;

/// A version of the interface. Later ones are greater.
///
/// ```
/// use wire::Version;
///
/// let old = Version::parse("2019-12-03").unwrap();
/// assert!(old < Version::NEWEST);
/// assert!(old.behaviour().drafts_numbered);
/// assert_eq!(Version::parse("2019-12-04"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

/// What a version changes in the commands themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// Drafts get their numbers when they are created, at customer level.
    pub drafts_numbered: bool,
    /// The account level can be had.
    pub has_account_level: bool,
    /// A new invoice takes the customer's pending items unless the request says otherwise.
    pub takes_pending_items: bool,
    /// A new invoice that has nothing to bill is refused.
    pub refuses_empty_invoices: bool,
    /// A customer's next invoice is shown at `/v1/invoices/upcoming`.
    pub has_upcoming_invoice: bool,
}

/// One change of the interface.
pub struct Gate {
    /// The first version with the newer behaviour.
    pub since: &'static str,
    /// What a caller of before it sees, in one sentence.
    pub before: &'static str,
    /// Makes parameters of before newer, by the name of the operation.
    request: fn(&str, &mut Params<'_>) -> Result<(), Problem>,
    /// Makes an object older; the objects inside it come one by one.
    object: fn(&mut Map<String, Value>),
    /// Makes what a command does older.
    behave: fn(&mut Behaviour),
}

/// Every gate, oldest first.
pub const GATES: [&Gate; 4] =
    [&v2019_10_17::GATE, &v2020_03_02::GATE, &v2022_08_01::GATE, &v2025_03_31::GATE];

impl Gate {
    /// Says nothing of anything; a gate names only what it changes.
    const NOTHING: Gate =
        Gate { since: "", before: "", request: |_, _| Ok(()), object: |_| {}, behave: |_| {} };

    fn concerns(&self, version: Version) -> bool {
        // Names begin with their date.
        version.name() < self.since
    }
}

impl Version {
    /// The newest one, whose shape everything is written in.
    pub const NEWEST: Version = Version(NAMES.len() as u8 - 1);

    /// A version by its name.
    pub fn parse(text: &str) -> Option<Version> {
        let place = NAMES.iter().position(|name| *name == text)?;
        u8::try_from(place).ok().map(Version)
    }

    /// A version by its name, as a parameter or header says it.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn read(text: &str, param: &str) -> Result<Version, Problem> {
        Version::parse(text).ok_or_else(|| {
            let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
            let message = format!(
                "There is no version {shown:?} of the interface. The newest is {}; leave \
                 `{param}` out to use the account's.",
                Version::NEWEST,
            );
            Problem::of(RimCode::ApiVersionInvalid, param, message)
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// What commands do for a caller of this version.
    pub fn behaviour(self) -> Behaviour {
        let mut behaviour = Behaviour {
            drafts_numbered: false,
            has_account_level: true,
            takes_pending_items: false,
            refuses_empty_invoices: false,
            has_upcoming_invoice: false,
        };
        self.gates().for_each(|gate| (gate.behave)(&mut behaviour));
        behaviour
    }

    /// Whether objects look for this version as they are written.
    pub fn is_as_written(self) -> bool {
        self.gates().next().is_none()
    }

    /// Makes the parameters of an operation what they are in the newest version.
    ///
    /// # Errors
    /// A parameter and its newer form stand beside each other.
    pub fn modernize(self, operation: &str, params: &mut Params<'_>) -> Result<(), Problem> {
        self.gates().try_for_each(|gate| (gate.request)(operation, params))
    }

    /// Makes an object, and all objects inside it, what they are in this version.
    pub fn age(self, value: &mut Value) {
        for gate in GATES.iter().rev().filter(|gate| gate.concerns(self)) {
            each_object(value, gate.object);
        }
    }

    fn gates(self) -> impl Iterator<Item = &'static Gate> {
        GATES.into_iter().filter(move |gate| gate.concerns(self))
    }
}

const SHOWN_CHARS_MAX: usize = 60;

/// Inner objects first: what an outer one takes from them is already older.
fn each_object(value: &mut Value, change: fn(&mut Map<String, Value>)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| each_object(item, change)),
        Value::Object(map) => {
            map.values_mut().for_each(|inner| each_object(inner, change));
            if map.get("object").is_some_and(Value::is_string) {
                change(map);
            }
        }
        _ => {}
    }
}

/// What kind of object this is.
fn kind(map: &Map<String, Value>) -> &str {
    map.get("object").and_then(Value::as_str).unwrap_or_default()
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_rise_and_read_back() {
        assert!(NAMES.is_sorted());
        for (place, name) in NAMES.iter().enumerate() {
            let version = Version::parse(name).unwrap();
            assert_eq!((usize::from(version.0), version.name()), (place, *name));
        }
        assert_eq!(Version::NEWEST.name(), "2026-10-28.endive");
        for unknown in ["", "2026-10-28", "2025-03-31", "2025-03-31.clover", "newest"] {
            assert_eq!(Version::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn gates_stand_in_their_order_at_versions_that_there_are() {
        assert!(GATES.is_sorted_by_key(|gate| gate.since));
        for gate in GATES {
            let first = Version::parse(gate.since).unwrap();
            assert!(!gate.concerns(first) && gate.concerns(Version(first.0 - 1)), "{first}");
            assert!(gate.before.ends_with('.'));
        }
        assert!(Version::NEWEST.is_as_written());
    }

    #[test]
    fn the_documentation_names_every_gate() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/invoices.md");
        let page = std::fs::read_to_string(path).unwrap();
        for Gate { since, before, .. } in GATES {
            assert!(page.contains(&format!("| {since} | {before} |")), "{since}: {before}");
        }
    }

    #[test]
    fn what_commands_do_changes_at_its_date() {
        let behaviour = |name| Version::parse(name).unwrap().behaviour();
        assert!(behaviour("2019-12-03").drafts_numbered);
        assert!(!behaviour("2019-12-03").has_account_level);
        assert!(!behaviour("2020-03-02").drafts_numbered);
        assert!(behaviour("2020-03-02").has_account_level);
        assert!(behaviour("2020-08-27").takes_pending_items);
        assert!(behaviour("2020-08-27").refuses_empty_invoices);
        assert!(!behaviour("2022-08-01").takes_pending_items);
    }
}
