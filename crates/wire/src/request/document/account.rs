//! Requests about accounts and the version that they are on.

use ledger::model::{ApiVersion, HouseStyle};
use numbering::FiscalYearStart;

use super::LINE_CHARS_MAX;
use crate::error::Problem;
use crate::params::Params;
use crate::request::settings::{ZONE_CHARS_MAX, fiscal_year_start};
use crate::version::Version;

/// A connected account that is to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewConnected {
    /// Its name.
    pub name: String,
    /// The style that its numbers start with.
    pub style: Option<HouseStyle>,
    /// IANA name of its zone.
    pub time_zone: Option<String>,
    /// First day of its fiscal year.
    pub fiscal_year_start: Option<FiscalYearStart>,
}

const VERSION_CHARS_MAX: usize = 60;

/// Reads a connected account that is to be opened.
///
/// # Errors
/// See [`Problem`].
pub fn new_connected(params: Params<'_>) -> Result<NewConnected, Problem> {
    const KNOWN: [&str; 6] =
        ["business_profile", "fiscal_year_start", "name", "numbering", "time_zone", "type"];
    let mut fields = params.fields(&KNOWN)?;
    fields.exclusive("name", "business_profile")?;
    let profile = match fields.nested("business_profile", &["name"])? {
        Some(mut profile) => profile.text("name", LINE_CHARS_MAX)?,
        None => None,
    };
    let fiscal_year_start = fiscal_year_start(&mut fields)?;
    let name = fields.text("name", LINE_CHARS_MAX)?.or(profile);
    let name = name.ok_or_else(|| fields.missing("name"))?;
    let style = fields.word("numbering", HouseStyle::parse, "yearly, slashed or stripe")?;
    let time_zone = fields.text("time_zone", ZONE_CHARS_MAX)?;
    fields.word("type", |word| (word == "standard").then_some(()), "standard")?;
    Ok(NewConnected { name, style, time_zone, fiscal_year_start })
}

/// Reads the version that an account is to be on.
///
/// # Errors
/// See [`Problem`].
pub fn api_version(params: Params<'_>) -> Result<ApiVersion, Problem> {
    let mut fields = params.fields(&["api_version"])?;
    let text = fields.needed_text("api_version", VERSION_CHARS_MAX)?;
    let version = Version::read(&text, "api_version")?;
    let drafts_numbered = version.behaviour().drafts_numbered;
    Ok(ApiVersion { name: version.name().to_owned(), drafts_numbered })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_versions() {
        let form = |text| Params::from_form(text).unwrap();
        let new = new_connected(form("business_profile[name]=Shop&time_zone=Europe/Berlin"));
        assert_eq!(new.unwrap().name, "Shop");
        assert_eq!(new_connected(form("")).unwrap_err().param.as_deref(), Some("name"));
        let version = api_version(form("api_version=2019-12-03")).unwrap();
        assert!(version.drafts_numbered);
        for (text, code) in [
            ("", "parameter_missing"),
            ("api_version=", "parameter_invalid_empty"),
            ("api_version=2019-12-04", "api_version_invalid"),
        ] {
            assert_eq!(api_version(form(text)).unwrap_err().code.text(), code);
        }
    }
}
