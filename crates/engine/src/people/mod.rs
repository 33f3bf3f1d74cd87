//! People: entering and changing them, and how they come in.
//!
//! A person works for an account, in both of its modes. So a change of a person is one commit over
//! both ledgers: a role that is taken away is gone in both at once. The live ledger decides, and
//! the test ledger follows; a password and the sessions are the live one's alone.
//!
//! Who serves people calls, in this order: [`Engine::sign_in`] with what was typed, which gives a
//! token for the browser; [`Engine::session`] with that token at each request, which gives an
//! [`Access`](crate::Access) as a key does; [`Engine::sign_out`]. [`Engine::change_password`] ends
//! every session of the person and begins another one. Where nobody can sign in yet,
//! [`Engine::first_start`] gives a token for a link that is shown to whoever started the server,
//! and [`Engine::claim_first_start`] enters the first administrator with it, once.

mod door;
mod first_start;
mod password;
mod sign_in;
mod throttle;

use std::time::Duration;

use ledger::command::{NewUser, UserChange};
use ledger::id::{AccountId, LedgerId, UserId};
use ledger::model::{IdempotencyKey, Mode, RequestHash, SessionRow, UserRow};
use ledger::role::Role;
use ledger::{Action, Actor, Answer, Batch, Code, Command, Outcome, Refusal};
use store::{Reader, SessionsOf, StoreError, Writer};

pub(crate) use self::door::Door;
pub use self::sign_in::{NewSession, SessionOwner, SignIn, SignedIn};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::pending::Pending;

/// How often ledgers that others write to are asked for again, and how far apart.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// A person who is to be entered.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// The name, as shown to people.
    pub name: String,
    /// The e-mail address, in any case.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// The password; whoever has none cannot sign in until an administrator sets one.
    pub password: Option<String>,
}

/// The key and the hash of a request that is to be carried out once.
pub type Once = Option<(IdempotencyKey, RequestHash)>;

impl Engine {
    /// Enters a person, and says whether this is the answer to an earlier request again. The actor
    /// is one of the live ledger.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the actor may not, a field or the password does not hold, or
    /// somebody has the e-mail address.
    pub async fn create_user(
        &self,
        account: AccountId,
        actor: Actor,
        person: NewPerson,
        once: Once,
    ) -> Result<(UserRow, bool), EngineError> {
        self.enter(account, actor, person, once, false).await
    }

    async fn enter(
        &self,
        account: AccountId,
        actor: Actor,
        person: NewPerson,
        once: Once,
        first: bool,
    ) -> Result<(UserRow, bool), EngineError> {
        let NewPerson { name, email, role, password } = person;
        let password = match password {
            Some(password) => Some(self.hashed(password, &[&name, &email]).await?),
            None => None,
        };
        let new = NewUser { id: UserId(self.ids().bits()), name, email, role, password, first };
        let followed = NewUser { password: None, ..new.clone() };
        let actions = [Action::CreateUser(new), Action::CreateUser(followed)];
        self.in_both(account, actor, actions, once).await
    }

    /// Changes what is said of a person, or keeps the person out. The actor is one of the live
    /// ledger.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the actor may not, a field does not hold, there is no such
    /// person, or no administrator would be left (`last_administrator`).
    pub async fn change_user(
        &self,
        account: AccountId,
        actor: Actor,
        user: UserId,
        change: UserChange,
        once: Once,
    ) -> Result<(UserRow, bool), EngineError> {
        let action = Action::ChangeUser(user, change);
        let changed = self.in_both(account, actor, [action.clone(), action], once).await?;
        if changed.0.disabled.is_some() {
            self.sign_out_everywhere(user, None).await?;
        }
        Ok(changed)
    }

    /// Gives a person a password, as an administrator does; whoever is signed in as the person is
    /// so no more. People change their own with [`Engine::change_password`].
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the actor may not, there is no such person, or the password
    /// does not hold.
    pub async fn set_password(
        &self,
        account: AccountId,
        actor: Actor,
        user: UserId,
        password: String,
    ) -> Result<UserRow, EngineError> {
        let people = self.users(account.clone()).await?;
        let known = people.into_iter().find(|row| row.id == user);
        let words: Vec<String> = known.into_iter().flat_map(|row| [row.name, row.email]).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let hash = self.hashed(password, &words).await?;
        let live = self.ledgers_of(account).await?[0];
        let command = self.command(live, actor, Action::SetPassword(user, hash));
        let row = told(self.execute(command).await?)?;
        self.sign_out_everywhere(user, None).await?;
        Ok(row)
    }

    /// The people of an account, in the order in which they were entered, those that are kept out
    /// included, without the hashes of their passwords.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is no such account.
    pub fn users(&self, account: AccountId) -> Pending<Vec<UserRow>> {
        self.read(move |reader| {
            let live = ledgers_of(reader, &account)?[0];
            Ok(reader.people(live)?.iter().map(UserRow::told).collect())
        })
    }

    /// Where a person is signed in, the newest first.
    pub fn sessions(&self, user: UserId) -> Pending<Vec<SessionRow>> {
        let now = self.now();
        self.read(move |reader| {
            let sessions = reader.sessions(SessionsOf::User(user))?;
            Ok(sessions.into_iter().filter(|row| now < row.expires).collect())
        })
    }

    fn ledgers_of(&self, account: AccountId) -> Pending<[LedgerId; 2]> {
        self.read(move |reader| ledgers_of(reader, &account))
    }

    /// Runs a command in the live ledger and, if it is done, one in the test ledger, in one commit.
    async fn in_both(
        &self,
        account: AccountId,
        actor: Actor,
        [action, followed]: [Action; 2],
        once: Once,
    ) -> Result<(UserRow, bool), EngineError> {
        let [live, test] = self.ledgers_of(account).await?;
        let follower = Actor::Operator(actor.text());
        let commands = [
            Command { idempotency: once, ..self.command(live, actor, action) },
            self.command(test, follower, followed),
        ];
        let answer = self.run_job(live, move |writer| together(writer, commands)).await?;
        let row = told(answer.result.map_err(EngineError::Refused)?)?;
        Ok((row, answer.replayed))
    }
}

/// The live and the test ledger of an account.
fn ledgers_of(reader: &mut dyn Reader, account: &AccountId) -> Result<[LedgerId; 2], EngineError> {
    let live = reader.ledger_of(account, Mode::Live)?;
    let test = reader.ledger_of(account, Mode::Test)?;
    match live.zip(test) {
        Some((live, test)) => Ok([live.id, test.id]),
        None => Err(Refusal::new(Code::ResourceMissing, "There is no such account.").into()),
    }
}

fn told(outcome: Outcome) -> Result<UserRow, EngineError> {
    match outcome {
        Outcome::User(row) => Ok(*row),
        other => Err(EngineError::Defect(format!("a person came to {other:?}"))),
    }
}

/// Both commands in one commit; the first alone where it comes to nothing new.
fn together(writer: &mut dyn Writer, commands: [Command; 2]) -> Result<Answer, EngineError> {
    hold(writer, commands.each_ref().map(|command| command.ledger))?;
    let alone = Batch::new(commands[..1].to_vec()).run(|misses| writer.load(misses))?;
    let is_done = alone.answers.iter().all(|answer| answer.result.is_ok() && !answer.replayed);
    let decided = match is_done {
        true => Batch::new(commands.to_vec()).run(|misses| writer.load(misses))?,
        false => alone,
    };
    let mut answers = decided.answers;
    if let Some(refusal) = answers.iter().skip(1).find_map(|answer| answer.result.as_ref().err()) {
        return Err(EngineError::Refused(refusal.clone()));
    }
    writer.commit(&decided.changes)?;
    Ok(answers.swap_remove(0))
}

/// Begins a batch over both ledgers, whoever else writes to them.
fn hold(writer: &mut dyn Writer, ledgers: [LedgerId; 2]) -> Result<(), EngineError> {
    let mut ledgers = ledgers;
    ledgers.sort_unstable();
    for _ in 0..TRIES {
        if writer.begin(&ledgers)? == ledgers {
            return Ok(());
        }
        writer.rollback()?;
        std::thread::sleep(PAUSE);
    }
    let text = "others write to the account without a pause; try again".to_owned();
    Err(StoreError::Busy(text).into())
}
