//! An account as an object.

use ledger::model::Metadata;
use ledger::outcome::AccountView;
use serde::Serialize;

use super::Null;

/// An account as a JSON object.
#[derive(Serialize)]
pub struct Account<'a> {
    id: &'a str,
    object: &'static str,
    business_profile: BusinessProfile<'a>,
    business_type: Null,
    capabilities: Nothing,
    charges_enabled: bool,
    country: Null,
    default_currency: Null,
    details_submitted: bool,
    email: Option<&'a str>,
    metadata: &'a Metadata,
    payouts_enabled: bool,
    platform: Option<&'a str>,
    settings: Settings<'a>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<Keys<'a>>,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct BusinessProfile<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Settings<'a> {
    branding: Branding<'a>,
    card_payments: CardPayments,
    dashboard: Dashboard<'a>,
    invoices: InvoiceSettings,
    payments: Payments,
}

#[derive(Serialize)]
struct Branding<'a> {
    footer: Option<&'a str>,
    icon: Null,
    language: Option<&'a str>,
    logo: Null,
    primary_color: Option<&'a str>,
    secondary_color: Null,
}

#[derive(Default, Serialize)]
struct CardPayments {
    statement_descriptor_prefix: Null,
    statement_descriptor_prefix_kana: Null,
    statement_descriptor_prefix_kanji: Null,
}

#[derive(Default, Serialize)]
struct Payments {
    statement_descriptor: Null,
    statement_descriptor_kana: Null,
    statement_descriptor_kanji: Null,
}

#[derive(Serialize)]
struct Dashboard<'a> {
    display_name: &'a str,
    timezone: &'a str,
}

#[derive(Serialize)]
struct InvoiceSettings {
    default_account_tax_ids: Null,
    hosted_payment_method_save: Null,
}

#[derive(Serialize)]
struct Keys<'a> {
    test: &'a str,
    live: &'a str,
}

impl<'a> Account<'a> {
    /// An account.
    pub fn new(view: &'a AccountView) -> Account<'a> {
        let look = &view.profile.branding;
        Account {
            id: &view.id.0,
            object: "account",
            business_profile: BusinessProfile { name: &view.name },
            business_type: Null,
            capabilities: Nothing {},
            // Numbers are given here; money is moved elsewhere.
            charges_enabled: false,
            country: Null,
            default_currency: Null,
            details_submitted: true,
            email: view.profile.email.as_deref(),
            metadata: &view.profile.metadata,
            payouts_enabled: false,
            platform: view.platform.as_ref().map(|platform| platform.0.as_str()),
            settings: Settings {
                branding: Branding {
                    footer: look.footer.as_deref(),
                    icon: Null,
                    language: look.language.as_deref(),
                    logo: Null,
                    primary_color: look.color.as_deref(),
                    secondary_color: Null,
                },
                card_payments: CardPayments::default(),
                dashboard: Dashboard { display_name: &view.name, timezone: &view.time_zone },
                invoices: InvoiceSettings {
                    default_account_tax_ids: Null,
                    hosted_payment_method_save: Null,
                },
                payments: Payments::default(),
            },
            r#type: "standard",
            keys: None,
        }
    }

    /// The account with its own keys, which are told only when it is made.
    pub fn with_keys(self, test: &'a str, live: &'a str) -> Account<'a> {
        Account { keys: Some(Keys { test, live }), ..self }
    }
}
