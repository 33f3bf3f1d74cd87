//! Requests about accounts and the version that they are on.

use ledger::command::document::{AccountChange, BrandingChange};
use ledger::id::AccountId;
use ledger::model::{AccountProfile, ApiVersion, HouseStyle};
use numbering::FiscalYearStart;

use super::{LINE_CHARS_MAX, metadata_change, new_metadata, prose};
use crate::error::Problem;
use crate::params::{Fields, Params};
use crate::request::list::{PAGING, Paging, paging};
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
    /// What is said of it beside its name.
    pub profile: AccountProfile,
}

const VERSION_CHARS_MAX: usize = 60;
/// Characters of a colour or a language, at most.
const WORD_CHARS_MAX: usize = 35;

/// Reads a connected account that is to be opened.
///
/// # Errors
/// See [`Problem`].
pub fn new_connected(params: Params<'_>) -> Result<NewConnected, Problem> {
    const KNOWN: [&str; 8] = [
        "business_profile",
        "email",
        "fiscal_year_start",
        "metadata",
        "name",
        "numbering",
        "time_zone",
        "type",
    ];
    let mut fields = params.fields(&KNOWN)?;
    let fiscal_year_start = fiscal_year_start(&mut fields)?;
    let name = account_name(&mut fields)?.ok_or_else(|| fields.missing("name"))?;
    let style = fields.word("numbering", HouseStyle::parse, "yearly, slashed or stripe")?;
    let time_zone = fields.text("time_zone", ZONE_CHARS_MAX)?;
    fields.word("type", |word| (word == "standard").then_some(()), "standard")?;
    let email = fields.clearable("email", |fields| fields.email("email"))?.flatten();
    let metadata = new_metadata(&mut fields)?;
    let profile = AccountProfile { email, metadata, ..AccountProfile::default() };
    Ok(NewConnected { name, style, time_zone, fiscal_year_start, profile })
}

/// Reads which page of the accounts that are connected is asked for.
///
/// # Errors
/// See [`Problem`].
pub fn account_list(params: Params<'_>) -> Result<Paging<AccountId>, Problem> {
    let mut fields = params.fields(&PAGING)?;
    paging(&mut fields, |text, _| Ok(AccountId(text.to_owned())))
}

/// Reads what changes of an account.
///
/// # Errors
/// See [`Problem`].
pub fn account_change(params: Params<'_>) -> Result<AccountChange, Problem> {
    const KNOWN: [&str; 6] =
        ["business_profile", "email", "metadata", "name", "settings", "time_zone"];
    let mut fields = params.fields(&KNOWN)?;
    fields.exclusive("time_zone", "settings")?;
    let own = fields.text("time_zone", ZONE_CHARS_MAX)?.map(|zone| (zone, "time_zone"));
    let (zone, branding) = settings(&mut fields)?;
    let shown = zone.map(|zone| (zone, "settings[dashboard][timezone]"));
    Ok(AccountChange {
        name: account_name(&mut fields)?,
        email: fields.clearable("email", |fields| fields.email("email"))?,
        time_zone: own.or(shown),
        metadata: metadata_change(&mut fields, "metadata")?,
        branding,
    })
}

fn account_name(fields: &mut Fields<'_>) -> Result<Option<String>, Problem> {
    fields.exclusive("name", "business_profile")?;
    let profile = match fields.nested("business_profile", &["name"])? {
        Some(mut profile) => profile.text("name", LINE_CHARS_MAX)?,
        None => None,
    };
    Ok(fields.text("name", LINE_CHARS_MAX)?.or(profile))
}

/// The zone, where an account shows it, and how its documents look.
fn settings(fields: &mut Fields<'_>) -> Result<(Option<String>, BrandingChange), Problem> {
    let (mut zone, mut branding) = (None, BrandingChange::default());
    let Some(mut settings) = fields.nested("settings", &["branding", "dashboard"])? else {
        return Ok((zone, branding));
    };
    if let Some(mut dashboard) = settings.nested("dashboard", &["timezone"])? {
        zone = dashboard.text("timezone", ZONE_CHARS_MAX)?;
    }
    let known = ["footer", "language", "primary_color"];
    if let Some(mut look) = settings.nested("branding", &known)? {
        branding.color = look.clearable_text("primary_color", WORD_CHARS_MAX)?;
        branding.language = look.clearable_text("language", WORD_CHARS_MAX)?;
        branding.footer = prose(&mut look, "footer")?;
    }
    Ok((zone, branding))
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
    fn what_changes_of_an_account() {
        let read = |text| account_change(Params::from_form(text)?);
        let change = read(
            "business_profile[name]=Shop&email=a@example.com&metadata[a]=b&metadata[gone]=\
             &settings[dashboard][timezone]=Europe/Berlin",
        )
        .unwrap();
        assert_eq!(change.name.as_deref(), Some("Shop"));
        assert_eq!(change.email, Some(Some("a@example.com".to_owned())));
        assert_eq!(change.metadata.entries["gone"], None);
        let zone = ("Europe/Berlin".to_owned(), "settings[dashboard][timezone]");
        assert_eq!(change.time_zone, Some(zone));
        let look = read("settings[branding][primary_color]=#AABBCC&settings[branding][footer]=");
        let look = look.unwrap().branding;
        assert_eq!(look.color, Some(Some("#AABBCC".to_owned())));
        assert_eq!((look.footer, look.language), (Some(None), None));
        assert_eq!(read("time_zone=UTC").unwrap().time_zone, Some(("UTC".to_owned(), "time_zone")));
        assert_eq!(read("email=").unwrap().email, Some(None));
        assert_eq!(read("").unwrap(), AccountChange::default());
        for (text, code, param) in [
            ("country=DE", "parameter_unknown", "country"),
            ("name=", "parameter_invalid_empty", "name"),
            ("email=x", "parameter_invalid", "email"),
            ("name=a&business_profile[name]=b", "parameters_exclusive", "business_profile"),
            ("settings[invoices]=x", "parameter_unknown", "settings[invoices]"),
            ("time_zone=UTC&settings[dashboard][timezone]=UTC", "parameters_exclusive", "settings"),
        ] {
            let problem = read(text).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
    }

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
