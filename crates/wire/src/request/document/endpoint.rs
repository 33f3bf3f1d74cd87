//! Requests about webhook endpoints.

use ledger::command::document::EndpointChange;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{Mode, ObjectKind};

use super::{metadata_change, prose};
use crate::error::{Problem, RimCode};
use crate::params::{Fields, Params};
use crate::version::Version;

const URL_CHARS_MAX: usize = 2_048;
const EVENTS_MAX: usize = 250;
const EVENT_CHARS_MAX: usize = 100;
const VERSION_CHARS_MAX: usize = 60;
/// Hours for which deliveries are signed with a former secret too, at most.
const OLD_SECRET_HOURS_MAX: u64 = 72;
const OLD_SECRET_HOURS: u64 = 24;

/// Reads a webhook endpoint that is to be made in a mode.
///
/// # Errors
/// See [`Problem`].
pub fn new_endpoint(params: Params<'_>, mode: Mode) -> Result<EndpointChange, Problem> {
    const KNOWN: [&str; 5] = ["api_version", "description", "enabled_events", "metadata", "url"];
    let mut fields = params.fields(&KNOWN)?;
    let version = match fields.clearable_text("api_version", VERSION_CHARS_MAX)?.flatten() {
        Some(text) => Some(Version::read(&text, "api_version")?.name().to_owned()),
        None => None,
    };
    let change = EndpointChange { version, ..change(&mut fields, mode)? };
    if change.enabled_events.is_none() {
        return Err(fields.missing("enabled_events"));
    }
    match change.url {
        Some(_) => Ok(change),
        None => Err(fields.missing("url")),
    }
}

/// Reads what changes of a webhook endpoint in a mode.
///
/// # Errors
/// See [`Problem`].
pub fn endpoint_change(params: Params<'_>, mode: Mode) -> Result<EndpointChange, Problem> {
    const KNOWN: [&str; 5] = ["description", "disabled", "enabled_events", "metadata", "url"];
    let mut fields = params.fields(&KNOWN)?;
    let disabled = fields.flag("disabled")?;
    Ok(EndpointChange { disabled, ..change(&mut fields, mode)? })
}

/// Reads for how many hours deliveries are signed with the former secret too.
///
/// # Errors
/// See [`Problem`].
pub fn secret_roll(params: Params<'_>) -> Result<u64, Problem> {
    let hours = params.fields(&["keep_hours"])?.integer("keep_hours", 0..=OLD_SECRET_HOURS_MAX)?;
    Ok(hours.unwrap_or(OLD_SECRET_HOURS))
}

/// Reads to which endpoint an event is delivered again; to all that were to have it when missing.
///
/// # Errors
/// See [`Problem`].
pub fn redelivery(params: Params<'_>, ledger: LedgerId) -> Result<Option<ObjectId>, Problem> {
    let mut fields = params.fields(&["webhook_endpoint"])?;
    fields.object("webhook_endpoint", ObjectKind::WebhookEndpoint, ledger)
}

fn change(fields: &mut Fields<'_>, mode: Mode) -> Result<EndpointChange, Problem> {
    Ok(EndpointChange {
        description: prose(fields, "description")?,
        enabled_events: enabled_events(fields)?,
        metadata: metadata_change(fields, "metadata")?,
        url: url(fields, mode)?,
        ..EndpointChange::default()
    })
}

fn enabled_events(fields: &mut Fields<'_>) -> Result<Option<Vec<String>>, Problem> {
    const FIELD: &str = "enabled_events";
    let Some(events) = fields.text_list(FIELD, EVENTS_MAX, EVENT_CHARS_MAX)? else {
        return Ok(None);
    };
    if events.is_empty() {
        let message = "`enabled_events` is empty. Name types of events, or send `*` for all.";
        return Err(Problem::of(RimCode::ParameterInvalidEmpty, FIELD, message));
    }
    for (index, event) in events.iter().enumerate() {
        if !is_event(event) {
            return fields.refuse(
                &format!("{FIELD}[{index}]"),
                format_args!("is {event:?}. Expected a type such as invoice.paid, invoice.* or *."),
            );
        }
    }
    crate::params::each_once(&events, FIELD)?;
    Ok(Some(events))
}

// event ::= "*" | name { "." name } [ ".*" ]
fn is_event(text: &str) -> bool {
    let names = text.strip_suffix(".*").unwrap_or(text);
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    text == "*" || names.split('.').all(is_name) && (names != text || names.contains('.'))
}

fn url(fields: &mut Fields<'_>, mode: Mode) -> Result<Option<String>, Problem> {
    let Some(url) = fields.text("url", URL_CHARS_MAX)? else { return Ok(None) };
    let secure = url.strip_prefix("https://");
    let rest = secure.or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_host = host.is_some_and(|host| !host.is_empty() && !host.contains(['@', '\\']));
    if !is_host || url.contains(|c: char| c.is_whitespace() || !c.is_ascii_graphic()) {
        return fields
            .refuse("url", "is no address such as https://example.com/webhooks, without a user.");
    }
    if mode == Mode::Live && secure.is_none() {
        return fields.refuse("url", "must begin with https:// for a live key.");
    }
    Ok(Some(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_an_address_and_events() {
        let read = |form: &str, mode| new_endpoint(Params::from_form(form).unwrap(), mode);
        let test = |form| read(form, Mode::Test);
        let change = test(
            "url=http://localhost:8080/hook&enabled_events[]=invoice.*&enabled_events[]=a.b\
             &api_version=2019-12-03",
        );
        assert_eq!(change.unwrap().version.as_deref(), Some("2019-12-03"));
        for (form, code, param) in [
            ("url=https://a.example", "parameter_missing", "enabled_events"),
            ("enabled_events[]=*", "parameter_missing", "url"),
            ("url=ftp://x&enabled_events[]=*", "parameter_invalid", "url"),
            ("url=https://&enabled_events[]=*", "parameter_invalid", "url"),
            ("url=https://u@h/&enabled_events[]=*", "parameter_invalid", "url"),
            ("url=https://a.example/+b&enabled_events[]=*", "parameter_invalid", "url"),
            ("url=https://a&enabled_events=", "parameter_invalid_empty", "enabled_events"),
            ("url=https://a&enabled_events[]=invoice", "parameter_invalid", "enabled_events[0]"),
            (
                "url=https://a&enabled_events[]=a.b&enabled_events[]=a.b",
                "parameter_duplicate",
                "enabled_events[1]",
            ),
            (
                "url=https://a&enabled_events[]=*&api_version=2019-12-04",
                "api_version_invalid",
                "api_version",
            ),
        ] {
            let problem = test(form).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
        let live = read("url=http://a.example&enabled_events[]=*", Mode::Live).unwrap_err();
        assert!(live.message.contains("https"), "{live}");
    }
}
