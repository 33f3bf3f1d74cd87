//! Opening accounts and finding them.

use engine::{EngineError, NewAccount};
use ledger::Code;
use ledger::id::LedgerId;
use ledger::model::{HouseStyle, Mode};

use crate::stage::{Stage, order};

#[test]
fn accounts_get_ledgers_one_after_the_other() {
    let stage = Stage::new();
    assert_eq!((stage.account.live, stage.account.test), (LedgerId(1), LedgerId(2)));
    let only = engine::wait(stage.engine.default_account()).expect("the only one");
    assert_eq!(only.ledger(Mode::Test), LedgerId(2));
    for ledger in [3, 5, 7] {
        let new = NewAccount { name: "Another".to_owned(), ..NewAccount::default() };
        let opened = engine::wait(stage.engine.open_account(new)).expect("opened");
        assert_eq!((opened.live, opened.test), (LedgerId(ledger), LedgerId(ledger + 1)));
    }
    let several = engine::wait(stage.engine.default_account());
    let Err(EngineError::SeveralAccounts(accounts)) = several else { panic!("{several:?}") };
    assert_eq!(accounts.len(), 4);
    let found = engine::wait(stage.engine.account(accounts[2].account.clone()));
    assert_eq!(found, Ok(Some(accounts[2].clone())));
    assert_eq!(engine::wait(stage.engine.accounts(2)).map(|some| some.len()), Ok(2));
}

#[test]
fn an_account_that_is_refused_leaves_nothing() {
    let stage = Stage::new();
    let zone = Some("Nowhere/Land".to_owned());
    let new = NewAccount { time_zone: zone, ..NewAccount::default() };
    let refused = engine::wait(stage.engine.open_account(new));
    let Err(EngineError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code, Code::ParameterInvalid);
    assert!(engine::wait(stage.engine.default_account()).is_ok(), "there is only one still");
    assert_eq!(stage.issue(order("a")).expect("a number").row.text, "INV-2026-00001");
}

#[test]
fn a_first_account_is_opened_once() {
    let stage = Stage::new();
    let refused = engine::wait(stage.engine.open_first_account(NewAccount::default()));
    let Err(EngineError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code, Code::ResourceAlreadyExists);
    assert!(engine::wait(stage.engine.default_account()).is_ok(), "there is only one still");
}

#[test]
fn the_stripe_style_gets_a_prefix_of_its_own() {
    let stage = Stage::new();
    let new = NewAccount { style: HouseStyle::Stripe, ..NewAccount::default() };
    let opened = engine::wait(stage.engine.open_account(new)).expect("opened");
    let page = stage.engine.settings(opened.live).wait().expect("settings");
    let next = page.series.next.expect("a number").row.text;
    let (prefix, ordinal) = next.split_once('-').expect("a separator");
    assert_eq!((prefix.len(), ordinal), (8, "0001"));
    let test = stage.engine.settings(opened.test).wait().expect("settings");
    assert_eq!(test.series.next.expect("a number").row.text, next, "the same prefix in both");
}
