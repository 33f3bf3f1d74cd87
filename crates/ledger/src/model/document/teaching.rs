//! What a typed number is to teach its series.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::id::SeriesId;

/// One way to read a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The pattern that prints it.
    pub pattern: String,
    /// When counting starts again.
    pub reset: String,
    /// Its ordinal.
    pub ordinal: u64,
    /// Why it can be read so.
    pub reason: String,
}

/// What the number on a draft will teach its series when it is finalized.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teaching {
    /// The series.
    pub series: SeriesId,
    /// The reading that is meant.
    pub chosen: Reading,
    /// What restarts when, what comes next, and what first in the next period, in a sentence each.
    pub explanation: String,
    /// The number behind it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub next: Option<String>,
    /// The first number of the next period; `None` where counting never starts again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub first_of_next_period: Option<String>,
    /// How many ordinals it leaves out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub skipped: u64,
    /// The other readings, best first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub alternatives: Vec<Reading>,
    /// Why ordinals are left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reason: Option<String>,
}
