//! People, and who is signed in.

use ledger::Changes;
use ledger::books::LedgerChange;
use ledger::id::{LedgerId, UserId};
use ledger::model::{At, Mode, Password, PasswordHash, SessionRow, TokenHash, UserRow};
use ledger::role::Role;
use ledger::{Loaded, Misses};

use super::sample::{LEDGER, NOON, head, put, writer};
use super::{Case, Database};
use crate::{SessionChange, SessionsOf, StoreError, Writer};

pub(super) const CASES: &[Case] = &[
    ("people are written and found", people_are_written_and_found),
    ("an e-mail address is one person's in a ledger", an_email_address_is_one_persons),
    ("people go with the ledger in whose place another comes", people_go_with_their_ledger),
    ("sessions begin, are used and end", sessions_begin_are_used_and_end),
    ("sessions that expired are forgotten", sessions_that_expired_are_forgotten),
];

/// The other ledger of the account.
const TEST: LedgerId = LedgerId(2);

fn person(ledger: LedgerId, id: u64, name: &str) -> UserRow {
    UserRow {
        id: UserId(id),
        ledger,
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        role: Role::Clerk,
        created: At(NOON.0 + id as i64 % 1_000),
        disabled: None,
        password: None,
    }
}

/// Two ledgers without numbers.
fn ledgers(writer: &mut dyn Writer) {
    let heads = [head(LEDGER, Mode::Live), head(TEST, Mode::Test)];
    let (rows, trail): (Vec<_>, Vec<_>) = heads.into_iter().unzip();
    let changes = |row| LedgerChange { row, expected: None };
    let ledgers = rows.into_iter().map(changes).collect();
    put(writer, &Changes { ledgers, trail, ..Changes::default() });
}

fn write(writer: &mut dyn Writer, users: Vec<UserRow>) -> Result<(), StoreError> {
    writer.begin(&[LEDGER, TEST])?;
    let result = writer.commit(&Changes { users, ..Changes::default() });
    writer.rollback()?;
    result
}

fn people_are_written_and_found(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    ledgers(&mut *writer);
    let kept = Password { hash: PasswordHash("$argon2id$…".to_owned()), since: At(NOON.0 + 5) };
    // Ids of all sizes: their order in a database is not that of the numbers.
    let ann = UserRow { password: Some(kept), ..person(LEDGER, 3, "ann") };
    let bob = UserRow { role: Role::Administrator, ..person(LEDGER, u64::MAX - 15, "bob") };
    let there = person(TEST, 3, "ann");
    let all = vec![ann.clone(), bob.clone(), there.clone()];
    write(&mut *writer, all).expect("written");
    let mut reader = store.reader().expect("reader");
    let mut expected = vec![ann.clone(), bob.clone()];
    expected.sort_by_key(|row| (row.created, row.id));
    assert_eq!(reader.people(LEDGER).expect("read"), expected);
    let called = reader.people_called("ann@example.com", 9).expect("read");
    assert_eq!(called, [ann.clone(), there.clone()]);
    assert_eq!(
        reader.people_called("ann@example.com", 1).expect("read"),
        std::slice::from_ref(&ann)
    );
    assert_eq!(reader.people_called("nobody@example.com", 9).expect("read"), []);

    // What changes is found by what it is now.
    let out = UserRow { disabled: Some(NOON), email: "b@example.com".to_owned(), ..bob };
    write(&mut *writer, vec![out.clone()]).expect("written");
    assert_eq!(reader.people_called("bob@example.com", 9).expect("read"), []);
    assert_eq!(reader.people_called("b@example.com", 9).expect("read"), std::slice::from_ref(&out));
    let misses = Misses { people: vec![TEST, LEDGER, LedgerId(9)], ..Misses::default() };
    let Loaded { mut people, .. } = reader.load(&misses).expect("load");
    people.sort_by_key(|row| (row.ledger, row.created));
    let mut expected = vec![ann, out, there];
    expected.sort_by_key(|row| (row.ledger, row.created));
    assert_eq!(people, expected);
}

fn an_email_address_is_one_persons(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    ledgers(&mut *writer);
    write(&mut *writer, vec![person(LEDGER, 1, "ann")]).expect("written");
    let again = UserRow { id: UserId(2), ..person(LEDGER, 1, "ann") };
    let refused = write(&mut *writer, vec![again]);
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.people(LEDGER).expect("read").len(), 1);
}

fn people_go_with_their_ledger(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    ledgers(&mut *writer);
    write(&mut *writer, vec![person(LEDGER, 1, "ann"), person(TEST, 1, "ann")]).expect("written");
    let mut reader = store.reader().expect("reader");
    let heads = reader.ledgers(LedgerId(1), 1).expect("read");
    let fresh = LedgerId(3);
    let (mut row, sealed) = head(fresh, Mode::Test);
    row.account = heads[0].account.clone();
    let fresh_rows = Changes {
        ledgers: vec![LedgerChange { row, expected: None }],
        trail: vec![sealed],
        users: vec![person(fresh, 1, "ann")],
        ..Changes::default()
    };
    writer.replace(TEST, heads[0].head(), &fresh_rows).expect("replace");
    assert_eq!(reader.people(TEST).expect("read"), []);
    let called = reader.people_called("ann@example.com", 9).expect("read");
    let ledgers: Vec<_> = called.iter().map(|row| row.ledger).collect();
    assert_eq!(ledgers, [LEDGER, fresh]);
}

fn session(token: u8, user: u64, at: i64) -> SessionRow {
    SessionRow {
        token: TokenHash([token; 32]),
        user: UserId(user),
        ledger: LEDGER,
        created: At(NOON.0 + at),
        seen: At(NOON.0 + at),
        expires: At(NOON.0 + at + 100),
    }
}

fn sessions_begin_are_used_and_end(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut reader = store.reader().expect("reader");
    let rows = [session(1, u64::MAX, 0), session(2, u64::MAX, 7), session(3, 5, 3)];
    for row in rows {
        assert_eq!(writer.change_sessions(&SessionChange::Begin(row)).expect("begun"), 1);
    }
    let again = writer.change_sessions(&SessionChange::Begin(session(1, 6, 0)));
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let of = |token: u8| SessionsOf::Token(TokenHash([token; 32]));
    assert_eq!(reader.sessions(of(1)).expect("read"), [rows[0]]);
    assert_eq!(reader.sessions(of(9)).expect("read"), []);
    let of_user = |user| SessionsOf::User(UserId(user));
    assert_eq!(reader.sessions(of_user(u64::MAX)).expect("read"), [rows[1], rows[0]]);

    let (seen, expires) = (At(NOON.0 + 50), At(NOON.0 + 500));
    let used = |token: u8| SessionChange::Use { token: TokenHash([token; 32]), seen, expires };
    assert_eq!(writer.change_sessions(&used(1)).expect("used"), 1);
    assert_eq!(reader.sessions(of(1)).expect("read"), [SessionRow { seen, expires, ..rows[0] }]);
    // One that ended does not come back by being used.
    let end = SessionChange::End(TokenHash([1; 32]));
    assert_eq!(writer.change_sessions(&end).expect("ended"), 1);
    assert_eq!(writer.change_sessions(&end).expect("ended before"), 0);
    assert_eq!(writer.change_sessions(&used(1)).expect("none"), 0);
    assert_eq!(reader.sessions(of(1)).expect("read"), []);

    writer.change_sessions(&SessionChange::Begin(rows[0])).expect("begun");
    let others = SessionChange::EndOthers(UserId(u64::MAX), Some(TokenHash([1; 32])));
    assert_eq!(writer.change_sessions(&others).expect("ended"), 1);
    assert_eq!(reader.sessions(of_user(u64::MAX)).expect("read"), [rows[0]]);
    let all = SessionChange::EndOthers(UserId(u64::MAX), None);
    assert_eq!(writer.change_sessions(&all).expect("ended"), 1);
    assert_eq!(reader.sessions(of_user(u64::MAX)).expect("read"), []);
    assert_eq!(reader.sessions(of_user(5)).expect("read"), [rows[2]]);
}

fn sessions_that_expired_are_forgotten(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    for place in 1..=5 {
        let row = session(place, 1, i64::from(place));
        writer.change_sessions(&SessionChange::Begin(row)).expect("begun");
    }
    let before = SessionChange::Forget(At(NOON.0 + 103));
    assert_eq!(writer.change_sessions(&before).expect("forgotten"), 2);
    assert_eq!(writer.change_sessions(&before).expect("forgotten"), 0);
    let mut reader = store.reader().expect("reader");
    let left = reader.sessions(SessionsOf::User(UserId(1))).expect("read");
    assert_eq!(left.iter().map(|row| row.token.0[0]).collect::<Vec<_>>(), [5, 4, 3]);
}
