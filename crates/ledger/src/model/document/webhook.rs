//! Where events are sent.

use serde::{Deserialize, Serialize};

use super::is_default;

use crate::model::{At, Metadata};

/// A secret that was replaced, and until when deliveries are signed with it too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerSecret {
    /// The secret.
    pub secret: String,
    /// Until when it holds.
    pub until: At,
}

/// A webhook endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookEndpoint {
    /// Where to.
    #[serde(skip_serializing_if = "is_default")]
    pub url: String,
    /// Which events: their types, `invoice.*`, or `*`.
    #[serde(skip_serializing_if = "is_default")]
    pub enabled_events: Vec<String>,
    /// The version that its deliveries are written in; the account's when missing.
    #[serde(skip_serializing_if = "is_default")]
    pub version: Option<String>,
    /// Words for people.
    #[serde(skip_serializing_if = "is_default")]
    pub description: Option<String>,
    /// Free key-value pairs.
    #[serde(skip_serializing_if = "is_default")]
    pub metadata: Metadata,
    /// Whether nothing is sent for now.
    #[serde(skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// What deliveries are signed with, `whsec_…`.
    #[serde(skip_serializing_if = "is_default")]
    pub secret: String,
    /// The secret before that, while it still holds.
    #[serde(skip_serializing_if = "is_default")]
    pub former_secret: Option<FormerSecret>,
}

impl WebhookEndpoint {
    /// Whether it is to be told of events of a type.
    pub fn wants(&self, kind: &str) -> bool {
        !self.disabled && self.enabled_events.iter().any(|wanted| matches_event(wanted, kind))
    }
}

/// Whether a name of events (`invoice.paid`, `invoice.*`, `*`) takes in a type.
pub(crate) fn matches_event(wanted: &str, kind: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(family) => kind.starts_with(family),
        None => wanted == kind,
    }
}
