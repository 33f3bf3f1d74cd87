//! What is said of an account.

use ledger::command::document::{AccountChange, BrandingChange, DocumentAction, MetadataChange};
use ledger::model::HouseStyle::Stripe;
use ledger::model::{AccountProfile, Branding, Level};
use ledger::outcome::AccountView;
use ledger::{Code, Outcome};

use crate::office::Office;

fn ask(office: &mut Office, change: AccountChange) -> Result<AccountView, Code> {
    match office.ask(DocumentAction::UpdateAccount(Box::new(change))) {
        Ok(Outcome::Account(view)) => Ok(*view),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.code),
    }
}

fn metadata(pairs: &[(&str, Option<&str>)]) -> MetadataChange {
    let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)));
    MetadataChange { clear: false, entries: pairs.collect() }
}

fn branding(color: &str, language: &str) -> BrandingChange {
    BrandingChange {
        color: Some(Some(color.to_owned())),
        footer: Some(Some("Thank you.".to_owned())),
        language: Some(Some(language.to_owned())),
    }
}

#[test]
fn a_change_is_kept_and_moves_the_head() {
    let mut office = Office::open(Stripe, Level::Account);
    let before = office.ledger();
    let change = AccountChange {
        name: Some("Books".to_owned()),
        email: Some(Some("a@example.com".to_owned())),
        time_zone: Some(("Europe/Berlin".to_owned(), "time_zone")),
        metadata: metadata(&[("a", Some("1")), ("b", Some("2"))]),
        branding: branding("#AABBCC", "de"),
    };
    let view = ask(&mut office, change.clone()).expect("it is changed");
    let after = office.ledger();
    assert_eq!(view, AccountView::of(&after));
    assert_eq!((view.name.as_str(), view.time_zone.as_str()), ("Books", "Europe/Berlin"));
    assert_ne!(after.head(), before.head(), "who looks at the head sees it");
    assert_eq!(ask(&mut office, change), Ok(view));
    assert_eq!(office.ledger(), after, "the same again is no change");
    let less = AccountChange {
        email: Some(None),
        metadata: metadata(&[("a", None)]),
        ..AccountChange::default()
    };
    let view = ask(&mut office, less).expect("it is changed");
    let rest = [("b".to_owned(), "2".to_owned())].into();
    let branding = Branding {
        color: Some("#aabbcc".to_owned()),
        footer: Some("Thank you.".to_owned()),
        language: Some("de".to_owned()),
    };
    assert_eq!(view.profile, AccountProfile { email: None, metadata: rest, branding });
    assert_eq!(view.name, "Books");
    assert_ne!(office.ledger().head(), after.head(), "metadata alone moves it too");
    office.prove();
}

#[test]
fn what_does_not_hold_is_refused_whole() {
    let mut office = Office::open(Stripe, Level::Account);
    let before = office.ledger();
    let many = (0..51).map(|key| (key.to_string(), Some(String::new()))).collect();
    for change in [
        AccountChange { name: Some("x".repeat(201)), ..AccountChange::default() },
        AccountChange { email: Some(Some("nobody".to_owned())), ..AccountChange::default() },
        AccountChange { branding: branding("red", "de"), ..AccountChange::default() },
        AccountChange { branding: branding("#12345é", "de"), ..AccountChange::default() },
        AccountChange { branding: branding("#123456", "fr"), ..AccountChange::default() },
        AccountChange {
            time_zone: Some(("Nowhere/Land".to_owned(), "time_zone")),
            ..AccountChange::default()
        },
        AccountChange {
            metadata: MetadataChange { clear: false, entries: many },
            ..AccountChange::default()
        },
    ] {
        let change = AccountChange { name: change.name.or(Some("New".to_owned())), ..change };
        assert_eq!(ask(&mut office, change), Err(Code::ParameterInvalid));
    }
    assert_eq!(office.ledger(), before);
    office.prove();
}
