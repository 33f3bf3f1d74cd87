//! People: one commit over both ledgers, and how they come in.

use engine::{EngineError, NewAccount, NewPerson, NewSession, SignIn, SignedIn, wait};
use ledger::command::UserChange;
use ledger::id::UserId;
use ledger::model::{IdempotencyKey, Mode, RequestHash, SessionRow, UserRow};
use ledger::role::Role;
use ledger::{Action, Actor, Code};

use crate::stage::{Stage, operator, order};

const PASSWORD: &str = "correct horse battery";
const HOUR_MS: i64 = 60 * 60 * 1000;

fn new(name: &str, role: Role) -> NewPerson {
    NewPerson {
        name: name.to_owned(),
        email: format!("{name}@Example.com"),
        role,
        password: Some(PASSWORD.to_owned()),
    }
}

fn enter(stage: &Stage, person: NewPerson) -> UserRow {
    let account = stage.account.account.clone();
    wait(stage.engine.create_user(account, operator(), person, None)).expect("entered").0
}

fn change(stage: &Stage, actor: Actor, user: UserId, change: UserChange) -> Result<UserRow, Code> {
    let account = stage.account.account.clone();
    let changed = wait(stage.engine.change_user(account, actor, user, change, None));
    changed.map(|(row, _)| row).map_err(|error| code(&error))
}

fn code(error: &EngineError) -> Code {
    match error {
        EngineError::Refused(refusal) => refusal.code,
        other => panic!("{other:?}"),
    }
}

fn try_in(stage: &Stage, email: &str, password: &str) -> SignedIn {
    let with = SignIn {
        email: email.to_owned(),
        password: password.to_owned(),
        account: None,
        address: "192.0.2.7".to_owned(),
    };
    wait(stage.engine.sign_in(with)).expect("an answer")
}

fn sign_in(stage: &Stage, email: &str) -> NewSession {
    match try_in(stage, email, PASSWORD) {
        SignedIn::Welcome(session) => session,
        other => panic!("{other:?}"),
    }
}

fn is_in(stage: &Stage, session: &NewSession) -> bool {
    let owner = wait(stage.engine.session(&session.token, Mode::Live)).expect("an answer");
    // That it was used is noted behind the answer, and before what comes next.
    wait(stage.engine.sign_out("nobody")).expect("an answer");
    owner.is_some()
}

#[test]
fn a_person_is_entered_in_both_ledgers_and_signs_in() {
    let stage = Stage::new();
    let ann = enter(&stage, new("Ann", Role::Clerk));
    assert_eq!(ann.email, "ann@example.com");
    let session = sign_in(&stage, " ANN@example.com ");
    for (mode, ledger) in [(Mode::Live, stage.live()), (Mode::Test, stage.account.test)] {
        let owner = wait(stage.engine.session(&session.token, mode)).expect("an answer");
        let owner = owner.expect("signed in");
        assert_eq!((owner.access.ledger, owner.access.role), (ledger, Role::Clerk));
        assert_eq!((owner.access.mode, &owner.user), (mode, &ann));
        let issue = Action::Issue(vec![order("a")]);
        let command = stage.engine.command(ledger, owner.access.actor(), issue);
        assert!(stage.engine.execute_blocking(command).is_ok(), "{mode:?}");
    }
    // Neither the row that is told nor the trail holds the hash.
    assert_eq!(ann.password.expect("one").hash.0, "");
    let trail = stage.engine.trail(stage.live(), 0, 100).wait().expect("the trail");
    let found = |text: &str| {
        let bodies = trail.entries.iter().map(|stored| &stored.sealed.entry.body);
        bodies.filter(|body| body.windows(text.len()).any(|part| part == text.as_bytes())).count()
    };
    assert_eq!((found("ann@example.com"), found("argon2")), (1, 0));
    stage.assert_holds();
}

#[test]
fn a_role_that_is_taken_away_is_gone_in_both_ledgers_at_once() {
    let stage = Stage::new();
    let boss = enter(&stage, new("boss", Role::Administrator));
    let ann = enter(&stage, new("ann", Role::Clerk));
    let auditor = UserChange { role: Some(Role::Auditor), ..UserChange::default() };
    let by = Actor::User(boss.id);
    assert_eq!(
        change(&stage, Actor::User(ann.id), ann.id, auditor.clone()),
        Err(Code::RoleForbidden)
    );
    assert_eq!(change(&stage, by, ann.id, auditor).expect("changed").role, Role::Auditor);
    for ledger in [stage.live(), stage.account.test] {
        let issue = Action::Issue(vec![order("a")]);
        let command = stage.engine.command(ledger, Actor::User(ann.id), issue);
        let refused = stage.engine.execute_blocking(command).expect_err("refused");
        assert_eq!(code(&refused), Code::RoleForbidden);
    }
    stage.assert_holds();
}

#[test]
fn the_last_administrator_stays() {
    let stage = Stage::new();
    let ann = enter(&stage, new("ann", Role::Administrator));
    let bob = enter(&stage, new("bob", Role::Clerk));
    let clerk = UserChange { role: Some(Role::Clerk), ..UserChange::default() };
    let out = UserChange { disabled: Some(true), ..UserChange::default() };
    for lost in [&clerk, &out] {
        let refused = change(&stage, operator(), ann.id, lost.clone());
        assert_eq!(refused, Err(Code::LastAdministrator));
    }
    let boss = UserChange { role: Some(Role::Administrator), ..UserChange::default() };
    change(&stage, operator(), bob.id, boss).expect("changed");
    change(&stage, Actor::User(bob.id), ann.id, out).expect("kept out");
    assert_eq!(change(&stage, operator(), bob.id, clerk), Err(Code::LastAdministrator));
    let refused = change(&stage, Actor::User(ann.id), bob.id, UserChange::default());
    assert_eq!(refused, Err(Code::RoleForbidden), "who is kept out does nothing");
    stage.assert_holds();
}

#[test]
fn whoever_is_kept_out_is_signed_in_no_more() {
    let stage = Stage::new();
    enter(&stage, new("boss", Role::Administrator));
    let ann = enter(&stage, new("ann", Role::Clerk));
    let session = sign_in(&stage, "ann@example.com");
    assert!(is_in(&stage, &session));
    let out = |disabled| UserChange { disabled: Some(disabled), ..UserChange::default() };
    change(&stage, operator(), ann.id, out(true)).expect("kept out");
    assert!(!is_in(&stage, &session));
    assert_eq!(try_in(&stage, "ann@example.com", PASSWORD), SignedIn::Failed);
    change(&stage, operator(), ann.id, out(false)).expect("let in");
    assert!(!is_in(&stage, &session), "the session ended");
    assert!(is_in(&stage, &sign_in(&stage, "ann@example.com")));
}

#[test]
fn sessions_end_by_time_by_signing_out_and_everywhere() {
    let stage = Stage::new();
    let ann = enter(&stage, new("ann", Role::Administrator));
    let first = sign_in(&stage, "ann@example.com");
    stage.clock.advance_ms(11 * HOUR_MS);
    assert!(is_in(&stage, &first), "used");
    let second = sign_in(&stage, "ann@example.com");
    stage.clock.advance_ms(11 * HOUR_MS);
    let sessions = stage.engine.sessions(ann.id).wait().expect("the sessions");
    let tokens = |rows: &[SessionRow]| rows.iter().map(|row| row.token).collect::<Vec<_>>();
    assert_eq!(tokens(&sessions), [second.session.token, first.session.token]);
    assert!(is_in(&stage, &first), "its use after eleven hours counts");
    stage.clock.advance_ms(2 * HOUR_MS);
    assert!(!is_in(&stage, &second), "thirteen hours without use");

    let (here, there) = (sign_in(&stage, "ann@example.com"), sign_in(&stage, "ann@example.com"));
    wait(stage.engine.sign_out_everywhere(ann.id, Some(&here.token))).expect("signed out");
    assert!(is_in(&stage, &here) && !is_in(&stage, &there) && !is_in(&stage, &first));
    wait(stage.engine.sign_out(&here.token)).expect("signed out");
    assert!(!is_in(&stage, &here));
    // However often it is used, one ends after thirty days.
    let long = sign_in(&stage, "ann@example.com");
    for _ in 0..71 {
        stage.clock.advance_ms(10 * HOUR_MS);
        assert!(is_in(&stage, &long));
    }
    stage.clock.advance_ms(11 * HOUR_MS);
    assert!(!is_in(&stage, &long));
}

#[test]
fn another_password_ends_every_session_but_a_new_one() {
    let stage = Stage::new();
    let ann = enter(&stage, new("ann", Role::Administrator));
    let (here, there) = (sign_in(&stage, "ann@example.com"), sign_in(&stage, "ann@example.com"));
    let owner = wait(stage.engine.session(&here.token, Mode::Live)).expect("an answer");
    let owner = owner.expect("signed in");
    let change = |present: &str, new: &str| {
        let (present, new) = (present.to_owned(), new.to_owned());
        wait(stage.engine.change_password(&owner, present, new, "192.0.2.7"))
    };
    stage.clock.advance_ms(HOUR_MS);
    let wrong = change("not this one, no", "another long password").expect_err("refused");
    assert_eq!(code(&wrong), Code::ParameterInvalid);
    assert_eq!(code(&change(PASSWORD, "short").expect_err("refused")), Code::ParameterInvalid);
    assert!(is_in(&stage, &here));
    let now = change(PASSWORD, "another long password").expect("changed");
    assert!(is_in(&stage, &now) && !is_in(&stage, &here) && !is_in(&stage, &there));
    assert_eq!(try_in(&stage, "ann@example.com", PASSWORD), SignedIn::Failed);
    let in_again = try_in(&stage, "ann@example.com", "another long password");
    assert!(matches!(in_again, SignedIn::Welcome(_)));

    // A clerk sets nobody else's; an administrator does, and that ends sessions too.
    let bob = enter(&stage, new("bob", Role::Clerk));
    let session = sign_in(&stage, "bob@example.com");
    let set = |actor, user| {
        let account = stage.account.account.clone();
        wait(stage.engine.set_password(account, actor, user, "set by somebody".to_owned()))
    };
    let refused = set(Actor::User(bob.id), ann.id).expect_err("refused");
    assert_eq!(code(&refused), Code::RoleForbidden);
    stage.clock.advance_ms(HOUR_MS);
    set(Actor::User(ann.id), bob.id).expect("set");
    assert!(!is_in(&stage, &session));
    stage.assert_holds();
}

#[test]
fn tries_wait_and_tell_nothing_of_who_there_is() {
    let stage = Stage::new();
    enter(&stage, new("ann", Role::Administrator));
    let waits = |email: &str| {
        (0..20).find(|_| matches!(try_in(&stage, email, "wrong password"), SignedIn::Wait(_)))
    };
    let of_known = waits("ann@example.com");
    assert!(of_known.is_some());
    assert_eq!(of_known, waits("nobody@example.com"));
    assert!(matches!(try_in(&stage, "ann@example.com", PASSWORD), SignedIn::Wait(_)));
    stage.clock.advance_ms(HOUR_MS);
    assert!(matches!(try_in(&stage, "ann@example.com", PASSWORD), SignedIn::Welcome(_)));
}

#[test]
fn whoever_works_for_two_accounts_chooses() {
    let stage = Stage::new();
    enter(&stage, new("ann", Role::Administrator));
    let other = NewAccount { name: "Other".to_owned(), ..NewAccount::default() };
    let other = wait(stage.engine.open_account(other)).expect("an account").account;
    let ann = new("ann", Role::Clerk);
    wait(stage.engine.create_user(other.clone(), operator(), ann, None)).expect("entered");
    let SignedIn::Choose(choice) = try_in(&stage, "ann@example.com", PASSWORD) else {
        panic!("one was chosen")
    };
    assert_eq!(choice.len(), 2);
    let with = SignIn {
        email: "ann@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        account: Some(other.clone()),
        address: "192.0.2.7".to_owned(),
    };
    let SignedIn::Welcome(session) = wait(stage.engine.sign_in(with)).expect("an answer") else {
        panic!("not in")
    };
    let owner = wait(stage.engine.session(&session.token, Mode::Test)).expect("an answer");
    assert_eq!(owner.expect("signed in").access.account, other);
}

#[test]
fn the_first_administrator_comes_by_a_link_once() {
    let stage = Stage::new();
    let account = stage.account.account.clone();
    let token = wait(stage.engine.first_start(account.clone())).expect("an answer");
    let token = token.expect("nobody is there yet");
    assert_eq!(stage.engine.first_start_of(&token), Some(account.clone()));
    assert_eq!(stage.engine.first_start_of("guessed"), None);
    let claim = |token: &str, person| wait(stage.engine.claim_first_start(token, person));
    let refused = claim("guessed", new("eve", Role::Clerk)).expect_err("refused");
    assert_eq!(code(&refused), Code::RoleForbidden);
    let weak = NewPerson { password: Some("short".to_owned()), ..new("ann", Role::Clerk) };
    assert_eq!(code(&claim(&token, weak).expect_err("refused")), Code::ParameterInvalid);
    let session = claim(&token, new("ann", Role::Clerk)).expect("in");
    let owner = wait(stage.engine.session(&session.token, Mode::Live)).expect("an answer");
    assert_eq!(owner.expect("signed in").access.role, Role::Administrator);
    assert!(claim(&token, new("eve", Role::Clerk)).is_err(), "used up");
    assert_eq!(wait(stage.engine.first_start(account)).expect("an answer"), None);
}

#[test]
fn people_stay_when_the_test_ledger_is_wiped() {
    let stage = Stage::new();
    let ann = enter(&stage, new("ann", Role::Administrator));
    let bob = enter(&stage, new("bob", Role::Clerk));
    let out = UserChange { disabled: Some(true), ..UserChange::default() };
    change(&stage, operator(), bob.id, out).expect("kept out");
    let fresh = wait(stage.engine.wipe_test_ledger(stage.account.test)).expect("wiped");
    let issue = |user| {
        let action = Action::Issue(vec![order("a")]);
        let command = stage.engine.command(fresh, Actor::User(user), action);
        stage.engine.execute_blocking(command).map(drop).map_err(|error| code(&error))
    };
    assert_eq!(issue(ann.id), Ok(()));
    assert_eq!(issue(bob.id), Err(Code::RoleForbidden));
    let auditor = UserChange { role: Some(Role::Auditor), ..UserChange::default() };
    change(&stage, operator(), bob.id, auditor).expect("the ledgers go on together");
}

#[test]
fn a_request_that_is_repeated_enters_nobody_twice() {
    let stage = Stage::new();
    let account = stage.account.account.clone();
    let once = Some((IdempotencyKey([1; 16]), RequestHash([2; 16])));
    let enter = || {
        let ann = new("ann", Role::Administrator);
        wait(stage.engine.create_user(account.clone(), operator(), ann, once)).expect("entered")
    };
    let (first, again) = (enter(), enter());
    assert_eq!((&first.0, first.1, again.1), (&again.0, false, true));
    assert_eq!(stage.engine.users(account.clone()).wait().expect("the people").len(), 1);
}
