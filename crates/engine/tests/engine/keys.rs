//! Keys: what they open, and that revoking is exact.

use engine::{EngineError, key_hash};
use ledger::role::Role;
use ledger::{Action, Actor, Code};

use crate::stage::{Stage, operator, order, text};

#[test]
fn a_secret_opens_its_ledger_and_is_not_stored() {
    let stage = Stage::new();
    let access = engine::wait(stage.engine.authenticate(&stage.account.live_key));
    let access = access.expect("an answer").expect("a key");
    assert_eq!(access.ledger, stage.live());
    assert_eq!(access.account, stage.account.account);
    assert_eq!((access.account_name.as_str(), access.role), ("Example", Role::Administrator));
    let test = engine::wait(stage.engine.authenticate(&stage.account.test_key));
    assert_eq!(test.expect("an answer").expect("a key").ledger, stage.account.test);
    assert_eq!(engine::wait(stage.engine.authenticate("sk_live_nobody")), Ok(None));

    let keys = stage.engine.keys(stage.live()).wait().expect("the keys");
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].hash, key_hash(&stage.account.live_key));
    assert!(stage.account.live_key.ends_with(&keys[0].hint));
}

#[test]
fn a_revoked_key_writes_nothing_from_then_on_and_reads_nothing() {
    let stage = Stage::new();
    let created = stage.engine.create_key(stage.live(), operator(), Role::Clerk, "shop");
    let created = engine::wait(created).expect("a key");
    let key = created.key.id;
    assert!(matches!(engine::wait(stage.engine.authenticate(&created.secret)), Ok(Some(_))));

    // All in one batch: what stands before the revocation is done, what stands behind is not.
    stage.store.hold();
    let first = stage.engine.answer(stage.command(Action::Issue(vec![order("first")])));
    stage.store.await_held();
    let issue = |reference: &str| {
        let action = Action::Issue(vec![order(reference)]);
        stage.engine.answer(stage.engine.command(stage.live(), Actor::Key(key), action))
    };
    let before = issue("before");
    let revoke = stage.engine.answer(stage.command(Action::RevokeKey(key)));
    let behind = issue("behind");
    stage.store.release();
    assert_eq!(text(first.wait()), "INV-2026-00001");
    assert_eq!(text(before.wait()), "INV-2026-00002");
    assert!(revoke.wait().expect("an answer").result.is_ok());
    let refused = behind.wait().expect("an answer").result.expect_err("refused");
    assert_eq!(refused.code, Code::ApiKeyExpired);

    let read = engine::wait(stage.engine.authenticate(&created.secret));
    let Err(EngineError::Refused(refusal)) = read else { panic!("{read:?}") };
    assert_eq!(refusal.code, Code::ApiKeyExpired);
    stage.assert_holds();
}

#[test]
fn a_key_that_another_process_revoked_is_known_for_seconds_at_most() {
    let stage = Stage::new();
    let secret = stage.account.live_key.clone();
    let access = engine::wait(stage.engine.authenticate(&secret)).expect("an answer");
    let Actor::Key(key) = access.expect("a key").actor else { panic!("no key") };
    let options = |clock: &std::sync::Arc<engine::FixedClock>| engine::EngineOptions {
        clock: std::sync::Arc::<engine::FixedClock>::clone(clock),
        access: engine::StoreAccess::Read,
        ..engine::EngineOptions::default()
    };
    let other = engine::Engine::start(stage.store.clone(), options(&stage.clock));
    let other = other.expect("it starts");
    assert!(matches!(engine::wait(other.authenticate(&secret)), Ok(Some(_))));
    engine::wait(stage.engine.revoke_key(stage.live(), operator(), key)).expect("revoked");
    assert!(matches!(engine::wait(other.authenticate(&secret)), Ok(Some(_))));
    stage.clock.advance_ms(5_000);
    let late = engine::wait(other.authenticate(&secret));
    assert!(matches!(late, Err(EngineError::Refused(_))), "{late:?}");
}

#[test]
fn a_role_limits_what_a_key_may_do() {
    let stage = Stage::new();
    let created = stage.engine.create_key(stage.live(), operator(), Role::Auditor, "auditor");
    let actor = Actor::Key(engine::wait(created).expect("a key").key.id);
    let issue = Action::Issue(vec![order("a")]);
    let command = stage.engine.command(stage.live(), actor.clone(), issue);
    let refused = stage.engine.execute_blocking(command);
    let Err(EngineError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code, Code::RoleForbidden);
    let created = stage.engine.create_key(stage.live(), actor, Role::Administrator, "more");
    assert!(matches!(engine::wait(created), Err(EngineError::Refused(_))));
}
