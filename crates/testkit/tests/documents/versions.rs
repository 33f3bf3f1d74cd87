//! API versions of an account, and the way back.

use ledger::command::document::DocumentAction;
use ledger::command::{Action, SettingsChange};
use ledger::model::HouseStyle::Stripe;
use ledger::model::{ApiVersion, Level};
use ledger::{Code, Outcome};

use crate::office::Office;

const HOUR: i64 = 60 * 60 * 1000;

fn version(name: &str) -> ApiVersion {
    ApiVersion { name: name.to_owned(), drafts_numbered: name < "2020-03-02" }
}

fn set(office: &mut Office, name: &str) -> Outcome {
    office.ask(DocumentAction::SetApiVersion(version(name))).expect("it is set")
}

fn back(office: &mut Office) -> Result<String, Code> {
    match office.ask(DocumentAction::RollBackApiVersion) {
        Ok(Outcome::Version(view)) => Ok(view.version.name),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.code),
    }
}

#[test]
fn there_is_a_way_back_for_72_hours() {
    let mut office = Office::open(Stripe, Level::Customer);
    assert_eq!(office.ledger().documents.version, ApiVersion::first());
    assert_eq!(back(&mut office), Err(Code::RollbackExpired), "nothing was changed");
    set(&mut office, "2019-12-03");
    set(&mut office, "2020-03-02");
    office.now.0 += 72 * HOUR;
    assert_eq!(back(&mut office), Ok("2019-12-03".to_owned()));
    assert_eq!(back(&mut office), Err(Code::RollbackExpired), "once");
    set(&mut office, "2020-03-02");
    office.now.0 += 71 * HOUR;
    set(&mut office, "2022-08-01");
    office.now.0 += 72 * HOUR;
    assert_eq!(back(&mut office), Ok("2020-03-02".to_owned()), "a new change, a new 72 hours");
    set(&mut office, "2022-08-01");
    office.now.0 += 72 * HOUR + 1;
    assert_eq!(back(&mut office), Err(Code::RollbackExpired));
    assert_eq!(office.ledger().documents.version, version("2022-08-01"));
    office.prove();
}

#[test]
fn the_same_version_again_is_no_change() {
    let mut office = Office::open(Stripe, Level::Account);
    set(&mut office, "2022-08-01");
    let before = office.ledger();
    office.now.0 += HOUR;
    set(&mut office, "2022-08-01");
    assert_eq!(office.ledger(), before);
}

#[test]
fn an_old_version_knows_no_account_level_and_the_way_back_restores_the_level() {
    let mut office = Office::open(Stripe, Level::Customer);
    let level = |level| SettingsChange { level: Some(level), ..SettingsChange::default() };
    set(&mut office, "2019-12-03");
    let refusal = office.act(Action::ChangeSettings(level(Level::Account))).expect_err("too old");
    assert_eq!((refusal.code, refusal.param.as_deref()), (Code::ParameterInvalid, Some("mode")));
    set(&mut office, "2020-03-02");
    office.settings(level(Level::Account));
    assert_eq!(back(&mut office), Ok("2019-12-03".to_owned()));
    assert_eq!(office.ledger().settings.level, Level::Customer);
    set(&mut office, "2020-03-02");
    office.settings(level(Level::Account));
    set(&mut office, "2019-12-03");
    assert_eq!(office.ledger().settings.level, Level::Customer);
    assert_eq!(back(&mut office), Ok("2020-03-02".to_owned()));
    assert_eq!(office.ledger().settings.level, Level::Account, "as it was before");
    set(&mut office, "2022-08-01");
    office.settings(level(Level::Customer));
    assert_eq!(back(&mut office), Ok("2020-03-02".to_owned()));
    assert_eq!(office.ledger().settings.level, Level::Customer, "chosen meanwhile, and allowed");
    office.prove();
}
